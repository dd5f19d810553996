#include "nodes/ops/cloud/rectangle.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace millrace::ops {
namespace {

constexpr double kPi = std::numbers::pi;

/// Corners, and points inside, of a rectangle 4 by 2 about (3, -1).
std::vector<Point2> turned(double yaw) {
    std::vector<Point2> points;
    for (const auto& [along, across] :
         std::vector<Point2>{{2, 1}, {-2, 1}, {-2, -1}, {2, -1}, {0.3, 0.2}, {-1, 0.9}}) {
        points.push_back({3 + along * std::cos(yaw) - across * std::sin(yaw),
                          -1 + along * std::sin(yaw) + across * std::cos(yaw)});
    }
    return points;
}

TEST(ConvexHull, LeavesOutInnerAndCollinearPoints) {
    const std::vector<Point2> hull =
        convex_hull({{0, 0}, {1, 0}, {2, 0}, {2, 2}, {0, 2}, {1, 1}, {0, 0}, {0, 1}});
    EXPECT_EQ(hull, (std::vector<Point2>{{0, 0}, {2, 0}, {2, 2}, {0, 2}}));
    EXPECT_EQ(convex_hull({{1, 1}, {1, 1}}).size(), 1U);
    EXPECT_EQ(convex_hull({{0, 0}, {1, 1}, {2, 2}}), (std::vector<Point2>{{0, 0}, {2, 2}}));
    EXPECT_TRUE(convex_hull({}).empty());
}

TEST(Rectangle, SmallestOneAtAnyTurn) {
    for (double yaw = -kPi / 2 + 0.01; yaw <= kPi / 2; yaw += 0.1) {
        const Rectangle found = fit_rectangle(turned(yaw), RectangleFit::MinimumArea);
        EXPECT_NEAR(found.yaw, yaw, 1e-9);
        EXPECT_NEAR(found.length, 4, 1e-9);
        EXPECT_NEAR(found.width, 2, 1e-9);
        EXPECT_NEAR(found.center[0], 3, 1e-9);
        EXPECT_NEAR(found.center[1], -1, 1e-9);
    }
}

TEST(Rectangle, ClosenessFollowsAnLThatIsNoRectangle) {
    // Side and rear of a car with a stray point beyond: the smallest rectangle turns, the close one
    // doesn't.
    std::vector<Point2> points;
    for (int step = 0; step <= 40; ++step) points.push_back({step * 0.1, 0});
    for (int step = 0; step <= 16; ++step) points.push_back({0, step * 0.1});
    const Rectangle close = fit_rectangle(points, RectangleFit::Closeness);
    EXPECT_NEAR(close.yaw, 0, 1e-9);
    EXPECT_NEAR(close.length, 4, 1e-9);
    EXPECT_NEAR(close.width, 1.6, 1e-9);
    EXPECT_NEAR(close.center[0], 2, 1e-9);
}

TEST(Rectangle, RoundAHullOfVeryManyEdges) {
    std::vector<Point2> circle;
    for (int step = 0; step < 100000; ++step)
        circle.push_back({5 + 2 * std::cos(step * kPi / 50000), 2 * std::sin(step * kPi / 50000)});
    const Rectangle found = fit_rectangle(circle, RectangleFit::MinimumArea);
    EXPECT_NEAR(found.length, 4, 1e-4);
    EXPECT_NEAR(found.width, 4, 1e-4);
    EXPECT_NEAR(found.center[0], 5, 1e-4);
}

TEST(Rectangle, FewPoints) {
    EXPECT_EQ(fit_rectangle({}, RectangleFit::Closeness).length, 0);
    const Rectangle one = fit_rectangle({{5, 6}}, RectangleFit::Closeness);
    EXPECT_EQ(one.center, (Point2{5, 6}));
    EXPECT_EQ(one.length, 0);
    for (const RectangleFit fit : {RectangleFit::MinimumArea, RectangleFit::Closeness}) {
        const Rectangle line = fit_rectangle({{0, 0}, {3, 3}, {1, 1}}, fit);
        EXPECT_NEAR(line.length, 3 * std::sqrt(2), 1e-9);
        EXPECT_NEAR(line.width, 0, 1e-9);
        EXPECT_NEAR(line.yaw, kPi / 4, 1e-9);
    }
}

}  // namespace
}  // namespace millrace::ops
