#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "engine/node.hpp"
#include "nodes/language/text_params.hpp"
#include "nodes/language/writing.hpp"
#include "nodes/ops/packed/last_prepared.hpp"
#include "nodes/ops/packed/packed_llama_steps.hpp"
#include "nodes/ops/tokenizers/tokenizer.hpp"
#include "nodes/types/packed_model.hpp"

namespace millrace::nodes {
namespace {

struct GeneratePacked {
    engine::Path tokenizer;
    int most_tokens = 128, top_k = 0, beams = 1;
    double temperature = 0, top_p = 1, length_penalty = 1;
    bool begin = true;

    static engine::NodeSpec spec() {
        using S = GeneratePacked;
        return {
            .id = "language.generate_packed",
            .title = "Write on, packed",
            .group = "Language",
            .doc =
                "Lets a packed decoder go on from each prompt: the likeliest token at a time, by "
                "sampling, or with the best of several beams. Weights are multiplied as they are "
                "packed, and keys and values are kept "
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

    std::vector<engine::Problem> check() const { return check_beams(beams, temperature); }

    void start() { reader_ = ops::load_tokenizer(tokenizer.text); }

    std::tuple<types::Text, types::Tensor> operator()(const types::Text& prompt,
                                                      const types::PackedModel& packed,
                                                      engine::RunContext& context) const {
        const std::vector<std::int64_t> ids = prompt_ids(*reader_, prompt.text, begin);
        const std::shared_ptr<const ops::PackedLlama> model = prepared_.of(packed);
        // A prompt beyond the context is refused as such.
        const std::int64_t room = std::clamp<std::int64_t>(std::ssize(ids) + most_tokens, 1,
                                                           model->llama().sizes().context);
        ops::PackedLlamaSteps steps(model, room, context.intra_threads());
        context.metric("cache_bytes_a_token", static_cast<double>(steps.cache_bytes_a_token()));
        return write_on(steps, *reader_, ids, writing_of(*this), context);
    }

private:
    mutable ops::LastPrepared<ops::PackedLlama> prepared_;
    std::shared_ptr<const ops::Tokenizer> reader_;
};

}  // namespace

void register_generate_packed(engine::Registry& registry) { registry.add<GeneratePacked>(); }

}  // namespace millrace::nodes
