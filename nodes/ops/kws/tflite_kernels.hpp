// Kernels of a TensorFlow Lite network in int8, with the rounding of its reference kernels. Tensors
// are [batch, height, width, channels] row-major. The caller has checked all sizes and that no sum
// has more than 65536 products; plain functions, any thread.
#pragma once

#include <cstdint>
#include <span>
#include <variant>
#include <vector>

#include "nodes/ops/kws/requantize.hpp"
#include "nodes/ops/kws/tflite_file.hpp"

namespace millrace::ops {

/// A tensor's values as its type says.
using TfliteValues = std::variant<std::vector<float>, std::vector<std::int32_t>,
                                  std::vector<std::int16_t>, std::vector<std::int8_t>>;

/// Along one axis: where windows begin and what they read.
struct WindowAxis {
    std::int64_t in = 1, out = 1, kernel = 1, stride = 1, dilation = 1;
    std::int64_t before = 0;  ///< padding at the low end

    /// Input position of tap `tap` of window `window`; outside 0 to in - 1 is padding.
    std::int64_t position(std::int64_t window, std::int64_t tap) const {
        return window * stride - before + tap * dilation;
    }
    /// The first tap that is not before the input.
    std::int64_t first_tap(std::int64_t window) const {
        const std::int64_t begin = window * stride - before;
        return begin >= 0 ? 0 : (dilation - 1 - begin) / dilation;
    }
};

/// Sizes of the output along an axis and the padding before it: SAME covers the input, VALID stays
/// within it.
WindowAxis window_axis(std::int64_t in, std::int64_t kernel, std::int64_t stride,
                       std::int64_t dilation, TflitePadding padding);

struct WindowShape {
    std::int64_t batch = 1;
    WindowAxis height, width;
    std::int64_t in_channels = 1, out_channels = 1;
};

/// Sums become int8: times a multiplier for each output channel or one for all, plus the zero
/// point, clamped.
struct OutputStage {
    std::vector<FixedMultiplier> multipliers;
    std::int32_t zero_point = 0, low = -128, high = 127;

    std::int8_t operator()(std::int64_t sum, std::size_t channel) const;
};

/// Clamp of an int8 output after a fused activation.
void apply_activation(TfliteActivation activation, Int8Scale scale, OutputStage& stage);

/// `weights` [out_channels, height, width, in_channels / groups], the groups following from their
/// count; `bias` [out_channels] or empty.
void int8_conv(const WindowShape& shape, std::span<const std::int8_t> input, int input_zero,
               std::span<const std::int8_t> weights, std::span<const std::int32_t> bias,
               const OutputStage& stage, std::span<std::int8_t> output);

/// `weights` [height, width, out_channels]; output channel o reads input channel
/// o / (out_channels / in_channels).
void int8_depthwise_conv(const WindowShape& shape, std::span<const std::int8_t> input,
                         int input_zero, std::span<const std::int8_t> weights,
                         std::span<const std::int32_t> bias, const OutputStage& stage,
                         std::span<std::int8_t> output);

/// Mean rounded half away from zero, or greatest value, clamped to the stage's bounds; padding
/// doesn't count.
void int8_average_pool(const WindowShape& shape, std::span<const std::int8_t> input,
                       const OutputStage& stage, std::span<std::int8_t> output);
void int8_max_pool(const WindowShape& shape, std::span<const std::int8_t> input,
                   const OutputStage& stage, std::span<std::int8_t> output);

/// Softmax of rows of `depth` values: in float64, then in steps of 1/256 from -128 on (int8) or
/// 1/65536 from -32768 on (int16). The reference works in fixed point and may differ by 1 in int8.
void int8_softmax(std::span<const std::int8_t> input, std::int64_t depth, double scale_times_beta,
                  TfliteValues& output);

/// Values at another scale or type. Throws Error E-TFL-011 for NaN.
void convert_tensor(const TfliteValues& input, Int8Scale from, Int8Scale to, TfliteValues& output);

}  // namespace millrace::ops
