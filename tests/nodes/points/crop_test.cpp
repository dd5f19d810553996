#include "tests/nodes/points/clouds.hpp"

#include <gtest/gtest.h>

namespace millrace::testing {
namespace {

using Numbers = std::vector<std::int32_t>;
const engine::Object kUnitBox = {{"min_x", 0}, {"max_x", 1}, {"min_y", 0},
                                 {"max_y", 1}, {"min_z", 0}, {"max_z", 1}};

engine::Object with(engine::Object params, const char* name, engine::Value value) {
    params[name] = std::move(value);
    return params;
}

TEST(Crop, KeepsTheInsideWithItsFaces) {
    const types::PointCloud cloud = cloud_of({{0.5F, 0.5F, 0.5F},
                                              {1, 1, 1},
                                              {1.01F, 0.5F, 0.5F},
                                              {0, 0, -0.01F},
                                              {kNan, 0, 0},
                                              {0, 0, 0}});
    EXPECT_EQ(numbers_of(run_on("points.crop", kUnitBox, cloud)), (Numbers{0, 1, 5}));
    EXPECT_EQ(numbers_of(run_on("points.crop", with(kUnitBox, "keep", "outside"), cloud)),
              (Numbers{2, 3}));
}

TEST(Crop, BoundsAreInTheFrameNotAtTheOrigin) {
    types::PointCloud cloud = cloud_of({{0, 0, 0}, {-99.5F, 0, 0}});
    cloud.origin = {100, 0, 0};
    EXPECT_EQ(numbers_of(run_on("points.crop", kUnitBox, cloud)), (Numbers{1}));
}

TEST(Crop, EmptyCloud) { EXPECT_TRUE(run_on("points.crop", {}, cloud_of({})).points.empty()); }

TEST(Crop, NamesEveryEmptyAxis) {
    const auto problems = check_node(points_registry(), "points.crop",
                                     {{"min_x", 1}, {"max_x", 1}, {"min_z", 5}, {"max_z", 2}});
    ASSERT_EQ(problems.size(), 2U);
    EXPECT_EQ(problems[0].where, "node.max_x");
    EXPECT_EQ(problems[1].where, "node.max_z");
    EXPECT_EQ(check_node(points_registry(), "points.crop", {{"keep", "both"}}).at(0).code,
              "E-PARAM-004");
}

}  // namespace
}  // namespace millrace::testing
