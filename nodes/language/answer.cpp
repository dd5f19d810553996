#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <fmt/format.h>

#include "engine/node.hpp"
#include "nodes/language/text_params.hpp"
#include "nodes/ops/language/bart_decoder.hpp"
#include "nodes/ops/language/beam_search.hpp"
#include "nodes/ops/language/sampled_search.hpp"
#include "nodes/ops/language/token_text.hpp"
#include "nodes/ops/tokenizers/byte_tokenizer.hpp"
#include "nodes/types/model.hpp"
#include "nodes/types/table.hpp"

namespace millrace::nodes {
namespace {

struct Answer {
    engine::Path tokenizer;
    bool begin = true;
    int source_length = 96, beams = 1, least_tokens = 0, most_tokens = 96, no_repeat = 0;
    double length_penalty = 1;
    ops::EarlyStopping stopping = ops::EarlyStopping::Likely;
    double temperature = 0, top_p = 1;
    int top_k = 0;
    ops::Statistics statistics = ops::Statistics::Item;

    static engine::NodeSpec spec();

    std::vector<engine::Problem> check() const {
        std::vector<engine::Problem> problems = check_beams(beams, temperature);
        if (least_tokens > most_tokens)
            problems.push_back({.what = "The least length is above the greatest",
                                .where = "least_tokens",
                                .mend = "Make it smaller."});
        return problems;
    }

    void start() { reader_ = ops::tokenizer_or_bytes(tokenizer.text); }

    std::tuple<types::Text, double> operator()(const types::Text& source, const types::Model& model,
                                               engine::RunContext& context) const {
        const at::NoGradGuard no_gradients;
        const ops::Bart bart(model.spec);
        bart.check_tensors(model.evaluated(), model.buffers);
        const std::vector<std::int64_t> ids = read(source.text, bart);
        const auto began = std::chrono::steady_clock::now();
        const at::Tensor tokens = at::tensor(ids, at::kLong).unsqueeze(0);
        ops::BartDecoder decoder(bart, model.evaluated(), model.buffers, tokens, {}, statistics);
        const ops::Hypothesis best = search(decoder, options_for(bart), context);
        const double seconds =
            std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
        const auto made = static_cast<double>(best.tokens.size() - 1);
        if (seconds > 0) context.metric("tokens_per_second", made / seconds);
        context.metric("tokens", made);
        return {types::Text{text_of(best, bart)}, best.score};
    }

private:
    bool has_begin() const { return begin && reader_->special_tokens().begin; }

    std::vector<std::int64_t> read(const std::string& text, const ops::Bart& bart) const {
        const std::vector<ops::TokenId> read =
            reader_->encode(text, {.begin = has_begin() ? ops::Marker::With : ops::Marker::Without,
                                   .end = ops::Marker::With});
        std::vector<std::int64_t> ids(read.begin(), read.end());
        const auto most =
            static_cast<std::size_t>(std::min<std::int64_t>(source_length, bart.context()));
        if (ids.size() > most) {
            const std::int64_t end = ids.back();
            ids.resize(most);
            ids.back() = end;
        }
        return ids;
    }

    ops::BeamOptions options_for(const ops::Bart& bart) const {
        // The start token is the decoder's and counts in the search's lengths.
        const std::int64_t most = std::min<std::int64_t>(most_tokens + 1, bart.context());
        ops::BeamOptions options{
            .beams = beams,
            .length_penalty = length_penalty,
            .min_length = std::min<std::int64_t>(least_tokens > 0 ? least_tokens + 1 : 0, most),
            .max_length = most,
            .stopping = stopping,
            .no_repeat_ngram = no_repeat,
            .start = bart.tokens().decoder_start,
            .end = reader_->special_tokens().end.value_or(
                static_cast<ops::TokenId>(bart.tokens().end))};
        if (has_begin()) options.forced_begin = *reader_->special_tokens().begin;
        return options;
    }

    ops::Hypothesis search(ops::BartDecoder& decoder, const ops::BeamOptions& options,
                           engine::RunContext& context) const {
        if (temperature > 0) {
            engine::Random random = context.random();
            const ops::Sampling sampling{
                .temperature = temperature, .top_k = top_k, .top_p = top_p};
            return ops::sampled_search(decoder, 1, options, sampling, random).front();
        }
        if (beams == 1) return ops::greedy_search(decoder, 1, options).front();
        std::vector<ops::Hypothesis> found = ops::beam_search(decoder, 1, options).front();
        return found.empty() ? ops::Hypothesis{.tokens = {options.start}} : found.front();
    }

    std::string text_of(const ops::Hypothesis& found, const ops::Bart& bart) const {
        std::vector<std::int64_t> ids(found.tokens.begin() + 1, found.tokens.end());
        std::erase(ids, bart.tokens().pad);
        return ops::text_of_tokens(*reader_, ids);
    }

    std::shared_ptr<const ops::Tokenizer> reader_;
};

engine::NodeSpec Answer::spec() {
    using S = Answer;
    std::vector<engine::ParamSpec> params = answering_params<S>();
    const std::vector<engine::ParamSpec> more = {
        {.name = "stopping",
         .field = &S::stopping,
         .choices = {"now", "likely", "exact"},
         .doc = "Beams: when enough answers are finished: at once, when the best open "
                "one would not be among them, or when none can be",
         .advanced = true},
        {.name = "least_tokens",
         .field = &S::least_tokens,
         .range = {0, 1 << 20},
         .doc = "Tokens of an answer at least, before its end"},
        answer_length_param<S>(),
        {.name = "no_repeat",
         .field = &S::no_repeat,
         .range = {0, 1000},
         .doc = "So many tokens in a row come once; 0: no such rule"},
        {.name = "temperature",
         .field = &S::temperature,
         .range = {0, 100},
         .doc = "Of sampling; 0: always the likeliest"},
        {.name = "top_k",
         .field = &S::top_k,
         .range = {0, 1 << 24},
         .doc = "Sampling: only the so many likeliest; 0: all"},
        {.name = "top_p",
         .field = &S::top_p,
         .range = {1e-6, 1},
         .doc = "Sampling: only the likeliest that together have this probability"},
        {.name = "statistics",
         .field = &S::statistics,
         .choices = {"batch", "item"},
         .doc = "What min-max and 2-bit activations are scaled by, with beams: all beams together, "
                "or each by itself, as packed models do",
         .advanced = true}};
    params.insert(params.end(), more.begin(), more.end());
    return {
        .id = "language.answer",
        .title = "Answer to a text",
        .group = "Language",
        .doc =
            "Lets an encoder-decoder write its answer to each text: a translation, or a summary. "
            "With one beam the likeliest token follows each time, with several the best of the "
            "sequences that were kept, and with a temperature above 0 tokens are drawn. Keys and "
            "values of what was read and written are kept. At 2 bits and with min-max of "
            "activations this differs a little from passes over whole targets, as scales are of "
            "what a step sees.",
        .inputs = {{"source", "the text to answer to"},
                   {.name = "model", .doc = "an encoder-decoder", .sync = engine::Sync::Latch}},
        .outputs = {{"text", "the answer"},
                    {"score", "its log-probability over its length to the power of the penalty"}},
        .params = std::move(params),
        .tags = {"translation", "summarization", "beam search"},
        // The tokenizer's content is not part of a cache key.
        .pure = false,
        .random = true,
        .resource = engine::Resource::Compute,
        .source = "Liu et al. 2023, arXiv 2306.01841, section 4, for beams and penalties",
    };
}

}  // namespace

void register_answer(engine::Registry& registry) { registry.add<Answer>(); }

}  // namespace millrace::nodes
