#include "tests/nodes/points/clouds.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace millrace::testing {
namespace {

constexpr const char* kId = "points.voxel_downsample";

TEST(VoxelDownsample, AveragesEachCell) {
    types::PointCloud cloud =
        cloud_of({{0.1F, 0.1F, 0.1F}, {5, 5, 5}, {0.3F, 0.5F, 0.7F}, {-0.1F, 0.1F, 0.1F}});
    cloud.fields.push_back({"intensity", 1, std::vector<float>{0.2F, 1, 0.4F, 0}});
    const types::PointCloud out = run_on(kId, {{"size", 1.0}}, cloud);
    ASSERT_EQ(out.points.size(), 3U);  // -0.1 lies in another cell than 0.1
    EXPECT_FLOAT_EQ(out.points[0].x, 0.2F);
    EXPECT_FLOAT_EQ(out.points[0].y, 0.3F);
    EXPECT_FLOAT_EQ(out.points[0].z, 0.4F);
    EXPECT_EQ(out.points[1], (types::Point{5, 5, 5}));
    EXPECT_FLOAT_EQ(static_cast<float>(out.field("intensity")->at(0)), 0.3F);
    EXPECT_EQ(out.frame, "lidar");
    EXPECT_EQ(out.full_count, 3U);
}

TEST(VoxelDownsample, LabelsVoteAndColoursAverage) {
    types::PointCloud cloud;
    cloud.points = {{0, 0, 0}, {0.1F, 0, 0}, {0.2F, 0, 0}, {0.3F, 0, 0}};
    cloud.fields.push_back({"label", 1, std::vector<std::int32_t>{7, 3, 3, 9}});
    cloud.fields.push_back({"ring", 1, std::vector<std::uint16_t>{4, 2, 4, 2}});
    cloud.fields.push_back(
        {"rgb", 3, std::vector<std::uint8_t>{0, 10, 255, 1, 10, 255, 1, 10, 255, 1, 10, 255}});
    cloud.fields.push_back({"intensity", 1, std::vector<std::uint16_t>{0, 0, 0, 400}});
    const types::PointCloud out = run_on(kId, {{"size", 1}}, cloud);
    ASSERT_EQ(out.points.size(), 1U);
    EXPECT_EQ(std::get<std::vector<std::int32_t>>(out.field("label")->values),
              (std::vector<std::int32_t>{3}));
    EXPECT_EQ(out.field("ring")->at(0), 4);  // a draw goes to the earliest
    EXPECT_EQ(std::get<std::vector<std::uint8_t>>(out.field("rgb")->values),
              (std::vector<std::uint8_t>{1, 10, 255}));
    EXPECT_EQ(out.field("intensity")->at(0), 100);
}

TEST(VoxelDownsample, NormalsKeepUnitLength) {
    types::PointCloud cloud;
    cloud.points = {{0, 0, 0}, {0.1F, 0, 0}};
    cloud.fields.push_back({"normal", 3, std::vector<float>{1, 0, 0, 0, 1, 0}});
    const types::PointCloud out = run_on(kId, {{"size", 1}}, cloud);
    EXPECT_NEAR(out.field("normal")->at(0, 0), std::sqrt(0.5), 1e-6);
    EXPECT_NEAR(out.field("normal")->at(0, 1), std::sqrt(0.5), 1e-6);
}

TEST(VoxelDownsample, DropsPointsWithoutPositionAndIgnoresNanValues) {
    const float infinity = std::numeric_limits<float>::infinity();
    types::PointCloud cloud = cloud_of(
        {{kNan, 0, 0}, {0, infinity, 0}, {1e30F, 0, 0}, {0.1F, 0, 0}, {0.3F, 0, 0}, {9, 9, 9}});
    cloud.fields.push_back({"speed", 1, std::vector<double>{1, 1, 1, NAN, 4, NAN}});
    const types::PointCloud out = run_on(kId, {{"size", 0.5}}, cloud);
    ASSERT_EQ(out.points.size(), 2U);
    EXPECT_EQ(out.field("speed")->at(0), 4);
    EXPECT_TRUE(std::isnan(out.field("speed")->at(1)));
}

TEST(VoxelDownsample, LeavesOutSparseCells) {
    const types::PointCloud cloud = cloud_of({{0, 0, 0}, {5, 5, 5}, {0.1F, 0, 0}});
    EXPECT_EQ(run_on(kId, {{"size", 1}, {"min_points", 2}}, cloud).points.size(), 1U);
}

TEST(VoxelDownsample, LabelsAreTheCellsMostFrequentAndEarliest) {
    types::PointCloud cloud = cloud_of(std::vector<types::Point>(7, {1, 1, 1}));
    cloud.fields[0].values =
        std::vector<std::int32_t>{9, 4, 4, -2, 9, 7, -2};  // three values twice
    EXPECT_EQ(run_on(kId, {}, cloud).field("index")->at(0), 9);
    cloud.fields[0].values = std::vector<std::int32_t>{9, 4, 4, -2, 7, 8, -2};
    EXPECT_EQ(run_on(kId, {}, cloud).field("index")->at(0), 4);
    // As many values as points in one cell: 300,000 labels, each once.
    const types::PointCloud large = cloud_of(std::vector<types::Point>(300000, {1, 1, 1}));
    EXPECT_EQ(run_on(kId, {}, large).field("index")->at(0), 0);
}

TEST(VoxelDownsample, EmptyAndSinglePoint) {
    const types::PointCloud none = run_on(kId, {}, cloud_of({}));
    EXPECT_TRUE(none.points.empty());
    ASSERT_NE(none.field("index"), nullptr);
    EXPECT_EQ(none.field("index")->count(), 0U);
    EXPECT_EQ(run_on(kId, {}, cloud_of({{1, 2, 3}})).points[0], (types::Point{1, 2, 3}));
}

TEST(VoxelDownsample, RejectsBadParameters) {
    EXPECT_EQ(check_node(points_registry(), kId, {{"size", 0.0}}).at(0).code, "E-PARAM-003");
    EXPECT_EQ(check_node(points_registry(), kId, {{"size", -1}}).at(0).where, "node.size");
    EXPECT_EQ(check_node(points_registry(), kId, {{"min_points", 0}}).at(0).code, "E-PARAM-003");
}

TEST(VoxelDownsample, ThinsARealFrame) {
    MILLRACE_NEED_KITTI();
    const types::PointCloud cloud = kitti_frame("000000");
    const types::PointCloud out = run_on(kId, {{"size", 0.2}}, cloud);
    EXPECT_LT(out.points.size(), cloud.points.size() / 2);
    EXPECT_GT(out.points.size(), cloud.points.size() / 50);
    // Means lie inside their cells, so thinning again with the same grid changes nothing but
    // rounding.
    EXPECT_NEAR(static_cast<double>(run_on(kId, {{"size", 0.2}}, out).points.size()),
                static_cast<double>(out.points.size()), 3);
}

}  // namespace
}  // namespace millrace::testing
