// Packed linears against the quantizers that the float passes round by.
#include "nodes/ops/packed/packed_linear.hpp"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "engine/random.hpp"
#include "nodes/ops/packed/pack_matrix.hpp"
#include "nodes/ops/quant/elastic.hpp"
#include "nodes/ops/quant/linear.hpp"
#include "nodes/ops/quant/min_max.hpp"
#include "nodes/ops/quant/weights.hpp"
#include "tests/nodes/ops/error_code.hpp"

namespace millrace::ops {
namespace {

using testing::error_code;
using Kind = InputRule::Kind;

at::Tensor normal(std::vector<std::int64_t> shape, const char* name) {
    at::Tensor tensor = at::empty(shape, at::kFloat);
    engine::Random random(7, name, 0);
    for (std::int64_t i = 0; i < tensor.numel(); ++i)
        tensor.data_ptr<float>()[i] = static_cast<float>(random.normal());
    return tensor;
}

std::span<float> numbers(const at::Tensor& tensor) {
    return {tensor.data_ptr<float>(), static_cast<std::size_t>(tensor.numel())};
}

at::Tensor unpacked(const types::PackedWeight& weight) {
    at::Tensor all = at::empty({weight.rows(), weight.columns}, at::kFloat);
    for (std::int64_t row = 0; row < weight.rows(); ++row)
        unpack_row(weight, row, numbers(all[row]));
    return all;
}

/// How far the packed linear is from `wanted`, as a share of the greatest output.
double distance(const types::PackedWeight& weight, const at::Tensor& x, const InputRule& rule,
                const at::Tensor& wanted, const at::Tensor& bias = {}) {
    types::PackedModel model{.packed = {{"w", weight}}};
    if (bias.defined()) model.floats["b"] = bias;
    const PackedLinear linear(model, "w", bias.defined() ? "b" : "", weight.rows(), weight.columns,
                              rule);
    LinearScratch scratch;
    at::Tensor out = at::empty({x.size(0), weight.rows()}, at::kFloat);
    linear(numbers(x), numbers(out), scratch);
    return ((out - wanted).abs().max() / wanted.abs().max()).item<double>();
}

TEST(PackMatrix, HoldsWhatTheQuantizersRound) {
    at::Tensor weight = normal({9, 37}, "weight");
    weight[4].zero_();
    weight[5].fill_(-0.25F);
    for (const int bits : {1, 2, 3, 4, 5, 8}) {
        const at::Tensor wanted = llmqat_weight(weight, bits);
        EXPECT_LT((unpacked(pack_llmqat(weight, bits)) - wanted).abs().max().item<double>(), 1e-6)
            << bits << " bits";
    }
    for (const WeightMethod method : {WeightMethod::Tbt, WeightMethod::Twn, WeightMethod::Bwn}) {
        for (const int bits : {1, 2}) {
            if ((method == WeightMethod::Twn) != (bits == 2) && method != WeightMethod::Tbt)
                continue;
            const BartQuantization options{.method = method};
            for (const TernaryLayout layout : {TernaryLayout::TwoBits, TernaryLayout::Base3}) {
                const auto packed = pack_low_bit(weight, bits, options, layout);
                EXPECT_LT((unpacked(packed) - bart_weight(weight, bits, options))
                              .abs()
                              .max()
                              .item<double>(),
                          1e-6)
                    << packed.layout;
            }
        }
    }
}

TEST(PackMatrix, BinaryHasNoCodeForZero) {
    at::Tensor weight = normal({2, 5}, "weight");
    EXPECT_EQ(pack_low_bit(weight, 1, {}).layout, "binary");
    weight[0][3] = 0;
    EXPECT_EQ(pack_low_bit(weight, 1, {}).layout, "ternary-2") << "one weight is exactly 0";
    weight[0].zero_();
    EXPECT_EQ(pack_low_bit(weight, 1, {}).layout, "binary") << "a whole row has a scale of 0";
    EXPECT_EQ(error_code([&] { pack_llmqat(weight.fill_(INFINITY), 4); }), "E-QUANT-003");
}

TEST(PackMatrix, ScalesAreFinite) {
    const at::Tensor weight = at::full({2, 5}, 3e38F);
    EXPECT_EQ(error_code([&] { pack_llmqat(weight, 1); }), "E-QUANT-003") << "the sum overflows";
    EXPECT_EQ(error_code([&] { pack_llmqat(weight, 2); }), "E-QUANT-003");
    EXPECT_EQ(error_code([&] { pack_low_bit(weight, 1, {}); }), "E-QUANT-003");
    for (const int bits : {3, 4, 8})
        EXPECT_TRUE(pack_llmqat(weight, bits).scale.isfinite().all().item<bool>()) << bits;
}

TEST(PackedLinear, IsLlmQatsLinear) {
    const at::Tensor weight = normal({21, 70}, "weight"), x = normal({5, 70}, "x");
    for (const int weights : {1, 2, 4, 8}) {
        for (const int bits : {3, 6, 8}) {
            for (const MinMaxKind kind : {MinMaxKind::Symmetric, MinMaxKind::Asymmetric}) {
                const at::Tensor wanted = llmqat_linear(
                    x, weight, {.weight_bits = weights, .activation_bits = bits}, kind);
                const InputRule rule{
                    .kind = kind == MinMaxKind::Symmetric ? Kind::Symmetric : Kind::Asymmetric,
                    .bits = bits};
                EXPECT_LT(distance(pack_llmqat(weight, weights), x, rule, wanted), 1e-5)
                    << weights << " " << bits;
            }
        }
    }
}

TEST(PackedLinear, IsTbtsLinearWithLearnedScales) {
    const at::Tensor weight = normal({21, 70}, "weight"), bias = normal({21}, "bias");
    at::Tensor x = normal({5, 70}, "x");
    for (const bool zero : {false, true}) {
        if (zero) x[2][7] = 0;  // sign 0: no binary code
        for (const int weights : {1, 2}) {
            for (const int bits : {1, 2, 8}) {
                for (const ElasticSign sign : {ElasticSign::Signed, ElasticSign::Unsigned}) {
                    ElasticScale scale{at::full({}, 0.7F), true};
                    const at::Tensor wanted =
                        tbt_linear(x, weight, bias, sign, &scale,
                                   {.weight_bits = weights, .activation_bits = bits});
                    const bool is_signed = sign == ElasticSign::Signed;
                    const InputRule rule{
                        .kind = bits <= 2
                                    ? (is_signed ? Kind::ElasticSigned : Kind::ElasticUnsigned)
                                    : (is_signed ? Kind::WholeSymmetric : Kind::WholeAsymmetric),
                        .bits = bits,
                        .alpha = 0.7F};
                    EXPECT_LT(distance(pack_low_bit(weight, weights, {}), x, rule, wanted, bias),
                              1e-5)
                        << weights << " " << bits << (is_signed ? " signed" : " unsigned");
                }
            }
        }
    }
}

TEST(PackedLinear, KeepsFloatRowsWhereTheModelDoes) {
    const at::Tensor weight = normal({21, 70}, "weight"), x = normal({3, 70}, "x");
    const types::PackedModel model{.floats = {{"w", weight}}};
    LinearScratch scratch;
    at::Tensor out = at::empty({3, 21}, at::kFloat);
    PackedLinear(model, "w", "", 21, 70, {})(numbers(x), numbers(out), scratch);
    EXPECT_LT((out - x.matmul(weight.t())).abs().max().item<double>(), 1e-4);
    PackedLinear(model, "w", "", 21, 70, {.kind = Kind::Symmetric, .bits = 4})(
        numbers(x), numbers(out), scratch);
    const at::Tensor wanted = llmqat_linear(x, weight, {.weight_bits = 32, .activation_bits = 4});
    EXPECT_LT((out - wanted).abs().max().item<double>(), 1e-4);
}

TEST(PackedLinear, RefusesWhatDoesNotFit) {
    const at::Tensor weight = normal({4, 6}, "weight");
    const types::PackedModel model{.packed = {{"w", pack_llmqat(weight, 4)}}};
    const InputRule rule{.kind = Kind::Symmetric};
    EXPECT_EQ(error_code([&] { PackedLinear(model, "w", "", 4, 7, rule); }), "E-PACK-031");
    EXPECT_EQ(error_code([&] { PackedLinear(model, "v", "", 4, 6, rule); }), "E-PACK-031");
    EXPECT_EQ(error_code([&] { PackedLinear(model, "w", "", 4, 6, {}); }), "E-PACK-031")
        << "a float input has no product with codes";
    EXPECT_EQ(
        error_code([&] { PackedLinear(model, "w", "", 4, 6, {.kind = Kind::ElasticSigned}); }),
        "E-PACK-011");
    const PackedLinear linear(model, "w", "", 4, 6, {.kind = Kind::Asymmetric, .bits = 8});
    LinearScratch scratch;
    std::vector<float> x(6, 1), out(4);
    x[3] = std::numeric_limits<float>::quiet_NaN();
    EXPECT_EQ(error_code([&] { linear(x, out, scratch); }), "E-PACK-013");
}

TEST(RoundedTokens, HalvesOfTwoEqualScoresAreTiesThatTheRuleDecides) {
    // Probabilities of two heads over two keys, the first with one score for both: the others lie
    // about a half, which is in the middle of the range and of an odd number of steps. The rule's
    // 1e-8 in the divisor puts it below; in float32, whose last place weighs more, it goes
    // anywhere.
    for (const double score : {0.1, 0.4, 0.43, 1.2, 3.0}) {
        const double likelier = 1 / (1 + std::exp(-score));
        const std::vector<double> values = {0.5, 0.5, likelier, 1 - likelier};
        for (const int bits : {4, 8}) {
            const double levels = std::pow(2, bits) - 1;
            const double level = (0.5 - values[3]) / (likelier - values[3] + 1e-8) * levels;
            EXPECT_LT(std::abs(level - levels / 2), 1e-4) << "a tie";
            RoundedTokens rounded;
            rounded.round(std::span<const double>(values), 2,
                          {.kind = Kind::WholeAsymmetric, .bits = bits});
            const at::Tensor wanted = min_max_asymmetric(
                at::tensor(at::ArrayRef<double>(values), at::kDouble),
                {.rule = MinMaxRule::Tbt, .bits = bits, .granularity = Granularity::Tensor});
            EXPECT_EQ(rounded.codes[0], -1) << "below the middle, where code 0 begins";
            EXPECT_EQ(rounded.codes[1], -1);
            for (std::size_t i = 0; i < 4; ++i) {
                EXPECT_NEAR(rounded.codes[i] * rounded.scales[i / 2] + rounded.offsets[i / 2],
                            wanted[static_cast<std::int64_t>(i)].item<double>(), 1e-6);
            }
        }
    }
}

}  // namespace
}  // namespace millrace::ops
