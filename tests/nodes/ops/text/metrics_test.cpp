// Edge cases of the text metrics; their numbers are tested by the files of expected numbers.
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "nodes/ops/text/bleu.hpp"
#include "nodes/ops/text/edit_distance.hpp"
#include "nodes/ops/text/multiple_choice.hpp"
#include "nodes/ops/text/perplexity.hpp"
#include "nodes/ops/text/porter_stemmer.hpp"
#include "nodes/ops/text/rouge.hpp"
#include "nodes/ops/text/squad.hpp"
#include "nodes/ops/text/utf8.hpp"
#include "tests/nodes/ops/error_code.hpp"

namespace millrace::ops {
namespace {

using testing::error_code;
using Texts = std::vector<std::string>;

TEST(Bleu, TheSignatureNamesEveryChoice) {
    EXPECT_EQ(bleu_signature(1, {}, "1"), "nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:1");
    EXPECT_EQ(bleu_signature(2,
                             {.tokens = BleuTokens::None,
                              .smoothing = BleuSmoothing::Floor,
                              .is_lower_cased = true,
                              .has_effective_order = true},
                             "1"),
              "nrefs:2|case:lc|eff:yes|tok:none|smooth:floor[0.10]|version:1");
    EXPECT_EQ(bleu_signature(1, {.smoothing = BleuSmoothing::AddK}, "1"),
              "nrefs:1|case:mixed|eff:no|tok:13a|smooth:add-k[1.00]|version:1");
}

TEST(Bleu, NumbersKeepTheirPointsAndEntitiesAreUndone) {
    EXPECT_EQ(tokenize_13a("It's 3.50, \"yes\"."), "It's 3.50 , \" yes \" .");
    EXPECT_EQ(tokenize_13a("a&amp;b &lt;c&gt; 1990-91 well-\nknown"),
              "a & b < c > 1990 - 91 wellknown");
    EXPECT_EQ(tokenize_13a(""), "");
}

TEST(Bleu, AFloorAndAnAddendStandInForNoMatch) {
    const Texts hypothesis = {"a b c x y"};
    const std::vector<Texts> reference = {{"a b c d e"}};
    const Bleu floor = bleu(hypothesis, reference, {.smoothing = BleuSmoothing::Floor});
    EXPECT_NEAR(floor.precisions[3], 100 * 0.1 / 2, 1e-12);
    const Bleu added = bleu(hypothesis, reference, {.smoothing = BleuSmoothing::AddK});
    EXPECT_NEAR(added.precisions[3], 100.0 / 3, 1e-12);
    EXPECT_NEAR(added.precisions[0], 60, 1e-12);
}

TEST(Bleu, BadInputIsNamed) {
    const Texts one = {"a"};
    const std::vector<Texts> none, two = {{"a", "b"}}, fits = {{"a"}}, bytes = {{"\xFF"}};
    EXPECT_EQ(error_code([&] { bleu({}, fits); }), "E-TEXT-002");
    EXPECT_EQ(error_code([&] { bleu(one, none); }), "E-TEXT-003");
    EXPECT_EQ(error_code([&] { bleu(one, two); }), "E-TEXT-003");
    EXPECT_EQ(error_code([&] { bleu(one, fits, {.highest_order = 0}); }), "E-TEXT-004");
    EXPECT_EQ(error_code([&] { bleu(one, bytes); }), "E-TEXT-001");
}

TEST(Utf8, OnlyWellFormedTextIsRead) {
    EXPECT_EQ(code_points("a\u00E9\u20AC\U0001F600", "text").size(), 4U);
    for (const char* bad : {"\x80", "\xC0\xAF", "\xE2\x82", "\xED\xA0\x80", "\xF4\x90\x80\x80"}) {
        EXPECT_EQ(error_code([&] { code_points(bad, "text"); }), "E-TEXT-001");
    }
    EXPECT_EQ(split_words(" a\u00A0b\u3000c\n", "text"), (Texts{"a", "b", "c"}));
    EXPECT_EQ(lower_case("\u00C4\u0102\u0218\u0394\u042F\u212A", "text"),
              "\u00E4\u0103\u0219\u03B4\u044Fk");
}

TEST(Utf8, LowerCaseIsThatOfEveryScript) {
    // Polytonic Greek, Latin B, Deseret, Georgian capitals; the sigma at a word's end; i and a dot.
    EXPECT_EQ(lower_case("\u1F08\u0181\U00010400\u1C90", "text"), "\u1F00\u0253\U00010428\u10D0");
    EXPECT_EQ(lower_case("\u039F\u03A3 \u03A3\u039F", "text"), "\u03BF\u03C2 \u03C3\u03BF");
    EXPECT_EQ(lower_case("\u0130\u1E9E", "text"), "i\u0307\u00DF");
}

TEST(Bleu, ALineEndBeforeOtherWhiteSpaceJoinsNothing) {
    // The hyphen stands at the end of the text, whatever white space is behind it.
    const auto matches = [](const std::string& hypothesis) {
        const Texts one = {hypothesis};
        const std::vector<Texts> references = {{"well-"}};
        return bleu(one, references).counts.at(0);
    };
    EXPECT_EQ(matches("well-\n"), 1);
    EXPECT_EQ(matches("well-\n\u00A0"), 1);
    EXPECT_EQ(matches("well-\nb"), 0);
    std::string many;
    for (int i = 0; i < 4'000'000; ++i) many += "-\n";
    EXPECT_EQ(tokenize_13a(many + "a"), "a") << "not in time with the square of their number";
}

TEST(PorterStemmer, ManyYTakeTurns) {
    // y is a vowel behind a consonant, so of a run each second one is: the last of "yyyy" too.
    EXPECT_EQ(porter_stem("yyyyed"), "yyyi");
    // Neither a call for each letter nor time with the square of their number.
    const std::string many(1'000'001, 'y');
    EXPECT_EQ(porter_stem(many).size(), many.size());
}

TEST(Squad, ArticlesAreWordsAlsoBesideOtherMarks) {
    EXPECT_EQ(squad_form("The cat, a dog & an owl's theory"), "cat dog owls theory");
    // Marks beyond ASCII stay, but part words; so does a letter join them.
    EXPECT_EQ(squad_form("\u201Cthe cat\u201D"), "\u201C cat\u201D");
    EXPECT_EQ(squad_form("\u00E0 la\u2013the"), "\u00E0 la\u2013");
    EXPECT_EQ(squad_form("the\u00E9 a1 a\u0967"), "the\u00E9 a1 a\u0967");
    EXPECT_EQ(squad_form("a the an"), "");
}

TEST(Rouge, SentencesOfManyBlanksAndWithoutTokens) {
    const std::string blanks(4'000'000, ' ');
    EXPECT_EQ(sentence_lines("a. b" + blanks + "c."), "a.\nb" + blanks + "c.");
    std::string lines;
    for (int i = 0; i < 100'000; ++i) lines += "-\n";
    const Rouge score = rouge(lines + "a b\nc", lines + "a b\nd", Stemming::None);
    EXPECT_NEAR(score.rouge_lsum.f_measure, 2.0 / 3, 1e-12);
}

TEST(Rouge, NotUtf8IsNamed) {
    EXPECT_EQ(error_code([&] { rouge("a", "\xFF", Stemming::None); }), "E-TEXT-001");
}

TEST(EditDistance, NoReferenceHasNoRate) {
    EXPECT_TRUE(std::isnan(pooled_rates({}).words));
    const std::vector<WordEdits> edits = {word_edits("", "x y")};
    EXPECT_EQ(edits[0].insertions, 2);
    EXPECT_TRUE(std::isnan(pooled_rates(edits).characters));
}

TEST(Perplexity, BadLogitsAndTokensAreNamed) {
    const std::vector<float> row = {0, 1}, nan = {0, NAN}, none(2, -INFINITY), more = {0, INFINITY};
    EXPECT_EQ(error_code([&] { log_probability(nan, 0); }), "E-TEXT-006");
    EXPECT_EQ(error_code([&] { log_probability(none, 0); }), "E-TEXT-006");
    EXPECT_EQ(error_code([&] { log_probability(more, 0); }), "E-TEXT-006");
    EXPECT_EQ(error_code([&] { log_probability(row, 2); }), "E-TEXT-007");
    EXPECT_EQ(error_code([&] { log_probability(row, -1); }), "E-TEXT-007");
    const std::vector<std::int64_t> two = {0, 1};
    EXPECT_EQ(error_code([&] { token_loss({row, 2}, two); }), "E-TEXT-008");
    EXPECT_EQ(error_code([&] { token_loss({row, 0}, {}); }), "E-TEXT-008");
    EXPECT_EQ(error_code([&] { sliding_windows(10, 4, 5); }), "E-TEXT-009");
    EXPECT_EQ(error_code([&] { sliding_windows(10, 4, 0); }), "E-TEXT-009");
    EXPECT_TRUE(sliding_windows(0, 4, 2).empty());
    EXPECT_EQ(error_code([&] { window_loss({row, 2}, {0, 3, 0}, two); }), "E-TEXT-008");
    EXPECT_TRUE(std::isnan(pooled_perplexity({}).perplexity));
}

TEST(MultipleChoice, BadQuestionsAreNamed) {
    const std::vector<float> row = {0, 1};
    const std::vector<std::int64_t> first = {0}, none;
    const std::vector<Choice> empty, good = {{"a", {1}, {row, 2}}}, blank = {{"", {1}, {row, 2}}},
                                     long_one = {{"a", {1, 1}, {row, 2}}};
    EXPECT_EQ(error_code([&] { score_question(empty, first); }), "E-TEXT-010");
    EXPECT_EQ(error_code([&] { score_question(good, none); }), "E-TEXT-010");
    EXPECT_EQ(error_code([&] { score_question(blank, first); }), "E-TEXT-010");
    EXPECT_EQ(error_code([&] { score_question(long_one, first); }), "E-TEXT-008");
    EXPECT_TRUE(score_question(good, first).is_exact);
    EXPECT_TRUE(std::isnan(accuracy({}).mean));
}

}  // namespace
}  // namespace millrace::ops
