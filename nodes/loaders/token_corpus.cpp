#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/node.hpp"
#include "engine/visual/io/files.hpp"
#include "engine/visual/io/safetensors.hpp"
#include "nodes/loaders/batch_course.hpp"
#include "nodes/ops/text_corpus/readers.hpp"
#include "nodes/ops/text_corpus/text_file.hpp"
#include "nodes/ops/tokenizers/tokenizer.hpp"
#include "nodes/types/phase.hpp"
#include "nodes/types/tensor.hpp"

namespace millrace::nodes {
namespace {

constexpr std::int64_t kIgnored = -100;

struct TokenCorpus {
    engine::Path path, tokenizer;
    int length = 96, size = 8, epochs = 1, items = 0;
    double validation_share = 0.1, test_share = 0;
    bool shuffle = true, regroup = true;
    BatchPart split = BatchPart::Course;

    static engine::NodeSpec spec() {
        return {
            .id = "loaders.token_corpus",
            .title = "Tokens in batches",
            .group = "Sources",
            .doc =
                "Gives batches of token sequences with the tokens that follow, to train or test a "
                "language model. From a file of tokens that language.self_corpus wrote, or from a "
                "text and a tokenizer: the text is then cut into blocks of equal length, the rest "
                "left out. In a course each epoch gives the training part and then the validation "
                "part, and the test part comes at the end.",
            .outputs = {{"tokens", "[batch, length] int64; 0 where a text has ended"},
                        {"labels",
                         "[batch, length] int64, the token that follows; -100 where none does"},
                        {"phase", "0 for training, 1 for validation, 2 for test"},
                        {"last", "1 for the last batch of a stretch of one phase, else 0"}},
            .params = params(),
            .tags = {"language model", "text", "tokens"},
            // Tokens are in memory anyway; what reads batches has their content in its keys.
            .pure = false,
            .random = true,
            .example = R"("nodes": {
    "corpus": {"type": "loaders.token_corpus", "version": 1, "params": {"tokenizer": "tokenizer.json", "length": 64}},
    "model": {"type": "backbones.llama", "version": 1},
    "forward": {"type": "training.forward", "version": 1}},
"wires": [
    {"from": "corpus.tokens", "to": "forward.features"}, {"from": "model.model", "to": "forward.model"}])",
        };
    }

    static std::vector<engine::ParamSpec> params() {
        using S = TokenCorpus;
        std::vector<engine::ParamSpec> all = {
            {.name = "path",
             .field = &S::path,
             .doc = "A .safetensors file with \"tokens\" [texts, length], or a text file of 16 MiB "
                    "at most, which may be compressed; empty takes the small corpus that is built "
                    "in",
             .existing_path = true},
            {.name = "tokenizer",
             .field = &S::tokenizer,
             .doc = "Of a text: tokenizer.json, a SentencePiece .model, vocab.json beside "
                    "merges.txt, a tokenizer of llama2.c, or a folder with one of them",
             .existing_path = true},
            {.name = "length",
             .field = &S::length,
             .range = {2, 1 << 20},
             .doc = "Tokens of a block of text; sequences of a file keep theirs"},
            {.name = "validation_share",
             .field = &S::validation_share,
             .range = {0, 1},
             .doc = "Share of the sequences for validation, behind those for training"},
            {.name = "test_share",
             .field = &S::test_share,
             .range = {0, 1},
             .doc = "Share of the sequences for test, the last of all"}};
        const std::vector<engine::ParamSpec> shared = BatchCourse::params<S>("Sequences");
        all.insert(all.begin() + 3, shared.begin(), shared.end());
        return all;
    }

    std::vector<engine::Problem> check() const {
        std::vector<engine::Problem> problems;
        if (validation_share + test_share > 1)
            problems.push_back({.what = "Validation and test together are more than all",
                                .expected = "at most 1",
                                .found = fmt::format("{}", validation_share + test_share),
                                .where = "test_share",
                                .mend = "Make one of them smaller."});
        if (tokenizer.text.empty() && !holds_tokens())
            problems.push_back({.code = "E-TEXT-033",
                                .what = "A text needs a tokenizer",
                                .expected = "the tokenizer of the model",
                                .found = "none",
                                .where = "tokenizer",
                                .mend = "Set it, or give a file of tokens, .safetensors."});
        return problems;
    }

    using Result = std::tuple<types::Tensor, types::Tensor, double, double>;

    void start(engine::RunContext& context) {
        sequences_ = holds_tokens() ? stored() : blocks();
        const auto all = static_cast<std::uint64_t>(sequences_.size(0));
        const auto share = [&](double part) { return static_cast<std::uint64_t>(part * all); };
        const std::uint64_t test = share(test_share);
        const std::uint64_t held = std::min(share(validation_share), all - test);
        course_ = {.sizes = {all - held - test, held, test},
                   .part = split,
                   .size = static_cast<std::uint64_t>(size),
                   .epochs = static_cast<std::uint64_t>(epochs),
                   .items = static_cast<std::uint64_t>(items),
                   .order = shuffle ? Order::Shuffled : Order::Listed,
                   .regroup = regroup,
                   .seed = context.seed()};
        course_.begin("sequences");
        context.log(course_.report("sequences"));
    }

    std::uint64_t count() const { return course_.count(); }
    std::vector<engine::Path> files(std::uint64_t item) const {
        return item == 0 && !path.text.empty() ? std::vector{path} : std::vector<engine::Path>();
    }

    std::optional<Result> operator()(engine::Item item) const {
        if (item.number >= count()) return std::nullopt;
        const BatchCourse::Place place = course_.place(item.number);
        std::vector<std::int64_t> rows;
        for (const std::uint64_t row : course_.rows(place))
            rows.push_back(static_cast<std::int64_t>(row));
        const at::Tensor chosen = sequences_.index_select(0, at::tensor(rows, at::kLong));
        const std::int64_t width = chosen.size(1);
        at::Tensor labels = at::full_like(chosen, kIgnored);
        labels.narrow(1, 0, width - 1).copy_(chosen.narrow(1, 1, width - 1));
        labels.masked_fill_(labels.lt(0), kIgnored);
        return Result{types::Tensor{chosen.clamp_min(0)}, types::Tensor{labels},
                      static_cast<double>(place.part), course_.is_last(place) ? 1.0 : 0.0};
    }

private:
    bool holds_tokens() const {
        return std::filesystem::path(path.text).extension() == ".safetensors";
    }

    at::Tensor stored() const {
        const std::vector<std::byte> bytes = visual::read_file_bytes(path.text);
        const visual::Safetensors file = visual::read_safetensors(bytes, path.text);
        std::string found = fmt::format("none of this name, {} others", file.arrays.size());
        for (const engine::ArrayView& array : file.arrays) {
            if (array.name != "tokens") continue;
            found = fmt::format("[{}] {}", fmt::join(array.shape, ", "), to_text(array.type));
            const at::Tensor tokens = types::tensor_of(array);
            if (tokens.dim() == 2 && tokens.scalar_type() == at::kLong && tokens.size(0) > 0 &&
                tokens.size(1) > 1)
                return tokens;
        }
        throw engine::Error({.code = "E-TEXT-032",
                             .what = "The file holds no sequences of tokens",
                             .expected = "\"tokens\" [texts, length] int64, of at least 2 tokens",
                             .found = found,
                             .where = path.text,
                             .mend = "Give a file that language.self_corpus wrote."});
    }

    std::string text() const {
        if (!path.text.empty()) return ops::read_text_file(path.text, ops::kMostTextBytes);
        std::string all;
        for (const ops::TextPair& pair : ops::read_small(ops::SmallTask::Language, {}).pairs)
            all += pair.source + "\n\n";
        return all;
    }

    at::Tensor blocks() const {
        const auto reader = ops::load_tokenizer(tokenizer.text);
        const std::vector<ops::TokenId> ids = reader->encode(text());
        const auto rows = static_cast<std::int64_t>(ids.size()) / length;
        at::Tensor tokens = at::empty({rows, length}, at::kLong);
        std::copy_n(ids.begin(), rows * length, tokens.data_ptr<std::int64_t>());
        return tokens;
    }

    at::Tensor sequences_;
    BatchCourse course_;
};

}  // namespace

void register_token_corpus(engine::Registry& registry) { registry.add<TokenCorpus>(); }

}  // namespace millrace::nodes
