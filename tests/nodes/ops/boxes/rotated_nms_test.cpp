#include "nodes/ops/boxes/rotated_nms.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/nodes/ops/error_code.hpp"

namespace millrace::ops {
namespace {

using Rows = std::vector<std::int32_t>;

/// Boxes of 2 x 2 at the given x; neighbours 1 apart have IoU 1/3.
std::vector<types::Box3d> row_of_boxes(const std::vector<double>& x,
                                       const std::vector<double>& scores) {
    std::vector<types::Box3d> boxes(x.size());
    for (std::size_t i = 0; i < x.size(); ++i) {
        boxes[i].center = {x[i], 0, 0};
        boxes[i].size = {2, 2, 2};
        boxes[i].score = scores[i];
    }
    return boxes;
}

TEST(RotatedNms, KeepsTheBestOfEachClusterInOrderOfScore) {
    const auto boxes = row_of_boxes({0, 1, 10, 11, 20}, {0.5, 0.9, 0.3, 0.2, 0.7});
    EXPECT_EQ(rotated_nms(boxes, {.threshold = 0.3}), (Rows{1, 4, 2}));
    EXPECT_EQ(rotated_nms(boxes, {.threshold = 0.4}), (Rows{1, 4, 0, 2, 3}));
}

TEST(RotatedNms, ASuppressedBoxSuppressesNobody) {
    // 1 removes 2, which would have removed 3.
    const auto boxes = row_of_boxes({0, 1, 2}, {0.9, 0.8, 0.7});
    EXPECT_EQ(rotated_nms(boxes, {.threshold = 0.3}), (Rows{0, 2}));
}

TEST(RotatedNms, TheThresholdItselfIsKept) {
    const auto boxes = row_of_boxes({0, 0}, {0.9, 0.8});
    EXPECT_EQ(rotated_nms(boxes, {.threshold = 1}), (Rows{0, 1}));
    EXPECT_EQ(rotated_nms(boxes, {.threshold = 0.999}), (Rows{0}));
}

TEST(RotatedNms, CapsBeforeAndAfter) {
    const auto boxes = row_of_boxes({0, 10, 20, 30}, {0.1, 0.4, 0.3, 0.2});
    EXPECT_EQ(rotated_nms(boxes, {.threshold = 0.1, .pre_max = 2}), (Rows{1, 2}));
    EXPECT_EQ(rotated_nms(boxes, {.threshold = 0.1, .post_max = 3}), (Rows{1, 2, 3}));
    EXPECT_TRUE(rotated_nms(boxes, {.threshold = 0.1, .post_max = 0}).empty());
}

TEST(RotatedNms, EqualScoresKeepTheirOrder) {
    EXPECT_EQ(rotated_nms(row_of_boxes({0, 10, 20}, {0.5, 0.5, 0.5})), (Rows{0, 1, 2}));
}

TEST(RotatedNms, LeavesOutWhatIsNotANumberAndKeepsWhatHasNoArea) {
    auto boxes = row_of_boxes({0, 10, 20, 30}, {0.9, NAN, 0.7, 0.6});
    boxes[2].yaw = INFINITY;
    boxes[3].size = {0, 0, 0};
    EXPECT_EQ(rotated_nms(boxes), (Rows{0, 3}));
    EXPECT_TRUE(rotated_nms(std::vector<types::Box3d>{}).empty());
}

TEST(RotatedNms, OneScorePerBox) {
    const auto boxes = row_of_boxes({0}, {1});
    EXPECT_EQ(testing::error_code([&] { rotated_nms(boxes, std::vector<double>{}, {}); }),
              "E-SHAPE-023");
}

}  // namespace
}  // namespace millrace::ops
