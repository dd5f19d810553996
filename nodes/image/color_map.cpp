#include "nodes/ops/draw/color_map.hpp"

#include <algorithm>
#include <limits>

#include "engine/node.hpp"
#include "nodes/ops/draw/legend.hpp"
#include "nodes/types/image.hpp"

namespace millrace::nodes {
namespace {

struct ImageColorMap {
    ops::ColorMap map = ops::ColorMap::Turbo;
    std::vector<double> scale;
    ops::Spacing spacing = ops::Spacing::Linear;
    bool zero_is_empty = true;
    bool reversed = false;
    bool legend = false;

    static engine::NodeSpec spec() {
        using engine::Change;
        return {
            .id = "image.color_map",
            .title = "Colour map",
            .group = "Image",
            .doc =
                "Turns one channel of numbers (depth, a feature map) into colours. NaN is black.",
            .inputs = {{"image", "one channel of 8 or 16 bits or float32"}},
            .outputs = {{"image", "8-bit RGB of the same size"}},
            .params = {{.name = "map",
                        .field = &ImageColorMap::map,
                        .choices = ops::color_map_names(),
                        .doc = "Colour map",
                        .change = Change::Hot},
                       {.name = "scale",
                        .field = &ImageColorMap::scale,
                        .doc = "Low and high end; empty: round numbers about the 2nd and 98th "
                               "percentile of the image",
                        .change = Change::Hot},
                       {.name = "spacing",
                        .field = &ImageColorMap::spacing,
                        .choices = {"linear", "logarithmic"},
                        .doc = "Logarithmic tells near depths apart; it starts at a thousandth of "
                               "the high end at the lowest",
                        .change = Change::Hot},
                       {.name = "zero_is_empty",
                        .field = &ImageColorMap::zero_is_empty,
                        .doc = "0 stands for no data and is black",
                        .change = Change::Hot},
                       {.name = "reversed",
                        .field = &ImageColorMap::reversed,
                        .doc = "Low values take the high end's colour",
                        .change = Change::Hot},
                       {.name = "legend",
                        .field = &ImageColorMap::legend,
                        .doc = "Draw the scale",
                        .change = Change::Hot}},
            .example = R"("nodes": {
    "scene": {"type": "loaders.scene", "version": 1},
    "project": {"type": "fusion.project_points", "version": 1},
    "depth": {"type": "fusion.depth_image", "version": 1},
    "colors": {"type": "image.color_map", "version": 1}},
"wires": [
    {"from": "scene.cloud", "to": "project.cloud"}, {"from": "scene.calibration", "to": "project.calibration"},
    {"from": "scene.image", "to": "depth.image"}, {"from": "project.projected", "to": "depth.projected"},
    {"from": "depth.depth", "to": "colors.image"}])",
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
        if (zero_is_empty)
            std::ranges::replace(values, 0.F, std::numeric_limits<float>::quiet_NaN());
        const auto [low, high] = scale.size() == 2 ? std::pair(scale[0], scale[1])
                                                   : ops::rounded(ops::spread_of(values), spacing);
        const ops::ColorScale colors(map, low, high, spacing,
                                     reversed ? ops::Direction::Falling : ops::Direction::Rising);
        types::Image colored(image.width, image.height, 3);
        colored.frame = image.frame;
        colored.timestamp = image.timestamp;
        std::uint8_t* pixel = colored.bytes.data();
        for (const float value : values) pixel = std::ranges::copy(colors(value), pixel).out;
        if (legend) {
            ops::Pen pen(colored);
            ops::draw_legend(pen, colors, image.unit == "m" ? "depth, m" : image.unit);
        }
        return colored;
    }

private:
    static std::vector<float> values_of(const types::Image& image) {
        switch (image.depth) {
            case types::Depth::U8:
                return copied<std::uint8_t>(image);
            case types::Depth::U16:
                return copied<std::uint16_t>(image);
            case types::Depth::F32:
                return copied<float>(image);
        }
        return {};
    }

    template <class Number>
    static std::vector<float> copied(const types::Image& image) {
        const auto* numbers = image.row<Number>(0);
        return {numbers, numbers + std::ptrdiff_t{image.width} * image.height};
    }
};

}  // namespace

void register_color_map(engine::Registry& registry) { registry.add<ImageColorMap>(); }

}  // namespace millrace::nodes
