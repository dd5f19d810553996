#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <ATen/ATen.h>
#include <fmt/format.h>

#include "engine/node.hpp"
#include "nodes/language/text_params.hpp"
#include "nodes/ops/language/token_text.hpp"
#include "nodes/ops/packed/last_prepared.hpp"
#include "nodes/ops/packed/packed_llama_steps.hpp"
#include "nodes/ops/tokenizers/tokenizer.hpp"
#include "nodes/types/packed_model.hpp"
#include "nodes/types/table.hpp"

namespace millrace::nodes {
namespace {

struct GeneratePacked {
    engine::Path tokenizer;
    int most_tokens = 128, top_k = 0;
    double temperature = 0, top_p = 1;
    bool begin = true;

    static engine::NodeSpec spec() {
        using S = GeneratePacked;
        return {
            .id = "language.generate_packed",
            .title = "Write on, packed",
            .group = "Language",
            .doc =
                "Lets a packed decoder go on from each prompt, the likeliest token at a time or by "
                "sampling. Weights are multiplied as they are packed, and keys and values are kept "
                "in their 4 or 8 bits. The tokens are those of language.generate with the same "
                "low-bit model, but where the two best are as good as equal. The same seed writes "
                "the same text.",
            .inputs = {{"prompt", "how the text begins"},
                       {.name = "packed",
                        .doc = "a decoder of language.pack",
                        .sync = engine::Sync::Latch}},
            .outputs = {{"text", "the prompt and what follows"},
                        {"tokens", "[tokens] int64, of what follows"}},
            .params = writing_params<S>(),
            // The tokenizer's content is not part of a cache key.
            .tags = {"language model", "decoder"},
            .pure = false,
            .random = true,
            .resource = engine::Resource::Compute,
            .example = R"("nodes": {
    "texts": {"type": "loaders.text_corpus", "version": 1, "params": {"items": 2}},
    "model": {"type": "backbones.llama", "version": 1, "params": {"vocabulary": 260}},
    "low": {"type": "quantizers.llm_qat", "version": 1},
    "pack": {"type": "language.pack", "version": 1},
    "write": {"type": "language.generate_packed", "version": 1, "params": {"tokenizer": "tokenizer.json"}}},
"wires": [
    {"from": "model.model", "to": "low.model"}, {"from": "low.model", "to": "pack.model"},
    {"from": "texts.source", "to": "write.prompt"}, {"from": "pack.packed", "to": "write.packed"}])",
        };
    }

    void start() { reader_ = ops::load_tokenizer(tokenizer.text); }

    std::tuple<types::Text, types::Tensor> operator()(const types::Text& prompt,
                                                      const types::PackedModel& packed,
                                                      engine::RunContext& context) const {
        const bool marked = begin && reader_->special_tokens().begin;
        const std::vector<ops::TokenId> read = reader_->encode(
            prompt.text, {.begin = marked ? ops::Marker::With : ops::Marker::Without});
        const std::vector<std::int64_t> ids(read.begin(), read.end());
        ops::GenerateOptions options{
            .most_tokens = most_tokens,
            .sampling = {.temperature = temperature, .top_k = top_k, .top_p = top_p}};
        if (reader_->special_tokens().end) options.end_tokens = {*reader_->special_tokens().end};
        const std::shared_ptr<const ops::PackedLlama> model = prepared_.of(packed);
        const std::int64_t room = model->llama().sizes().context;
        if (std::cmp_greater(reader_->size(), model->llama().sizes().vocabulary))
            context.warn(
                fmt::format("The tokenizer has {} tokens, the model {}: it may be another "
                            "model's.",
                            reader_->size(), model->llama().sizes().vocabulary));
        // A prompt beyond the context is generate()'s to refuse.
        ops::PackedLlamaSteps steps(
            model, std::clamp<std::int64_t>(std::ssize(ids) + most_tokens, 1, room),
            context.intra_threads());
        engine::Random random = context.random();
        const auto began = std::chrono::steady_clock::now();
        int written = 0;
        const ops::Generated made = ops::generate(steps, ids, options, random, [&](std::int64_t) {
            context.progress(static_cast<double>(++written) / most_tokens);
            return context.stop_requested() ? ops::GoOn::No : ops::GoOn::Yes;
        });
        const double seconds =
            std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
        context.metric("tokens_per_second", static_cast<double>(made.tokens.size()) / seconds);
        context.metric("cache_bytes_a_token", static_cast<double>(steps.cache_bytes_a_token()));
        std::vector<std::int64_t> all = ids;
        all.insert(all.end(), made.tokens.begin(), made.tokens.end());
        return {types::Text{ops::text_of_tokens(*reader_, all)},
                types::Tensor{at::tensor(made.tokens, at::kLong)}};
    }

private:
    mutable ops::LastPrepared<ops::PackedLlama> prepared_;
    std::shared_ptr<const ops::Tokenizer> reader_;
};

}  // namespace

void register_generate_packed(engine::Registry& registry) { registry.add<GeneratePacked>(); }

}  // namespace millrace::nodes
