// What a model's parts gave in one pass, by name, in the order of the pass: hidden states,
// attention maps. A value; tensors are handles that may hold a history, treat them as read-only.
#pragma once

#include <string>
#include <vector>

#include "engine/packet.hpp"
#include "nodes/types/tensor.hpp"

namespace millrace::types {

struct Activation {
    std::string name;  ///< of the part, as "model.encoder.layers.0"
    at::Tensor value;
};

struct Activations {
    std::vector<Activation> parts;
};

}  // namespace millrace::types

template <>
struct millrace::engine::PayloadTraits<millrace::types::Activations> {
    static constexpr std::string_view name = "activations";
    static constexpr int version = 1;
    static Record record(const types::Activations& activations);
    static types::Activations restore(const Record& record);
    /// A table of the parts with shape and range.
    static std::vector<visual::Visual> visual(const types::Activations& activations,
                                              const visual::Budget& budget);
};
