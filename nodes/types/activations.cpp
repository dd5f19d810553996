#include "nodes/types/activations.hpp"

#include <utility>

#include <ATen/ATen.h>
#include <fmt/format.h>

namespace millrace::engine {
namespace {

using types::Activation;
using types::Activations;

constexpr std::size_t kRowBytes = 200;  // without the name

std::string key(std::size_t number) { return fmt::format("part.{}", number); }

[[noreturn]] void malformed(std::string expected, std::string found) {
    throw Error({.code = "E-FILE-011",
                 .what = "Stored activations are malformed",
                 .expected = std::move(expected),
                 .found = std::move(found)});
}

std::vector<std::string> row_of(const Activation& part) {
    if (!part.value.defined()) return {part.name, "", "", "", ""};
    const at::Tensor values = part.value.detach().to(at::kDouble);
    std::vector<std::string> row = {part.name,
                                    fmt::format("{}", fmt::join(part.value.sizes().vec(), " × "))};
    if (values.numel() == 0) {
        row.resize(5);
        return row;
    }
    for (const at::Tensor& figure : {values.min(), values.mean(), values.max()})
        row.push_back(fmt::format("{:.4g}", figure.item<double>()));
    return row;
}

}  // namespace

Record PayloadTraits<Activations>::record(const Activations& activations) {
    Record record;
    Array names;
    for (const Activation& part : activations.parts) {
        if (part.value.defined())
            record.arrays.push_back(types::array_of(key(names.size()), part.value));
        names.push_back(part.name);
    }
    record.attributes["names"] = std::move(names);
    return record;
}

Activations PayloadTraits<Activations>::restore(const Record& record) {
    Activations activations;
    std::size_t used = 0;
    for (const Value& name : record.attributes.at("names").as_array()) {
        Activation part{.name = name.as_string(), .value = {}};
        if (const ArrayView* view = record.find(key(activations.parts.size()))) {
            record.require(view->name, view->type, view->shape.size());
            part.value = types::tensor_of(*view);
            ++used;
        }
        activations.parts.push_back(std::move(part));
    }
    if (used != record.arrays.size())
        malformed(fmt::format("{} tensors with names", used),
                  fmt::format("{} tensors", record.arrays.size()));
    return activations;
}

std::vector<visual::Visual> PayloadTraits<Activations>::visual(const Activations& activations,
                                                               const visual::Budget& budget) {
    visual::Table table{.columns = {"part", "shape", "least", "mean", "most"}, .rows = {}};
    table.full_rows = activations.parts.size();
    std::size_t room = budget.bytes;
    for (const Activation& part : activations.parts) {
        const std::size_t bytes = kRowBytes + part.name.size();
        if (bytes > room) break;
        room -= bytes;
        table.rows.push_back(row_of(part));
    }
    return {std::move(table)};
}

}  // namespace millrace::engine
