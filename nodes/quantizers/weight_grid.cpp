#include "nodes/quantizers/weight_grid.hpp"

#include <utility>

#include "nodes/ops/language/layer_patterns.hpp"
#include "nodes/ops/language/llama_inputs.hpp"

namespace millrace::nodes {

engine::Value with_bits(const engine::Value& spec, int weights, int activations, int cache,
                        const std::string& layers) {
    constexpr int kFull = 16;
    engine::Value made = spec;
    made.as_object().erase("quantization");
    if (weights >= kFull && activations >= kFull && cache >= kFull) return made;
    const std::vector<std::string> names = ops::Llama(made).linear_names();
    return ops::with_rule(std::move(made),
                          {{"method", "llm-qat"},
                           {"weights", weights},
                           {"activations", activations},
                           {"cache", cache}},
                          layers, names);
}

void check_float(const types::Model& model) {
    const ops::LlamaInputs inputs(ops::Llama(model.spec), ops::LlamaInputs::Kept::Maxima);
    inputs.llama().check_tensors(model.evaluated());
    ops::check_finite(model.evaluated());
}

}  // namespace millrace::nodes
