#include <optional>
#include <utility>

#include "engine/node.hpp"
#include "nodes/ops/language/llama_rivals.hpp"
#include "nodes/quantizers/calibrator.hpp"

namespace millrace::nodes {
namespace {

struct SmoothQuant {
    double exponent = 0.5;

    static engine::NodeSpec spec() {
        return {
            .id = "quantizers.smooth_quant",
            .title = "SmoothQuant",
            .group = "Quantizers",
            .doc =
                "Moves outliers of a decoder's activations into its weights, channel by channel, "
                "so that both round better. Rounds nothing itself: the model that it gives at the "
                "end computes the same in float, and quantizers.llm_qat behind it rounds. Each "
                "factor is folded into the norm before the linears; o_proj and down_proj, which "
                "have no norm before them, stay.",
            .inputs = Calibrator::inputs(),
            .outputs = {{"model", "smoothed, in float, at the end of the stream"}},
            .params = {{.name = "exponent",
                        .field = &SmoothQuant::exponent,
                        .range = {0, 1},
                        .doc = "0: activations stay, the weights' channels become alike; 1: the "
                               "other way round"}},
            .pure = false,
            .resource = engine::Resource::Compute,
            .rate = engine::Rate::New,
            .gathers = "*",
            .source = "Xiao et al. 2023, SmoothQuant, arXiv 2211.10438, section 4",
            .example = R"("nodes": {
    "corpus": {"type": "loaders.token_corpus", "version": 1, "params": {"tokenizer": "tokenizer.json", "split": "train"}},
    "model": {"type": "backbones.llama", "version": 1},
    "smooth": {"type": "quantizers.smooth_quant", "version": 1},
    "round": {"type": "quantizers.llm_qat", "version": 1}},
"wires": [
    {"from": "corpus.tokens", "to": "smooth.tokens"},
    {"from": "corpus.labels", "to": "smooth.labels"},
    {"from": "model.model", "to": "smooth.model"}, {"from": "smooth.model", "to": "round.model"}])",
        };
    }

    std::optional<types::Model> operator()(const types::Tensor& tokens, const types::Tensor* labels,
                                           const types::Model& model) {
        calibrator_.add(tokens, labels, model);
        return {};
    }

    std::optional<types::Model> finish() {
        const ops::LlamaInputs& sums = calibrator_.sums();
        types::Model made = calibrator_.model();
        made.parameters = ops::smooth_llama(made.parameters, sums, exponent);
        return made;
    }

    engine::State save() const { return calibrator_.save(); }
    void load(const engine::State& state) { calibrator_.load(state); }

private:
    Calibrator calibrator_{ops::LlamaInputs::Kept::Maxima};
};

}  // namespace

void register_smooth_quant(engine::Registry& registry) { registry.add<SmoothQuant>(); }

}  // namespace millrace::nodes
