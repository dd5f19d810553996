#include "engine/node.hpp"
#include "nodes/fusion/camera_choice.hpp"
#include "nodes/ops/draw/overlay.hpp"

namespace millrace::nodes {
namespace {

struct Overlay {
    ops::PointColor color = ops::PointColor::Depth;
    ops::ColorMap map = ops::ColorMap::Turbo;
    double point_size = 2.6;
    double opacity = 0.85;
    std::vector<double> scale;
    bool legend = true;
    std::string camera;

    static engine::NodeSpec spec() {
        return {
            .id = "fusion.overlay",
            .title = "Overlay",
            .group = "Fusion",
            .doc = "Draws projected points over the image, near ones last, and boxes as wire frames whose front face is crossed. "
                   "On the depth scale near is the warm end.",
            .inputs = {{"image", "8- or 16-bit image of the camera"},
                       {"projected", "points with fields u, v and depth, from fusion.project_points"},
                       {.name = "boxes", .doc = "boxes in the LiDAR frame", .optional = true},
                       {.name = "calibration", .doc = "needed to draw boxes", .optional = true}},
            .outputs = {{"image", "8-bit RGB of the same size"}},
            .params = {{.name = "color",
                        .field = &Overlay::color,
                        .choices = {"depth", "height", "intensity"},
                        .doc = "What colours the points",
                        .change = engine::Change::Hot},
                       {.name = "map",
                        .field = &Overlay::map,
                        .choices = {"turbo", "viridis", "magma", "gray"},
                        .doc = "Colour map",
                        .change = engine::Change::Hot},
                       {.name = "point_size",
                        .field = &Overlay::point_size,
                        .unit = "px",
                        .range = {0.5, 50},
                        .doc = "Diameter of a point; near ones are drawn larger",
                        .change = engine::Change::Hot},
                       {.name = "opacity",
                        .field = &Overlay::opacity,
                        .range = {0, 1},
                        .doc = "How much of the image a point covers",
                        .change = engine::Change::Hot},
                       {.name = "scale",
                        .field = &Overlay::scale,
                        .doc = "Low and high end of the scale; empty: from the frame itself (2nd to 98th percentile)",
                        .change = engine::Change::Hot},
                       {.name = "legend", .field = &Overlay::legend, .doc = "Draw the scale", .change = engine::Change::Hot},
                       {.name = "camera", .field = &Overlay::camera, .doc = "Camera for the boxes; empty for the first"}},
        };
    }

    std::vector<engine::Problem> check() const {
        if (scale.empty() || (scale.size() == 2 && scale[0] < scale[1])) return {};
        return {{.what = "The scale needs two rising numbers",
                 .expected = "[low, high] or []",
                 .where = "scale",
                 .mend = "Give two numbers, the lower first."}};
    }

    types::Image operator()(const types::Image& image, const types::PointCloud& projected, const types::Boxes3d* boxes,
                            const types::Calibration* calibration) const {
        types::Image drawn = ops::to_rgb(image);
        ops::OverlayStyle style;
        style.color = color;
        style.map = map;
        style.point_size = point_size;
        style.opacity = opacity;
        style.legend = legend;
        if (scale.size() == 2) {
            style.low = scale[0];
            style.high = scale[1];
        }
        ops::draw_points(drawn, projected, style);
        if (boxes && calibration) ops::draw_boxes(drawn, *boxes, choose_camera(*calibration, camera));
        return drawn;
    }
};

}  // namespace

void register_overlay(engine::Registry& registry) { registry.add<Overlay>(); }

}  // namespace millrace::nodes
