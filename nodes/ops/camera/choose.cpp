#include "nodes/ops/camera/choose.hpp"

#include <fmt/format.h>

#include <string>

#include "nodes/ops/camera/transform.hpp"

namespace millrace::ops {
namespace {

std::string names_of(const types::Calibration& calibration) {
    std::string names;
    for (const types::Camera& camera : calibration.cameras)
        names += (names.empty() ? "" : ", ") + camera.name;
    return names;
}

void check_fit(const types::Camera& camera, const types::Calibration& calibration,
               const types::Image& image) {
    if (camera.name != image.frame && !image.frame.empty() && calibration.camera(image.frame)) {
        throw engine::Error({.code = "E-CAMERA-004",
                             .what = "The image was taken by another camera",
                             .expected = fmt::format("an image of \"{}\"", camera.name),
                             .found = fmt::format("one of \"{}\"", image.frame),
                             .mend = "Leave the parameter camera empty, or connect that camera's "
                                     "image."});
    }
    const bool known = camera.width > 0 && camera.height > 0;
    if (!known || (camera.width == image.width && camera.height == image.height)) return;
    throw engine::Error(
        {.code = "E-CAMERA-004",
         .what =
             fmt::format("The image does not fit the calibration of camera \"{}\"", camera.name),
         .expected = fmt::format("{} x {} pixels", camera.width, camera.height),
         .found = fmt::format("{} x {}", image.width, image.height),
         .cause = "The image was scaled or cut after the calibration.",
         .mend = "Take the calibration from the same place as the image: image.resize gives one "
                 "that fits."});
}

}  // namespace

const types::Camera& choose_camera(const types::Calibration& calibration, std::string_view name,
                                   const types::Image* image) {
    const types::Camera* camera = nullptr;
    if (name.empty() && image && !image->frame.empty()) camera = calibration.camera(image->frame);
    if (!camera) camera = calibration.camera(name);
    if (!camera) {
        const std::string names = names_of(calibration);
        throw engine::Error(
            {.code = "E-CAMERA-003",
             .what = "The calibration has no such camera",
             .expected = names.empty() ? "a calibration with a camera" : "one of " + names,
             .found = name.empty() ? "no camera at all" : std::string(name),
             .mend = "Set the parameter camera to one of these names, or leave it empty."});
    }
    if (image) check_fit(*camera, calibration, *image);
    return *camera;
}

types::Camera for_origin(const types::Camera& camera, const std::array<double, 3>& origin) {
    types::Camera moved = camera;
    const Vector3 translation = transform(camera.camera_from_lidar, origin);
    for (int row = 0; row < 3; ++row) moved.camera_from_lidar[row * 4 + 3] = translation[row];
    return moved;
}

}  // namespace millrace::ops
