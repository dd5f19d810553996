#include "nodes/ops/text/character_f.hpp"

#include <gtest/gtest.h>

#include "tests/nodes/ops/error_code.hpp"

namespace millrace::ops {
namespace {

TEST(CharacterF, CountsByHand) {
    CharacterCounts counts;
    counts.add("abca", "abd");
    // Of a twice only one is in the reference; ab is the one pair of both; no triple is.
    EXPECT_EQ(counts.matches, (std::array<std::int64_t, 6>{2, 1, 0, 0, 0, 0}));
    EXPECT_EQ(counts.made, (std::array<std::int64_t, 6>{4, 3, 2, 0, 0, 0}));
    EXPECT_EQ(counts.wanted, (std::array<std::int64_t, 6>{3, 2, 1, 0, 0, 0}));
    // The one of four is not counted, as the reference has none.
    const double precision = (2.0 / 4 + 1.0 / 3 + 0) / 3, recall = (2.0 / 3 + 1.0 / 2 + 0) / 3;
    EXPECT_NEAR(counts.f_score(), 5 * precision * recall / (4 * precision + recall), 1e-12);
}

TEST(CharacterF, AShortReferenceTakesNothingFromLongerOnes) {
    // As sacreBLEU 2 sums them: "abc" against "x" counts for single characters alone.
    CharacterCounts counts;
    counts.add("abc", "x");
    counts.add("abc", "abc");
    EXPECT_EQ(counts.made, (std::array<std::int64_t, 6>{6, 2, 1, 0, 0, 0}));
    EXPECT_EQ(counts.wanted, (std::array<std::int64_t, 6>{4, 2, 1, 0, 0, 0}));
    const double precision = (3.0 / 6 + 1 + 1) / 3, recall = (3.0 / 4 + 1 + 1) / 3;
    EXPECT_NEAR(counts.f_score(), 5 * precision * recall / (4 * precision + recall), 1e-12);
}

TEST(CharacterF, SameTextsAreOneAndOthersNothing) {
    CharacterCounts same;
    same.add("Bună  seara", "Bună seara");
    EXPECT_DOUBLE_EQ(same.f_score(), 1) << "white space does not count";
    EXPECT_EQ(same.made_length, 11);
    EXPECT_EQ(same.wanted_length, 10);
    CharacterCounts other;
    EXPECT_EQ(other.f_score(), 0) << "nothing at all";
    other.add("abc", "xyz");
    EXPECT_EQ(other.f_score(), 0);
    other.add("", "xyz");
    EXPECT_EQ(other.f_score(), 0);
    EXPECT_EQ(testing::error_code([&] { other.add("\xff", "a"); }), "E-TEXT-001");
}

TEST(CharacterF, TextsAddUpBeforeTheyAreDivided) {
    CharacterCounts counts;
    counts.add("a", "a");
    counts.add("b", "c");
    EXPECT_EQ(counts.matches[0], 1);
    EXPECT_EQ(counts.made[0], 2);
    EXPECT_DOUBLE_EQ(counts.f_score(), 0.5);
}

}  // namespace
}  // namespace millrace::ops
