// Camera and LiDAR calibration of one frame. Camera frames: x right, y down, z forward; LiDAR: x forward,
// y left, z up. Pixel (0, 0) is the top-left corner.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "engine/packet.hpp"
#include "engine/visual/visual.hpp"

namespace millrace::types {

using Matrix4 = visual::Matrix4;  ///< row-major, metres

struct Camera {
    std::string name;
    int width = 0, height = 0;  ///< 0 when unknown: take the image's
    /// [3, 4] row-major, from the (rectified) camera frame to pixels; the fourth column holds the stereo
    /// baseline of KITTI's P2 and is zero elsewhere.
    std::array<double, 12> projection = {};
    std::vector<double> distortion;  ///< OpenCV's order k1 k2 p1 p2 k3 …; empty when rectified
    Matrix4 camera_from_lidar = visual::kIdentity;
};

struct Calibration {
    std::string lidar_frame = "lidar";
    std::vector<Camera> cameras;
    Matrix4 world_from_lidar = visual::kIdentity;

    /// The camera of that name, or the first when `name` is empty; nullptr when there is none.
    const Camera* camera(std::string_view name) const;
};

}  // namespace millrace::types

template <>
struct millrace::engine::PayloadTraits<millrace::types::Calibration> {
    static constexpr std::string_view name = "calibration";
    static constexpr int version = 1;
    static Record record(const types::Calibration& calibration);
    static types::Calibration restore(const Record& record);
    static std::vector<visual::Visual> visual(const types::Calibration& calibration,
                                              const visual::Budget& budget);
};
