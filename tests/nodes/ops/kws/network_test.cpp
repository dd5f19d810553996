#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <span>
#include <type_traits>
#include <vector>

#include "nodes/ops/kws/detection.hpp"
#include "nodes/ops/kws/int8_layers.hpp"
#include "nodes/ops/kws/lico_block.hpp"
#include "nodes/ops/kws/ring.hpp"
#include "nodes/ops/kws/stream_conv.hpp"
#include "nodes/ops/kws/svdf.hpp"
#include "tests/nodes/ops/error_code.hpp"

namespace millrace::ops {
namespace {

using testing::error_code;

constexpr unsigned kSeed = 7;

std::vector<float> random_values(std::size_t count, std::mt19937& random) {
    std::uniform_real_distribution<float> uniform(-1, 1);
    std::vector<float> values(count);
    for (float& value : values) value = uniform(random);
    return values;
}

template <class T>
std::vector<T> random_integers(std::size_t count, int most, std::mt19937& random) {
    std::uniform_int_distribution<int> uniform(-most, most);
    std::vector<T> values(count);
    for (T& value : values) value = static_cast<T>(uniform(random));
    return values;
}

/// Feeds `x` whole and then in random chunks of whole steps, some of them empty: integers come out
/// bit for bit the same, floats within the tolerance. Chunks of another length are refused.
template <class T, class Layer, class Push>
void expect_streaming(Layer& layer, const std::vector<T>& x, std::size_t step, std::mt19937& random,
                      const Push& push) {
    const std::vector<T> whole = push(x);
    std::vector<T> joined;
    layer.reset();
    for (std::span<const T> rest(x); !rest.empty();) {
        const std::size_t steps = std::uniform_int_distribution<std::size_t>(0, 4)(random);
        const auto chunk = rest.first(std::min(rest.size(), steps * step));
        const std::vector<T> out = push(chunk);
        EXPECT_EQ(out.empty(), chunk.empty());
        joined.insert(joined.end(), out.begin(), out.end());
        rest = rest.subspan(chunk.size());
    }
    ASSERT_EQ(joined.size(), whole.size());
    const double tolerance = std::is_same_v<T, float> ? 1e-6 : 0;
    for (std::size_t i = 0; i < whole.size(); ++i) EXPECT_NEAR(joined[i], whole[i], tolerance) << i;
    EXPECT_EQ(error_code([&] { push(std::vector<T>(step + 1)); }),
              step == 1 ? "none" : "E-KWS-012");
}

LicoWeights lico_weights(Temporal temporal, std::mt19937& random) {
    const LicoShape shape{4, 3, 2, temporal};
    const auto some = [&](std::size_t count) { return random_values(count, random); };
    return {shape,  some(temporal_conv(shape).weight_count()), some(4), some(32), some(8), some(32),
            some(4)};
}

const LicoScales kLicoScales{{0.01F, 5}, {float(6.0 / 255), -128}, {0.05F, -3}, {0.05F, 1}};

TEST(StreamConv, GivesTheHandWorkedSums) {
    // Oldest tap first: 10 times the frame before plus the frame itself.
    StreamConv conv({.kernel = 2}, std::vector<float>{10, 1}, std::vector<float>{0.5F});
    EXPECT_EQ(conv.push(std::vector<float>{1, 2}), (std::vector<float>{1.5F, 12.5F}));
    EXPECT_EQ(conv.push(std::vector<float>{3}), std::vector<float>{23.5F});
    EXPECT_EQ(conv.state().front(), 3);
    conv.reset();
    EXPECT_EQ(conv.push(std::vector<float>{1}), std::vector<float>{1.5F});
}

TEST(StreamConv, ChunksEqualTheWholeRun) {
    std::mt19937 random(kSeed);
    for (const ConvShape shape :
         {ConvShape{3, 5, 4, 1, 1, 1}, ConvShape{4, 4, 3, 2, 1, 4}, ConvShape{4, 6, 5, 1, 2, 2},
          ConvShape{2, 3, 1, 1, 1, 1}, ConvShape{2, 2, 1, 1, 3, 1}}) {
        StreamConv conv(shape, random_values(shape.weight_count(), random),
                        random_values(shape.out, random));
        const auto x = random_values(24 * shape.in, random);
        expect_streaming(conv, x, shape.stride * shape.in, random,
                         [&](std::span<const float> chunk) { return conv.push(chunk); });
    }
}

TEST(StreamConv, RefusesWrongSizesAndKeepsItsState) {
    const std::vector<float> one{1};
    const auto build = [&](const ConvShape& shape) {
        return error_code([&] { StreamConv(shape, one, {}); });
    };
    for (const ConvShape shape :
         {ConvShape{.in = 0}, ConvShape{.kernel = 65537}, ConvShape{.in = 4, .out = 3, .groups = 2},
          ConvShape{.in = 65536, .kernel = 65536, .dilation = 65536}}) {
        EXPECT_EQ(build(shape), "E-KWS-010");
    }
    EXPECT_EQ(build({.in = 2}), "E-KWS-011");
    EXPECT_EQ(error_code([&] { StreamConv({}, one, std::vector<float>{1, 2}); }), "E-KWS-011");
    EXPECT_EQ(error_code([&] { StreamConv({}, std::vector<float>{NAN}, {}); }), "E-KWS-013");
    StreamConv conv({.in = 2, .kernel = 3, .stride = 2}, std::vector<float>(6, 1), {});
    EXPECT_TRUE(conv.push({}).empty());
    conv.push(std::vector<float>{1, 2, 3, 4});
    const std::vector<float> before(conv.state().begin(), conv.state().end());
    EXPECT_EQ(error_code([&] { conv.push(std::vector<float>{1, 2}); }), "E-KWS-012");
    EXPECT_EQ(error_code([&] { conv.push(std::vector<float>{1, 2, NAN, 4}); }), "E-KWS-013");
    EXPECT_TRUE(std::ranges::equal(before, conv.state()));
}

TEST(FoldBatchNorm, ScalesWeightsAndMovesTheMean) {
    const std::vector<float> weight{5, 6};
    const auto folded = fold_batch_norm(weight, {{2}, {1}, {3}, {4}, 0});
    EXPECT_EQ(folded.weight, (std::vector<float>{5, 6}));
    EXPECT_EQ(folded.bias, std::vector<float>{-2});
    const auto fold = [&](const BatchNorm& norm) {
        return error_code([&] { fold_batch_norm(weight, norm); });
    };
    const std::vector<float> three{1, 1, 1};
    for (const BatchNorm& norm : {BatchNorm{}, BatchNorm{three, three, three, three},
                                  BatchNorm{{1}, {0}, {0}, {-1}}, BatchNorm{{1}, {0}, {0}, {0}, 0}})
        EXPECT_EQ(fold(norm), "E-KWS-014");
    EXPECT_EQ(fold({{1}, {0, 0}, {0}, {1}}), "E-KWS-011");
    EXPECT_EQ(fold({{1}, {NAN}, {0}, {1}}), "E-KWS-013");
}

TEST(Linearize, PutsTheOldestFrameFirst) {
    const std::vector<float> weight{1, 2, 3, 4};
    EXPECT_EQ(linearize({.in = 2, .kernel = 2}, weight), (std::vector<float>{1, 3, 2, 4}));
    EXPECT_EQ(linearize({.in = 2, .out = 2, .kernel = 2, .groups = 2}, weight),
              (std::vector<float>{1, 0, 2, 0, 0, 3, 0, 4}));
    EXPECT_EQ(error_code([&] { linearize({.in = 2, .kernel = 2, .dilation = 2}, weight); }),
              "E-KWS-010");
    EXPECT_EQ(error_code([&] { linearize({.in = 3}, weight); }), "E-KWS-011");
}

TEST(FrameRing, HoldsTheLastFrames) {
    FrameRing<std::int8_t> ring(2, 1, -5);
    EXPECT_EQ(ring.oldest_to_newest(), (std::vector<std::int8_t>{-5, -5}));
    for (const std::int8_t value : {1, 2, 3}) ring.push(std::span(&value, 1));
    EXPECT_EQ(ring.oldest_to_newest(), (std::vector<std::int8_t>{2, 3}));
    EXPECT_EQ(ring.head(), 1U);
    ring.reset();
    EXPECT_EQ(ring.physical()[0], -5);
    EXPECT_EQ(error_code([&] { ring.push({}); }), "E-KWS-015");
    EXPECT_EQ(error_code([] { FrameRing<float>(0, 1, 0); }), "E-KWS-015");
    EXPECT_EQ(error_code([] { FrameRing<float>(65536, 65536, 0); }), "E-KWS-015");
}

TEST(LicoBlock, ChunksEqualTheWholeRunInFloatAndInt8) {
    std::mt19937 random(kSeed);
    for (const Temporal temporal : {Temporal::Dense, Temporal::Depthwise}) {
        const LicoWeights weights = lico_weights(temporal, random);
        LicoBlock block(weights);
        Int8LicoBlock block_q(weights, kLicoScales);
        const auto x = random_values(15 * 4, random);
        std::vector<std::int8_t> x_q;
        for (const float value : x) x_q.push_back(quantize_int8(value, kLicoScales.input));
        const auto push = [&](std::span<const float> chunk) { return block.push(chunk).out; };
        const auto push_q = [&](std::span<const std::int8_t> chunk) {
            return block_q.push(chunk).out;
        };
        expect_streaming(block, x, 4, random, push);
        expect_streaming(block_q, x_q, 4, random, push_q);
        EXPECT_EQ(error_code([&] { push(std::vector<float>(4, NAN)); }), "E-KWS-013");
        block.reset();
        block_q.reset();
        const auto want = push(x);
        const auto got = push_q(x_q);
        // Four steps of the outputs' scale: one for each layer that rounds.
        for (std::size_t i = 0; i < want.size(); ++i)
            EXPECT_NEAR(dequantize_int8(got[i], kLicoScales.out), want[i], 0.2) << i;
    }
}

TEST(LicoBlock, RefusesWeightsOfOtherShapes) {
    std::mt19937 random(kSeed);
    LicoWeights weights = lico_weights(Temporal::Dense, random);
    weights.shape.temporal = Temporal::Depthwise;
    EXPECT_EQ(error_code([&] { LicoBlock{weights}; }), "E-KWS-011");
    EXPECT_EQ(error_code([&] { Int8LicoBlock(weights, kLicoScales); }), "E-KWS-011");
    weights.shape.expand = 0;
    EXPECT_EQ(error_code([&] { LicoBlock{weights}; }), "E-KWS-010");
    EXPECT_EQ(error_code([] { LicoBlock{LicoWeights{}}; }), "E-KWS-011");
}

TEST(FakeQuant, StopsTheGradientWhereInt8Clamps) {
    const std::vector<float> x{0, 0.25F, 127.4F, 127.5F, -129, INFINITY};
    const auto result = fake_quant(x, {1, 0});
    EXPECT_EQ(result.values, (std::vector<float>{0, 0, 127, 127, -128, 127}));
    EXPECT_EQ(result.gradient, (std::vector<float>{1, 1, 1, 0, 0, 0}));
    EXPECT_TRUE(fake_quant({}, {1, 0}).values.empty());
    EXPECT_EQ(error_code([] { fake_quant(std::vector<float>{NAN}, {}); }), "E-KWS-003");
    EXPECT_EQ(error_code([] { fake_quant({}, {0, 0}); }), "E-KWS-016");
}

TEST(QuantizeWeights, ScalesEachRowAndSparesZeroRows) {
    const std::vector<float> rows{-2.54F, 1.27F, 0, 0};
    const auto weights = quantize_weights(rows, 2);
    EXPECT_EQ(weights.values, (std::vector<std::int8_t>{-127, 64, 0, 0}));
    EXPECT_FLOAT_EQ(weights.scales[0], 0.02F);
    EXPECT_EQ(weights.scales[1], 1);
    EXPECT_EQ(error_code([&] { quantize_weights(rows, 0); }), "E-KWS-011");
    EXPECT_EQ(error_code([&] { quantize_weights(rows, 3); }), "E-KWS-011");
    EXPECT_EQ(error_code([] { quantize_weights(std::vector<float>{NAN}, 1); }), "E-KWS-013");
    const std::vector<float> bias{1e30F};
    EXPECT_EQ(quantize_bias(bias, {}, std::vector<float>{1})[0], 2147483647);
    EXPECT_EQ(error_code([&] { quantize_bias(bias, {}, {}); }), "E-KWS-011");
}

TEST(Int8Linear, GivesTheHandWorkedSums) {
    const Int8Linear layer({2, 1, 1, {3, -4}, {10}, {0.5F}, {1, 2}, {1, -1}});
    // 10 + 3 * (5 - 2) - 4 * (1 - 2) = 23; half of it rounds to 12, less 1.
    const std::vector<std::int8_t> x{5, 1};
    EXPECT_EQ(layer.sums(x), std::vector<std::int32_t>{23});
    EXPECT_EQ(layer.apply(x), std::vector<std::int8_t>{11});
    EXPECT_TRUE(layer.apply({}).empty());
    EXPECT_EQ(error_code([&] { layer.apply(std::vector<std::int8_t>(3)); }), "E-KWS-012");
    const Int8Linear full({1, 1, 1, {127}, {2147483647}, {1}, {1, -128}});
    EXPECT_EQ(full.sums(std::vector<std::int8_t>{127})[0], 2147483647);
}

TEST(Int8Linear, RefusesWrongParts) {
    const auto build = [](const Int8LinearSpec& spec) {
        return error_code([&] { Int8Linear{spec}; });
    };
    const Int8LinearSpec good{.weight = {1}, .bias = {0}, .weight_scales = {1}};
    EXPECT_EQ(build(good), "none");
    const auto with = [&](auto Int8LinearSpec::*part, auto value) {
        Int8LinearSpec spec = good;
        spec.*part = value;
        return build(spec);
    };
    using Spec = Int8LinearSpec;
    EXPECT_EQ(with(&Spec::in, 0), "E-KWS-010");
    EXPECT_EQ(with(&Spec::in, 2), "E-KWS-011");
    EXPECT_EQ(with(&Spec::bias, std::vector<std::int32_t>()), "E-KWS-011");
    EXPECT_EQ(with(&Spec::weight_scales, std::vector<float>()), "E-KWS-011");
    EXPECT_EQ(with(&Spec::weight_scales, std::vector<float>{NAN}), "E-KWS-016");
    EXPECT_EQ(with(&Spec::input, Int8Scale{1, 128}), "E-KWS-016");
    EXPECT_EQ(with(&Spec::low, 128), "E-KWS-016");
    EXPECT_EQ(with(&Spec::output, Int8Scale{1e-30F, 0}), "E-KWS-001");
}

TEST(Svdf, GivesTheHandWorkedSums) {
    // Two filters of rank 2 over two frames: (1 x_old + 2 x_new) + (3 * 2 x_old + 4 * 2 x_new).
    Svdf layer({{1, 1, 2, 2}, {1, 2}, {1, 2, 3, 4}, {-0.5F}, Activation::Relu});
    EXPECT_EQ(layer.push(std::vector<float>{1, 1, -9}), (std::vector<float>{9.5F, 16.5F, 0}));
    EXPECT_TRUE(std::ranges::equal(layer.state(), std::vector<float>{1, -9, 2, -18}));
    layer.reset();
    EXPECT_EQ(layer.push(std::vector<float>{1}), std::vector<float>{9.5F});
    EXPECT_TRUE(layer.push({}).empty());
    EXPECT_EQ(error_code([&] { layer.push(std::vector<float>{NAN}); }), "E-KWS-013");
}

TEST(Svdf, RefusesWrongSizes) {
    const auto build = [](const SvdfShape& shape, std::int64_t batch) {
        return error_code([&] { Svdf({shape, {1}, {1}, {1}}, batch); });
    };
    EXPECT_EQ(build({}, 1), "none");
    EXPECT_EQ(build({}, 0), "E-KWS-017");
    for (const SvdfShape shape : {SvdfShape{.units = 0}, SvdfShape{.projection = 1},
                                  SvdfShape{.units = 65536, .rank = 65536, .memory = 65536}})
        EXPECT_EQ(build(shape, 65536), "E-KWS-017");
    EXPECT_EQ(build({.inputs = 2}, 1), "E-KWS-011");
    Svdf layer({{.inputs = 2}, {1, 1}, {1}, {1}}, 2);
    EXPECT_EQ(error_code([&] { layer.push(std::vector<float>(2)); }), "E-KWS-012");
}

TEST(Int8Svdf, ChunksEqualTheWholeRunBitForBit) {
    std::mt19937 random(kSeed);
    for (const SvdfState type : {SvdfState::Int16, SvdfState::Int8}) {
        const bool is_wide = type == SvdfState::Int16;
        Int8SvdfWeights weights{{3, 2, 2, 4}, type};
        weights.feature = random_integers<std::int8_t>(12, 127, random);
        weights.time = random_integers<std::int16_t>(16, is_wide ? 32767 : 127, random);
        weights.bias = random_integers<std::int32_t>(2, 1000, random);
        weights.feature_scale = 0.01F;
        weights.time_scale = is_wide ? 3e-5F : 0.01F;
        weights.state.scale = is_wide ? 1e-4F : 0.03F;
        weights.output = {0.05F, 4};
        Int8Svdf layer(weights, 2);
        const auto x = random_integers<std::int8_t>(12 * 6, 127, random);
        expect_streaming(layer, x, 6, random,
                         [&](std::span<const std::int8_t> chunk) { return layer.push(chunk); });
    }
}

TEST(Int8Svdf, RefusesWrongParts) {
    using Weights = Int8SvdfWeights;
    const Weights good{.feature = {1}, .time = {1000}, .bias = {0}};
    const auto with = [&](auto Weights::*part, auto value) {
        Weights weights = good;
        weights.*part = value;
        return error_code([&] { Int8Svdf{weights}; });
    };
    EXPECT_EQ(with(&Weights::time_scale, 1), "none");
    EXPECT_EQ(with(&Weights::time_scale, 0), "E-KWS-017");
    EXPECT_EQ(with(&Weights::bias, std::vector<std::int32_t>()), "E-KWS-011");
    EXPECT_EQ(with(&Weights::state, Int8Scale{1, 1}), "E-KWS-017");
    EXPECT_EQ(with(&Weights::output, Int8Scale{1, -129}), "E-KWS-017");
    EXPECT_EQ(with(&Weights::state_type, SvdfState::Int8), "E-KWS-017");
    EXPECT_EQ(with(&Weights::state, Int8Scale{1e-30F, 0}), "E-KWS-001");
}

TEST(Detection, CountsAnAlarmOnceInItsPause) {
    const std::vector<double> scores{0, 1, 1, 1, 0, 1};
    EXPECT_EQ(smooth_scores(scores, 2), (std::vector<double>{0, 0.5, 1, 1, 0.5, 0.5}));
    EXPECT_EQ(alarms(scores, 1, 0), (std::vector<std::size_t>{1, 2, 3, 5}));
    EXPECT_EQ(alarms(scores, 1, 2), (std::vector<std::size_t>{1, 3, 5}));
    EXPECT_EQ(alarms(scores, 1, INT64_MAX), std::vector<std::size_t>{1});
    EXPECT_TRUE(alarms({}, 1, 2).empty());
    EXPECT_TRUE(smooth_scores({}, 3).empty());
}

TEST(Detection, ReadsRejectsAtTheTarget) {
    const std::vector<double> positive{0.4, 0.6, 0.8, 0.9}, negative{0.1, 0.5, 0.7, 0.2},
        thresholds{0.9, 0.3, 0.6};
    const auto points = operating_points(positive, negative, thresholds, {.frames_per_second = 1});
    EXPECT_EQ(points[1].false_alarms, 2);
    EXPECT_DOUBLE_EQ(points[1].false_alarms_per_hour, 1800);
    EXPECT_EQ(points[2].false_rejects, 1);
    EXPECT_EQ(point_at(points, 900)->threshold, 0.6);
    EXPECT_DOUBLE_EQ(point_at(points, 0)->false_reject_rate, 0.75);
    EXPECT_FALSE(point_at(std::span(points).subspan(1, 1), 10).has_value());
    EXPECT_FALSE(point_at({}, 10).has_value());
}

TEST(Detection, RefusesWhatCannotBeMeasured) {
    const std::vector<double> one{0.5}, none, bad{NAN};
    const auto measure = [&](const auto& positive, const auto& negative, DetectionRule rule) {
        return error_code([&] { operating_points(positive, negative, one, rule); });
    };
    EXPECT_EQ(measure(one, one, {}), "none");
    EXPECT_EQ(measure(none, one, {}), "E-KWS-019");
    EXPECT_EQ(measure(one, none, {}), "E-KWS-019");
    EXPECT_EQ(measure(bad, one, {}), "E-KWS-013");
    EXPECT_EQ(measure(one, bad, {}), "E-KWS-013");
    for (const DetectionRule rule : {DetectionRule{.frames_per_second = 0},
                                     DetectionRule{.smooth = 0}, DetectionRule{.refractory = -1}})
        EXPECT_EQ(measure(one, one, rule), "E-KWS-018");
    EXPECT_EQ(error_code([&] { alarms(one, NAN, 0); }), "E-KWS-018");
}

}  // namespace
}  // namespace millrace::ops
