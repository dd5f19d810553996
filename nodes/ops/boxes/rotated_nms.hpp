// Greedy non-maximum suppression with the rotated IoU seen from above.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "nodes/types/boxes.hpp"

namespace millrace::ops {

struct NmsLimits {
    double threshold = 0.1;  ///< a box goes when its IoU is strictly greater
    std::size_t pre_max =
        std::numeric_limits<std::size_t>::max();  ///< best scores considered at all
    std::size_t post_max = std::numeric_limits<std::size_t>::max();  ///< most boxes kept
};

/// Rows of `boxes` that are kept, best score first; of equal scores the lower row first. Boxes with
/// a NaN score or with a centre, size or yaw that is not finite are left out before anything is
/// counted; boxes without area overlap nothing and so are kept. Throws Error E-SHAPE-023 when
/// `scores` is not one per box.
std::vector<std::int32_t> rotated_nms(std::span<const types::Box3d> boxes,
                                      std::span<const double> scores, const NmsLimits& limits = {});

/// The same with each box's own score.
std::vector<std::int32_t> rotated_nms(std::span<const types::Box3d> boxes,
                                      const NmsLimits& limits = {});

}  // namespace millrace::ops
