#include "engine/visual/scene/point_tree.hpp"

#include <gtest/gtest.h>
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/task_arena.h>

#include <set>

#include "tests/engine/visual/scene/support.hpp"

namespace millrace::tests {
namespace {

using visual::Point;
using visual::PointTree;
using visual::Vector3;

visual::Cloud cloud_of(std::vector<Point> points, Vector3 origin = {}) {
    visual::Cloud cloud;
    cloud.points = std::move(points);
    cloud.origin = origin;
    return cloud;
}

TEST(PointTree, HoldsEachPointOnceWhereItIs) {
    const visual::Cloud cloud = cloud_of(random_points(60'000, 1), {1e6, -2e6, 100});
    const PointTree tree(cloud);
    ASSERT_EQ(tree.size(), cloud.points.size());
    std::vector<bool> seen(cloud.points.size());
    for (std::size_t place = 0; place < tree.size(); ++place) {
        const std::uint32_t source = tree.source(place);
        ASSERT_FALSE(seen[source]);
        seen[source] = true;
        const Point& p = cloud.points[source];
        const Vector3 there = cloud.origin + Vector3{p.x, p.y, p.z};
        EXPECT_LT(visual::length(tree.position(place) - there), 1e-5);
    }
}

TEST(PointTree, LeavesAreInOrderAndHoldTheirPoints) {
    const PointTree tree(cloud_of(random_points(60'000, 2)));
    std::uint32_t next = 0;
    for (const PointTree::Leaf& leaf : tree.leaves()) {
        EXPECT_EQ(leaf.begin, next);
        EXPECT_GT(leaf.count, 0u);
        EXPECT_LE(leaf.count, PointTree::kLeafPoints);
        next += leaf.count;
        for (std::uint32_t place = leaf.begin; place < next; ++place) {
            EXPECT_LE(std::abs(tree.x()[place]), leaf.half[0]);
            EXPECT_LE(std::abs(tree.y()[place]), leaf.half[1]);
            EXPECT_LE(std::abs(tree.z()[place]), leaf.half[2]);
            EXPECT_EQ(&tree.leaf_of(place), &leaf);
        }
    }
    EXPECT_EQ(next, tree.size());
    EXPECT_GT(tree.leaves().size(), 7u);
}

TEST(PointTree, LeavesOfAnEvenCloudAreSmall) {
    engine::Random random(5, "even", 0);
    std::vector<Point> points(100'000);
    for (Point& p : points) {
        p = {static_cast<float>(random.uniform()), static_cast<float>(random.uniform()),
             static_cast<float>(random.uniform())};
    }
    const PointTree tree(cloud_of(std::move(points)));
    // 64 cells of a quarter each hold fewer than a leaf may.
    for (const PointTree::Leaf& leaf : tree.leaves()) EXPECT_LE(leaf.half[0], 0.1251F);
}

TEST(PointTree, FirstPartsOfLeavesAreEvenSamples) {
    // A flat square of one leaf: each sixteenth of it gets its share of the first sixteenth.
    std::vector<Point> points;
    for (int x = 0; x < 64; ++x) {
        for (int y = 0; y < 64; ++y)
            points.push_back({static_cast<float>(x), static_cast<float>(y), 0});
    }
    const PointTree tree(cloud_of(points));
    ASSERT_EQ(tree.leaves().size(), 1u);
    std::array<int, 16> counts{};
    for (std::size_t place = 0; place < 256; ++place) {
        const Point& p = points[tree.source(place)];
        ++counts[static_cast<std::size_t>(static_cast<int>(p.x) / 16 * 4 +
                                          static_cast<int>(p.y) / 16)];
    }
    for (int count : counts) EXPECT_EQ(count, 16);
}

TEST(PointTree, IsTheSameForAnyNumberOfThreads) {
    const visual::Cloud cloud = cloud_of(random_points(150'000, 3));
    std::vector<std::vector<std::uint32_t>> orders;
    for (const int threads : {1, 2, 5}) {
        const oneapi::tbb::global_control more(oneapi::tbb::global_control::max_allowed_parallelism,
                                               8);
        oneapi::tbb::task_arena arena(threads);
        arena.execute([&] {
            const PointTree tree(cloud);
            auto& order = orders.emplace_back();
            for (std::size_t i = 0; i < tree.size(); ++i) order.push_back(tree.source(i));
        });
    }
    EXPECT_EQ(orders[0], orders[1]);
    EXPECT_EQ(orders[0], orders[2]);
}

TEST(PointTree, LeavesOutWhatIsNotFinite) {
    const float nan = std::numeric_limits<float>::quiet_NaN();
    const float infinite = std::numeric_limits<float>::infinity();
    const PointTree tree(
        cloud_of({{nan, 0, 0}, {1, 2, 3}, {0, infinite, 0}, {4, 5, 6}, {0, 0, -infinite}}));
    ASSERT_EQ(tree.size(), 2u);
    EXPECT_EQ((std::set{tree.source(0), tree.source(1)}), (std::set<std::uint32_t>{1, 3}));
    EXPECT_EQ(tree.bounds().low, (Vector3{1, 2, 3}));
    EXPECT_EQ(tree.bounds().high, (Vector3{4, 5, 6}));
}

TEST(PointTree, CutsManyPointsInOneSpot) {
    std::vector<Point> points(30'000, Point{1, 2, 3});
    points.push_back({100, 100, 100});
    const PointTree tree(cloud_of(points));
    EXPECT_EQ(tree.size(), 30'001u);
    std::size_t sum = 0;
    for (const auto& leaf : tree.leaves()) {
        EXPECT_LE(leaf.count, PointTree::kLeafPoints);
        sum += leaf.count;
    }
    EXPECT_EQ(sum, 30'001u);
}

TEST(PointTree, FarPointDoesNotMakeOneLeafOfTheRest) {
    std::vector<Point> points = random_points(50'000, 4);
    points.push_back({3e6F, 0, 0});
    const PointTree tree(cloud_of(points));
    std::size_t small = 0;
    for (const auto& leaf : tree.leaves()) small += leaf.half[0] < 15 ? leaf.count : 0;
    EXPECT_GT(small, 49'000u);
}

TEST(PointTree, TakesSixteenBytesAPoint) {
    const PointTree tree(cloud_of(random_points(200'000, 6)));
    EXPECT_LT(static_cast<double>(tree.bytes()) / 200'000, 16.2);
}

TEST(PointTree, OfNothingIsEmpty) {
    EXPECT_EQ(PointTree(visual::Cloud{}).size(), 0u);
    EXPECT_TRUE(PointTree(visual::Cloud{}).bounds().empty());
    EXPECT_TRUE(PointTree().leaves().empty());
}

}  // namespace
}  // namespace millrace::tests
