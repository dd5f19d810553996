#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <ATen/ATen.h>
#include <fmt/format.h>

#include "engine/node.hpp"
#include "engine/visual/io/files.hpp"
#include "engine/visual/io/safetensors.hpp"
#include "nodes/loaders/epochs.hpp"
#include "nodes/ops/text_corpus/readers.hpp"
#include "nodes/ops/tokenizers/tokenizer.hpp"
#include "nodes/ops/training/ranks.hpp"
#include "nodes/types/phase.hpp"
#include "nodes/types/tensor.hpp"

namespace millrace::nodes {
namespace {

constexpr std::int64_t kIgnored = -100;

struct TokenCorpus {
    enum class Split { Course, Train, Validation, Test };

    engine::Path path, tokenizer;
    int length = 96, size = 8, epochs = 1, items = 0;
    double validation_share = 0.1, test_share = 0;
    bool shuffle = true;
    Split split = Split::Course;

    static engine::NodeSpec spec() {
        using S = TokenCorpus;
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
            .params = {{.name = "path",
                        .field = &S::path,
                        .doc =
                            "A .safetensors file with \"tokens\" [texts, length], or a text file; "
                            "empty takes the small corpus that is built in",
                        .existing_path = true},
                       {.name = "tokenizer",
                        .field = &S::tokenizer,
                        .doc =
                            "Of a text: tokenizer.json, a SentencePiece .model, vocab.json beside "
                            "merges.txt, a tokenizer of llama2.c, or a folder with one of them",
                        .existing_path = true},
                       {.name = "length",
                        .field = &S::length,
                        .range = {2, 1 << 20},
                        .doc = "Tokens of a block of text; sequences of a file keep theirs"},
                       {.name = "size",
                        .field = &S::size,
                        .range = {1, 1 << 20},
                        .doc = "Sequences in a batch, of all processes that train together"},
                       {.name = "epochs",
                        .field = &S::epochs,
                        .range = {1, 1e6},
                        .doc = "How often the training part is given"},
                       {.name = "items",
                        .field = &S::items,
                        .range = {0, 1e9},
                        .doc = "Training batches of an epoch; 0: all"},
                       {.name = "validation_share",
                        .field = &S::validation_share,
                        .range = {0, 1},
                        .doc = "Share of the sequences for validation, behind those for training"},
                       {.name = "test_share",
                        .field = &S::test_share,
                        .range = {0, 1},
                        .doc = "Share of the sequences for test, the last of all"},
                       {.name = "shuffle",
                        .field = &S::shuffle,
                        .doc = "Training sequences in another order in each epoch, which the run's "
                               "seed chooses"},
                       {.name = "split",
                        .field = &S::split,
                        .choices = {"course", "train", "validation", "test"},
                        .doc = "All of it as training needs it, or one part"}},
            .tags = {"language model", "text", "tokens"},
            // Batches differ by process and by what the files hold; tokens are in memory anyway.
            .pure = false,
            .random = true,
        };
    }

    std::vector<engine::Problem> check() const {
        if (validation_share + test_share <= 1) return {};
        return {{.what = "Validation and test together are more than all",
                 .expected = "at most 1",
                 .found = fmt::format("{}", validation_share + test_share),
                 .where = "test_share",
                 .mend = "Make one of them smaller."}};
    }

    using Result = std::tuple<types::Tensor, types::Tensor, double, double>;

    void start(engine::RunContext& context) {
        const bool from_file = std::filesystem::path(path.text).extension() == ".safetensors";
        sequences_ = from_file ? stored() : blocks();
        const auto ranks =
            ops::ranks_from_environment([](const char* name) { return std::getenv(name); });
        shard_ = ranks ? Shard{static_cast<std::uint64_t>(ranks->rank),
                               static_cast<std::uint64_t>(ranks->world_size)}
                       : Shard{};
        if (static_cast<std::uint64_t>(size) % shard_.size != 0) {
            throw engine::Error(
                {.code = "E-TRAIN-024",
                 .what = "The batch can't be shared evenly",
                 .expected = fmt::format("a multiple of the {} processes", shard_.size),
                 .found = std::to_string(size),
                 .where = "size",
                 .mend = "Change the size, or the number of processes."});
        }
        const auto all = static_cast<std::uint64_t>(sequences_.size(0));
        const auto share = [&](double part) { return static_cast<std::uint64_t>(part * all); };
        sizes_[2] = share(test_share);
        sizes_[1] = std::min(share(validation_share), all - sizes_[2]);
        sizes_[0] = all - sizes_[1] - sizes_[2];
        if (count() == 0) {
            throw engine::Error(
                {.code = "E-TEXT-030",
                 .what = "The part asked for holds no sequence",
                 .expected = "at least one",
                 .found =
                     fmt::format("{} sequences in all, {} of them for training", all, sizes_[0]),
                 .mend = "Change the shares, or give more text."});
        }
        context.log(fmt::format("{} sequences: {} for training, {} for validation, {} for test",
                                all, sizes_[0], sizes_[1], sizes_[2]));
    }

    std::uint64_t count() const {
        const std::uint64_t one_epoch = train_batches() + batches(1);
        return split == Split::Course       ? epochs * one_epoch + batches(2)
               : split == Split::Train      ? epochs * train_batches()
               : split == Split::Validation ? batches(1)
                                            : batches(2);
    }
    std::vector<engine::Path> files(std::uint64_t item) const {
        return item == 0 && !path.text.empty() ? std::vector{path} : std::vector<engine::Path>();
    }

    std::optional<Result> operator()(engine::Item item, engine::RunContext& context) const {
        if (item.number >= count()) return std::nullopt;
        const Place place = place_of(item.number);
        const std::uint64_t from = place.batch * size,
                            to = std::min<std::uint64_t>(from + size, sizes_[place.part]);
        std::vector<std::int64_t> rows;
        // Of several processes each takes every so-manieth sequence.
        for (std::uint64_t i = from + shard_.rank; i < to; i += shard_.size) {
            const bool mix = place.part == 0 && shuffle;
            const std::uint64_t row = mix ? permuted(i, sizes_[0], context.seed(), place.epoch) : i;
            rows.push_back(static_cast<std::int64_t>(first_of(place.part) + row));
        }
        const at::Tensor chosen = sequences_.index_select(0, at::tensor(rows, at::kLong));
        const std::int64_t width = chosen.size(1);
        at::Tensor labels = at::full_like(chosen, kIgnored);
        labels.narrow(1, 0, width - 1).copy_(chosen.narrow(1, 1, width - 1));
        labels.masked_fill_(labels.lt(0), kIgnored);
        const bool is_last = place.batch + 1 == batches_of(place.part);
        return Result{types::Tensor{chosen.clamp_min(0)}, types::Tensor{labels},
                      static_cast<double>(place.part), is_last ? 1.0 : 0.0};
    }

private:
    struct Place {
        std::size_t part = 0;
        std::uint64_t epoch = 0, batch = 0;
    };

    /// Those that every process has a sequence of.
    std::uint64_t batches(std::size_t part) const {
        const std::uint64_t whole = sizes_[part] / size, rest = sizes_[part] % size;
        return whole + (rest >= shard_.size ? 1 : 0);
    }
    std::uint64_t train_batches() const {
        return items > 0 ? std::min<std::uint64_t>(items, batches(0)) : batches(0);
    }
    std::uint64_t batches_of(std::size_t part) const {
        return part == 0 ? train_batches() : batches(part);
    }
    std::uint64_t first_of(std::size_t part) const {
        return part == 0 ? 0 : part == 1 ? sizes_[0] : sizes_[0] + sizes_[1];
    }

    Place place_of(std::uint64_t item) const {
        if (split == Split::Validation) return {1, 0, item};
        if (split == Split::Test) return {2, 0, item};
        const std::uint64_t held = split == Split::Course ? batches(1) : 0,
                            one = train_batches() + held, epoch = one > 0 ? item / one : epochs;
        if (epoch >= static_cast<std::uint64_t>(epochs)) return {2, 0, item - epochs * one};
        const std::uint64_t within = item % one;
        return within < train_batches() ? Place{0, epoch, within}
                                        : Place{1, epoch, within - train_batches()};
    }

    at::Tensor stored() const {
        const std::vector<std::byte> bytes = visual::read_file_bytes(path.text);
        const visual::Safetensors file = visual::read_safetensors(bytes, path.text);
        for (const engine::ArrayView& array : file.arrays) {
            if (array.name != "tokens") continue;
            const at::Tensor tokens = types::tensor_of(array);
            if (tokens.dim() == 2 && tokens.scalar_type() == at::kLong && tokens.size(0) > 0 &&
                tokens.size(1) > 1)
                return tokens;
        }
        throw engine::Error({.code = "E-TEXT-032",
                             .what = "The file holds no sequences of tokens",
                             .expected = "\"tokens\" [texts, length] int64, of at least 2 tokens",
                             .found = fmt::format("{} other arrays", file.arrays.size()),
                             .where = path.text,
                             .mend = "Give a file that language.self_corpus wrote."});
    }

    std::string text() const {
        if (!path.text.empty()) {
            const std::vector<std::byte> bytes = visual::read_file_bytes(path.text);
            return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
        }
        std::string all;
        for (const ops::TextPair& pair : ops::read_small(ops::SmallTask::Language, {}).pairs)
            all += pair.source + "\n\n";
        return all;
    }

    at::Tensor blocks() const {
        if (tokenizer.text.empty()) {
            throw engine::Error(
                {.code = "E-TEXT-033",
                 .what = "A text needs a tokenizer",
                 .expected = "a tokenizer",
                 .found = "none",
                 .where = "tokenizer",
                 .mend = "Set the tokenizer of the model, or give a file of tokens."});
        }
        const auto reader = ops::load_tokenizer(tokenizer.text);
        const std::vector<ops::TokenId> ids = reader->encode(text());
        const auto rows = static_cast<std::int64_t>(ids.size()) / length;
        at::Tensor tokens = at::empty({rows, length}, at::kLong);
        std::copy_n(ids.begin(), rows * length, tokens.data_ptr<std::int64_t>());
        return tokens;
    }

    at::Tensor sequences_;
    std::array<std::uint64_t, 3> sizes_ = {};
    Shard shard_;
};

}  // namespace

void register_token_corpus(engine::Registry& registry) { registry.add<TokenCorpus>(); }

}  // namespace millrace::nodes
