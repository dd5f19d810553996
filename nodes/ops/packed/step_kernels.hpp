// The inner loops of a packed model's step that are no low-bit products: float32 rows, for what is
// kept in float (heads, layers that are not quantized, caches that are off), attention over kept
// codes, and the logarithm of a head's softmax. No memory is taken; any thread. Each path's source
// is compiled with flags of its own, hence plain pointers.
#pragma once

#include <cstdint>
#include <span>

#include "nodes/ops/kernels/kernel_path.hpp"
#include "nodes/ops/kernels/workspace.hpp"

namespace millrace::ops {

/// A head's columns of kept keys or values, a token every `stride` bytes. In 2 bits each, byte j of
/// ceil(columns / 4) has, from its low bits, the codes + 1 of columns j, j + ceil(columns / 4) and
/// so on; `in_two_bits` false: an int8 each.
struct HeadCodes {
    const void* first;
    std::int64_t stride, tokens, columns;
    bool in_two_bits;
};

/// At most so many columns a head.
inline constexpr std::int64_t kMostHeadColumns = 1024;

struct ValueRange {
    float least, most;
    bool is_finite;  ///< all values are
};

struct StepKernels {
    /// out[r] = factor * sum over c of matrix[r * stride + c] * x[c], and then + bias[r] unless
    /// that is null; `columns` at most `stride`.
    void (*products)(const float* matrix, std::int64_t rows, std::int64_t columns,
                     std::int64_t stride, const float* x, float factor, const float* bias,
                     float* out);
    /// out[c] = sum over r of weights[r] * matrix[r * stride + c].
    void (*weighted_rows)(const float* matrix, std::int64_t rows, std::int64_t columns,
                          std::int64_t stride, const float* weights, float* out);
    /// out[q * tokens + k] = factor * sum over c of queries[q * query_stride + c] * keys[k][c].
    void (*code_scores)(const HeadCodes& keys, const std::int8_t* queries, std::int64_t count,
                        std::int64_t query_stride, double factor, double* out);
    /// sums[q * columns + c] = sum over v of weights[q * tokens + v] * values[v][c], and all[c] the
    /// same with weights of 1 unless that is null.
    void (*code_mixes)(const HeadCodes& values, const std::int8_t* weights, std::int64_t count,
                       std::int32_t* sums, std::int32_t* all);
    /// In place: logits less the logarithm of their exponentials' sum, which is taken in float64;
    /// one that is NaN makes all NaN.
    void (*log_softmax)(float* values, std::int64_t count);
    /// Of at least one value.
    ValueRange (*range)(const float* values, std::int64_t count);
    /// codes[i] = (values[i] - first) / step, clamped to `low` and `high` and rounded, half to
    /// even; within an int8.
    void (*step_codes)(const float* values, std::int64_t count, float first, float step, float low,
                       float high, std::int8_t* codes);
};

const StepKernels& step_kernels(KernelPath path);
/// Of best_path().
const StepKernels& step_kernels();

const StepKernels& plain_step_kernels();
const StepKernels& avx2_step_kernels();
const StepKernels& avx512_step_kernels();

/// `matrix` [rows, columns] times `x` [tokens, columns] plus `bias` [rows] or none gives `out`
/// [tokens, rows], by so many threads.
void float_products(std::span<const float> matrix, std::int64_t columns, std::span<const float> x,
                    std::span<const float> bias, std::span<float> out, ProductWorkspace& workspace,
                    int threads);

}  // namespace millrace::ops
