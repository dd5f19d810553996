#include <opencv2/calib3d.hpp>
#include <opencv2/core.hpp>

#include "engine/node.hpp"
#include "nodes/ops/image/mat_view.hpp"
#include "nodes/types/calibration.hpp"
#include "nodes/types/image.hpp"

namespace millrace::nodes {
namespace {

struct Undistort {
    std::string camera;

    static engine::NodeSpec spec() {
        return {
            .id = "image.undistort",
            .title = "Undistort",
            .group = "Image",
            .doc = "Removes the lens distortion of one camera, keeping its intrinsics. An image without distortion passes unchanged.",
            .inputs = {{"image", "image of the camera"}, {"calibration", "with the camera's distortion"}},
            .outputs = {{"image", "as a pinhole camera would have taken it; black where nothing was seen"},
                        {"calibration", "with that camera's distortion removed"}},
            .params = {{.name = "camera", .field = &Undistort::camera, .doc = "Name of the camera; empty for the first"}},
        };
    }

    std::tuple<types::Image, types::Calibration> operator()(const types::Image& image, types::Calibration calibration) const {
        const types::Camera* found = calibration.camera(camera);
        if (!found) {
            throw engine::Error({.code = "E-CAMERA-003",
                                 .what = "The calibration has no such camera",
                                 .expected = "the name of one of its cameras",
                                 .found = camera.empty() ? "no camera at all" : camera,
                                 .mend = "Correct the parameter camera."});
        }
        types::Camera& chosen = calibration.cameras[static_cast<std::size_t>(found - calibration.cameras.data())];
        if (chosen.distortion.empty()) return {image, std::move(calibration)};
        const auto& p = chosen.projection;
        // OpenCV's pixel coordinates have their zero at a pixel's centre, ours at its corner.
        const cv::Matx33d intrinsics(p[0], p[1], p[2] - 0.5, p[4], p[5], p[6] - 0.5, p[8], p[9], p[10]);
        cv::Mat rectified;
        cv::undistort(ops::mat_view(image), rectified, intrinsics, chosen.distortion);
        chosen.distortion.clear();
        types::Image result = ops::image_from(rectified, image.frame, image.unit);
        result.timestamp = image.timestamp;
        return {std::move(result), std::move(calibration)};
    }
};

}  // namespace

void register_undistort(engine::Registry& registry) { registry.add<Undistort>(); }

}  // namespace millrace::nodes
