#include "nodes/types/model.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include <ATen/ATen.h>
#include <fmt/format.h>

#include "engine/value_parse.hpp"

namespace millrace::types {
namespace {

template <class Change>
NamedTensors each(const NamedTensors& tensors, const Change& change) {
    NamedTensors changed;
    for (const auto& [name, tensor] : tensors)
        changed.emplace_hint(changed.end(), name, change(tensor));
    return changed;
}

}  // namespace

std::int64_t Model::parameter_count() const {
    std::int64_t count = 0;
    for (const auto& [name, tensor] : parameters) count += tensor.numel();
    return count;
}

std::size_t Model::bytes() const {
    std::size_t bytes = 0;
    for (const NamedTensors* tensors : {&evaluated(), &buffers}) {
        for (const auto& [name, tensor] : *tensors) bytes += tensor.nbytes();
    }
    return bytes;
}

Model clone_of(const Model& model) {
    const auto copy = [](const at::Tensor& tensor) { return tensor.detach().clone(); };
    return {model.spec, each(model.parameters, copy), each(model.buffers, copy),
            each(model.average, copy), model.version};
}

Model frozen(const Model& model) {
    const auto detach = [](const at::Tensor& tensor) { return tensor.detach(); };
    return {model.spec, each(model.parameters, detach), each(model.buffers, detach),
            each(model.average, detach), model.version};
}

}  // namespace millrace::types

namespace millrace::engine {
namespace {

using types::Model;

const std::string kAverage = "average/";
constexpr std::size_t kRowBytes = 400;  // of a layer in graph and table, without its names

[[noreturn]] void malformed(std::string what, std::string expected, std::string found) {
    throw Error({.code = "E-FILE-011",
                 .what = std::move(what),
                 .expected = std::move(expected),
                 .found = std::move(found)});
}

/// What a layer holds: the tensors whose names begin with its own.
struct Held {
    std::int64_t parameters = 0;
    double low = 0, high = 0;
    bool any = false, finite = true;
};

Held held_by(const Model& model, const std::string& layer) {
    Held held;
    const std::string prefix = layer + ".";
    for (auto entry = model.parameters.lower_bound(prefix);
         entry != model.parameters.end() && entry->first.starts_with(prefix); ++entry) {
        held.parameters += entry->second.numel();
        if (entry->second.numel() == 0 || !entry->second.is_floating_point()) continue;
        const at::Tensor values = entry->second.detach().to(at::kDouble);
        const double low = values.min().item<double>(), high = values.max().item<double>();
        held.finite = held.finite && std::isfinite(low) && std::isfinite(high);
        held.low = held.any ? std::min(held.low, low) : low;
        held.high = held.any ? std::max(held.high, high) : high;
        held.any = true;
    }
    return held;
}

std::string text_of(const Value* value) {
    return value && value->is_string() ? value->as_string() : "";
}

}  // namespace

Record PayloadTraits<Model>::record(const Model& model) {
    Record record;
    Array buffers;
    for (const auto& [name, tensor] : model.parameters)
        record.arrays.push_back(types::array_of(name, tensor));
    for (const auto& [name, tensor] : model.buffers) {
        record.arrays.push_back(types::array_of(name, tensor));
        buffers.push_back(name);
    }
    for (const auto& [name, tensor] : model.average)
        record.arrays.push_back(types::array_of(kAverage + name, tensor));
    record.attributes = {{"spec", model.spec},
                         {"buffers", std::move(buffers)},
                         {"version", static_cast<std::int64_t>(model.version)}};
    // A layer may be called "average/…", too; then it is said which tensors are averages.
    const auto first = model.parameters.lower_bound(kAverage);
    if (first != model.parameters.end() && first->first.starts_with(kAverage)) {
        Array averages;
        for (const auto& [name, tensor] : model.average) averages.push_back(name);
        record.attributes["average"] = std::move(averages);
    }
    return record;
}

Model PayloadTraits<Model>::restore(const Record& record) {
    Model model;
    model.spec = record.attributes.at("spec");
    const std::int64_t version = record.attributes.at("version").as_int();
    if (version < 0)
        malformed("The stored model has an impossible version", "0 or more",
                  std::to_string(version));
    model.version = static_cast<std::uint64_t>(version);
    std::set<std::string, std::less<>> buffers;
    for (const Value& name : record.attributes.at("buffers").as_array())
        buffers.insert(name.as_string());
    std::set<std::string, std::less<>> averages;
    const auto listed = record.attributes.find("average");
    const bool all = listed == record.attributes.end();
    if (!all) {
        for (const Value& name : listed->second.as_array()) averages.insert(name.as_string());
    }
    for (const ArrayView& array : record.arrays) {
        record.require(array.name, array.type, array.shape.size());
        std::string name = array.name;
        types::NamedTensors* place = &model.parameters;
        if (buffers.contains(name)) {
            place = &model.buffers;
        } else if (name.starts_with(kAverage) &&
                   (all || averages.contains(name.substr(kAverage.size())))) {
            name.erase(0, kAverage.size());
            place = &model.average;
        }
        if (!place->emplace(std::move(name), types::tensor_of(array)).second)
            malformed("The stored model names a tensor twice", "names that differ",
                      shortened(array.name));
    }
    if (model.buffers.size() != buffers.size())
        malformed("The stored model lacks a tensor", std::to_string(buffers.size()) + " buffers",
                  std::to_string(model.buffers.size()));
    return model;
}

std::vector<visual::Visual> PayloadTraits<Model>::visual(const Model& model,
                                                         const visual::Budget& budget) {
    std::size_t room = budget.bytes;
    const auto fits = [&room](std::size_t names) {
        const bool good = 2 * names + kRowBytes <= room;
        room = good ? room - 2 * names - kRowBytes : 0;
        return good;
    };
    visual::ModelGraph graph;
    visual::Table table{.columns = {"layer", "type", "parameters", "least", "most"}, .rows = {}};
    std::map<std::string, int, std::less<>> numbers;
    const Value* layers = model.spec.find("layers");
    const Array none;
    const Array& listed = layers && layers->is_array() ? layers->as_array() : none;
    for (const Value& layer : listed) {
        const std::string name = text_of(layer.find("name")), type = text_of(layer.find("type"));
        if (!fits(name.size() + type.size())) break;
        const Held held = held_by(model, name);
        visual::ModelGraph::Layer shown{.name = name,
                                        .type = type,
                                        .parameters = static_cast<std::uint64_t>(held.parameters),
                                        .output_shape = {}};
        if (const Value* out = layer.find("out"); out && out->is_int())
            shown.output_shape = {out->as_int()};
        const int number = static_cast<int>(graph.layers.size());
        for (const char* key : {"from", "with"}) {
            const auto from = numbers.find(text_of(layer.find(key)));
            if (from != numbers.end())
                graph.edges.emplace_back(from->second, number);
            else if (std::string_view(key) == "from" && number > 0)
                graph.edges.emplace_back(number - 1, number);
        }
        numbers[name] = number;
        graph.layers.push_back(std::move(shown));
        table.rows.push_back(
            {name, type, std::to_string(held.parameters),
             held.any ? fmt::format("{:.4g}", held.low) : "",
             held.any ? (held.finite ? fmt::format("{:.4g}", held.high) : "not finite") : ""});
    }
    if (listed.empty()) {
        for (const auto& [name, tensor] : model.parameters) {
            if (!fits(name.size())) break;
            table.rows.push_back({name, "tensor", std::to_string(tensor.numel()), "", ""});
        }
    }
    table.rows.push_back({"whole", text_of(model.spec.find("name")),
                          std::to_string(model.parameter_count()), "", ""});
    table.full_rows = (listed.empty() ? model.parameters.size() : listed.size()) + 1;
    if (graph.layers.empty()) return {std::move(table)};
    return {std::move(graph), std::move(table)};
}

}  // namespace millrace::engine
