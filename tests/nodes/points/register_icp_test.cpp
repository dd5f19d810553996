#include "nodes/ops/camera/transform.hpp"
#include "nodes/ops/cloud/pose.hpp"
#include "nodes/types/table.hpp"
#include "tests/nodes/points/clouds.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace millrace::testing {
namespace {

constexpr const char* kId = "points.register_icp";
constexpr double kDegree = std::numbers::pi / 180;

struct Registered {
    types::PointCloud moved;
    engine::Value transform;
    visual::Matrix4 pose;
    types::Metrics metrics;
    std::vector<std::string> warnings;
};

Registered align(const engine::Object& params, types::PointCloud source, types::PointCloud target,
                 engine::Packet initial = {}) {
    TestContext context(points_registry());
    const auto out = run_node(
        points_registry(), kId, params,
        {packet_of(std::move(source)), packet_of(std::move(target)), std::move(initial)}, context);
    const auto& transform = out[1].as<engine::Value>();
    return {out[0].as<types::PointCloud>(), transform, ops::transform_from(transform),
            out[2].as<types::Metrics>(), context.warnings};
}

/// What is left of `truth` after `found`: metres and radians.
void expect_same_pose(const visual::Matrix4& found, const visual::Matrix4& truth, double metres,
                      double radians) {
    const visual::Matrix4 rest = ops::multiply(ops::inverse(truth), found);
    EXPECT_LT(std::hypot(rest[3], rest[7], rest[11]), metres);
    EXPECT_LT(ops::rotation_angle(rest), radians);
}

/// A floor and two walls at right angles: every direction is fixed.
types::PointCloud corner(std::uint64_t seed, int count = 3000) {
    engine::Random random(seed, "corner", 0);
    std::vector<types::Point> points;
    for (int index = 0; index < count; ++index) {
        const auto u = static_cast<float>(random.uniform(0, 6)),
                   v = static_cast<float>(random.uniform(0, 6));
        points.push_back({u, v, 0});
        points.push_back({0, u, v});
        points.push_back({u, 0, v});
    }
    return cloud_of(points);
}

class RegisterIcp : public ::testing::TestWithParam<const char*> {};

TEST_P(RegisterIcp, RecoversAKnownTransform) {
    const visual::Matrix4 truth = ops::pose_from({0.2, -0.15, 0.1}, 0.01, -0.02, 0.04);
    const types::PointCloud target = corner(1);
    const types::PointCloud source = ops::transformed(target, ops::inverse(truth));
    const Registered out =
        align({{"method", GetParam()}, {"voxel", 0}, {"iterations", 300}}, source, target);
    expect_same_pose(out.pose, truth, 0.002, 0.02 * kDegree);
    EXPECT_EQ(out.metrics.values.at("converged"), 1);
    EXPECT_EQ(out.metrics.values.at("fitness"), 1);
    EXPECT_LT(out.metrics.values.at("rmse"), 0.005);
    EXPECT_NEAR(out.moved.points[7].x, target.points[7].x, 0.005);
    EXPECT_EQ(numbers_of(out.moved), numbers_of(source));
    EXPECT_TRUE(out.warnings.empty());
}

INSTANTIATE_TEST_SUITE_P(Methods, RegisterIcp,
                         ::testing::Values("point_to_plane", "point_to_point"));

TEST(RegisterIcpNode, DifferentPointsOfOneSurface) {
    const visual::Matrix4 truth = ops::pose_from({0.3, -0.2, 0.1}, 0, 0.01, -0.05);
    const types::PointCloud source = ops::transformed(corner(2, 8000), ops::inverse(truth));
    expect_same_pose(align({{"voxel", 0.1}}, source, corner(3, 8000)).pose, truth, 0.01,
                     0.1 * kDegree);
}

TEST(RegisterIcpNode, OriginsAndFramesCount) {
    types::PointCloud target = corner(1), source = corner(1);
    target.frame = "world";
    target.origin = {500000, 4000000, 100};
    source.origin = {499999.8, 4000000.1, 100};  // read as 0.2 and 0.1 off
    const Registered out = align({{"voxel", 0}}, source, target);
    EXPECT_NEAR(out.pose[3] + out.pose[0] * 500000 + out.pose[1] * 4000000 - 500000, 0.2, 0.01);
    EXPECT_EQ(out.moved.frame, "world");
    EXPECT_NEAR(out.moved.origin[0] + out.moved.points[0].x, 500000 + double{target.points[0].x},
                0.01);
    EXPECT_EQ(out.transform.find("from")->as_string(), "lidar");
    EXPECT_EQ(out.transform.find("to")->as_string(), "world");
}

TEST(RegisterIcpNode, AFirstGuessBridgesALargeMotion) {
    const visual::Matrix4 truth = ops::pose_from({8, 3, 0}, 0, 0, 0.6);
    const types::PointCloud target = corner(1),
                            source = ops::transformed(target, ops::inverse(truth));
    const engine::Value guess =
        ops::transform_value(ops::pose_from({8.2, 2.9, 0.1}, 0, 0, 0.58), "", "");
    expect_same_pose(align({}, source, target, engine::Packet::make(guess)).pose, truth, 0.01,
                     0.1 * kDegree);
}

TEST(RegisterIcpNode, AnOpenDirectionStays) {
    engine::Random random(4, "plane", 0);
    std::vector<types::Point> plane;
    for (int index = 0; index < 2000; ++index) {
        plane.push_back({static_cast<float>(random.uniform(-5, 5)),
                         static_cast<float>(random.uniform(-5, 5)), 0});
    }
    types::PointCloud source = cloud_of(plane);
    for (types::Point& point : source.points) point.z = -0.3F;
    const Registered out = align({}, source, cloud_of(plane));
    expect_same_pose(out.pose, ops::pose_from({0, 0, 0.3}, 0, 0, 0), 0.001, 0.01 * kDegree);
}

TEST(RegisterIcpNode, WithoutOverlapNothingMoves) {
    types::PointCloud far = corner(1);
    for (types::Point& point : far.points) point.x += 100;
    const Registered out = align({}, corner(1), far);
    EXPECT_EQ(out.pose, visual::kIdentity);
    EXPECT_EQ(out.metrics.values.at("fitness"), 0);
    EXPECT_EQ(out.metrics.values.at("converged"), 0);
    EXPECT_EQ(out.warnings.size(), 1U);
}

TEST(RegisterIcpNode, WarnsOfAPoseThatFewPointsBear) {
    const types::PointCloud target = corner(1);
    types::PointCloud source = target;
    source.fields.clear();
    for (const types::Point& point : target.points)  // as many again with nothing near
        source.points.push_back({point.x + 100, point.y, point.z});
    const Registered half = align({}, source, target);
    EXPECT_EQ(half.metrics.values.at("converged"), 1);
    EXPECT_NEAR(half.metrics.values.at("fitness"), 0.5, 0.05);
    ASSERT_EQ(half.warnings.size(), 1U);
    EXPECT_NE(half.warnings[0].find("partner within max_distance"), std::string::npos);
}

TEST(RegisterIcpNode, WarnsOfASearchThatWasCutShort) {
    const types::PointCloud target = corner(1);
    const types::PointCloud source =
        ops::transformed(target, ops::pose_from({0.3, 0.2, 0.1}, 0, 0, 0.02));
    const Registered cut = align({{"iterations", 1}}, source, target);
    EXPECT_EQ(cut.metrics.values.at("converged"), 0);
    EXPECT_GT(cut.metrics.values.at("fitness"), 0.9);
    ASSERT_EQ(cut.warnings.size(), 1U);
    EXPECT_NE(cut.warnings[0].find("iterations"), std::string::npos);
}

TEST(RegisterIcpNode, EmptyOrWithoutPositions) {
    const types::PointCloud nothing = cloud_of({{kNan, 0, 0}});
    EXPECT_EQ(align({}, cloud_of({}), corner(1)).pose, visual::kIdentity);
    EXPECT_EQ(align({}, corner(1), cloud_of({})).pose, visual::kIdentity);
    EXPECT_EQ(align({}, nothing, nothing).moved.points.size(), 1U);
    EXPECT_EQ(align({{"voxel", 0}}, nothing, corner(1)).metrics.values.at("fitness"), 0);
}

TEST(RegisterIcpNode, PointsWithoutPositionTakeNoPart) {
    types::PointCloud target = corner(1);
    const types::PointCloud source =
        ops::transformed(target, ops::pose_from({-0.2, 0, 0}, 0, 0, 0));
    for (std::size_t at = 0; at < target.points.size(); at += 4) target.points[at].z = kNan;
    for (const double voxel : {0.0, 0.1}) {
        expect_same_pose(align({{"voxel", voxel}}, source, target).pose,
                         ops::pose_from({0.2, 0, 0}, 0, 0, 0), 0.01, 0.2 * kDegree);
    }
}

TEST(RegisterIcpNode, StopsBetweenPoints) {
    TestContext context(points_registry());
    context.asks_until_stop = 3;
    run_node(points_registry(), kId, {{"voxel", 0}},
             {packet_of(corner(1)), packet_of(corner(2)), {}}, context);
    EXPECT_LE(context.asks, 6);
}

TEST(RegisterIcpNode, RejectsBadInput) {
    EXPECT_EQ(check_node(points_registry(), kId, {{"max_distance", 0}}).at(0).code, "E-PARAM-003");
    EXPECT_EQ(check_node(points_registry(), kId, {{"method", "ndt"}}).at(0).code, "E-PARAM-004");
    EXPECT_THROW(align({}, corner(1), corner(1), engine::Packet::make(engine::Value("north"))),
                 engine::Error);
}

TEST(RegisterIcpNode, HalvesOfARealFrame) {
    MILLRACE_NEED_KITTI();
    // Every other point in each half: one scene, no point in common, and a motion as between two
    // scans.
    const types::PointCloud frame = kitti_frame("000008");
    types::PointCloud source, target;
    for (std::size_t at = 0; at < frame.points.size(); ++at) {
        (at % 2 ? source : target).points.push_back(frame.points[at]);
    }
    const visual::Matrix4 truth = ops::pose_from({0.6, 0.05, -0.02}, 0.003, -0.004, 0.02);
    const Registered out = align({}, ops::transformed(source, ops::inverse(truth)), target);
    expect_same_pose(out.pose, truth, 0.01, 0.1 * kDegree);
    EXPECT_GT(out.metrics.values.at("fitness"), 0.9);
}

}  // namespace
}  // namespace millrace::testing
