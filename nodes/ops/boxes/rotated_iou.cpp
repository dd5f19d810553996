#include "nodes/ops/boxes/rotated_iou.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace millrace::ops {
namespace {

struct Polygon {
    // A cut adds one corner at most, but half as many again as there are if round-off dents the
    // outline: four cuts then take 4 corners to 6, 9, 13 and 19.
    std::array<std::array<double, 2>, 20> corners;
    int count = 0;

    void add(const std::array<double, 2>& corner) { corners[count++] = corner; }
};

/// The part of `polygon` where sign * coordinate <= limit.
Polygon clip(const Polygon& polygon, int axis, double sign, double limit) {
    Polygon kept;
    for (int i = 0; i < polygon.count; ++i) {
        const auto& from = polygon.corners[i];
        const auto& to = polygon.corners[(i + 1) % polygon.count];
        const double from_excess = sign * from[axis] - limit, to_excess = sign * to[axis] - limit;
        if (from_excess <= 0) kept.add(from);
        // Strictly on both sides, so the denominator is never zero.
        if ((from_excess < 0 && to_excess > 0) || (from_excess > 0 && to_excess < 0)) {
            const double part = from_excess / (from_excess - to_excess);
            std::array<double, 2> cut;
            cut[axis] = sign * limit;
            cut[1 - axis] = from[1 - axis] + part * (to[1 - axis] - from[1 - axis]);
            kept.add(cut);
        }
    }
    return kept;
}

double area(const Polygon& polygon) {
    double twice = 0;
    for (int i = 0; i < polygon.count; ++i) {
        const auto& from = polygon.corners[i];
        const auto& to = polygon.corners[(i + 1) % polygon.count];
        twice += from[0] * to[1] - to[0] * from[1];
    }
    return std::max(0.0, twice / 2);
}

bool has_area(const types::Box3d& box) {
    return std::isfinite(box.center[0]) && std::isfinite(box.center[1]) && std::isfinite(box.yaw) &&
           std::isfinite(box.size[0]) && std::isfinite(box.size[1]) && box.size[0] > 0 &&
           box.size[1] > 0;
}

double ratio(double shared, double sum) {
    const double whole = sum - shared;
    return shared > 0 && whole > 0 ? std::min(1.0, shared / whole) : 0;
}

double overlap_height(const types::Box3d& a, const types::Box3d& b) {
    for (const types::Box3d* box : {&a, &b}) {
        if (!std::isfinite(box->center[2]) || !std::isfinite(box->size[2]) || box->size[2] <= 0)
            return 0;
    }
    const double top = std::min(a.center[2] + a.size[2] / 2, b.center[2] + b.size[2] / 2);
    const double bottom = std::max(a.center[2] - a.size[2] / 2, b.center[2] - b.size[2] / 2);
    return std::max(0.0, top - bottom);
}

double bev_ratio(const types::Box3d& a, const types::Box3d& b, double shared) {
    return ratio(shared, a.size[0] * a.size[1] + b.size[0] * b.size[1]);
}

double volume_ratio(const types::Box3d& a, const types::Box3d& b, double shared) {
    return ratio(shared * overlap_height(a, b),
                 a.size[0] * a.size[1] * a.size[2] + b.size[0] * b.size[1] * b.size[2]);
}

}  // namespace

double overlap_bev(const types::Box3d& a, const types::Box3d& b) {
    if (!has_area(a) || !has_area(b)) return 0;
    const double dx = a.center[0] - b.center[0], dy = a.center[1] - b.center[1];
    const double reach = (std::hypot(a.size[0], a.size[1]) + std::hypot(b.size[0], b.size[1])) / 2;
    if (dx * dx + dy * dy > reach * reach) return 0;
    // In b's own axes its four sides are axis-aligned, and the numbers stay small far from the
    // origin.
    const double b_cosine = std::cos(b.yaw), b_sine = std::sin(b.yaw);
    const double x = b_cosine * dx + b_sine * dy, y = -b_sine * dx + b_cosine * dy;
    const double cosine = std::cos(a.yaw - b.yaw), sine = std::sin(a.yaw - b.yaw);
    const double half_x = a.size[0] / 2, half_y = a.size[1] / 2;
    Polygon polygon;
    for (const auto& [along, across] : {std::array<double, 2>{half_x, half_y},
                                        {-half_x, half_y},
                                        {-half_x, -half_y},
                                        {half_x, -half_y}}) {
        polygon.add({x + cosine * along - sine * across, y + sine * along + cosine * across});
    }
    for (int axis = 0; axis < 2 && polygon.count > 0; ++axis) {
        polygon = clip(polygon, axis, 1, b.size[axis] / 2);
        polygon = clip(polygon, axis, -1, b.size[axis] / 2);
    }
    return area(polygon);
}

double iou_bev(const types::Box3d& a, const types::Box3d& b) {
    return bev_ratio(a, b, overlap_bev(a, b));
}

double iou_3d(const types::Box3d& a, const types::Box3d& b) {
    return volume_ratio(a, b, overlap_bev(a, b));
}

BoxOverlaps box_overlaps(std::span<const types::Box3d> a, std::span<const types::Box3d> b) {
    BoxOverlaps overlaps;
    for (auto* values : {&overlaps.overlap_bev, &overlaps.iou_bev, &overlaps.iou_3d}) {
        values->reserve(a.size() * b.size());
    }
    for (const types::Box3d& from : a) {
        for (const types::Box3d& to : b) {
            const double shared = overlap_bev(from, to);
            overlaps.overlap_bev.push_back(shared);
            overlaps.iou_bev.push_back(bev_ratio(from, to, shared));
            overlaps.iou_3d.push_back(volume_ratio(from, to, shared));
        }
    }
    return overlaps;
}

}  // namespace millrace::ops
