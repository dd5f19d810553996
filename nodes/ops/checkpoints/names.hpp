// Whether a checkpoint has the tensors that a model needs. Plain values and functions, any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "nodes/types/tensor.hpp"

namespace millrace::ops {

using TensorShapes = std::map<std::string, std::vector<std::int64_t>, std::less<>>;

TensorShapes shapes_of(const types::NamedTensors& tensors);

/// What differs, in the order of names.
struct NameDifferences {
    std::vector<std::string> missing, extra, misshaped;

    bool empty() const { return missing.empty() && extra.empty() && misshaped.empty(); }
};

NameDifferences compare_names(const TensorShapes& expected, const TensorShapes& found);

enum class ExtraTensors { Refused, Allowed };

/// Throws Error E-CKPT-026, which counts missing, extra and misshaped tensors and names the first
/// ten of each. `where` stands for the checkpoint.
void check_names(const TensorShapes& expected, const TensorShapes& found, std::string_view where,
                 ExtraTensors extra = ExtraTensors::Refused);

}  // namespace millrace::ops
