// What a correction does to pixels, against values worked out by hand.
#include "engine/visual/calibrate/correction.hpp"

#include <gtest/gtest.h>

#include "engine/visual/scene/scene.hpp"
#include "tests/engine/visual/calibrate/support.hpp"

namespace millrace::tests {
namespace {

using visual::Correction;
using visual::CorrectionAxis;

constexpr double kDegree = std::numbers::pi / 180;

Correction of(CorrectionAxis axis, double value) {
    Correction correction;
    correction[axis] = value;
    return correction;
}

/// 100 pixels of focal length, middle (100, 50), along the LiDAR's x from its origin.
visual::Camera plain_camera() {
    visual::Camera camera;
    camera.width = 200;
    camera.height = 100;
    camera.projection = {100, 0, 100, 0, 0, 100, 50, 0, 0, 0, 1, 0};
    camera.camera_from_parent = {0, -1, 0, 0, 0, 0, -1, 0, 1, 0, 0, 0, 0, 0, 0, 1};
    return camera;
}

visual::Pinhole::Pixel pixel(const Correction& correction, const visual::Vector3& point) {
    return visual::Pinhole(visual::corrected(plain_camera(), correction)).pixel(point);
}

TEST(Correction, ThePinholeGivesPixelsAndDepth) {
    const auto at = pixel({}, {10, -2, 1});  // 2 m to the right, 1 m up, 10 m ahead
    EXPECT_TRUE(at.inside);
    EXPECT_DOUBLE_EQ(at.x, 120);
    EXPECT_DOUBLE_EQ(at.y, 40);
    EXPECT_DOUBLE_EQ(at.depth, 10);
    EXPECT_FALSE(pixel({}, {-10, 0, 0}).inside);
    EXPECT_FALSE(pixel({}, {0.05, 0, 0}).inside) << "nearer than counts";
    EXPECT_FALSE(pixel({}, {10, -11, 0}).inside) << "beside the image";
    EXPECT_FALSE(pixel({}, {NAN, 0, 0}).inside);
}

TEST(Correction, ShiftsMoveByFocalLengthOverDepth) {
    EXPECT_NEAR(pixel(of(CorrectionAxis::X, 0.1), {10, 0, 0}).x, 101, 1e-9);
    EXPECT_NEAR(pixel(of(CorrectionAxis::Y, 0.1), {10, 0, 0}).y, 51, 1e-9);
    const auto nearer = pixel(of(CorrectionAxis::Z, -0.5), {10, -2, 0});
    EXPECT_NEAR(nearer.x, 100 + 100 * 2 / 9.5, 1e-9);
    EXPECT_NEAR(nearer.depth, 9.5, 1e-9);
}

TEST(Correction, TurnsGoTheWayTheHeaderSays) {
    const double one = std::tan(kDegree);
    EXPECT_NEAR(pixel(of(CorrectionAxis::Yaw, kDegree), {10, 0, 0}).x, 100 + 100 * one, 1e-9);
    EXPECT_NEAR(pixel(of(CorrectionAxis::Pitch, kDegree), {10, 0, 0}).y, 50 - 100 * one, 1e-9);
    const auto turned = pixel(of(CorrectionAxis::Roll, kDegree), {10, -2, 0});
    EXPECT_NEAR(turned.x, 100 + 20 * std::cos(kDegree), 1e-9);
    EXPECT_NEAR(turned.y, 50 + 20 * std::sin(kDegree), 1e-9) << "right of the middle moves down";
}

TEST(Correction, TheOrderIsRollPitchYawThenShift) {
    Correction all;
    all.values = {0.1, -0.2, 0.3, 2 * kDegree, -3 * kDegree, 4 * kDegree};
    const auto alone = [&](CorrectionAxis axis) { return delta_of(of(axis, all[axis])); };
    visual::Matrix4 shift = visual::kIdentity;
    shift[3] = 0.1, shift[7] = -0.2, shift[11] = 0.3;
    const visual::Matrix4 expected = visual::product(
        shift,
        visual::product(alone(CorrectionAxis::Yaw), visual::product(alone(CorrectionAxis::Pitch),
                                                                    alone(CorrectionAxis::Roll))));
    const visual::Matrix4 delta = delta_of(all);
    for (std::size_t i = 0; i < 16; ++i) EXPECT_NEAR(delta[i], expected[i], 1e-12) << i;
    // It stands on the left of the camera's pose.
    const visual::Camera camera = plain_camera();
    const visual::Matrix4 pose = visual::product(delta, camera.camera_from_parent);
    EXPECT_EQ(visual::corrected(camera, all).camera_from_parent, pose);
    EXPECT_EQ(visual::corrected(camera, {}).camera_from_parent, camera.camera_from_parent);
}

TEST(Correction, LimitsHold) {
    Correction wild;
    wild.values = {3, -3, NAN, INFINITY, 1, -1};
    const Correction tame = visual::limited(wild);
    EXPECT_EQ(tame[CorrectionAxis::X], 0.5);
    EXPECT_EQ(tame[CorrectionAxis::Y], -0.5);
    EXPECT_EQ(tame[CorrectionAxis::Z], 0);
    EXPECT_EQ(tame[CorrectionAxis::Roll], 0);
    EXPECT_DOUBLE_EQ(tame[CorrectionAxis::Pitch], 5 * kDegree);
    EXPECT_DOUBLE_EQ(tame[CorrectionAxis::Yaw], -5 * kDegree);
}

TEST(Correction, ACameraSeesTheSamePointsInASmallerImage) {
    visual::Camera camera{.name = "cam",
                          .width = 200,
                          .height = 100,
                          .projection = {100, 0, 100, 4, 0, 100, 50, 2, 0, 0, 1, 0}};
    const visual::Raster half{
        .width = 100, .height = 25, .channels = 1, .full_width = 200, .full_height = 100};
    const visual::Camera small = visual::camera_of_image(camera, half);
    EXPECT_EQ(small.width, 100);
    EXPECT_EQ(small.height, 25);
    const auto whole = visual::Pinhole(camera).pixel({1, 0.5, 10});
    const auto reduced = visual::Pinhole(small).pixel({1, 0.5, 10});
    EXPECT_NEAR(reduced.x, whole.x / 2, 1e-9);
    EXPECT_NEAR(reduced.y, whole.y / 4, 1e-9);
    visual::Raster other = half;
    other.full_width = 640;
    EXPECT_EQ(visual::camera_of_image(camera, other).width, 200) << "another camera's image";
}

}  // namespace
}  // namespace millrace::tests
