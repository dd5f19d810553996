// Tokens: how they are written, broken into lines, scored, found and walked through.
#include <QAction>
#include <QLineEdit>
#include <QSignalSpy>
#include <QTest>

// The parts of Qt Test for widgets come only with these, whatever the order of other headers.
#include <QtTest/qtest_widgets.h>
#include <QtTest/qtestkeyboard.h>
#include <QtTest/qtestmouse.h>

#include <cmath>
#include <limits>
#include <memory>

#include <gtest/gtest.h>

#include "tests/viewers/activate.hpp"
#include "viewers/registry.hpp"
#include "viewers/text/token_flow.hpp"
#include "viewers/text/token_lines.hpp"
#include "viewers/text/token_table.hpp"
#include "viewers/text/tokens_view.hpp"

namespace millrace::tests {
namespace {

using viewers::BlankSign;
using viewers::TokenLines;
using viewers::TokenScores;
using viewers::TokensView;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

viewers::Viewer::Shared shared(visual::Visual value) {
    return std::make_shared<const visual::Visual>(std::move(value));
}

visual::Tokens sentence() {
    return {.tokens = {"\xE2\x96\x81The",
                       "\xE2\x96\x81"
                       "cat",
                       "\xE2\x96\x81s", "at", ".", "<0x0A>", "\xE2\x96\x81On"},
            .scores = {-1, -0.5, -4, -0.25, -0.125, -2, -8}};
}

TEST(TokenText, BlanksLineEndsAndBytesAreSeen) {
    using viewers::shown_token;
    EXPECT_EQ(shown_token("\xE2\x96\x81the", BlankSign::LowLine).shown, "·the");
    EXPECT_EQ(shown_token("\xC4\xA0the", BlankSign::ByteLevel).shown, "·the");
    EXPECT_EQ(shown_token("\xC4\xA0the", BlankSign::None).shown, QString::fromUtf8("Ġthe"))
        << "a letter where the vocabulary doesn't use it as a blank";
    EXPECT_TRUE(shown_token("<0x0A>", BlankSign::None).ends_line);
    EXPECT_TRUE(shown_token("\xC4\x8A", BlankSign::ByteLevel).ends_line);
    EXPECT_EQ(shown_token("<0xE2>", BlankSign::None).shown, "<0xE2>");
    EXPECT_EQ(shown_token("a\tb\n", BlankSign::None).shown, "a⇥b↵");
    EXPECT_EQ(shown_token("", BlankSign::None).shown, "∅");
    EXPECT_EQ(shown_token("a\xE2\x82", BlankSign::None).shown, "a\\xE2\\x82") << "cut UTF-8";
    EXPECT_EQ(shown_token("\xED\xA0\x80", BlankSign::None).shown, "\\xED\\xA0\\x80") << "surrogate";
    EXPECT_EQ(shown_token("\xE2\x80\xAE"
                          "abc",
                          BlankSign::None)
                  .shown,
              "\\u202Eabc")
        << "what turns the direction of text is no text to show";
    EXPECT_LE(shown_token(std::string(1'000'000, 'x'), BlankSign::None).shown.size(),
              viewers::kLongestToken + 1);
}

TEST(TokenText, EscapesAndPlainText) {
    EXPECT_EQ(viewers::escaped_token("a\"\\\n\x01\xFF"), "\"a\\\"\\\\\\n\\x01\\xFF\"");
    EXPECT_EQ(viewers::plain_token("\xE2\x96\x81"
                                   "cat",
                                   BlankSign::LowLine),
              " cat");
    EXPECT_EQ(viewers::plain_token("<0x0A>", BlankSign::LowLine), "\n");
    EXPECT_EQ(viewers::plain_token("x\xFFy", BlankSign::None), "xy");
    EXPECT_EQ(viewers::blank_sign_of({"\xE2\x96\x81"
                                      "a",
                                      "b"}),
              BlankSign::LowLine);
    EXPECT_EQ(viewers::blank_sign_of({"\xC4\xA0"
                                      "a",
                                      "b"}),
              BlankSign::ByteLevel);
    EXPECT_EQ(viewers::blank_sign_of({" a", "b", "\xC4\xA0"}), BlankSign::None);
    EXPECT_EQ(viewers::blank_sign_of({}), BlankSign::None);
}

TEST(TokenLines, BreakBeforeWordsAndAfterLineEnds) {
    TokenLines lines;
    lines.set_width(100);
    const auto add = [&](float width, bool word, bool end = false) {
        lines.add({.width = width, .ends_line = end, .begins_word = word});
    };
    add(40, true);
    add(40, true);
    add(40, false);  // goes on with the word before, which moves as a whole
    EXPECT_EQ(lines.lines(), 2u);
    EXPECT_EQ(lines.first(1), 1u);
    add(10, true, true);
    add(10, true);
    EXPECT_EQ(lines.lines(), 3u);
    EXPECT_EQ(lines.line_of(3), 1u);
    EXPECT_EQ(lines.line_of(4), 2u);
    EXPECT_DOUBLE_EQ(lines.left(3), 80);
    EXPECT_EQ(lines.at(1, 85), 3u);
    EXPECT_EQ(lines.at(1, 95), lines.tokens()) << "beside the text";
    EXPECT_EQ(lines.at(9, 0), lines.tokens());
    EXPECT_EQ(lines.nearest(1, 1000), 3u);
    lines.set_width(1000);
    EXPECT_EQ(lines.lines(), 2u);
    lines.set_width(5);
    EXPECT_EQ(lines.lines(), 5u) << "a token wider than a line has one of its own";
    lines.clear();
    EXPECT_EQ(lines.lines(), 0u);
    EXPECT_EQ(lines.nearest(0, 0), 0u);
}

TEST(TokenScores, FiguresAndRanks) {
    const TokenScores scores(sentence());
    EXPECT_EQ(scores.scored(), 7u);
    EXPECT_NEAR(scores.mean(), -15.875 / 7, 1e-12);
    ASSERT_TRUE(scores.perplexity());
    EXPECT_NEAR(*scores.perplexity(), std::exp(15.875 / 7), 1e-9);
    EXPECT_EQ(scores.order().front(), 6u);
    EXPECT_EQ(scores.rank(6), 1u);
    EXPECT_EQ(scores.rank(4), 7u);
    const TokenScores tied({.tokens = {"a", "b", "c"}, .scores = {2, 1, 2}});
    EXPECT_EQ(tied.rank(0), 2u);
    EXPECT_EQ(tied.rank(2), 2u);
    EXPECT_FALSE(tied.perplexity()) << "no log-probability is above 0";
}

TEST(TokenScores, ContradictionsAndWhatIsNoNumber) {
    const TokenScores bad({.tokens = {"a", "b", "c", "d"},
                           .scores = {kNan, -1, -std::numeric_limits<double>::infinity()}});
    EXPECT_EQ(bad.scored(), 1u);
    EXPECT_FALSE(bad.at(0));
    EXPECT_FALSE(bad.at(3));
    EXPECT_EQ(bad.rank(0), 0u);
    EXPECT_DOUBLE_EQ(bad.mean(), -1);
    const auto [low, high] = bad.range(true);
    EXPECT_LT(low, high) << "a range of one value is still one";
    const TokenScores more({.tokens = {"a"}, .scores = {1, 2, 3}});
    EXPECT_EQ(more.scored(), 1u);
    EXPECT_EQ(more.left_over(), 2u);
    const double huge = std::numeric_limits<double>::max();
    const TokenScores extreme({.tokens = {"a", "b"}, .scores = {-huge, huge}});
    EXPECT_TRUE(std::isfinite(extreme.mean()));
    const TokenScores signs({.tokens = {"a", "b"}, .scores = {-1, 3}});
    EXPECT_EQ(signs.range(true), std::pair(-3.0, 3.0)) << "0 is the middle";
    EXPECT_EQ(TokenScores(visual::Tokens{}).range(false), std::pair(0.0, 1.0));
}

TEST(TokenColors, LowIsStrongAndTextStaysReadable) {
    const QPalette palette;
    const viewers::TokenColors colors{.range = {-8, 0}};
    EXPECT_EQ(colors.ground(0, palette), palette.color(QPalette::Base));
    EXPECT_NE(colors.ground(-8, palette), palette.color(QPalette::Base));
    EXPECT_EQ(colors.ground(-100, palette), colors.ground(-8, palette));
    const viewers::TokenColors both{.range = {-2, 2}, .diverging = true};
    EXPECT_NE(both.ground(-2, palette), both.ground(2, palette));
    EXPECT_EQ(both.ground(0, palette), palette.color(QPalette::Base));
    const viewers::TokenColors huge{.range = {-1.7e308, 1.7e308}, .diverging = true};
    EXPECT_TRUE(huge.ground(1e308, palette).isValid());
    EXPECT_GT(viewers::ink_on(Qt::black).lightness(), 200);
    EXPECT_LT(viewers::ink_on(Qt::white).lightness(), 60);
}

class Tokens : public ::testing::Test {
protected:
    void open(visual::Tokens tokens, QSize size = {500, 300}) {
        view.resize(size);
        view.show();
        ASSERT_TRUE(millrace::tests::activate(view));
        ASSERT_TRUE(view.show_visual(shared(std::move(tokens))));
        ASSERT_TRUE(QTest::qWaitFor([&] { return view.settled(); }, 20'000));
        view.flow()->setFocus();
    }
    TokensView view;
};

TEST_F(Tokens, FiguresAreLabelledForWhatTheyAre) {
    open(sentence());
    EXPECT_TRUE(view.statistics().contains("7 tokens"));
    EXPECT_TRUE(view.statistics().contains("perplexity 9.66")) << view.statistics().toStdString();
    EXPECT_TRUE(view.note().isEmpty());
    EXPECT_TRUE(view.described(5).contains("<0x0A>"));
    EXPECT_TRUE(view.described(6).contains("rank 1 of 7")) << view.described(6).toStdString();
    view.set_surprisal(true);
    EXPECT_TRUE(view.statistics().contains("mean surprisal 2.27"));
    ASSERT_TRUE(view.show_visual(shared(visual::Tokens{.tokens = {"a", "b"}, .scores = {0.5, 2}})));
    EXPECT_FALSE(view.shows_surprisal()) << "weights have no surprisal";
    EXPECT_FALSE(view.statistics().contains("perplexity"));
    EXPECT_TRUE(view.colors().high_is_strong);
}

TEST_F(Tokens, KeysWalkSelectAndGoFromTheLowestScoreUp) {
    open(sentence());
    QSignalSpy selected(&view, &viewers::Viewer::selected);
    QTest::keyClick(view.flow(), Qt::Key_Right);
    EXPECT_EQ(view.flow()->current(), 1);
    QTest::keyClick(view.flow(), Qt::Key_Down);
    EXPECT_EQ(view.flow()->current(), 6) << "the line after the line end";
    QTest::keyClick(view.flow(), Qt::Key_Home, Qt::ControlModifier);
    QTest::keyClick(view.flow(), Qt::Key_Right, Qt::ShiftModifier);
    EXPECT_EQ(view.copied(), " The cat");
    EXPECT_GE(selected.count(), 4);
    QTest::keyClick(view.flow(), Qt::Key_N);
    EXPECT_EQ(view.flow()->current(), 6);
    QTest::keyClick(view.flow(), Qt::Key_N);
    EXPECT_EQ(view.flow()->current(), 2);
    QTest::keyClick(view.flow(), Qt::Key_N, Qt::ShiftModifier);
    EXPECT_EQ(view.flow()->current(), 6);
    EXPECT_EQ(view.copied(), " The cat sat.\n On") << "one token alone: the whole text is copied";
}

TEST_F(Tokens, FindsAcrossTokens) {
    open(sentence());
    EXPECT_TRUE(view.find("cat sat"));
    EXPECT_EQ(view.flow()->selection(), std::pair(std::size_t{1}, std::size_t{3}));
    EXPECT_TRUE(view.find("SAT", true)) << "in any case, round the end";
    EXPECT_FALSE(view.find("dog"));
    EXPECT_TRUE(view.status().contains("dog"));
    EXPECT_FALSE(view.find(""));
    QTest::keyClick(view.flow(), Qt::Key_F, Qt::ControlModifier);
    auto* search = view.findChild<QLineEdit*>();
    ASSERT_TRUE(QTest::qWaitFor([&] { return search->hasFocus(); }));
    QTest::keyClicks(search, "on");
    EXPECT_EQ(view.flow()->current(), 6) << "letters go to the search, not to shortcuts";
}

TEST_F(Tokens, ThePointerTellsTheToken) {
    open(sentence());
    QSignalSpy hovered(&view, &viewers::Viewer::hovered);
    QTest::mouseMove(view.flow()->viewport(), view.flow()->place_of(2).center());
    ASSERT_TRUE(QTest::qWaitFor([&] { return !hovered.isEmpty(); }));
    const auto at = hovered.back().front().value<std::optional<viewers::Selection>>();
    ASSERT_TRUE(at);
    EXPECT_EQ(at->index, 2);
    EXPECT_TRUE(view.status().contains("score -4")) << view.status().toStdString();
    QTest::mouseClick(view.flow()->viewport(), Qt::LeftButton, {},
                      view.flow()->place_of(3).center());
    EXPECT_EQ(view.flow()->current(), 3);
}

TEST_F(Tokens, TheListSortsAndPutsTokensWithoutScoreLast) {
    visual::Tokens tokens = sentence();
    tokens.scores[1] = kNan;
    open(tokens);
    EXPECT_TRUE(view.note().contains("count nowhere: 1"));
    view.set_list(true);
    view.sort_list(viewers::TokenTable::Score, Qt::AscendingOrder);
    EXPECT_EQ(view.table().token_of(0), 6u);
    EXPECT_EQ(view.table().token_of(6), 1u);
    view.sort_list(viewers::TokenTable::Score, Qt::DescendingOrder);
    EXPECT_EQ(view.table().token_of(0), 4u);
    EXPECT_EQ(view.table().token_of(6), 1u);
    view.set_surprisal(true);
    EXPECT_EQ(view.table().token_of(0), 6u) << "the greatest surprisal is the lowest score";
    EXPECT_EQ(view.table().row_of(6), 0);
}

TEST_F(Tokens, ScoresThatDontMatchAreTold) {
    open({.tokens = {"a", "b", "c"}, .scores = {-1}});
    EXPECT_TRUE(view.note().contains("Scores: 1, tokens: 3")) << view.note().toStdString();
    EXPECT_EQ(view.scores().scored(), 1u);
    ASSERT_TRUE(view.show_visual(shared(visual::Tokens{})));
    EXPECT_TRUE(view.note().isEmpty());
    view.step_score();
    EXPECT_EQ(view.copied(), "");
    EXPECT_FALSE(view.find("a"));
    QTest::keyClick(view.flow(), Qt::Key_End);
    EXPECT_FALSE(view.show_visual(shared(visual::Text{})));
    EXPECT_FALSE(view.show_visual(nullptr));
}

TEST_F(Tokens, ALongTextIsLaidOutInPieces) {
    visual::Tokens tokens;
    for (int i = 0; i < 300'000; ++i) {
        tokens.tokens.push_back(i % 9 == 8 ? ".\n" : " word" + std::to_string(i % 5000));
        tokens.scores.push_back(-(i % 1000) / 100.0);
    }
    open(std::move(tokens));
    EXPECT_EQ(view.scores().scored(), 300'000u);
    view.flow()->go_to(299'999);
    EXPECT_TRUE(view.flow()->viewport()->rect().contains(view.flow()->place_of(299'999)));
    view.resize(300, 200);
    EXPECT_TRUE(view.find("word4999"));
    EXPECT_FALSE(view.grab().isNull());
    view.reveal({.kind = viewers::Selection::Kind::Row, .frame = {}, .index = 5});
    EXPECT_TRUE(view.flow()->viewport()->rect().contains(view.flow()->place_of(5)));
}

TEST(TokensViewer, IsRegisteredAndEveryActionHasAKey) {
    viewers::Registry registry;
    viewers::add_viewers(registry);
    const auto item = shared(sentence());
    ASSERT_FALSE(registry.viewers_of(*item).empty());
    QWidget window;
    auto* viewer = registry.viewers_of(*item).front().make(&window);
    EXPECT_TRUE(viewer->show_visual(item));
    for (const QAction* action : viewer->actions())
        EXPECT_FALSE(action->shortcut().isEmpty()) << action->text().toStdString();
}

}  // namespace
}  // namespace millrace::tests
