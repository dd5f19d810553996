#include "nodes/ops/camera/project.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "nodes/ops/camera/lens.hpp"
#include "tests/nodes/ops/error_code.hpp"

namespace millrace::ops {
namespace {

/// Focal length 100, centre (50, 40), image 100 x 80, looking along the LiDAR's x axis.
types::Camera forward_camera() {
    types::Camera camera;
    camera.name = "front";
    camera.width = 100;
    camera.height = 80;
    camera.projection = {100, 0, 50, 0, 0, 100, 40, 0, 0, 0, 1, 0};
    camera.camera_from_lidar = {0, -1, 0, 0, 0, 0, -1, 0, 1, 0, 0, 0, 0, 0, 0, 1};
    return camera;
}

TEST(ProjectPoints, ByHand) {
    // LiDAR x forward, y left, z up: left is a smaller u, up a smaller v.
    const std::vector<types::Point> points = {{10, 0, 0}, {10, 2, 1}, {10, -5, 0}, {-10, 0, 0}};
    const ProjectedPoints projected = project_points(points, forward_camera());
    EXPECT_EQ(projected.uv, (std::vector<Pixel>{{50, 40}, {30, 30}, {100, 40}, {50, 40}}));
    EXPECT_EQ(projected.depth, (std::vector<float>{10, 10, 10, -10}));
    EXPECT_EQ(projected.in_front, (std::vector<std::uint8_t>{1, 1, 1, 0}));
    // u = 100 is the first column outside; what lies behind is never inside.
    EXPECT_EQ(projected.in_image, (std::vector<std::uint8_t>{1, 1, 0, 0}));
}

TEST(ProjectPoints, DividesByRectifiedDepthAndNotByW) {
    auto camera = forward_camera();
    camera.projection[3] = 20;    // stereo baseline
    camera.projection[11] = 0.5;  // makes w differ from z
    const std::vector<types::Point> points = {{10, 0, 0}};
    const ProjectedPoints projected = project_points(points, camera);
    EXPECT_EQ(projected.uv[0], (Pixel{52, 40}));
    EXPECT_EQ(projected.depth[0], 10);
}

TEST(ProjectPoints, TheImageAtHandGoesBeforeTheCamera) {
    const std::vector<types::Point> points = {{10, 0, 0}};
    EXPECT_EQ(project_points(points, forward_camera(), {50, 80}).in_image[0], 0);
    EXPECT_EQ(project_points(points, forward_camera(), {51, 80}).in_image[0], 1);
    auto camera = forward_camera();
    camera.width = 0;
    EXPECT_EQ(testing::error_code([&] { project_points(points, camera); }), "E-CAMERA-002");
    EXPECT_EQ(project_points(points, camera, {100, 80}).in_image[0], 1);
}

TEST(ProjectPoints, PointsWithoutAPixelAreNowhere) {
    const std::vector<types::Point> points = {{0, 0, 0},     {0, 1, 1},        {NAN, 0, 0},
                                              {10, NAN, 0},  {INFINITY, 0, 0}, {10, 3e38F, 0},
                                              {1e-30F, 1, 0}};
    const ProjectedPoints projected = project_points(points, forward_camera());
    EXPECT_EQ(projected.in_image, std::vector<std::uint8_t>(points.size(), 0));
    EXPECT_EQ(projected.in_front[0], 0);
    EXPECT_EQ(projected.in_front[2], 0);
    EXPECT_EQ(project_points({}, forward_camera()).size(), 0u);
}

TEST(ProjectPoints, FlagsHoldForTheRoundedPixel) {
    // 100 - 1e-7 rounds to 100 as float: a reader indexing by it must not step outside.
    auto camera = forward_camera();
    camera.projection[2] = 100 - 1e-7;
    const std::vector<types::Point> points = {{10, 0, 0}};
    const ProjectedPoints projected = project_points(points, camera);
    EXPECT_EQ(projected.uv[0].u, 100.0F);
    EXPECT_EQ(projected.in_image[0], 0);
}

TEST(ProjectPoints, LongCloudsAgreeWithOnePointAtATime) {
    std::mt19937 random(3);
    std::uniform_real_distribution<float> side(-20, 20);
    std::vector<types::Point> points(1000);
    for (types::Point& point : points) point = {side(random), side(random), side(random)};
    auto camera = forward_camera();
    for (const bool distorted : {false, true}) {
        if (distorted) camera.distortion = {-0.1, 0.01, 0.001, -0.002};
        const ProjectedPoints all = project_points(points, camera);
        ASSERT_EQ(all.size(), points.size());
        for (std::size_t i = 0; i < points.size(); ++i) {
            const ProjectedPoints one = project_points(std::span(points).subspan(i, 1), camera);
            ASSERT_EQ(all.uv[i], one.uv[0]) << i;
            ASSERT_EQ(all.depth[i], one.depth[0]) << i;
            ASSERT_EQ(all.in_front[i], one.in_front[0]) << i;
            ASSERT_EQ(all.in_image[i], one.in_image[0]) << i;
        }
    }
}

TEST(ProjectPoints, StorageIsUsedAgain) {
    ProjectedPoints projected;
    project_points(std::vector<types::Point>(5, {10, 0, 0}), forward_camera(), {}, projected);
    project_points(std::vector<types::Point>(2, {10, -5, 0}), forward_camera(), {}, projected);
    EXPECT_EQ(projected.size(), 2u);
    EXPECT_EQ(projected.in_image, (std::vector<std::uint8_t>{0, 0}));
}

TEST(ProjectPoints, DistortionFollowsOpenCv) {
    auto camera = forward_camera();
    camera.distortion = {0.1, 0.02, 0.01, 0.03, 0.005, 0.2, 0.04, 0.006};
    // a = -0.2 (left is +y), b = -0.1; r2 = 0.05.
    const std::vector<types::Point> points = {{10, 2, 1}};
    const double r2 = 0.05;
    const double radial = (1 + 0.1 * r2 + 0.02 * r2 * r2 + 0.005 * r2 * r2 * r2) /
                          (1 + 0.2 * r2 + 0.04 * r2 * r2 + 0.006 * r2 * r2 * r2);
    const double a = -0.2 * radial + 2 * 0.01 * 0.02 + 0.03 * (r2 + 2 * 0.04);
    const double b = -0.1 * radial + 0.01 * (r2 + 2 * 0.01) + 2 * 0.03 * 0.02;
    const ProjectedPoints projected = project_points(points, camera);
    EXPECT_NEAR(projected.uv[0].u, 50 + 100 * a, 1e-5);
    EXPECT_NEAR(projected.uv[0].v, 40 + 100 * b, 1e-5);
    EXPECT_EQ(projected.depth[0], 10);
}

TEST(ProjectPoints, NothingFoldsBackIntoTheImage) {
    auto camera = forward_camera();
    camera.distortion = {-0.3, 0, 0, 0};
    // r (1 - 0.3 r^2) grows up to r = 1.054 and is back at 0.05 for r = 1.8: inside the image by
    // the formula alone.
    const std::vector<types::Point> points = {{10, -18, 0}, {10, -3, 0}};
    const ProjectedPoints projected = project_points(points, camera);
    EXPECT_GT(projected.uv[0].u, 50);
    EXPECT_LT(projected.uv[0].u, 60);
    EXPECT_EQ(projected.in_image, (std::vector<std::uint8_t>{0, 1}));
}

TEST(ProjectPoints, UnsupportedLensesAreRefused) {
    auto camera = forward_camera();
    camera.distortion = std::vector<double>(12, 0.0);
    EXPECT_TRUE(Lens(camera).is_ideal());
    camera.distortion[9] = 0.1;
    EXPECT_EQ(testing::error_code([&] { project_points({}, camera); }), "E-CAMERA-001");
    camera.distortion = {NAN};
    EXPECT_EQ(testing::error_code([&] { project_points({}, camera); }), "E-CAMERA-001");
}

types::Box3d box(double x, double y, double size) {
    types::Box3d result;
    result.center = {x, y, 0};
    result.size = {size, size, size};
    return result;
}

TEST(ProjectBoxEdges, ABoxAheadShowsTwelveEdges) {
    const auto segments = project_box_edges(box(10, 0, 2), forward_camera());
    ASSERT_EQ(segments.size(), 12u);
    // Corners 0 (11, 1, -1) and 1 (11, -1, -1): both at depth 11, one metre below and to each side.
    EXPECT_NEAR(segments[0].from.u, 50 - 100 / 11.0, 1e-4);
    EXPECT_NEAR(segments[0].to.u, 50 + 100 / 11.0, 1e-4);
    EXPECT_NEAR(segments[0].from.v, 40 + 100 / 11.0, 1e-4);
}

TEST(ProjectBoxEdges, ABoxRoundTheCameraIsCutAtTheNearPlane) {
    const auto segments = project_box_edges(box(0, 0, 2), forward_camera(), 0.5);
    ASSERT_EQ(segments.size(), 8u);  // the four edges wholly behind are gone
    int at_near = 0;
    for (const auto& [from, to] : segments) {
        for (const Pixel& end : {from, to}) {
            const double away = std::abs(end.u - 50);  // one metre to the side at depth 0.5 or 1
            at_near += std::abs(away - 200) < 1e-3;
            EXPECT_TRUE(std::abs(away - 200) < 1e-3 || std::abs(away - 100) < 1e-3) << away;
        }
    }
    EXPECT_EQ(at_near, 4);
}

TEST(ProjectBoxEdges, BoxesBehindOrNotFiniteShowNothing) {
    EXPECT_TRUE(project_box_edges(box(-10, 0, 2), forward_camera()).empty());
    EXPECT_TRUE(project_box_edges(box(NAN, 0, 2), forward_camera()).empty());
}

}  // namespace
}  // namespace millrace::ops
