#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <new>
#include <string>
#include <vector>

#include "engine/random.hpp"
#include "nodes/ops/kws/int8_layers.hpp"
#include "nodes/ops/kws/lico_block.hpp"
#include "nodes/ops/kws/network_file.hpp"
#include "nodes/ops/kws/svdf.hpp"

// Only the runtime is built for AVX2, so that no other function of the program is.
#if defined(__x86_64__) && !defined(MILLRACE_KWS_SCALAR)
#pragma GCC push_options
#pragma GCC target("avx2")
#define MILLRACE_KWS_AVX2 1
#include "nodes/ops/kws_runtime/kws_runtime.hpp"
#pragma GCC pop_options
#define KWS_SUITE KwsRuntimeAvx2
#else
#include "nodes/ops/kws_runtime/kws_runtime.hpp"
static_assert(MILLRACE_KWS_AVX2 == 0);
#define KWS_SUITE KwsRuntimeScalar
#endif
#define KWS_TEST(name) KWS_TEST_OF(KWS_SUITE, name)
#define KWS_TEST_OF(suite, name) TEST_F(suite, name)

namespace millrace::ops {
namespace {

using Bytes = std::vector<std::int8_t>;

class KWS_SUITE : public ::testing::Test {
protected:
    void SetUp() override {
#if MILLRACE_KWS_AVX2
        if (!__builtin_cpu_supports("avx2")) GTEST_SKIP() << "no AVX2 here";
#endif
    }
};

/// Exactly as many bytes as asked for, so that a sanitizer sees each step over the end.
struct Block {
    explicit Block(std::size_t size)
        : data(static_cast<char*>(::operator new (size, std::align_val_t{32}))) {}
    Block(const Block&) = delete;
    ~Block() { ::operator delete (data, std::align_val_t{32}); }
    char* data;
};

/// A network file, opened and started.
struct Running {
    explicit Running(const std::string& bytes) : file(bytes.size()) {
        std::memcpy(file.data, bytes.data(), bytes.size());
        status = kws::open(file.data, bytes.size(), network);
        if (status != kws::Status::Ok || kws::arena_bytes(network) > 1U << 28) return;
        arena = std::make_unique<Block>(kws::arena_bytes(network));
        status = kws::start(network, arena->data, kws::arena_bytes(network));
    }
    explicit Running(const Int8Network& network) : Running(network_bytes(network)) {}

    /// Outputs of frames one after the other.
    Bytes push(const Bytes& frames) {
        const std::size_t in = kws::input_width(network), out = kws::output_width(network);
        Bytes result;
        for (std::size_t at = 0; at + in <= frames.size(); at += in) {
            Block frame(in);
            std::memcpy(frame.data, frames.data() + at, in);
            const auto* y = kws::step(network, reinterpret_cast<std::int8_t*>(frame.data));
            result.insert(result.end(), y, y + out);
        }
        return result;
    }

    Block file;
    std::unique_ptr<Block> arena;
    kws::Network network;
    kws::Status status = kws::Status::NotOpen;
};

template <class T>
std::vector<T> integers(std::size_t count, int most, engine::Random& random) {
    std::vector<T> values(count);
    for (T& value : values) value = T(int(random.below(2 * most + 1)) - most);
    return values;
}

Bytes frames(std::size_t count, engine::Random& random) {
    Bytes values(count);
    for (auto& value : values) value = std::int8_t(int(random.below(256)) - 128);
    return values;
}

std::vector<float> floats(std::size_t count, engine::Random& random) {
    std::vector<float> values(count);
    for (float& value : values) value = float(random.uniform(-1, 1));
    return values;
}

Int8Scale scale(engine::Random& random) {
    return {float(random.uniform(0.005, 0.1)), int(random.below(256)) - 128};
}

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

/// Plain loops over frames, positions and taps; frames before the first are the zero point.
Bytes plain_conv(const Int8Layer& l, const Bytes& x, int zero, const Bytes& weight,
                 const std::vector<std::int32_t>& bias) {
    const int width = int(l.positions_in * l.channels_in), steps = int(x.size()) / width;
    const bool is_dense = l.kind == Int8Kind::Conv;
    Bytes out;
    for (int t = 0; t < steps; ++t) {
        for (int p = 0; p < int(l.positions_out); ++p) {
            for (int o = 0; o < int(l.channels_out); ++o) {
                std::int32_t sum = bias[o];
                for (int j = 0; j < int(l.kernel_time); ++j) {
                    for (int f = 0; f < int(l.kernel_freq); ++f) {
                        const int at = p * int(l.stride_freq) + f - int(l.pad_low);
                        const int frame = t - int(l.kernel_time) + 1 + j;
                        if (frame < 0 || at < 0 || at >= int(l.positions_in)) continue;
                        const int tap = j * int(l.kernel_freq) + f, c = int(l.channels_in);
                        const int taps = int(l.kernel_time * l.kernel_freq);
                        for (int i = is_dense ? 0 : o; i < (is_dense ? c : o + 1); ++i) {
                            const int w =
                                is_dense ? weight[(o * taps + tap) * c + i] : weight[tap * c + i];
                            sum += w * (x[frame * width + at * c + i] - zero);
                        }
                    }
                }
                const int y = requantize(sum, l.multipliers[o], Rounding::Double);
                out.push_back(std::int8_t(std::clamp(y + l.output.zero_point, l.low, l.high)));
            }
        }
    }
    return out;
}

/// A random convolution over time and positions, and the mean of its positions.
Int8Network random_conv(engine::Random& random, Bytes& x, Bytes& expected) {
    const auto some = [&](std::uint32_t most) { return std::uint32_t(1 + random.below(most)); };
    Int8Layer l{.kind = random.chance(0.5) ? Int8Kind::Conv : Int8Kind::DepthwiseConv,
                .name = "conv",
                .positions_in = some(9),
                .channels_in = some(20),
                .kernel_time = some(4),
                .kernel_freq = some(4),
                .stride_freq = some(3),
                .pad_low = std::uint32_t(random.below(4)),
                .pad_high = std::uint32_t(random.below(3)),
                .output = scale(random),
                .low = -120};
    l.kernel_freq = std::min(l.kernel_freq, l.positions_in);
    l.positions_out = (l.positions_in + l.pad_low + l.pad_high - l.kernel_freq) / l.stride_freq + 1;
    const bool is_dense = l.kind == Int8Kind::Conv;
    l.channels_out = is_dense ? some(20) : l.channels_in;
    const std::size_t taps = l.kernel_time * l.kernel_freq;
    l.weight = frames(taps * l.channels_in * (is_dense ? l.channels_out : 1), random);
    const auto bias = integers<std::int32_t>(l.channels_out, 4000, random);
    const Int8Scale input = scale(random), mean = scale(random);
    l.bias = is_dense ? folded_bias(l.weight, bias, input.zero_point)
                      : folded_depthwise_bias(l.weight, bias, input.zero_point);
    for (std::uint32_t o = 0; o < l.channels_out; ++o)
        l.multipliers.push_back(fixed_multiplier(random.uniform(1e-4, 0.02)));
    x = frames(std::size_t{l.positions_in} * l.channels_in * 12, random);
    const Bytes y = plain_conv(l, x, input.zero_point, l.weight, bias);
    const auto by = mean_multipliers(l.output, l.positions_out, mean);
    const std::size_t width = l.positions_out * l.channels_out;
    for (std::size_t t = 0; t < 12; ++t) {
        for (std::uint32_t c = 0; c < l.channels_out; ++c) {
            int sum = 0;
            for (std::uint32_t p = 0; p < l.positions_out; ++p)
                sum += y[t * width + p * l.channels_out + c] - l.output.zero_point;
            const int q = requantize(sum, by[0], Rounding::Double) + mean.zero_point;
            expected.push_back(std::int8_t(std::clamp(q, -128, 127)));
        }
    }
    const Int8Layer pool{.kind = Int8Kind::Mean,
                         .name = "mean",
                         .source_a = 1,
                         .positions_in = l.positions_out,
                         .channels_in = l.channels_out,
                         .channels_out = l.channels_out,
                         .output = mean,
                         .multipliers = by};
    return {.input_positions = l.positions_in,
            .input_channels = l.channels_in,
            .input = input,
            .layers = {l, pool},
            .labels = {"yes", "no"},
            .metadata = "{}"};
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

KWS_TEST(RefusesDamagedFiles) {
    engine::Random random(16, "damage", 0);
    Bytes x, expected;
    const std::string whole = network_bytes(random_conv(random, x, expected));
    for (std::size_t size = 0; size < whole.size(); ++size)
        ASSERT_NE(Running(whole.substr(0, size)).status, kws::Status::Ok) << size;
    EXPECT_EQ(Running(whole.substr(0, 100)).status, kws::Status::Truncated);
    const auto with = [&](std::size_t word, std::uint32_t value) {
        std::string bytes = whole;
        std::memcpy(bytes.data() + word * 4, &value, 4);
        return Running(bytes).status;
    };
    constexpr std::size_t first = 16, second = 48;  // words where the layers' records begin
    EXPECT_EQ(with(0, 0), kws::Status::NotANetwork);
    EXPECT_EQ(with(1, 2), kws::Status::WrongVersion);
    EXPECT_EQ(with(3, 0), kws::Status::BadLayer);
    EXPECT_EQ(with(3, 0xFFFFFFFF), kws::Status::BadLayer);
    EXPECT_EQ(with(4, 0xFFFFFFF0), kws::Status::BadOffset);
    EXPECT_EQ(with(5, 3), kws::Status::BadLabels);
    EXPECT_EQ(with(first, 9), kws::Status::BadLayer);
    EXPECT_EQ(with(first + 1, 1), kws::Status::BadSource);
    EXPECT_EQ(with(second + 1, 2), kws::Status::BadSource);
    EXPECT_EQ(with(second + 1, 0xFFFFFFFF), kws::Status::BadSource);
    for (std::size_t word = 4; word <= 12; ++word) {
        EXPECT_EQ(with(first + word, 0xFFFFFFFF), kws::Status::BadShape) << word;
        EXPECT_NE(with(first + word, 0x10000), kws::Status::Ok) << word;
    }
    EXPECT_EQ(with(first + 13, 0x7FC00000), kws::Status::BadScale);  // NaN
    EXPECT_EQ(with(first + 14, 128), kws::Status::BadScale);
    EXPECT_EQ(with(first + 17, 0xFFFFFFF0), kws::Status::BadOffset);
    EXPECT_EQ(with(first + 17, 65), kws::Status::BadOffset);
    kws::Network network;
    EXPECT_EQ(kws::open(nullptr, 1000, network), kws::Status::Misaligned);
    EXPECT_EQ(kws::step(network, x.data()), nullptr);
    EXPECT_EQ(kws::start(network, nullptr, 0), kws::Status::NotOpen);
    Block moved(whole.size() + 8);
    std::memcpy(moved.data + 8, whole.data(), whole.size());
    EXPECT_EQ(kws::open(moved.data + 8, whole.size(), network), kws::Status::Misaligned);
    Running running(whole);
    const std::size_t need = kws::arena_bytes(running.network);
    Block arena(need + 8);
    EXPECT_EQ(kws::start(running.network, arena.data, need - 1), kws::Status::ArenaTooSmall);
    EXPECT_EQ(kws::start(running.network, arena.data + 8, need), kws::Status::Misaligned);
    EXPECT_EQ(kws::step(running.network, x.data()), nullptr);
}

KWS_TEST(NoMutationReadsOutside) {
    engine::Random random(17, "mutations", 0);
    int accepted = 0;
    for (int round = 0; round < 10000; ++round) {
        Bytes x, expected;
        engine::Random same(18, "file", round % 20);
        Int8Network source = random_conv(same, x, expected);
        if (round % 2 == 0) {
            const std::uint32_t in = source.layers[1].channels_out;
            source.layers.push_back({.kind = Int8Kind::Svdf,
                                     .source_a = 2,
                                     .discipline = SvdfDiscipline(round / 2 % 2),
                                     .channels_in = in,
                                     .channels_out = 3,
                                     .kernel_time = 3,
                                     .kernel_freq = 2,
                                     .weight = frames(6 * in, same),
                                     .time = integers<std::int16_t>(18, 32767, same),
                                     .feature_bias = std::vector<std::int32_t>(6),
                                     .bias = std::vector<std::int32_t>(3),
                                     .multipliers = {{1 << 30, -5}, {1 << 30, -20}}});
        }
        std::string bytes = network_bytes(source);
        const std::size_t head = 64 + 128 * source.layers.size();
        for (std::uint64_t flips = 1 + random.below(3); flips > 0; --flips) {
            const std::uint64_t at = random.below(random.chance(0.8) ? head : bytes.size());
            bytes[at] = char(random.below(random.chance(0.5) ? 256 : 20));
        }
        Running running(bytes);
        if (running.status != kws::Status::Ok || running.arena == nullptr) continue;
        ++accepted;
        running.push(frames(3 * kws::input_width(running.network), random));
    }
    EXPECT_GT(accepted, 100);
}

}  // namespace
}  // namespace millrace::ops
