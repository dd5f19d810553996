#include "nodes/ops/quant/weights.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <array>

#include "engine/problem.hpp"
#include "nodes/ops/quant/check.hpp"
#include "nodes/ops/quant/min_max.hpp"
#include "nodes/ops/quant/straight_through.hpp"

namespace millrace::ops {
namespace {

/// Named, since a list in braces could be names of axes to LibTorch.
at::IntArrayRef axes(WeightScale scale) {
    static constexpr std::array<std::int64_t, 2> kAxes = {1, 0};
    return {kAxes.data(), scale == WeightScale::Row ? std::size_t{1} : kAxes.size()};
}

/// [out, 1] or [1, 1].
at::Tensor mean(const at::Tensor& values, WeightScale scale) {
    return values.mean(axes(scale), true);
}

at::Tensor sum(const at::Tensor& values, WeightScale scale) {
    return values.sum(axes(scale), true);
}

/// `values` where `scale` is above 0, else 0: a row of zeros divides 0 by 0.
at::Tensor zero_without_scale(const at::Tensor& scale, const at::Tensor& values) {
    return at::where(scale > 0, values, at::zeros_like(values));
}

/// 4/3 gives each of three levels one third of weights that are spread evenly.
at::Tensor tbt_scale(const at::Tensor& weight, int bits, WeightScale scale) {
    const at::Tensor magnitude = mean(weight.abs(), scale);
    return bits == 1 ? magnitude : magnitude * (4.0 / 3.0);
}

at::Tensor tbt_levels(const at::Tensor& weight, const at::Tensor& scale, int bits) {
    const at::Tensor ratio = zero_without_scale(scale, weight / scale);
    return bits == 1 ? ratio.sign() : ratio.clamp(-1, 1).round();
}

/// s * {-0.75, -0.25, 0.25, 0.75}; clamped just inside 1, or the outermost would round to a fifth
/// level.
at::Tensor four_levels(const at::Tensor& weight, WeightScale granularity) {
    const at::Tensor scale = mean(weight.abs(), granularity) * 2;
    const at::Tensor ratio = (weight / scale).clamp(-0.99, 0.99);
    return zero_without_scale(scale, ((ratio * 2 - 0.5).round() + 0.5) / 2 * scale);
}

}  // namespace

at::Tensor tbt_weight(const at::Tensor& weight, const TbtWeightOptions& options) {
    check_rank(weight, 2, "weight");
    check_bits(options.bits, 1, 2);
    at::Tensor values = weight.detach();
    if (options.rule == TbtRule::Paper) values = values - mean(values, options.scale);
    const at::Tensor scale = tbt_scale(values, options.bits, options.scale);
    const at::Tensor quantized = tbt_levels(values, scale, options.bits) * scale;
    if (options.rule == TbtRule::Release) return straight_through_sum(weight, quantized);
    return straight_through(weight, quantized, zero_without_scale(scale, values / scale).abs() < 1);
}

WeightCodes tbt_codes(const at::Tensor& weight, int bits) {
    check_rank(weight, 2, "weight");
    check_bits(bits, 1, 2);
    const at::Tensor values = weight.detach();
    const at::Tensor scale = tbt_scale(values, bits, WeightScale::Row);
    const at::Tensor levels = tbt_levels(values, scale, bits);
    WeightCodes result{levels.to(at::kChar), scale.squeeze(1).to(at::kFloat)};
    if (bits == 1) {
        const at::Tensor zeros = result.codes == 0;
        result.zeros_made_positive = zeros.sum().item<std::int64_t>();
        result.codes.masked_fill_(zeros, 1);
    }
    return result;
}

at::Tensor twn_weight(const at::Tensor& weight, WeightScale scale, double clip) {
    check_rank(weight, 2, "weight");
    if (!(clip > 0)) {
        throw engine::Error({.code = "E-QUANT-008",
                             .what = "A limit of the quantizer is not above zero",
                             .expected = "a clip above 0",
                             .found = fmt::format("clip {}", clip),
                             .mend = "Set it above 0."});
    }
    const at::Tensor clamped = weight.detach().clamp(-clip, clip);
    const at::Tensor magnitude = clamped.abs();
    const at::Tensor kept = (magnitude > mean(magnitude, scale) * 0.7).to(weight.scalar_type());
    const at::Tensor count = sum(kept, scale);
    const at::Tensor level = zero_without_scale(count, sum(kept * magnitude, scale) / count);
    return straight_through(weight, clamped.sign() * kept * level, weight.detach().abs() < clip);
}

at::Tensor bwn_weight(const at::Tensor& weight, WeightScale scale) {
    check_rank(weight, 2, "weight");
    const at::Tensor values = weight.detach();
    const at::Tensor sign = (values - values.mean()).sign();
    return straight_through(weight, sign * mean(values.abs(), scale),
                            at::ones_like(values, at::kBool));
}

at::Tensor llmqat_weight(const at::Tensor& weight, int bits, WeightScale scale, double grad_clip) {
    check_rank(weight, 2, "weight");
    if (bits == 32) return weight;
    check_bits(bits, 1, 16);
    if (bits >= 3) {
        return min_max_symmetric(
            weight,
            {.rule = MinMaxRule::LlmQat,
             .bits = bits,
             .granularity = scale == WeightScale::Row ? Granularity::LastAxis : Granularity::Tensor,
             .clip = grad_clip});
    }
    const at::Tensor values = weight.detach();
    return straight_through_sum(
        weight, bits == 2 ? four_levels(values, scale) : values.sign() * mean(values.abs(), scale));
}

}  // namespace millrace::ops
