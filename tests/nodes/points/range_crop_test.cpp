#include "tests/nodes/points/clouds.hpp"

#include <gtest/gtest.h>

namespace millrace::testing {
namespace {

using Numbers = std::vector<std::int32_t>;

TEST(RangeCrop, KeepsTheBandWithItsEnds) {
    const types::PointCloud cloud =
        cloud_of({{0, 0, 1}, {3, 4, 0}, {0, 2, 0}, {0, 0, 6}, {kNan, 2, 2}, {0, 0, 0}});
    const types::PointCloud out =
        run_on("points.range_crop", {{"min_range", 2}, {"max_range", 5}}, cloud);
    EXPECT_EQ(numbers_of(out), (Numbers{1, 2}));
    EXPECT_EQ(out.full_count, 2U);
}

TEST(RangeCrop, MeasuresFromTheFramesZero) {
    types::PointCloud cloud = cloud_of({{0, 0, 0}, {-98, 0, 0}});
    cloud.origin = {100, 0, 0};
    EXPECT_EQ(numbers_of(run_on("points.range_crop", {{"max_range", 70}}, cloud)), (Numbers{1}));
}

TEST(RangeCrop, EmptyCloudAndEmptyBand) {
    EXPECT_TRUE(run_on("points.range_crop", {}, cloud_of({})).points.empty());
    const auto problems = check_node(points_registry(), "points.range_crop", {{"min_range", 80}});
    ASSERT_EQ(problems.size(), 1U);
    EXPECT_EQ(problems[0].where, "node.max_range");
    EXPECT_EQ(check_node(points_registry(), "points.range_crop", {{"max_range", 501}}).at(0).code,
              "E-PARAM-003");
}

}  // namespace
}  // namespace millrace::testing
