// LiDAR points and boxes laid over a camera image. Plain functions, any thread.
#pragma once

#include <string_view>
#include <utility>

#include "nodes/ops/draw/color_map.hpp"
#include "nodes/types/boxes.hpp"
#include "nodes/types/calibration.hpp"
#include "nodes/types/image.hpp"
#include "nodes/types/point_cloud.hpp"

namespace millrace::ops {

enum class PointColor { Depth, Height, Intensity };

struct OverlayStyle {
    PointColor color = PointColor::Depth;
    ColorMap map = ColorMap::Turbo;
    double point_size = 0;              ///< pixels; 0: from the image's size and the points' number
    double opacity = 0.9;               ///< of the points, 0 to 1
    double dimming = 0.35;              ///< of the image, 0 to 1
    std::pair<double, double> scale{};  ///< low and high end; equal: from the points (spread_of)
    bool legend = true;
    bool tags = true;
};

/// What may lie over the image; null where there is nothing.
struct OverlayLayers {
    const types::PointCloud* projected = nullptr;  ///< with fields u, v (pixels) and depth (metres)
    const types::Boxes3d* boxes = nullptr;         ///< LiDAR frame; needs `camera`
    const types::Camera* camera = nullptr;
    const types::Boxes2d* rectangles = nullptr;  ///< pixels
};

/// The image (8 or 16 bits) in RGB with points over it, the farthest first, boxes as wire frames
/// whose front face is shaded, and tags. Depth is on a logarithmic scale, near at the warm end.
/// Throws Error: E-IMAGE-003, and E-FUSION-001 when the cloud lacks a field.
types::Image draw_overlay(const types::Image& image, const OverlayLayers& layers,
                          const OverlayStyle& style);

/// The field of that name, which must have a number for every point. Throws Error E-FUSION-001.
const types::PointField& required_field(const types::PointCloud& cloud, std::string_view name);

/// The numbers that color the points of a cloud: depth (field "depth"), z in its frame, or field
/// "intensity". Throws Error E-FUSION-001 when the field is missing.
std::vector<float> color_values(const types::PointCloud& cloud, PointColor color);

/// The words a legend has for them: "depth, m".
std::string_view legend_title(PointColor color);

}  // namespace millrace::ops
