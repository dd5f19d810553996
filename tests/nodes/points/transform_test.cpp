#include "tests/nodes/points/clouds.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace millrace::testing {
namespace {

constexpr const char* kId = "points.transform";
constexpr double kQuarter = std::numbers::pi / 2;

types::PointCloud move(const engine::Object& params, types::PointCloud cloud,
                       engine::Packet transform = {}) {
    return run_node(points_registry(), kId, params,
                    {packet_of(std::move(cloud)), std::move(transform)})
        .at(0)
        .as<types::PointCloud>();
}

void expect_near(const types::Point& point, double x, double y, double z) {
    EXPECT_NEAR(point.x, x, 1e-5);
    EXPECT_NEAR(point.y, y, 1e-5);
    EXPECT_NEAR(point.z, z, 1e-5);
}

const engine::Array kQuarterTurn = {0, -1, 0, 10, 1, 0, 0, 20, 0, 0, 1, 30, 0, 0, 0, 1};

TEST(Transform, TurnsThenMoves) {
    expect_near(move({{"yaw", kQuarter}, {"x", 10}}, cloud_of({{1, 2, 3}})).points[0], 8, 1, 3);
    expect_near(move({{"pitch", kQuarter}}, cloud_of({{1, 2, 3}})).points[0], 3, 2, -1);
    expect_near(move({{"roll", kQuarter}}, cloud_of({{1, 2, 3}})).points[0], 1, -3, 2);
    // Roll first: (1, 2, 3) -> (1, -3, 2), then yaw -> (3, 1, 2).
    expect_near(move({{"roll", kQuarter}, {"yaw", kQuarter}}, cloud_of({{1, 2, 3}})).points[0], 3,
                1, 2);
}

TEST(Transform, MatrixAndItsInverse) {
    const types::PointCloud there = move({{"matrix", kQuarterTurn}}, cloud_of({{1, 2, 3}}));
    expect_near(there.points[0], 8, 21, 33);
    expect_near(move({{"matrix", kQuarterTurn}, {"direction", "inverse"}}, there).points[0], 1, 2,
                3);
}

TEST(Transform, TakesTheWiresTransform) {
    const auto value = [](engine::Value v) { return engine::Packet::make(std::move(v)); };
    expect_near(move({{"x", 5}}, cloud_of({{1, 2, 3}}), value(kQuarterTurn)).points[0], 8, 21, 33);
    const engine::Object named = {{"matrix", kQuarterTurn}, {"from", "lidar"}, {"to", "world"}};
    EXPECT_EQ(move({}, cloud_of({{1, 2, 3}}), value(named)).frame, "world");
    EXPECT_EQ(move({{"direction", "inverse"}}, cloud_of({{1, 2, 3}}), value(named)).frame, "lidar");
    EXPECT_EQ(move({{"frame", "map"}}, cloud_of({{1, 2, 3}}), value(named)).frame, "map");
    EXPECT_THROW(move({}, cloud_of({}), value(engine::Array{1, 2})), engine::Error);
    EXPECT_THROW(move({}, cloud_of({}), value("north")), engine::Error);
}

TEST(Transform, NormalsTurnAndOtherFieldsStay) {
    types::PointCloud cloud = cloud_of({{1, 2, 3}});
    cloud.fields.push_back({"normal", 3, std::vector<float>{1, 0, 0}});
    const types::PointCloud out = move({{"yaw", kQuarter}, {"z", 7}}, cloud);
    EXPECT_NEAR(out.field("normal")->at(0, 0), 0, 1e-6);
    EXPECT_NEAR(out.field("normal")->at(0, 1), 1, 1e-6);
    EXPECT_EQ(numbers_of(out), (std::vector<std::int32_t>{0}));
}

TEST(Transform, FarResultsKeepTheirMillimetres) {
    const types::PointCloud there =
        move({{"x", 500000.125}, {"y", 4000000}, {"yaw", 1}}, cloud_of({{1.001F, 2.002F, 3.003F}}));
    EXPECT_EQ(there.origin[0], 500000.125);
    // And back: the origin goes again, the positions are what they were.
    const types::PointCloud moved_back = move({{"x", -500000.125}, {"y", -4000000}}, there);
    EXPECT_EQ(moved_back.origin, (std::array<double, 3>{}));
    expect_near(move({{"yaw", -1}}, moved_back).points[0], 1.001, 2.002, 3.003);
}

TEST(Transform, KeepsPointsWithoutPosition) {
    const types::PointCloud out = move({{"x", 1}}, cloud_of({{kNan, 0, 0}, {0, 0, 0}}));
    ASSERT_EQ(out.points.size(), 2U);
    EXPECT_TRUE(std::isnan(out.points[0].x));
    EXPECT_TRUE(move({{"x", 1}}, cloud_of({})).points.empty());
}

TEST(Transform, RejectsContradictions) {
    const auto where = [](const engine::Object& params) {
        const auto problems = check_node(points_registry(), kId, params);
        return problems.empty() ? std::string() : problems[0].where;
    };
    EXPECT_EQ(where({{"matrix", kQuarterTurn}}), "");
    EXPECT_EQ(where({{"matrix", kQuarterTurn}, {"x", 1}}), "node.matrix");
    EXPECT_EQ(where({{"matrix", engine::Array{1, 2, 3}}}), "node.matrix");
    EXPECT_EQ(where({{"matrix", engine::Array(16, 0)}}), "node.matrix");
    engine::Array flat = kQuarterTurn;  // squashes z
    flat[10] = 0;
    EXPECT_EQ(where({{"matrix", flat}}), "node.matrix");
}

}  // namespace
}  // namespace millrace::testing
