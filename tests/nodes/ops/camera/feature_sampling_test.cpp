#include "nodes/ops/camera/feature_sampling.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/nodes/ops/error_code.hpp"

namespace millrace::ops {
namespace {

// One channel of 2 x 2 for an image of 4 x 4.
const std::vector<float> kSquare = {0, 10, 20, 30};
const FeatureMap kMap{kSquare, 1, 2, 2};

TEST(SampleFeatures, UpsampledByHand) {
    // Pixel 1 reads the map at (1 + 0.5) / 2 - 0.5 = 0.25; pixel 0 at -0.25, clamped to 0.
    const std::vector<Pixel> uv = {{0, 0}, {1, 0}, {1.99F, 0.99F}, {1, 1}, {3, 3}};
    const auto sampled = sample_features(kMap, uv, {4, 4}, FeatureSampling::UpsampleNearest);
    EXPECT_EQ(sampled.values, (std::vector<float>{0, 2.5, 2.5, 7.5, 30}));
    EXPECT_EQ(sampled.valid, (std::vector<std::uint8_t>{1, 1, 1, 1, 1}));
}

TEST(SampleFeatures, TruncationTakesTheMarginToTheFirstPixel) {
    const std::vector<Pixel> uv = {{-0.99F, -0.01F}, {-1, 0}, {3.99F, 0}, {4, 0}, {0, 4}, {0, -1}};
    const auto sampled = sample_features(kMap, uv, {4, 4}, FeatureSampling::UpsampleNearest);
    EXPECT_EQ(sampled.valid, (std::vector<std::uint8_t>{1, 0, 1, 0, 0, 0}));
    EXPECT_EQ(sampled.values, (std::vector<float>{0, 0, 10, 0, 0, 0}));
}

TEST(SampleFeatures, BilinearFadesToZeroOutside) {
    // Map positions: u 2.5 -> 1, so column 1 alone; u 0.5 -> 0; u -0.5 -> -0.5, half of it outside.
    const std::vector<Pixel> uv = {{2.5, 2.5}, {1.5, 0.5}, {3.5, 2.5}, {4.5, 2.5}, {5, 2}};
    const auto sampled = sample_features(kMap, uv, {4, 4}, FeatureSampling::BilinearZero);
    EXPECT_EQ(sampled.values, (std::vector<float>{30, 5, 15, 0, 0}));
    EXPECT_EQ(sampled.valid, (std::vector<std::uint8_t>{1, 1, 1, 0, 0}));
}

TEST(SampleFeatures, ChannelsAreTogetherForEachPoint) {
    const std::vector<float> values = {1, 2};
    const std::vector<Pixel> uv = {{0, 0}, {9, 9}, {0, 0}};
    const auto sampled =
        sample_features({values, 2, 1, 1}, uv, {5, 5}, FeatureSampling::UpsampleNearest);
    EXPECT_EQ(sampled.values, (std::vector<float>{1, 2, 0, 0, 1, 2}));
}

TEST(SampleFeatures, NoNumbersNoPixels) {
    const std::vector<Pixel> uv = {
        {NAN, 0}, {0, NAN}, {INFINITY, 0}, {-INFINITY, 0}, {3e38F, -3e38F}};
    for (const auto mode : {FeatureSampling::UpsampleNearest, FeatureSampling::BilinearZero}) {
        const auto sampled = sample_features(kMap, uv, {4, 4}, mode);
        EXPECT_EQ(sampled.values, std::vector<float>(5, 0));
        EXPECT_EQ(sampled.valid, std::vector<std::uint8_t>(5, 0));
        EXPECT_TRUE(sample_features(kMap, {}, {4, 4}, mode).values.empty());
        const std::vector<Pixel> inside = {{1, 1}};
        const auto empty_map = sample_features({{}, 3, 0, 0}, inside, {4, 4}, mode);
        EXPECT_EQ(empty_map.values, std::vector<float>(3, 0));
    }
}

TEST(SampleFeatures, AnUnusedNeighbourMayBeInfinite) {
    const std::vector<float> values = {1, INFINITY};
    const std::vector<Pixel> uv = {{0, 0}};
    const auto sampled =
        sample_features({values, 1, 1, 2}, uv, {2, 1}, FeatureSampling::UpsampleNearest);
    EXPECT_EQ(sampled.values[0], 1);
}

TEST(SampleFeatures, SizesAreChecked) {
    const auto code = [](const FeatureMap& map, ImageSize image) {
        return testing::error_code(
            [&] { sample_features(map, {}, image, FeatureSampling::BilinearZero); });
    };
    EXPECT_EQ(code({kSquare, 1, 2, 3}, {4, 4}), "E-SHAPE-020");
    EXPECT_EQ(code({kSquare, -1, -2, 2}, {4, 4}), "E-SHAPE-020");
    EXPECT_EQ(code(kMap, {0, 4}), "E-SHAPE-020");
    EXPECT_EQ(code(kMap, {4, 4}), "none");
}

TEST(Fuse, SumAndConcat) {
    const std::vector<float> image = {1, 2, 3, 4}, voxel = {10, 20, 30, 40};
    EXPECT_EQ(fuse_sum(image, voxel), (std::vector<float>{11, 22, 33, 44}));
    EXPECT_EQ(fuse_concat(image, voxel, 2), (std::vector<float>{1, 2, 10, 20, 3, 4, 30, 40}));
    EXPECT_EQ(fuse_concat(image, std::span(voxel).first(2), 2),
              (std::vector<float>{1, 2, 10, 3, 4, 20}));
    EXPECT_TRUE(fuse_concat({}, {}, 0).empty());
    EXPECT_EQ(testing::error_code([&] { fuse_sum(image, std::span(voxel).first(2)); }),
              "E-SHAPE-021");
    EXPECT_EQ(testing::error_code([&] { fuse_concat(image, voxel, 3); }), "E-SHAPE-021");
    EXPECT_EQ(testing::error_code([&] { fuse_concat(image, voxel, 0); }), "E-SHAPE-021");
}

}  // namespace
}  // namespace millrace::ops
