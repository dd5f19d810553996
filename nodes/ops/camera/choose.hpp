// Which camera of a calibration belongs to an image, and whether the two fit. Plain functions, any
// thread.
#pragma once

#include <array>
#include <string_view>

#include "nodes/types/calibration.hpp"
#include "nodes/types/image.hpp"

namespace millrace::ops {

/// The camera of that name; with an empty name the one that took `image` (may be null), which the
/// image's frame tells, else the first. Throws Error: E-CAMERA-003 naming the cameras there are,
/// E-CAMERA-004 when image and calibration are of another size or another camera.
const types::Camera& choose_camera(const types::Calibration& calibration, std::string_view name,
                                   const types::Image* image = nullptr);

/// The camera for a cloud whose points are offsets from `origin` (metres, LiDAR frame).
types::Camera for_origin(const types::Camera& camera, const std::array<double, 3>& origin);

}  // namespace millrace::ops
