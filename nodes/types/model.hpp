// The model payload: an architecture as JSON and tensors by name. A value: copies share tensors, so
// whoever changes one clones it first. The optimizer alone writes parameters, each step as a new
// version; every other reader holds the version it was given.
#pragma once

#include <cstdint>

#include "engine/packet.hpp"
#include "nodes/types/tensor.hpp"

namespace millrace::types {

/// Layers and their arguments stand in `spec` as nodes/ops/networks/network.hpp describes them.
struct Model {
    engine::Value spec;
    NamedTensors parameters;    ///< what training changes
    NamedTensors buffers;       ///< what a forward pass in training changes, and constants
    NamedTensors average;       ///< a moving average of the parameters; empty without one
    std::uint64_t version = 0;  ///< optimizer steps so far

    /// What evaluation goes by.
    const NamedTensors& evaluated() const { return average.empty() ? parameters : average; }
    std::int64_t parameter_count() const;
    std::size_t bytes() const;  ///< of parameters and buffers
};

/// With tensors of its own, which have no history and need no gradient.
Model clone_of(const Model& model);

/// The same tensors, but parameters that no gradient reaches.
Model frozen(const Model& model);

}  // namespace millrace::types

template <>
struct millrace::engine::PayloadTraits<millrace::types::Model> {
    static constexpr std::string_view name = "model";
    static constexpr int version = 1;
    /// Arrays have the tensors' own names, so a stored packet is a safetensors file that other
    /// programs read.
    static Record record(const types::Model& model);
    static types::Model restore(const Record& record);
    /// The layers as a graph, and a table of them with parameters and their range.
    static std::vector<visual::Visual> visual(const types::Model& model,
                                              const visual::Budget& budget);
};
