#include "nodes/ops/text/multiple_choice.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <ATen/ATen.h>
#include <fmt/format.h>

#include "engine/node.hpp"
#include "nodes/metrics/together.hpp"
#include "nodes/ops/language/choice_likelihood.hpp"
#include "nodes/ops/tokenizers/tokenizer.hpp"
#include "nodes/types/model.hpp"
#include "nodes/types/table.hpp"

namespace millrace::nodes {
namespace {

/// Questions of one task so far.
struct Tally {
    std::int64_t questions = 0, right = 0, by_characters = 0, by_bytes = 0, exact = 0;
    double chance = 0;  ///< right answers that a guess would give, on average
};

constexpr std::array<std::pair<const char*, std::int64_t Tally::*>, 5> kCounts = {
    {{"questions", &Tally::questions},
     {"right", &Tally::right},
     {"by_characters", &Tally::by_characters},
     {"by_bytes", &Tally::by_bytes},
     {"exact", &Tally::exact}}};

struct MultipleChoice {
    engine::Path tokenizer;
    int most_tokens = 2048;
    bool begin = true;
    double peer_timeout = kPeerTimeout;

    static engine::NodeSpec spec() {
        using S = MultipleChoice;
        return {
            .id = "metrics.multiple_choice",
            .title = "Multiple choice",
            .group = "Metrics",
            .doc =
                "How often a language model finds the right choice the likeliest, as zero-shot "
                "tests of language models go. A choice's log-likelihood is the sum over its tokens "
                "behind the context; accuracy goes by it, accuracy_by_characters by it over the "
                "choice's length, which long choices need. The metrics of a file with several "
                "tasks are the plain means over tasks.",
            .inputs = {{"question",
                        "columns context, choice and right (1 or 0), a row a choice; \"task\" may "
                        "be there"},
                       {.name = "model", .doc = "a decoder", .sync = engine::Sync::Latch}},
            .outputs =
                {{"report",
                  "task, questions, accuracy with its standard error, accuracy by length in "
                  "characters and in UTF-8 bytes, exact (a right choice is what the model "
                  "would write), chance; the mean over tasks last, where there are several"}},
            .params = {{.name = "tokenizer",
                        .field = &S::tokenizer,
                        .doc = "Of the model: a file or a folder",
                        .required_path = true},
                       {.name = "most_tokens",
                        .field = &S::most_tokens,
                        .range = {1, 1 << 24},
                        .doc =
                            "Tokens read of context and choice, at most, and never more than the "
                            "model's context; of longer ones the beginning is cut off"},
                       {.name = "begin",
                        .field = &S::begin,
                        .doc = "Put the tokenizer's begin token before the context"},
                       peer_timeout_param(&S::peer_timeout)},
            .tags = {"zero-shot", "language model", "accuracy", "boolq", "piqa", "siqa",
                     "hellaswag", "winogrande", "arc", "obqa"},
            .resource = engine::Resource::Compute,
            .rate = engine::Rate::New,
            .gathers = "*",
            .example = R"("nodes": {
    "questions": {"type": "loaders.questions", "version": 1},
    "model": {"type": "backbones.llama", "version": 1},
    "choice": {"type": "metrics.multiple_choice", "version": 1, "params": {"tokenizer": "tokenizer.model"}}},
"wires": [
    {"from": "questions.question", "to": "choice.question"}, {"from": "model.model", "to": "choice.model"}])",
        };
    }

    void start(engine::RunContext& context) {
        reader_ = ops::load_tokenizer(tokenizer.text);
        together_.join(context, peer_timeout);
    }

    std::optional<types::Table> operator()(const types::Table& question, const types::Model& model,
                                           engine::RunContext& context) {
        const auto& contexts = texts(question, "context");
        const auto& choices = texts(question, "choice");
        const std::vector<std::int64_t> right = right_of(question);
        const types::Column* task = question.column("task");
        const std::string name = task && !choices.empty() ? texts(question, "task").front() : "";
        take(model);
        std::vector<at::Tensor> rows;
        std::vector<ops::Choice> scored;
        for (std::size_t i = 0; i < choices.size(); ++i) {
            const ops::ChoiceTokens tokens =
                ops::choice_tokens(*reader_, contexts[i], choices[i],
                                   begin ? ops::Marker::With : ops::Marker::Without);
            if (static_cast<std::int64_t>(tokens.ids.size()) - 1 > scorer_->capacity())
                context.warn(
                    fmt::format("A context is cut to its last tokens: context and choice "
                                "are longer than the {} that are read",
                                scorer_->capacity()));
            rows.push_back(scorer_->rows(tokens));
            scored.push_back({.text = choices[i],
                              .tokens = {tokens.ids.end() - tokens.counted, tokens.ids.end()},
                              .logits = {{rows.back().data_ptr<float>(),
                                          static_cast<std::size_t>(rows.back().numel())},
                                         rows.back().size(1)}});
        }
        const ops::QuestionScore score = ops::score_question(scored, right);
        Tally& tally = tallies_[name];
        ++tally.questions;
        tally.right += score.is_right;
        tally.by_characters += score.is_right_by_characters;
        tally.by_bytes += score.is_right_by_bytes;
        tally.exact += score.is_exact;
        tally.chance += static_cast<double>(right.size()) / static_cast<double>(choices.size());
        return {};
    }

    std::optional<types::Table> finish(engine::RunContext& context) {
        load({.values = together_.sum(context, save().values), .packets = {}});
        if (tallies_.empty()) {
            context.warn("No question was given, so that there is nothing to report");
            return {};
        }
        Report report;
        for (const auto& [task, tally] : tallies_) report.add(task, tally);
        if (tallies_.size() > 1) report.add_mean();
        for (std::size_t i = 0; i < kFigures.size(); ++i)
            context.metric(kFigures[i], report.figures[i].back());
        context.metric("questions", static_cast<double>(report.questions.back()));
        return std::move(report).table();
    }

    engine::State save() const {
        engine::State state;
        for (const auto& [task, tally] : tallies_) {
            engine::Object kept{{"chance", tally.chance}};
            for (const auto& [name, count] : kCounts) kept[name] = tally.*count;
            state.values["task:" + task] = std::move(kept);
        }
        return state;
    }

    void load(const engine::State& state) {
        constexpr std::string_view kPrefix = "task:";
        for (const auto& [key, value] : state.values) {
            const engine::Object& kept = value.as_object();
            Tally& tally = tallies_[key.substr(std::min(kPrefix.size(), key.size()))];
            tally.chance = kept.at("chance").as_double();
            for (const auto& [name, count] : kCounts) tally.*count = kept.at(name).as_int();
        }
    }

private:
    static constexpr std::array<const char*, 6> kFigures = {
        "accuracy",          "standard_error", "accuracy_by_characters",
        "accuracy_by_bytes", "exact",          "chance"};

    struct Report {
        std::vector<std::string> tasks;
        std::vector<std::int64_t> questions;
        std::array<std::vector<double>, kFigures.size()> figures;

        void add(const std::string& task, const Tally& tally) {
            const auto all = static_cast<double>(tally.questions);
            const ops::Accuracy accuracy = ops::accuracy(tally.right, tally.questions);
            tasks.push_back(task.empty() ? "all" : task);
            questions.push_back(tally.questions);
            const std::array<double, kFigures.size()> values = {
                accuracy.mean,
                accuracy.standard_error,
                static_cast<double>(tally.by_characters) / all,
                static_cast<double>(tally.by_bytes) / all,
                static_cast<double>(tally.exact) / all,
                tally.chance / all};
            for (std::size_t i = 0; i < values.size(); ++i) figures[i].push_back(values[i]);
        }

        /// Of the rows so far; the standard error is that of a sum of independent means.
        void add_mean() {
            const auto count = static_cast<double>(tasks.size());
            for (std::size_t i = 0; i < figures.size(); ++i) {
                const bool is_error = std::string_view(kFigures[i]) == "standard_error";
                double sum = 0;
                for (const double value : figures[i]) sum += is_error ? value * value : value;
                figures[i].push_back((is_error ? std::sqrt(sum) : sum) / count);
            }
            std::int64_t all = 0;
            for (const std::int64_t number : questions) all += number;
            tasks.emplace_back("mean");
            questions.push_back(all);
        }

        types::Table table() && {
            types::Table table{{{"task", std::move(tasks)}, {"questions", std::move(questions)}}};
            for (std::size_t i = 0; i < figures.size(); ++i)
                table.columns.push_back({kFigures[i], std::move(figures[i])});
            return table;
        }
    };

    [[noreturn]] static void fail_columns(std::string found) {
        throw engine::Error({.code = "E-METRIC-060",
                             .what = "The table is no question",
                             .expected = "columns context and choice of text, and right of 0 and 1",
                             .found = std::move(found),
                             .mend = "Wire the questions of loaders.questions."});
    }

    static const std::vector<std::string>& texts(const types::Table& question, const char* name) {
        const types::Column* column = question.column(name);
        const auto* texts =
            column ? std::get_if<std::vector<std::string>>(&column->values) : nullptr;
        if (!texts) fail_columns(fmt::format("{} column \"{}\"", column ? "another" : "no", name));
        if (texts->size() != question.rows()) fail_columns("columns of different lengths");
        return *texts;
    }

    static std::vector<std::int64_t> right_of(const types::Table& question) {
        const types::Column* column = question.column("right");
        const auto* marks =
            column ? std::get_if<std::vector<std::int64_t>>(&column->values) : nullptr;
        if (!marks) fail_columns(fmt::format("{} column \"right\"", column ? "another" : "no"));
        if (marks->size() != question.rows()) fail_columns("columns of different lengths");
        std::vector<std::int64_t> right;
        for (std::size_t i = 0; i < marks->size(); ++i) {
            if ((*marks)[i] != 0) right.push_back(static_cast<std::int64_t>(i));
        }
        return right;
    }

    /// Weights are rounded and memory is taken once a model.
    void take(const types::Model& model) {
        const types::NamedTensors& tensors = model.evaluated();
        const auto is_same = [](const auto& a, const auto& b) {
            return a.first == b.first && a.second.is_same(b.second);
        };
        if (scorer_ && spec_ == model.spec && std::ranges::equal(tensors_, tensors, is_same))
            return;
        scorer_.reset();
        scorer_ =
            std::make_unique<ops::ChoiceLikelihood>(ops::Llama(model.spec), tensors, most_tokens);
        tensors_ = tensors;
        spec_ = model.spec;
    }

    Together together_;
    std::shared_ptr<const ops::Tokenizer> reader_;
    std::map<std::string, Tally> tallies_;
    engine::Value spec_;
    types::NamedTensors tensors_;
    std::unique_ptr<ops::ChoiceLikelihood> scorer_;
};

}  // namespace

void register_multiple_choice(engine::Registry& registry) { registry.add<MultipleChoice>(); }

}  // namespace millrace::nodes
