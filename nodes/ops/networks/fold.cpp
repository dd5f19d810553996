#include "nodes/ops/networks/fold.hpp"

#include <map>
#include <string>
#include <utility>

#include <ATen/ATen.h>
#include <fmt/format.h>

#include "engine/problem.hpp"

namespace millrace::ops {
namespace {

constexpr double kEpsilon = 1e-5;

class Folder {
public:
    Folder(const Network& network, const NamedTensors& parameters, const NamedTensors& buffers)
        : network_(network), parameters_(parameters), buffers_(buffers) {}

    Folded fold() {
        engine::Array layers;
        for (std::size_t i = 0; i < network_.layers().size(); ++i) {
            const Layer& layer = network_.layers()[i];
            if (layer.kind == LayerKind::BatchNorm) absorb(layer);
            if (layer.kind == LayerKind::BatchNorm || layer.kind == LayerKind::Dropout) {
                stands_for_[layer.name] = name_of(layer.from);
                continue;
            }
            layers.push_back(described(i));
            keep(layer);
        }
        for (engine::Value& layer : layers) {
            if (biased_.contains(layer.find("name")->as_string())) layer["bias"] = true;
        }
        folded_.spec = network_.spec();
        folded_.spec["layers"] = std::move(layers);
        return std::move(folded_);
    }

private:
    at::Tensor parameter(const std::string& layer, const char* name) const {
        return parameters_.find(layer + "." + name)->second.detach();
    }
    at::Tensor buffer(const std::string& layer, const char* name) const {
        return buffers_.find(layer + "." + name)->second.detach();
    }

    /// What is left of that layer: itself, or what it was folded into.
    std::string name_of(int number) const {
        if (number == kInput) return "input";
        const std::string& name = network_.layers()[static_cast<std::size_t>(number)].name;
        const auto found = stands_for_.find(name);
        return found == stands_for_.end() ? name : found->second;
    }

    /// Where the layer before is gone, who reads it must name what is left.
    engine::Value described(std::size_t number) const {
        const Layer& layer = network_.layers()[number];
        engine::Value entry = network_.spec().find("layers")->as_array()[number];
        entry["from"] = name_of(layer.from);
        if (layer.kind == LayerKind::Add) entry["with"] = name_of(layer.with);
        return entry;
    }

    void keep(const Layer& layer) {
        const std::string prefix = layer.name + ".";
        const auto copy = [&](const NamedTensors& from, NamedTensors& to) {
            for (auto entry = from.lower_bound(prefix);
                 entry != from.end() && entry->first.starts_with(prefix); ++entry)
                to[entry->first] = entry->second.detach().clone();
        };
        copy(parameters_, folded_.parameters);
        copy(buffers_, folded_.buffers);
    }

    void absorb(const Layer& norm) {
        const int number = norm.from;
        int readers = 0;
        for (const Layer& layer : network_.layers())
            readers += layer.from == number || layer.with == number;
        const Layer* before =
            number == kInput ? nullptr : &network_.layers()[static_cast<std::size_t>(number)];
        if (readers != 1 || !before ||
            (before->kind != LayerKind::Conv && before->kind != LayerKind::Svdf)) {
            throw engine::Error(
                {.code = "E-NET-006",
                 .what = fmt::format("Layer \"{}\" can't be folded", norm.name),
                 .expected = "a batch_norm that is the only reader of a conv or svdf",
                 .found = before ? std::string(to_text(before->kind)) : "the input",
                 .mend = "Train a network whose norms follow its weights."});
        }
        const at::Tensor scale =
            parameter(norm.name, "weight") * (buffer(norm.name, "variance") + kEpsilon).rsqrt();
        const at::Tensor shift = parameter(norm.name, "bias") - buffer(norm.name, "mean") * scale;
        const std::string& name = before->name;
        if (before->kind == LayerKind::Svdf) {
            const at::Tensor time = parameter(name, "time");
            folded_.parameters[name + ".time"] =
                time * scale.repeat_interleave(before->rank).unsqueeze(1);
            folded_.parameters[name + ".bias"] = parameter(name, "bias") * scale + shift;
            return;
        }
        const at::Tensor weight = parameter(name, "weight");
        folded_.parameters[name + ".weight"] =
            before->depthwise ? weight * scale : weight * scale.view({-1, 1, 1, 1});
        folded_.parameters[name + ".bias"] =
            before->bias ? parameter(name, "bias") * scale + shift : shift;
        biased_[name] = true;
    }

    const Network& network_;
    const NamedTensors& parameters_;
    const NamedTensors& buffers_;
    Folded folded_;
    std::map<std::string, std::string> stands_for_;
    std::map<std::string, bool> biased_;
};

}  // namespace

Folded fold_batch_norms(const Network& network, const NamedTensors& parameters,
                        const NamedTensors& buffers) {
    return Folder(network, parameters, buffers).fold();
}

Folded with_ranges(const Folded& folded, std::int64_t freeze_after) {
    Folded ranged = folded;
    ranged.spec["quantization"] = engine::Object{{"freeze_after", freeze_after}};
    const Network network(ranged.spec);
    for (const auto& [name, tensor] : network.initial_buffers())
        ranged.buffers.emplace(name, tensor);
    return ranged;
}

}  // namespace millrace::ops
