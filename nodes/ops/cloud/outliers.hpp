// Which points of a cloud are outliers. Pure, single-threaded, stoppable.
#pragma once

#include "nodes/ops/cloud/stop.hpp"
#include "nodes/types/point_cloud.hpp"

#include <cstdint>
#include <vector>

namespace millrace::ops {

/// Indices of the points kept and of those removed, each ascending; points without a finite
/// position are in neither.
struct Inliers {
    std::vector<std::uint32_t> kept, removed;
};

/// Statistical filter (Rusu et al., "Towards 3D point cloud based object maps", 2008): a point is
/// removed when the mean distance to its `neighbours` nearest others exceeds the mean of all such
/// distances by more than `deviations` times their sample standard deviation. A cloud of fewer than
/// three points is kept.
Inliers statistical_outliers(const std::vector<types::Point>& points, int neighbours,
                             double deviations, const StopAsk& stop = never_stop);

/// A point is removed when fewer than `min_neighbours` others lie within `radius` metres (> 0) of
/// it.
Inliers radius_outliers(const std::vector<types::Point>& points, double radius, int min_neighbours,
                        const StopAsk& stop = never_stop);

}  // namespace millrace::ops
