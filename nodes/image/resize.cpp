#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include "engine/node.hpp"
#include "nodes/ops/camera/choose.hpp"
#include "nodes/ops/image/mat_view.hpp"
#include "nodes/types/calibration.hpp"
#include "nodes/types/image.hpp"

namespace millrace::nodes {
namespace {

enum class Interpolation { Area, Linear, Cubic, Nearest };

struct Resize {
    int width = 0;
    int height = 0;
    double scale = 0.5;
    Interpolation interpolation = Interpolation::Area;

    static engine::NodeSpec spec() {
        return {
            .id = "image.resize",
            .title = "Resize",
            .group = "Image",
            .doc =
                "Scales an image to a size, or by a factor when no size is given; one side "
                "alone keeps the proportions. A calibration that is connected is scaled along.",
            .inputs = {{"image", "any image"},
                       {.name = "calibration",
                        .doc = "of the camera named by the image's frame, or of all",
                        .optional = true}},
            .outputs = {{"image", "the scaled image"},
                        {"calibration", "for the scaled image; none when none came"}},
            .params = {{.name = "width",
                        .field = &Resize::width,
                        .unit = "px",
                        .range = {0, 32768},
                        .doc = "New width; 0: from the other side or the factor"},
                       {.name = "height",
                        .field = &Resize::height,
                        .unit = "px",
                        .range = {0, 32768},
                        .doc = "New height; 0: from the other side or the factor"},
                       {.name = "scale",
                        .field = &Resize::scale,
                        .range = {0.001, 64},
                        .doc = "Factor, when no size is given"},
                       {.name = "interpolation",
                        .field = &Resize::interpolation,
                        .choices = {"area", "linear", "cubic", "nearest"},
                        .doc = "Area suits making smaller; nearest keeps labels and depths "
                               "unmixed"}},
        };
    }

    std::tuple<types::Image, std::optional<types::Calibration>> operator()(
        const types::Image& image, const types::Calibration* calibration) const {
        const cv::Size size = new_size(image);
        // The other modes take the middle of a pixel as its place; INTER_NEAREST takes its corner.
        constexpr int kModes[] = {cv::INTER_AREA, cv::INTER_LINEAR, cv::INTER_CUBIC,
                                  cv::INTER_NEAREST_EXACT};
        cv::Mat scaled;
        const int mode = kModes[static_cast<int>(interpolation)];
        if (image.channels <= 4) {
            cv::resize(ops::mat_view(image), scaled, size, 0, 0, mode);
        } else {
            // More channels than OpenCV scales at once.
            std::vector<cv::Mat> planes;
            cv::split(ops::mat_view(image), planes);
            for (cv::Mat& plane : planes) cv::resize(plane, plane, size, 0, 0, mode);
            cv::merge(planes, scaled);
        }
        types::Image result = ops::image_from(scaled, image.frame, image.unit);
        result.timestamp = image.timestamp;
        if (!calibration) return {std::move(result), std::nullopt};
        return {std::move(result), scaled_along(*calibration, image, size)};
    }

private:
    cv::Size new_size(const types::Image& image) const {
        if (image.width < 1 || image.height < 1 || image.channels < 1)
            fail(image, "an image with pixels", image.width, image.height);
        double across = width > 0 ? double(width) / image.width : scale;
        double down = height > 0 ? double(height) / image.height : scale;
        if (width > 0 && height == 0) down = across;
        if (height > 0 && width == 0) across = down;
        const double columns = std::max(1.0, std::round(image.width * across));
        const double rows = std::max(1.0, std::round(image.height * down));
        // More is a slip of the factor, and OpenCV counts
        // with 32 bits.
        constexpr double kMostBytes = double(1U << 30);
        if (columns * rows * double(image.pixel_bytes()) > kMostBytes || columns > 1e6 ||
            rows > 1e6)
            fail(image, "at most 1 GB", columns, rows);
        return {static_cast<int>(columns), static_cast<int>(rows)};
    }

    [[noreturn]] static void fail(const types::Image& image, const char* expected, double columns,
                                  double rows) {
        throw engine::Error({.code = "E-IMAGE-005",
                             .what = "The image can't be scaled to this size",
                             .expected = expected,
                             .found = fmt::format("{:.0f} x {:.0f} pixels with {} channels",
                                                  columns, rows, image.channels),
                             .mend = "Correct width, height or scale."});
    }

    static types::Calibration scaled_along(types::Calibration calibration,
                                           const types::Image& image, cv::Size size) {
        const bool named = !image.frame.empty() && calibration.camera(image.frame);
        const double across = double(size.width) / image.width;
        const double down = double(size.height) / image.height;
        for (types::Camera& camera : calibration.cameras) {
            if (named && camera.name != image.frame) continue;
            ops::choose_camera(calibration, camera.name, &image);  // refuses one of another size
            // Pixel (0, 0) is a corner, so coordinates scale without an offset.
            for (int i = 0; i < 4; ++i) {
                camera.projection[i] *= across;
                camera.projection[4 + i] *= down;
            }
            camera.width = size.width;
            camera.height = size.height;
        }
        return calibration;
    }
};

}  // namespace

void register_resize(engine::Registry& registry) { registry.add<Resize>(); }

}  // namespace millrace::nodes
