#include "nodes/ops/kernels/kv_cache.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "engine/random.hpp"
#include "tests/nodes/ops/error_code.hpp"

namespace millrace::ops {
namespace {

using Floats = std::vector<float>;
using testing::error_code;

Floats normals(std::int64_t count, std::int64_t seed) {
    engine::Random random(7, "cache", seed);
    Floats values(count);
    for (float& value : values) value = static_cast<float>(random.normal());
    return values;
}

/// The paths that read a cache.
std::vector<KernelPath> paths() { return available_paths(); }

/// LLM-QAT's fake quantization of one token.
Floats fake_quantized(const Floats& values, float levels) {
    float most = 0;
    for (const float value : values) most = std::max(most, std::abs(value));
    const float scale = levels / (most + 1e-6F);
    Floats result;
    for (const float value : values) {
        result.push_back(std::nearbyint(value * scale) / (scale + 1e-6F));
    }
    return result;
}

/// One head turned by its position, in double precision.
std::vector<double> turned(const float* head, int width, std::int64_t position, Rotary rotary) {
    std::vector<double> result(head, head + width);
    if (rotary == Rotary::Off) return result;
    for (int i = 0; i < width / 2; ++i) {
        const double angle = static_cast<double>(position) / std::pow(10000.0, 2.0 * i / width);
        const int a = rotary == Rotary::SplitHalves ? i : 2 * i,
                  b = rotary == Rotary::SplitHalves ? i + width / 2 : 2 * i + 1;
        result[a] = head[a] * std::cos(angle) - head[b] * std::sin(angle);
        result[b] = head[b] * std::cos(angle) + head[a] * std::sin(angle);
    }
    return result;
}

struct Filled {
    KvCache cache;
    std::vector<Floats> keys, values;  ///< as quantized
};

Filled filled(const KvCacheShape& shape, int tokens) {
    Filled result{KvCache(shape), {}, {}};
    const std::int64_t width = std::int64_t{shape.heads} * shape.head_width;
    const float levels = shape.bits == CacheBits::Four ? 7 : 127;
    for (int t = 0; t < tokens; ++t) {
        const Floats key = normals(width, 2 * t), value = normals(width, 2 * t + 1);
        result.cache.append(key, value);
        result.keys.push_back(fake_quantized(key, levels));
        result.values.push_back(fake_quantized(value, levels));
    }
    return result;
}

void expect_attention(const KvCacheShape& shape, int tokens, int threads) {
    const Filled data = filled(shape, tokens);
    const int width = shape.head_width, group = shape.query_heads / shape.heads;
    const Floats query = normals(std::int64_t{shape.query_heads} * width, 1000);
    const Floats weights = normals(std::int64_t{shape.query_heads} * tokens, 1001);
    ProductWorkspace workspace;
    for (const KernelPath path : paths()) {
        Floats scores(weights.size(), 99), out(query.size(), 99);
        data.cache.scores(query, tokens - 1, 0.25F, scores, workspace, {threads, path});
        data.cache.weighted_sum(weights, out, workspace, {threads, path});
        for (int h = 0; h < shape.query_heads; ++h) {
            const auto q = turned(query.data() + h * width, width, tokens - 1, shape.rotary);
            for (int t = 0; t < tokens; ++t) {
                const auto k =
                    turned(data.keys[t].data() + h / group * width, width, t, shape.rotary);
                double sum = 0;
                for (int i = 0; i < width; ++i) sum += q[i] * k[i];
                ASSERT_NEAR(scores[h * tokens + t], 0.25 * sum, 5e-5)
                    << name_of(path) << " head " << h << " token " << t;
            }
            for (int i = 0; i < width; ++i) {
                double sum = 0;
                for (int t = 0; t < tokens; ++t) {
                    sum += static_cast<double>(weights[h * tokens + t]) *
                           data.values[t][h / group * width + i];
                }
                ASSERT_NEAR(out[h * width + i], sum, 1e-4) << name_of(path) << " head " << h;
            }
        }
    }
}

TEST(KvCache, AttentionEqualsThatOverFakeQuantizedKeysAndValues) {
    for (const CacheBits bits : {CacheBits::Four, CacheBits::Eight}) {
        for (const Rotary rotary : {Rotary::Off, Rotary::SplitHalves, Rotary::Interleaved}) {
            for (const int width : {2, 6, 8, 16, 22, 64, 128}) {
                expect_attention({.capacity = 80,
                                  .query_heads = 4,
                                  .heads = 2,
                                  .head_width = width,
                                  .bits = bits,
                                  .rotary = rotary},
                                 75, 2);
            }
            expect_attention({.capacity = 9,
                              .query_heads = 3,
                              .heads = 3,
                              .head_width = 32,
                              .bits = bits,
                              .rotary = rotary},
                             9, 1);
        }
    }
}

TEST(KvCache, LatePositionsTurnByExactAngles) {
    constexpr int kTokens = 6000, kWidth = 4;
    for (const Rotary rotary : {Rotary::SplitHalves, Rotary::Interleaved}) {
        const Filled data = filled({.capacity = kTokens,
                                    .query_heads = 1,
                                    .heads = 1,
                                    .head_width = kWidth,
                                    .bits = CacheBits::Eight,
                                    .rotary = rotary},
                                   kTokens);
        const Floats query = normals(kWidth, 1000);
        const auto q = turned(query.data(), kWidth, kTokens - 1, rotary);
        ProductWorkspace workspace;
        Floats scores(kTokens);
        data.cache.scores(query, kTokens - 1, 1, scores, workspace);
        for (int t = 0; t < kTokens; ++t) {
            const auto k = turned(data.keys[t].data(), kWidth, t, rotary);
            double sum = 0;
            for (int i = 0; i < kWidth; ++i) sum += q[i] * k[i];
            // Angles in float32 would be off by up to 3e-4.
            ASSERT_NEAR(scores[t], sum, 1e-5) << "token " << t;
        }
    }
}

TEST(KvCache, ReadingGivesCodesTimesScale) {
    KvCache cache({.capacity = 2, .query_heads = 1, .heads = 1, .head_width = 4});
    // With 1e-6 added the greatest is 7 and the factor 1, so that halves are ties.
    constexpr float kMost = 6.999999F;
    cache.append(Floats{kMost, -kMost, 0.5F, 1.5F}, Floats{0, 0, 0, 0});
    Floats key(4), value(4, 1);
    cache.read(0, key, value);
    const float scale = 1.0F / (1.0F + 1e-6F);
    EXPECT_EQ(key, (Floats{7 * scale, -7 * scale, 0, 2 * scale}));
    EXPECT_EQ(value, (Floats{0, 0, 0, 0}));
}

TEST(KvCache, ATokenTakesTheBytesOfItsCodesAndScales) {
    const auto bytes = [](CacheBits bits) {
        return KvCache(
                   {.capacity = 1, .query_heads = 32, .heads = 32, .head_width = 128, .bits = bits})
            .bytes_a_token();
    };
    EXPECT_EQ(bytes(CacheBits::Four), 2 * (4096 / 2 + 4));
    EXPECT_EQ(bytes(CacheBits::Eight), 2 * (4096 + 4));
}

TEST(KvCache, AppendingChangesNoOlderTokenAndTruncatingForgets) {
    Filled data = filled({.capacity = 4, .query_heads = 2, .heads = 2, .head_width = 8}, 2);
    Floats key(16), value(16), later_key(16), later_value(16);
    data.cache.read(0, key, value);
    data.cache.append(Floats(16, 1e4F), Floats(16, -1e4F));
    data.cache.read(0, later_key, later_value);
    EXPECT_EQ(key, later_key);
    EXPECT_EQ(value, later_value);
    data.cache.truncate(1);
    EXPECT_EQ(data.cache.size(), 1);
    EXPECT_EQ(error_code([&] { data.cache.read(1, key, value); }), "E-PACK-021");
    EXPECT_EQ(error_code([&] { data.cache.truncate(2); }), "E-PACK-021");
}

TEST(KvCache, AnEmptyCacheGivesNoScoresAndAZeroSum) {
    const KvCache cache({.capacity = 3, .query_heads = 2, .heads = 1, .head_width = 4});
    ProductWorkspace workspace;
    Floats none, out(8, 5);
    cache.scores(Floats(8, 1), 0, 1, none, workspace);
    cache.weighted_sum(none, out, workspace);
    EXPECT_EQ(out, Floats(8, 0));
}

TEST(KvCache, WhatDoesNotFitIsRefused) {
    const auto made = [](const KvCacheShape& shape) {
        return error_code([&] { const KvCache cache(shape); });
    };
    EXPECT_EQ(made({.capacity = 0, .query_heads = 1, .heads = 1, .head_width = 2}), "E-PACK-020");
    EXPECT_EQ(made({.capacity = 1, .query_heads = 3, .heads = 2, .head_width = 2}), "E-PACK-020");
    EXPECT_EQ(made({.capacity = 1, .query_heads = 1, .heads = 1, .head_width = 3}), "E-PACK-020");
    EXPECT_EQ(made({.capacity = 1, .query_heads = 1, .heads = 1, .head_width = 1026}),
              "E-PACK-020");
    EXPECT_EQ(made({.capacity = std::numeric_limits<std::int64_t>::max(),
                    .query_heads = 1,
                    .heads = 1,
                    .head_width = 2}),
              "E-PACK-020");
    KvCache cache({.capacity = 1, .query_heads = 1, .heads = 1, .head_width = 2});
    const Floats two = {1, 2}, three = {1, 2, 3}, bad = {1, std::nanf("")};
    EXPECT_EQ(error_code([&] { cache.append(two, three); }), "E-PACK-021");
    EXPECT_EQ(error_code([&] { cache.append(two, bad); }), "E-PACK-013");
    EXPECT_EQ(cache.size(), 0);
    cache.append(two, two);
    EXPECT_EQ(error_code([&] { cache.append(two, two); }), "E-PACK-022");
    ProductWorkspace workspace;
    Floats one(1), out(2);
    EXPECT_EQ(error_code([&] { cache.scores(two, 1, 1, one, workspace); }), "E-PACK-021");
    EXPECT_EQ(error_code([&] { cache.scores(three, 0, 1, one, workspace); }), "E-PACK-021");
    EXPECT_EQ(error_code([&] { cache.scores(two, 0, 1, out, workspace); }), "E-PACK-021");
    EXPECT_EQ(error_code([&] { cache.weighted_sum(two, out, workspace); }), "E-PACK-021");
    EXPECT_EQ(error_code([&] { cache.weighted_sum(one, out, workspace, {.threads = 0}); }),
              "E-PACK-017");
}

}  // namespace
}  // namespace millrace::ops
