#include "tests/nodes/ops/kws/runtime_support.hpp"

namespace millrace::ops {
namespace {

/// A linear layer over `kernel` frames from float weights [out][kernel * in] as Int8LicoBlock has.
Int8Layer linear(std::uint32_t in, std::uint32_t kernel, const std::vector<float>& weight,
                 const std::vector<float>& bias, Int8Scale from, Int8Scale to) {
    const Int8Weights w = quantize_weights(weight, std::int64_t(bias.size()));
    Int8Layer layer{
        .channels_in = in,
        .channels_out = std::uint32_t(bias.size()),
        .kernel_time = kernel,
        .output = to,
        .weight = w.values,
        .bias = folded_bias(w.values, quantize_bias(bias, from, w.scales), from.zero_point)};
    for (const float s : w.scales)
        layer.multipliers.push_back(fixed_multiplier(double{from.scale} * s / to.scale));
    return layer;
}

KWS_TEST(LicoBlockGivesTheSameIntegers) {
    engine::Random random(11, "lico", 0);
    for (const std::int64_t channels : {1, 3, 8, 31, 32, 33}) {
        for (const std::int64_t kernel : {1, 2, 5}) {
            for (const Temporal temporal : {Temporal::Dense, Temporal::Depthwise}) {
                const LicoShape shape{channels, kernel, 3, temporal};
                const auto some = [&](std::int64_t n) { return floats(std::size_t(n), random); };
                const LicoWeights weights{shape,
                                          some(temporal_conv(shape).weight_count()),
                                          some(channels),
                                          some(3 * channels * channels),
                                          some(3 * channels),
                                          some(3 * channels * channels),
                                          some(channels)};
                const LicoScales scales{
                    scale(random), {float(6.0 / 255), -128}, scale(random), scale(random)};
                Int8LicoBlock block(weights, scales);
                const auto c = std::uint32_t(channels), k = std::uint32_t(kernel);
                const bool is_dense = temporal == Temporal::Dense;
                Int8Layer first = linear(
                    c, k,
                    is_dense ? linearize(temporal_conv(shape), weights.temporal) : weights.temporal,
                    weights.temporal_bias, scales.input, scales.relu6);
                if (!is_dense) {
                    first.kind = Int8Kind::DepthwiseConv;
                    const Bytes rows = first.weight;
                    for (std::size_t o = 0; o < c; ++o) {
                        for (std::size_t j = 0; j < k; ++j)
                            first.weight[j * c + o] = rows[o * k + j];
                    }
                }
                Int8Layer expand =
                    linear(c, 1, weights.expand, weights.expand_bias, scales.relu6, scales.relu6);
                Int8Layer project = linear(3 * c, 1, weights.project, weights.project_bias,
                                           scales.relu6, scales.project);
                expand.source_a = 1;
                project.source_a = 2;
                const Int8Layer sum{
                    .kind = Int8Kind::Add,
                    .source_a = 0,
                    .source_b = 3,
                    .channels_in = c,
                    .channels_out = c,
                    .output = scales.out,
                    .multipliers = add_multipliers(scales.input, scales.project, scales.out)};
                Running running(Int8Network{.input_channels = c,
                                            .input = scales.input,
                                            .layers = {first, expand, project, sum}});
                ASSERT_EQ(running.status, kws::Status::Ok);
                for (int pass = 0; pass < 2; ++pass) {
                    const Bytes x = frames(std::size_t(channels) * 40, random);
                    EXPECT_EQ(running.push(x), block.push(x).out) << channels << " " << kernel;
                    kws::reset(running.network);
                    block.reset();
                }
            }
        }
    }
}

KWS_TEST(SvdfGivesTheSameIntegers) {
    engine::Random random(12, "svdf", 0);
    int wide = 0, narrow = 0;
    for (int round = 0; round < 300; ++round) {
        const std::int64_t sizes[] = {1, 2, 3, 8, 16, 31, 33, 40};
        const std::int64_t memories[] = {1, 2, 3, 10, 16, 17, 33};
        const SvdfShape shape{sizes[random.below(8)], sizes[random.below(8)],
                              std::int64_t(1 + random.below(3)), memories[random.below(7)]};
        const std::size_t filters = shape.units * shape.rank;
        const int most = round % 2 == 0 ? 32767 : 900;
        Int8SvdfWeights weights{
            .shape = shape,
            .feature = integers<std::int8_t>(filters * shape.inputs, 127, random),
            .time = integers<std::int16_t>(filters * shape.memory, most, random),
            .bias = integers<std::int32_t>(shape.units, 1 << 24, random),
            .feature_scale = float(random.uniform(0.001, 0.02)),
            .time_scale = float(random.uniform(0.5, 4.0)) / float(most),
            .input = scale(random),
            // States that reach the ends of int16, and sometimes a shift to the left.
            .state = {round % 5 == 0 ? 1e-5F : float(random.uniform(1e-4, 1e-3)), 0},
            .output = scale(random)};
        for (const SvdfDiscipline discipline : {SvdfDiscipline::Move, SvdfDiscipline::Ring}) {
            Int8Svdf svdf(weights);
            const auto in = std::uint32_t(shape.inputs);
            Int8Layer layer{.kind = Int8Kind::Svdf,
                            .discipline = discipline,
                            .channels_in = in,
                            .channels_out = std::uint32_t(shape.units),
                            .kernel_time = std::uint32_t(shape.memory),
                            .kernel_freq = std::uint32_t(shape.rank),
                            .output = weights.output,
                            .weight = weights.feature,
                            .time = weights.time,
                            .bias = weights.bias};
            layer.feature_bias = folded_bias(layer.weight, std::vector<std::int32_t>(filters),
                                             weights.input.zero_point);
            layer.multipliers =
                svdf_multipliers(weights.input.scale, weights.feature_scale, weights.state.scale,
                                 weights.time_scale, weights.output.scale);
            Running running(
                Int8Network{.input_channels = in, .input = weights.input, .layers = {layer}});
            ASSERT_EQ(running.status, kws::Status::Ok);
            ++(running.network.plans[0].is_wide ? wide : narrow);
            const Bytes x = frames(shape.inputs * 2 * (shape.memory + 3), random);
            EXPECT_EQ(running.push(x), svdf.push(x)) << round;
            kws::reset(running.network);
            svdf.reset();
            EXPECT_EQ(running.push(x), svdf.push(x)) << round;
        }
    }
    EXPECT_GT(wide, 50);
    EXPECT_GT(narrow, 50);
}

KWS_TEST(LinearAndAddGiveTheSameIntegers) {
    engine::Random random(13, "linear", 0);
    for (const std::uint32_t in : {1U, 3U, 15U, 16U, 31U, 33U, 100U}) {
        for (const std::uint32_t out : {1U, 3U, 7U, 8U, 9U, 31U, 33U}) {
            Int8LinearSpec spec{.in = in,
                                .out = out,
                                .weight = frames(std::size_t{in} * out, random),
                                .bias = integers<std::int32_t>(out, 5000, random),
                                .input = scale(random),
                                .output = scale(random),
                                .low = -100,
                                .high = 90};
            // From shifts to the left, which saturate, to multipliers that are 0.
            for (std::uint32_t o = 0; o < out; ++o)
                spec.weight_scales.push_back(float(std::exp2(random.uniform(-45, 20))));
            const Int8Linear reference(spec);
            const Int8Layer layer{
                .channels_in = in,
                .channels_out = out,
                .output = spec.output,
                .low = spec.low,
                .high = spec.high,
                .weight = spec.weight,
                .bias = folded_bias(spec.weight, spec.bias, spec.input.zero_point),
                .multipliers = reference.multipliers()};
            Int8Network network{.input_channels = in, .input = spec.input, .layers = {layer}};
            const Bytes x = frames(in * 20, random);
            const Bytes y = reference.apply(x);
            EXPECT_EQ(Running(network).push(x), y) << in << " " << out;
            if (in != out) continue;
            const Int8Scale sum = scale(random);
            network.layers.push_back(
                {.kind = Int8Kind::Add,
                 .source_a = 1,
                 .source_b = 0,
                 .channels_in = in,
                 .channels_out = in,
                 .output = sum,
                 .multipliers = add_multipliers(spec.output, spec.input, sum)});
            EXPECT_EQ(Running(network).push(x), int8_add(y, spec.output, x, spec.input, sum));
        }
    }
}

KWS_TEST(ConvOverPositionsAndMeanEqualPlainLoops) {
    engine::Random random(14, "conv", 0);
    for (int round = 0; round < 300; ++round) {
        Bytes x, expected;
        const Int8Network network = random_conv(random, x, expected);
        Running running(network);
        ASSERT_EQ(running.status, kws::Status::Ok);
        EXPECT_EQ(running.push(x), expected) << round;
    }
}

KWS_TEST(TellsWhatItHolds) {
    engine::Random random(15, "info", 0);
    Bytes x, expected;
    const Int8Network network = random_conv(random, x, expected);
    Running running(network);
    const kws::Network& n = running.network;
    EXPECT_EQ(kws::input_width(n), network.input_positions * network.input_channels);
    EXPECT_EQ(kws::output_width(n), network.layers[1].channels_out);
    EXPECT_EQ(kws::input_scale(n), network.input.scale);
    EXPECT_EQ(kws::output_zero_point(n), network.layers[1].output.zero_point);
    EXPECT_STREQ(kws::label(n, 1), "no");
    EXPECT_STREQ(kws::label(n, 2), "");
    EXPECT_EQ(std::string(kws::layer_name(n, 0).data, kws::layer_name(n, 0).bytes), "conv");
    EXPECT_EQ(kws::layer_info(n, 2), nullptr);
    EXPECT_EQ(kws::metadata(n).bytes, 2U);
    EXPECT_EQ(kws::state_bytes(n, 0), network_cost(network).layers[0].state_bytes);
    EXPECT_STREQ(kws::status_name(kws::Status::BadSource),
                 "layer reads a layer that is not before it");
}

}  // namespace
}  // namespace millrace::ops
