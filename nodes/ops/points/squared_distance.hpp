// The squared distance of two points, in float64 whatever the points are stored in.
#pragma once

#include "nodes/types/point_cloud.hpp"

namespace millrace::ops {

inline double squared_distance(const types::Point& a, const types::Point& b) {
    const double dx = double(a.x) - b.x, dy = double(a.y) - b.y, dz = double(a.z) - b.z;
    return dx * dx + dy * dy + dz * dz;
}

}  // namespace millrace::ops
