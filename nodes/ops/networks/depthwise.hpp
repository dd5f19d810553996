// The convolution of each channel by itself, in one pass over memory: as sums of shifted tensors it
// took most of a training step. For the sources of this folder.
#pragma once

#include <cstdint>

namespace at {
class Tensor;
}

namespace millrace::ops {

/// `padded` [batch, time + kernel - 1, positions, channels] and `weight` [kernel, frequency_kernel,
/// channels], of one float type, to [batch, time, (positions - frequency_kernel) / stride + 1,
/// channels]. Gradients go to both; sums do not depend on threads.
at::Tensor depthwise(const at::Tensor& padded, const at::Tensor& weight, std::int64_t stride);

}  // namespace millrace::ops
