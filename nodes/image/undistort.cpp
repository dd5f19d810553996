#include <opencv2/calib3d.hpp>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include "engine/node.hpp"
#include "nodes/ops/camera/choose.hpp"
#include "nodes/ops/camera/lens.hpp"
#include "nodes/ops/image/mat_view.hpp"
#include "nodes/types/calibration.hpp"
#include "nodes/types/image.hpp"

namespace millrace::nodes {
namespace {

enum class Interpolation { Linear, Cubic, Nearest };

struct Undistort {
    std::string camera;
    Interpolation interpolation = Interpolation::Linear;

    static engine::NodeSpec spec() {
        return {
            .id = "image.undistort",
            .title = "Undistort",
            .group = "Image",
            .doc =
                "Removes the lens distortion of one camera, keeping its intrinsics. An image "
                "without distortion passes unchanged.",
            .inputs = {{"image", "image of the camera, 1 to 4 channels"},
                       {"calibration", "with the camera's distortion"}},
            .outputs = {{"image",
                         "as a pinhole camera would have taken it; black where nothing was seen"},
                        {"calibration", "with that camera's distortion removed"}},
            .params = {{.name = "camera",
                        .field = &Undistort::camera,
                        .doc = "Name of the camera; empty: the one that took the image, else the "
                               "first"},
                       {.name = "interpolation",
                        .field = &Undistort::interpolation,
                        .choices = {"linear", "cubic", "nearest"},
                        .doc = "Nearest keeps labels and depths unmixed"}},
        };
    }

    std::tuple<types::Image, types::Calibration> operator()(const types::Image& image,
                                                            types::Calibration calibration) const {
        const types::Camera& found = ops::choose_camera(calibration, camera, &image);
        types::Camera& chosen =
            calibration.cameras[static_cast<std::size_t>(&found - calibration.cameras.data())];
        const bool is_ideal = ops::Lens(chosen).is_ideal();  // refuses models that aren't supported
        std::vector<double> distortion = std::move(chosen.distortion);
        chosen.distortion.clear();
        if (is_ideal) return {image, std::move(calibration)};
        if (image.channels < 1 || image.channels > 4 || image.width < 1 || image.height < 1) {
            throw engine::Error({.code = "E-IMAGE-005",
                                 .what = "The image can't be undistorted",
                                 .expected = "pixels with 1 to 4 channels",
                                 .found = std::to_string(image.channels) + " channels"});
        }
        distortion.resize(8);  // OpenCV takes 4, 5, 8, 12 or 14; absent ones are zero
        const auto& p = chosen.projection;
        // OpenCV's pixel coordinates have their zero at a pixel's centre, ours at its corner.
        const cv::Matx33d intrinsics(p[0], p[1], p[2] - 0.5, p[4], p[5], p[6] - 0.5, p[8], p[9],
                                     p[10]);
        cv::Mat from_u, from_v, rectified;
        cv::initUndistortRectifyMap(intrinsics, distortion, cv::noArray(), intrinsics,
                                    {image.width, image.height}, CV_32FC1, from_u, from_v);
        constexpr int kModes[] = {cv::INTER_LINEAR, cv::INTER_CUBIC, cv::INTER_NEAREST};
        cv::remap(ops::mat_view(image), rectified, from_u, from_v,
                  kModes[static_cast<int>(interpolation)], cv::BORDER_CONSTANT);
        types::Image result = ops::image_from(rectified, image.frame, image.unit);
        result.timestamp = image.timestamp;
        return {std::move(result), std::move(calibration)};
    }
};

}  // namespace

void register_undistort(engine::Registry& registry) { registry.add<Undistort>(); }

}  // namespace millrace::nodes
