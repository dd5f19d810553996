#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "engine/node.hpp"
#include "nodes/types/image.hpp"

namespace millrace::nodes {
namespace {

struct ToneCurve {
    engine::Curve curve;
    std::vector<double> scale;

    static engine::NodeSpec spec() {
        using engine::Change;
        return {
            .id = "image.tone_curve",
            .title = "Tone curve",
            .group = "Image",
            .doc =
                "Brightens, darkens or stretches an image by a curve over its values. A fourth "
                "channel (alpha) "
                "stays as it is, and so does NaN.",
            .inputs = {{"image", "8 or 16 bits or float32, any number of channels"}},
            .outputs = {{"image", "of the same size, channels and depth"}},
            .params = {{.name = "curve",
                        .field = &ToneCurve::curve,
                        .range = {0, 1},
                        .doc = "What a value becomes: across, from the low to the high end of the "
                               "scale; up, likewise",
                        .change = Change::Hot},
                       {.name = "scale",
                        .field = &ToneCurve::scale,
                        .doc = "Low and high end of the values; empty: all of 8 or 16 bits, 0 to 1 "
                               "of float32. "
                               "Values beyond them are taken as the nearer end",
                        .change = Change::Hot}},
        };
    }

    std::vector<engine::Problem> check() const {
        if (scale.empty() ||
            (scale.size() == 2 && scale[0] < scale[1] && std::isfinite(scale[1] - scale[0])))
            return {};
        return {{.what = "The scale needs two rising numbers",
                 .expected = "[low, high] or []",
                 .where = "scale",
                 .mend = "Give two numbers, the lower first."}};
    }

    types::Image operator()(const types::Image& image) const {
        types::Image out = image;
        switch (image.depth) {
            case types::Depth::U8:
                by_table<std::uint8_t>(out);
                break;
            case types::Depth::U16:
                by_table<std::uint16_t>(out);
                break;
            case types::Depth::F32:
                each<float>(out,
                            [this](float value) { return static_cast<float>(mapped(value, 1)); });
                break;
        }
        return out;
    }

private:
    double mapped(double value, double most) const {
        const double low = scale.empty() ? 0 : scale[0], high = scale.empty() ? most : scale[1];
        return low + (high - low) * curve.at((value - low) / (high - low));
    }

    template <class Number>
    void by_table(types::Image& image) const {
        constexpr std::size_t kMost = std::numeric_limits<Number>::max();
        std::vector<Number> table(kMost + 1);
        for (std::size_t i = 0; i <= kMost; ++i)
            table[i] =
                static_cast<Number>(std::clamp(std::round(mapped(static_cast<double>(i), kMost)),
                                               0.0, static_cast<double>(kMost)));
        each<Number>(image, [&](Number value) { return table[value]; });
    }

    /// Every number but those of an alpha channel.
    template <class Number, class Map>
    static void each(types::Image& image, Map map) {
        const bool alpha = image.channels == 4;
        const auto wide = static_cast<std::ptrdiff_t>(image.width) * image.channels;
        for (int y = 0; y < image.height; ++y) {
            Number* const row = image.row<Number>(y);
            for (std::ptrdiff_t i = 0; i < wide; ++i)
                if (!alpha || i % 4 != 3) row[i] = map(row[i]);
        }
    }
};

}  // namespace

void register_tone_curve(engine::Registry& registry) { registry.add<ToneCurve>(); }

}  // namespace millrace::nodes
