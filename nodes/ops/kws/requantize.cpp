#include "nodes/ops/kws/requantize.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/problem.hpp"

namespace millrace::ops {
namespace {

using Int32 = std::numeric_limits<std::int32_t>;

std::int32_t saturated(std::int64_t x) {
    return static_cast<std::int32_t>(std::clamp<std::int64_t>(x, Int32::lowest(), Int32::max()));
}

void check_scale(Int8Scale scale) {
    const bool is_good = std::isfinite(scale.scale) && scale.scale > 0 &&
                         scale.zero_point >= -128 && scale.zero_point <= 127;
    if (is_good) return;
    throw engine::Error(
        {.code = "E-KWS-005",
         .what = "An int8 tensor has no usable scale",
         .expected = "a positive scale and a zero point from -128 to 127",
         .found = fmt::format("scale {}, zero point {}", scale.scale, scale.zero_point),
         .mend = "Calibrate the tensor on data that is not all 0."});
}

}  // namespace

FixedMultiplier fixed_multiplier(double real) {
    if (!(real >= 0) || real >= 0x1p30) {
        throw engine::Error({.code = "E-KWS-001",
                             .what = "A requantization multiplier is out of range",
                             .expected = "a finite number from 0 to below 2^30",
                             .found = fmt::format("{}", real),
                             .mend = "Check the scales of the layer's input, weights and output."});
    }
    if (real == 0) return {};
    int shift = 0;
    auto mantissa = static_cast<std::int64_t>(std::round(std::frexp(real, &shift) * 0x1p31));
    if (mantissa == std::int64_t{1} << 31) {
        mantissa /= 2;
        ++shift;
    }
    if (shift < -31) return {};
    return {static_cast<std::int32_t>(mantissa), shift};
}

std::int32_t saturating_doubling_high_mul(std::int32_t a, std::int32_t b) {
    if (a == b && a == Int32::lowest()) return Int32::max();
    const std::int64_t product = std::int64_t{a} * b;
    const std::int64_t nudge = product >= 0 ? (1 << 30) : 1 - (1 << 30);
    // The division truncates; a shift would round negative sums down.
    return static_cast<std::int32_t>((product + nudge) / (std::int64_t{1} << 31));
}

std::int32_t rounding_divide_by_power_of_two(std::int32_t x, int exponent) {
    const std::int64_t mask = (std::int64_t{1} << exponent) - 1;
    const std::int64_t rest = x & mask;
    const std::int64_t threshold = (mask >> 1) + (x < 0 ? 1 : 0);
    return static_cast<std::int32_t>((std::int64_t{x} >> exponent) + (rest > threshold ? 1 : 0));
}

std::int32_t requantize(std::int32_t x, FixedMultiplier multiplier, Rounding rounding) {
    if (rounding == Rounding::Double) {
        const int left = std::max(multiplier.shift, 0), right = std::max(-multiplier.shift, 0);
        const std::int64_t wide = std::int64_t{x} * (std::int64_t{1} << left);
        if (wide == saturated(wide)) {
            return rounding_divide_by_power_of_two(
                saturating_doubling_high_mul(static_cast<std::int32_t>(wide), multiplier.mantissa),
                right);
        }
        // The published code leaves this undefined; a sum this large has no room for halves.
        return saturated(std::int64_t{x} * multiplier.mantissa / (std::int64_t{1} << (31 - left)));
    }
    const int total = 31 - multiplier.shift;
    const std::int64_t product = std::int64_t{x} * multiplier.mantissa;
    return saturated((product + (std::int64_t{1} << (total - 1))) >> total);
}

Int8Scale activation_scale(double low, double high) {
    const double least = std::min(low, 0.0), most = std::max(high, 0.0);
    if (!std::isfinite(low) || !std::isfinite(high) || low > high) {
        throw engine::Error({.code = "E-KWS-002",
                             .what = "A range of activations cannot be quantized",
                             .expected = "finite bounds in order",
                             .found = fmt::format("{} to {}", low, high),
                             .mend = "Calibrate on data that reaches this layer."});
    }
    if (least == most) return {};  // a tensor that is 0 throughout
    const auto scale = static_cast<float>((most - least) / 255);
    const double zero = std::round(-128 - least / double{scale});
    return {scale, static_cast<int>(std::clamp(zero, -128.0, 127.0))};
}

std::int8_t quantize_int8(float x, Int8Scale scale) {
    check_scale(scale);
    if (std::isnan(x)) {
        throw engine::Error({.code = "E-KWS-003",
                             .what = "A value to quantize is NaN",
                             .expected = "numbers",
                             .found = "NaN",
                             .mend = "Look for the node that makes the first NaN."});
    }
    const double q = std::round(double{x} / double{scale.scale}) + scale.zero_point;
    return static_cast<std::int8_t>(std::clamp(q, -128.0, 127.0));
}

float dequantize_int8(std::int8_t q, Int8Scale scale) {
    return static_cast<float>(double{scale.scale} * (q - scale.zero_point));
}

std::vector<std::int8_t> int8_add(std::span<const std::int8_t> a, Int8Scale a_scale,
                                  std::span<const std::int8_t> b, Int8Scale b_scale,
                                  Int8Scale out_scale) {
    if (a.size() != b.size()) {
        throw engine::Error({.code = "E-KWS-004",
                             .what = "Two int8 tensors to add differ in length",
                             .expected = fmt::format("{} values", a.size()),
                             .found = fmt::format("{}", b.size()),
                             .mend = "Add tensors of one shape."});
    }
    for (const Int8Scale& scale : {a_scale, b_scale, out_scale}) check_scale(scale);
    // 20 bits of headroom: 255 << 20 still fits int32.
    constexpr int kLeft = 20;
    const double twice = 2 * std::max(double{a_scale.scale}, double{b_scale.scale});
    const auto of_a = fixed_multiplier(a_scale.scale / twice);
    const auto of_b = fixed_multiplier(b_scale.scale / twice);
    const auto of_out = fixed_multiplier(twice / ((1 << kLeft) * double{out_scale.scale}));
    const auto widened = [](int q, int zero, FixedMultiplier by) {
        return requantize((q - zero) * (1 << kLeft), by, Rounding::Double);
    };
    std::vector<std::int8_t> sums(a.size());
    for (std::size_t i = 0; i < a.size(); ++i) {
        const std::int32_t sum =
            widened(a[i], a_scale.zero_point, of_a) + widened(b[i], b_scale.zero_point, of_b);
        const std::int64_t q =
            std::int64_t{requantize(sum, of_out, Rounding::Double)} + out_scale.zero_point;
        sums[i] = static_cast<std::int8_t>(std::clamp<std::int64_t>(q, -128, 127));
    }
    return sums;
}

}  // namespace millrace::ops
