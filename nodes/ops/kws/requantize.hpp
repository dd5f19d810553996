// Integer requantization of int32 sums as TFLite defines it: a real multiplier as mantissa and
// shift, and the two published ways of rounding. Plain functions, safe on any thread.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace millrace::ops {

/// real = mantissa / 2^31 * 2^shift; mantissa in [2^30, 2^31) or 0.
struct FixedMultiplier {
    std::int32_t mantissa = 0;
    int shift = 0;
};

/// Throws Error E-KWS-001 unless `real` is finite, at least 0 and below 2^30. Below about 2^-32 the
/// result is 0.
FixedMultiplier fixed_multiplier(double real);

/// round(a * b / 2^31), halves away from zero for positive and towards plus infinity for negative
/// products; saturates for -2^31 times -2^31.
std::int32_t saturating_doubling_high_mul(std::int32_t a, std::int32_t b);

/// x / 2^exponent, halves away from zero. Exponent from 0 to 31.
std::int32_t rounding_divide_by_power_of_two(std::int32_t x, int exponent);

enum class Rounding { Double, Single };

/// x times the multiplier. Double is gemmlowp's way and TFLite's default, Single its build option;
/// they differ by at most 1. Results beyond int32 saturate.
std::int32_t requantize(std::int32_t x, FixedMultiplier multiplier, Rounding rounding);

/// float32 step and zero point of an int8 tensor.
struct Int8Scale {
    float scale = 1;
    int zero_point = 0;
};

/// Asymmetric parameters of activations between `low` and `high`, a range that is first widened to
/// contain 0; scale 1 and zero point 0 where both are 0. Throws Error E-KWS-002 for bounds not
/// finite or out of order.
Int8Scale activation_scale(double low, double high);

/// Halves away from zero, clamped to [-128, 127]. Throws Error E-KWS-003 for NaN.
std::int8_t quantize_int8(float x, Int8Scale scale);
float dequantize_int8(std::int8_t q, Int8Scale scale);

/// Residual sum of two int8 tensors of equal length. Throws Error E-KWS-004 for lengths that differ
/// and E-KWS-005 for a scale that is not positive or a zero point outside int8.
std::vector<std::int8_t> int8_add(std::span<const std::int8_t> a, Int8Scale a_scale,
                                  std::span<const std::int8_t> b, Int8Scale b_scale,
                                  Int8Scale out_scale);

}  // namespace millrace::ops
