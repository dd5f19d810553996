#include "nodes/ops/kws/int8_layers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "engine/problem.hpp"

namespace millrace::ops {
namespace {

constexpr std::int64_t kLeastInt32 = std::numeric_limits<std::int32_t>::lowest();
constexpr std::int64_t kMostInt32 = std::numeric_limits<std::int32_t>::max();

[[noreturn]] void throw_scale(const std::string& expected, const std::string& found) {
    throw engine::Error({.code = "E-KWS-016",
                         .what = "An int8 layer has an unusable scale or clamp",
                         .expected = expected,
                         .found = found,
                         .mend = "Calibrate the model again."});
}

void check_step(float scale) {
    if (!std::isfinite(scale) || !(scale > 0))
        throw_scale("a positive scale", fmt::format("{}", scale));
}

void check_scale(Int8Scale scale) {
    check_step(scale.scale);
    if (scale.zero_point < -128 || scale.zero_point > 127)
        throw_scale("a zero point from -128 to 127", fmt::format("{}", scale.zero_point));
}

void check_rows(std::size_t values, std::int64_t width) {
    if (values % static_cast<std::size_t>(width) == 0) return;
    throw engine::Error({.code = "E-KWS-012",
                         .what = "A chunk of frames has the wrong length",
                         .expected = fmt::format("a multiple of {} values", width),
                         .found = fmt::format("{}", values),
                         .mend = "Feed whole frames."});
}

std::int8_t clamped(std::int64_t value, int low, int high) {
    return static_cast<std::int8_t>(std::clamp<std::int64_t>(value, low, high));
}

/// The int8 values of 0 and 6 bound ReLU6, so that it costs nothing beside the clamp.
void clamp_to_relu6(Int8LinearSpec& spec) {
    check_scale(spec.output);
    const int zero = spec.output.zero_point;
    const double six = std::round(6 / double{spec.output.scale}) + zero;
    spec.low = zero;
    spec.high = static_cast<int>(std::min(127.0, six));
}

Int8LinearSpec linear_spec(std::int64_t in, std::int64_t groups, std::span<const float> weight,
                           std::span<const float> bias, Int8Scale input, Int8Scale output) {
    check_scale(input);
    Int8Weights weights = quantize_weights(weight, std::int64_t(bias.size()));
    return {.in = in,
            .out = std::int64_t(bias.size()),
            .groups = groups,
            .weight = std::move(weights.values),
            .bias = quantize_bias(bias, input, weights.scales),
            .weight_scales = weights.scales,
            .input = input,
            .output = output};
}

Int8Linear temporal_layer(const LicoWeights& weights, const LicoScales& scales) {
    check_lico_weights(weights);
    const LicoShape& shape = weights.shape;
    const bool is_dense = shape.temporal == Temporal::Dense;
    // Depthwise, every channel reads its own taps, which is how its weight lies already.
    Int8LinearSpec spec =
        linear_spec(shape.kernel * shape.channels, is_dense ? 1 : shape.channels,
                    is_dense ? linearize(temporal_conv(shape), weights.temporal) : weights.temporal,
                    weights.temporal_bias, scales.input, scales.relu6);
    clamp_to_relu6(spec);
    return Int8Linear(std::move(spec));
}

Int8Linear expanding_layer(const LicoWeights& weights, const LicoScales& scales) {
    Int8LinearSpec spec = linear_spec(weights.shape.channels, 1, weights.expand,
                                      weights.expand_bias, scales.relu6, scales.relu6);
    clamp_to_relu6(spec);
    return Int8Linear(std::move(spec));
}

}  // namespace

FakeQuantized fake_quant(std::span<const float> values, Int8Scale scale) {
    check_scale(scale);
    FakeQuantized result;
    result.values.reserve(values.size());
    result.gradient.reserve(values.size());
    for (const float value : values) {
        result.values.push_back(dequantize_int8(quantize_int8(value, scale), scale));
        const double q = std::round(double{value} / double{scale.scale}) + scale.zero_point;
        result.gradient.push_back(q >= -128 && q <= 127 ? 1.0F : 0.0F);
    }
    return result;
}

Int8Weights quantize_weights(std::span<const float> weights, std::int64_t rows) {
    if (rows < 1 || weights.size() % static_cast<std::size_t>(rows) != 0) {
        throw engine::Error({.code = "E-KWS-011",
                             .what = "A weight has the wrong number of values",
                             .expected = fmt::format("{} equal rows, at least 1", rows),
                             .found = fmt::format("{} values", weights.size()),
                             .mend = "Check that weights and layer sizes come from one model."});
    }
    check_finite("A weight", weights);
    const std::size_t row = weights.size() / static_cast<std::size_t>(rows);
    Int8Weights result{std::vector<std::int8_t>(weights.size()), std::vector<float>(rows, 1.0F)};
    for (std::size_t o = 0; o < result.scales.size(); ++o) {
        float most = 0;
        for (const float w : weights.subspan(o * row, row)) most = std::max(most, std::abs(w));
        const auto scale = static_cast<float>(double{most} / 127);
        if (scale > 0) result.scales[o] = scale;
        for (std::size_t i = o * row; i < (o + 1) * row; ++i) {
            const double q = std::round(double{weights[i]} / double{result.scales[o]});
            result.values[i] = static_cast<std::int8_t>(std::clamp(q, -127.0, 127.0));
        }
    }
    return result;
}

std::vector<std::int32_t> quantize_bias(std::span<const float> bias, Int8Scale input,
                                        std::span<const float> weight_scales) {
    check_scale(input);
    check_value_count("A list of weight scales", weight_scales.size(), std::int64_t(bias.size()));
    check_finite("A bias", bias);
    std::vector<std::int32_t> result(bias.size());
    for (std::size_t o = 0; o < bias.size(); ++o) {
        check_step(weight_scales[o]);
        const double q =
            std::round(double{bias[o]} / (double{input.scale} * double{weight_scales[o]}));
        result[o] =
            static_cast<std::int32_t>(std::clamp(q, double(kLeastInt32), double(kMostInt32)));
    }
    return result;
}

Int8Linear::Int8Linear(Int8LinearSpec spec) : spec_(std::move(spec)) {
    const ConvShape shape{.in = spec_.in, .out = spec_.out, .groups = spec_.groups};
    check_conv_shape(shape);
    check_value_count("A linear layer's weight", spec_.weight.size(), shape.weight_count());
    check_value_count("A linear layer's bias", spec_.bias.size(), spec_.out);
    if (spec_.weight_scales.size() != 1)
        check_value_count("A list of weight scales", spec_.weight_scales.size(), spec_.out);
    check_scale(spec_.input);
    check_scale(spec_.output);
    if (spec_.low < -128 || spec_.high > 127 || spec_.low > spec_.high) {
        throw_scale("a clamp within -128 to 127", fmt::format("{} to {}", spec_.low, spec_.high));
    }
    const std::size_t width = spec_.in / spec_.groups;
    for (std::size_t o = 0; o < spec_.bias.size(); ++o) {
        const float step = spec_.weight_scales[spec_.weight_scales.size() == 1 ? 0 : o];
        check_step(step);
        multipliers_.push_back(fixed_multiplier(double{spec_.input.scale} * double{step} /
                                                double{spec_.output.scale}));
        std::int64_t row_sum = 0;
        for (const std::int8_t w : std::span(spec_.weight).subspan(o * width, width)) row_sum += w;
        folded_bias_.push_back(spec_.bias[o] - spec_.input.zero_point * row_sum);
    }
}

std::vector<std::int32_t> Int8Linear::sums(std::span<const std::int8_t> rows) const {
    check_rows(rows.size(), spec_.in);
    const std::size_t in = spec_.in, out = spec_.out;
    const std::size_t width = in / spec_.groups, outs_per_group = out / spec_.groups;
    const std::size_t n = rows.size() / in;
    std::vector<std::int32_t> sums(n * out);
    for (std::size_t t = 0; t < n; ++t) {
        for (std::size_t o = 0; o < out; ++o) {
            const std::int8_t* x = rows.data() + t * in + o / outs_per_group * width;
            const std::int8_t* w = spec_.weight.data() + o * width;
            // At most 65536 products of 2^14 each fit int32.
            std::int32_t dot = 0;
            for (std::size_t i = 0; i < width; ++i) dot += int{w[i]} * int{x[i]};
            sums[t * out + o] = static_cast<std::int32_t>(
                std::clamp(folded_bias_[o] + dot, kLeastInt32, kMostInt32));
        }
    }
    return sums;
}

std::vector<std::int8_t> Int8Linear::apply(std::span<const std::int8_t> rows,
                                           Rounding rounding) const {
    const std::vector<std::int32_t> all = sums(rows);
    std::vector<std::int8_t> result(all.size());
    for (std::size_t i = 0; i < all.size(); ++i) {
        const std::int64_t scaled =
            requantize(all[i], multipliers_[i % multipliers_.size()], rounding);
        result[i] = clamped(scaled + spec_.output.zero_point, spec_.low, spec_.high);
    }
    return result;
}

Int8LicoBlock::Int8LicoBlock(const LicoWeights& weights, const LicoScales& scales)
    : shape_(weights.shape),
      scales_(scales),
      temporal_(temporal_layer(weights, scales)),
      expand_(expanding_layer(weights, scales)),
      project_(linear_spec(shape_.channels * shape_.expand, 1, weights.project,
                           weights.project_bias, scales.relu6, scales.project)),
      ring_(shape_.kernel, shape_.channels, std::int8_t(scales.input.zero_point)) {
    check_scale(scales.out);
}

std::vector<std::int8_t> Int8LicoBlock::window() const {
    std::vector<std::int8_t> frames = ring_.oldest_to_newest();
    if (shape_.temporal == Temporal::Dense) return frames;
    const std::size_t kernel = shape_.kernel, channels = shape_.channels;
    std::vector<std::int8_t> by_channel(frames.size());
    for (std::size_t j = 0; j < kernel; ++j) {
        for (std::size_t c = 0; c < channels; ++c)
            by_channel[c * kernel + j] = frames[j * channels + c];
    }
    return by_channel;
}

Int8LicoFrames Int8LicoBlock::push(std::span<const std::int8_t> chunk) {
    check_rows(chunk.size(), shape_.channels);
    Int8LicoFrames frames;
    const std::size_t channels = shape_.channels;
    frames.after_temporal.reserve(chunk.size());
    for (std::size_t at = 0; at < chunk.size(); at += channels) {
        ring_.push(chunk.subspan(at, channels));
        const auto row = temporal_.apply(window());
        frames.after_temporal.insert(frames.after_temporal.end(), row.begin(), row.end());
    }
    frames.after_expand = expand_.apply(frames.after_temporal);
    frames.project = project_.apply(frames.after_expand);
    frames.out = int8_add(chunk, scales_.input, frames.project, scales_.project, scales_.out);
    return frames;
}

}  // namespace millrace::ops
