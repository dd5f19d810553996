// BLEU, ROUGE, exact match and error rates as nodes: what the stream adds to the functions, which
// have tests of their own.
#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "nodes/types/phase.hpp"
#include "nodes/types/table.hpp"
#include "tests/nodes/ops/error_code.hpp"
#include "tests/nodes/support.hpp"

namespace millrace::nodes {
void register_bleu(engine::Registry& registry);
void register_rouge(engine::Registry& registry);
void register_text_match(engine::Registry& registry);
}  // namespace millrace::nodes

namespace millrace::testing {
namespace {

using engine::Packet;

const engine::Registry& registry() {
    static const std::unique_ptr<engine::Registry> filled = [] {
        auto made = std::make_unique<engine::Registry>();
        nodes::register_bleu(*made);
        nodes::register_rouge(*made);
        nodes::register_text_match(*made);
        return made;
    }();
    return *filled;
}

class Scoring {
public:
    explicit Scoring(std::string_view type, const engine::Object& params = {})
        : context(registry()), node_(registry(), type, params) {
        node_.start(context);
    }

    void add(const std::vector<std::string>& texts) {
        std::vector<Packet> packets;
        for (const std::string& text : texts) packets.push_back(Packet::make(types::Text{text}));
        EXPECT_FALSE(node_.call(packets, context).at(0)) << "the report comes at the end";
    }

    /// As a resumed run does.
    void go_on_from(Scoring& other) {
        node_.instance().load(other.node_.instance().save(), context);
    }

    Packet finish() { return node_.finish(context).at(0).at(0); }

    TestContext context;

private:
    TestNode node_;
};

const types::Column& column(const types::Table& table, std::string_view name) {
    const types::Column* found = table.column(name);
    if (!found) throw engine::Error({.what = "No such column", .found = std::string(name)});
    return *found;
}

double number(const types::Table& table, std::string_view name, std::size_t row = 0) {
    return std::get<std::vector<double>>(column(table, name).values).at(row);
}

std::string text(const types::Table& table, std::string_view name) {
    return std::get<std::vector<std::string>>(column(table, name).values).at(0);
}

constexpr const char* kBleu = "metrics.bleu";
constexpr const char* kRouge = "metrics.rouge";
constexpr const char* kMatch = "metrics.text_match";

TEST(BleuMetric, CountsAreSummedOverTheStreamAndSurviveAResume) {
    Scoring first(kBleu);
    first.add({"the cat sat on the mat", "the cat sat on the mat"});
    Scoring second(kBleu);
    second.go_on_from(first);
    second.add({"a b c d x", "a b c d e"});
    const Packet report = second.finish();
    ASSERT_TRUE(report);
    // Matches of 6 + 4, 5 + 3, 4 + 2, 3 + 1 in 6 + 5, 5 + 4, 4 + 3, 3 + 2 n-grams; no brevity.
    const double score = 100 * std::pow(10.0 / 11 * (8.0 / 9) * (6.0 / 7) * (4.0 / 5), 1.0 / 4);
    const auto& table = report.as<types::Table>();
    EXPECT_NEAR(number(table, "bleu"), score, 1e-9);
    EXPECT_NEAR(number(table, "precision_4"), 80, 1e-9);
    EXPECT_NEAR(second.context.metrics.at("bleu"), score, 1e-9);
    EXPECT_TRUE(text(table, "signature")
                    .starts_with("nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:millrace-"))
        << text(table, "signature");
    ASSERT_EQ(second.context.lines.size(), 1U);
    EXPECT_NE(second.context.lines[0].find(text(table, "signature")), std::string::npos);
}

TEST(BleuMetric, TheOptionsAndReferencesStandInTheSignature) {
    Scoring scoring(kBleu, {{"lower_case", true}, {"smoothing", "floor"}, {"tokens", "none"}});
    scoring.add({"The Cat sat down", "nothing like it at all", "the cat sat down"});
    const Packet report = scoring.finish();
    ASSERT_TRUE(report);
    EXPECT_NEAR(number(report.as<types::Table>(), "bleu"), 100, 1e-9) << "by the second reference";
    EXPECT_TRUE(text(report.as<types::Table>(), "signature")
                    .starts_with("nrefs:2|case:lc|eff:no|tok:none|smooth:floor[0.10]|"));
}

TEST(BleuMetric, EmptyTextsScoreNothing) {
    Scoring scoring(kBleu);
    scoring.add({"", "the cat sat down"});
    const Packet report = scoring.finish();
    ASSERT_TRUE(report);
    EXPECT_EQ(number(report.as<types::Table>(), "bleu"), 0);
    EXPECT_EQ(number(report.as<types::Table>(), "brevity_penalty"), 0);
}

TEST(RougeMetric, IsTheMeanOverTexts) {
    Scoring first(kRouge);
    first.add({"the cat sat", "the cat sat"});
    Scoring second(kRouge);
    second.go_on_from(first);
    second.add({"", "the cat sat"});
    second.add({"the dog", "the cat", "a dog"});
    const Packet report = second.finish();
    ASSERT_TRUE(report);
    const auto& table = report.as<types::Table>();
    // F of rouge1: 1, 0 and 1/2; of rouge2 1, 0 and 0.
    EXPECT_NEAR(number(table, "f_measure", 0), 50, 1e-9);
    EXPECT_NEAR(number(table, "f_measure", 1), 100.0 / 3, 1e-9);
    EXPECT_NEAR(number(table, "standard_error", 0), 100 * 0.5 / std::sqrt(3.0), 1e-9);
    EXPECT_NEAR(second.context.metrics.at("rougeL"), 50, 1e-9);
    EXPECT_EQ(std::get<std::vector<std::int64_t>>(column(table, "texts").values).at(3), 3);
}

TEST(RougeMetric, SentencesMatterForTheUnionAlone) {
    const std::vector<std::string> texts = {"Dogs bark. Cats sleep.", "Cats sleep. Dogs bark."};
    const auto scores = [&](bool split) {
        Scoring scoring(kRouge, {{"split_sentences", split}});
        scoring.add(texts);
        scoring.finish();
        return scoring.context.metrics;
    };
    EXPECT_NEAR(scores(false).at("rougeLsum"), 50, 1e-9);
    EXPECT_NEAR(scores(true).at("rougeLsum"), 100, 1e-9);
    EXPECT_NEAR(scores(true).at("rougeL"), 50, 1e-9);
}

TEST(TextMatch, PoolsEditsAndTakesTheNearestReference) {
    Scoring first(kMatch);
    first.add({"a b c d", "a b c d"});
    Scoring second(kMatch);
    second.go_on_from(first);
    second.add({"a x", "q r s", "a b"});
    const Packet report = second.finish();
    ASSERT_TRUE(report);
    const auto& metrics = second.context.metrics;
    EXPECT_EQ(metrics.at("texts"), 2);
    EXPECT_NEAR(metrics.at("exact_match"), 0.5, 1e-12);
    EXPECT_NEAR(metrics.at("word_error_rate"), 1.0 / 6, 1e-12);
    EXPECT_NEAR(metrics.at("character_error_rate"), 1.0 / 10, 1e-12);
    EXPECT_NEAR(metrics.at("hypothesis_words"), 3, 1e-12);
}

TEST(TextMatch, AsSquadComparesAnswers) {
    for (const bool squad : {false, true}) {
        Scoring scoring(kMatch, {{"compare", squad ? "squad" : "exact"}});
        scoring.add({"The  Eiffel tower!", "eiffel Tower"});
        scoring.finish();
        EXPECT_EQ(scoring.context.metrics.at("exact_match"), squad ? 1 : 0);
        EXPECT_EQ(scoring.context.metrics.at("word_error_rate"), 1.5) << "rates see all";
    }
}

TEST(TextMatch, EmptyReferencesHaveNoRate) {
    Scoring scoring(kMatch);
    scoring.add({"", ""});
    scoring.finish();
    EXPECT_EQ(scoring.context.metrics.at("exact_match"), 1);
    EXPECT_TRUE(std::isnan(scoring.context.metrics.at("word_error_rate")));
}

TEST(TextMetrics, NoTextGivesNoReportAndPaddingIsNone) {
    for (const char* type : {kBleu, kRouge, kMatch}) {
        Scoring scoring(type);
        scoring.add({"written for nobody", types::kPadding});
        EXPECT_FALSE(scoring.finish()) << type;
        EXPECT_EQ(scoring.context.warnings.size(), 1U) << type;
        EXPECT_TRUE(scoring.context.metrics.empty()) << type;
    }
}

TEST(TextMetrics, ATextThatIsNotUtf8LeavesNoTrace) {
    for (const char* type : {kBleu, kRouge, kMatch}) {
        Scoring scoring(type);
        scoring.add({"a b c d", "a b c d"});
        EXPECT_EQ(error_code([&] { scoring.add({"x\xFF", "a b"}); }), "E-TEXT-001") << type;
        EXPECT_EQ(error_code([&] { scoring.add({"x", "a\xC0"}); }), "E-TEXT-001") << type;
        const Packet report = scoring.finish();
        ASSERT_TRUE(report) << type;
    }
    Scoring scoring(kMatch);
    EXPECT_EQ(error_code([&] { scoring.add({"\xFF", "a b"}); }), "E-TEXT-001");
    scoring.add({"a", "a"});
    scoring.finish();
    EXPECT_EQ(scoring.context.metrics.at("texts"), 1);
}

}  // namespace
}  // namespace millrace::testing
