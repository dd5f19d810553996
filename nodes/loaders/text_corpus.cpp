#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "engine/node.hpp"
#include "nodes/loaders/epochs.hpp"
#include "nodes/loaders/listing.hpp"
#include "nodes/ops/text_corpus/readers.hpp"
#include "nodes/ops/training/ranks.hpp"
#include "nodes/types/phase.hpp"
#include "nodes/types/table.hpp"

namespace millrace::nodes {
namespace {

enum class TextKind { Small, Pairs, Catalogues, Summaries, Packages, Plain };
enum class TextPart { All, Train, Validation, Test, Course };

struct TextCorpus {
    TextKind kind = TextKind::Small;
    ops::SmallTask task = ops::SmallTask::Language;
    engine::Path path, target_path;
    ops::Documents documents = ops::Documents::Paragraphs;
    std::string source_field = "text", target_field = "summary";
    int min_characters = 1, max_characters = 2000;
    double validation_share = 0.1, test_share = 0.1;
    int least = 1;
    TextPart split = TextPart::All;
    int epochs = 1;
    bool shuffle = false;
    int first = 0, items = 0;

    static engine::NodeSpec spec() {
        return {
            .id = "loaders.text_corpus",
            .title = "Text corpus",
            .group = "Sources",
            .doc =
                "Gives texts with their translation or summary, or plain documents, by split and "
                "in epochs. "
                "A small corpus is built in and needs no files; it shows that a network learns, "
                "and figures on it say nothing of real translation or summaries. Catalogues are "
                "the messages of the programs installed, packages the descriptions of Debian's "
                "packages with their synopses: each is under the licence of its package. A source "
                "text that comes again is left out; the split is by a hash of the source alone. "
                "What was skipped, and why, is in the node's log.",
            .outputs = {{"source", "The text, or the document"},
                        {"target",
                         "Its translation or summary; empty for plain documents; _padding_ where "
                         "the item only keeps processes in step"},
                        {"phase", "0 for training, 1 for validation, 2 for test"},
                        {"count", "How many texts the corpus has of that phase"}},
            .params = params(),
            .tags = {"text", "translation", "summarization", "language model", "gettext", "debian",
                     "romanian"},
            // Installed packages change without any parameter; texts are in memory anyway.
            .pure = false,
            .random = true,
            .source = "GNU gettext manual, \"The Format of GNU MO Files\"; Debian policy, 5.6.13",
        };
    }

    static std::vector<engine::ParamSpec> params() {
        using S = TextCorpus;
        return {
            {.name = "kind",
             .field = &S::kind,
             .choices = {"small", "pairs", "catalogues", "summaries", "packages", "plain"},
             .doc = "Where texts come from: built in; two files line by line; gettext catalogues; "
                    "JSON lines; an index of Debian packages; text files"},
            {.name = "task",
             .field = &S::task,
             .choices = {"language", "translation", "summary"},
             .doc = "Small: plain paragraphs, English with Romanian, or paragraphs with their "
                    "summary"},
            {.name = "path",
             .field = &S::path,
             .doc = "Pairs: the file of sources. Catalogues: a .mo file or a folder of them; empty "
                    "takes /usr/share/locale/ro/LC_MESSAGES. Summaries: the JSON lines. Packages: "
                    "an index, not compressed (Packages, Translation-en); empty takes "
                    "/var/lib/dpkg/status. Plain: a file, or a folder with .txt files; empty takes "
                    "the small corpus",
             .existing_path = true},
            {.name = "target_path",
             .field = &S::target_path,
             .doc = "Pairs: the file of targets, with as many lines",
             .existing_path = true},
            {.name = "documents",
             .field = &S::documents,
             .choices = {"paragraphs", "lines", "files"},
             .doc = "Plain: what one document is; lines between empty lines are joined to a "
                    "paragraph"},
            {.name = "source_field",
             .field = &S::source_field,
             .doc = "Summaries: the member that holds the text"},
            {.name = "target_field",
             .field = &S::target_field,
             .doc = "Summaries: the member that holds its summary"},
            {.name = "min_characters",
             .field = &S::min_characters,
             .range = {1, 1e9},
             .doc = "Shorter sources are skipped; characters are Unicode's code points"},
            {.name = "max_characters",
             .field = &S::max_characters,
             .range = {1, 1e9},
             .doc = "Pairs where either text is longer are skipped"},
            {.name = "validation_share",
             .field = &S::validation_share,
             .range = {0, 1},
             .doc = "Share of the texts for validation"},
            {.name = "test_share",
             .field = &S::test_share,
             .range = {0, 1},
             .doc = "Share of the texts for test"},
            {.name = "least",
             .field = &S::least,
             .range = {1, 1e9},
             .doc = "Fewer texts than these in all are an error"},
            {.name = "split",
             .field = &S::split,
             .choices = {"all", "train", "validation", "test", "course"},
             .doc =
                 "Which part of the corpus. course: in each epoch the training part and then the "
                 "validation part, and after the last epoch the test part"},
            {.name = "epochs",
             .field = &S::epochs,
             .range = {1, 1e6},
             .doc = "How often all items are given"},
            {.name = "shuffle",
             .field = &S::shuffle,
             .doc = "Each epoch in another order, which the run's seed chooses; of a course the "
                    "training part alone"},
            {.name = "first",
             .field = &S::first,
             .range = {0, 1e9},
             .doc = "Number of the first item of an epoch, before shuffling"},
            {.name = "items",
             .field = &S::items,
             .range = {0, 1e9},
             .doc = "How many items an epoch has, in a course its training part; 0 means all"}};
    }

    std::vector<engine::Problem> check() const {
        std::vector<engine::Problem> problems;
        const auto need = [&](bool good, const char* what, const char* where) {
            if (!good) problems.push_back({.what = what, .where = where, .mend = "Correct it."});
        };
        const auto need_path = [&](const engine::Path& file, const char* where) {
            if (!file.text.empty()) return;
            problems.push_back({.code = "E-FILE-001",
                                .what = "This kind of corpus needs a file",
                                .expected = "the file of texts",
                                .found = "nothing",
                                .where = where,
                                .mend = fmt::format("Set {}, or set kind to small, which needs no "
                                                    "data.",
                                                    where)});
        };
        need(min_characters <= max_characters, "The least length is above the greatest",
             "min_characters");
        need(validation_share + test_share <= 1, "Validation and test together are more than all",
             "test_share");
        if (kind == TextKind::Pairs || kind == TextKind::Summaries) need_path(path, "path");
        if (kind == TextKind::Pairs) need_path(target_path, "target_path");
        if (kind == TextKind::Summaries) {
            need(!source_field.empty(), "The member has no name", "source_field");
            need(!target_field.empty(), "The member has no name", "target_field");
        }
        return problems;
    }

    using Result = std::tuple<types::Text, types::Text, double, double>;

    void start(engine::RunContext& context) {
        auto read = std::make_shared<ops::TextPairs>(corpus());
        context.log(ops::to_text(*read));
        for (const std::string& note : read->notes) context.warn("Passed over " + note);
        if (split != TextPart::Course && split != TextPart::All) {
            std::erase_if(read->pairs,
                          [&](const ops::TextPair& pair) { return part_of(pair) != wanted(); });
        }
        if (read->pairs.empty()) fail_empty();
        course_ = {.first = static_cast<std::uint64_t>(first)};
        for (const ops::TextPair& pair : read->pairs) ++course_.parts.sizes[part_of(pair)].speech;
        std::uint64_t there = read->pairs.size();
        if (split == TextPart::Course) {
            std::ranges::stable_sort(read->pairs, {}, &ops::TextPair::split);
            there = course_.parts.sizes[0].all();
            if (there == 0) fail_empty();
        }
        if (const auto ranks =
                ops::ranks_from_environment([](const char* name) { return std::getenv(name); }))
            course_.shard = {static_cast<std::uint64_t>(ranks->rank),
                             static_cast<std::uint64_t>(ranks->world_size)};
        course_.training = {.items = items_of(there, first, items),
                            .epochs = epochs,
                            .order = shuffle ? Order::Shuffled : Order::Listed,
                            .seed = context.seed()};
        texts_ = std::move(read);
    }

    std::optional<Result> operator()(engine::Item item) const {
        if (item.number >= count()) return std::nullopt;
        const auto [element, padding] = placed(item.number);
        const ops::TextPair& pair = texts_->pairs[element];
        const std::size_t part = part_of(pair);
        return Result{
            types::Text{pair.source}, types::Text{padding ? types::kPadding : pair.target},
            static_cast<double>(part), static_cast<double>(course_.parts.sizes[part].all())};
    }

    std::uint64_t count() const {
        return split == TextPart::Course ? course_.count() : course_.training.count(course_.shard);
    }

    /// Which text of the split an item repeats; padding is none of them.
    std::uint64_t place(std::uint64_t item) const {
        const Placed at = placed(item);
        return at.padding ? ~at.element : at.element;
    }

    /// Each text follows from all files, for the first of equal sources counts. So that a record of
    /// the run names each file once, item n has the n-th.
    std::vector<engine::Path> files(std::uint64_t item) const {
        if (!texts_ || item >= texts_->files.size()) return {};
        return {{texts_->files[item].string()}};
    }

private:
    static std::size_t part_of(const ops::TextPair& pair) {
        return static_cast<std::size_t>(pair.split);
    }

    std::size_t wanted() const {
        if (split == TextPart::Train) return 0;
        return split == TextPart::Validation ? 1 : 2;
    }

    [[noreturn]] void fail_empty() const {
        throw engine::Error({.code = "E-TEXT-030",
                             .what = "There is nothing in this split",
                             .expected = "a text or more",
                             .found = "none",
                             .where = "split",
                             .mend = "Choose another split or other shares, or a larger corpus."});
    }

    Placed placed(std::uint64_t item) const {
        if (split == TextPart::Course) return course_.placed(item);
        const Placed at = course_.training.placed(item, course_.shard);
        return {course_.first + at.element, at.padding};
    }

    ops::TextPairs corpus() const {
        const ops::TextRules rules = {.min_characters = static_cast<std::uint64_t>(min_characters),
                                      .max_characters = static_cast<std::uint64_t>(max_characters),
                                      .validation_share = validation_share,
                                      .test_share = test_share,
                                      .least = static_cast<std::uint64_t>(least)};
        const auto path_or = [&](std::string_view usual) {
            return path.text.empty() ? std::filesystem::path(usual)
                                     : std::filesystem::path(path.text);
        };
        switch (kind) {
            case TextKind::Small:
                return ops::read_small(task, rules);
            case TextKind::Pairs:
                return ops::read_parallel(path.text, target_path.text, rules);
            case TextKind::Catalogues:
                return ops::read_catalogues(path_or(ops::kRomanianCatalogues), rules);
            case TextKind::Summaries:
                return ops::read_summaries(path.text, {source_field, target_field}, rules);
            case TextKind::Packages:
                return ops::read_packages(path_or(ops::kPackageStatus), rules);
            case TextKind::Plain:
                break;
        }
        if (path.text.empty()) return ops::read_small(ops::SmallTask::Language, rules);
        return ops::read_plain(path.text, documents, rules);
    }

    /// Fixed once read, shared by copies of the node. By part in a course.
    std::shared_ptr<const ops::TextPairs> texts_;
    Course course_;  // of its parts the speech alone is used: texts
};

}  // namespace

void register_text_corpus(engine::Registry& registry) { registry.add<TextCorpus>(); }

}  // namespace millrace::nodes
