// The straight-through estimator that all quantizers of this folder share: forward gives the
// quantized value, backward lets the gradient through where a mask says so. For the sources of this
// folder.
#pragma once

namespace at {
class Tensor;
}

namespace millrace::ops {

/// `quantized` as the value; its gradient goes to `x` unchanged where `passes` (bool, of x's shape)
/// holds and is 0 elsewhere.
at::Tensor straight_through(const at::Tensor& x, const at::Tensor& quantized,
                            const at::Tensor& passes);

/// The gradient goes to `x` unchanged. Formed as (quantized - x) + x, as the published layers do,
/// so that the value may differ from `quantized` by one unit in the last place.
at::Tensor straight_through_sum(const at::Tensor& x, const at::Tensor& quantized);

}  // namespace millrace::ops
