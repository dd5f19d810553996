#include "nodes/ops/kws/tflite_builder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "engine/problem.hpp"
#include "nodes/ops/kws/tflite_operators.hpp"

namespace millrace::ops {

namespace {

constexpr std::int64_t kMostProducts = 65536;  // of 255 * 128 fit int32

}  // namespace

Int8Scale TfliteBuilder::int8(int index) const {
    require(tensor(index).type == TfliteType::Int8, "int8 activations");
    return scale_of(tensor(index));
}

const std::vector<float>& TfliteBuilder::weight_scales(int index, int axis,
                                                       std::int64_t channels) const {
    const TfliteTensor& weights = tensor(index);
    require(weights.type == TfliteType::Int8, "int8 weights");
    const bool is_shared = weights.scales.size() == 1;
    if (!is_shared && (weights.axis != axis || !std::cmp_equal(weights.scales.size(), channels)))
        throw_tflite_scale("one scale or one for each output channel", where());
    if (std::ranges::any_of(weights.zero_points, [](auto zero) { return zero != 0; }))
        throw_tflite_scale("weights with zero point 0", where());
    for (const float scale : weights.scales)
        if (!(scale > 0))
            throw_tflite_scale("positive scales", fmt::format("{} in {}", scale, where()));
    return weights.scales;
}

std::optional<int> TfliteBuilder::bias(const TfliteOperator& op, std::size_t slot,
                                       std::int64_t channels) {
    if (op.inputs.size() <= slot || op.inputs[slot] < 0) return std::nullopt;
    const TfliteTensor& bias = tensor(op.inputs[slot]);
    require(bias.type == TfliteType::Int32 && bias.count() == channels,
            "an int32 bias for each output channel");
    return op.inputs[slot];
}

OutputStage TfliteBuilder::output_stage(const TfliteOperator& op) const {
    const Int8Scale scale = int8(op.outputs[0]);
    OutputStage stage{.zero_point = scale.zero_point};
    apply_activation(op.options.activation, scale, stage);
    return stage;
}

WindowShape TfliteBuilder::window(const TfliteOperator& op, std::int64_t kernel_height,
                                  std::int64_t kernel_width) const {
    const auto &in = tensor(op.inputs[0]).shape, &out = tensor(op.outputs[0]).shape;
    require(in.size() == 4 && out.size() == 4, "images [batch, height, width, channels]");
    const TfliteOptions& options = op.options;
    const WindowShape shape{.batch = in[0],
                            .height = window_axis(in[1], kernel_height, options.stride_height,
                                                  options.dilation_height, options.padding),
                            .width = window_axis(in[2], kernel_width, options.stride_width,
                                                 options.dilation_width, options.padding),
                            .in_channels = in[3],
                            .out_channels = out[3]};
    require(out[0] == in[0] && out[1] == shape.height.out && out[2] == shape.width.out,
            "an output as large as strides and padding make it");
    return shape;
}

TfliteNetwork::Step TfliteBuilder::weighted(const TfliteOperator& op) {
    const TfliteTensor &in = tensor(op.inputs[0]), &weights = tensor(op.inputs[1]);
    const TfliteTensor& out = tensor(op.outputs[0]);
    const bool is_dense = op.kind == TfliteKind::FullyConnected;
    const bool is_depthwise = op.kind == TfliteKind::DepthwiseConv;
    require(weights.shape.size() == (is_dense ? 2 : 4), "weights of 2 axes, or 4 for images");
    WindowShape shape;
    std::int64_t products = 0;
    if (is_dense) {
        shape.in_channels = weights.shape[1];
        shape.out_channels = weights.shape[0];
        shape.batch = in.count() / shape.in_channels;
        products = shape.in_channels;
        require(in.count() == shape.batch * shape.in_channels &&
                    out.count() == shape.batch * shape.out_channels,
                "inputs and outputs as wide as the weights");
    } else {
        shape = window(op, weights.shape[1], weights.shape[2]);
        products = weights.shape[1] * weights.shape[2];
        if (is_depthwise) {
            require(weights.shape[0] == 1 && weights.shape[3] == shape.out_channels &&
                        shape.out_channels % shape.in_channels == 0,
                    "weights [1, height, width, a multiple of the input's channels]");
        } else {
            const std::int64_t depth = weights.shape[3];
            const bool is_parted = shape.in_channels % depth == 0;
            products *= depth;
            require(weights.shape[0] == shape.out_channels && is_parted &&
                        shape.out_channels % (shape.in_channels / depth) == 0,
                    "weights [output channels, height, width, input channels of a group]");
        }
    }
    if (products > kMostProducts)
        throw_tflite_limit(fmt::format("sums of at most {} products", kMostProducts),
                           fmt::format("{} in {}", products, where()));
    layer_.macs = out.count() * products;

    const Int8Scale in_scale = int8(op.inputs[0]), out_scale = int8(op.outputs[0]);
    const auto& scales = weight_scales(op.inputs[1], is_depthwise ? 3 : 0, shape.out_channels);
    OutputStage stage = output_stage(op);
    for (const float scale : scales) {
        // FULLY_CONNECTED with one scale multiplies in float32, all else in float64.
        const double product = is_dense && scales.size() == 1
                                   ? double{in_scale.scale * scale}
                                   : double{in_scale.scale} * double{scale};
        stage.multipliers.push_back(fixed_multiplier(product / double{out_scale.scale}));
    }
    const auto kernel = is_depthwise ? int8_depthwise_conv : int8_conv;
    return [kernel, shape, stage, bias = bias(op, 2, shape.out_channels), x = op.inputs[0],
            w = op.inputs[1], y = op.outputs[0], zero = in_scale.zero_point](auto& net) {
        const auto biases =
            bias ? std::span<const std::int32_t>(net.template values<std::int32_t>(*bias))
                 : std::span<const std::int32_t>();
        kernel(shape, net.template values<std::int8_t>(x), zero,
               net.template values<std::int8_t>(w), biases, stage,
               net.template values<std::int8_t>(y));
    };
}

TfliteNetwork::Step TfliteBuilder::svdf(const TfliteOperator& op) {
    const TfliteTensor &in = tensor(op.inputs[0]), &feature = tensor(op.inputs[1]);
    const TfliteTensor &time = tensor(op.inputs[2]), &state = tensor(op.inputs[4]);
    const TfliteTensor& out = tensor(op.outputs[0]);
    require(in.shape.size() == 2 && feature.shape.size() == 2 && time.shape.size() == 2,
            "an input and weights of 2 axes");
    const std::int64_t filters = feature.shape[0], rank = op.options.rank;
    require(filters % rank == 0, "a rank that divides the filters");
    const SvdfShape shape{
        .inputs = in.shape[1], .units = filters / rank, .rank = rank, .memory = time.shape[1]};
    const std::int64_t batch = in.shape[0];
    require(feature.shape[1] == shape.inputs && time.shape[0] == filters &&
                out.count() == batch * shape.units &&
                state.count() == batch * filters * shape.memory,
            "weights, state and output of fitting sizes");
    const bool is_wide = state.type == TfliteType::Int16;
    require(is_wide || state.type == TfliteType::Int8, "an int16 or int8 state");
    require(state.type == time.type && state.is_variable && state.data.empty(),
            "a variable state of the type of the time weights");
    require(op.options.activation == TfliteActivation::Relu ||
                op.options.activation == TfliteActivation::None,
            "RELU or no activation");
    if (std::ranges::find(states_, op.inputs[4]) != states_.end())
        throw_order("one layer for a state", op.inputs[4]);
    states_.push_back(op.inputs[4]);
    layer_.state_bytes = state.count() * std::int64_t(size_of(state.type));
    layer_.macs = batch * filters * (shape.inputs + shape.memory);

    require(feature.type == TfliteType::Int8, "int8 feature weights");
    const Int8Scale feature_scale = scale_of(feature), time_scale = scale_of(time);
    if (feature_scale.zero_point != 0 || time_scale.zero_point != 0)
        throw_tflite_scale("weights with zero point 0", where());
    Int8SvdfWeights weights{
        .shape = shape,
        .state_type = is_wide ? SvdfState::Int16 : SvdfState::Int8,
        .feature = net_.values<std::int8_t>(op.inputs[1]),
        .bias = std::vector<std::int32_t>(static_cast<std::size_t>(shape.units)),
        .feature_scale = feature_scale.scale,
        .time_scale = time_scale.scale,
        .input = int8(op.inputs[0]),
        .state = scale_of(state),
        .output = int8(op.outputs[0])};
    if (is_wide) {
        weights.time = net_.values<std::int16_t>(op.inputs[2]);
    } else {
        const auto& narrow = net_.values<std::int8_t>(op.inputs[2]);
        weights.time.assign(narrow.begin(), narrow.end());
    }
    if (const auto given = bias(op, 3, shape.units))
        weights.bias = net_.values<std::int32_t>(*given);
    net_.svdfs_.emplace_back(std::move(weights), batch);
    return [index = net_.svdfs_.size() - 1, x = op.inputs[0], y = op.outputs[0]](auto& net) {
        net.template values<std::int8_t>(y) =
            net.svdfs_[index].push(net.template values<std::int8_t>(x));
    };
}

TfliteNetwork::Step TfliteBuilder::pool(const TfliteOperator& op) {
    const WindowShape shape = window(op, op.options.filter_height, op.options.filter_width);
    require(shape.in_channels == shape.out_channels, "as many channels out as in");
    const Int8Scale in = int8(op.inputs[0]), out = int8(op.outputs[0]);
    if (in.scale != out.scale || in.zero_point != out.zero_point)
        throw_tflite_scale("one scale before and after pooling", where());
    const std::int64_t taps = std::min(shape.height.kernel, shape.height.in) *
                              std::min(shape.width.kernel, shape.width.in);
    layer_.macs = tensor(op.outputs[0]).count() * taps;
    const auto kernel = op.kind == TfliteKind::MaxPool ? int8_max_pool : int8_average_pool;
    return
        [kernel, shape, stage = output_stage(op), x = op.inputs[0], y = op.outputs[0]](auto& net) {
            kernel(shape, net.template values<std::int8_t>(x), stage,
                   net.template values<std::int8_t>(y));
        };
}

TfliteNetwork::Step TfliteBuilder::add(const TfliteOperator& op) {
    const int a = op.inputs[0], b = op.inputs[1], y = op.outputs[0];
    require(tensor(a).shape == tensor(b).shape && tensor(y).count() == tensor(a).count(),
            "two inputs and an output of one shape");
    const Int8Scale out = int8(y);
    // Scales too far apart shall be found here, not in the stream.
    int8_add({}, int8(a), {}, int8(b), out);
    return [=, a_scale = int8(a), b_scale = int8(b), stage = output_stage(op)](auto& net) {
        auto& sums = net.template values<std::int8_t>(y);
        sums = int8_add(net.template values<std::int8_t>(a), a_scale,
                        net.template values<std::int8_t>(b), b_scale, out);
        for (std::int8_t& sum : sums)
            sum = static_cast<std::int8_t>(std::clamp<int>(sum, stage.low, stage.high));
    };
}

TfliteNetwork::Step TfliteBuilder::elementwise(const TfliteOperator& op) {
    const int x = op.inputs[0], y = op.outputs[0];
    const TfliteTensor &in = tensor(x), &out = tensor(y);
    require(in.count() == out.count(), "an output as long as the input");
    const Int8Scale from = scale_of(in), to = scale_of(out);
    const bool is_float_in = in.type == TfliteType::Float32;
    const bool is_float_out = out.type == TfliteType::Float32;
    if (op.kind == TfliteKind::Dequantize || op.kind == TfliteKind::Quantize) {
        require(op.kind == TfliteKind::Dequantize ? !is_float_in && is_float_out : !is_float_out,
                "integers to float32, or anything to integers");
        fixed_multiplier(is_float_in || is_float_out ? 1 : double{from.scale} / double{to.scale});
        return [=](auto& net) {
            convert_tensor(net.values_[std::size_t(x)], from, to, net.values_[std::size_t(y)]);
        };
    }
    int8(x);
    OutputStage stage{.multipliers = {fixed_multiplier(double{from.scale} / double{to.scale})},
                      .zero_point = int8(y).zero_point};
    apply_activation(op.kind == TfliteKind::Relu ? TfliteActivation::Relu : TfliteActivation::Relu6,
                     to, stage);
    return [=](auto& net) {
        std::ranges::transform(
            net.template values<std::int8_t>(x), net.template values<std::int8_t>(y).begin(),
            [&](std::int8_t value) { return stage(value - from.zero_point, 0); });
    };
}

TfliteNetwork::Step TfliteBuilder::reshape(const TfliteOperator& op) {
    const int x = op.inputs[0], y = op.outputs[0];
    require(tensor(x).type == tensor(y).type && tensor(x).count() == tensor(y).count(),
            "an output of the input's type and length");
    return [=](auto& net) { net.values_[std::size_t(y)] = net.values_[std::size_t(x)]; };
}

TfliteNetwork::Step TfliteBuilder::softmax(const TfliteOperator& op) {
    const TfliteTensor &in = tensor(op.inputs[0]), &out = tensor(op.outputs[0]);
    require(!in.shape.empty() && in.count() == out.count(), "an output as long as the input");
    const bool is_wide = out.type == TfliteType::Int16;
    require(is_wide || out.type == TfliteType::Int8, "an int8 or int16 output");
    const Int8Scale scale = scale_of(out);
    const double step = is_wide ? 0x1p-16 : 0x1p-8;
    if (std::abs(double{scale.scale} - step) > step * 0.001 ||
        scale.zero_point != (is_wide ? -32768 : -128))
        throw_tflite_scale("steps of 1/256 from -128 on, or of 1/65536 from -32768 on", where());
    const double rate = double{int8(op.inputs[0]).scale} * double{op.options.beta};
    if (!std::isfinite(rate) || rate <= 0) throw_tflite_scale("a positive beta", where());
    return [x = op.inputs[0], y = op.outputs[0], depth = in.shape.back(), rate](auto& net) {
        int8_softmax(net.template values<std::int8_t>(x), depth, rate, net.values_[std::size_t(y)]);
    };
}

}  // namespace millrace::ops
