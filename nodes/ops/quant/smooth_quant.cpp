#include "nodes/ops/quant/smooth_quant.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <cmath>

#include "engine/problem.hpp"
#include "nodes/ops/quant/check.hpp"

namespace millrace::ops {
namespace {

constexpr double kLeast = 1e-5;

void check_channels(const at::Tensor& tensor, std::int64_t channels, std::string_view name) {
    check_values(tensor, name);
    if (tensor.dim() == 0 || tensor.size(-1) != channels) {
        throw_shapes(name, fmt::format("a last axis of {}", channels),
                     "shape " + shape_text(tensor));
    }
}

}  // namespace

at::Tensor apply_norm(const at::Tensor& x, const Norm& norm) {
    check_rank(norm.weight, 1, "norm's weight");
    check_channels(x, norm.weight.size(0), "input of the norm");
    if (norm.kind == NormKind::Layer) {
        check_channels(norm.bias, norm.weight.size(0), "norm's bias");
        return at::layer_norm(x, norm.weight.sizes(), norm.weight, norm.bias, norm.epsilon);
    }
    const at::Tensor wide = x.to(at::kFloat);
    const at::Tensor scale = (wide.pow(2).mean({-1}, true) + norm.epsilon).rsqrt();
    return norm.weight * (wide * scale).to(x.scalar_type());
}

at::Tensor activation_maxima(const at::Tensor& calibration, const Norm& norm) {
    const at::Tensor hidden = apply_norm(calibration, norm).detach();
    return hidden.abs().reshape({-1, hidden.size(-1)}).amax({0});
}

at::Tensor smoothing_factors(const at::Tensor& activation_maxima,
                             const std::vector<at::Tensor>& weights, double alpha) {
    if (!(alpha >= 0 && alpha <= 1)) {
        throw engine::Error({.code = "E-QUANT-010",
                             .what = "The share of outliers moved to the weights is out of range",
                             .expected = "0 to 1",
                             .found = fmt::format("{}", alpha),
                             .mend = "0.5 suits most models."});
    }
    check_rank(activation_maxima, 1, "activation maxima");
    if (weights.empty()) throw_shapes("list of layers", "at least one weight", "none");
    at::Tensor most = at::full_like(activation_maxima, kLeast);
    for (const at::Tensor& weight : weights) {
        check_rank(weight, 2, "weight");
        check_channels(weight, activation_maxima.size(0), "weight");
        most = at::maximum(most, weight.detach().abs().amax({0}));
    }
    return (activation_maxima.pow(alpha) / most.pow(1 - alpha)).clamp_min(kLeast);
}

NormAndLinears smooth(const NormAndLinears& layers, const at::Tensor& factors) {
    check_rank(factors, 1, "factors");
    check_channels(layers.norm.weight, factors.size(0), "norm's weight");
    NormAndLinears result = layers;
    result.norm.weight = layers.norm.weight.detach() / factors;
    if (layers.norm.bias.defined()) {
        check_channels(layers.norm.bias, factors.size(0), "norm's bias");
        result.norm.bias = layers.norm.bias.detach() / factors;
    }
    for (at::Tensor& weight : result.weights) {
        check_channels(weight, factors.size(0), "weight");
        weight = weight.detach() * factors;
    }
    return result;
}

at::Tensor round_by_largest(const at::Tensor& values, int bits) {
    check_values(values, "tensor");
    check_bits(bits, 2, 16);
    if (values.dim() == 0) throw_shapes("tensor", "at least one axis", "a single number");
    const at::Tensor x = values.detach();
    const at::Tensor scale =
        x.abs().amax({-1}, true).clamp_min(kLeast) / (std::pow(2, bits - 1) - 1);
    return (x / scale).round() * scale;
}

}  // namespace millrace::ops
