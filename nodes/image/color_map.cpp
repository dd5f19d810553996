#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/node.hpp"
#include "nodes/ops/draw/color_map.hpp"
#include "nodes/ops/draw/overlay.hpp"
#include "nodes/ops/draw/pen.hpp"
#include "nodes/types/image.hpp"

namespace millrace::nodes {
namespace {

struct ImageColorMap {
    ops::ColorMap map = ops::ColorMap::Turbo;
    std::vector<double> scale;
    bool zero_is_empty = true;
    bool reversed = false;
    bool legend = false;

    static engine::NodeSpec spec() {
        using engine::Change;
        return {
            .id = "image.color_map",
            .title = "Colour map",
            .group = "Image",
            .doc = "Turns one channel of numbers (depth, a feature map) into colours. NaN is black.",
            .inputs = {{"image", "one channel of 8 or 16 bits or float32"}},
            .outputs = {{"image", "8-bit RGB of the same size"}},
            .params = {{.name = "map",
                        .field = &ImageColorMap::map,
                        .choices = {"turbo", "viridis", "magma", "gray"},
                        .doc = "Colour map",
                        .change = Change::Hot},
                       {.name = "scale",
                        .field = &ImageColorMap::scale,
                        .doc = "Low and high end; empty: from the image itself (2nd to 98th percentile)",
                        .change = Change::Hot},
                       {.name = "zero_is_empty", .field = &ImageColorMap::zero_is_empty, .doc = "0 stands for no data and is black", .change = Change::Hot},
                       {.name = "reversed", .field = &ImageColorMap::reversed, .doc = "Low values take the high end's colour", .change = Change::Hot},
                       {.name = "legend", .field = &ImageColorMap::legend, .doc = "Draw the scale", .change = Change::Hot}},
        };
    }

    std::vector<engine::Problem> check() const {
        if (scale.empty() || (scale.size() == 2 && scale[0] < scale[1])) return {};
        return {{.what = "The scale needs two rising numbers",
                 .expected = "[low, high] or []",
                 .where = "scale",
                 .mend = "Give two numbers, the lower first."}};
    }

    types::Image operator()(const types::Image& image) const {
        if (image.channels != 1) {
            throw engine::Error({.code = "E-IMAGE-004",
                                 .what = "A colour map needs one channel",
                                 .expected = "1 channel",
                                 .found = std::to_string(image.channels) + " channels",
                                 .mend = "Connect a depth image or a single channel."});
        }
        std::vector<float> values = values_of(image);
        if (zero_is_empty) std::ranges::replace(values, 0.f, std::numeric_limits<float>::quiet_NaN());
        const auto [low, high] = scale.size() == 2 ? std::pair(scale[0], scale[1]) : ops::spread_of(values);
        types::Image colored(image.width, image.height, 3);
        colored.frame = image.frame;
        colored.timestamp = image.timestamp;
        for (std::size_t i = 0; i < values.size(); ++i) {
            const double value = reversed ? low + high - values[i] : values[i];
            std::ranges::copy(ops::color_at(map, value, low, high), colored.bytes.begin() + static_cast<std::ptrdiff_t>(i * 3));
        }
        if (legend) {
            if (reversed) ops::Pen(colored).legend(map, high, low, image.unit);
            else ops::Pen(colored).legend(map, low, high, image.unit);
        }
        return colored;
    }

private:
    static std::vector<float> values_of(const types::Image& image) {
        std::vector<float> values;
        values.reserve(static_cast<std::size_t>(image.width) * static_cast<std::size_t>(image.height));
        for (int y = 0; y < image.height; ++y) {
            for (int x = 0; x < image.width; ++x) {
                if (image.depth == types::Depth::F32) values.push_back(image.row<float>(y)[x]);
                else if (image.depth == types::Depth::U16) values.push_back(image.row<std::uint16_t>(y)[x]);
                else values.push_back(image.row<std::uint8_t>(y)[x]);
            }
        }
        return values;
    }
};

}  // namespace

void register_color_map(engine::Registry& registry) { registry.add<ImageColorMap>(); }

}  // namespace millrace::nodes
