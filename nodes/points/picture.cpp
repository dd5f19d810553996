#include <cmath>
#include <memory>
#include <numbers>
#include <string>
#include <utility>

#include "engine/node.hpp"
#include "engine/visual/scene/renderer.hpp"
#include "nodes/types/boxes.hpp"
#include "nodes/types/image.hpp"
#include "nodes/types/point_cloud.hpp"

namespace millrace::nodes {
namespace {

/// What a scene shares it does not own: the packet outlives the picture's making.
template <class T>
std::shared_ptr<const T> borrowed(const T& value) {
    return {std::shared_ptr<const void>(), &value};
}

struct Picture {
    visual::Preset view = visual::Preset::Oblique;
    double turn = 0;
    double zoom = 1;
    double reach = 0;
    int width = 1280;
    int height = 720;
    visual::ColorBy color = visual::ColorBy::Height;
    std::string field;
    visual::Map map = visual::Map::Turbo;
    double low = 0;
    double high = 0;
    double point_size = 2;
    bool shading = true;
    bool grid = true;

    static engine::NodeSpec spec() {
        using engine::Change;
        return {
            .id = "points.picture",
            .title = "Picture of a cloud",
            .group = "Point cloud",
            .doc =
                "Draws a cloud in perspective. Points with eye-dome lighting, boxes, a ground grid "
                "and axes, without a display. The nearest point of a pixel shows; NaN points are "
                "left out.",
            .inputs = {{"cloud", "[N] points, metres, z up"},
                       {.name = "boxes", .doc = "boxes in the same frame", .optional = true}},
            .outputs = {{"image", "8-bit RGB"}},
            .params = {{.name = "view",
                        .field = &Picture::view,
                        .choices = {"top", "bottom", "front", "back", "left", "right", "oblique"},
                        .doc = "From where; oblique is from behind and above",
                        .change = Change::Hot},
                       {.name = "turn",
                        .field = &Picture::turn,
                        .unit = "deg",
                        .range = {-360, 360},
                        .doc = "Goes round the scene, counter-clockwise seen from above",
                        .change = Change::Hot},
                       {.name = "zoom",
                        .field = &Picture::zoom,
                        .range = {0.05, 20},
                        .doc = "Above 1: comes closer",
                        .change = Change::Hot},
                       {.name = "reach",
                        .field = &Picture::reach,
                        .unit = "m",
                        .range = {0, 10000},
                        .doc =
                            "Shows so far round the sensor, the same for every item; 0: fits each "
                            "cloud",
                        .change = Change::Hot},
                       {.name = "width",
                        .field = &Picture::width,
                        .unit = "px",
                        .range = {16, 8192},
                        .doc = "Columns of the picture",
                        .change = Change::Hot},
                       {.name = "height",
                        .field = &Picture::height,
                        .unit = "px",
                        .range = {16, 8192},
                        .doc = "Rows of the picture",
                        .change = Change::Hot},
                       {.name = "color",
                        .field = &Picture::color,
                        .choices = {"constant", "height", "range", "intensity", "ring", "label",
                                    "field", "rgb"},
                        .doc = "What colours the points; grey where the cloud lacks it",
                        .change = Change::Hot},
                       {.name = "field",
                        .field = &Picture::field,
                        .doc = "Name of the per-point field, where color is field",
                        .change = Change::Hot},
                       {.name = "map",
                        .field = &Picture::map,
                        .choices = {"turbo", "viridis", "magma", "gray", "jet"},
                        .doc = "Colour map",
                        .change = Change::Hot},
                       {.name = "low",
                        .field = &Picture::low,
                        .doc = "Value at the map's low end; both ends come from the values unless "
                               "low is below high",
                        .change = Change::Hot},
                       {.name = "high",
                        .field = &Picture::high,
                        .doc = "Value at the map's high end",
                        .change = Change::Hot},
                       {.name = "point_size",
                        .field = &Picture::point_size,
                        .unit = "px",
                        .range = {1, 48},
                        .doc = "Width of a point",
                        .change = Change::Hot},
                       {.name = "shading",
                        .field = &Picture::shading,
                        .doc = "Darken what lies behind its neighbours in the picture",
                        .change = Change::Hot},
                       {.name = "grid",
                        .field = &Picture::grid,
                        .doc = "Draw the ground grid and the axes",
                        .change = Change::Hot}},
            .tags = {"lidar", "render", "3d"},
        };
    }

    std::vector<engine::Problem> check() const {
        if (color != visual::ColorBy::Field || !field.empty()) return {};
        return {{.what = "No field is named to colour by",
                 .expected = "the name of a per-point field",
                 .where = "field",
                 .mend = "Name one, such as \"intensity\", or choose another color."}};
    }

    types::Image operator()(const types::PointCloud& cloud, const types::Boxes3d* boxes) const {
        visual::Scene scene;
        scene.clouds.push_back(visual::make_layer("cloud", borrowed<visual::Cloud>(cloud)));
        if (boxes) scene.boxes.push_back({{.name = "boxes"}, borrowed<visual::Boxes3d>(*boxes)});
        const visual::Raster raster = visual::render(scene, view_of(scene), style(), width, height);
        types::Image image(raster.width, raster.height, 3);
        image.bytes = raster.bytes;
        image.timestamp = cloud.timestamp;
        return image;
    }

private:
    visual::View view_of(const visual::Scene& scene) const {
        visual::View seen;
        seen.set(view);
        seen.yaw += turn * std::numbers::pi / 180;
        visual::Bounds bounds = scene.core_bounds();
        if (reach > 0) bounds = {{-reach, -reach, -reach / 20}, {reach, reach, reach / 20}};
        seen.fit(bounds, width, height);
        seen.distance /= zoom;
        return seen;
    }

    visual::Style style() const {
        visual::Style style;
        style.coloring = {.by = color, .field = field, .map = map, .low = low, .high = high};
        style.point_size.value = point_size;
        style.eye_dome.on = shading;
        style.grid = grid;
        style.axes = grid;
        return style;
    }
};

}  // namespace

void register_picture(engine::Registry& registry) { registry.add<Picture>(); }

}  // namespace millrace::nodes
