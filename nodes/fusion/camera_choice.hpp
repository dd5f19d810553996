// Which camera of a calibration a node works with.
#pragma once

#include <string>

#include "nodes/types/calibration.hpp"

namespace millrace::nodes {

/// The camera of that name, the first when `name` is empty. Throws Error E-CAMERA-003 naming those there are.
const types::Camera& choose_camera(const types::Calibration& calibration, const std::string& name);

}  // namespace millrace::nodes
