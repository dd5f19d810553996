// Voxel-grid down-sampling of clouds with fields.
#pragma once

#include "nodes/types/point_cloud.hpp"

namespace millrace::ops {

/// One point for each cubic cell of edge `side` (metres, > 0) that holds at least `min_points`
/// points, in the order in which the cells' first points come. Positions and floating-point fields
/// are means (over the values that are no NaN); "normal" is scaled to unit length again.
/// Whole-number fields of one channel (label, ring) take the cell's most frequent value, the
/// earliest of equals; "intensity" and those of several channels (colours) the rounded mean. Points
/// without a finite position are dropped. The grid has a corner at the cloud's origin.
types::PointCloud voxel_downsample(const types::PointCloud& cloud, double side, int min_points = 1);

}  // namespace millrace::ops
