// Corrected cameras as files: only what was corrected changes.
#include "engine/visual/calibrate/camera_file.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "engine/problem.hpp"
#include "engine/value.hpp"
#include "engine/visual/io/kitti.hpp"
#include "engine/visual/scene/scene.hpp"

namespace millrace::tests {
namespace {

using visual::Correction;
using visual::CorrectionAxis;

const std::string kBefore =
    "P0: 1 0 0 0 0 1 0 0 0 0 1 0\r\nP2: 100 0 100 0 0 100 50 0 0 0 1 0\nR0_rect: 0 -1 0 1 0 0 0 0 "
    "1\n";
const std::string kPose = "Tr_velo_to_cam: 0 -1 0 0 0 0 -1 0 1 0 0 0";
const std::string kAfter = "\nTr_imu_to_velo: 1 0 0 0 0 1 0 0 0 0 1 0\n\n# end";

Correction some() {
    Correction correction;
    correction.values = {0.1, -0.05, 0.2, 0.01, -0.02, 0.03};
    return correction;
}

visual::Matrix4 pose_of(const std::string& text) {
    const auto read = visual::read_kitti_calibration(text, "calib.txt");
    visual::Matrix4 rectify = visual::kIdentity, pose = visual::kIdentity;
    for (std::size_t row = 0; row < 3; ++row) {
        for (std::size_t column = 0; column < 3; ++column)
            rectify[row * 4 + column] = read.r0[row * 3 + column];
        for (std::size_t column = 0; column < 4; ++column)
            pose[row * 4 + column] = read.velo_to_cam[row * 4 + column];
    }
    return visual::product(rectify, pose);
}

TEST(CameraFile, OnlyThePoseOfTheLidarChanges) {
    const std::string text = kBefore + kPose + kAfter;
    const std::string changed = visual::with_corrected_pose(text, "calib.txt", some());
    EXPECT_TRUE(changed.starts_with(kBefore + "Tr_velo_to_cam: "));
    EXPECT_TRUE(changed.ends_with(kAfter));
    const visual::Matrix4 expected = visual::product(visual::delta_of(some()), pose_of(text));
    const visual::Matrix4 read = pose_of(changed);
    for (std::size_t i = 0; i < 16; ++i) EXPECT_NEAR(read[i], expected[i], 1e-11) << i;
}

TEST(CameraFile, WithoutACorrectionEveryByteStays) {
    const std::string text = kBefore + kPose + kAfter;
    EXPECT_EQ(visual::with_corrected_pose(text, "calib.txt", {}), text);
}

TEST(CameraFile, TheEntryThatCountsIsReplacedAndLineEndsStay) {
    const std::string text =
        kBefore + "Tr_velo_to_cam: 9 9 9 9 9 9 9 9 9 9 9 9\r\n" + kPose + "\r\n";
    const std::string changed = visual::with_corrected_pose(text, "calib.txt", some());
    EXPECT_TRUE(changed.starts_with(kBefore +
                                    "Tr_velo_to_cam: 9 9 9 9 9 9 9 9 9 9 9 9\r\nTr_velo_to_cam: "));
    EXPECT_TRUE(changed.ends_with("\r\n"));
    const visual::Matrix4 expected = visual::product(visual::delta_of(some()), pose_of(text));
    EXPECT_NEAR(pose_of(changed)[3], expected[3], 1e-11);
}

TEST(CameraFile, WhatIsNoCalibrationIsTold) {
    const auto code_of = [](const std::string& text) -> std::string {
        try {
            visual::with_corrected_pose(text, "calib.txt", some());
        } catch (const engine::Error& error) {
            return error.problem().code;
        }
        return {};
    };
    EXPECT_EQ(code_of(""), "E-FILE-050");
    EXPECT_EQ(code_of(kBefore + "Tr_velo_to_cam: 1 2 3"), "E-FILE-051");
    EXPECT_EQ(code_of("P2: 1 0 0 0 0 1 0 0 0 0 1 0\nR0_rect: 0 0 0 0 0 0 0 0 0\n" + kPose),
              "E-FILE-053");
}

TEST(CameraFile, JsonHoldsPoseAndCorrection) {
    visual::Camera camera;
    camera.name = "front \"left\"";
    camera.width = 640;
    camera.height = 480;
    camera.projection[0] = 500;
    camera.parent_frame = "lidar";
    camera.camera_from_parent = {0, -1, 0, 0.5, 0, 0, -1, 0, 1, 0, 0, 0, 0, 0, 0, 1};
    const auto file = engine::parse_json(visual::camera_json(camera, some()), "camera.json");
    EXPECT_EQ(file.find("name")->as_string(), camera.name);
    EXPECT_EQ(file.find("parent_frame")->as_string(), "lidar");
    EXPECT_EQ(file.find("projection")->as_array().size(), 12U);
    const auto& pose = file.find("camera_from_parent")->as_array();
    const visual::Matrix4 expected = visual::corrected(camera, some()).camera_from_parent;
    ASSERT_EQ(pose.size(), 16U);
    for (std::size_t i = 0; i < 16; ++i) EXPECT_DOUBLE_EQ(pose[i].as_double(), expected[i]);
    EXPECT_DOUBLE_EQ(file.find("delta")->find("yaw_rad")->as_double(), 0.03);
    EXPECT_DOUBLE_EQ(file.find("delta")->find("x_m")->as_double(), 0.1);
    EXPECT_EQ(file.find("delta")->find("matrix")->as_array().size(), 16U);
}

}  // namespace
}  // namespace millrace::tests
