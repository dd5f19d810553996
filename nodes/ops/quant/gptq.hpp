// GPTQ (arXiv 2210.17323): weights of one linear layer rounded column by column, each column's
// error made good in the columns that follow, weighed by calibration inputs. Computed in float64.
// Plain function, safe on any thread, no gradients.
#pragma once

#include <cstdint>

#include "nodes/types/tensor.hpp"

namespace millrace::ops {

struct GptqOptions {
    int bits = 4;  ///< 2 to 8
    bool is_symmetric = true;
    std::int64_t group_size = -1;     ///< columns that share a grid; -1: the whole row
    bool orders_by_activity = false;  ///< most active columns first
    bool has_static_groups = false;   ///< grids of the original columns, found beforehand
    /// Columns corrected together. With groups that are not static the grid of a group inside a
    /// block doesn't see corrections of that block, so this changes results.
    std::int64_t block_size = 128;
    double damping = 0.01;  ///< share of the mean diagonal that is added to it
};

struct GptqResult {
    at::Tensor weight;                  ///< [out, in] float32, scale * (code - zero)
    at::Tensor codes;                   ///< [out, in] int32, 0..2^bits - 1
    at::Tensor scale;                   ///< [groups, out] float32
    at::Tensor zero;                    ///< [groups, out] int32
    at::Tensor group_of_column;         ///< [in] int32, row of scale and zero
    at::Tensor permutation;             ///< [in] int32, original column at each place
    at::Tensor hessian_diagonal;        ///< [in] float32 of 2 X^T X, undamped
    double error = 0;                   ///< half the sum of squared steps over U[i][i]^2
    double hessian_error = 0;           ///< sum over rows of d H d^T, d = weight - quantized
    double round_to_nearest_error = 0;  ///< the same for plain rounding on such a grid
};

/// `weight` [out, in] and `calibration` [samples, in], one batch of the layer's inputs. Columns
/// that no sample uses become 0. Throws Error E-QUANT-001 to 004 for bad tensors, 005 for bits, 006
/// where shapes don't fit, 008 for a group or block size or damping that can't be, 011 where the
/// inputs leave the problem singular.
GptqResult gptq(const at::Tensor& weight, const at::Tensor& calibration,
                const GptqOptions& options);

/// The same from `gram` [in, in], the sum of x^T x over all the layer's inputs, so that many
/// batches need no more memory than one.
GptqResult gptq_by_gram(const at::Tensor& weight, const at::Tensor& gram,
                        const GptqOptions& options);

/// `weight` [out, in] rounded to nearest on the grids that gptq() begins with, float32. Errors as
/// there.
at::Tensor nearest_on_grid(const at::Tensor& weight, const GptqOptions& options);

}  // namespace millrace::ops
