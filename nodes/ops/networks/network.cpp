#include "nodes/ops/networks/network.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/problem.hpp"
#include "engine/random.hpp"
#include "engine/value_parse.hpp"

namespace millrace::ops {
namespace {

at::Tensor filled(const std::vector<std::int64_t>& shape, double value) {
    return at::full(shape, value, at::kFloat);
}

at::Tensor normal(const std::vector<std::int64_t>& shape, double deviation, std::uint64_t seed,
                  const std::string& name) {
    at::Tensor tensor = at::empty(shape, at::kFloat);
    engine::Random random(seed, name, 0);
    float* values = tensor.data_ptr<float>();
    for (std::int64_t i = 0; i < tensor.numel(); ++i)
        values[i] = static_cast<float>(random.normal() * deviation);
    return tensor;
}

}  // namespace

std::int64_t Layer::macs() const {
    switch (kind) {
        case LayerKind::Conv:
            return out.size() * kernel * frequency_kernel * (depthwise ? 1 : in.channels);
        case LayerKind::Svdf:
            return units * rank * (in.channels + memory);
        default:
            return 0;
    }
}

bool Network::is_fused(int number) const {
    const LayerKind kind = layers_[static_cast<std::size_t>(number)].kind;
    if (kind != LayerKind::Conv && kind != LayerKind::Svdf && kind != LayerKind::Add) return false;
    int readers = 0;
    bool activated = false;
    for (const Layer& layer : layers_) {
        if (layer.from != number && layer.with != number) continue;
        ++readers;
        activated = layer.kind == LayerKind::Relu || layer.kind == LayerKind::Relu6;
    }
    return readers == 1 && activated;
}

std::vector<std::string> Network::device_tensors() const {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < layers_.size(); ++i) {
        const Layer& layer = layers_[i];
        if (layer.kind == LayerKind::Svdf) names.push_back(layer.name + "/state");
        if (layer.kind != LayerKind::Spread && !is_fused(static_cast<int>(i)))
            names.push_back(layer.name);
    }
    return names;
}

FrameShape Network::output() const { return layers_.back().out; }

std::int64_t Network::history() const {
    std::vector<std::int64_t> reach;  // of each layer's output
    const auto of = [&](int layer) {
        return layer == kInput ? 0 : reach[static_cast<std::size_t>(layer)];
    };
    for (const Layer& layer : layers_) {
        std::int64_t own = of(layer.from);
        if (layer.kind == LayerKind::Conv) own += layer.kernel - 1;
        if (layer.kind == LayerKind::Svdf) own += layer.memory - 1;
        if (layer.kind == LayerKind::Add) own = std::max(own, of(layer.with));
        reach.push_back(own);
    }
    return reach.back();
}

std::int64_t Network::macs_per_frame() const {
    std::int64_t macs = 0;
    for (const Layer& layer : layers_) macs += layer.macs();
    return macs;
}

Network::Shapes Network::parameter_shapes() const {
    Shapes shapes;
    for (const Layer& layer : layers_) {
        const auto add = [&](const char* name, std::vector<std::int64_t> shape) {
            shapes[layer.name + "." + name] = std::move(shape);
        };
        const std::int64_t channels = layer.out.channels;
        if (layer.kind == LayerKind::Conv && layer.depthwise)
            add("weight", {layer.kernel, layer.frequency_kernel, channels});
        else if (layer.kind == LayerKind::Conv)
            add("weight", {channels, layer.kernel, layer.frequency_kernel, layer.in.channels});
        if (layer.kind == LayerKind::Conv && layer.bias) add("bias", {channels});
        if (layer.kind == LayerKind::Svdf) {
            add("feature", {layer.units * layer.rank, layer.in.channels});
            add("time", {layer.units * layer.rank, layer.memory});
            add("bias", {layer.units});
        }
        if (layer.kind == LayerKind::BatchNorm) {
            add("weight", {channels});
            add("bias", {channels});
        }
    }
    return shapes;
}

Network::Shapes Network::buffer_shapes() const {
    Shapes shapes;
    for (const Layer& layer : layers_) {
        if (layer.kind == LayerKind::BatchNorm) {
            shapes[layer.name + ".mean"] = {layer.out.channels};
            shapes[layer.name + ".variance"] = {layer.out.channels};
        } else if (layer.kind == LayerKind::Normalize) {
            shapes[layer.name + ".mean"] = {layer.out.size()};
            shapes[layer.name + ".variance"] = {layer.out.size()};
            shapes[layer.name + ".count"] = {1};  // frames that the two are of
        }
    }
    if (!quantization_.on) return shapes;
    for (const std::string& name : device_tensors())
        shapes[name + ".low"] = shapes[name + ".high"] = {1};
    return shapes;
}

NamedTensors Network::initial_parameters(std::uint64_t seed) const {
    const Shapes shapes = parameter_shapes();
    NamedTensors tensors;
    for (const Layer& layer : layers_) {
        const auto make = [&](const char* name, double deviation, double otherwise) {
            const auto shape = shapes.find(layer.name + "." + name);
            if (shape == shapes.end()) return;
            tensors[shape->first] = deviation > 0
                                        ? normal(shape->second, deviation, seed, shape->first)
                                        : filled(shape->second, otherwise);
        };
        if (layer.kind == LayerKind::Conv) {
            const double inputs = static_cast<double>(layer.kernel * layer.frequency_kernel *
                                                      (layer.depthwise ? 1 : layer.in.channels));
            make("weight", std::sqrt(2 / inputs), 0);
            make("bias", 0, 0);
        } else if (layer.kind == LayerKind::Svdf) {
            make("feature", std::sqrt(1 / static_cast<double>(layer.in.channels)), 0);
            make("time", std::sqrt(2 / static_cast<double>(layer.memory * layer.rank)), 0);
            make("bias", 0, 0);
        } else {
            make("weight", 0, 1);
            make("bias", 0, 0);
        }
    }
    return tensors;
}

NamedTensors Network::initial_buffers() const {
    NamedTensors tensors;
    for (const auto& [name, shape] : buffer_shapes()) {
        // Frames are counted beyond what float32 holds exactly.
        tensors[name] = name.ends_with(".count")
                            ? at::zeros(shape, at::kDouble)
                            : filled(shape, name.ends_with(".variance") ? 1 : 0);
    }
    // The device clamps these whatever the data.
    for (const std::string& name : fixed_ranges()) tensors[name + ".high"].fill_(6);
    return tensors;
}

std::vector<std::string> Network::fixed_ranges() const {
    std::vector<std::string> names;
    if (!quantization_.on) return names;
    for (const Layer& layer : layers_) {
        if (layer.kind == LayerKind::Relu6) names.push_back(layer.name);
    }
    return names;
}

void Network::check_tensors(const NamedTensors& parameters, const NamedTensors& buffers) const {
    const auto fail = [](std::string what, std::string expected, std::string found) {
        throw engine::Error({.code = "E-NET-004",
                             .what = std::move(what),
                             .expected = std::move(expected),
                             .found = engine::shortened(found, 300),  // foreign names
                             .mend =
                                 "Give the model the spec that these tensors were made with, or "
                                 "tensors of this spec."});
    };
    const auto check = [&](const NamedTensors& tensors, const Shapes& shapes, const char* kind) {
        for (const auto& [name, shape] : shapes) {
            const auto found = tensors.find(name);
            if (found == tensors.end())
                fail(fmt::format("The model lacks a {}", kind),
                     fmt::format("\"{}\" [{}]", name, fmt::join(shape, ", ")), "nothing");
            const at::IntArrayRef sizes = found->second.sizes();
            if (sizes.vec() != shape || !found->second.is_floating_point())
                fail(
                    fmt::format(
                        "A {} of the model has another shape: a checkpoint of another architecture",
                        kind),
                    fmt::format("\"{}\" [{}] of floats", name, fmt::join(shape, ", ")),
                    fmt::format("[{}] of {}", fmt::join(sizes.vec(), ", "),
                                at::toString(found->second.scalar_type())));
        }
        for (const auto& [name, tensor] : tensors) {
            if (!shapes.contains(name))
                fail(fmt::format("The model has a {} that its spec does not know", kind),
                     "the spec's layers alone", "\"" + name + "\"");
        }
    };
    check(parameters, parameter_shapes(), "parameter");
    check(buffers, buffer_shapes(), "buffer");
}

}  // namespace millrace::ops
