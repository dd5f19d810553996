#include "nodes/ops/metrics/latency.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "tests/nodes/ops/error_code.hpp"

namespace millrace::ops {
namespace {

using testing::error_code;

TEST(WordDelays, EachDetectionBelongsToOneWord) {
    const std::vector<SpokenWord> said = {
        {"yes", 1, 1.5}, {"no", 2, 2.5}, {"yes", 3, 3.5}, {"yes", 9, 9.5}};
    const std::vector<HeardWord> heard = {
        {"yes", 3.25}, {"yes", 1.75}, {"no", 1.9}, {"yes", 3.3}, {"no", 3.4}};
    const Delays delays = word_delays(said, heard, 1);
    ASSERT_EQ(delays.words.size(), 4U);
    EXPECT_TRUE(delays.words[0].heard);
    EXPECT_DOUBLE_EQ(delays.words[0].after_start, 0.75);
    EXPECT_DOUBLE_EQ(delays.words[0].after_end, 0.25);
    EXPECT_TRUE(delays.words[1].heard) << "0.9 s after its end";
    EXPECT_DOUBLE_EQ(delays.words[2].after_start, 0.25);
    EXPECT_DOUBLE_EQ(delays.words[2].after_end, -0.25) << "before the word has ended";
    EXPECT_FALSE(delays.words[3].heard);
    // "no" before it was said, and "yes" a second time.
    EXPECT_EQ(delays.strays, (std::vector<std::size_t>{2, 3}));
}

TEST(WordDelays, NothingSaidOrHeard) {
    EXPECT_TRUE(word_delays({}, {}, 0).words.empty());
    const std::vector<HeardWord> heard = {{"yes", 1}};
    EXPECT_EQ(word_delays({}, heard, 1).strays.size(), 1U);
    const std::vector<SpokenWord> said = {{"yes", 0, 0}};
    EXPECT_FALSE(word_delays(said, {}, 1).words.at(0).heard);
}

TEST(WordDelays, WrongTimesAreNamed) {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const std::vector<SpokenWord> backwards = {{"yes", 2, 1}}, good = {{"yes", 1, 2}};
    const std::vector<HeardWord> never = {{"yes", nan}};
    EXPECT_EQ(error_code([&] { word_delays(backwards, {}, 1); }), "E-METRIC-050");
    EXPECT_EQ(error_code([&] { word_delays(good, never, 1); }), "E-METRIC-050");
    EXPECT_EQ(error_code([&] { word_delays(good, {}, -1); }), "E-METRIC-050");
    EXPECT_EQ(error_code([&] { word_delays(good, {}, nan); }), "E-METRIC-050");
}

TEST(Quantile, BetweenTwoValues) {
    EXPECT_DOUBLE_EQ(quantile({4}, 0.95), 4);
    EXPECT_DOUBLE_EQ(quantile({3, 1, 2}, 0.5), 2);
    EXPECT_DOUBLE_EQ(quantile({0, 10}, 0.25), 2.5);
    EXPECT_DOUBLE_EQ(quantile({0, 10}, 1), 10);
}

}  // namespace
}  // namespace millrace::ops
