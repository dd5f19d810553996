#include "nodes/fusion/camera_choice.hpp"

namespace millrace::nodes {

const types::Camera& choose_camera(const types::Calibration& calibration, const std::string& name) {
    if (const types::Camera* camera = calibration.camera(name)) return *camera;
    std::string names;
    for (const types::Camera& camera : calibration.cameras) names += (names.empty() ? "" : ", ") + camera.name;
    throw engine::Error({.code = "E-CAMERA-003",
                         .what = "The calibration has no such camera",
                         .expected = names.empty() ? "a calibration with a camera" : "one of " + names,
                         .found = name.empty() ? "no camera at all" : name,
                         .mend = "Set the parameter camera to one of these names, or leave it empty for the first."});
}

}  // namespace millrace::nodes
