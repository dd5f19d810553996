#include "nodes/ops/quant/end_codes.hpp"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "tests/nodes/ops/error_code.hpp"

namespace millrace::ops {
namespace {

at::Tensor rows(std::vector<double> values, std::int64_t columns) {
    return at::tensor(values, at::kFloat).reshape({-1, columns});
}

void expect(const EndCodes& found, double at_ends, double all) {
    EXPECT_EQ(found.at_ends, at_ends);
    EXPECT_EQ(found.all, all);
}

TEST(EndCodes, Shares) {
    EXPECT_TRUE(std::isnan(EndCodes{}.share()));
    EndCodes sum{.at_ends = 1, .all = 4};
    sum += {.at_ends = 2, .all = 4};
    EXPECT_EQ(sum.share(), 0.375);
}

TEST(EndCodes, OfMinMaxGrids) {
    // 3 bits: codes -3 to 3 of the row's largest. 2.6 / 3 rounds to code 3, 2.4 / 3 to 2.
    const at::Tensor x = rows({3, -2.6, 2.4, 0, 0, 0, 0, 0, -1, 0.4, 0.4, 0.9}, 4);
    expect(min_max_ends(x, {.bits = 3}), 2 + 0 + 2, 12);
    expect(min_max_ends(x, {.bits = 3, .granularity = Granularity::Tensor}), 2, 12);
    expect(min_max_ends(x, {.bits = 3, .granularity = Granularity::Group, .group_size = 3}),
           2 + 0 + 0 + 0 + 1 + 1, 12);
    expect(min_max_ends(x.reshape({3, 2, 2}), {.bits = 3, .granularity = Granularity::TwoAxes}), 4,
           12);
    // 2 bits from -2.6 to 3: both ends; a constant row has none.
    expect(min_max_ends(x, {.bits = 2}, MinMaxKind::Asymmetric), 3 + 0 + 2, 12);
    // The clip of the other release is an end: 2.6 and 3 are beyond 2.5, as 2.4 rounds to it.
    expect(
        min_max_ends(
            x,
            {.rule = MinMaxRule::Tbt, .bits = 3, .granularity = Granularity::Tensor, .clip = 2.5}),
        3, 12);
}

TEST(EndCodes, AGroupWithoutColumnsIsRefused) {
    for (const std::int64_t size : {0, -1}) {
        EXPECT_EQ(testing::error_code([&] {
                      min_max_ends(at::ones({2, 4}),
                                   {.granularity = Granularity::Group, .group_size = size});
                  }),
                  "E-QUANT-008");
    }
    EXPECT_EQ(testing::error_code(
                  [] { min_max_ends(at::ones({}), {.granularity = Granularity::Group}); }),
              "E-QUANT-007");
}

TEST(EndCodes, OfWeights) {
    // 2 bits: the row's mean magnitude is 1, so that levels change at 1.
    const at::Tensor weight = rows({0.5, -0.6, 1.1, -1.8}, 4);
    expect(llmqat_weight_ends(weight, {.weight_bits = 2}), 2, 4);
    expect(llmqat_weight_ends(at::zeros({1, 4}), {.weight_bits = 2}), 0, 4);
    expect(llmqat_weight_ends(rows({1, -1, 0, 1}, 4), {.weight_bits = 1}), 3, 4);
    expect(llmqat_weight_ends(weight, {.weight_bits = 8}), 1, 4);
    expect(llmqat_weight_ends(weight, {.weight_bits = 32}), 0, 0);
    expect(llmqat_input_ends(weight, {.activation_bits = 8}, MinMaxKind::Symmetric), 1, 4);
    expect(llmqat_input_ends(weight, {.activation_bits = 32}, MinMaxKind::Symmetric), 0, 0);
    expect(llmqat_cache_ends(weight, {.cache_bits = 4}), 1, 4);
    expect(llmqat_cache_ends(weight, {.cache_bits = 32}), 0, 0);
}

TEST(EndCodes, OfLearnedScales) {
    const ElasticScale scale{at::ones({}, at::kFloat), true};
    const at::Tensor x = at::tensor({-3.0, -0.6, 0.0, 0.4, 0.6, 1.4, 2.0}, at::kFloat);
    const auto ends = [&](int bits, ElasticSign sign, ElasticRule rule = ElasticRule::Tbt) {
        return elastic_ends(x, scale, {.bits = bits, .sign = sign, .rule = rule}).at_ends;
    };
    EXPECT_EQ(ends(1, ElasticSign::Signed), 6) << "all but zero";
    EXPECT_EQ(ends(2, ElasticSign::Signed), 5) << "codes -1 and 1";
    EXPECT_EQ(ends(2, ElasticSign::Signed, ElasticRule::Bit), 4) << "codes -2 and 1";
    EXPECT_EQ(ends(8, ElasticSign::Signed), 0);
    EXPECT_EQ(ends(1, ElasticSign::Unsigned), 3) << "code 1";
    EXPECT_EQ(ends(2, ElasticSign::Unsigned), 6) << "code 2 above the least value";
    EXPECT_EQ(ends(2, ElasticSign::Unsigned, ElasticRule::Bit), 5) << "code 3";
}

}  // namespace
}  // namespace millrace::ops
