#include "nodes/ops/packed/packed_parts.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace millrace::ops {
namespace {

template <class Number>
void exponentials(std::span<Number> values) {
    const Number most = *std::ranges::max_element(values);
    Number sum = 0;
    for (Number& value : values) {
        value = std::exp(value - most);
        sum += value;
    }
    for (Number& value : values) value /= sum;
}

}  // namespace

void rms_norm(std::span<const float> x, std::span<const float> weight, double epsilon,
              std::span<float> out) {
    double squares = 0;
    for (const float value : x) squares += static_cast<double>(value) * value;
    const auto factor =
        static_cast<float>(1 / std::sqrt(squares / static_cast<double>(x.size()) + epsilon));
    for (std::size_t i = 0; i < x.size(); ++i) out[i] = weight[i] * (x[i] * factor);
}

void layer_norm(std::span<const float> x, std::span<const float> weight,
                std::span<const float> bias, double epsilon, std::span<float> out) {
    const auto count = static_cast<double>(x.size());
    double sum = 0, squares = 0;
    for (const float value : x) sum += value;
    const double mean = sum / count;
    for (const float value : x) squares += (value - mean) * (value - mean);
    const auto factor = static_cast<float>(1 / std::sqrt(squares / count + epsilon));
    const auto middle = static_cast<float>(mean);
    for (std::size_t i = 0; i < x.size(); ++i)
        out[i] = (x[i] - middle) * factor * weight[i] + bias[i];
}

void softmax(std::span<float> values) { exponentials(values); }
void softmax(std::span<double> values) { exponentials(values); }

float silu(float x) { return x / (1 + std::exp(-x)); }

float gelu(float x) { return 0.5F * x * (1 + std::erf(x * (1 / std::numbers::sqrt2_v<float>))); }

}  // namespace millrace::ops
