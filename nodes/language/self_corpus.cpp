#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <fmt/format.h>

#include "engine/node.hpp"
#include "engine/visual/io/files.hpp"
#include "engine/visual/io/safetensors.hpp"
#include "nodes/ops/language/generate_corpus.hpp"
#include "nodes/ops/language/llama_steps.hpp"
#include "nodes/types/model.hpp"

namespace millrace::nodes {
namespace {

struct SelfCorpus {
    ops::FirstToken first = ops::FirstToken::InTurn;
    int texts = 512, tokens = 96, least_prefix = 3, most_prefix = 5, top_k = 50, end_token = -1;
    double temperature = 1;
    std::string file = "tokens.safetensors";

    static engine::NodeSpec spec() {
        using S = SelfCorpus;
        return {
            .id = "language.self_corpus",
            .title = "Corpus of the model's own",
            .group = "Language",
            .doc =
                "Lets a language model write the texts that a quantized copy of it is trained on, "
                "so "
                "that no data are needed. A text begins with a given token, goes on with the "
                "likeliest tokens and then with sampled ones. Rule and seed stand in the file.",
            .inputs = {{"model", "a decoder, in float"}},
            .outputs = {{"tokens", "[texts, tokens] int64, -100 behind a text's end"}},
            .params =
                {{.name = "first",
                  .field = &S::first,
                  .choices = {"every", "in_turn", "random"},
                  .doc = "The first token: each of the vocabulary with every prefix (the release), "
                         "each once with prefixes in turn, or drawn (the paper)"},
                 {.name = "texts",
                  .field = &S::texts,
                  .range = {1, 1 << 24},
                  .doc = "How many texts; of \"every\" at most vocabulary times prefixes"},
                 {.name = "tokens",
                  .field = &S::tokens,
                  .range = {2, 1 << 20},
                  .doc = "Tokens of a text, at most"},
                 {.name = "least_prefix",
                  .field = &S::least_prefix,
                  .range = {1, 1 << 20},
                  .doc = "Tokens before sampling begins, the first included, at least"},
                 {.name = "most_prefix",
                  .field = &S::most_prefix,
                  .range = {1, 1 << 20},
                  .doc = "The same, at most; as many as tokens: nothing is sampled"},
                 {.name = "top_k",
                  .field = &S::top_k,
                  .range = {0, 1 << 24},
                  .doc = "Sampled are only the so many likeliest; 0: all"},
                 {.name = "temperature",
                  .field = &S::temperature,
                  .range = {0, 100},
                  .doc = "Logits are divided by it; 0: always the likeliest"},
                 {.name = "end_token",
                  .field = &S::end_token,
                  .range = {-1, 1 << 24},
                  .doc = "Ends a text; -1: none does"},
                 {.name = "file",
                  .field = &S::file,
                  .doc = "Where they are kept inside the artifacts folder",
                  .writes = engine::Writes::File}},
            .tags = {"language model", "decoder"},
            .pure = false,
            .random = true,
            .resource = engine::Resource::Compute,
            .source = "Liu et al. 2023, LLM-QAT, arXiv 2305.17888, section 3.1",
        };
    }

    types::Tensor operator()(const types::Model& model, engine::RunContext& context) const {
        const ops::Llama llama(model.spec);
        llama.check_tensors(model.evaluated());
        const at::NoGradGuard no_gradients;
        ops::LlamaSteps steps(llama, model.evaluated(),
                              std::min<std::int64_t>(tokens, llama.sizes().context));
        if (end_token >= steps.vocabulary()) {
            throw engine::Error({.code = "E-LM-026",
                                 .what = "The token that ends a text is outside the vocabulary",
                                 .expected = fmt::format("-1 to {}", steps.vocabulary() - 1),
                                 .found = fmt::format("{}", end_token),
                                 .where = "end_token",
                                 .mend = "Take the end token of the model's own tokenizer."});
        }
        const ops::SelfCorpus corpus = rule(context.seed());
        // Whether there is such a text at all, before hours are spent on those before it.
        ops::start_of(corpus, steps.vocabulary(), texts - 1);
        at::Tensor made = at::full({texts, tokens}, -100, at::kLong);
        for (int text = 0; text < texts; ++text) {
            if (context.stop_requested()) break;
            const std::vector<std::int64_t> ids = ops::self_made_text(steps, corpus, text);
            std::ranges::copy(ids, made[text].data_ptr<std::int64_t>());
            context.progress(static_cast<double>(text + 1) / texts);
        }
        if (!context.stop_requested()) write(made, corpus, context);
        return {made};
    }

private:
    ops::SelfCorpus rule(std::uint64_t seed) const {
        ops::SelfCorpus corpus;
        corpus.first = first;
        corpus.least_prefix = least_prefix;
        corpus.most_prefix = most_prefix;
        corpus.sampling = {.temperature = temperature, .top_k = top_k};
        corpus.most_tokens = tokens;
        if (end_token >= 0) corpus.end_tokens = {end_token};
        corpus.seed = seed;
        return corpus;
    }

    void write(const at::Tensor& made, const ops::SelfCorpus& corpus,
               engine::RunContext& context) const {
        static constexpr const char* kFirst[] = {"every", "in_turn", "random"};
        const std::map<std::string, std::string> metadata = {
            {"rule", engine::to_json(engine::Object{{"first", kFirst[static_cast<int>(first)]},
                                                    {"least_prefix", least_prefix},
                                                    {"most_prefix", most_prefix},
                                                    {"temperature", temperature},
                                                    {"top_k", top_k},
                                                    {"end_token", end_token},
                                                    {"seed", fmt::format("{}", corpus.seed)}})}};
        visual::write_file_atomically(
            context.artifact(file),
            visual::write_safetensors({types::array_of("tokens", made)}, metadata));
    }
};

}  // namespace

void register_self_corpus(engine::Registry& registry) { registry.add<SelfCorpus>(); }

}  // namespace millrace::nodes
