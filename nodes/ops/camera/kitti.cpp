#include "nodes/ops/camera/kitti.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <utility>

#include "nodes/ops/camera/lens.hpp"

namespace millrace::ops {
namespace {

constexpr double kQuarterTurn = std::numbers::pi / 2;

}  // namespace

types::Camera kitti_camera(const KittiCalibration& calibration, ImageSize size, std::string name) {
    Matrix4 rectify = visual::kIdentity, camera_from_lidar = visual::kIdentity;
    for (int row = 0; row < 3; ++row) {
        std::copy_n(calibration.r0.begin() + row * 3, 3, rectify.begin() + row * 4);
        std::copy_n(calibration.velo_to_cam.begin() + row * 4, 4,
                    camera_from_lidar.begin() + row * 4);
    }
    types::Camera camera;
    camera.name = std::move(name);
    camera.width = size.width;
    camera.height = size.height;
    camera.projection = calibration.p2;
    camera.camera_from_lidar = multiply(rectify, camera_from_lidar);
    return camera;
}

std::vector<Vector3> rectified_from_lidar(std::span<const types::Point> points,
                                          const types::Camera& camera) {
    std::vector<Vector3> rectified;
    rectified.reserve(points.size());
    for (const types::Point& point : points) {
        rectified.push_back(transform(camera.camera_from_lidar, {point.x, point.y, point.z}));
    }
    return rectified;
}

std::vector<Vector3> lidar_from_rectified(std::span<const Vector3> points,
                                          const types::Camera& camera) {
    const Matrix4 lidar_from_camera = inverse(camera.camera_from_lidar);
    std::vector<Vector3> lidar;
    lidar.reserve(points.size());
    for (const Vector3& point : points) lidar.push_back(transform(lidar_from_camera, point));
    return lidar;
}

types::Box3d lidar_box(const CameraBox& box, const types::Camera& camera) {
    types::Box3d lidar;
    lidar.center = transform(inverse(camera.camera_from_lidar), box.bottom_center);
    lidar.center[2] += box.height / 2;
    lidar.size = {box.length, box.width, box.height};
    lidar.yaw = -(box.rotation_y + kQuarterTurn);
    return lidar;
}

CameraBox camera_box(const types::Box3d& box, const types::Camera& camera) {
    Vector3 bottom = box.center;
    bottom[2] -= box.size[2] / 2;
    return {.bottom_center = transform(camera.camera_from_lidar, bottom),
            .length = box.size[0],
            .height = box.size[2],
            .width = box.size[1],
            .rotation_y = -box.yaw - kQuarterTurn};
}

std::array<Vector3, 8> camera_box_corners(const CameraBox& box) {
    constexpr std::array<std::array<int, 2>, 4> kSigns = {{{1, 1}, {1, -1}, {-1, -1}, {-1, 1}}};
    const double cosine = std::cos(box.rotation_y), sine = std::sin(box.rotation_y);
    std::array<Vector3, 8> corners = {};
    for (int i = 0; i < 8; ++i) {
        const double x = kSigns[i % 4][0] * box.length / 2, z = kSigns[i % 4][1] * box.width / 2;
        // y points down, so the top is at -height.
        corners[i] = {box.bottom_center[0] + cosine * x + sine * z,
                      box.bottom_center[1] - (i < 4 ? 0 : box.height),
                      box.bottom_center[2] - sine * x + cosine * z};
    }
    return corners;
}

ImageBox image_box(const CameraBox& box, const types::Camera& camera, ImageSize size) {
    const ImageSize image = image_size(camera, size);
    const std::array<double, 2> last = {image.width - 1.0, image.height - 1.0};
    const auto& p = camera.projection;
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    std::array<double, 2> low = {kInfinity, kInfinity}, high = {-kInfinity, -kInfinity};
    ImageBox result;
    for (const Vector3& corner : camera_box_corners(box)) {
        const auto row = [&](int r) {
            return p[r] * corner[0] + p[r + 1] * corner[1] + p[r + 2] * corner[2] + p[r + 3];
        };
        const double w = row(8);
        const std::array<double, 2> uv = {row(0) / w, row(4) / w};
        if (!std::isfinite(uv[0]) || !std::isfinite(uv[1])) continue;
        result.corners_in_front += w > 0;
        for (int axis = 0; axis < 2; ++axis) {
            low[axis] = std::min(low[axis], uv[axis]);
            high[axis] = std::max(high[axis], uv[axis]);
        }
    }
    if (low[0] > high[0]) return result;
    for (int axis = 0; axis < 2; ++axis) {
        result.xyxy[axis] = std::clamp(low[axis], 0.0, last[axis]);
        result.xyxy[axis + 2] = std::clamp(high[axis], 0.0, last[axis]);
    }
    return result;
}

}  // namespace millrace::ops
