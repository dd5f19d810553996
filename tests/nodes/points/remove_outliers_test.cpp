#include "tests/nodes/points/clouds.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace millrace::testing {
namespace {

constexpr const char* kId = "points.remove_outliers";
using Numbers = std::vector<std::int32_t>;

/// A 10 x 10 sheet with a point a decimetre apart, then two strays, a point without position, and a
/// twin of point 0.
types::PointCloud sheet_with_strays() {
    std::vector<types::Point> points;
    for (int row = 0; row < 10; ++row) {
        for (int column = 0; column < 10; ++column)
            points.push_back({row * 0.1F, column * 0.1F, 0});
    }
    points.insert(points.end(), {{5, 5, 5}, {kNan, kNan, kNan}, {-7, 0, 0}, {0, 0, 0}});
    return cloud_of(points);
}

std::vector<engine::Packet> run(const engine::Object& params, types::PointCloud cloud) {
    return run_node(points_registry(), kId, params, {packet_of(std::move(cloud))});
}

class RemoveOutliers : public ::testing::TestWithParam<const char*> {};

TEST_P(RemoveOutliers, PartsStraysFromTheSheet) {
    const auto out =
        run({{"method", GetParam()}, {"neighbours", 4}, {"radius", 0.25}}, sheet_with_strays());
    EXPECT_EQ(numbers_of(out[1].as<types::PointCloud>()), (Numbers{100, 102}));
    const Numbers kept = numbers_of(out[0].as<types::PointCloud>());
    EXPECT_EQ(kept.size(), 101U);
    EXPECT_EQ(kept.back(), 103);
    EXPECT_TRUE(std::ranges::is_sorted(kept));
}

TEST_P(RemoveOutliers, EmptyCloud) {
    const auto out = run({{"method", GetParam()}}, cloud_of({}));
    EXPECT_TRUE(out[0].as<types::PointCloud>().points.empty());
    EXPECT_TRUE(out[1].as<types::PointCloud>().points.empty());
}

TEST_P(RemoveOutliers, StopsEarly) {
    TestContext context(points_registry());
    context.asks_until_stop = 0;
    run_node(points_registry(), kId, {{"method", GetParam()}}, {packet_of(sheet_with_strays())},
             context);
    EXPECT_EQ(context.asks, 1);
}

INSTANTIATE_TEST_SUITE_P(Methods, RemoveOutliers, ::testing::Values("statistical", "radius"));

TEST(RemoveOutliersRadius, CountsOthersWithinTheRadiusExactly) {
    // Distances 1 and 1.5 on a line: only the middle one has two others within 1.5.
    const types::PointCloud cloud = cloud_of({{0, 0, 0}, {1, 0, 0}, {2.5F, 0, 0}});
    const engine::Object radius = {{"method", "radius"}, {"radius", 1.5}};
    engine::Object two = radius, one = radius;
    two["min_neighbours"] = 2;
    one["min_neighbours"] = 1;
    EXPECT_EQ(numbers_of(run(two, cloud)[0].as<types::PointCloud>()), (Numbers{1}));
    EXPECT_EQ(numbers_of(run(one, cloud)[0].as<types::PointCloud>()), (Numbers{0, 1, 2}));
}

TEST(RemoveOutliersRadius, AsksByWorkNotByPoints) {
    engine::Random random(7, "crowd", 0);
    std::vector<types::Point> points(4000);
    for (types::Point& point : points) {
        point = {static_cast<float>(random.uniform()), static_cast<float>(random.uniform()), 0};
    }
    TestContext context(points_registry());
    context.asks_until_stop = 3;
    run_node(points_registry(), kId,
             {{"method", "radius"}, {"radius", 1}, {"min_neighbours", 100000}},
             {packet_of(cloud_of(points))}, context);
    EXPECT_EQ(context.asks, 4);  // of about a dozen
}

TEST(RemoveOutliersRadius, ASinglePointIsAnOutlier) {
    const auto out = run({{"method", "radius"}}, cloud_of({{1, 2, 3}}));
    EXPECT_EQ(numbers_of(out[1].as<types::PointCloud>()), (Numbers{0}));
}

TEST(RemoveOutliersStatistical, ASinglePointStays) {
    EXPECT_EQ(numbers_of(run({}, cloud_of({{1, 2, 3}}))[0].as<types::PointCloud>()), (Numbers{0}));
}

TEST(RemoveOutliersStatistical, LimitByHand) {
    // Nearest distances 1, 1, 1, 7: mean 2.5, sample deviation 3; 7 is 1.5 deviations above.
    const types::PointCloud cloud = cloud_of({{0, 0, 0}, {1, 0, 0}, {2, 0, 0}, {9, 0, 0}});
    EXPECT_EQ(numbers_of(
                  run({{"neighbours", 1}, {"deviations", 1.49}}, cloud)[1].as<types::PointCloud>()),
              (Numbers{3}));
    EXPECT_TRUE(run({{"neighbours", 1}, {"deviations", 1.51}}, cloud)[1]
                    .as<types::PointCloud>()
                    .points.empty());
}

TEST(RemoveOutliersStatistical, RejectsBadParameters) {
    EXPECT_EQ(check_node(points_registry(), kId, {{"neighbours", 0}}).at(0).code, "E-PARAM-003");
    EXPECT_EQ(check_node(points_registry(), kId, {{"radius", 0}}).at(0).code, "E-PARAM-003");
}

}  // namespace
}  // namespace millrace::testing
