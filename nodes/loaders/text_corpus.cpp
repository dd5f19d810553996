#include <algorithm>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "engine/node.hpp"
#include "nodes/loaders/corpus_params.hpp"
#include "nodes/loaders/epochs.hpp"
#include "nodes/loaders/listing.hpp"
#include "nodes/loaders/text_source.hpp"
#include "nodes/types/phase.hpp"
#include "nodes/types/table.hpp"

namespace millrace::nodes {
namespace {

struct TextCorpus : TextSource {
    CorpusPart split = CorpusPart::All;
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
        std::vector<engine::ParamSpec> all = source_params<S>();
        all.push_back(split_param(&S::split));
        std::ranges::move(epoch_params(&S::epochs, &S::shuffle, &S::first, &S::items),
                          std::back_inserter(all));
        return all;
    }

    std::vector<engine::Problem> check() const { return problems(); }

    using Result = std::tuple<types::Text, types::Text, double, double>;

    void start(engine::RunContext& context) {
        auto read = std::make_shared<ops::TextPairs>(corpus());
        context.log(ops::to_text(*read));
        for (const std::string& note : read->notes) context.warn("Passed over " + note);
        if (const auto wanted = split_of(split)) {
            std::erase_if(read->pairs,
                          [&](const ops::TextPair& pair) { return pair.split != *wanted; });
        }
        if (read->pairs.empty()) fail_empty();
        course_ = {.first = static_cast<std::uint64_t>(first)};
        for (const ops::TextPair& pair : read->pairs) ++course_.parts.sizes[part_of(pair)].speech;
        std::uint64_t there = read->pairs.size();
        if (split == CorpusPart::Course) {
            std::ranges::stable_sort(read->pairs, {}, &ops::TextPair::split);
            there = course_.parts.sizes[0].all();
            if (there == 0) fail_empty();
        }
        course_.shard = shard_of_process();
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
        return split == CorpusPart::Course ? course_.count()
                                           : course_.training.count(course_.shard);
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

    [[noreturn]] void fail_empty() const {
        throw engine::Error({.code = "E-TEXT-030",
                             .what = "There is nothing in this split",
                             .expected = "a text or more",
                             .found = "none",
                             .where = "split",
                             .mend = "Choose another split or other shares, or a larger corpus."});
    }

    Placed placed(std::uint64_t item) const {
        if (split == CorpusPart::Course) return course_.placed(item);
        const Placed at = course_.training.placed(item, course_.shard);
        return {course_.first + at.element, at.padding};
    }

    /// Fixed once read, shared by copies of the node. By part in a course.
    std::shared_ptr<const ops::TextPairs> texts_;
    Course course_;  // of its parts the speech alone is used: texts
};

}  // namespace

void register_text_corpus(engine::Registry& registry) { registry.add<TextCorpus>(); }

}  // namespace millrace::nodes
