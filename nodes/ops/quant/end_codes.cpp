#include "nodes/ops/quant/end_codes.hpp"

#include <ATen/ATen.h>

#include <limits>
#include <vector>

#include "nodes/ops/quant/weights.hpp"

namespace millrace::ops {
namespace {

constexpr int kOff = 32;

/// Within groups along the last axis, or of the whole where that is what shares a scale.
at::Tensor at_ends(const at::Tensor& grid, bool is_whole, MinMaxKind kind) {
    const at::Tensor rows = is_whole ? grid.reshape({1, -1}) : grid;
    if (kind == MinMaxKind::Symmetric) {
        const at::Tensor size = rows.abs(), most = size.amax({-1}, true);
        return size.eq(most).logical_and(most.gt(0));
    }
    const at::Tensor least = rows.amin({-1}, true), most = rows.amax({-1}, true);
    return rows.eq(least).logical_or(rows.eq(most)).logical_and(most.gt(least));
}

EndCodes in_groups(const at::Tensor& x, const MinMaxOptions& options, MinMaxKind kind) {
    // What can't be cut into groups the quantizer itself refuses.
    if (!x.defined() || x.dim() == 0 || options.group_size < 1) min_max_symmetric(x, options);
    const auto columns = x.size(-1), whole = columns / options.group_size * options.group_size;
    MinMaxOptions by_row = options;
    by_row.granularity = Granularity::LastAxis;
    EndCodes ends;
    if (whole > 0) {
        ends +=
            min_max_ends(x.narrow(-1, 0, whole).reshape({-1, options.group_size}), by_row, kind);
    }
    if (whole < columns) ends += min_max_ends(x.narrow(-1, whole, columns - whole), by_row, kind);
    return ends;
}

MinMaxOptions per_token(int bits) {
    return {.rule = MinMaxRule::LlmQat, .bits = bits, .granularity = Granularity::LastAxis};
}

}  // namespace

double EndCodes::share() const {
    return all > 0 ? at_ends / all : std::numeric_limits<double>::quiet_NaN();
}

EndCodes& EndCodes::operator+=(const EndCodes& other) {
    at_ends += other.at_ends;
    all += other.all;
    return *this;
}

EndCodes counted(const at::Tensor& at_end) {
    return {.at_ends = static_cast<double>(at_end.sum().item<std::int64_t>()),
            .all = static_cast<double>(at_end.numel())};
}

EndCodes min_max_ends(const at::Tensor& x, const MinMaxOptions& options, MinMaxKind kind) {
    if (options.granularity == Granularity::Group) return in_groups(x, options, kind);
    const at::Tensor grid = kind == MinMaxKind::Symmetric ? min_max_symmetric(x, options)
                                                          : min_max_asymmetric(x, options);
    const bool is_pair = options.granularity == Granularity::TwoAxes;
    return counted(at_ends(is_pair ? grid.flatten(-2) : grid,
                           options.granularity == Granularity::Tensor, kind));
}

EndCodes low_bit_ends(const at::Tensor& quantized) { return counted(quantized.ne(0)); }

EndCodes llmqat_input_ends(const at::Tensor& x, const LlmQatOptions& options, MinMaxKind kind) {
    const int bits = options.activation_bits;
    return bits == kOff || bits <= 2 ? EndCodes{} : min_max_ends(x, per_token(bits), kind);
}

EndCodes llmqat_weight_ends(const at::Tensor& weight, const LlmQatOptions& options) {
    const int bits = options.weight_bits;
    if (bits == kOff) return {};
    if (bits > 2) return min_max_ends(weight, per_token(bits));
    const at::Tensor grid = llmqat_weight(weight, bits).detach();
    if (bits == 1) return low_bit_ends(grid);
    // Levels are a quarter and three quarters of twice the mean magnitude.
    return counted(grid.abs().gt(weight.detach().abs().mean({-1}, true)));
}

EndCodes llmqat_cache_ends(const at::Tensor& x, const LlmQatOptions& options) {
    return options.cache_bits == kOff ? EndCodes{} : min_max_ends(x, per_token(options.cache_bits));
}

}  // namespace millrace::ops
