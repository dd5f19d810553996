#include "nodes/ops/boxes/rotated_iou.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <random>

namespace millrace::ops {
namespace {

constexpr double kPi = std::numbers::pi;

types::Box3d box(double x, double y, double z, double dx, double dy, double dz, double yaw = 0) {
    types::Box3d result;
    result.center = {x, y, z};
    result.size = {dx, dy, dz};
    result.yaw = yaw;
    return result;
}

TEST(RotatedIou, AxisAlignedBoxesByHand) {
    const auto a = box(0, 0, 0, 4, 2, 2), b = box(1, 1, 1, 4, 2, 2);
    EXPECT_NEAR(overlap_bev(a, b), 3.0, 1e-12);  // 3 x 1
    EXPECT_NEAR(iou_bev(a, b), 3.0 / 13, 1e-12);
    EXPECT_NEAR(iou_3d(a, b), 3.0 / 29, 1e-12);  // height 1 of 2
}

TEST(RotatedIou, SquareOverItsDiamondIsAnOctagon) {
    const double overlap = overlap_bev(box(5, -3, 0, 2, 2, 1), box(5, -3, 0, 2, 2, 1, kPi / 4));
    EXPECT_NEAR(overlap, 8 * (std::sqrt(2.0) - 1), 1e-12);
}

TEST(RotatedIou, SameBoxAnyAngleGivesOne) {
    for (const double yaw : {0.0, 0.3, kPi / 2, -2.7, 7.5, kPi}) {
        const auto a = box(70, -40, 1, 3.9, 1.6, 1.5, yaw);
        EXPECT_NEAR(iou_bev(a, a), 1, 1e-12) << yaw;
        EXPECT_NEAR(iou_3d(a, a), 1, 1e-12) << yaw;
        auto turned = a;
        turned.yaw += kPi;
        EXPECT_NEAR(iou_3d(a, turned), 1, 1e-12) << yaw;
    }
}

TEST(RotatedIou, ContainedBoxIsItsOwnOverlap) {
    EXPECT_NEAR(overlap_bev(box(0, 0, 0, 10, 10, 1), box(1, 1, 0, 2, 3, 1, 0.7)), 6, 1e-12);
    EXPECT_NEAR(overlap_bev(box(1, 1, 0, 2, 3, 1, 0.7), box(0, 0, 0, 10, 10, 1)), 6, 1e-12);
}

TEST(RotatedIou, TouchingAndDistantBoxesShareNothing) {
    EXPECT_NEAR(overlap_bev(box(0, 0, 0, 2, 2, 2), box(2, 0, 0, 2, 2, 2)), 0, 1e-12);
    EXPECT_EQ(iou_bev(box(0, 0, 0, 2, 2, 2), box(50, 0, 0, 2, 2, 2)), 0);
    EXPECT_EQ(iou_3d(box(0, 0, 0, 2, 2, 2), box(0, 0, 3, 2, 2, 2)), 0);
    EXPECT_NEAR(iou_bev(box(0, 0, 0, 2, 2, 2), box(0, 0, 3, 2, 2, 2)), 1, 1e-12);
}

TEST(RotatedIou, DegenerateBoxesOverlapNothing) {
    const auto whole = box(0, 0, 0, 2, 2, 2);
    EXPECT_EQ(iou_bev(box(0, 0, 0, 0, 0, 0), box(0, 0, 0, 0, 0, 0)), 0);
    EXPECT_EQ(iou_bev(whole, box(0, 0, 0, 0, 2, 2)), 0);
    EXPECT_EQ(iou_bev(whole, box(0, 0, 0, -2, 2, 2)), 0);
    EXPECT_EQ(iou_3d(whole, box(0, 0, 0, 2, 2, 0)), 0);
    EXPECT_EQ(iou_3d(whole, box(0, 0, 0, 2, 2, -2)), 0);
    EXPECT_EQ(iou_bev(whole, box(NAN, 0, 0, 2, 2, 2)), 0);
    EXPECT_EQ(iou_bev(whole, box(0, 0, 0, INFINITY, 2, 2)), 0);
    EXPECT_EQ(iou_bev(whole, box(0, 0, 0, 2, 2, 2, NAN)), 0);
    EXPECT_EQ(iou_3d(whole, box(0, 0, NAN, 2, 2, 2)), 0);
}

TEST(RotatedIou, AgreesWithCountingCellsOnRandomPairs) {
    std::mt19937 random(7);
    std::uniform_real_distribution<double> offset(-1.5, 1.5), size(0.5, 4), angle(-4, 4);
    for (int pair = 0; pair < 20; ++pair) {
        const auto a =
            box(offset(random), offset(random), 0, size(random), size(random), 1, angle(random));
        const auto b =
            box(offset(random), offset(random), 0, size(random), size(random), 1, angle(random));
        const auto inside = [](const types::Box3d& each, double x, double y) {
            const double dx = x - each.center[0], dy = y - each.center[1];
            return std::abs(std::cos(each.yaw) * dx + std::sin(each.yaw) * dy) < each.size[0] / 2 &&
                   std::abs(-std::sin(each.yaw) * dx + std::cos(each.yaw) * dy) < each.size[1] / 2;
        };
        constexpr double kCell = 0.02;
        int cells = 0;
        for (double x = -5; x < 5; x += kCell) {
            for (double y = -5; y < 5; y += kCell) cells += inside(a, x, y) && inside(b, x, y);
        }
        EXPECT_NEAR(overlap_bev(a, b), cells * kCell * kCell, 0.1) << "pair " << pair;
        EXPECT_NEAR(overlap_bev(a, b), overlap_bev(b, a), 1e-9);
    }
}

TEST(BoxOverlaps, RowsAreTheFirstSet) {
    const std::vector<types::Box3d> a = {box(0, 0, 0, 2, 2, 2)}, b = {box(9, 0, 0, 2, 2, 2), a[0]};
    const BoxOverlaps overlaps = box_overlaps(a, b);
    EXPECT_EQ(overlaps.overlap_bev, (std::vector<double>{0, 4}));
    EXPECT_EQ(overlaps.iou_bev, (std::vector<double>{0, 1}));
    EXPECT_EQ(overlaps.iou_3d, (std::vector<double>{0, 1}));
    EXPECT_TRUE(box_overlaps({}, b).iou_3d.empty());
}

}  // namespace
}  // namespace millrace::ops
