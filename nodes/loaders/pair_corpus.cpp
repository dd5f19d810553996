#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <ATen/ATen.h>
#include <fmt/format.h>

#include "engine/node.hpp"
#include "nodes/loaders/batch_course.hpp"
#include "nodes/loaders/text_source.hpp"
#include "nodes/ops/language/seq2seq_batch.hpp"
#include "nodes/ops/tokenizers/byte_tokenizer.hpp"
#include "nodes/types/phase.hpp"
#include "nodes/types/tensor.hpp"

namespace millrace::nodes {
namespace {

using Tokens = std::vector<std::int64_t>;

struct PairCorpus : TextSource {
    PairCorpus() { task = ops::SmallTask::Translation; }

    engine::Path tokenizer;
    bool begin = true;
    int source_length = 96, target_length = 96, pad = 1, decoder_start = 2;
    int size = 16, epochs = 1, items = 0;
    bool shuffle = true, regroup = true;
    BatchPart split = BatchPart::Course;

    static engine::NodeSpec spec() {
        return {
            .id = "loaders.pair_corpus",
            .title = "Pairs of texts in batches",
            .group = "Sources",
            .doc =
                "Gives batches of texts with their translation or summary, as tokens, to train or "
                "test a model with an encoder and a decoder. Texts come from where "
                "loaders.text_corpus has them, with the same split. Longer ones are cut. In a "
                "course each epoch gives the training part and then the validation part, and the "
                "test part comes at the end.",
            .outputs = {{"source", "[batch, source time] int64, padded at the end"},
                        {"target", "[batch, target time] int64: what the decoder reads"},
                        {"labels",
                         "[batch, target time] int64: what it should answer; -100 in padding"},
                        {"phase", "0 for training, 1 for validation, 2 for test"},
                        {"last", "1 for the last batch of a stretch of one phase, else 0"}},
            .params = params(),
            .tags = {"text", "translation", "summarization", "tokens", "encoder", "decoder"},
            // Tokens are in memory anyway; what reads batches has their content in its keys, so
            // neither processes nor what is installed can mix them up.
            .pure = false,
            .random = true,
        };
    }

    static std::vector<engine::ParamSpec> params() {
        using S = PairCorpus;
        std::vector<engine::ParamSpec> all = source_params<S>();
        const std::vector<engine::ParamSpec> own = {
            {.name = "tokenizer",
             .field = &S::tokenizer,
             .doc = "A file or a folder, as the model's; empty: each byte of the text is a token, "
                    "260 in all",
             .existing_path = true},
            {.name = "begin",
             .field = &S::begin,
             .doc = "Put the tokenizer's begin token, where it has one, before each text"},
            {.name = "source_length",
             .field = &S::source_length,
             .range = {2, 1 << 20},
             .doc = "Tokens of a source at most, begin and end among them"},
            {.name = "target_length",
             .field = &S::target_length,
             .range = {2, 1 << 20},
             .doc = "Tokens of a target at most, begin and end among them"},
            {.name = "pad",
             .field = &S::pad,
             .range = {0, 1 << 24},
             .doc = "The model's token for padding",
             .advanced = true},
            {.name = "decoder_start",
             .field = &S::decoder_start,
             .range = {0, 1 << 24},
             .doc = "The model's token that its decoder begins with",
             .advanced = true}};
        const std::vector<engine::ParamSpec> course = BatchCourse::params<S>("Pairs");
        all.insert(all.end(), own.begin(), own.end());
        all.insert(all.end(), course.begin(), course.end());
        return all;
    }

    std::vector<engine::Problem> check() const {
        std::vector<engine::Problem> found = problems();
        const bool is_small = kind == TextKind::Small && task == ops::SmallTask::Language;
        if (kind != TextKind::Plain && !is_small) return found;
        found.push_back({.what = "Plain texts have no translation and no summary",
                         .expected = "a corpus of pairs",
                         .found = is_small ? "the small one for language models" : "plain texts",
                         .where = is_small ? "task" : "kind",
                         .mend = "Set task to translation or summary, or choose another kind."});
        return found;
    }

    using Result = std::tuple<types::Tensor, types::Tensor, types::Tensor, double, double>;

    void start(engine::RunContext& context) {
        ops::TextPairs read = corpus();
        context.log(ops::to_text(read));
        for (const std::string& note : read.notes) context.warn("Passed over " + note);
        std::ranges::stable_sort(read.pairs, {}, &ops::TextPair::split);
        course_ = {.part = split,
                   .size = static_cast<std::uint64_t>(size),
                   .epochs = static_cast<std::uint64_t>(epochs),
                   .items = static_cast<std::uint64_t>(items),
                   .order = shuffle ? Order::Shuffled : Order::Listed,
                   .regroup = regroup,
                   .seed = context.seed()};
        const auto reader = ops::tokenizer_or_bytes(tokenizer.text);
        auto encoded = std::make_shared<Encoded>();
        std::uint64_t cut = 0;
        for (const ops::TextPair& pair : read.pairs) {
            ++course_.sizes[static_cast<std::size_t>(pair.split)];
            encoded->sources.push_back(tokens_of(*reader, pair.source, source_length, cut));
            encoded->targets.push_back(tokens_of(*reader, pair.target, target_length, cut));
        }
        course_.begin("pairs");
        if (cut > 0) context.log(fmt::format("{} texts were cut to the length asked for", cut));
        files_.clear();
        for (const auto& file : read.files) files_.push_back({file.string()});
        encoded_ = std::move(encoded);
    }

    std::uint64_t count() const { return course_.count(); }
    /// Each batch follows from all files; item n names the n-th.
    std::vector<engine::Path> files(std::uint64_t item) const {
        return item < files_.size() ? std::vector{files_[item]} : std::vector<engine::Path>();
    }

    std::optional<Result> operator()(engine::Item item) const {
        if (item.number >= count()) return std::nullopt;
        const BatchCourse::Place place = course_.place(item.number);
        std::vector<Tokens> sources, targets;
        for (const std::uint64_t row : course_.rows(place)) {
            sources.push_back(encoded_->sources[row]);
            targets.push_back(encoded_->targets[row]);
        }
        ops::Seq2SeqBatch batch =
            ops::make_seq2seq_batch(sources, targets, {.pad = pad, .decoder_start = decoder_start});
        return Result{types::Tensor{std::move(batch.source)},
                      types::Tensor{std::move(batch.target)},
                      types::Tensor{std::move(batch.labels)}, static_cast<double>(place.part),
                      course_.is_last(place) ? 1.0 : 0.0};
    }

private:
    struct Encoded {
        std::vector<Tokens> sources, targets;  ///< training, validation, test
    };

    /// The end token stays where a text is cut.
    Tokens tokens_of(const ops::Tokenizer& reader, const std::string& text, int most,
                     std::uint64_t& cut) const {
        const bool marked = begin && reader.special_tokens().begin;
        const std::vector<ops::TokenId> ids = reader.encode(
            text,
            {.begin = marked ? ops::Marker::With : ops::Marker::Without, .end = ops::Marker::With});
        Tokens tokens(ids.begin(), ids.end());
        if (tokens.size() <= static_cast<std::size_t>(most)) return tokens;
        const std::int64_t end = tokens.back();
        tokens.resize(static_cast<std::size_t>(most));
        tokens.back() = end;
        ++cut;
        return tokens;
    }

    /// Fixed once read, shared by copies of the node.
    std::shared_ptr<const Encoded> encoded_;
    std::vector<engine::Path> files_;
    BatchCourse course_;
};

}  // namespace

void register_pair_corpus(engine::Registry& registry) { registry.add<PairCorpus>(); }

}  // namespace millrace::nodes
