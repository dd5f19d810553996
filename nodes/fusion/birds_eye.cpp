#include "nodes/ops/draw/birds_eye.hpp"

#include <fmt/format.h>

#include "engine/node.hpp"
#include "nodes/ops/camera/choose.hpp"

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
    bool legend = true;
    bool tags = true;
    std::string camera;

    static engine::NodeSpec spec() {
        using engine::Change;
        return {
            .id = "fusion.birds_eye",
            .title = "Bird's-eye view",
            .group = "Fusion",
            .doc =
                "Draws a cloud from above, forward up, with range rings, boxes and what a camera "
                "sees. The highest point of a pixel shows.",
            .inputs = {{"cloud", "[N] points in the sensor frame, metres"},
                       {.name = "boxes", .doc = "boxes in the same frame", .optional = true},
                       {.name = "calibration",
                        .doc = "for the wedge that a camera sees",
                        .optional = true}},
            .outputs = {{"image", "8-bit RGB"}},
            .params = {{.name = "ahead",
                        .field = &BirdsEye::ahead,
                        .unit = "m",
                        .range = {1, 500},
                        .doc = "Shown in front",
                        .change = Change::Hot},
                       {.name = "behind",
                        .field = &BirdsEye::behind,
                        .unit = "m",
                        .range = {0, 500},
                        .doc = "Shown behind",
                        .change = Change::Hot},
                       {.name = "side",
                        .field = &BirdsEye::side,
                        .unit = "m",
                        .range = {1, 500},
                        .doc = "Shown to each side",
                        .change = Change::Hot},
                       {.name = "resolution",
                        .field = &BirdsEye::resolution,
                        .unit = "m",
                        .range = {0.01, 10},
                        .doc = "Size of a pixel",
                        .change = Change::Hot},
                       {.name = "color",
                        .field = &BirdsEye::color,
                        .choices = {"depth", "height", "intensity"},
                        .doc = "What colours the points; depth is the distance over ground",
                        .change = Change::Hot},
                       {.name = "map",
                        .field = &BirdsEye::map,
                        .choices = ops::color_map_names(),
                        .doc = "Colour map",
                        .change = Change::Hot},
                       {.name = "low",
                        .field = &BirdsEye::low,
                        .unit = "m",
                        .range = {-100, 100},
                        .doc = "Height at the low end",
                        .change = Change::Hot},
                       {.name = "high",
                        .field = &BirdsEye::high,
                        .unit = "m",
                        .range = {-100, 100},
                        .doc = "Height at the high end",
                        .change = Change::Hot},
                       {.name = "ring_step",
                        .field = &BirdsEye::ring_step,
                        .unit = "m",
                        .range = {0, 500},
                        .doc = "From ring to ring; 0: none",
                        .change = Change::Hot},
                       {.name = "legend",
                        .field = &BirdsEye::legend,
                        .doc = "Draw the scale",
                        .change = Change::Hot},
                       {.name = "tags",
                        .field = &BirdsEye::tags,
                        .doc = "Write label, score and distance beside boxes",
                        .change = Change::Hot},
                       {.name = "camera",
                        .field = &BirdsEye::camera,
                        .doc = "Camera whose view is shown; empty for the first"}},
            .tags = {"lidar", "picture"},
        };
    }

    std::vector<engine::Problem> check() const {
        std::vector<engine::Problem> problems;
        if (!(low < high)) {
            problems.push_back({.what = "The height scale is empty",
                                .expected = "low below high",
                                .where = "high",
                                .mend = "Set high above low."});
        }
        const auto [width, height] = ops::birds_eye_size(style());
        if (!ops::is_birds_eye_size(width, height)) {
            problems.push_back({.what = "The picture has no usable size",
                                .expected = "16 to 8192 pixels on each side",
                                .found = fmt::format("{:.0f} x {:.0f} pixels", width, height),
                                .where = "resolution",
                                .mend = "Make the pixels larger or smaller, or change what is "
                                        "shown."});
        }
        return problems;
    }

    types::Image operator()(const types::PointCloud& cloud, const types::Boxes3d* boxes,
                            const types::Calibration* calibration) const {
        const types::Camera* seen =
            calibration ? &ops::choose_camera(*calibration, camera) : nullptr;
        return ops::draw_birds_eye(cloud, boxes, seen, style());
    }

private:
    ops::BirdsEyeStyle style() const {
        return {.ahead = ahead,
                .behind = behind,
                .side = side,
                .resolution = resolution,
                .color = color,
                .map = map,
                .low = low,
                .high = high,
                .ring_step = ring_step,
                .legend = legend,
                .tags = tags};
    }
};

}  // namespace

void register_birds_eye(engine::Registry& registry) { registry.add<BirdsEye>(); }

}  // namespace millrace::nodes
