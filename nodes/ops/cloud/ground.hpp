// The ground as one plane, found by random samples. Own instead of Open3D's segment_plane, which
// takes over a second on a full scan, can't be stopped and draws from a generator of its own.
#pragma once

#include "engine/random.hpp"
#include "nodes/ops/cloud/stop.hpp"
#include "nodes/types/point_cloud.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

namespace millrace::ops {

struct GroundSettings {
    double tolerance = 0.15;  ///< m: distance from the plane within which a point supports it
    double max_tilt = 0.2;  ///< rad: largest angle between the plane's normal and +z, below pi / 2
    int iterations = 200;   ///< planes tried at most
};

/// normal . p + offset is the height of p over the plane, in metres; the normal has unit length and
/// points up.
struct Plane {
    std::array<double, 3> normal = {0, 0, 1};
    double offset = 0;
    std::uint64_t inliers = 0;  ///< points within the tolerance

    double height(const types::Point& point) const {
        return normal[0] * point.x + normal[1] * point.y + normal[2] * point.z + offset;
    }
};

/// The plane within the tilt that most points support (RANSAC, Fischler and Bolles 1981), refined
/// by least squares over its supporters. The same points and random numbers give the same plane.
/// std::nullopt when there are fewer than three finite points, when no sample lies within the tilt,
/// or when told to stop.
std::optional<Plane> fit_ground(const std::vector<types::Point>& points,
                                const GroundSettings& settings, engine::Random random,
                                const StopAsk& stop = never_stop);

}  // namespace millrace::ops
