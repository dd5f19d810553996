// What stands between the linears of a packed model, over plain numbers. No memory is
// taken; any thread.
#pragma once

#include <span>

namespace millrace::ops {

/// out = weight * x / sqrt(mean of squares + epsilon).
void rms_norm(std::span<const float> x, std::span<const float> weight, double epsilon,
              std::span<float> out);

/// out = weight * (x - mean) / sqrt(variance + epsilon) + bias. `out` may be `x`.
void layer_norm(std::span<const float> x, std::span<const float> weight,
                std::span<const float> bias, double epsilon, std::span<float> out);

/// In place: probabilities of logits.
void softmax(std::span<float> values);
void softmax(std::span<double> values);

float silu(float x);
float gelu(float x);  ///< by the error function

}  // namespace millrace::ops
