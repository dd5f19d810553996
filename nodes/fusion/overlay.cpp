#include "nodes/ops/draw/overlay.hpp"

#include "engine/node.hpp"
#include "nodes/ops/camera/choose.hpp"

namespace millrace::nodes {
namespace {

struct Overlay {
    ops::PointColor color = ops::PointColor::Depth;
    ops::ColorMap map = ops::ColorMap::Turbo;
    double point_size = 0;
    double opacity = 0.9;
    double dimming = 0.35;
    std::vector<double> scale;
    bool legend = true;
    bool tags = true;
    std::string camera;

    static engine::NodeSpec spec() {
        using engine::Change;
        return {
            .id = "fusion.overlay",
            .title = "Overlay",
            .group = "Fusion",
            .doc =
                "Draws projected points over the dimmed image, near ones last, boxes as wire "
                "frames whose front face is shaded, and rectangles. Depth is coloured on a "
                "logarithmic scale, near at the warm end.",
            .inputs = {{"image", "8- or 16-bit image of the camera"},
                       {.name = "projected",
                        .doc = "points with fields u, v and depth, from fusion.project_points",
                        .optional = true},
                       {.name = "boxes", .doc = "boxes in the LiDAR frame", .optional = true},
                       {.name = "calibration", .doc = "needed to draw boxes", .optional = true},
                       {.name = "rectangles",
                        .doc = "rectangles in pixels, as from fusion.project_boxes",
                        .optional = true}},
            .outputs = {{"image", "8-bit RGB of the same size"}},
            .params = {{.name = "color",
                        .field = &Overlay::color,
                        .choices = {"depth", "height", "intensity"},
                        .doc = "What colours the points",
                        .change = Change::Hot},
                       {.name = "map",
                        .field = &Overlay::map,
                        .choices = ops::color_map_names(),
                        .doc = "Colour map",
                        .change = Change::Hot},
                       {.name = "point_size",
                        .field = &Overlay::point_size,
                        .unit = "px",
                        .range = {0, 50},
                        .doc = "Diameter of a point, near ones are drawn larger; 0: fits the image "
                               "and the number of points",
                        .change = Change::Hot},
                       {.name = "opacity",
                        .field = &Overlay::opacity,
                        .range = {0, 1},
                        .doc = "How much of the image a point covers",
                        .change = Change::Hot},
                       {.name = "dimming",
                        .field = &Overlay::dimming,
                        .range = {0, 1},
                        .doc = "How far the image is taken back; 0: as it is, 1: black",
                        .change = Change::Hot},
                       {.name = "scale",
                        .field = &Overlay::scale,
                        .doc =
                            "Low and high end of the colours; empty: round numbers about the 2nd "
                            "and 98th percentile of the frame",
                        .change = Change::Hot},
                       {.name = "legend",
                        .field = &Overlay::legend,
                        .doc = "Draw the scale",
                        .change = Change::Hot},
                       {.name = "tags",
                        .field = &Overlay::tags,
                        .doc = "Write label, score and depth beside boxes",
                        .change = Change::Hot},
                       {.name = "camera",
                        .field = &Overlay::camera,
                        .doc = "Camera for the boxes; empty: the one that took the image, else the "
                               "first"}},
            .tags = {"lidar", "camera", "picture"},
        };
    }

    std::vector<engine::Problem> check() const {
        if (scale.empty() || (scale.size() == 2 && scale[0] < scale[1])) return {};
        return {{.what = "The scale needs two rising numbers",
                 .expected = "[low, high] or []",
                 .where = "scale",
                 .mend = "Give two numbers, the lower first."}};
    }

    types::Image operator()(const types::Image& image, const types::PointCloud* projected,
                            const types::Boxes3d* boxes, const types::Calibration* calibration,
                            const types::Boxes2d* rectangles) const {
        if (boxes && !calibration) {
            throw engine::Error({.code = "E-FUSION-002",
                                 .what = "Boxes can't be drawn without a calibration",
                                 .expected = "a calibration with the camera of the image",
                                 .found = "none",
                                 .where = "calibration",
                                 .mend = "Connect the calibration, or take the boxes' wire off."});
        }
        ops::OverlayLayers layers = {
            .projected = projected, .boxes = boxes, .rectangles = rectangles};
        if (boxes) layers.camera = &ops::choose_camera(*calibration, camera, &image);
        ops::OverlayStyle style = {.color = color,
                                   .map = map,
                                   .point_size = point_size,
                                   .opacity = opacity,
                                   .dimming = dimming,
                                   .legend = legend,
                                   .tags = tags};
        if (scale.size() == 2) style.scale = {scale[0], scale[1]};
        return ops::draw_overlay(image, layers, style);
    }
};

}  // namespace

void register_overlay(engine::Registry& registry) { registry.add<Overlay>(); }

}  // namespace millrace::nodes
