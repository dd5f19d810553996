#include "tests/nodes/points/clouds.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace millrace::testing {
namespace {

types::PointCloud merge(const engine::Object& params, types::PointCloud first,
                        types::PointCloud second) {
    return run_node(points_registry(), "points.merge", params,
                    {packet_of(std::move(first)), packet_of(std::move(second))})
        .at(0)
        .as<types::PointCloud>();
}

TEST(Merge, KeepsTheFieldsOfBoth) {
    types::PointCloud first = cloud_of({{1, 0, 0}, {2, 0, 0}}), second = cloud_of({{3, 0, 0}});
    first.fields.push_back({"ring", 1, std::vector<std::uint16_t>{1, 2}});
    first.fields.push_back({"only", 1, std::vector<float>{1, 2}});
    second.fields.push_back({"ring", 1, std::vector<float>{2.5F}});
    second.fields.push_back({"index2", 1, std::vector<float>{1}});
    const types::PointCloud out = merge({}, first, second);
    ASSERT_EQ(out.points.size(), 3U);
    EXPECT_EQ(out.points[2].x, 3);
    ASSERT_EQ(out.fields.size(), 2U);
    EXPECT_EQ(numbers_of(out), (std::vector<std::int32_t>{0, 1, 0}));
    EXPECT_EQ(std::get<std::vector<float>>(out.field("ring")->values),
              (std::vector<float>{1, 2, 2.5F}));
    EXPECT_EQ(out.full_count, 3U);
}

TEST(Merge, WholeNumbersWidenToDouble) {
    types::PointCloud first = cloud_of({{1, 0, 0}}), second;
    second.points = {{2, 0, 0}};
    second.fields.push_back({"index", 1, std::vector<float>{0.5F}});
    EXPECT_EQ(std::get<std::vector<double>>(merge({}, first, second).field("index")->values),
              (std::vector<double>{0, 0.5}));
}

TEST(Merge, FieldsOfOtherShapeAreNotCommon) {
    types::PointCloud first = cloud_of({{1, 0, 0}}), second;
    second.points = {{2, 0, 0}};
    second.fields.push_back({"index", 2, std::vector<std::int32_t>{1, 2}});
    EXPECT_TRUE(merge({}, first, second).fields.empty());
}

TEST(Merge, AnEmptyCloudTakesNoFields) {
    const types::PointCloud cloud = cloud_of({{1, 0, 0}});
    EXPECT_EQ(numbers_of(merge({}, cloud, {})), numbers_of(cloud));
    EXPECT_EQ(numbers_of(merge({}, {}, cloud)), numbers_of(cloud));
    EXPECT_EQ(merge({}, {}, cloud).frame, "lidar");
    EXPECT_TRUE(merge({}, {}, {}).points.empty());
}

TEST(Merge, MovesTheSecondToTheFirstOrigin) {
    types::PointCloud first = cloud_of({{1, 0, 0}}), second = cloud_of({{1, 0, kNan}});
    first.origin = {500000, 4000000, 0};
    second.origin = {500010, 4000000, 0};
    const types::PointCloud out = merge({}, first, second);
    EXPECT_EQ(out.origin, first.origin);
    EXPECT_EQ(out.points[1].x, 11);
    EXPECT_TRUE(std::isnan(out.points[1].z));
    EXPECT_EQ(merge({}, {}, second).origin, second.origin);
}

TEST(Merge, SaysWhereEachPointIsFrom) {
    const types::PointCloud out =
        merge({{"source_field", "scan"}}, cloud_of({{1, 0, 0}, {2, 0, 0}}), cloud_of({{3, 0, 0}}));
    EXPECT_EQ(std::get<std::vector<std::uint8_t>>(out.field("scan")->values),
              (std::vector<std::uint8_t>{0, 0, 1}));
}

TEST(Merge, RefusesTwoFrames) {
    types::PointCloud second = cloud_of({{1, 0, 0}});
    second.frame = "world";
    try {
        merge({}, cloud_of({}), second);
        FAIL() << "no error";
    } catch (const engine::Error& error) {
        EXPECT_EQ(error.problem().code, "E-POINTS-001");
        EXPECT_NE(error.problem().found.find("world"), std::string::npos);
    }
}

}  // namespace
}  // namespace millrace::testing
