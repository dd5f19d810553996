// LiDAR points and boxes laid over a camera image.
#pragma once

#include "nodes/ops/draw/pen.hpp"
#include "nodes/types/boxes.hpp"
#include "nodes/types/calibration.hpp"
#include "nodes/types/point_cloud.hpp"

namespace millrace::ops {

enum class PointColor { Depth, Height, Intensity };

struct OverlayStyle {
    PointColor color = PointColor::Depth;
    ColorMap map = ColorMap::Turbo;
    double point_size = 3;    ///< pixels
    double opacity = 0.85;    ///< 0 to 1
    double low = 0, high = 0; ///< ends of the scale; equal: from the data (2nd and 98th percentile)
    bool legend = true;
};

/// Draws the points of `projected` (fields u, v, depth) on `image` (8-bit RGB), the farthest first. Throws Error
/// E-FUSION-001 when a field is missing.
void draw_points(types::Image& image, const types::PointCloud& projected, const OverlayStyle& style);

/// Draws `boxes` (LiDAR frame) as wire frames with the front face crossed, and their labels.
void draw_boxes(types::Image& image, const types::Boxes3d& boxes, const types::Camera& camera);

/// A colour that stays with a label.
Rgb label_color(std::string_view label);

/// The 2nd and 98th percentile of `values`, NaN left out; {0, 1} without values.
std::pair<double, double> spread_of(std::vector<float> values);

}  // namespace millrace::ops
