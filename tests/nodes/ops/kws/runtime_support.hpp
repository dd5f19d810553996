// What the tests of the runtime share: networks in memory of their own, and random ones with what
// they must give. Each source is built twice, for AVX2 and for the plain path.
#pragma once

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

}  // namespace
}  // namespace millrace::ops
