#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "engine/node.hpp"
#include "nodes/language/text_params.hpp"
#include "nodes/ops/language/token_text.hpp"
#include "nodes/ops/packed/last_prepared.hpp"
#include "nodes/ops/packed/packed_bart_decoder.hpp"
#include "nodes/ops/tokenizers/byte_tokenizer.hpp"
#include "nodes/ops/tokenizers/tokenizer.hpp"
#include "nodes/types/packed_model.hpp"
#include "nodes/types/table.hpp"

namespace millrace::nodes {
namespace {

struct AnswerPacked {
    engine::Path tokenizer;
    int source_length = 96, beams = 1, most_tokens = 96;
    double length_penalty = 1;
    bool begin = true;

    static engine::NodeSpec spec() {
        using S = AnswerPacked;
        std::vector<engine::ParamSpec> params = answering_params<S>();
        params.push_back(answer_length_param<S>());
        return {
            .id = "language.answer_packed",
            .title = "Answer to a text, packed",
            .group = "Language",
            .doc =
                "Lets a packed encoder-decoder write its answer to each text, a translation or a "
                "summary, greedily or with beams. Ternary and binary weights are multiplied as "
                "they are packed; with learned scales kept keys and values have 2 bits a number. "
                "With one beam the tokens are those of the low-bit model in float, but for "
                "rounding "
                "in float.",
            .inputs = {{"source", "the text to answer to"},
                       {.name = "packed",
                        .doc = "an encoder-decoder of language.pack",
                        .sync = engine::Sync::Latch}},
            .outputs = {{"text", "the answer"},
                        {"score",
                         "its log-probability over its length to the power of the penalty"}},
            .params = std::move(params),
            .tags = {"translation", "summarization", "ternary", "binary"},
            // The tokenizer's content is not part of a cache key.
            .pure = false,
            .resource = engine::Resource::Compute,
            .source = "Liu et al. 2023, arXiv 2306.01841",
            .example = R"("nodes": {
    "texts": {"type": "loaders.text_corpus", "version": 1, "params": {"items": 2, "task": "translation"}},
    "pairs": {"type": "loaders.pair_corpus", "version": 1, "params": {"items": 1}},
    "model": {"type": "backbones.bart", "version": 1},
    "low": {"type": "quantizers.ternary_binary", "version": 1},
    "scales": {"type": "quantizers.first_scales", "version": 1},
    "pack": {"type": "language.pack", "version": 1},
    "answer": {"type": "language.answer_packed", "version": 1}},
"wires": [
    {"from": "model.model", "to": "low.model"}, {"from": "low.model", "to": "scales.model"},
    {"from": "pairs.source", "to": "scales.source"}, {"from": "pairs.target", "to": "scales.target"},
    {"from": "scales.model", "to": "pack.model"}, {"from": "texts.source", "to": "answer.source"},
    {"from": "pack.packed", "to": "answer.packed"}])",
        };
    }

    void start() { reader_ = ops::tokenizer_or_bytes(tokenizer.text); }

    std::tuple<types::Text, double> operator()(const types::Text& source,
                                               const types::PackedModel& packed,
                                               engine::RunContext& context) const {
        const std::shared_ptr<const ops::PackedBart> model = prepared_.of(packed);
        const ops::Bart& bart = model->bart();
        const std::vector<std::int64_t> ids = read(source.text, bart);
        const ops::BeamOptions options = options_for(bart);
        const auto began = std::chrono::steady_clock::now();
        ops::PackedBartDecoder decoder(model, {&ids, 1}, options.max_length,
                                       context.intra_threads());
        ops::Hypothesis best{.tokens = {options.start}};
        if (beams == 1) {
            best = ops::greedy_search(decoder, 1, options).front();
        } else {
            std::vector<ops::Hypothesis> found = ops::beam_search(decoder, 1, options).front();
            if (!found.empty()) best = std::move(found.front());
        }
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
        const bool has_end = reader_->special_tokens().end.has_value();
        const std::vector<ops::TokenId> read =
            reader_->encode(text, {.begin = has_begin() ? ops::Marker::With : ops::Marker::Without,
                                   .end = has_end ? ops::Marker::With : ops::Marker::Without});
        std::vector<std::int64_t> ids(read.begin(), read.end());
        const auto most =
            static_cast<std::size_t>(std::min<std::int64_t>(source_length, bart.context()));
        if (ids.size() > most) {
            const std::int64_t last = ids.back();
            ids.resize(most);
            if (has_end) ids.back() = last;
        }
        return ids;
    }

    ops::BeamOptions options_for(const ops::Bart& bart) const {
        // The start token is the decoder's and counts in the search's lengths.
        ops::BeamOptions options{
            .beams = beams,
            .length_penalty = length_penalty,
            .max_length = std::min<std::int64_t>(most_tokens + 1, bart.context()),
            .start = bart.tokens().decoder_start,
            .end = bart.tokens().end};
        if (reader_->special_tokens().end) options.end = *reader_->special_tokens().end;
        if (has_begin()) options.forced_begin = *reader_->special_tokens().begin;
        return options;
    }

    std::string text_of(const ops::Hypothesis& found, const ops::Bart& bart) const {
        std::vector<std::int64_t> ids(found.tokens.begin() + 1, found.tokens.end());
        std::erase(ids, bart.tokens().pad);
        return ops::text_of_tokens(*reader_, ids);
    }

    mutable ops::LastPrepared<ops::PackedBart> prepared_;
    std::shared_ptr<const ops::Tokenizer> reader_;
};

}  // namespace

void register_answer_packed(engine::Registry& registry) { registry.add<AnswerPacked>(); }

}  // namespace millrace::nodes
