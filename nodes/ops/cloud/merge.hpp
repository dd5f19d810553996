// Two clouds into one.
#pragma once

#include "nodes/types/point_cloud.hpp"

#include <string>

namespace millrace::ops {

/// The points of `first`, then those of `second`, with the fields both have (same name, same
/// channels); a cloud without points doesn't take fields from the other. A field of two value types
/// becomes float32, or float64 where one of them is int32 or float64. With `source_field`, a uint8
/// field of that name says 0 for the first and 1 for the second. Frame, origin and time are those
/// of the first, where it has them. Throws engine::Error (E-POINTS-001) when the clouds name
/// different frames.
types::PointCloud merged(const types::PointCloud& first, const types::PointCloud& second,
                         const std::string& source_field);

}  // namespace millrace::ops
