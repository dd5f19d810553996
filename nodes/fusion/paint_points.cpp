#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/node.hpp"
#include "nodes/ops/camera/choose.hpp"
#include "nodes/ops/camera/project.hpp"
#include "nodes/ops/draw/pen.hpp"
#include "nodes/types/image.hpp"
#include "nodes/types/point_cloud.hpp"

namespace millrace::nodes {
namespace {

enum class Unseen { Keep, Drop };

struct PaintPoints {
    std::string camera;
    Unseen unseen = Unseen::Drop;
    bool occlusion = true;
    double tolerance = 0.5;

    static engine::NodeSpec spec() {
        return {
            .id = "fusion.paint_points",
            .title = "Paint points",
            .group = "Fusion",
            .doc =
                "Gives each point the colour of the pixel it falls on. With the occlusion test a "
                "point that lies behind a nearer "
                "one of its neighbourhood in the image counts as unseen.",
            .inputs = {{"cloud", "[N] points in the LiDAR frame, metres"},
                       {"image", "8- or 16-bit image of the camera"},
                       {"calibration", "cameras of the same frame"}},
            .outputs = {{"painted",
                         "the cloud with the field rgb (3 channels, 0 to 255); unseen points, if "
                         "kept, are grey"}},
            .params =
                {{.name = "camera",
                  .field = &PaintPoints::camera,
                  .doc = "Name of the camera; empty: the one that took the image, else the first"},
                 {.name = "unseen",
                  .field = &PaintPoints::unseen,
                  .choices = {"keep", "drop"},
                  .doc = "What becomes of points the camera does not see"},
                 {.name = "occlusion",
                  .field = &PaintPoints::occlusion,
                  .doc = "Test for nearer points in front"},
                 {.name = "tolerance",
                  .field = &PaintPoints::tolerance,
                  .unit = "m",
                  .range = {0, 10},
                  .doc = "How much deeper than its neighbourhood a seen point may lie"}},
        };
    }

    types::PointCloud operator()(const types::PointCloud& cloud, const types::Image& image,
                                 const types::Calibration& calibration) const {
        const types::Image rgb = ops::to_rgb(image);
        const types::Camera chosen =
            ops::for_origin(ops::choose_camera(calibration, camera, &image), cloud.origin);
        const ops::ProjectedPoints all =
            ops::project_points(cloud.points, chosen, {image.width, image.height});
        const std::vector<float> nearest =
            occlusion ? nearest_depths(all, image.width, image.height) : std::vector<float>();
        types::PointCloud painted = cloud;
        std::vector<std::uint8_t> colors(cloud.points.size() * 3, 128);
        std::vector<std::uint32_t> seen;
        for (std::uint32_t i = 0; i < all.size(); ++i) {
            if (!all.in_image[i] || !(all.depth[i] > 0)) continue;
            if (occlusion && all.depth[i] > nearest[cell(all.uv[i], image.width)] + tolerance)
                continue;
            const std::uint8_t* pixel = rgb.row<std::uint8_t>(static_cast<int>(all.uv[i].v)) +
                                        static_cast<std::ptrdiff_t>(all.uv[i].u) * 3;
            std::copy_n(pixel, 3, colors.begin() + static_cast<std::ptrdiff_t>(i) * 3);
            seen.push_back(i);
        }
        std::erase_if(painted.fields,
                      [](const types::PointField& field) { return field.name == "rgb"; });
        painted.fields.push_back({"rgb", 3, std::move(colors)});
        if (unseen == Unseen::Drop) visual::keep_points(painted, seen);
        return painted;
    }

private:
    static constexpr int kCell =
        4;  // pixels; about the distance of neighbouring returns in the image

    static std::size_t cell(ops::Pixel pixel, int width) {
        return static_cast<std::size_t>(pixel.v / kCell) *
                   static_cast<std::size_t>(width / kCell + 1) +
               static_cast<std::size_t>(pixel.u / kCell);
    }
    static std::vector<float> nearest_depths(const ops::ProjectedPoints& all, int width,
                                             int height) {
        std::vector<float> nearest(static_cast<std::size_t>(width / kCell + 1) *
                                       static_cast<std::size_t>(height / kCell + 1),
                                   std::numeric_limits<float>::infinity());
        for (std::size_t i = 0; i < all.size(); ++i) {
            if (!all.in_image[i] || !(all.depth[i] > 0)) continue;
            float& depth = nearest[cell(all.uv[i], width)];
            depth = std::min(depth, all.depth[i]);
        }
        return nearest;
    }
};

}  // namespace

void register_paint_points(engine::Registry& registry) { registry.add<PaintPoints>(); }

}  // namespace millrace::nodes
