#include <algorithm>
#include <vector>

#include "engine/node.hpp"
#include "nodes/ops/camera/choose.hpp"
#include "nodes/ops/camera/project.hpp"
#include "nodes/types/image.hpp"
#include "nodes/types/point_cloud.hpp"
#include "nodes/types/table.hpp"

namespace millrace::nodes {
namespace {

struct ProjectPoints {
    std::string camera;
    double min_depth = 0.5;  // nearer returns come from the vehicle itself

    static engine::NodeSpec spec() {
        return {
            .id = "fusion.project_points",
            .title = "Project points",
            .group = "Fusion",
            .doc =
                "Projects a cloud into a camera image and keeps the points that fall inside. "
                "Points that are NaN, "
                "behind the camera or beyond the lens model are left out.",
            .inputs = {{"cloud", "[N] points in the LiDAR frame, metres"},
                       {"calibration", "cameras of the same frame"},
                       {.name = "image",
                        .doc = "the camera's image, for its size",
                        .optional = true}},
            .outputs =
                {{"projected",
                  "[M <= N] points inside the image, in their order, with fields u, v (pixels) and "
                  "depth (metres)"},
                 {"metrics",
                  "points, points_in_front, points_inside, mean_depth and max_depth (metres)"}},
            .params =
                {{.name = "camera",
                  .field = &ProjectPoints::camera,
                  .doc = "Name of the camera; empty: the one that took the image, else the first"},
                 {.name = "min_depth",
                  .field = &ProjectPoints::min_depth,
                  .unit = "m",
                  .range = {0, 100},
                  .doc = "Nearest depth kept",
                  .change = engine::Change::Hot}},
            .tags = {"lidar", "camera", "calibration"},
        };
    }

    std::tuple<types::PointCloud, types::Metrics> operator()(const types::PointCloud& cloud,
                                                             const types::Calibration& calibration,
                                                             const types::Image* image) const {
        const types::Camera chosen =
            ops::for_origin(ops::choose_camera(calibration, camera, image), cloud.origin);
        const ops::ImageSize size =
            image ? ops::ImageSize{image->width, image->height} : ops::ImageSize{};
        const ops::ProjectedPoints all = ops::project_points(cloud.points, chosen, size);
        std::vector<std::uint32_t> inside;
        std::uint64_t in_front = 0;
        double sum = 0;
        float farthest = 0;
        for (std::uint32_t i = 0; i < all.size(); ++i) {
            in_front += all.in_front[i];
            if (!all.in_image[i] || !(all.depth[i] >= min_depth)) continue;
            inside.push_back(i);
            sum += all.depth[i];
            farthest = std::max(farthest, all.depth[i]);
        }
        types::PointCloud projected = cloud;
        visual::keep_points(projected, inside);
        append(projected, "u", inside, [&](std::uint32_t i) { return all.uv[i].u; });
        append(projected, "v", inside, [&](std::uint32_t i) { return all.uv[i].v; });
        append(projected, "depth", inside, [&](std::uint32_t i) { return all.depth[i]; });
        types::Metrics metrics;
        metrics.values = {
            {"points", static_cast<double>(cloud.points.size())},
            {"points_in_front", static_cast<double>(in_front)},
            {"points_inside", static_cast<double>(inside.size())},
            {"mean_depth", inside.empty() ? 0.0 : sum / static_cast<double>(inside.size())},
            {"max_depth", farthest}};
        return {std::move(projected), std::move(metrics)};
    }

private:
    template <class Get>
    static void append(types::PointCloud& cloud, const char* name,
                       const std::vector<std::uint32_t>& indices, Get get) {
        std::erase_if(cloud.fields,
                      [&](const types::PointField& field) { return field.name == name; });
        std::vector<float> values;
        values.reserve(indices.size());
        for (std::uint32_t i : indices) values.push_back(get(i));
        cloud.fields.push_back({name, 1, std::move(values)});
    }
};

}  // namespace

void register_project_points(engine::Registry& registry) { registry.add<ProjectPoints>(); }

}  // namespace millrace::nodes
