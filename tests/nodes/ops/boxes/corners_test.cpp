#include "nodes/ops/boxes/corners.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <numbers>

namespace millrace::ops {
namespace {

TEST(BoxCorners, FollowTheOrderAndTurnCounterClockwise) {
    types::Box3d box;
    box.center = {10, 20, 30};
    box.size = {4, 2, 6};
    box.yaw = std::numbers::pi / 2;
    const auto corners = box_corners(box);
    // (+2, +1, -3) turned by a quarter is (-1, +2, -3).
    const std::array<std::array<double, 3>, 8> expected = {{{9, 22, 27},
                                                            {11, 22, 27},
                                                            {11, 18, 27},
                                                            {9, 18, 27},
                                                            {9, 22, 33},
                                                            {11, 22, 33},
                                                            {11, 18, 33},
                                                            {9, 18, 33}}};
    for (int i = 0; i < 8; ++i) {
        for (int axis = 0; axis < 3; ++axis)
            EXPECT_NEAR(corners[i][axis], expected[i][axis], 1e-12);
    }
}

TEST(BoxEdges, JoinCornersThatDifferInOneAxis) {
    types::Box3d box;
    box.size = {1, 2, 4};
    const auto corners = box_corners(box);
    for (const auto& [from, to] : kBoxEdges) {
        int differing = 0;
        for (int axis = 0; axis < 3; ++axis) differing += corners[from][axis] != corners[to][axis];
        EXPECT_EQ(differing, 1) << from << " " << to;
    }
}

}  // namespace
}  // namespace millrace::ops
