#include "nodes/ops/kws/tflite_kernels.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <type_traits>

#include "engine/problem.hpp"

namespace millrace::ops {
namespace {

template <class T>
T saturated(std::int64_t x) {
    using Limits = std::numeric_limits<T>;
    return static_cast<T>(
        std::clamp(x, std::int64_t{Limits::lowest()}, std::int64_t{Limits::max()}));
}

/// Calls `work` with batch, output row, output column and where the output's channels begin.
template <class Work>
void for_each_window(const WindowShape& shape, const Work& work) {
    std::int64_t at = 0;
    for (std::int64_t b = 0; b < shape.batch; ++b) {
        for (std::int64_t y = 0; y < shape.height.out; ++y) {
            for (std::int64_t x = 0; x < shape.width.out; ++x, at += shape.out_channels)
                work(b, y, x, static_cast<std::size_t>(at));
        }
    }
}

/// Calls `work` for each tap within the input, with the tap's number and where the input's
/// channels begin. Taps in the padding are skipped.
template <class Work>
void for_each_tap(const WindowShape& shape, std::int64_t b, std::int64_t y, std::int64_t x,
                  const Work& work) {
    const WindowAxis &rows = shape.height, &columns = shape.width;
    const std::int64_t first_column = columns.first_tap(x);
    for (std::int64_t j = rows.first_tap(y); j < rows.kernel; ++j) {
        const std::int64_t row = rows.position(y, j);
        if (row >= rows.in) break;
        for (std::int64_t i = first_column; i < columns.kernel; ++i) {
            const std::int64_t column = columns.position(x, i);
            if (column >= columns.in) break;
            work(static_cast<std::size_t>(j * columns.kernel + i),
                 static_cast<std::size_t>(((b * rows.in + row) * columns.in + column) *
                                          shape.in_channels));
        }
    }
}

std::int64_t bias_of(std::span<const std::int32_t> bias, std::size_t channel) {
    return bias.empty() ? 0 : bias[channel];
}

std::int32_t step_of(float real, Int8Scale scale) {
    // In float32, as the reference does.
    return saturated<std::int32_t>(std::llround(
        std::clamp(std::round(double{real / scale.scale}), -2147483648.0, 2147483647.0)));
}

template <class In, class Out>
void convert_values(const std::vector<In>& input, Int8Scale from, Int8Scale to,
                    std::vector<Out>& output) {
    const auto by = [&] {
        if constexpr (std::is_integral_v<In> && std::is_integral_v<Out>)
            return fixed_multiplier(double{from.scale} / double{to.scale});
        else
            return 0;
    }();
    for (std::size_t i = 0; i < input.size(); ++i) {
        if constexpr (std::is_same_v<In, float> && std::is_same_v<Out, float>) {
            output[i] = input[i];
        } else if constexpr (std::is_same_v<In, float>) {
            if (std::isnan(input[i])) {
                throw engine::Error({.code = "E-TFL-011",
                                     .what = "A value to quantize is NaN",
                                     .expected = "numbers",
                                     .found = "NaN",
                                     .mend = "Look for the node that makes the first NaN."});
            }
            output[i] = saturated<Out>(std::int64_t{step_of(input[i], to)} + to.zero_point);
        } else if constexpr (std::is_same_v<Out, float>) {
            const double steps = double(input[i]) - double(from.zero_point);
            output[i] = static_cast<float>(double{from.scale} * steps);
        } else {
            const auto x = saturated<std::int32_t>(std::int64_t{input[i]} - from.zero_point);
            output[i] =
                saturated<Out>(std::int64_t{requantize(x, by, Rounding::Double)} + to.zero_point);
        }
    }
}

}  // namespace

WindowAxis window_axis(std::int64_t in, std::int64_t kernel, std::int64_t stride,
                       std::int64_t dilation, TflitePadding padding) {
    WindowAxis axis{.in = in, .kernel = kernel, .stride = stride, .dilation = dilation};
    const std::int64_t reach = (kernel - 1) * dilation + 1;
    if (padding == TflitePadding::Valid) {
        axis.out = reach > in ? 0 : (in - reach) / stride + 1;
        return axis;
    }
    axis.out = (in + stride - 1) / stride;
    axis.before = std::max<std::int64_t>(0, (axis.out - 1) * stride + reach - in) / 2;
    return axis;
}

std::int8_t OutputStage::operator()(std::int64_t sum, std::size_t channel) const {
    const FixedMultiplier& by = multipliers[multipliers.size() == 1 ? 0 : channel];
    const std::int64_t scaled = requantize(saturated<std::int32_t>(sum), by, Rounding::Double);
    return static_cast<std::int8_t>(std::clamp<std::int64_t>(scaled + zero_point, low, high));
}

void apply_activation(TfliteActivation activation, Int8Scale scale, OutputStage& stage) {
    const auto at = [&](float real) {
        return saturated<std::int32_t>(std::int64_t{step_of(real, scale)} + scale.zero_point);
    };
    const bool is_cut_at_minus_one = activation == TfliteActivation::ReluN1To1;
    if (activation == TfliteActivation::None) return;
    stage.low = std::clamp(at(is_cut_at_minus_one ? -1 : 0), -128, 127);
    if (activation != TfliteActivation::Relu)
        stage.high = std::clamp(at(is_cut_at_minus_one ? 1 : 6), stage.low, 127);
}

void int8_conv(const WindowShape& shape, std::span<const std::int8_t> input, int input_zero,
               std::span<const std::int8_t> weights, std::span<const std::int32_t> bias,
               const OutputStage& stage, std::span<std::int8_t> output) {
    const auto outs = static_cast<std::size_t>(shape.out_channels);
    const auto taps = static_cast<std::size_t>(shape.height.kernel * shape.width.kernel);
    const std::size_t depth = weights.size() / outs / taps;
    const std::size_t groups = static_cast<std::size_t>(shape.in_channels) / depth;
    for_each_window(shape, [&](auto b, auto y, auto x, std::size_t at) {
        for (std::size_t o = 0; o < outs; ++o) {
            const std::size_t first = o / (outs / groups) * depth;
            std::int32_t sum = 0;
            for_each_tap(shape, b, y, x, [&](std::size_t tap, std::size_t from) {
                const std::int8_t* w = weights.data() + (o * taps + tap) * depth;
                const std::int8_t* values = input.data() + from + first;
                for (std::size_t c = 0; c < depth; ++c) sum += w[c] * (values[c] - input_zero);
            });
            output[at + o] = stage(sum + bias_of(bias, o), o);
        }
    });
}

void int8_depthwise_conv(const WindowShape& shape, std::span<const std::int8_t> input,
                         int input_zero, std::span<const std::int8_t> weights,
                         std::span<const std::int32_t> bias, const OutputStage& stage,
                         std::span<std::int8_t> output) {
    const auto outs = static_cast<std::size_t>(shape.out_channels);
    const std::size_t multiplier = outs / static_cast<std::size_t>(shape.in_channels);
    std::vector<std::int32_t> sums(outs);
    for_each_window(shape, [&](auto b, auto y, auto x, std::size_t at) {
        std::ranges::fill(sums, 0);
        for_each_tap(shape, b, y, x, [&](std::size_t tap, std::size_t from) {
            for (std::size_t o = 0; o < outs; ++o)
                sums[o] += weights[tap * outs + o] * (input[from + o / multiplier] - input_zero);
        });
        for (std::size_t o = 0; o < outs; ++o)
            output[at + o] = stage(sums[o] + bias_of(bias, o), o);
    });
}

void int8_average_pool(const WindowShape& shape, std::span<const std::int8_t> input,
                       const OutputStage& stage, std::span<std::int8_t> output) {
    for_each_window(shape, [&](auto b, auto y, auto x, std::size_t at) {
        for (std::size_t c = 0; c < static_cast<std::size_t>(shape.out_channels); ++c) {
            std::int64_t sum = 0, count = 0;
            for_each_tap(shape, b, y, x, [&](std::size_t, std::size_t from) {
                sum += input[from + c];
                ++count;
            });
            const std::int64_t half = count / 2;
            const std::int64_t mean = count == 0 ? 0 : (sum > 0 ? sum + half : sum - half) / count;
            output[at + c] =
                static_cast<std::int8_t>(std::clamp<std::int64_t>(mean, stage.low, stage.high));
        }
    });
}

void int8_max_pool(const WindowShape& shape, std::span<const std::int8_t> input,
                   const OutputStage& stage, std::span<std::int8_t> output) {
    for_each_window(shape, [&](auto b, auto y, auto x, std::size_t at) {
        for (std::size_t c = 0; c < static_cast<std::size_t>(shape.out_channels); ++c) {
            std::int32_t most = -128;
            for_each_tap(shape, b, y, x, [&](std::size_t, std::size_t from) {
                most = std::max<std::int32_t>(most, input[from + c]);
            });
            output[at + c] = static_cast<std::int8_t>(std::clamp(most, stage.low, stage.high));
        }
    });
}

void int8_softmax(std::span<const std::int8_t> input, std::int64_t depth, double scale_times_beta,
                  TfliteValues& output) {
    std::array<double, 256> powers;
    for (std::size_t i = 0; i < powers.size(); ++i)
        powers[i] = std::exp(-scale_times_beta * static_cast<double>(i));
    const auto width = static_cast<std::size_t>(depth);
    const auto rows = [&](auto& out, double steps) {
        using Out = typename std::decay_t<decltype(out)>::value_type;
        for (std::size_t at = 0; at < input.size(); at += width) {
            const auto row = input.subspan(at, width);
            const int most = *std::ranges::max_element(row);
            const auto power = [&](std::int8_t x) { return powers[std::size_t(most - x)]; };
            double sum = 0;
            for (const std::int8_t x : row) sum += power(x);
            for (std::size_t i = 0; i < width; ++i) {
                const auto share = std::llround(steps * power(row[i]) / sum);
                out[at + i] =
                    saturated<Out>(share + std::int64_t{std::numeric_limits<Out>::lowest()});
            }
        }
    };
    if (auto* bytes = std::get_if<std::vector<std::int8_t>>(&output)) rows(*bytes, 256);
    if (auto* words = std::get_if<std::vector<std::int16_t>>(&output)) rows(*words, 65536);
}

void convert_tensor(const TfliteValues& input, Int8Scale from, Int8Scale to, TfliteValues& output) {
    std::visit([&](const auto& in, auto& out) { convert_values(in, from, to, out); }, input,
               output);
}

}  // namespace millrace::ops
