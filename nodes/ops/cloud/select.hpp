// Picking points of a cloud by a rule, fields following. Pure functions, any thread.
#pragma once

#include "nodes/types/point_cloud.hpp"

#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

namespace millrace::ops {

/// Whether the point has a position; lidars mark missing returns by NaN.
inline bool is_finite(const types::Point& point) {
    return std::isfinite(point.x) && std::isfinite(point.y) && std::isfinite(point.z);
}

/// The points at `indices`, fields included, in that order; the result is a whole cloud of its own.
inline types::PointCloud select(types::PointCloud cloud,
                                const std::vector<std::uint32_t>& indices) {
    visual::keep_points(cloud, indices);
    cloud.full_count = cloud.points.size();
    return cloud;
}

/// Indices, ascending, of the points for which `rule(point)` holds.
template <class Rule>
std::vector<std::uint32_t> indices_where(const std::vector<types::Point>& points, Rule&& rule) {
    std::vector<std::uint32_t> indices;
    indices.reserve(points.size());
    for (std::uint32_t index = 0; index < points.size(); ++index) {
        if (rule(points[index])) indices.push_back(index);
    }
    return indices;
}

}  // namespace millrace::ops
