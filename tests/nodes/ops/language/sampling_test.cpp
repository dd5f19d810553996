#include "nodes/ops/language/sampling.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "engine/random.hpp"
#include "tests/nodes/ops/error_code.hpp"

namespace millrace::ops {
namespace {

using testing::error_code;

constexpr float kInfinity = std::numeric_limits<float>::infinity();

/// Logits of these probabilities.
std::vector<float> logits_of(const std::vector<double>& probabilities) {
    std::vector<float> logits;
    for (const double p : probabilities) logits.push_back(static_cast<float>(std::log(p)));
    return logits;
}

std::vector<std::int64_t> tokens(const std::vector<Candidate>& list) {
    std::vector<std::int64_t> tokens;
    for (const Candidate& candidate : list) tokens.push_back(candidate.token);
    return tokens;
}

using Tokens = std::vector<std::int64_t>;

TEST(Sampling, TheFirstOfEqualTokensIsLikeliest) {
    EXPECT_EQ(likeliest(std::vector<float>{1, 3, 3, 2}), 1);
    EXPECT_EQ(likeliest(std::vector<float>{-kInfinity, -5}), 1);
    EXPECT_EQ(likeliest(std::vector<float>{7}), 0);
}

TEST(Sampling, TopKKeepsTheLikeliest) {
    const std::vector<float> logits = logits_of({0.1, 0.4, 0.2, 0.3});
    const auto list = candidates(logits, {.top_k = 2});
    EXPECT_EQ(tokens(list), (Tokens{1, 3}));
    EXPECT_NEAR(list[0].probability, 4.0 / 7, 1e-6);
    EXPECT_NEAR(list[1].probability, 3.0 / 7, 1e-6);
    EXPECT_EQ(tokens(candidates(std::vector<float>{2, 2, 2}, {.top_k = 2})), (Tokens{0, 1}));
    EXPECT_EQ(candidates(logits, {.top_k = 50}).size(), 4U);
}

TEST(Sampling, TopPKeepsTheTokenThatReachesIt) {
    const std::vector<float> logits = logits_of({0.1, 0.4, 0.2, 0.3});
    EXPECT_EQ(tokens(candidates(logits, {.top_p = 0.6})), (Tokens{1, 3}));
    EXPECT_EQ(tokens(candidates(logits, {.top_p = 0.75})), (Tokens{1, 3, 2}));
    EXPECT_EQ(tokens(candidates(logits, {.top_p = 1e-9})), (Tokens{1}));
    EXPECT_EQ(tokens(candidates(std::vector<float>{0, 0}, {.top_p = 0.5})), (Tokens{0}))
        << "half of it reaches a half";
    // Of the two that top_k keeps, the first has 4/7 = 0.571 already.
    EXPECT_EQ(tokens(candidates(logits, {.top_k = 2, .top_p = 0.57})), (Tokens{1}));
}

TEST(Sampling, TemperatureComesFirst) {
    const std::vector<float> logits = logits_of({0.2, 0.8});
    const auto flat = candidates(logits, {.temperature = 2});
    EXPECT_NEAR(flat[1].probability, 2.0 / 3, 1e-6);  // the root of 4 against 1
    EXPECT_EQ(tokens(candidates(logits, {.temperature = 0})), (Tokens{1}));
    EXPECT_EQ(tokens(candidates(logits, {.temperature = 1e-300})), (Tokens{1}));
    // 0.8 would reach 0.7 alone, 2/3 does not.
    EXPECT_EQ(candidates(logits, {.temperature = 2, .top_p = 0.7}).size(), 2U);
}

TEST(Sampling, HitsTokensAsOftenAsTheirProbability) {
    const std::vector<float> logits = logits_of({0.1, 0.6, 0.3});
    std::vector<int> hits(3, 0);
    engine::Random random(7, "test", 0);
    for (int i = 0; i < 20'000; ++i) ++hits[static_cast<std::size_t>(sample(logits, {}, random))];
    EXPECT_NEAR(hits[0], 2000, 200);  // more than four deviations
    EXPECT_NEAR(hits[1], 12'000, 300);
    EXPECT_NEAR(hits[2], 6000, 300);
}

TEST(Sampling, ForbiddenTokensAreNeverHit) {
    const std::vector<float> logits = {-kInfinity, 0, -kInfinity};
    engine::Random random(1, "test", 0);
    for (int i = 0; i < 100; ++i) EXPECT_EQ(sample(logits, {}, random), 1);
}

TEST(Sampling, OneNumberIsUsedForATokenAndNoneAtTemperatureZero) {
    engine::Random random(3, "test", 0), other(3, "test", 0);
    const std::vector<float> logits = {0, 1};
    sample(logits, {.temperature = 0}, random);
    sample(logits, {.top_k = 2, .top_p = 0.9}, random);
    other.uniform();
    EXPECT_EQ(random.bits64(), other.bits64());
}

TEST(Sampling, BadInputIsNamed) {
    const std::vector<float> logits = {0, 1};
    EXPECT_EQ(error_code([&] { candidates(logits, {.temperature = -1}); }), "E-LM-020");
    EXPECT_EQ(error_code([&] { candidates(logits, {.temperature = NAN}); }), "E-LM-020");
    EXPECT_EQ(error_code([&] { candidates(logits, {.temperature = kInfinity}); }), "E-LM-020");
    EXPECT_EQ(error_code([&] { candidates(logits, {.top_k = -1}); }), "E-LM-020");
    EXPECT_EQ(error_code([&] { candidates(logits, {.top_p = 0}); }), "E-LM-020");
    EXPECT_EQ(error_code([&] { candidates(logits, {.top_p = 1.1}); }), "E-LM-020");
    for (const auto& bad : std::vector<std::vector<float>>{
             {}, {0, NAN}, {NAN, 0}, {0, kInfinity}, {-kInfinity, -kInfinity}}) {
        EXPECT_EQ(error_code([&] { likeliest(bad); }), "E-LM-021");
        EXPECT_EQ(error_code([&] { candidates(bad, {}); }), "E-LM-021");
    }
}

}  // namespace
}  // namespace millrace::ops
