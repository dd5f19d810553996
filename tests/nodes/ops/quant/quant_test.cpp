// Edge cases of the quantizers; their numbers are tested by the files of expected numbers.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>
#include <utility>
#include <vector>

#include "nodes/ops/quant/elastic.hpp"
#include "nodes/ops/quant/gptq.hpp"
#include "nodes/ops/quant/linear.hpp"
#include "nodes/ops/quant/min_max.hpp"
#include "nodes/ops/quant/smooth_quant.hpp"
#include "nodes/ops/quant/weights.hpp"
#include "tests/nodes/ops/error_code.hpp"

namespace millrace::ops {
namespace {

using testing::error_code;

/// Rows of numbers that are all different.
at::Tensor ramp(std::int64_t rows, std::int64_t columns) {
    return (at::arange(rows * columns, at::kFloat) - 2.5).reshape({rows, columns}) / 7;
}

TEST(Quantizers, BadTensorsAreNamed) {
    at::Tensor nan = ramp(2, 3), infinite = ramp(2, 3);
    nan.select(0, 0).fill_(NAN);
    infinite.select(0, 1).fill_(INFINITY);
    const at::Tensor empty = at::zeros({0, 3}), integers = at::ones({2, 2}, at::kInt);
    EXPECT_EQ(error_code([&] { min_max_symmetric(integers, {}); }), "E-QUANT-001");
    EXPECT_EQ(error_code([&] { min_max_symmetric({}, {}); }), "E-QUANT-001");
    EXPECT_EQ(error_code([&] { min_max_asymmetric(empty, {}); }), "E-QUANT-002");
    EXPECT_EQ(error_code([&] { tbt_weight(nan, {}); }), "E-QUANT-003");
    EXPECT_EQ(error_code([&] { twn_weight(infinite, WeightScale::Row); }), "E-QUANT-003");
    EXPECT_EQ(error_code([&] { bwn_weight(at::ones({3}), WeightScale::Row); }), "E-QUANT-004");
    EXPECT_EQ(error_code([&] { tbt_weight(ramp(2, 3), {.bits = 3}); }), "E-QUANT-005");
    EXPECT_EQ(error_code([&] { min_max_symmetric(ramp(2, 3), {.bits = 1}); }), "E-QUANT-005");
    EXPECT_EQ(error_code([&] { min_max_symmetric(at::ones({}), {}); }), "E-QUANT-007");
    EXPECT_EQ(error_code([&] { min_max_symmetric(ramp(2, 3), {.clip = 0}); }), "E-QUANT-008");
}

TEST(Quantizers, LargeFiniteValuesAreNotTakenForInfinity) {
    const at::Tensor large = at::full({2, 2}, 3e38F);
    EXPECT_EQ(error_code([&] { min_max_symmetric(large, {}); }), "none");
}

TEST(Quantizers, RowsOfZerosGiveZerosAndPassTheGradient) {
    at::Tensor values = ramp(3, 5);
    values.select(0, 1).zero_();
    const auto expect = [&](const auto& quantize) {
        const at::Tensor x = values.clone().requires_grad_(true), y = quantize(x);
        EXPECT_TRUE(y.isfinite().all().template item<bool>());
        EXPECT_EQ(y.select(0, 1).abs().sum().template item<float>(), 0);
        y.sum().backward();
        EXPECT_EQ(x.grad().select(0, 1).sum().template item<float>(), 5);
    };
    for (const int bits : {1, 2}) {
        expect([&](const at::Tensor& x) { return tbt_weight(x, {.bits = bits}); });
        expect([&](const at::Tensor& x) { return llmqat_weight(x, bits); });
    }
    expect([](const at::Tensor& x) { return twn_weight(x, WeightScale::Row); });
    expect([](const at::Tensor& x) {
        return min_max_symmetric(x, {.rule = MinMaxRule::Tbt, .clip = 2.5});
    });
    expect([](const at::Tensor& x) { return min_max_symmetric(x, {}); });
    expect([](const at::Tensor& x) { return min_max_asymmetric(x, {}); });
}

TEST(Quantizers, GroupsAreRowsOfTheirOwnAndTheLastMayBeShort) {
    const at::Tensor x = ramp(2, 7);
    const at::Tensor grouped =
        min_max_symmetric(x, {.bits = 4, .granularity = Granularity::Group, .group_size = 3});
    for (const auto& [start, width] : {std::pair{0, 3}, std::pair{3, 3}, std::pair{6, 1}}) {
        EXPECT_TRUE(at::equal(grouped.narrow(1, start, width),
                              min_max_symmetric(x.narrow(1, start, width), {.bits = 4})));
    }
}

TEST(Quantizers, ConstantRowsKeepTheirValue) {
    const at::Tensor x = at::full({2, 4}, 0.75F);
    EXPECT_TRUE(at::allclose(min_max_asymmetric(x, {}), x, 0, 1e-6));
    EXPECT_TRUE(at::allclose(min_max_symmetric(x, {}), x, 1e-5, 0));
    EXPECT_TRUE(at::allclose(tbt_weight(x, {.bits = 1}), x, 1e-6, 0));
}

/// What a matrix of one or more rows of two or four becomes, and the gradient of its sum.
struct Rounded {
    std::vector<float> values, gradient;
};
template <class Quantizer>
Rounded rounded(const std::vector<float>& weight, std::int64_t columns,
                const Quantizer& quantizer) {
    const at::Tensor w = at::tensor(weight).reshape({-1, columns}).requires_grad_(true);
    const at::Tensor made = quantizer(w);
    made.sum().backward();
    const at::Tensor values = made.detach().flatten().contiguous(),
                     gradient = w.grad().flatten().contiguous();
    const auto list = [](const at::Tensor& tensor) {
        return std::vector<float>(tensor.data_ptr<float>(),
                                  tensor.data_ptr<float>() + tensor.numel());
    };
    return {list(values), list(gradient)};
}

TEST(Quantizers, WeightsByHand) {
    using Floats = std::vector<float>;
    // Mean 1: the level is 4/3, and what is below half of it is 0.
    const Floats ternary =
        rounded({1, -1, 0, 2}, 4, [](const auto& w) { return tbt_weight(w, {}); }).values;
    EXPECT_NEAR(ternary[0], 4.0 / 3, 1e-6);
    EXPECT_NEAR(ternary[1], -4.0 / 3, 1e-6);
    EXPECT_EQ(ternary[2], 0);
    // 7 is the threshold itself, and not kept: the level is the mean of 10, 13 and 10.
    const auto twn = [](const auto& w) { return twn_weight(w, WeightScale::Row, 100); };
    EXPECT_EQ(rounded({10, 7, -13, 10}, 4, twn).values, (Floats{11, 0, -11, 11}));
    const auto clipped = [](const auto& w) { return twn_weight(w, WeightScale::Row, 2.5); };
    EXPECT_EQ(rounded({2.5, 1}, 2, clipped).gradient, (Floats{0, 1}));
    // The mean of the matrix is 0; those of the rows would part each row.
    const auto bwn = [](const auto& w) { return bwn_weight(w, WeightScale::Row); };
    EXPECT_EQ(rounded({3, 1, -1, -3}, 2, bwn).values, (Floats{2, 2, -2, -2}));
    // Twice the mean is 4, and 8 has the outermost level of four, not a fifth.
    const auto four = [](const auto& w) { return llmqat_weight(w, 2); };
    EXPECT_EQ(rounded({8, 0, 0, 0}, 4, four).values, (Floats{3, 1, 1, 1}));
}

TEST(Quantizers, MinMaxByHand) {
    const auto four_bits = [](const auto& x) { return min_max_symmetric(x, {.bits = 4}); };
    // The gradient's limit is none of its inside; 1.5 is 5.25 steps of 2 / 7.
    const Rounded small = rounded({2, 1.5}, 2, four_bits);
    EXPECT_EQ(small.gradient, (std::vector<float>{0, 1}));
    EXPECT_NEAR(small.values[1], 5.0 * 2 / 7, 1e-5);
    // The addend of the scale shows where values are large.
    EXPECT_NEAR(rounded({1e9, 0}, 2, four_bits).values[0], 7 / (7e-9 + 1e-6), 1);
}

TEST(Quantizers, ThePaperRuleCentresAndClips) {
    const at::Tensor x = at::tensor({1.0F, 2.0F, 3.0F, 10.0F}).reshape({1, 4}).requires_grad_(true);
    // Mean 4, deviations -3 -2 -1 6, scale 3: the first and last lie at or past the border.
    const at::Tensor y = tbt_weight(x, {.bits = 1, .rule = TbtRule::Paper});
    EXPECT_TRUE(at::equal(y.detach(), at::tensor({-3.0F, -3.0F, -3.0F, 3.0F}).reshape({1, 4})));
    y.sum().backward();
    EXPECT_TRUE(at::equal(x.grad(), at::tensor({0.0F, 1.0F, 1.0F, 0.0F}).reshape({1, 4})));
}

TEST(Quantizers, BinaryCodesHaveNoZero) {
    const WeightCodes codes = tbt_codes(at::tensor({0.0F, -1.0F, 2.0F}).reshape({1, 3}), 1);
    EXPECT_EQ(codes.zeros_made_positive, 1);
    EXPECT_EQ(codes.codes.sum().item<int>(), 1);
    EXPECT_FLOAT_EQ(codes.scale.item<float>(), 1);
}

TEST(Elastic, AScaleIsSetOnceAndSharedWithTheOptimizer) {
    ElasticScale scale = ElasticScale::fresh();
    const at::Tensor leaf = scale.alpha;
    const at::Tensor x = at::tensor({1.0F, -3.0F}).requires_grad_(true);
    elastic_quantize(x, scale, {});
    EXPECT_FLOAT_EQ(leaf.item<float>(), 4);
    elastic_quantize(x * 10, scale, {}).sum().backward();
    EXPECT_FLOAT_EQ(leaf.item<float>(), 4);
    EXPECT_TRUE(leaf.grad().defined());
    ElasticScale zero = ElasticScale::fresh();
    EXPECT_EQ(elastic_quantize(at::zeros({4}), zero, {}).abs().sum().item<float>(), 0);
}

TEST(Elastic, AScaleOfOneAxisTakesItsGradient) {
    ElasticScale scale{at::ones({1}).requires_grad_(true), true};
    elastic_quantize(at::tensor({0.4F, -3.0F}), scale, {}).sum().backward();
    // -0.4 for the rounding of 0.4 and -1 for the end, over the root of two elements.
    EXPECT_NEAR(scale.alpha.grad().item<float>(), -1.4 / std::sqrt(2), 1e-6);
}

TEST(Elastic, BadScalesAreNamed) {
    ElasticScale none, infinite = ElasticScale::fresh();
    infinite.alpha.detach().fill_(INFINITY);
    EXPECT_EQ(error_code([&] { elastic_quantize(ramp(1, 2), none, {}); }), "E-QUANT-009");
    EXPECT_EQ(error_code([&] { elastic_quantize(ramp(1, 2), infinite, {}); }), "E-QUANT-009");
    EXPECT_EQ(error_code([&] { elastic_quantize(ramp(1, 2), none, {.bits = 9}); }), "E-QUANT-005");
    EXPECT_EQ(error_code([&] {
                  tbt_activation(ramp(1, 2), ElasticSign::Signed, nullptr, {.activation_bits = 2});
              }),
              "E-QUANT-009");
}

TEST(Layers, PartsThatDoNotFitAreNamed) {
    EXPECT_EQ(error_code([&] { llmqat_linear(ramp(2, 3), ramp(4, 5), {}); }), "E-QUANT-006");
    EXPECT_EQ(error_code([&] {
                  tbt_linear(ramp(2, 5), ramp(4, 5), at::zeros({3}), ElasticSign::Signed, nullptr,
                             {});
              }),
              "E-QUANT-006");
}

TEST(Rivals, LimitsAreNamed) {
    const at::Tensor weight = ramp(2, 3);
    EXPECT_EQ(error_code([&] { gptq(weight, ramp(4, 2), {}); }), "E-QUANT-006");
    EXPECT_EQ(error_code([&] { gptq(weight, ramp(4, 3), {.group_size = 0}); }), "E-QUANT-008");
    // Equal samples can't tell three columns apart.
    EXPECT_EQ(error_code([&] { gptq(weight, at::ones({2, 3}), {.damping = 0}); }), "E-QUANT-011");
    EXPECT_EQ(error_code([&] { smoothing_factors(at::ones({3}), {weight}, 1.5); }), "E-QUANT-010");
    EXPECT_EQ(error_code([&] { smoothing_factors(at::ones({3}), {}, 0.5); }), "E-QUANT-006");
    EXPECT_EQ(error_code([&] { smoothing_factors(at::ones({4}), {weight}, 0.5); }), "E-QUANT-006");
}

TEST(Rivals, GptqWithoutCalibrationBecomesZero) {
    const GptqResult result = gptq(ramp(2, 3), at::zeros({4, 3}), {});
    EXPECT_EQ(result.weight.abs().sum().item<float>(), 0);
}

TEST(Rivals, GptqHasASymmetricGridAlsoWhereNoWeightIsNegative) {
    // Steps of 0.5: from -3.75 to 3.75.
    const at::Tensor weight = at::tensor({3.75F, 1.2F, 0.1F}).reshape({1, 3});
    const at::Tensor nearest = nearest_on_grid(weight, {.bits = 4});
    EXPECT_TRUE(at::allclose(nearest, at::tensor({3.5F, 1.0F, 0.0F}).reshape({1, 3}), 0, 1e-6));
    EXPECT_TRUE(at::allclose(nearest_on_grid(-weight, {.bits = 4}),
                             at::tensor({-4.0F, -1.0F, 0.0F}).reshape({1, 3}), 0, 1e-6));
}

TEST(Rivals, GptqOfInputsWithoutCorrelationIsRoundingToNearest) {
    const at::Tensor weight = ramp(3, 5).sin();
    for (const std::int64_t group : {-1, 2}) {
        const GptqOptions options{.bits = 3, .group_size = group, .damping = 0};
        EXPECT_TRUE(at::equal(gptq_by_gram(weight, at::eye(5) * 4, options).weight,
                              nearest_on_grid(weight, options)));
    }
    EXPECT_EQ(error_code([&] { gptq_by_gram(weight, at::eye(4), {}); }), "E-QUANT-006");
    EXPECT_EQ(error_code([&] { nearest_on_grid(weight, {.bits = 9}); }), "E-QUANT-005");
    EXPECT_EQ(error_code([&] { nearest_on_grid(at::full({2, 2}, NAN), {}); }), "E-QUANT-003");
}

}  // namespace
}  // namespace millrace::ops
