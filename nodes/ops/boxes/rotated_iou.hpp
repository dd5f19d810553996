// Overlap of yaw-rotated boxes, exact: convex clipping in float64. Boxes whose numbers are not
// finite or whose size is zero or negative along any used axis overlap nothing; a union of zero
// gives IoU 0.
#pragma once

#include <span>
#include <vector>

#include "nodes/types/boxes.hpp"

namespace millrace::ops {

/// Area in square metres shared by the two boxes seen from above.
double overlap_bev(const types::Box3d& a, const types::Box3d& b);

/// Intersection over union seen from above, 0 to 1.
double iou_bev(const types::Box3d& a, const types::Box3d& b);

/// Intersection over union of the volumes, 0 to 1.
double iou_3d(const types::Box3d& a, const types::Box3d& b);

/// All pairs, row-major [boxes a, boxes b].
struct BoxOverlaps {
    std::vector<double> overlap_bev, iou_bev, iou_3d;
};
BoxOverlaps box_overlaps(std::span<const types::Box3d> a, std::span<const types::Box3d> b);

}  // namespace millrace::ops
