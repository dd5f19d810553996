// Surface normals of a cloud. Pure, single-threaded, stoppable.
#pragma once

#include "nodes/ops/cloud/kd_tree.hpp"
#include "nodes/ops/cloud/stop.hpp"
#include "nodes/types/point_cloud.hpp"

#include <array>
#include <vector>

namespace millrace::ops {

struct NormalSettings {
    int neighbours = 20;  ///< points a plane is fitted to at most, the point itself among them
    double radius = 0;    ///< m: farther points are left out; 0 takes the nearest however far
};

/// [N, 3] float32, interleaved: the direction in which the neighbourhood spreads least, of unit
/// length, turned towards `sensor` (metres, in the frame of the positions). Zero where the point
/// has no finite position or fewer than three neighbours, or they all lie in one line. `tree` must
/// hold `points`.
std::vector<float> estimate_normals(const std::vector<types::Point>& points, const KdTree& tree,
                                    const NormalSettings& settings,
                                    const std::array<double, 3>& sensor,
                                    const StopAsk& stop = never_stop);

}  // namespace millrace::ops
