// What the nodes that calibrate a decoder on a stream of tokens have in common: the model and the
// sums over its linears' inputs, from the first batch to the end, and through a checkpoint. Belongs
// to one node, which calls it for one item at a time.
#pragma once

#include <optional>

#include "engine/node.hpp"
#include "nodes/ops/language/llama_inputs.hpp"
#include "nodes/types/model.hpp"

namespace millrace::nodes {

class Calibrator {
public:
    explicit Calibrator(ops::LlamaInputs::Kept kept) : kept_(kept) {}

    /// The inputs "tokens", "labels" and "model" of such a node.
    static std::vector<engine::InputSpec> inputs();

    /// The model of the first batch is the one that is calibrated. Errors as
    /// ops::LlamaInputs, and E-QUANT-003 where the model holds what is not finite.
    void add(const types::Tensor& tokens, const types::Tensor* labels, const types::Model& model);

    /// Throws Error E-QUANT-014 unless a token has counted.
    const ops::LlamaInputs& sums() const;
    const types::Model& model() const { return *model_; }

    engine::State save() const;
    void load(const engine::State& state);

private:
    ops::LlamaInputs::Kept kept_;
    std::optional<types::Model> model_;
    std::optional<ops::LlamaInputs> sums_;
};

}  // namespace millrace::nodes
