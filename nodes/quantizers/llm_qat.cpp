#include <string>

#include <fmt/format.h>

#include "engine/node.hpp"
#include "nodes/ops/language/layer_patterns.hpp"
#include "nodes/ops/language/llama_inputs.hpp"
#include "nodes/types/model.hpp"

namespace millrace::nodes {
namespace {

struct LlmQat {
    enum class Activations { Symmetric, Asymmetric };

    int weights = 4, activations = 8, cache = 4;
    double grad_clip = 2;
    Activations kind = Activations::Symmetric;
    std::string layers = "*";

    static engine::NodeSpec spec() {
        using S = LlmQat;
        return {
            .id = "quantizers.llm_qat",
            .title = "LLM-QAT",
            .group = "Quantizers",
            .doc =
                "Makes every further pass of a decoder round weights, activations and the cache of "
                "keys and values to few bits. Untrained it is round-to-nearest; training it "
                "against "
                "the float model's own distributions is LLM-QAT. Weights have a scale a row, "
                "activations and cached tokens one each. Embedding, norms and head stay float. Put "
                "twice in a row it gives layers different bits: the second replaces the first's "
                "where both are of a layer and adds to it elsewhere.",
            .inputs = {{"model", "a decoder of the LLaMA architecture"}},
            .outputs = {{"model", "the same tensors, quantized in each pass"}},
            .params = {{.name = "weights",
                        .field = &S::weights,
                        .unit = "bits",
                        .range = {1, 32},
                        .doc = "1 to 15; 16 and 32 are off"},
                       {.name = "activations",
                        .field = &S::activations,
                        .unit = "bits",
                        .range = {3, 32},
                        .doc = "3 to 15; 16 and 32 are off"},
                       {.name = "cache",
                        .field = &S::cache,
                        .unit = "bits",
                        .range = {2, 32},
                        .doc =
                            "Of keys, before they are turned, and values: 2 to 15; 16 and 32 are "
                            "off"},
                       {.name = "grad_clip",
                        .field = &S::grad_clip,
                        .range = {0, 1e9},
                        .doc = "No gradient where a value is beyond it, as the release has it; 0: "
                               "every gradient passes, as the paper has it"},
                       {.name = "kind",
                        .field = &S::kind,
                        .choices = {"symmetric", "asymmetric"},
                        .doc = "Of activations: about zero, or between their least and greatest"},
                       {.name = "layers",
                        .field = &S::layers,
                        .doc =
                            "Names of the linears, parted by blanks; * stands for any text, as in "
                            "*.down_proj; others stay as they are"}},
            .tags = {"language model", "decoder"},
            .source = "Liu et al. 2023, LLM-QAT, arXiv 2305.17888, section 2",
        };
    }

    std::vector<engine::Problem> check() const {
        std::vector<engine::Problem> problems;
        const auto look = [&](const char* param, int bits) {
            if (bits <= 16 || bits == 32) return;
            problems.push_back({.code = "E-LM-003",
                                .what = fmt::format("\"{}\" cannot have {} bits", param, bits),
                                .expected = "at most 15, or 16 or 32 for none",
                                .found = fmt::format("{}", bits),
                                .where = param,
                                .mend = "Choose one of these."});
        };
        look("weights", weights);
        look("activations", activations);
        look("cache", cache);
        return problems;
    }

    types::Model operator()(const types::Model& model) const {
        types::Model made = model;
        // What is measured and trained from here on are the tensors that evaluation goes by.
        made.parameters = model.evaluated();
        made.average = {};
        made.version = 0;
        made.spec = ops::with_rule(
            model.spec,
            {{"method", "llm-qat"},
             {"weights", weights},
             {"activations", activations},
             {"cache", cache},
             {"grad_clip", grad_clip > 0 ? engine::Value(grad_clip) : engine::Value()},
             {"kind", kind == Activations::Symmetric ? "symmetric" : "asymmetric"}},
            layers, ops::Llama(model.spec).linear_names());
        ops::Llama(made.spec).check_tensors(made.parameters);
        ops::check_finite(made.parameters);
        return made;
    }
};

}  // namespace

void register_llm_qat(engine::Registry& registry) { registry.add<LlmQat>(); }

}  // namespace millrace::nodes
