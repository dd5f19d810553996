#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/node.hpp"
#include "nodes/types/image.hpp"
#include "nodes/types/tensor.hpp"

namespace millrace::nodes {
namespace {

struct TensorToImage {
    enum class Order { Rgb, Bgr };
    enum class Layout { ChannelsFirst, ChannelsLast };
    enum class Depth { Float, EightBit };

    Layout layout = Layout::ChannelsFirst;
    Order order = Order::Rgb;
    double scale = 1;
    Depth depth = Depth::Float;

    static engine::NodeSpec spec() {
        using S = TensorToImage;
        return {
            .id = "networks.tensor_to_image",
            .title = "Tensor to image",
            .group = "Models",
            .doc =
                "Makes an image of what a network gives for each pixel: depths, masks, "
                "features or colours. Eight bits are rounded and end at 0 and 255.",
            .inputs = {{"tensor",
                        "[1, channels, height, width] or the layout chosen, [channels, "
                        "height, width] or [height, width]; 1 to 4 channels"}},
            .outputs = {{"image", "float32 or 8 bits"}},
            .params = {{.name = "layout",
                        .field = &S::layout,
                        .choices = {"channels_first", "channels_last"},
                        .doc = "Where the tensor has its channels"},
                       {.name = "order",
                        .field = &S::order,
                        .choices = {"rgb", "bgr"},
                        .doc = "Which colour is the tensor's first channel"},
                       {.name = "scale", .field = &S::scale, .doc = "Factor of the numbers"},
                       {.name = "depth",
                        .field = &S::depth,
                        .choices = {"float", "eight_bit"},
                        .doc = "Numbers of a pixel: float32 for measures, 8 bits for colours"}},
            .tags = {"postprocess", "mask", "segmentation", "depth"},
            .example = R"("nodes": {
    "source": {"type": "loaders.scene", "version": 1},
    "tensor": {"type": "networks.image_to_tensor", "version": 1,
        "params": {"width": 320, "height": 96}},
    "net": {"type": "networks.onnx", "version": 1,
        "params": {"path": "net.onnx", "outputs": "depth"}},
    "picture": {"type": "networks.tensor_to_image", "version": 1}},
"wires": [
    {"from": "source.image", "to": "tensor.image"}, {"from": "tensor.tensor", "to": "net.input"},
    {"from": "net.output", "to": "picture.tensor"}])",
        };
    }

    types::Image operator()(const types::Tensor& tensor) const {
        at::Tensor pixels = rows_of(tensor.value).to(at::kCPU, at::kFloat) * scale;
        const std::int64_t channels = pixels.size(2);
        if (order == Order::Bgr && channels >= 3) {
            const auto swapped = channels == 3 ? at::tensor({2, 1, 0}, at::kLong)
                                               : at::tensor({2, 1, 0, 3}, at::kLong);
            pixels = pixels.index_select(2, swapped);
        }
        const bool is_float = depth == Depth::Float;
        if (!is_float) pixels = pixels.nan_to_num(0).round().clamp(0, 255).to(at::kByte);
        pixels = pixels.contiguous();
        types::Image image(static_cast<int>(pixels.size(1)), static_cast<int>(pixels.size(0)),
                           static_cast<int>(channels),
                           is_float ? types::Depth::F32 : types::Depth::U8);
        std::memcpy(image.bytes.data(), pixels.data_ptr(), image.bytes.size());
        return image;
    }

private:
    /// [height, width, channels]
    at::Tensor rows_of(const at::Tensor& tensor) const {
        constexpr std::int64_t kMostPixels = std::int64_t{1} << 28;
        if (tensor.defined() && tensor.layout() == at::kStrided && !tensor.is_complex() &&
            tensor.numel() > 0 && tensor.numel() <= kMostPixels) {
            at::Tensor rows = tensor.detach();
            if (rows.dim() == 4 && rows.size(0) == 1) rows = rows[0];
            if (rows.dim() == 2)
                rows = rows.unsqueeze(2);
            else if (rows.dim() == 3 && layout == Layout::ChannelsFirst)
                rows = rows.permute({1, 2, 0});
            if (rows.dim() == 3 && rows.size(2) <= 4) return rows;
        }
        throw engine::Error(
            {.code = "E-IMAGE-007",
             .what = "The tensor can't be made an image",
             .expected = "one image with 1 to 4 channels, in the layout chosen",
             .found = tensor.defined() ? fmt::format("[{}]", fmt::join(tensor.sizes().vec(), ", "))
                                       : "no tensor",
             .mend = "Choose the layout, or a network's output that is for each pixel."});
    }
};

}  // namespace

void register_tensor_to_image(engine::Registry& registry) { registry.add<TensorToImage>(); }

}  // namespace millrace::nodes
