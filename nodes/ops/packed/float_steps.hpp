// The bodies of FloatKernels, which each path's source compiles with its own flags; for the sources
// of this folder.
#pragma once

#include <cstdint>

#include "nodes/ops/packed/float_kernels.hpp"

namespace millrace::ops {
namespace {

/// 16 floats anywhere in memory; compilers take as many registers as they need.
using Lanes [[gnu::vector_size(64), gnu::aligned(4), gnu::may_alias]] = float;
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
                        const float* x, float factor, const float* bias, float* out) {
    for (std::int64_t row = 0; row < rows; ++row) {
        const float sum = factor * dot_of(matrix + row * columns, x, columns);
        out[row] = bias ? sum + bias[row] : sum;
    }
}

inline void weighted_rows_of(const float* matrix, std::int64_t rows, std::int64_t columns,
                             const float* weights, float* out) {
    for (std::int64_t column = 0; column < columns; ++column) out[column] = 0;
    for (std::int64_t row = 0; row < rows; ++row) {
        const float weight = weights[row];
        const float* from = matrix + row * columns;
        for (std::int64_t column = 0; column < columns; ++column)
            out[column] += weight * from[column];
    }
}

}  // namespace
}  // namespace millrace::ops
