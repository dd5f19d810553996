#include "nodes/ops/language/rotary.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <cmath>
#include <string>
#include <utility>

#include "engine/problem.hpp"
#include "nodes/ops/kernels/rotary_angles.hpp"
#include "nodes/ops/quant/check.hpp"

namespace millrace::ops {
namespace {

[[noreturn]] void fail(std::string what, std::string expected, std::string found) {
    throw engine::Error({.code = "E-LM-010",
                         .what = std::move(what),
                         .expected = std::move(expected),
                         .found = std::move(found),
                         .mend = "Check heads, width and rotary_base of the model's spec."});
}

/// [heads * width, in] as [heads, width, in].
at::Tensor by_heads(const at::Tensor& weight, std::int64_t heads) {
    if (weight.dim() != 2 || heads < 1 || weight.size(0) % (2 * heads) != 0) {
        fail("The rows of a projection are no heads of even width",
             fmt::format("[{} x even width, inputs]", heads), shape_text(weight));
    }
    return weight.reshape({heads, weight.size(0) / heads, weight.size(1)});
}

}  // namespace

std::string_view to_text(RotaryLayout layout) {
    return layout == RotaryLayout::Halves ? "halves" : "interleaved";
}

Rotation::Rotation(std::span<const std::int64_t> positions, std::int64_t width, double base,
                   RotaryLayout layout)
    : layout_(layout) {
    if (width < 2 || width % 2 != 0) {
        fail("A head cannot be turned in pairs", "an even width", fmt::format("{}", width));
    }
    if (!(base > 0) || !std::isfinite(base)) {
        fail("The rotary base is out of range", "a number above 0", fmt::format("{}", base));
    }
    for (const std::int64_t position : positions) {
        if (position < 0) fail("A position is below 0", "0 and up", fmt::format("{}", position));
    }
    const auto half = static_cast<std::size_t>(width / 2);
    cosine_ = at::empty({std::ssize(positions), width / 2}, at::kFloat);
    sine_ = at::empty_like(cosine_);
    const RotaryAngles angles(width, base);
    float *cosines = cosine_.data_ptr<float>(), *sines = sine_.data_ptr<float>();
    for (const std::int64_t position : positions) {
        angles.at(position, {cosines, half}, {sines, half});
        cosines += half;
        sines += half;
    }
}

at::Tensor Rotation::operator()(const at::Tensor& x) const {
    const std::int64_t half = cosine_.size(1);
    if (x.dim() < 2 || x.size(-1) != 2 * half || x.size(-2) != cosine_.size(0)) {
        fail("A tensor does not fit its positions",
             fmt::format("[..., {}, {}]", cosine_.size(0), 2 * half), shape_text(x));
    }
    if (layout_ == RotaryLayout::Halves) {
        const at::Tensor first = x.narrow(-1, 0, half), second = x.narrow(-1, half, half);
        return at::cat({first * cosine_ - second * sine_, second * cosine_ + first * sine_}, -1);
    }
    const at::Tensor pairs = x.unflatten(-1, {half, 2});
    const at::Tensor first = pairs.select(-1, 0), second = pairs.select(-1, 1);
    return at::stack({first * cosine_ - second * sine_, second * cosine_ + first * sine_}, -1)
        .flatten(-2);
}

at::Tensor halves_from_interleaved(const at::Tensor& weight, std::int64_t heads) {
    const at::Tensor rows = by_heads(weight, heads);
    return rows.unflatten(1, {rows.size(1) / 2, 2}).transpose(1, 2).reshape(weight.sizes());
}

at::Tensor interleaved_from_halves(const at::Tensor& weight, std::int64_t heads) {
    const at::Tensor rows = by_heads(weight, heads);
    return rows.unflatten(1, {2, rows.size(1) / 2}).transpose(1, 2).reshape(weight.sizes());
}

}  // namespace millrace::ops
