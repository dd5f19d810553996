#include "nodes/ops/checkpoints/names.hpp"

#include <ATen/core/Tensor.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "engine/value_parse.hpp"
#include "nodes/ops/checkpoints/errors.hpp"

namespace millrace::ops {
namespace {

std::string shape_text(const std::vector<std::int64_t>& shape) {
    return fmt::format("[{}]", fmt::join(shape, ", "));
}

/// "3 missing: a, b, c"
void append(std::string& text, std::string_view kind, const std::vector<std::string>& names) {
    constexpr std::size_t kMostNames = 10;
    if (names.empty()) return;
    if (!text.empty()) text += "; ";
    text += fmt::format("{} {}: ", names.size(), kind);
    for (std::size_t i = 0; i < std::min(names.size(), kMostNames); ++i)
        text += fmt::format("{}{}", i > 0 ? ", " : "", names[i]);
    if (names.size() > kMostNames) text += ", ...";
}

}  // namespace

TensorShapes shapes_of(const types::NamedTensors& tensors) {
    TensorShapes shapes;
    for (const auto& [name, tensor] : tensors) shapes[name] = tensor.sizes().vec();
    return shapes;
}

NameDifferences compare_names(const TensorShapes& expected, const TensorShapes& found) {
    NameDifferences differences;
    for (const auto& [name, shape] : expected) {
        const auto place = found.find(name);
        if (place == found.end()) {
            differences.missing.push_back(engine::shortened(name));
        } else if (place->second != shape) {
            differences.misshaped.push_back(
                fmt::format("{} {} instead of {}", engine::shortened(name),
                            shape_text(place->second), shape_text(shape)));
        }
    }
    for (const auto& [name, shape] : found) {
        if (!expected.contains(name)) differences.extra.push_back(engine::shortened(name));
    }
    return differences;
}

void check_names(const TensorShapes& expected, const TensorShapes& found, std::string_view where,
                 ExtraTensors extra) {
    NameDifferences differences = compare_names(expected, found);
    if (extra == ExtraTensors::Allowed) differences.extra.clear();
    if (differences.empty()) return;
    std::string text;
    append(text, "missing", differences.missing);
    append(text, "extra", differences.extra);
    append(text, "of another shape", differences.misshaped);
    fail_checkpoint("E-CKPT-026", "The checkpoint is not of this model",
                    fmt::format("{} tensors by the names and shapes of the model", expected.size()),
                    engine::shortened(text, 1000), std::string(where),
                    "Give the checkpoint that belongs to the model's config.");
}

}  // namespace millrace::ops
