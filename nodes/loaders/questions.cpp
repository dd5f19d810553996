#include "nodes/ops/text_corpus/questions.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "engine/node.hpp"
#include "nodes/loaders/corpus_params.hpp"
#include "nodes/loaders/epochs.hpp"
#include "nodes/loaders/listing.hpp"
#include "nodes/types/table.hpp"

namespace millrace::nodes {
namespace {

struct Questions {
    engine::Path path;
    int first = 0, items = 0;

    static engine::NodeSpec spec() {
        using S = Questions;
        return {
            .id = "loaders.questions",
            .title = "Multiple-choice questions",
            .group = "Sources",
            .doc =
                "Gives the questions of a task file, to see which choice a language model finds "
                "likeliest. A line of the file is a JSON object with \"context\", \"choices\" "
                "and \"answer\", the number of the right choice from 0; \"task\" parts a file "
                "into several tests. The help page on multiple choice says how the public test "
                "sets become such files. Processes that run together share the questions. 24 easy "
                "questions are built in; figures on them say "
                "that a graph works, and little of a model.",
            .outputs = {{"question",
                         "a row a choice: task, context, choice, and right, which is 1 for a right "
                         "choice and else 0"}},
            .params = {{.name = "path",
                        .field = &S::path,
                        .doc = "A task file, which may be compressed; empty takes the questions "
                               "that are built in",
                        .existing_path = true},
                       {.name = "first",
                        .field = &S::first,
                        .range = {0, 1e9},
                        .doc = "Number of the first question"},
                       {.name = "items",
                        .field = &S::items,
                        .range = {0, 1e9},
                        .doc = "How many questions; 0 means all"}},
            .tags = {"multiple choice", "language model", "boolq", "piqa", "siqa", "hellaswag",
                     "winogrande", "arc", "obqa", "zero-shot"},
            .pure = true,
        };
    }

    void start(engine::RunContext& context) {
        all_ = std::make_shared<const std::vector<ops::Question>>(
            path.text.empty() ? ops::small_questions() : ops::read_questions(path.text));
        shard_ = shard_of_process();
        const std::uint64_t all = items_of(all_->size(), first, items);
        // Nothing but tests of a model reads them, so processes need not have equally many.
        count_ = all > shard_.rank ? shard_.count(all - shard_.rank) : 0;
        context.log(fmt::format("{} of {} questions", count_, all_->size()));
    }

    std::uint64_t count() const { return count_; }

    std::vector<engine::Path> files(std::uint64_t) const {
        return path.text.empty() ? std::vector<engine::Path>() : std::vector{path};
    }

    /// Which question of the file an item is.
    std::uint64_t place(std::uint64_t item) const {
        return static_cast<std::uint64_t>(first) + shard_.global(item);
    }

    std::optional<types::Table> operator()(engine::Item item) const {
        if (item.number >= count_) return std::nullopt;
        const ops::Question& question = (*all_)[place(item.number)];
        const std::size_t choices = question.choices.size();
        std::vector<std::string> contexts;
        for (std::size_t i = 0; i < choices; ++i) contexts.push_back(question.context(i));
        std::vector<std::int64_t> right(choices, 0);
        for (const std::int64_t number : question.right)
            right[static_cast<std::size_t>(number)] = 1;
        return types::Table{{{"task", std::vector(choices, question.task)},
                             {"context", std::move(contexts)},
                             {"choice", question.choices},
                             {"right", right}}};
    }

private:
    /// Fixed once read, shared by copies of the node.
    std::shared_ptr<const std::vector<ops::Question>> all_;
    Shard shard_;
    std::uint64_t count_ = 0;  ///< of this process
};

}  // namespace

void register_questions(engine::Registry& registry) { registry.add<Questions>(); }

}  // namespace millrace::nodes
