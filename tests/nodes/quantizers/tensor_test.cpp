// One tensor by every quantizer: values by hand, codes that make the values, bad tensors.
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <variant>
#include <vector>

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "engine/random.hpp"
#include "nodes/types/table.hpp"
#include "nodes/types/tensor.hpp"
#include "tests/nodes/ops/error_code.hpp"
#include "tests/nodes/support.hpp"

namespace millrace::nodes {
void register_tensor(engine::Registry& registry);
}  // namespace millrace::nodes

namespace millrace::testing {
namespace {

using engine::Object;
using engine::Packet;
using types::Tensor;

const engine::Registry& registry() {
    static const engine::Registry* const registry = [] {
        static engine::Registry made;
        nodes::register_tensor(made);
        return &made;
    }();
    return *registry;
}

struct Quantized {
    at::Tensor rounded, error, codes;
    types::Table scales;

    template <class T>
    const std::vector<T>& column(const char* name) const {
        return std::get<std::vector<T>>(scales.column(name)->values);
    }
};

Quantized quantized(const at::Tensor& x, const Object& params = {}) {
    const auto out = run_node(registry(), "quantizers.tensor", params, {Packet::make(Tensor{x})});
    return {out.at(0).as<Tensor>().value, out.at(1).as<Tensor>().value,
            out.at(2).as<Tensor>().value, out.at(3).as<types::Table>()};
}

at::Tensor noise(const std::vector<std::int64_t>& shape) {
    at::Tensor x = at::empty(shape, at::kFloat);
    engine::Random random(4, "noise", 0);
    for (std::int64_t i = 0; i < x.numel(); ++i)
        x.data_ptr<float>()[i] = static_cast<float>(random.normal());
    return x;
}

TEST(QuantizeTensor, RoundsAsByHand) {
    const at::Tensor x = at::tensor({7.0F, -3.4F, 0.4F, 0.0F, -0.7F, 0.14F}).reshape({2, 3});
    const Quantized made = quantized(x, {{"bits", 4}});
    // 7 has the scale 1; 0.7, of the second row, 0.1.
    EXPECT_TRUE(at::equal(made.codes, at::tensor({7, -3, 0, 0, -7, 1}, at::kInt).reshape({2, 3})));
    EXPECT_TRUE(at::allclose(
        made.rounded, at::tensor({7.0F, -3.0F, 0.0F, 0.0F, -0.7F, 0.1F}).reshape({2, 3}), 0, 1e-5));
    EXPECT_TRUE(at::allclose(made.error, made.rounded - x));
    EXPECT_NEAR(made.column<double>("scale")[0], 1, 1e-5);
    EXPECT_NEAR(made.column<double>("scale")[1], 0.1, 1e-6);
    EXPECT_EQ(made.column<std::int64_t>("least code"), (std::vector<std::int64_t>{-3, -7}));
    EXPECT_EQ(made.column<std::int64_t>("greatest code"), (std::vector<std::int64_t>{7, 1}));
    // 49 + 11.56 + 0.16 against 0.16 + 0.16.
    EXPECT_NEAR(made.column<double>("SQNR dB")[0], 10 * std::log10(60.72 / 0.32), 1e-3);

    const Quantized between = quantized(x, {{"bits", 2}, {"kind", "asymmetric"}});
    // -3.4 to 7 in steps of 10.4 / 3.
    EXPECT_TRUE(at::equal(between.codes[0], at::tensor({3, 0, 1}, at::kInt)));
    EXPECT_NEAR(between.column<double>("offset")[0], -3.4, 1e-6);
    EXPECT_NEAR(between.column<double>("scale")[0], 10.4 / 3, 1e-6);

    // Mean of magnitudes 10.8 / 3, times 4/3: 4.8.
    const Quantized ternary = quantized(x, {{"bits", 2}, {"kind", "statistics"}});
    EXPECT_TRUE(at::equal(ternary.codes[0], at::tensor({1, -1, 0}, at::kInt)));
    EXPECT_NEAR(ternary.rounded[0][1].item<double>(), -4.8, 1e-6);
    // Four levels, -0.75 to 0.75 of twice 3.6: -5.4, -1.8, 1.8, 5.4.
    const Quantized four = quantized(x, {{"bits", 2}, {"kind", "llm_qat_weight"}});
    EXPECT_TRUE(at::allclose(four.rounded[0], at::tensor({5.4F, -1.8F, 1.8F}), 0, 1e-5));
    EXPECT_TRUE(at::equal(four.codes[0], at::tensor({1, -1, 0}, at::kInt)));
    // 0.7 * 3.6 = 2.52 with no clip: 7 and 3.4 stay, 5.2 in the mean.
    const Quantized twn = quantized(x, {{"kind", "twn"}, {"clip", 100.0}});
    EXPECT_TRUE(at::allclose(twn.rounded[0], at::tensor({5.2F, -5.2F, 0.0F}), 0, 1e-5));
}

TEST(QuantizeTensor, CodesMakeTheValuesByEveryQuantizer) {
    at::Tensor x = noise({5, 7}) * 1.5;
    x.select(0, 1).zero_();
    x.select(0, 2).fill_(0.3F);
    struct Choice {
        const char* kind;
        std::vector<int> bits;
        std::vector<const char*> over;
        std::int64_t least, most;  ///< of codes, at the first number of bits
    };
    const std::vector<const char*> any = {"tensor", "last_axis", "two_axes", "group"},
                                   rows = {"tensor", "last_axis"}, whole = {"tensor"};
    const std::vector<Choice> choices = {{"symmetric", {4, 2, 8, 16}, any, -7, 7},
                                         {"asymmetric", {4, 2, 8, 16}, any, 0, 15},
                                         {"clipped_symmetric", {4, 2, 8}, any, -7, 7},
                                         {"clipped_asymmetric", {4, 2, 8}, any, 0, 15},
                                         {"statistics", {1}, rows, -1, 1},
                                         {"statistics", {2}, rows, -1, 1},
                                         {"statistics_paper", {1, 2}, rows, -1, 1},
                                         {"llm_qat_weight", {1}, rows, -1, 1},
                                         {"llm_qat_weight", {2}, rows, -2, 1},
                                         {"llm_qat_weight", {3, 8}, rows, -3, 3},
                                         {"twn", {8}, rows, -1, 1},
                                         {"bwn", {8}, rows, -1, 1},
                                         {"elastic", {1}, whole, -1, 1},
                                         {"elastic", {2}, whole, -1, 1},
                                         {"elastic", {4, 8}, whole, -8, 7},
                                         {"elastic_unsigned", {1}, whole, 0, 1},
                                         {"elastic_unsigned", {2}, whole, 0, 2},
                                         {"elastic_unsigned", {4, 8}, whole, 0, 15},
                                         {"bit_elastic", {2, 1, 4, 8}, whole, -2, 1},
                                         {"bit_elastic_unsigned", {2, 1, 4, 8}, whole, 0, 3}};
    for (const Choice& choice : choices) {
        for (const int bits : choice.bits) {
            for (const char* over : choice.over) {
                const std::string name =
                    std::string(choice.kind) + " " + std::to_string(bits) + " " + over;
                const Quantized made = quantized(
                    x, {{"kind", choice.kind}, {"bits", bits}, {"over", over}, {"group", 3}});
                EXPECT_EQ(made.rounded.sizes(), x.sizes()) << name;
                EXPECT_TRUE(made.rounded.isfinite().all().item<bool>()) << name;
                EXPECT_TRUE(at::allclose(made.error, made.rounded - x, 0, 1e-6)) << name;
                const auto& scale = made.column<double>("scale");
                const auto& offset = made.column<double>("offset");
                const std::size_t groups = std::string(over) == "last_axis" ? 5
                                           : std::string(over) == "group"   ? 15
                                                                            : 1;
                ASSERT_EQ(scale.size(), groups) << name;
                std::int64_t counted = 0;
                for (const std::int64_t elements : made.column<std::int64_t>("elements"))
                    counted += elements;
                EXPECT_EQ(counted, 35) << name;
                for (int row = 0; row < 5; ++row) {
                    for (int column = 0; column < 7; ++column) {
                        const std::size_t group = groups == 1   ? 0
                                                  : groups == 5 ? row
                                                                : row * 3 + column / 3;
                        EXPECT_NEAR(
                            made.rounded[row][column].item<double>(),
                            offset[group] + scale[group] * made.codes[row][column].item<double>(),
                            2e-6)
                            << name << " at " << row << " " << column;
                    }
                }
                if (bits != choice.bits.front()) continue;
                EXPECT_GE(made.codes.min().item<std::int64_t>(), choice.least) << name;
                EXPECT_LE(made.codes.max().item<std::int64_t>(), choice.most) << name;
                EXPECT_GT(made.codes.max().item<std::int64_t>(), 0) << name;
            }
        }
    }
}

TEST(QuantizeTensor, GroupsAndTokensAreCounted) {
    const Quantized grouped = quantized(noise({2, 7}), {{"over", "group"}, {"group", 3}});
    EXPECT_EQ(grouped.column<std::int64_t>("elements"),
              (std::vector<std::int64_t>{3, 3, 1, 3, 3, 1}));
    EXPECT_EQ(quantized(noise({2, 130}), {{"over", "group"}}).scales.rows(), 4U);
    // A cache [batch, time, width]: one scale a token; by head, two axes.
    EXPECT_EQ(quantized(noise({2, 3, 8}), {{"bits", 4}}).scales.rows(), 6U);
    EXPECT_EQ(quantized(noise({2, 3, 4, 5}), {{"over", "two_axes"}}).scales.rows(), 6U);
    EXPECT_EQ(quantized(noise({9}), {{"over", "tensor"}}).scales.rows(), 1U);
    EXPECT_EQ(quantized(noise({3, 3}).to(at::kDouble)).rounded.scalar_type(), at::kDouble);
}

TEST(QuantizeTensor, NothingLostHasNoNoise) {
    const Quantized made = quantized(at::zeros({2, 3}));
    EXPECT_TRUE(std::isnan(made.column<double>("SQNR dB")[0]));
    EXPECT_EQ(made.rounded.abs().max().item<float>(), 0);
}

TEST(QuantizeTensor, RefusesBadTensorsAndBits) {
    const auto code = [](const at::Tensor& x, const Object& params = {}) {
        return error_code([&] { quantized(x, params); });
    };
    at::Tensor bad = noise({3, 5});
    for (const float value :
         {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
        bad[2][4] = value;
        for (const char* kind : {"symmetric", "asymmetric", "clipped_symmetric", "statistics",
                                 "llm_qat_weight", "twn", "bwn", "elastic", "bit_elastic_unsigned"})
            EXPECT_EQ(code(bad, {{"kind", kind}, {"bits", 2}}), "E-QUANT-003") << kind;
    }
    EXPECT_EQ(code(at::zeros({0, 3})), "E-QUANT-002");
    EXPECT_EQ(code(at::ones({2, 2}, at::kLong)), "E-QUANT-001");
    EXPECT_EQ(code(noise({4}), {{"kind", "twn"}}), "E-QUANT-004");
    EXPECT_EQ(code(noise({2, 2}), {{"bits", 1}}), "E-QUANT-005");
    EXPECT_EQ(code(noise({2, 2}), {{"kind", "statistics"}, {"bits", 3}}), "E-QUANT-005");
    EXPECT_EQ(code(noise({2, 2}), {{"kind", "elastic"}, {"bits", 9}}), "E-QUANT-005");
    EXPECT_EQ(code(noise({3}), {{"over", "two_axes"}}), "E-QUANT-007");
    EXPECT_EQ(code(noise({2, 2}), {{"kind", "bwn"}, {"over", "group"}}), "E-PARAM-005");
}

}  // namespace
}  // namespace millrace::testing
