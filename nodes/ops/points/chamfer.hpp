// Chamfer distance between two point sets.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "nodes/types/point_cloud.hpp"

namespace millrace::ops {

struct Chamfer {
    double a_to_b = 0;    ///< mean over a of the squared distance to the nearest of b
    double b_to_a = 0;    ///< mean over b of the squared distance to the nearest of a
    double distance = 0;  ///< their sum
    std::vector<std::int32_t> nearest_in_b,
        nearest_in_a;  ///< lowest index of equals; -1 without any
};

/// Exact, float64. NaN points are left out on both sides (their nearest is -1). A side without
/// points has mean 0 towards the other, and the other's mean towards it is infinite; two empty sets
/// have distance 0.
Chamfer chamfer(std::span<const types::Point> a, std::span<const types::Point> b);

}  // namespace millrace::ops
