#include <fmt/format.h>

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
        const ops::Lens lens(chosen);  // refuses models that aren't supported
        std::vector<double> distortion = std::move(chosen.distortion);
        chosen.distortion.clear();
        if (lens.is_ideal()) return {image, std::move(calibration)};
        check_size(image);
        distortion.resize(8);  // OpenCV takes 4, 5, 8, 12 or 14; absent ones are zero
        const auto [from_u, from_v] =
            places_of(lens, chosen, distortion, image.width, image.height);
        cv::Mat rectified;
        constexpr int kModes[] = {cv::INTER_LINEAR, cv::INTER_CUBIC, cv::INTER_NEAREST};
        cv::remap(ops::mat_view(image), rectified, from_u, from_v,
                  kModes[static_cast<int>(interpolation)], cv::BORDER_CONSTANT);
        types::Image result = ops::image_from(rectified, image.frame, image.unit);
        result.timestamp = image.timestamp;
        return {std::move(result), std::move(calibration)};
    }

private:
    static void check_size(const types::Image& image) {
        // cv::remap counts pixels with 16 bits.
        constexpr int kMost = 32766;
        const bool fits = image.channels >= 1 && image.channels <= 4 && image.width >= 1 &&
                          image.width <= kMost && image.height >= 1 && image.height <= kMost;
        if (fits) return;
        throw engine::Error(
            {.code = "E-IMAGE-005",
             .what = "The image can't be undistorted",
             .expected = fmt::format("1 to {} pixels on each side with 1 to 4 channels", kMost),
             .found = fmt::format("{} x {} pixels with {} channels", image.width, image.height,
                                  image.channels),
             .mend = "Put image.resize in front, or connect the camera's image."});
    }

    /// Where in the distorted image each pixel of the straight one lies, in OpenCV's coordinates;
    /// far outside for what the lens does not see: there OpenCV follows the model beyond the radius
    /// up to which it grows and would show the picture a second time.
    static std::pair<cv::Mat, cv::Mat> places_of(const ops::Lens& lens, const types::Camera& camera,
                                                 const std::vector<double>& distortion, int width,
                                                 int height) {
        const auto& p = camera.projection;
        // OpenCV's pixel coordinates have their zero at a pixel's centre, ours at its corner.
        const cv::Matx33d intrinsics(p[0], p[1], p[2] - 0.5, p[4], p[5], p[6] - 0.5, p[8], p[9],
                                     p[10]);
        bool has_inverse = false;
        const cv::Matx33d rays = intrinsics.inv(cv::DECOMP_LU, &has_inverse);
        if (!has_inverse) {
            throw engine::Error(
                {.code = "E-IMAGE-005",
                 .what = fmt::format("The projection of camera \"{}\" has no inverse", camera.name),
                 .expected = "focal lengths that are not 0",
                 .found = fmt::format("{:.6g} and {:.6g}", p[0], p[5]),
                 .where = "calibration",
                 .mend = "Check this camera in the calibration."});
        }
        std::pair<cv::Mat, cv::Mat> places;
        cv::initUndistortRectifyMap(intrinsics, distortion, cv::noArray(), intrinsics,
                                    {width, height}, CV_32FC1, places.first, places.second);
        const auto sees = [&](int column, int row) {
            cv::Vec3d ray = rays * cv::Vec3d(column, row, 1);
            return ray[2] != 0 && lens.bend(ray[0], ray[1], ray[2]);
        };
        // What the lens sees is a disc, so an image whose corners it sees is seen as a whole.
        if (sees(0, 0) && sees(width - 1, 0) && sees(0, height - 1) && sees(width - 1, height - 1))
            return places;
        constexpr float kOutside = -100;
        for (int row = 0; row < height; ++row) {
            for (int column = 0; column < width; ++column) {
                if (sees(column, row)) continue;
                places.first.at<float>(row, column) = kOutside;
                places.second.at<float>(row, column) = kOutside;
            }
        }
        return places;
    }
};

}  // namespace

void register_undistort(engine::Registry& registry) { registry.add<Undistort>(); }

}  // namespace millrace::nodes
