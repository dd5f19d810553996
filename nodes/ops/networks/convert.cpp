#include "nodes/ops/networks/convert.hpp"

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <fmt/format.h>

#include "engine/problem.hpp"
#include "nodes/ops/kws/int8_layers.hpp"

namespace millrace::ops {
namespace {

[[noreturn]] void fail(std::string what, std::string expected, std::string found,
                       const char* mend) {
    throw engine::Error({.code = "E-NET-007",
                         .what = std::move(what),
                         .expected = std::move(expected),
                         .found = std::move(found),
                         .mend = mend});
}

std::vector<float> floats_of(const at::Tensor& tensor) {
    const at::Tensor flat = tensor.detach().to(at::kFloat).contiguous();
    return {flat.data_ptr<float>(), flat.data_ptr<float>() + flat.numel()};
}

engine::Array array_of(const std::vector<float>& values) {
    engine::Array array;
    for (const float value : values) array.push_back(static_cast<double>(value));
    return array;
}

/// Symmetric, one scale; `most` steps to either side.
template <class T>
float quantize_whole(const std::vector<float>& weights, int most, std::vector<T>& integers) {
    float largest = 0;
    for (const float weight : weights) largest = std::max(largest, std::abs(weight));
    const float scale = largest > 0 ? largest / static_cast<float>(most) : 1;
    for (const float weight : weights) {
        const double step = std::round(static_cast<double>(weight) / scale);
        integers.push_back(static_cast<T>(std::clamp(step, -1.0 * most, 1.0 * most)));
    }
    return scale;
}

/// Depthwise weights [taps][channels] by channel, the form that scales are made for.
std::vector<float> transposed(const std::vector<float>& values, std::size_t rows) {
    const std::size_t columns = values.size() / rows;
    std::vector<float> turned(values.size());
    for (std::size_t row = 0; row < rows; ++row) {
        for (std::size_t column = 0; column < columns; ++column)
            turned[column * rows + row] = values[row * columns + column];
    }
    return turned;
}

class Converter {
public:
    Converter(const Network& network, const NamedTensors& parameters, const NamedTensors& buffers,
              SvdfDiscipline discipline)
        : network_(network), parameters_(parameters), buffers_(buffers), discipline_(discipline) {}

    Int8Network convert() {
        if (!network_.quantization().on)
            fail("The model has no ranges for int8",
                 "a model that was calibrated or trained for int8", "a float model",
                 "Put quantizers.calibrate_int8 before it.");
        const std::vector<Layer>& layers = network_.layers();
        places_.resize(layers.size());
        made_.input_channels = static_cast<std::uint32_t>(network_.input().channels);
        made_.input = scale_of(layers.front().name);
        places_[0] = {0, made_.input};
        for (std::size_t i = 1; i < layers.size(); ++i) places_[i] = add(static_cast<int>(i));
        made_.labels = network_.classes();
        made_.metadata = engine::to_json(metadata());
        return std::move(made_);
    }

private:
    /// Where a float layer's output is on the device: 0 is the input, i the output of layer i - 1.
    struct Place {
        std::uint32_t source = 0;
        Int8Scale scale;
    };

    std::vector<float> parameter(const Layer& layer, const char* name) const {
        return floats_of(parameters_.find(layer.name + "." + name)->second);
    }
    double buffer(const std::string& name) const {
        return buffers_.find(name)->second.item<double>();
    }
    Int8Scale scale_of(const std::string& name) const {
        const double low = buffer(name + ".low"), high = buffer(name + ".high");
        if (low == 0 && high == 0)
            fail(fmt::format("The range of \"{}\" was never measured", name), "a calibrated model",
                 "0 to 0", "Run examples through it in training or calibration first.");
        return activation_scale(std::min(low, 0.0), std::max(high, 0.0));
    }

    /// The activation behind a fused layer, or none.
    const Layer* activation_of(int number) const {
        if (!network_.is_fused(number)) return nullptr;
        const auto reader = std::ranges::find(network_.layers(), number, &Layer::from);
        return &*reader;
    }

    Place add(int number) {
        const Layer& layer = network_.layers()[static_cast<std::size_t>(number)];
        if (layer.from == kInput)
            fail(fmt::format("Layer \"{}\" reads features that are not normalized", layer.name),
                 "the first layer's output", "the input", "Let it read the first layer.");
        const Place from = places_[static_cast<std::size_t>(layer.from)];
        if (layer.kind == LayerKind::Spread) return from;
        const bool activation = layer.kind == LayerKind::Relu || layer.kind == LayerKind::Relu6;
        if (activation && network_.is_fused(layer.from)) return from;

        Int8Layer made;
        made.name = layer.name;
        made.source_a = from.source;
        made.positions_in = static_cast<std::uint32_t>(layer.in.positions);
        made.channels_in = static_cast<std::uint32_t>(layer.in.channels);
        made.positions_out = static_cast<std::uint32_t>(layer.out.positions);
        made.channels_out = static_cast<std::uint32_t>(layer.out.channels);
        made.discipline = discipline_;
        const Layer* act = activation_of(number);
        made.output = scale_of(act ? act->name : layer.name);
        if (act) made.low = made.output.zero_point;
        switch (layer.kind) {
            case LayerKind::Conv:
                conv(layer, from.scale, made);
                break;
            case LayerKind::Svdf:
                svdf(layer, from.scale, made);
                break;
            case LayerKind::Add: {
                const Place with = places_[static_cast<std::size_t>(layer.with)];
                made.kind = Int8Kind::Add;
                made.source_b = with.source;
                made.multipliers = add_multipliers(from.scale, with.scale, made.output);
                break;
            }
            case LayerKind::Mean:
                made.kind = Int8Kind::Mean;
                made.multipliers = mean_multipliers(from.scale, made.positions_in, made.output);
                break;
            default:
                fail(fmt::format("Layer \"{}\" has no int8 form", layer.name),
                     "conv, svdf, add, mean, and activations behind the first three",
                     std::string(to_text(layer.kind)), "Change the architecture.");
        }
        made_.layers.push_back(std::move(made));
        return {static_cast<std::uint32_t>(made_.layers.size()), made_.layers.back().output};
    }

    void conv(const Layer& layer, Int8Scale input, Int8Layer& made) const {
        made.kind = layer.depthwise ? Int8Kind::DepthwiseConv : Int8Kind::Conv;
        made.kernel_time = static_cast<std::uint32_t>(layer.kernel);
        made.kernel_freq = static_cast<std::uint32_t>(layer.frequency_kernel);
        made.stride_freq = static_cast<std::uint32_t>(layer.frequency_stride);
        made.pad_low = static_cast<std::uint32_t>(layer.pad_low);
        made.pad_high = static_cast<std::uint32_t>(layer.pad_high);
        const auto channels = static_cast<std::size_t>(layer.out.channels);
        std::vector<float> weights = parameter(layer, "weight");
        const std::size_t taps = weights.size() / channels;
        if (layer.depthwise) weights = transposed(weights, taps);
        const Int8Weights integers = quantize_weights(weights, layer.out.channels);
        const std::vector<float> bias =
            layer.bias ? parameter(layer, "bias") : std::vector<float>(channels);
        const std::vector<std::int32_t> steps = quantize_bias(bias, input, integers.scales);
        if (layer.depthwise) {
            made.weight.resize(integers.values.size());
            for (std::size_t channel = 0; channel < channels; ++channel) {
                for (std::size_t tap = 0; tap < taps; ++tap)
                    made.weight[tap * channels + channel] = integers.values[channel * taps + tap];
            }
            made.bias = folded_depthwise_bias(made.weight, steps, input.zero_point);
        } else {
            made.weight = integers.values;
            made.bias = folded_bias(made.weight, steps, input.zero_point);
        }
        for (const float scale : integers.scales) {
            made.multipliers.push_back(
                fixed_multiplier(static_cast<double>(input.scale) * scale / made.output.scale));
        }
    }

    void svdf(const Layer& layer, Int8Scale input, Int8Layer& made) const {
        made.kind = Int8Kind::Svdf;
        made.kernel_time = static_cast<std::uint32_t>(layer.memory);
        made.kernel_freq = static_cast<std::uint32_t>(layer.rank);
        const float feature = quantize_whole(parameter(layer, "feature"), 127, made.weight);
        const float time = quantize_whole(parameter(layer, "time"), 32767, made.time);
        const std::string state_name = layer.name + "/state";
        const double most =
            std::max(std::abs(buffer(state_name + ".low")), std::abs(buffer(state_name + ".high")));
        const auto state = static_cast<float>(most > 0 ? most / 32767 : 1);
        const std::vector<std::int32_t> zeros(static_cast<std::size_t>(layer.units * layer.rank));
        made.feature_bias = folded_bias(made.weight, zeros, input.zero_point);
        const std::vector<float> scales(static_cast<std::size_t>(layer.units), time);
        made.bias = quantize_bias(parameter(layer, "bias"), {.scale = state}, scales);
        made.multipliers = svdf_multipliers(input.scale, feature, state, time, made.output.scale);
    }

    engine::Value metadata() const {
        const std::string& name = network_.layers().front().name;
        const at::Tensor variance = buffers_.find(name + ".variance")->second;
        engine::Value data =
            engine::Object{{"input", *network_.spec().find("input")},
                           {"mean", array_of(floats_of(buffers_.find(name + ".mean")->second))},
                           {"scale", array_of(floats_of((variance + kFeatureEpsilon).rsqrt()))}};
        if (const engine::Value* readout = network_.spec().find("readout"))
            data["readout"] = *readout;
        if (const engine::Value* model = network_.spec().find("name")) data["name"] = *model;
        return data;
    }

    const Network& network_;
    const NamedTensors& parameters_;
    const NamedTensors& buffers_;
    SvdfDiscipline discipline_;
    std::vector<Place> places_;
    Int8Network made_;
};

}  // namespace

RangeMeter::RangeMeter(const Network& network, double percentile)
    : network_(network), percentile_(percentile) {}

void RangeMeter::add(const NamedTensors& parameters, const NamedTensors& buffers,
                     const at::Tensor& features) {
    const at::NoGradGuard no_gradients;
    Pass pass;
    pass.rounding = DeviceRounding::Off;
    pass.watch = [this](const std::string& name, const at::Tensor& values) {
        const at::Tensor flat = values.flatten();
        double low = flat.min().item<double>(), high = flat.max().item<double>();
        if (percentile_ < 100) {
            const auto beyond = static_cast<std::int64_t>(
                std::floor((1 - percentile_ / 100) * static_cast<double>(flat.numel())));
            low = std::get<0>(flat.kthvalue(1 + beyond)).item<double>();
            high = std::get<0>(flat.kthvalue(flat.numel() - beyond)).item<double>();
        }
        const auto [range, first] = ranges_.try_emplace(name, Range{low, high});
        if (first) return;
        range->second.low = std::min(range->second.low, low);
        range->second.high = std::max(range->second.high, high);
    };
    forward(network_, parameters, buffers, features, pass);
}

NamedTensors RangeMeter::buffers(const NamedTensors& buffers) const {
    if (ranges_.empty())
        fail("No example has come for calibration", "1 or more", "none", "Give it examples.");
    NamedTensors filled = buffers;
    const std::vector<std::string> fixed = network_.fixed_ranges();
    for (const std::string& name : network_.device_tensors()) {
        if (std::ranges::find(fixed, name) != fixed.end()) continue;
        const Range& range = ranges_.at(name);
        filled[name + ".low"] = at::full({1}, range.low, at::kFloat);
        filled[name + ".high"] = at::full({1}, range.high, at::kFloat);
    }
    return filled;
}

Int8Network to_int8(const Network& network, const NamedTensors& parameters,
                    const NamedTensors& buffers, SvdfDiscipline discipline) {
    return Converter(network, parameters, buffers, discipline).convert();
}

std::vector<RoundingError> rounding_errors(const Network& network, const NamedTensors& parameters,
                                           const NamedTensors& buffers,
                                           const at::Tensor& features) {
    const at::NoGradGuard no_gradients;
    NamedTensors exact, rounded;
    Pass pass;
    pass.rounding = DeviceRounding::Off;
    pass.watch = [&](const std::string& name, const at::Tensor& values) { exact[name] = values; };
    forward(network, parameters, buffers, features, pass);
    pass.rounding = DeviceRounding::On;
    pass.watch = [&](const std::string& name, const at::Tensor& values) { rounded[name] = values; };
    forward(network, parameters, buffers, features, pass);
    std::vector<RoundingError> errors;
    for (const std::string& name : network.device_tensors()) {
        const at::Tensor values = exact.at(name).to(at::kDouble);
        const double error =
            (rounded.at(name).to(at::kDouble) - values).square().sum().item<double>();
        const double signal = values.square().sum().item<double>();
        const double low = buffers.find(name + ".low")->second.item<double>();
        const double high = buffers.find(name + ".high")->second.item<double>();
        const double beyond =
            (values.lt(low) + values.gt(high)).to(at::kDouble).mean().item<double>();
        errors.push_back({name, error > 0 ? 10 * std::log10(signal / error) : INFINITY, beyond});
    }
    return errors;
}

}  // namespace millrace::ops
