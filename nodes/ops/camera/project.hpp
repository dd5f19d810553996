// Projection of LiDAR points and boxes into an image. Pixel (0, 0) is the top-left corner, u runs
// right and v down. The convention is KITTI's: pixels are (u*, v*) of P [p_rect; 1] divided by the
// rectified z and NOT by the third component w; depth is w - P[2][3]. For a camera whose projection
// has no fourth column both are one.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "nodes/ops/camera/transform.hpp"
#include "nodes/types/boxes.hpp"
#include "nodes/types/calibration.hpp"
#include "nodes/types/point_cloud.hpp"

namespace millrace::ops {

struct Pixel {
    float u = 0, v = 0;
    friend bool operator==(const Pixel&, const Pixel&) = default;
};

/// 0 stands for unknown.
struct ImageSize {
    int width = 0, height = 0;
};

/// One entry per point, in the order of the points.
struct ProjectedPoints {
    std::vector<Pixel> uv;     ///< pixels; infinite or NaN where depth is 0 or the point is NaN
    std::vector<float> depth;  ///< metres along the optical axis
    std::vector<std::uint8_t> in_front;  ///< 1 where depth > 0
    /// 1 where depth >= 0, 0 <= u < width and 0 <= v < height hold for the float values of `uv`, so
    /// that the truncated pixel is always a valid index; 0 for NaN points.
    std::vector<std::uint8_t> in_image;

    std::size_t size() const { return uv.size(); }
};

/// Projects `points` ([N], metres, LiDAR frame) into `camera`. `size` is that of the image at hand;
/// 0 takes the camera's. With distortion, a point beyond the radius up to which the lens model
/// grows is never in the image: there the polynomial folds back and would put points from far
/// outside on top of the picture. Throws Error E-CAMERA-001 (distortion beyond k1 k2 p1 p2 k3 k4 k5
/// k6) or E-CAMERA-002 (size unknown).
ProjectedPoints project_points(std::span<const types::Point> points, const types::Camera& camera,
                               ImageSize size = {});

/// The same into storage that is used again from frame to frame.
void project_points(std::span<const types::Point> points, const types::Camera& camera,
                    ImageSize size, ProjectedPoints& projected);

/// One edge of a box in the image; may reach beyond the image's border.
struct PixelSegment {
    Pixel from, to;
};

/// The edges of `box` (LiDAR frame) seen by `camera`, cut at the plane `near` metres in front of
/// it, so that a box beside or round the camera is drawn right. At most 12; empty when the whole
/// box is behind or not finite.
std::vector<PixelSegment> project_box_edges(const types::Box3d& box, const types::Camera& camera,
                                            double near = 0.1);

}  // namespace millrace::ops
