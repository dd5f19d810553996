#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <fmt/format.h>

#include "engine/node.hpp"
#include "nodes/language/text_params.hpp"
#include "nodes/ops/language/llama_steps.hpp"
#include "nodes/ops/language/token_text.hpp"
#include "nodes/ops/tokenizers/tokenizer.hpp"
#include "nodes/types/model.hpp"
#include "nodes/types/table.hpp"

namespace millrace::nodes {
namespace {

struct Generate {
    engine::Path tokenizer;
    int most_tokens = 128, top_k = 0;
    double temperature = 0, top_p = 1;
    bool begin = true;

    static engine::NodeSpec spec() {
        using S = Generate;
        return {
            .id = "language.generate",
            .title = "Write on",
            .group = "Language",
            .doc =
                "Lets a decoder go on from each prompt, the likeliest token at a time or by "
                "sampling. "
                "Keys and values of what was read are kept, so a token costs one pass. The same "
                "seed "
                "writes the same text.",
            .inputs = {{"prompt", "how the text begins"},
                       {.name = "model", .doc = "a decoder", .sync = engine::Sync::Latch}},
            .outputs = {{"text", "the prompt and what follows"},
                        {"tokens", "[tokens] int64, of what follows"}},
            .params = writing_params<S>(),
            .tags = {"language model", "decoder"},
            // A metric of the run is not kept with a result.
            .pure = false,
            .random = true,
            .resource = engine::Resource::Compute,
        };
    }

    void start() { reader_ = ops::load_tokenizer(tokenizer.text); }

    std::tuple<types::Text, types::Tensor> operator()(const types::Text& prompt,
                                                      const types::Model& model,
                                                      engine::RunContext& context) const {
        const at::NoGradGuard no_gradients;
        const bool marked = begin && reader_->special_tokens().begin;
        const std::vector<ops::TokenId> read = reader_->encode(
            prompt.text, {.begin = marked ? ops::Marker::With : ops::Marker::Without});
        const std::vector<std::int64_t> ids(read.begin(), read.end());
        ops::GenerateOptions options{
            .most_tokens = most_tokens,
            .sampling = {.temperature = temperature, .top_k = top_k, .top_p = top_p}};
        if (reader_->special_tokens().end) options.end_tokens = {*reader_->special_tokens().end};
        ops::LlamaSteps steps(ops::Llama(model.spec), model.evaluated());
        if (std::cmp_greater(reader_->size(), steps.vocabulary()))
            context.warn(
                fmt::format("The tokenizer has {} tokens, the model {}: it may be another "
                            "model's.",
                            reader_->size(), steps.vocabulary()));
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
        std::vector<std::int64_t> all = ids;
        all.insert(all.end(), made.tokens.begin(), made.tokens.end());
        return {types::Text{ops::text_of_tokens(*reader_, all)},
                types::Tensor{at::tensor(made.tokens, at::kLong)}};
    }

private:
    std::shared_ptr<const ops::Tokenizer> reader_;
};

}  // namespace

void register_generate(engine::Registry& registry) { registry.add<Generate>(); }

}  // namespace millrace::nodes
