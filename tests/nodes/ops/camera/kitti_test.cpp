#include "nodes/ops/camera/kitti.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "nodes/ops/boxes/corners.hpp"
#include "tests/nodes/ops/error_code.hpp"

namespace millrace::ops {
namespace {

/// Axes swapped exactly, camera 0.5 m in front of and 0.2 m above the LiDAR; R0 scales nothing.
KittiCalibration calibration() {
    return {.p2 = {700, 0, 600, 45, 0, 700, 180, 0.2, 0, 0, 1, 0.003},
            .r0 = {1, 0, 0, 0, 1, 0, 0, 0, 1},
            .velo_to_cam = {0, -1, 0, 0, 0, 0, -1, 0.2, 1, 0, 0, -0.5}};
}

types::Camera camera() { return kitti_camera(calibration(), {1242, 375}); }

TEST(KittiCamera, JoinsRectificationAndMounting) {
    auto given = calibration();
    given.r0 = {0, -1, 0, 1, 0, 0, 0, 0, 1};  // a quarter turn about z
    const types::Camera joined = kitti_camera(given, {1242, 375}, "left");
    EXPECT_EQ(joined.name, "left");
    EXPECT_EQ(joined.width, 1242);
    EXPECT_EQ(joined.height, 375);
    EXPECT_EQ(joined.projection, given.p2);
    EXPECT_EQ(joined.camera_from_lidar,
              (Matrix4{0, 0, 1, -0.2, 0, -1, 0, 0, 1, 0, 0, -0.5, 0, 0, 0, 1}));
}

TEST(KittiPoints, ThereAndBack) {
    const std::vector<types::Point> points = {{10, 2, 1}, {-4, 0, 0.5F}};
    const auto rectified = rectified_from_lidar(points, camera());
    EXPECT_NEAR(rectified[0][0], -2, 1e-12);
    EXPECT_NEAR(rectified[0][1], -0.8, 1e-12);
    EXPECT_NEAR(rectified[0][2], 9.5, 1e-12);
    const auto back = lidar_from_rectified(rectified, camera());
    for (std::size_t i = 0; i < points.size(); ++i) {
        EXPECT_NEAR(back[i][0], points[i].x, 1e-12);
        EXPECT_NEAR(back[i][1], points[i].y, 1e-12);
        EXPECT_NEAR(back[i][2], points[i].z, 1e-12);
    }
}

TEST(KittiPoints, ACalibrationWithoutInverseIsReported) {
    auto given = calibration();
    given.r0 = {};
    const auto flat = kitti_camera(given, {1242, 375});
    const std::vector<Vector3> points = {{1, 2, 3}};
    EXPECT_EQ(testing::error_code([&] { lidar_from_rectified(points, flat); }), "E-TRANSFORM-001");
    EXPECT_EQ(testing::error_code([&] { lidar_box({}, flat); }), "E-TRANSFORM-001");
    given.r0[0] = NAN;
    EXPECT_EQ(testing::error_code([&] {
                  lidar_box({}, kitti_camera(given, {1242, 375}));
              }),
              "E-TRANSFORM-001");
}

TEST(KittiBoxes, ByHand) {
    const CameraBox labelled{{2, 1.5, 20}, 4, 1.6, 1.8, -std::numbers::pi / 2};
    const types::Box3d box = lidar_box(labelled, camera());
    EXPECT_NEAR(box.center[0], 20.5, 1e-12);
    EXPECT_NEAR(box.center[1], -2, 1e-12);
    EXPECT_NEAR(box.center[2], -1.3 + 0.8, 1e-12);
    EXPECT_EQ(box.size, (std::array<double, 3>{4, 1.8, 1.6}));
    EXPECT_NEAR(box.yaw, 0, 1e-12);
    const CameraBox back = camera_box(box, camera());
    for (int axis = 0; axis < 3; ++axis) {
        EXPECT_NEAR(back.bottom_center[axis], labelled.bottom_center[axis], 1e-12);
    }
    EXPECT_EQ(back.length, labelled.length);
    EXPECT_EQ(back.height, labelled.height);
    EXPECT_EQ(back.width, labelled.width);
    EXPECT_NEAR(back.rotation_y, labelled.rotation_y, 1e-12);
}

TEST(KittiBoxes, TheYawIsNotWrapped) {
    EXPECT_NEAR(lidar_box({{}, 1, 1, 1, 3}, camera()).yaw, -3 - std::numbers::pi / 2, 1e-12);
}

TEST(KittiBoxes, CornersInBothFramesAreTheSameSet) {
    const CameraBox labelled{{2, 1.5, 20}, 4, 1.6, 1.8, 0.4};
    auto of_lidar = box_corners(lidar_box(labelled, camera()));
    for (const Vector3& corner : camera_box_corners(labelled)) {
        double nearest = 1e9;
        for (const auto& other : of_lidar) {
            const Vector3 moved = transform(camera().camera_from_lidar, other);
            nearest = std::min(nearest, std::hypot(moved[0] - corner[0], moved[1] - corner[1],
                                                   moved[2] - corner[2]));
        }
        EXPECT_LT(nearest, 1e-9);
    }
}

TEST(KittiImageBox, DividesByW) {
    const CameraBox flat{{0, 0, 10}, 2, 0, 0, 0};  // a line 2 m wide, 10 m ahead
    const ImageBox box = image_box(flat, camera());
    const double w = 10.003;
    EXPECT_NEAR(box.xyxy[0], (-700 + 6000 + 45) / w, 1e-9);
    EXPECT_NEAR(box.xyxy[2], (700 + 6000 + 45) / w, 1e-9);
    EXPECT_NEAR(box.xyxy[1], (1800 + 0.2) / w, 1e-9);
    EXPECT_EQ(box.corners_in_front, 8);
}

TEST(KittiImageBox, IsClippedToTheLastPixel) {
    const ImageBox box = image_box({{0, 2, 3}, 50, 40, 1, 0}, camera());
    EXPECT_EQ(box.xyxy, (std::array<double, 4>{0, 0, 1241, 374}));
    EXPECT_EQ(image_box({{0, 2, 3}, 50, 40, 1, 0}, camera(), {100, 50}).xyxy,
              (std::array<double, 4>{0, 0, 99, 49}));
}

TEST(KittiImageBox, BehindAndNotANumber) {
    EXPECT_EQ(image_box({{0, 0, -10}, 2, 2, 2, 0}, camera()).corners_in_front, 0);
    EXPECT_EQ(image_box({{0, 0, 0}, 2, 2, 2, 0}, camera()).corners_in_front, 4);
    const ImageBox nowhere = image_box({{NAN, 0, 10}, 2, 2, 2, NAN}, camera());
    EXPECT_EQ(nowhere.xyxy, (std::array<double, 4>{}));
    EXPECT_EQ(nowhere.corners_in_front, 0);
}

}  // namespace
}  // namespace millrace::ops
