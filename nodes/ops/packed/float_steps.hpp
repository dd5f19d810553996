// The bodies of StepKernels over float32, which each path's source compiles with its own flags; for
// the sources of this folder.
#pragma once

#include <cstdint>

#include "nodes/ops/packed/step_kernels.hpp"

namespace millrace::ops {
namespace {

/// 16 floats anywhere in memory; compilers take as many registers as they need.
using Lanes [[gnu::vector_size(64), gnu::aligned(4), gnu::may_alias]] = float;
using WholeLanes [[gnu::vector_size(64)]] = std::int32_t;
using DoubleLanes [[gnu::vector_size(128)]] = double;
constexpr int kLanes = 16;

inline float dot_of(const float* a, const float* b, std::int64_t count) {
    const auto product = [a, b](std::int64_t i, Lanes& sums) {
        sums += *reinterpret_cast<const Lanes*>(a + i) * *reinterpret_cast<const Lanes*>(b + i);
    };
    // Four sums side by side hide an addition's latency.
    Lanes first = {}, second = {}, third = {}, fourth = {};
    std::int64_t i = 0;
    for (; i + 4 * kLanes <= count; i += 4 * kLanes) {
        product(i, first);
        product(i + kLanes, second);
        product(i + 2 * kLanes, third);
        product(i + 3 * kLanes, fourth);
    }
    for (; i + kLanes <= count; i += kLanes) product(i, first);
    first += second + (third + fourth);
    float sum = 0;
    for (int lane = 0; lane < kLanes; ++lane) sum += first[lane];
    for (; i < count; ++i) sum += a[i] * b[i];
    return sum;
}

inline void products_of(const float* matrix, std::int64_t rows, std::int64_t columns,
                        std::int64_t stride, const float* x, float factor, const float* bias,
                        float* out) {
    for (std::int64_t row = 0; row < rows; ++row) {
        const float sum = factor * dot_of(matrix + row * stride, x, columns);
        out[row] = bias ? sum + bias[row] : sum;
    }
}

inline void weighted_rows_of(const float* matrix, std::int64_t rows, std::int64_t columns,
                             std::int64_t stride, const float* weights, float* out) {
    for (std::int64_t column = 0; column < columns; ++column) out[column] = 0;
    for (std::int64_t row = 0; row < rows; ++row) {
        const float weight = weights[row];
        const float* from = matrix + row * stride;
        for (std::int64_t column = 0; column < columns; ++column)
            out[column] += weight * from[column];
    }
}

/// In place: within 2e-7 of e^x of 16 numbers up to 0; below -87 what that gives; NaN of NaN.
inline void exponential(Lanes& x) {
    constexpr float kHalves = 12582912;  // from here on floats of half the size are whole numbers
    const Lanes least = Lanes{} - 87.0F;
    x = x < least ? least : x;
    const Lanes whole = (x * 1.44269504F + kHalves) - kHalves;
    // The logarithm of 2 in two parts, the first of few bits, so that its product is exact.
    const Lanes rest = (x - whole * 0.693359375F) - whole * -2.12194440e-4F;
    Lanes sum = Lanes{} + 1.0F / 5040;
    sum = sum * rest + 1.0F / 720;
    sum = sum * rest + 1.0F / 120;
    sum = sum * rest + 1.0F / 24;
    sum = sum * rest + 1.0F / 6;
    sum = sum * rest + 0.5F;
    sum = sum * rest + 1.0F;
    sum = sum * rest + 1.0F;
    const WholeLanes power = (__builtin_convertvector(whole, WholeLanes) + 127) << 23;
    x = sum * reinterpret_cast<const Lanes&>(power);
}

inline void log_softmax_of(float* values, std::int64_t count) {
    std::int64_t whole = count / kLanes * kLanes;
    float most = values[0];
    Lanes mosts = Lanes{} + most;
    for (std::int64_t i = 0; i < whole; i += kLanes) {
        const Lanes next = *reinterpret_cast<const Lanes*>(values + i);
        mosts = next > mosts ? next : mosts;
    }
    for (int lane = 0; lane < kLanes; ++lane) most = mosts[lane] > most ? mosts[lane] : most;
    for (std::int64_t i = whole; i < count; ++i) most = values[i] > most ? values[i] : most;
    DoubleLanes sums = {};
    for (std::int64_t i = 0; i < whole; i += kLanes) {
        Lanes next = *reinterpret_cast<const Lanes*>(values + i) - most;
        exponential(next);
        sums += __builtin_convertvector(next, DoubleLanes);
    }
    double sum = 0;
    for (int lane = 0; lane < kLanes; ++lane) sum += sums[lane];
    for (std::int64_t i = whole; i < count; ++i) {
        Lanes next = Lanes{} + (values[i] - most);
        exponential(next);
        sum += next[0];
    }
    const auto all = static_cast<float>(most + __builtin_log(sum));
    for (std::int64_t i = 0; i < count; ++i) values[i] -= all;
}

inline ValueRange range_of(const float* values, std::int64_t count) {
    const std::int64_t whole = count / kLanes * kLanes;
    ValueRange range{values[0], values[0], true};
    Lanes least = Lanes{} + values[0], most = least, check = {};
    for (std::int64_t i = 0; i < whole; i += kLanes) {
        const Lanes next = *reinterpret_cast<const Lanes*>(values + i);
        least = next < least ? next : least;
        most = next > most ? next : most;
        check += next * 0.0F;  // NaN once one is not finite
    }
    float sum = 0;
    for (int lane = 0; lane < kLanes; ++lane) {
        range.least = least[lane] < range.least ? least[lane] : range.least;
        range.most = most[lane] > range.most ? most[lane] : range.most;
        sum += check[lane];
    }
    for (std::int64_t i = whole; i < count; ++i) {
        range.least = values[i] < range.least ? values[i] : range.least;
        range.most = values[i] > range.most ? values[i] : range.most;
        sum += values[i] * 0.0F;
    }
    range.is_finite = sum == 0;
    return range;
}

inline void step_codes_of(const float* values, std::int64_t count, float first, float step,
                          float low, float high, std::int8_t* __restrict codes) {
    constexpr float kHalves = 12582912;  // from here on floats of half the size are whole numbers
    for (std::int64_t i = 0; i < count; ++i) {
        float value = (values[i] - first) / step;
        value = value < low ? low : value;
        value = value > high ? high : value;
        codes[i] = static_cast<std::int8_t>(static_cast<std::int32_t>((value + kHalves) - kHalves));
    }
}

}  // namespace
}  // namespace millrace::ops
