#include "nodes/ops/quant/gptq.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <tuple>
#include <vector>

#include "engine/problem.hpp"
#include "nodes/ops/quant/check.hpp"

namespace millrace::ops {
namespace {

void check_options(const GptqOptions& options) {
    check_bits(options.bits, 2, 8);
    const bool has_sizes = (options.group_size > 0 || options.group_size == -1) &&
                           options.block_size > 0 && options.damping >= 0;
    if (has_sizes) return;
    throw engine::Error(
        {.code = "E-QUANT-008",
         .what = "A limit of the quantizer is not above zero",
         .expected = "group size above 0 or -1, block size above 0, damping from 0",
         .found = fmt::format("group size {}, block size {}, damping {}", options.group_size,
                              options.block_size, options.damping),
         .mend = "Set them so."});
}

/// Scale and zero of each row, [out, 1].
struct Grid {
    at::Tensor scale, zero;
    double most = 15;

    static Grid of(const at::Tensor& values, const GptqOptions& options) {
        const double most = std::pow(2, options.bits) - 1;
        at::Tensor low = values.amin({1}, true).clamp_max(0),
                   high = values.amax({1}, true).clamp_min(0);
        if (options.is_symmetric) {
            high = at::maximum(low.neg(), high);
            // Also where no value is below 0: the release keeps 0 as the end there, and so cuts
            // off the upper half.
            low = high.neg();
        }
        const at::Tensor is_zero = (low == 0).logical_and(high == 0);
        low = low.masked_fill(is_zero, -1);
        high = high.masked_fill(is_zero, 1);
        const at::Tensor scale = (high - low) / most;
        const at::Tensor zero = options.is_symmetric ? at::full_like(scale, (most + 1) / 2)
                                                     : (low.neg() / scale).round();
        return {scale, zero, most};
    }

    at::Tensor codes(const at::Tensor& values) const {
        return ((values / scale).round() + zero).clamp(0, most);
    }
    at::Tensor values(const at::Tensor& codes) const { return (codes - zero) * scale; }
};

std::int64_t group_columns(const at::Tensor& weight, const GptqOptions& options) {
    return options.group_size == -1 ? weight.size(1) : options.group_size;
}

/// Grids of consecutive groups of columns.
std::vector<Grid> grids_in_order(const at::Tensor& weight, const GptqOptions& options) {
    const auto size = group_columns(weight, options);
    std::vector<Grid> grids;
    for (std::int64_t start = 0; start < weight.size(1); start += size) {
        const auto width = std::min(size, weight.size(1) - start);
        grids.push_back(Grid::of(weight.narrow(1, start, width), options));
    }
    return grids;
}

at::Tensor rounded_on_grids(const at::Tensor& weight, const GptqOptions& options) {
    const auto size = group_columns(weight, options);
    const std::vector<Grid> grids = grids_in_order(weight, options);
    std::vector<at::Tensor> parts;
    for (std::size_t group = 0; group < grids.size(); ++group) {
        const auto start = static_cast<std::int64_t>(group) * size;
        const auto part = weight.narrow(1, start, std::min(size, weight.size(1) - start));
        parts.push_back(grids[group].values(grids[group].codes(part)));
    }
    return at::cat(parts, 1);
}

double weighed_error(const at::Tensor& difference, const at::Tensor& hessian) {
    return (difference.matmul(hessian) * difference).sum().item<double>();
}

at::Tensor factor(const at::Tensor& matrix, bool upper) {
    const auto [triangle, info] = at::linalg_cholesky_ex(matrix, upper);
    if (info.item<int>() == 0) return triangle;
    throw engine::Error({.code = "E-QUANT-011",
                         .what = "The calibration inputs do not determine the weights",
                         .expected = "inputs that vary in all columns together",
                         .found = fmt::format("a singular matrix of {} columns", matrix.size(0)),
                         .mend = "Use more calibration items, or raise the damping."});
}

/// Upper factor of the inverse of the damped Hessian.
at::Tensor inverse_factor(at::Tensor hessian, double damping) {
    const double added = damping * hessian.diagonal().mean().item<double>();
    hessian = hessian + at::eye(hessian.size(0), hessian.options()) * added;
    return factor(at::cholesky_inverse(factor(hessian, false)), true);
}

/// The columns in the order of work, and all that the loop over them fills.
struct Work {
    at::Tensor weight;          ///< [out, in] what is left to quantize, corrected as it goes
    at::Tensor upper;           ///< [in, in]
    at::Tensor codes, rounded;  ///< [out, in]
    std::vector<std::int64_t> group_of_place;
    std::vector<Grid> grids;
    double error = 0;
};

void quantize_column(Work& work, const Grid& grid, at::Tensor& block, at::Tensor& errors,
                     std::int64_t start, std::int64_t i) {
    const at::Tensor column = block.narrow(1, i, 1), codes = grid.codes(column);
    const at::Tensor rounded = grid.values(codes);
    const double pivot = work.upper.select(0, start + i).select(0, start + i).item<double>();
    const at::Tensor error = (column - rounded) / pivot;
    work.error += error.pow(2).sum().item<double>() / 2;
    work.codes.narrow(1, start + i, 1).copy_(codes);
    work.rounded.narrow(1, start + i, 1).copy_(rounded);
    errors.narrow(1, i, 1).copy_(error);
    const auto rest = block.size(1) - i;
    block.narrow(1, i, rest)
        .sub_(error * work.upper.select(0, start + i).narrow(0, start + i, rest).unsqueeze(0));
}

void quantize_blocks(Work& work, const std::vector<std::int64_t>& permutation,
                     const GptqOptions& options) {
    const auto columns = work.weight.size(1), size = group_columns(work.weight, options);
    for (std::int64_t start = 0; start < columns; start += options.block_size) {
        const auto width = std::min(options.block_size, columns - start), end = start + width;
        at::Tensor block = work.weight.narrow(1, start, width).clone();
        at::Tensor errors = at::zeros_like(block);
        for (std::int64_t i = 0; i < width; ++i) {
            const auto place = start + i;
            std::int64_t group =
                options.has_static_groups ? permutation[place] / size : place / size;
            if (!options.has_static_groups && options.group_size != -1 && place % size == 0) {
                // From the weight as it was when the block began.
                work.grids.push_back(Grid::of(
                    work.weight.narrow(1, place, std::min(size, columns - place)), options));
            }
            work.group_of_place[place] = group;
            quantize_column(work, work.grids[group], block, errors, start, i);
        }
        if (end < columns) {
            work.weight.narrow(1, end, columns - end)
                .sub_(errors.matmul(
                    work.upper.narrow(0, start, width).narrow(1, end, columns - end)));
        }
    }
}

std::vector<std::int64_t> column_order(const at::Tensor& diagonal, bool by_activity) {
    std::vector<std::int64_t> order(diagonal.size(0));
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<std::int64_t>(i);
    const auto* activity = diagonal.data_ptr<double>();
    if (by_activity) {
        std::ranges::stable_sort(
            order, [&](std::int64_t a, std::int64_t b) { return activity[a] > activity[b]; });
    }
    return order;
}

at::Tensor stacked(const std::vector<Grid>& grids, at::Tensor Grid::*member, at::ScalarType type) {
    std::vector<at::Tensor> rows;
    for (const Grid& grid : grids) rows.push_back((grid.*member).squeeze(1));
    return at::stack(rows).to(type);
}

}  // namespace

GptqResult gptq(const at::Tensor& weight, const at::Tensor& calibration,
                const GptqOptions& options) {
    check_rank(weight, 2, "weight");
    check_rank(calibration, 2, "calibration input");
    if (weight.size(1) != calibration.size(1)) {
        throw_shapes("calibration input", fmt::format("[samples, {}]", weight.size(1)),
                     "shape " + shape_text(calibration));
    }
    const at::Tensor inputs = calibration.detach().to(at::kDouble);
    return gptq_by_gram(weight, inputs.t().matmul(inputs), options);
}

at::Tensor nearest_on_grid(const at::Tensor& weight, const GptqOptions& options) {
    check_rank(weight, 2, "weight");
    check_options(options);
    return rounded_on_grids(weight.detach().to(at::kDouble), options).to(at::kFloat);
}

GptqResult gptq_by_gram(const at::Tensor& weight, const at::Tensor& gram,
                        const GptqOptions& options) {
    check_rank(weight, 2, "weight");
    check_rank(gram, 2, "calibration input's products");
    check_options(options);
    if (gram.size(0) != weight.size(1) || gram.size(1) != weight.size(1)) {
        throw_shapes("calibration input's products",
                     fmt::format("[{}, {}]", weight.size(1), weight.size(1)),
                     "shape " + shape_text(gram));
    }
    const at::Tensor original = weight.detach().to(at::kDouble);
    const at::Tensor hessian = gram.detach().to(at::kDouble) * 2;
    const at::Tensor unused = hessian.diagonal() == 0;
    const at::Tensor solvable = hessian + at::diag(unused.to(at::kDouble));

    Work work;
    if (options.group_size == -1) work.grids = {Grid::of(original, options)};
    const at::Tensor used = original.masked_fill(unused.unsqueeze(0), 0);
    if (options.group_size != -1 && options.has_static_groups) {
        work.grids = grids_in_order(used, options);
    }
    const auto order = column_order(solvable.diagonal().contiguous(), options.orders_by_activity);
    const at::Tensor permutation = at::tensor(order, at::kLong);
    work.weight = used.index_select(1, permutation);
    work.upper = inverse_factor(solvable.index_select(0, permutation).index_select(1, permutation),
                                options.damping);
    work.codes = at::zeros_like(used);
    work.rounded = at::zeros_like(used);
    work.group_of_place.resize(order.size());
    quantize_blocks(work, order, options);

    const at::Tensor back = permutation.argsort();
    const at::Tensor rounded = work.rounded.index_select(1, back);
    return {.weight = rounded.to(at::kFloat),
            .codes = work.codes.index_select(1, back).to(at::kInt),
            .scale = stacked(work.grids, &Grid::scale, at::kFloat),
            .zero = stacked(work.grids, &Grid::zero, at::kInt),
            .group_of_column =
                at::tensor(work.group_of_place, at::kLong).index_select(0, back).to(at::kInt),
            .permutation = permutation.to(at::kInt),
            .hessian_diagonal = hessian.diagonal().to(at::kFloat).contiguous(),
            .error = work.error,
            .hessian_error = weighed_error(original - rounded, hessian),
            .round_to_nearest_error =
                weighed_error(original - rounded_on_grids(original, options), hessian)};
}

}  // namespace millrace::ops
