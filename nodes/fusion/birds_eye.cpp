#include "engine/node.hpp"
#include "nodes/ops/draw/birds_eye.hpp"

namespace millrace::nodes {
namespace {

struct BirdsEye {
    double ahead = 60;
    double behind = 20;
    double side = 30;
    double resolution = 0.1;
    ops::PointColor color = ops::PointColor::Height;
    ops::ColorMap map = ops::ColorMap::Turbo;
    double low = -2.2;
    double high = 1.5;
    double ring_step = 10;

    static engine::NodeSpec spec() {
        using engine::Change;
        return {
            .id = "fusion.birds_eye",
            .title = "Bird's-eye view",
            .group = "Fusion",
            .doc = "Draws a cloud from above, forward up, with range rings and boxes. The highest point of a pixel shows.",
            .inputs = {{"cloud", "[N] points in the sensor frame, metres"},
                       {.name = "boxes", .doc = "boxes in the same frame", .optional = true}},
            .outputs = {{"image", "8-bit RGB"}},
            .params = {{.name = "ahead", .field = &BirdsEye::ahead, .unit = "m", .range = {1, 500}, .doc = "Shown in front", .change = Change::Hot},
                       {.name = "behind", .field = &BirdsEye::behind, .unit = "m", .range = {0, 500}, .doc = "Shown behind", .change = Change::Hot},
                       {.name = "side", .field = &BirdsEye::side, .unit = "m", .range = {1, 500}, .doc = "Shown to each side", .change = Change::Hot},
                       {.name = "resolution", .field = &BirdsEye::resolution, .unit = "m", .range = {0.01, 10}, .doc = "Size of a pixel", .change = Change::Hot},
                       {.name = "color",
                        .field = &BirdsEye::color,
                        .choices = {"depth", "height", "intensity"},
                        .doc = "What colours the points; depth is taken as height",
                        .change = Change::Hot},
                       {.name = "map",
                        .field = &BirdsEye::map,
                        .choices = {"turbo", "viridis", "magma", "gray"},
                        .doc = "Colour map",
                        .change = Change::Hot},
                       {.name = "low", .field = &BirdsEye::low, .unit = "m", .range = {-100, 100}, .doc = "Height at the low end", .change = Change::Hot},
                       {.name = "high", .field = &BirdsEye::high, .unit = "m", .range = {-100, 100}, .doc = "Height at the high end", .change = Change::Hot},
                       {.name = "ring_step", .field = &BirdsEye::ring_step, .unit = "m", .range = {0, 500}, .doc = "From ring to ring; 0: none", .change = Change::Hot}},
        };
    }

    std::vector<engine::Problem> check() const {
        if (low < high) return {};
        return {{.what = "The height scale is empty", .expected = "low below high", .where = "high", .mend = "Set high above low."}};
    }

    types::Image operator()(const types::PointCloud& cloud, const types::Boxes3d* boxes) const {
        ops::BirdsEyeStyle style;
        style.ahead = ahead;
        style.behind = behind;
        style.side = side;
        style.pixels_per_metre = 1 / resolution;
        style.color = color == ops::PointColor::Intensity ? color : ops::PointColor::Height;
        style.map = map;
        style.low = low;
        style.high = high;
        style.ring_step = ring_step;
        return ops::draw_birds_eye(cloud, boxes, style);
    }
};

}  // namespace

void register_birds_eye(engine::Registry& registry) { registry.add<BirdsEye>(); }

}  // namespace millrace::nodes
