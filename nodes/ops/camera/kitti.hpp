// KITTI's calibration chain: LiDAR -> rectified camera -> image, back, and its box conversions. A
// KITTI calibration becomes a types::Camera; everything below takes that, so it serves any
// rectified camera.
#pragma once

#include <array>
#include <span>
#include <string>
#include <vector>

#include "nodes/ops/camera/project.hpp"
#include "nodes/ops/camera/transform.hpp"
#include "nodes/types/boxes.hpp"
#include "nodes/types/calibration.hpp"
#include "nodes/types/point_cloud.hpp"

namespace millrace::ops {

/// The matrices of one KITTI calibration file, row-major.
struct KittiCalibration {
    std::array<double, 12> p2 =
        {};                         ///< [3, 4] rectified camera to pixels of the left colour camera
    std::array<double, 9> r0 = {};  ///< [3, 3] rectifying rotation
    std::array<double, 12> velo_to_cam = {};  ///< [3, 4] LiDAR to unrectified camera, metres
};

/// The camera with projection P2 and camera_from_lidar = R0 Tr.
types::Camera kitti_camera(const KittiCalibration& calibration, ImageSize size,
                           std::string name = "image_2");

/// A box as KITTI labels hold it, in the rectified camera frame.
struct CameraBox {
    Vector3 bottom_center = {};  ///< metres, x right, y down, z forward
    double length = 0, height = 0, width = 0;
    double rotation_y = 0;  ///< radians about the camera's y axis (down)
};

/// `points` (LiDAR frame, metres) in the rectified camera frame, float64.
std::vector<Vector3> rectified_from_lidar(std::span<const types::Point> points,
                                          const types::Camera& camera);

/// The way back. Throws Error E-TRANSFORM-001 when camera_from_lidar has no inverse.
std::vector<Vector3> lidar_from_rectified(std::span<const Vector3> points,
                                          const types::Camera& camera);

/// Camera box to LiDAR box (geometric centre; dx = length, dy = width, dz = height): the bottom
/// centre is transformed, half the height added to z, yaw = -(rotation_y + pi/2), not wrapped.
/// Label and score stay empty.
types::Box3d lidar_box(const CameraBox& box, const types::Camera& camera);

/// The inverse of lidar_box().
CameraBox camera_box(const types::Box3d& box, const types::Camera& camera);

/// The 8 corners in the rectified camera frame: bottom four, then top four.
std::array<Vector3, 8> camera_box_corners(const CameraBox& box);

struct ImageBox {
    std::array<double, 4> xyxy = {};  ///< pixels, clipped to [0, width - 1] x [0, height - 1]
    /// How many of the 8 corners lie in front of the camera. Below 8 the pixels follow KITTI's
    /// definition but mean little: draw project_box_edges() instead.
    int corners_in_front = 0;
};

/// KITTI's image box: the 8 corners divided by the third homogeneous component w (unlike points!),
/// their bounds, clipped. Corners that are not finite are left out; none left gives zeros. `size` 0
/// takes the camera's; throws Error E-CAMERA-002 when both are unknown.
ImageBox image_box(const CameraBox& box, const types::Camera& camera, ImageSize size = {});

}  // namespace millrace::ops
