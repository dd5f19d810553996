#include <algorithm>
#include <limits>

#include "engine/node.hpp"
#include "nodes/ops/camera/choose.hpp"
#include "nodes/ops/camera/project.hpp"
#include "nodes/types/boxes.hpp"
#include "nodes/types/image.hpp"

namespace millrace::nodes {
namespace {

struct ProjectBoxes {
    std::string camera;
    double min_size = 1;

    static engine::NodeSpec spec() {
        return {
            .id = "fusion.project_boxes",
            .title = "Project boxes",
            .group = "Fusion",
            .doc =
                "Gives the rectangle that each box covers in the image, clipped to it. A box that "
                "reaches behind the camera is cut "
                "just in front of it; one that is not in the image is left out.",
            .inputs = {{"boxes", "boxes in the LiDAR frame"},
                       {"calibration", "cameras of the same frame"},
                       {"image", "the camera's image, for its size"}},
            .outputs = {{"boxes",
                         "x1 y1 x2 y2 in pixels, with label and score, in the order of the boxes"}},
            .params =
                {{.name = "camera",
                  .field = &ProjectBoxes::camera,
                  .doc = "Name of the camera; empty: the one that took the image, else the first"},
                 {.name = "min_size",
                  .field = &ProjectBoxes::min_size,
                  .unit = "px",
                  .range = {0, 10000},
                  .doc = "Rectangles narrower or lower are left out",
                  .change = engine::Change::Hot}},
        };
    }

    types::Boxes2d operator()(const types::Boxes3d& boxes, const types::Calibration& calibration,
                              const types::Image& image) const {
        const types::Camera& chosen = ops::choose_camera(calibration, camera, &image);
        types::Boxes2d result;
        result.frame = chosen.name;
        for (const types::Box3d& box : boxes.boxes) {
            double left = std::numeric_limits<double>::infinity();
            double top = left;
            double right = -left;
            double bottom = -left;
            for (const ops::PixelSegment& edge : ops::project_box_edges(box, chosen)) {
                for (const ops::Pixel& end : {edge.from, edge.to}) {
                    left = std::min(left, static_cast<double>(end.u));
                    right = std::max(right, static_cast<double>(end.u));
                    top = std::min(top, static_cast<double>(end.v));
                    bottom = std::max(bottom, static_cast<double>(end.v));
                }
            }
            left = std::max(left, 0.0);
            top = std::max(top, 0.0);
            right = std::min(right, static_cast<double>(image.width));
            bottom = std::min(bottom, static_cast<double>(image.height));
            if (!(right - left >= min_size && bottom - top >= min_size) || right <= left ||
                bottom <= top)
                continue;
            result.boxes.push_back({{left, top, right, bottom}, box.label, box.score});
        }
        return result;
    }
};

}  // namespace

void register_project_boxes(engine::Registry& registry) { registry.add<ProjectBoxes>(); }

}  // namespace millrace::nodes
