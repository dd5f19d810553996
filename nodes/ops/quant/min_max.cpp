#include "nodes/ops/quant/min_max.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <cmath>
#include <string>
#include <vector>

#include "engine/problem.hpp"
#include "nodes/ops/quant/check.hpp"
#include "nodes/ops/quant/straight_through.hpp"

namespace millrace::ops {
namespace {

void check_options(const at::Tensor& x, const MinMaxOptions& options) {
    check_values(x, "tensor");
    check_bits(options.bits, 2, 16);
    const int axes = options.granularity == Granularity::Tensor    ? 0
                     : options.granularity == Granularity::TwoAxes ? 2
                                                                   : 1;
    if (x.dim() < axes) {
        throw engine::Error({.code = "E-QUANT-007",
                             .what = "The tensor has too few axes for this granularity",
                             .expected = fmt::format("at least {}", axes),
                             .found = "shape " + shape_text(x),
                             .mend = "Quantize per tensor."});
    }
    if (!(options.clip > 0) ||
        (options.granularity == Granularity::Group && options.group_size < 1)) {
        throw engine::Error(
            {.code = "E-QUANT-008",
             .what = "A limit of the quantizer is not above zero",
             .expected = "a clip and a group size above 0",
             .found = fmt::format("clip {}, group size {}", options.clip, options.group_size),
             .mend = "Set both above 0."});
    }
}

/// The axes one scale goes over.
std::vector<std::int64_t> group_axes(const at::Tensor& x, Granularity granularity) {
    if (granularity == Granularity::Tensor) {
        std::vector<std::int64_t> all(x.dim());
        for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<std::int64_t>(i);
        return all;
    }
    if (granularity == Granularity::TwoAxes) return {-2, -1};
    return {-1};
}

at::Tensor symmetric_values(const at::Tensor& x, const MinMaxOptions& options,
                            const std::vector<std::int64_t>& axes) {
    const double levels = std::pow(2, options.bits - 1) - 1;
    const at::Tensor most = x.abs().amax(axes, true);
    if (options.rule == MinMaxRule::LlmQat) {
        // Multiply before, divide after, an addend on the maximum and another on the scale: any
        // other order moves ties by a level.
        const at::Tensor scale = (most + 1e-6).reciprocal().mul(levels);
        return (x * scale).round() / (scale + 1e-6);
    }
    const at::Tensor scale = most.reciprocal().mul(levels);
    // A group of zeros, or of values so small that the scale overflows, has no levels.
    return at::where(scale.isfinite(), (x * scale).round() / scale, at::zeros_like(x));
}

at::Tensor asymmetric_values(const at::Tensor& x, const MinMaxOptions& options,
                             const std::vector<std::int64_t>& axes) {
    const double levels = std::pow(2, options.bits) - 1;
    const at::Tensor least = x.amin(axes, true);
    const at::Tensor range = x.amax(axes, true) - least + 1e-8;
    return ((x - least) / range * levels).round() / levels * range + least;
}

using Values = at::Tensor (*)(const at::Tensor&, const MinMaxOptions&,
                              const std::vector<std::int64_t>&);

at::Tensor grouped_values(const at::Tensor& x, const MinMaxOptions& options, Values values) {
    const auto columns = x.size(-1), whole = columns / options.group_size * options.group_size;
    std::vector<at::Tensor> parts;
    if (whole > 0) {
        const at::Tensor part = x.narrow(-1, 0, whole);
        const at::Tensor groups = part.reshape({-1, options.group_size});
        parts.push_back(values(groups, options, {-1}).reshape(part.sizes()));
    }
    if (whole < columns) {
        parts.push_back(values(x.narrow(-1, whole, columns - whole), options, {-1}));
    }
    return at::cat(parts, -1);
}

at::Tensor quantize(const at::Tensor& x, const MinMaxOptions& options, Values values) {
    check_options(x, options);
    at::Tensor inside = x.detach();
    if (options.rule == MinMaxRule::Tbt && std::isfinite(options.clip)) {
        inside = inside.clamp(-options.clip, options.clip);
    }
    const at::Tensor quantized =
        options.granularity == Granularity::Group
            ? grouped_values(inside, options, values)
            : values(inside, options, group_axes(inside, options.granularity));
    return straight_through(x, quantized, x.detach().abs() < options.clip);
}

}  // namespace

at::Tensor min_max_symmetric(const at::Tensor& x, const MinMaxOptions& options) {
    return quantize(x, options, symmetric_values);
}

at::Tensor min_max_asymmetric(const at::Tensor& x, const MinMaxOptions& options) {
    return quantize(x, options, asymmetric_values);
}

}  // namespace millrace::ops
