#include <algorithm>
#include <cmath>

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include "engine/node.hpp"
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
            .doc = "Scales an image to a size, or by a factor when no size is given; one side alone keeps the proportions. A calibration that is "
                   "connected is scaled along.",
            .inputs = {{"image", "any image"}, {.name = "calibration", .doc = "of the camera named by the image's frame, or of all", .optional = true}},
            .outputs = {{"image", "the scaled image"}, {"calibration", "for the scaled image; none when none came"}},
            .params = {{.name = "width", .field = &Resize::width, .unit = "px", .range = {0, 32768}, .doc = "New width; 0: from the other side or the factor"},
                       {.name = "height", .field = &Resize::height, .unit = "px", .range = {0, 32768}, .doc = "New height; 0: from the other side or the factor"},
                       {.name = "scale", .field = &Resize::scale, .range = {0.001, 64}, .doc = "Factor, when no size is given"},
                       {.name = "interpolation",
                        .field = &Resize::interpolation,
                        .choices = {"area", "linear", "cubic", "nearest"},
                        .doc = "Area suits making smaller; nearest keeps labels and depths unmixed"}},
        };
    }

    std::tuple<types::Image, std::optional<types::Calibration>> operator()(const types::Image& image, const types::Calibration* calibration) const {
        double across = scale;
        double down = scale;
        if (width > 0) across = static_cast<double>(width) / std::max(1, image.width);
        if (height > 0) down = static_cast<double>(height) / std::max(1, image.height);
        if (width > 0 && height == 0) down = across;
        if (height > 0 && width == 0) across = down;
        const cv::Size size(std::max(1, static_cast<int>(std::lround(image.width * across))), std::max(1, static_cast<int>(std::lround(image.height * down))));
        constexpr int modes[] = {cv::INTER_AREA, cv::INTER_LINEAR, cv::INTER_CUBIC, cv::INTER_NEAREST};
        cv::Mat scaled;
        cv::resize(ops::mat_view(image), scaled, size, 0, 0, modes[static_cast<int>(interpolation)]);
        types::Image result = ops::image_from(scaled, image.frame, image.unit);
        result.timestamp = image.timestamp;
        if (!calibration) return {std::move(result), std::nullopt};
        types::Calibration adapted = *calibration;
        for (types::Camera& camera : adapted.cameras) {
            if (!image.frame.empty() && camera.name != image.frame && adapted.camera(image.frame)) continue;
            // Pixel (0, 0) is a corner, so coordinates scale without an offset.
            for (int i = 0; i < 4; ++i) {
                camera.projection[i] *= static_cast<double>(size.width) / image.width;
                camera.projection[4 + i] *= static_cast<double>(size.height) / image.height;
            }
            camera.width = size.width;
            camera.height = size.height;
        }
        return {std::move(result), std::move(adapted)};
    }
};

}  // namespace

void register_resize(engine::Registry& registry) { registry.add<Resize>(); }

}  // namespace millrace::nodes
