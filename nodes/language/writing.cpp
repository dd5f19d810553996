#include "nodes/language/writing.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <chrono>
#include <utility>

#include "nodes/ops/language/generate_beams.hpp"
#include "nodes/ops/language/token_text.hpp"

namespace millrace::nodes {

std::vector<std::int64_t> prompt_ids(const ops::Tokenizer& reader, const std::string& prompt,
                                     bool begin) {
    const bool marked = begin && reader.special_tokens().begin;
    const std::vector<ops::TokenId> read =
        reader.encode(prompt, {.begin = marked ? ops::Marker::With : ops::Marker::Without});
    return {read.begin(), read.end()};
}

std::tuple<types::Text, types::Tensor> write_on(ops::LanguageSteps& steps,
                                                const ops::Tokenizer& reader,
                                                const std::vector<std::int64_t>& prompt,
                                                const Writing& writing,
                                                engine::RunContext& context) {
    if (std::cmp_greater(reader.size(), steps.vocabulary()))
        context.warn(
            fmt::format("The tokenizer has {} tokens, the model {}: it may be another model's.",
                        reader.size(), steps.vocabulary()));
    int written = 0;
    const auto go_on = [&] {
        context.progress(static_cast<double>(++written) / writing.most_tokens);
        return context.stop_requested() ? ops::GoOn::No : ops::GoOn::Yes;
    };
    const auto began = std::chrono::steady_clock::now();
    ops::Generated made;
    if (writing.beams > 1) {
        ops::BeamWriting options{.most_tokens = writing.most_tokens,
                                 .beams = writing.beams,
                                 .length_penalty = writing.length_penalty};
        if (reader.special_tokens().end) options.end_token = *reader.special_tokens().end;
        ops::BeamText best = ops::generate_beams(steps, prompt, options, go_on);
        context.metric("score", best.score);
        made = std::move(best.made);
    } else {
        ops::GenerateOptions options{.most_tokens = writing.most_tokens,
                                     .sampling = {.temperature = writing.temperature,
                                                  .top_k = writing.top_k,
                                                  .top_p = writing.top_p}};
        if (reader.special_tokens().end) options.end_tokens = {*reader.special_tokens().end};
        engine::Random random = context.random();
        made = ops::generate(steps, prompt, options, random, [&](std::int64_t) { return go_on(); });
    }
    const double seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    context.metric("tokens_per_second", static_cast<double>(made.tokens.size()) / seconds);
    std::vector<std::int64_t> all = prompt;
    all.insert(all.end(), made.tokens.begin(), made.tokens.end());
    return {types::Text{ops::text_of_tokens(reader, all)},
            types::Tensor{at::tensor(made.tokens, at::kLong)}};
}

}  // namespace millrace::nodes
