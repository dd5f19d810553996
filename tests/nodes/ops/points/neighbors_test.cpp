#include "nodes/ops/points/neighbors.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/nodes/ops/error_code.hpp"

namespace millrace::ops {
namespace {

using Points = std::vector<types::Point>;
using Indices = std::vector<std::int32_t>;

const Points kLine = {{0, 0, 0}, {1, 0, 0}, {2, 0, 0}, {3, 0, 0}};

TEST(BallQuery, AscendingStrictAndFilledWithTheFirst) {
    const Points centers = {{2, 0, 0}, {0, 0, 0}, {50, 0, 0}};
    // Exactly one metre away is outside a radius of one.
    EXPECT_EQ(ball_query(centers, kLine, 1, 2), (Indices{2, 2, 0, 0, 0, 0}));
    EXPECT_EQ(ball_query(centers, kLine, 1.5, 4), (Indices{1, 2, 3, 1, 0, 1, 0, 0, 0, 0, 0, 0}));
    EXPECT_EQ(ball_query(centers, kLine, 100, 2), (Indices{0, 1, 0, 1, 0, 1}));
}

TEST(BallQuery, EmptyAndDegenerate) {
    const Points centers = {{0, 0, 0}};
    EXPECT_EQ(ball_query(centers, {}, 1, 2), (Indices{0, 0}));
    EXPECT_TRUE(ball_query({}, kLine, 1, 2).empty());
    EXPECT_TRUE(ball_query(centers, kLine, 1, 0).empty());
    EXPECT_EQ(ball_query(centers, kLine, -1, 1), (Indices{0}));
    EXPECT_EQ(ball_query(Points{{NAN, 0, 0}}, kLine, 9, 2), (Indices{0, 0}));
    EXPECT_EQ(ball_query(centers, Points{{NAN, 0, 0}, {0, 0, 0}}, 9, 2), (Indices{1, 1}));
    EXPECT_EQ(ball_query(centers, kLine, NAN, 1), (Indices{0}));
}

TEST(ThreeNearest, WeightsByHand) {
    // Squared distances 1, 4, 9 from x = -1: weights 1, 1/4, 1/9 over their sum 49/36.
    const ThreeNearest nearest = three_nearest(Points{{-1, 0, 0}}, kLine);
    EXPECT_EQ(nearest.indices[0], (std::array<std::int32_t, 3>{0, 1, 2}));
    EXPECT_NEAR(nearest.weights[0][0], 36.0 / 49, 1e-6);
    EXPECT_NEAR(nearest.weights[0][1], 9.0 / 49, 1e-6);
    EXPECT_NEAR(nearest.weights[0][2], 4.0 / 49, 1e-6);
    const std::vector<float> features = {49, 98, 147, 0, 1, 1, 1, 1};
    const auto values = interpolate_features(nearest, features, 2, 4);
    EXPECT_NEAR(values[0], 36 + 18 + 12, 1e-4);
    EXPECT_NEAR(values[1], 1, 1e-6);
}

TEST(ThreeNearest, OfEqualsTheLowerIndex) {
    const ThreeNearest nearest = three_nearest(Points{{1.5, 0, 0}}, kLine);
    EXPECT_EQ(nearest.indices[0], (std::array<std::int32_t, 3>{1, 2, 0}));
}

TEST(ThreeNearest, ACoincidentCentreTakesAll) {
    const ThreeNearest nearest = three_nearest(Points{{2, 0, 0}}, kLine);
    EXPECT_EQ(nearest.indices[0][0], 2);
    EXPECT_NEAR(nearest.weights[0][0], 1, 1e-9);
}

TEST(ThreeNearest, FewerThanThreeCentres) {
    const Points point = {{1, 0, 0}};
    const ThreeNearest of_one = three_nearest(point, Points{{0, 0, 0}});
    EXPECT_EQ(of_one.indices[0], (std::array<std::int32_t, 3>{0, 0, 0}));
    EXPECT_NEAR(of_one.weights[0][0], 1, 1e-6);
    const ThreeNearest of_none = three_nearest(point, {});
    EXPECT_EQ(of_none.weights[0], (std::array<float, 3>{0, 0, 0}));
    EXPECT_EQ(interpolate_features(of_none, {}, 2, 0), (std::vector<float>{0, 0}));
    EXPECT_TRUE(three_nearest({}, kLine).indices.empty());
}

TEST(ThreeNearest, NanPointsGetNoWeight) {
    const ThreeNearest nearest = three_nearest(Points{{NAN, 0, 0}}, kLine);
    EXPECT_EQ(nearest.weights[0], (std::array<float, 3>{0, 0, 0}));
    const ThreeNearest beside = three_nearest(Points{{0, 0, 0}}, Points{{NAN, 0, 0}, {1, 0, 0}});
    EXPECT_EQ(beside.indices[0][0], 1);
}

TEST(InterpolateFeatures, SizesAreChecked) {
    const ThreeNearest nearest = three_nearest(Points{{0, 0, 0}}, kLine);
    const std::vector<float> features(4, 1);
    EXPECT_EQ(testing::error_code([&] { interpolate_features(nearest, features, 2, 4); }),
              "E-SHAPE-022");
    EXPECT_EQ(testing::error_code(
                  [&] { interpolate_features(nearest, std::span(features).first(2), 1, 2); }),
              "E-SHAPE-022");
}

}  // namespace
}  // namespace millrace::ops
