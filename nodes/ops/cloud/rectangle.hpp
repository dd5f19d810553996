// Rectangles round points seen from above: the footprint of a clustered object. Pure functions.
#pragma once

#include <array>
#include <vector>

namespace millrace::ops {

using Point2 = std::array<double, 2>;

struct Rectangle {
    Point2 center = {};  ///< metres
    double length = 0;   ///< longer side, along yaw
    double width = 0;    ///< shorter side
    double yaw = 0;      ///< rad, counter-clockwise from +x, in (-pi / 2, pi / 2]
};

enum class RectangleFit {
    MinimumArea,  ///< the smallest rectangle: right for objects seen from all sides
    Closeness  ///< edges lie along the points (Zhang et al., "Efficient L-shape fitting for vehicle
               ///< detection using laser scanners", IV 2017, criterion closeness): right for the
               ///< two visible sides of a car
};

/// The convex hull, counter-clockwise without repeated or collinear points (Andrew's monotone
/// chain).
std::vector<Point2> convex_hull(std::vector<Point2> points);

/// The rectangle that holds all points; all zero for no points. Closeness tries directions one
/// degree apart.
Rectangle fit_rectangle(const std::vector<Point2>& points, RectangleFit fit);

}  // namespace millrace::ops
