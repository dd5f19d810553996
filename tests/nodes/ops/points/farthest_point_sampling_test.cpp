#include "nodes/ops/points/farthest_point_sampling.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

namespace millrace::ops {
namespace {

using Points = std::vector<types::Point>;
using Indices = std::vector<std::int32_t>;

/// The definition, word by word.
Indices by_definition(const Points& points, std::size_t samples) {
    std::vector<float> distance(points.size(), 1e10F);
    Indices chosen = {0};
    while (chosen.size() < samples) {
        const types::Point& latest = points[chosen.back()];
        for (std::size_t i = 0; i < points.size(); ++i) {
            const float dx = points[i].x - latest.x, dy = points[i].y - latest.y,
                        dz = points[i].z - latest.z;
            distance[i] = std::min(distance[i], dx * dx + dy * dy + dz * dz);
        }
        chosen.push_back(std::int32_t(std::ranges::max_element(distance) - distance.begin()));
    }
    return chosen;
}

TEST(FarthestPointSampling, ByHand) {
    const Points points = {{0, 0, 0}, {1, 0, 0}, {10, 0, 0}, {4, 0, 0}};
    EXPECT_EQ(farthest_point_sampling(points, 4), (Indices{0, 2, 3, 1}));
    EXPECT_EQ(farthest_point_sampling(points, 1), (Indices{0}));
    EXPECT_TRUE(farthest_point_sampling(points, 0).empty());
    EXPECT_TRUE(farthest_point_sampling({}, 3).empty());
}

TEST(FarthestPointSampling, MoreSamplesThanPointsRepeatTheFirst) {
    EXPECT_EQ(farthest_point_sampling(Points{{1, 0, 0}, {2, 0, 0}}, 5), (Indices{0, 1, 0, 0, 0}));
    EXPECT_EQ(farthest_point_sampling(Points(3, {7, 7, 7}), 3), (Indices{0, 0, 0}));
}

TEST(FarthestPointSampling, PointsThatAreNotFiniteAreNeverChosen) {
    const Points points = {{NAN, 0, 0}, {0, 0, 0}, {INFINITY, 0, 0}, {5, 0, 0}, {0, 0, -INFINITY}};
    EXPECT_EQ(farthest_point_sampling(points, 3), (Indices{1, 3, 1}));
    EXPECT_TRUE(farthest_point_sampling(Points(2, {NAN, 0, 0}), 2).empty());
}

TEST(FarthestPointSampling, AgreesWithTheDefinitionOnRandomClouds) {
    std::mt19937 random(11);
    std::normal_distribution<float> normal(0, 5);
    for (const std::size_t count : {1u, 7u, 63u, 64u, 65u, 1000u, 3000u}) {
        Points points(count);
        for (types::Point& point : points) point = {normal(random), normal(random), normal(random)};
        const std::size_t samples = std::min<std::size_t>(count, 300);
        ASSERT_EQ(farthest_point_sampling(points, samples), by_definition(points, samples))
            << count;
    }
}

TEST(FarthestPointSampling, EqualDistancesTakeTheLowestIndex) {
    std::mt19937 random(5);
    Points grid;
    for (int x = 0; x < 12; ++x) {
        for (int y = 0; y < 12; ++y) {
            for (int z = 0; z < 4; ++z) grid.push_back({float(x), float(y), float(z)});
        }
    }
    std::ranges::shuffle(grid, random);
    grid.insert(grid.end(), grid.begin(), grid.begin() + 100);  // duplicates
    EXPECT_EQ(farthest_point_sampling(grid, grid.size()), by_definition(grid, grid.size()));
}

TEST(FarthestPointSampling, DistancesBeyondTheFirstValueAreEqual) {
    const Points points = {{0, 0, 0}, {1, 0, 0}, {2e5F, 0, 0}, {3e38F, 0, 0}, {-3e38F, 3e38F, 0}};
    EXPECT_EQ(farthest_point_sampling(points, 5), by_definition(points, 5));
}

}  // namespace
}  // namespace millrace::ops
