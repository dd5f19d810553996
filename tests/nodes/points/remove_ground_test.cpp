#include "nodes/types/table.hpp"
#include "tests/nodes/points/clouds.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace millrace::testing {
namespace {

constexpr const char* kId = "points.remove_ground";

double cell(const types::Table& table, const char* column) {
    return std::get<std::vector<double>>(table.column(column)->values).at(0);
}

/// A road of slope 0.1 along x, 1.7 m under the sensor, with noise of 2 cm; a wall of as many
/// points beside it.
types::PointCloud road_and_wall(int count) {
    engine::Random random(5, "road", 0);
    std::vector<types::Point> points;
    for (int index = 0; index < count; ++index) {
        const double x = random.uniform(-20, 20), y = random.uniform(-8, 8);
        points.push_back({static_cast<float>(x), static_cast<float>(y),
                          static_cast<float>(0.1 * x - 1.7 + random.uniform(-0.02, 0.02))});
        points.push_back({static_cast<float>(random.uniform(-20, 20)), 9,
                          static_cast<float>(random.uniform(2, 8))});
    }
    return cloud_of(points);
}

TEST(RemoveGround, FindsASlopingRoadBesideAWall) {
    types::PointCloud cloud = road_and_wall(2000);
    cloud.points.push_back({kNan, 0, 0});
    std::get<std::vector<std::int32_t>>(cloud.fields[0].values).push_back(4000);
    const auto out = run_node(points_registry(), kId, {}, {packet_of(cloud)});
    const auto objects = numbers_of(out[0].as<types::PointCloud>());
    const auto ground = numbers_of(out[1].as<types::PointCloud>());
    EXPECT_EQ(objects.size(), 2000U);
    EXPECT_EQ(ground.size(), 2000U);
    EXPECT_TRUE(std::ranges::all_of(objects, [](std::int32_t number) { return number % 2 == 1; }));
    const types::Table& plane = out[2].as<types::Table>();
    ASSERT_EQ(plane.rows(), 1U);
    const double length = std::hypot(0.1, 1.0);
    EXPECT_NEAR(cell(plane, "normal_x"), -0.1 / length, 2e-4);
    EXPECT_NEAR(cell(plane, "normal_y"), 0, 2e-4);
    EXPECT_NEAR(cell(plane, "offset"), 1.7 / length, 3e-3);
    EXPECT_NEAR(cell(plane, "tilt"), std::atan(0.1), 2e-4);
    EXPECT_EQ(std::get<std::vector<std::int64_t>>(plane.column("inliers")->values).at(0), 2000);
}

TEST(RemoveGround, SameSeedSamePlane) {
    const types::PointCloud cloud = road_and_wall(500);
    const auto plane = [&cloud](std::uint64_t item) {
        TestContext context(points_registry());
        context.item_number = item;
        const auto out =
            run_node(points_registry(), kId, {{"iterations", 1}}, {packet_of(cloud)}, context);
        return cell(out[2].as<types::Table>(), "offset");
    };
    EXPECT_EQ(plane(3), plane(3));
}

TEST(RemoveGround, HeightBandDecides) {
    std::vector<types::Point> points;
    for (int row = 0; row < 10; ++row) {
        for (int column = 0; column < 10; ++column)
            points.push_back({row * 1.0F, column * 1.0F, -2});
    }
    points.insert(points.end(), {{5, 5, -1.6F}, {5, 5, -1.4F}, {5, 5, -2.4F}, {5, 5, -2.6F}});
    const auto out = run_node(points_registry(), kId, {{"band_low", -0.5}, {"band_high", 0.5}},
                              {packet_of(cloud_of(points))});
    EXPECT_EQ(numbers_of(out[0].as<types::PointCloud>()), (std::vector<std::int32_t>{101, 103}));
}

TEST(RemoveGround, PlaneIsStatedInTheFrame) {
    types::PointCloud cloud = cloud_of({{0, 0, 0}, {1, 0, 0}, {0, 1, 0}, {1, 1, 0}});
    cloud.origin = {1000, 2000, 30};
    const auto out = run_node(points_registry(), kId, {}, {packet_of(cloud)});
    EXPECT_NEAR(cell(out[2].as<types::Table>(), "offset"), -30, 1e-6);
}

TEST(RemoveGround, WithoutGroundAllAreObjects) {
    std::vector<types::Point> wall;
    for (int row = 0; row < 10; ++row) {
        for (int column = 0; column < 10; ++column) wall.push_back({5, row * 1.0F, column * 1.0F});
    }
    for (const std::vector<types::Point>& points :
         {wall, std::vector<types::Point>{{1, 2, 3}}, std::vector<types::Point>(50, {1, 1, 1})}) {
        TestContext context(points_registry());
        const auto out =
            run_node(points_registry(), kId, {}, {packet_of(cloud_of(points))}, context);
        EXPECT_EQ(out[0].as<types::PointCloud>().points.size(), points.size());
        EXPECT_TRUE(out[1].as<types::PointCloud>().points.empty());
        EXPECT_EQ(out[2].as<types::Table>().rows(), 0U);
        EXPECT_EQ(context.warnings.size(), 1U);
    }
}

TEST(RemoveGround, EmptyCloudIsNoCauseToWarn) {
    TestContext context(points_registry());
    const auto out = run_node(points_registry(), kId, {}, {packet_of(cloud_of({}))}, context);
    EXPECT_TRUE(out[0].as<types::PointCloud>().points.empty());
    EXPECT_TRUE(context.warnings.empty());
}

TEST(RemoveGround, StopsBetweenPlanes) {
    TestContext context(points_registry());
    context.asks_until_stop = 2;
    run_node(points_registry(), kId, {{"tolerance", 0.001}}, {packet_of(road_and_wall(2000))},
             context);
    EXPECT_LE(context.asks, 4);
}

TEST(RemoveGround, RejectsAnEmptyBand) {
    const auto problems = check_node(points_registry(), kId, {{"band_low", 1}, {"band_high", 0.5}});
    ASSERT_EQ(problems.size(), 1U);
    EXPECT_EQ(problems[0].where, "node.band_high");
    EXPECT_EQ(check_node(points_registry(), kId, {{"max_tilt", 1.6}}).at(0).code, "E-PARAM-003");
}

TEST(RemoveGround, RoadUnderARealVehicle) {
    MILLRACE_NEED_KITTI();
    for (const char* name : {"000000", "000008"}) {
        const types::PointCloud cloud = kitti_frame(name);
        const auto out = run_node(points_registry(), kId, {}, {packet_of(cloud)});
        const types::Table& plane = out[2].as<types::Table>();
        EXPECT_NEAR(cell(plane, "offset"), 1.73, 0.15)
            << name;  // KITTI's stated height of the sensor
        EXPECT_LT(cell(plane, "tilt"), 0.05) << name;
        EXPECT_GT(out[1].as<types::PointCloud>().points.size(), cloud.points.size() / 4) << name;
    }
}

}  // namespace
}  // namespace millrace::testing
