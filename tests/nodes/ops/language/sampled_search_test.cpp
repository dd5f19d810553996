#include "nodes/ops/language/sampled_search.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "engine/random.hpp"
#include "tests/nodes/ops/error_code.hpp"

namespace millrace::ops {
namespace {

using testing::error_code;
using Tokens = std::vector<std::int64_t>;

/// Four tokens; behind token 3 comes 1 or the end, 2, in a ratio of 3 to 1; behind 1 comes 3.
class Chain final : public BeamStep {
public:
    std::int64_t vocabulary() const override { return 4; }
    void step(std::span<const std::int64_t> parents, std::span<const std::int64_t> tokens,
              std::span<float> scores) override {
        parents_seen.emplace_back(parents.begin(), parents.end());
        std::ranges::fill(scores, -std::numeric_limits<float>::infinity());
        for (std::size_t row = 0; row < tokens.size(); ++row) {
            if (tokens[row] == 1) {
                scores[row * 4 + 3] = 0;
            } else {
                scores[row * 4 + 1] = std::log(0.75F);
                scores[row * 4 + 2] = std::log(0.25F);
            }
        }
    }
    std::vector<Tokens> parents_seen;
};

const BeamOptions kOptions = {.max_length = 6, .start = 3, .end = 2};

TEST(SampledSearch, DrawsByTheModelsProbabilities) {
    Chain model;
    engine::Random random(1, "test", 0);
    const auto found = sampled_search(model, 4000, kOptions, {}, random);
    int ended = 0;
    for (const Hypothesis& one : found) {
        ASSERT_EQ(one.tokens.front(), 3);
        if (one.tokens == Tokens{3, 2}) {
            ++ended;
            EXPECT_NEAR(one.log_probability, std::log(0.25), 1e-6);
            EXPECT_TRUE(one.is_finished);
        } else {
            ASSERT_EQ(one.tokens[1], 1);
            ASSERT_EQ(one.tokens[2], 3);
            ASSERT_LE(one.tokens.size(), 6U);
            EXPECT_EQ(one.is_finished, one.tokens.back() == 2);
        }
    }
    EXPECT_NEAR(ended / 4000.0, 0.25, 0.03) << "four deviations";
    engine::Random again(1, "test", 0);
    Chain other;
    EXPECT_EQ(sampled_search(other, 4000, kOptions, {}, again)[7].tokens, found[7].tokens);
}

TEST(SampledSearch, RowsFollowThoseThatStillGrow) {
    Chain model;
    engine::Random random(3, "test", 0);
    sampled_search(model, 50, kOptions, {}, random);
    std::size_t rows = 50;
    for (const Tokens& parents : model.parents_seen) {
        for (const std::int64_t parent : parents) EXPECT_LT(parent, std::int64_t(rows));
        EXPECT_LE(parents.size(), rows);
        rows = parents.size();
    }
    EXPECT_LT(rows, 50U);
}

TEST(SampledSearch, LeastLengthAndForcedTokens) {
    Chain model;
    engine::Random random(1, "test", 0);
    BeamOptions options = kOptions;
    options.min_length = 3;
    for (const Hypothesis& one : sampled_search(model, 100, options, {}, random))
        EXPECT_GE(one.tokens.size(), 4U);
    options.forced_end = 2;
    for (const Hypothesis& one : sampled_search(model, 100, options, {}, random))
        EXPECT_TRUE(one.is_finished);
    EXPECT_EQ(sampled_search(model, 1, options, {.temperature = 0}, random)[0].tokens,
              (Tokens{3, 1, 3, 1, 3, 2}))
        << "the likeliest, and the forced end";
    EXPECT_TRUE(sampled_search(model, 0, options, {}, random).empty());
    options.end = 4;
    EXPECT_EQ(error_code([&] { sampled_search(model, 1, options, {}, random); }), "E-LM-060");
}

}  // namespace
}  // namespace millrace::ops
