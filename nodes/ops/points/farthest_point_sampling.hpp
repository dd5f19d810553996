// Iterative farthest point sampling.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "nodes/types/point_cloud.hpp"

namespace millrace::ops {

/// Indices of `samples` of the points ([N], any unit), in the order chosen: the first is the first
/// finite point, each next one has the largest squared float32 distance to those chosen (at most
/// 1e10, as in the reference), of equals the lowest index. Points with NaN or infinite coordinates
/// are never chosen. With more samples than distinct points the first index repeats, so that the
/// length is always `samples`; without any finite point the result is empty.
std::vector<std::int32_t> farthest_point_sampling(std::span<const types::Point> points,
                                                  std::size_t samples);

}  // namespace millrace::ops
