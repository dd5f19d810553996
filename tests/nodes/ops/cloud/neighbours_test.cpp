// The grids and the k-d tree against counting every pair.
#include "engine/random.hpp"
#include "nodes/ops/cloud/cluster.hpp"
#include "nodes/ops/cloud/kd_tree.hpp"
#include "nodes/ops/cloud/radius_grid.hpp"
#include "nodes/ops/points/squared_distance.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>

namespace millrace::ops {
namespace {

/// Clumps of different density across zero, with a missing return now and then.
std::vector<types::Point> clumps(int count) {
    engine::Random random(11, "clumps", 0);
    std::vector<types::Point> points;
    for (int index = 0; index < count; ++index) {
        const double spread = 0.2 * (1 + index % 7);
        const auto at = [&](double middle) {
            return static_cast<float>(middle + spread * random.normal());
        };
        points.push_back({at(index % 3 - 1.0), at(index % 5 - 2.0), at(0)});
        if (index % 50 == 0) points.back().y = std::numeric_limits<float>::quiet_NaN();
    }
    return points;
}

int count_within(const std::vector<types::Point>& points, std::size_t at, double radius) {
    return static_cast<int>(std::ranges::count_if(points, [&](const types::Point& other) {
        return squared_distance(points[at], other) <= radius * radius;
    }));
}

TEST(CellGrid, EveryPointIsInItsCellOnce) {
    const std::vector<types::Point> points = clumps(500);
    const CellGrid grid(points, 0.3);
    std::size_t seen = 0;
    for (std::uint32_t cell = 0; cell < grid.cell_count(); ++cell) {
        EXPECT_EQ(grid.find(grid.cell(cell)), cell);
        for (std::uint32_t index : grid.points_in(cell)) {
            EXPECT_EQ(static_cast<std::int32_t>(std::floor(points[index].x / 0.3)),
                      grid.cell(cell).x);
            ++seen;
        }
    }
    EXPECT_EQ(seen, 490U);  // ten have no position
    EXPECT_EQ(grid.find({1000, 0, 0}), CellGrid::kNone);
}

TEST(RadiusGrid, CrowdedAgreesWithCounting) {
    const std::vector<types::Point> points = clumps(800);
    for (const double radius : {0.1, 0.35, 1.0}) {
        const RadiusGrid grid(points, radius);
        for (const int at_least : {1, 2, 5, 40}) {
            const std::vector<std::uint8_t> crowded = grid.crowded(at_least, never_stop);
            for (std::size_t at = 0; at < crowded.size(); ++at) {
                const std::uint32_t index = grid.cells().order()[at];
                ASSERT_EQ(crowded[at] != 0, count_within(points, index, radius) >= at_least)
                    << radius << " " << index;
            }
        }
    }
}

/// Which cores are connected, by walking from each to all.
std::vector<int> clusters_by_walking(const std::vector<types::Point>& points, double distance,
                                     int min_neighbours) {
    std::vector<int> labels(points.size(), -1);
    std::vector<bool> core(points.size());
    for (std::size_t at = 0; at < points.size(); ++at)
        core[at] = count_within(points, at, distance) >= min_neighbours;
    int next = 0;
    for (std::size_t seed = 0; seed < points.size(); ++seed) {
        if (!core[seed] || labels[seed] >= 0) continue;
        std::vector<std::size_t> open = {seed};
        labels[seed] = next;
        while (!open.empty()) {
            const std::size_t at = open.back();
            open.pop_back();
            for (std::size_t other = 0; other < points.size(); ++other) {
                if (!core[other] || labels[other] >= 0) continue;
                if (squared_distance(points[at], points[other]) > distance * distance) continue;
                labels[other] = next;
                open.push_back(other);
            }
        }
        ++next;
    }
    return labels;
}

TEST(Clusters, AgreeWithWalking) {
    const std::vector<types::Point> points = clumps(800);
    for (const double distance : {0.1, 0.25, 0.5}) {
        for (const int min_neighbours : {1, 3, 8}) {
            const Clusters clusters = cluster_points(points, distance, min_neighbours);
            const std::vector<int> expected = clusters_by_walking(points, distance, min_neighbours);
            std::map<int, std::int32_t> to_found;
            for (std::size_t at = 0; at < points.size(); ++at) {
                if (expected[at] < 0) {
                    const bool near_a_core = [&] {
                        for (std::size_t other = 0; other < points.size(); ++other) {
                            if (expected[other] >= 0 &&
                                squared_distance(points[at], points[other]) <=
                                    distance * distance) {
                                return true;
                            }
                        }
                        return false;
                    }();
                    ASSERT_EQ(clusters.labels[at] >= 0, near_a_core);
                    continue;
                }
                const auto known = to_found.try_emplace(expected[at], clusters.labels[at]).first;
                ASSERT_EQ(clusters.labels[at], known->second) << distance << " " << min_neighbours;
            }
            EXPECT_EQ(clusters.count, static_cast<std::int32_t>(to_found.size()));
        }
    }
}

TEST(KdTree, IndicesAreThoseOfTheWholeCloud) {
    const float nan = std::numeric_limits<float>::quiet_NaN();
    const KdTree tree({{nan, 0, 0}, {1, 0, 0}, {5, 0, 0}, {nan, 0, 0}, {2, 0, 0}});
    EXPECT_EQ(tree.size(), 3U);
    Neighbours found;
    tree.nearest({0, 0, 0}, 2, found);
    EXPECT_EQ(found.indices, (std::vector<int>{1, 4}));
    EXPECT_DOUBLE_EQ(found.squared_distances[1], 4);
    tree.nearest_within({0, 0, 0}, 10, 4, found);
    EXPECT_EQ(found.indices, (std::vector<int>{1, 4}));
    tree.nearest({0, 0, 0}, 10, found);
    EXPECT_EQ(found.indices.size(), 3U);
    const KdTree empty({});
    empty.nearest({0, 0, 0}, 1, found);
    EXPECT_TRUE(found.indices.empty());
}

}  // namespace
}  // namespace millrace::ops
