// Corners of boxes in space.
#pragma once

#include <array>

#include "nodes/types/boxes.hpp"

namespace millrace::ops {

/// The 8 corners in the box's frame, metres: (+,+,-), (+,-,-), (-,-,-), (-,+,-) and the same with
/// +z, signs of half of dx dy dz, rotated by yaw about +z.
std::array<std::array<double, 3>, 8> box_corners(const types::Box3d& box);

/// The 12 edges as pairs of corner numbers, for the order of box_corners().
inline constexpr std::array<std::array<int, 2>, 12> kBoxEdges = {{{0, 1},
                                                                  {1, 2},
                                                                  {2, 3},
                                                                  {3, 0},
                                                                  {4, 5},
                                                                  {5, 6},
                                                                  {6, 7},
                                                                  {7, 4},
                                                                  {0, 4},
                                                                  {1, 5},
                                                                  {2, 6},
                                                                  {3, 7}}};

}  // namespace millrace::ops
