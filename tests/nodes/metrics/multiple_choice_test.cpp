// The likeliest choice as a node: against log-likelihoods of whole passes, and its tallies.
#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "nodes/ops/language/choice_likelihood.hpp"
#include "nodes/ops/text_corpus/questions.hpp"
#include "nodes/types/model.hpp"
#include "nodes/types/table.hpp"
#include "tests/nodes/ops/error_code.hpp"
#include "tests/nodes/support.hpp"

namespace millrace::nodes {
void register_multiple_choice(engine::Registry& registry);
}

namespace millrace::testing {
namespace {

using engine::Packet;

constexpr const char* kTokenizer = MILLRACE_SOURCE_DIR "/graphs/llm-qat/small-text.tokenizer";

const engine::Registry& registry() {
    static const std::unique_ptr<engine::Registry> filled = [] {
        auto made = std::make_unique<engine::Registry>();
        nodes::register_multiple_choice(*made);
        return made;
    }();
    return *filled;
}

/// Of first parameters, enlarged so that choices differ.
types::Model model(std::uint64_t seed, std::int64_t context = 64) {
    const auto vocabulary = static_cast<std::int64_t>(ops::load_tokenizer(kTokenizer)->size());
    const ops::Llama llama(engine::Object{{"architecture", "llama"},
                                          {"vocabulary", vocabulary},
                                          {"width", 16},
                                          {"layers", 2},
                                          {"heads", 2},
                                          {"hidden", 24},
                                          {"context", context}});
    types::Model made{.spec = llama.spec(), .parameters = llama.initial_parameters(seed)};
    for (auto& [name, tensor] : made.parameters) {
        if (tensor.dim() == 2) tensor = tensor * 15;
    }
    return made;
}

types::Table table(const ops::Question& question) {
    std::vector<std::int64_t> right(question.choices.size(), 0);
    for (const std::int64_t number : question.right) right[static_cast<std::size_t>(number)] = 1;
    std::vector<std::string> contexts;
    for (std::size_t i = 0; i < right.size(); ++i) contexts.push_back(question.context(i));
    return {{{"task", std::vector(question.choices.size(), question.task)},
             {"context", contexts},
             {"choice", question.choices},
             {"right", right}}};
}

class Scoring {
public:
    explicit Scoring(const engine::Object& more = {})
        : context(registry()), node(registry(), "metrics.multiple_choice", params(more)) {
        node.start(context);
    }
    void add(const types::Table& question, const types::Model& model) {
        node.call({Packet::make(question), Packet::make(model)}, context);
    }
    types::Table finish() { return node.finish(context).at(0).at(0).as<types::Table>(); }

    TestContext context;
    TestNode node;

private:
    static engine::Object params(engine::Object more) {
        more["tokenizer"] = kTokenizer;
        return more;
    }
};

double number(const types::Table& table, const char* name, std::size_t row) {
    return std::get<std::vector<double>>(table.column(name)->values).at(row);
}

/// By one pass over the whole text, with LibTorch's own log-softmax.
double log_likelihood(const types::Model& model, const std::string& context,
                      const std::string& choice) {
    const at::NoGradGuard no_gradients;
    const auto tokenizer = ops::load_tokenizer(kTokenizer);
    const ops::ChoiceTokens tokens =
        ops::choice_tokens(*tokenizer, context, choice, ops::Marker::With);
    const at::Tensor ids = at::tensor(tokens.ids, at::kLong);
    const at::Tensor logits = ops::forward(ops::Llama(model.spec), model.parameters,
                                           ids.narrow(0, 0, ids.size(0) - 1).unsqueeze(0))[0];
    const at::Tensor rows = logits.to(at::kDouble)
                                .log_softmax(-1)
                                .narrow(0, ids.size(0) - 1 - tokens.counted, tokens.counted);
    return rows.gather(1, ids.narrow(0, ids.size(0) - tokens.counted, tokens.counted).unsqueeze(1))
        .sum()
        .item<double>();
}

TEST(MultipleChoice, TheLikeliestChoiceIsTheAnswer) {
    const types::Model first = model(1), second = model(2);
    Scoring scoring;
    double right = 0, by_characters = 0;
    const auto questions = ops::small_questions();
    for (std::size_t i = 0; i < questions.size(); ++i) {
        // The model changes midway, as a latch may.
        const types::Model& asked = i < 12 ? first : second;
        const ops::Question& question = questions[i];
        std::vector<double> whole, each;
        for (std::size_t k = 0; k < question.choices.size(); ++k) {
            whole.push_back(log_likelihood(asked, question.context(k), question.choices[k]));
            each.push_back(whole.back() / static_cast<double>(question.choices[k].size()));
        }
        right += std::ranges::max_element(whole) - whole.begin() == question.right[0];
        by_characters += std::ranges::max_element(each) - each.begin() == question.right[0];
        scoring.add(table(question), asked);
    }
    const types::Table report = scoring.finish();
    ASSERT_EQ(report.rows(), 3U) << "two tasks and their mean";
    const auto& counts = std::get<std::vector<std::int64_t>>(report.column("questions")->values);
    EXPECT_EQ(counts, (std::vector<std::int64_t>{12, 12, 24}));
    EXPECT_NEAR(number(report, "accuracy", 2), right / 24, 1e-12);
    EXPECT_NEAR(number(report, "accuracy_by_characters", 2), by_characters / 24, 1e-12);
    EXPECT_NEAR(number(report, "accuracy_by_bytes", 2), by_characters / 24, 1e-12) << "all ASCII";
    EXPECT_NEAR(number(report, "chance", 0), 1.0 / 3, 1e-12);
    EXPECT_NEAR(number(report, "chance", 1), (11.0 / 4 + 1.0 / 2) / 12, 1e-12);
    const double a = number(report, "accuracy", 0), b = number(report, "accuracy", 1);
    EXPECT_NEAR(number(report, "standard_error", 2),
                std::sqrt(a * (1 - a) / 11 + b * (1 - b) / 11) / 2, 1e-12);
    EXPECT_NEAR(scoring.context.metrics.at("accuracy"), right / 24, 1e-12);
    EXPECT_TRUE(scoring.context.warnings.empty());
}

TEST(MultipleChoice, GoesOnAfterAResume) {
    const types::Model asked = model(1);
    const auto questions = ops::small_questions();
    Scoring whole, first, second;
    for (std::size_t i = 0; i < questions.size(); ++i) {
        whole.add(table(questions[i]), asked);
        if (i < 14) first.add(table(questions[i]), asked);
    }
    second.node.instance().load(first.node.instance().save(), second.context);
    for (std::size_t i = 14; i < questions.size(); ++i) second.add(table(questions[i]), asked);
    const types::Table expected = whole.finish(), found = second.finish();
    for (std::size_t row = 0; row < 3; ++row) {
        EXPECT_EQ(number(found, "accuracy", row), number(expected, "accuracy", row));
        EXPECT_EQ(number(found, "chance", row), number(expected, "chance", row));
    }
}

TEST(MultipleChoice, OneTaskHasNoMean) {
    Scoring scoring;
    types::Table question{{{"context", std::vector<std::string>{"a"}},
                           {"choice", std::vector<std::string>{"b"}},
                           {"right", std::vector<std::int64_t>{1}}}};
    scoring.add(question, model(1));
    const types::Table report = scoring.finish();
    ASSERT_EQ(report.rows(), 1U);
    EXPECT_EQ(std::get<std::vector<std::string>>(report.column("task")->values).at(0), "all");
    EXPECT_EQ(number(report, "accuracy", 0), 1);
    EXPECT_TRUE(std::isnan(number(report, "standard_error", 0)));
}

TEST(MultipleChoice, LongContextsLoseTheirBeginningAndLongChoicesAreErrors) {
    const auto ask = [](Scoring& scoring, const std::string& context, const std::string& choice) {
        scoring.add({{{"context", std::vector(2, context)},
                      {"choice", std::vector<std::string>{choice, "no"}},
                      {"right", std::vector<std::int64_t>{1, 0}}}},
                    model(1, 16));
    };
    std::string words;
    for (int i = 0; i < 40; ++i) words += "word ";
    Scoring scoring;
    ask(scoring, words + "end", "yes");
    ASSERT_EQ(scoring.context.warnings.size(), 2U);
    EXPECT_NE(scoring.context.warnings[0].find("16"), std::string::npos);
    EXPECT_EQ(error_code([&] { ask(scoring, "short", words); }), "E-TEXT-011");
    EXPECT_EQ(
        std::get<std::vector<std::int64_t>>(scoring.finish().column("questions")->values).at(0), 1)
        << "what failed does not count";
}

TEST(MultipleChoice, OtherTablesAndNoneAreTold) {
    using Texts = std::vector<std::string>;
    using Marks = std::vector<std::int64_t>;
    const auto code = [](const types::Table& question) {
        return error_code([&] { Scoring().add(question, model(1)); });
    };
    EXPECT_EQ(code({}), "E-METRIC-060");
    EXPECT_EQ(code({{{"context", Texts{"a"}}, {"choice", Texts{"b"}}}}), "E-METRIC-060");
    EXPECT_EQ(code({{{"context", Texts{"a"}}, {"choice", Marks{1}}, {"right", Marks{1}}}}),
              "E-METRIC-060");
    EXPECT_EQ(code({{{"context", Texts{"a"}}, {"choice", Texts{"b"}}, {"right", Marks{0}}}}),
              "E-TEXT-010")
        << "no right choice";
    Scoring none;
    EXPECT_FALSE(none.node.finish(none.context).at(0).at(0));
    EXPECT_EQ(none.context.warnings.size(), 1U);
}

}  // namespace
}  // namespace millrace::testing
