#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include "engine/node.hpp"
#include "nodes/ops/image/mat_view.hpp"
#include "nodes/types/image.hpp"
#include "nodes/types/tensor.hpp"

namespace millrace::nodes {
namespace {

enum class Fit { Stretch, Crop };
enum class Order { Rgb, Bgr };
enum class Layout { ChannelsFirst, ChannelsLast };

struct ImageToTensor {
    int width = 0, height = 0;
    Fit fit = Fit::Stretch;
    Order order = Order::Rgb;
    Layout layout = Layout::ChannelsFirst;
    double scale = 1.0 / 255;
    std::vector<double> mean = {0}, deviation = {1};

    static engine::NodeSpec spec() {
        using S = ImageToTensor;
        return {
            .id = "networks.image_to_tensor",
            .title = "Image to tensor",
            .group = "Models",
            .doc =
                "Makes an image the float32 tensor that a network takes: a batch of one. "
                "A number becomes (value * scale - mean) / deviation, by channels. Networks "
                "trained on ImageNet usually take scale 1/255, mean 0.485 0.456 0.406 and "
                "deviation 0.229 0.224 0.225.",
            .inputs = {{"image", "any image with 1 to 4 channels"}},
            .outputs = {{"tensor",
                         "[1, channels, height, width] or [1, height, width, channels] "
                         "float32"}},
            .params = {{.name = "width",
                        .field = &S::width,
                        .unit = "px",
                        .range = {0, 32768},
                        .doc = "Scaled to this width; 0: the image's own, if the height is 0, too"},
                       {.name = "height",
                        .field = &S::height,
                        .unit = "px",
                        .range = {0, 32768},
                        .doc = "Scaled to this height; 0 as for the width"},
                       {.name = "fit",
                        .field = &S::fit,
                        .choices = {"stretch", "crop"},
                        .doc = "Another shape is stretched, or its middle is cut out"},
                       {.name = "order",
                        .field = &S::order,
                        .choices = {"rgb", "bgr"},
                        .doc = "Which colour is the first channel"},
                       {.name = "layout",
                        .field = &S::layout,
                        .choices = {"channels_first", "channels_last"},
                        .doc = "PyTorch's networks take channels first, TensorFlow's often last"},
                       {.name = "scale",
                        .field = &S::scale,
                        .doc = "Factor of the image's numbers"},
                       {.name = "mean",
                        .field = &S::mean,
                        .doc = "Subtracted after scaling: one number, or one a channel in the "
                               "order of the tensor"},
                       {.name = "deviation",
                        .field = &S::deviation,
                        .range = {1e-12, 1e12},
                        .doc = "Divided by: one number, or one a channel"}},
            .tags = {"normalize", "preprocess", "blob", "nchw"},
        };
    }

    std::vector<engine::Problem> check() const {
        std::vector<engine::Problem> problems;
        if ((width == 0) != (height == 0))
            problems.push_back({.what = "One side of the size is missing",
                                .expected = "both, or neither",
                                .found = fmt::format("{} x {}", width, height),
                                .where = width == 0 ? "width" : "height",
                                .mend = "Set both, or put image.resize before this node."});
        for (const auto& [name, list] :
             {std::pair("mean", &mean), std::pair("deviation", &deviation)}) {
            if (list->empty() || list->size() > 4)
                problems.push_back({.what = "There is not a number for each channel",
                                    .expected = "1 to 4 numbers",
                                    .found = fmt::format("{}", list->size()),
                                    .where = name,
                                    .mend = "Give one number, or one a channel."});
        }
        return problems;
    }

    types::Tensor operator()(const types::Image& image) const {
        check_image(image);
        cv::Mat pixels = ops::mat_view(image);
        if (width > 0) pixels = resized(pixels);
        cv::Mat numbers;
        pixels.convertTo(numbers, CV_32F);
        at::Tensor tensor =
            at::empty({1, numbers.rows, numbers.cols, numbers.channels()}, at::kFloat);
        cv::Mat target(numbers.rows, numbers.cols, numbers.type(), tensor.data_ptr());
        numbers.copyTo(target);
        if (order == Order::Bgr && image.channels >= 3) {
            const auto swapped = image.channels == 3 ? at::tensor({2, 1, 0}, at::kLong)
                                                     : at::tensor({2, 1, 0, 3}, at::kLong);
            tensor = tensor.index_select(3, swapped);
        }
        tensor = (tensor * scale - row(mean)) / row(deviation);
        if (layout == Layout::ChannelsFirst) tensor = tensor.permute({0, 3, 1, 2});
        return {tensor.contiguous()};
    }

private:
    void check_image(const types::Image& image) const {
        const auto channels = static_cast<std::size_t>(std::max(image.channels, 0));
        const auto fits = [&](const std::vector<double>& list) {
            return list.size() == 1 || list.size() == channels;
        };
        if (image.width >= 1 && image.height >= 1 && channels >= 1 && channels <= 4 && fits(mean) &&
            fits(deviation))
            return;
        throw engine::Error(
            {.code = "E-IMAGE-006",
             .what = "The image can't be made a tensor",
             .expected = fmt::format("pixels with 1 to 4 channels, as many as numbers in \"mean\" "
                                     "({}) and \"deviation\" ({})",
                                     mean.size(), deviation.size()),
             .found = fmt::format("{} x {} pixels with {} channels", image.width, image.height,
                                  image.channels),
             .mend = "Correct \"mean\" and \"deviation\", or the image before this node."});
    }

    cv::Mat resized(const cv::Mat& pixels) const {
        cv::Rect part(0, 0, pixels.cols, pixels.rows);
        if (fit == Fit::Crop) {
            const double factor =
                std::min(double(pixels.cols) / width, double(pixels.rows) / height);
            part.width = std::clamp(int(std::lround(width * factor)), 1, pixels.cols);
            part.height = std::clamp(int(std::lround(height * factor)), 1, pixels.rows);
            part.x = (pixels.cols - part.width) / 2;
            part.y = (pixels.rows - part.height) / 2;
        }
        const bool is_smaller = width < part.width || height < part.height;
        cv::Mat scaled;
        cv::resize(pixels(part), scaled, {width, height}, 0, 0,
                   is_smaller ? cv::INTER_AREA : cv::INTER_LINEAR);
        return scaled;
    }

    static at::Tensor row(const std::vector<double>& list) {
        return at::tensor(list, at::kDouble).to(at::kFloat);
    }
};

}  // namespace

void register_image_to_tensor(engine::Registry& registry) { registry.add<ImageToTensor>(); }

}  // namespace millrace::nodes
