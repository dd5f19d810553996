#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <vector>

#include "engine/node.hpp"
#include "nodes/ops/language/llama.hpp"
#include "nodes/types/model.hpp"

namespace millrace::nodes {
namespace {

struct LlamaModel {
    enum class Rotary { Halves, Interleaved };

    int vocabulary = 512, width = 64, layers = 5, heads = 8, key_value_heads = 4, hidden = 172,
        context = 512;
    double norm_epsilon = 1e-5, rotary_base = 10000;
    Rotary rotary = Rotary::Halves;
    bool tied_head = true, tensors = true;

    static engine::NodeSpec spec() {
        using S = LlamaModel;
        return {
            .id = "backbones.llama",
            .title = "LLaMA decoder",
            .group = "Models",
            .doc =
                "A language model of the LLaMA architecture with first parameters. RMSNorm before "
                "each part, rotary positions, SwiGLU, and keys and values that several heads may "
                "share.",
            .outputs = {{"model", "with first parameters, drawn by the run's seed"}},
            .params = {{.name = "vocabulary",
                        .field = &S::vocabulary,
                        .range = {2, 1 << 24},
                        .doc = "Tokens it knows; that of its tokenizer"},
                       {.name = "width",
                        .field = &S::width,
                        .range = {1, 1 << 16},
                        .doc = "Channels between the layers"},
                       {.name = "layers", .field = &S::layers, .range = {1, 1024}, .doc = "Layers"},
                       {.name = "heads",
                        .field = &S::heads,
                        .range = {1, 1024},
                        .doc = "Heads of attention; a divisor of the width"},
                       {.name = "key_value_heads",
                        .field = &S::key_value_heads,
                        .range = {1, 1024},
                        .doc =
                            "Heads of keys and values, each for as many heads; a divisor of them"},
                       {.name = "hidden",
                        .field = &S::hidden,
                        .range = {1, 1 << 20},
                        .doc = "Channels inside of the feed-forward part"},
                       {.name = "context",
                        .field = &S::context,
                        .range = {1, 1 << 20},
                        .doc = "Tokens it can see at once"},
                       {.name = "norm_epsilon",
                        .field = &S::norm_epsilon,
                        .range = {1e-12, 1},
                        .doc = "Added to the mean square in norms",
                        .advanced = true},
                       {.name = "rotary_base",
                        .field = &S::rotary_base,
                        .range = {1, 1e9},
                        .doc = "Base of the rotary angles",
                        .advanced = true},
                       {.name = "rotary",
                        .field = &S::rotary,
                        .choices = {"halves", "interleaved"},
                        .doc = "Which channels of a head turn together: i and i + half (Hugging "
                               "Face), or 2 i and 2 i + 1 (llama2.c)",
                        .advanced = true},
                       {.name = "tied_head",
                        .field = &S::tied_head,
                        .doc = "The head is the embedding, not a weight of its own"},
                       {.name = "tensors",
                        .field = &S::tensors,
                        .doc = "Off: the spec alone, for what is worked out on paper, as by "
                               "language.cache_memory",
                        .advanced = true}},
            .tags = {"language model", "decoder", "transformer"},
            .pure = true,
            .random = true,
            .source = "Touvron et al. 2023, LLaMA, arXiv 2302.13971, section 2.2",
        };
    }

    std::vector<engine::Problem> check() const {
        try {
            const ops::Llama checked(description());
            return {};
        } catch (const engine::Error& error) {
            return {error.problem()};
        }
    }

    std::uint64_t count() const { return 1; }

    std::optional<types::Model> operator()(engine::Item item, engine::RunContext& context) const {
        if (item.number > 0) return std::nullopt;
        const ops::Llama llama(description());
        types::Model model{.spec = llama.spec(), .parameters = {}, .buffers = {}, .average = {}};
        if (tensors) model.parameters = llama.initial_parameters(context.seed());
        return model;
    }

private:
    engine::Value description() const {
        return engine::Object{{"architecture", "llama"},
                              {"vocabulary", vocabulary},
                              {"width", width},
                              {"layers", layers},
                              {"heads", heads},
                              {"key_value_heads", key_value_heads},
                              {"hidden", hidden},
                              {"context", context},
                              {"norm_epsilon", norm_epsilon},
                              {"rotary_base", rotary_base},
                              {"rotary", rotary == Rotary::Halves ? "halves" : "interleaved"},
                              {"tied_head", tied_head}};
    }
};

}  // namespace

void register_llama(engine::Registry& registry) { registry.add<LlamaModel>(); }

}  // namespace millrace::nodes
