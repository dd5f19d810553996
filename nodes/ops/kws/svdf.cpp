#include "nodes/ops/kws/svdf.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "engine/problem.hpp"
#include "nodes/ops/kws/stream_conv.hpp"

namespace millrace::ops {
namespace {

constexpr std::int64_t kMaxSize = 65536;
constexpr std::int64_t kMaxStateValues = std::int64_t{1} << 24;

[[noreturn]] void throw_layer(const std::string& expected, const std::string& found) {
    throw engine::Error(
        {.code = "E-KWS-017",
         .what = "An SVDF layer is impossible",
         .expected = expected,
         .found = found,
         .mend = "Check the layer in the model, and calibrate an int8 model again."});
}

/// Values of the state.
std::size_t checked_state(const SvdfShape& shape, std::int64_t batch) {
    for (const std::int64_t size : {shape.inputs, shape.units, shape.rank, shape.memory, batch}) {
        if (size < 1 || size > kMaxSize)
            throw_layer(fmt::format("sizes from 1 to {}", kMaxSize), fmt::format("{}", size));
    }
    if (shape.projection != 0)
        throw_layer("no projection", fmt::format("a projection to {}", shape.projection));
    // Parted, since four sizes of 2^16 would overflow.
    const std::int64_t filters = shape.units * shape.rank;
    if (filters * shape.memory > kMaxStateValues ||
        filters * shape.memory * batch > kMaxStateValues) {
        throw_layer(fmt::format("a state of at most {} values", kMaxStateValues),
                    fmt::format("{} filters over {} frames in a batch of {}", filters, shape.memory,
                                batch));
    }
    return static_cast<std::size_t>(filters * shape.memory * batch);
}

template <class Weights>
void check_counts(const Weights& weights) {
    const SvdfShape& shape = weights.shape;
    const std::int64_t filters = shape.units * shape.rank;
    check_value_count("An SVDF feature weight", weights.feature.size(), filters * shape.inputs);
    check_value_count("An SVDF time weight", weights.time.size(), filters * shape.memory);
    check_value_count("An SVDF bias", weights.bias.size(), shape.units);
}

void check_frames(std::size_t values, std::int64_t inputs, std::int64_t batch) {
    if (values % static_cast<std::size_t>(inputs * batch) == 0) return;
    throw engine::Error({.code = "E-KWS-012",
                         .what = "A chunk of frames has the wrong length",
                         .expected = fmt::format("a multiple of {} values", inputs * batch),
                         .found = fmt::format("{}", values),
                         .mend = "Feed whole frames."});
}

std::int32_t saturated(std::int64_t sum) {
    using Int32 = std::numeric_limits<std::int32_t>;
    return static_cast<std::int32_t>(std::clamp<std::int64_t>(sum, Int32::lowest(), Int32::max()));
}

/// One frame of one stream: moves each row of `state` [F][memory] on by one column and sets the
/// newest to `feature(f)`; then hands each unit's sum over its filters, `time(f, row)`, to
/// `finish`.
template <class T, class Feature, class Time, class Finish>
void step(const SvdfShape& shape, std::span<T> state, const Feature& feature, const Time& time,
          const Finish& finish) {
    const std::size_t memory = shape.memory, rank = shape.rank, units = shape.units;
    for (std::size_t u = 0, f = 0; u < units; ++u) {
        decltype(time(f, state)) sum = 0;
        for (std::size_t r = 0; r < rank; ++r, ++f) {
            const std::span<T> row = state.subspan(f * memory, memory);
            std::copy(row.begin() + 1, row.end(), row.begin());
            row.back() = feature(f);
            sum += time(f, row);
        }
        finish(u, sum);
    }
}

/// Sum of products in `Sum`, each value less `zero`.
template <class Sum, class A, class B>
Sum dot(const A* weights, const B* values, std::size_t count, Sum zero) {
    Sum sum = 0;
    for (std::size_t i = 0; i < count; ++i) sum += Sum{weights[i]} * (Sum{values[i]} - zero);
    return sum;
}

void check_scales(const Int8SvdfWeights& weights) {
    for (const float scale : {weights.feature_scale, weights.time_scale, weights.input.scale,
                              weights.state.scale, weights.output.scale}) {
        if (!std::isfinite(scale) || !(scale > 0))
            throw_layer("positive scales", fmt::format("{}", scale));
    }
    for (const Int8Scale& scale : {weights.input, weights.state, weights.output}) {
        if (scale.zero_point < -128 || scale.zero_point > 127)
            throw_layer("zero points from -128 to 127", fmt::format("{}", scale.zero_point));
    }
    if (weights.state_type == SvdfState::Int16) {
        if (weights.state.zero_point != 0) {
            throw_layer("zero point 0 for an int16 state",
                        fmt::format("{}", weights.state.zero_point));
        }
        return;
    }
    for (const std::int16_t weight : weights.time) {
        if (weight < -128 || weight > 127)
            throw_layer("int8 time weights for an int8 state", fmt::format("{}", weight));
    }
}

}  // namespace

Svdf::Svdf(SvdfWeights weights, std::int64_t batch) : weights_(std::move(weights)), batch_(batch) {
    const std::size_t state = checked_state(weights_.shape, batch);
    check_counts(weights_);
    for (const auto* values : {&weights_.feature, &weights_.time, &weights_.bias})
        check_finite("An SVDF weight", *values);
    state_.resize(state);
}

std::vector<float> Svdf::push(std::span<const float> frames) {
    const SvdfShape& shape = weights_.shape;
    check_frames(frames.size(), shape.inputs, batch_);
    check_finite("A chunk of frames", frames);
    const std::size_t inputs = shape.inputs, memory = shape.memory, units = shape.units;
    const std::size_t batch = batch_, share = state_.size() / batch;
    const std::size_t rows = frames.size() / inputs;
    std::vector<float> out(rows * units);
    for (std::size_t row = 0; row < rows; ++row) {
        const float* x = frames.data() + row * inputs;
        step(
            shape, std::span(state_).subspan(row % batch * share, share),
            [&](std::size_t f) {
                return float(dot(weights_.feature.data() + f * inputs, x, inputs, 0.0));
            },
            [&](std::size_t f, std::span<const float> state) {
                return dot(weights_.time.data() + f * memory, state.data(), memory, 0.0);
            },
            [&](std::size_t u, double sum) {
                const auto y = static_cast<float>(sum + double{weights_.bias[u]});
                const bool is_cut = weights_.activation == Activation::Relu && y < 0;
                out[row * units + u] = is_cut ? 0.0F : y;
            });
    }
    return out;
}

void Svdf::reset() { std::ranges::fill(state_, 0.0F); }

Int8Svdf::Int8Svdf(Int8SvdfWeights weights, std::int64_t batch)
    : weights_(std::move(weights)), batch_(batch) {
    const std::size_t state = checked_state(weights_.shape, batch);
    check_counts(weights_);
    check_scales(weights_);
    // The kernel works out both ratios in float32; in double the mantissas would differ.
    const float to_state = weights_.input.scale * weights_.feature_scale / weights_.state.scale;
    const float to_output = weights_.state.scale * weights_.time_scale / weights_.output.scale;
    to_state_ = fixed_multiplier(to_state);
    to_output_ = fixed_multiplier(to_output);
    state_.resize(state);
    reset();
}

std::vector<std::int8_t> Int8Svdf::push(std::span<const std::int8_t> frames) {
    const SvdfShape& shape = weights_.shape;
    check_frames(frames.size(), shape.inputs, batch_);
    const std::size_t inputs = shape.inputs, memory = shape.memory, units = shape.units;
    const std::size_t batch = batch_, share = state_.size() / batch;
    const std::size_t rows = frames.size() / inputs;
    const std::int32_t most = weights_.state_type == SvdfState::Int16 ? 32767 : 127;
    const std::int64_t input_zero = weights_.input.zero_point, zero = weights_.state.zero_point;
    std::vector<std::int8_t> out(rows * units);
    for (std::size_t row = 0; row < rows; ++row) {
        const std::int8_t* x = frames.data() + row * inputs;
        step(
            shape, std::span(state_).subspan(row % batch * share, share),
            [&](std::size_t f) {
                const auto sum = dot(weights_.feature.data() + f * inputs, x, inputs, input_zero);
                const std::int32_t value = requantize(saturated(sum), to_state_, Rounding::Double);
                return static_cast<std::int16_t>(std::clamp(value, -most - 1, most) + zero);
            },
            [&](std::size_t f, std::span<const std::int16_t> state) {
                return dot(weights_.time.data() + f * memory, state.data(), memory, zero);
            },
            [&](std::size_t u, std::int64_t sum) {
                const std::int32_t whole = saturated(sum + weights_.bias[u]);
                const std::int64_t y =
                    std::int64_t{requantize(whole, to_output_, Rounding::Double)} +
                    weights_.output.zero_point;
                out[row * units + u] =
                    static_cast<std::int8_t>(std::clamp<std::int64_t>(y, -128, 127));
            });
    }
    return out;
}

void Int8Svdf::reset() {
    std::ranges::fill(state_, static_cast<std::int16_t>(weights_.state.zero_point));
}

}  // namespace millrace::ops
