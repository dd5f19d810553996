#include "nodes/quantizers/weight_grid.hpp"

#include <sstream>
#include <utility>

#include "nodes/ops/language/llama_inputs.hpp"

namespace millrace::nodes {

engine::Value with_bits(const engine::Value& spec, int weights, int activations, int cache,
                        const std::string& layers) {
    constexpr int kFull = 16;
    engine::Array patterns;
    std::istringstream words(layers);
    for (std::string word; words >> word;) patterns.push_back(word);
    engine::Value made = spec;
    made.as_object().erase("quantization");
    if (weights >= kFull && activations >= kFull && cache >= kFull) return made;
    made.as_object()["quantization"] = engine::Object{{"method", "llm-qat"},
                                                      {"weights", weights},
                                                      {"activations", activations},
                                                      {"cache", cache},
                                                      {"layers", std::move(patterns)}};
    return made;
}

void check_float(const types::Model& model) {
    const ops::LlamaInputs inputs(ops::Llama(model.spec), ops::LlamaInputs::Kept::Maxima);
    inputs.llama().check_tensors(model.evaluated());
    ops::check_finite(model.evaluated());
}

}  // namespace millrace::nodes
