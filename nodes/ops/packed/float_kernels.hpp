// Products of float32 rows for what a packed model keeps in float: heads, layers that are not
// quantized, caches that are off. No memory is taken; any thread. Each path's source is compiled
// with flags of its own, hence plain pointers.
#pragma once

#include <cstdint>
#include <span>

#include "nodes/ops/kernels/workspace.hpp"

namespace millrace::ops {

struct FloatKernels {
    /// out[r] = factor * sum over c of matrix[r * columns + c] * x[c], and then + bias[r] unless
    /// that is null.
    void (*products)(const float* matrix, std::int64_t rows, std::int64_t columns, const float* x,
                     float factor, const float* bias, float* out);
    /// out[c] = sum over r of weights[r] * matrix[r * columns + c].
    void (*weighted_rows)(const float* matrix, std::int64_t rows, std::int64_t columns,
                          const float* weights, float* out);
};

/// The fastest that the processor allows.
const FloatKernels& float_kernels();

const FloatKernels& plain_float_kernels();
const FloatKernels& avx2_float_kernels();
const FloatKernels& avx512_float_kernels();

/// `matrix` [rows, columns] times `x` [tokens, columns] plus `bias` [rows] or none gives `out`
/// [tokens, rows], by so many threads.
void float_products(std::span<const float> matrix, std::int64_t columns, std::span<const float> x,
                    std::span<const float> bias, std::span<float> out, ProductWorkspace& workspace,
                    int threads);

}  // namespace millrace::ops
