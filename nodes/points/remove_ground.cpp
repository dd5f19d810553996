#include "engine/node.hpp"
#include "nodes/ops/cloud/ground.hpp"
#include "nodes/ops/cloud/select.hpp"
#include "nodes/types/point_cloud.hpp"
#include "nodes/types/table.hpp"

#include <cmath>
#include <cstdint>
#include <optional>
#include <tuple>
#include <vector>

namespace millrace::nodes {
namespace {

/// One row; none when there is no ground. The plane is stated in the frame, the cloud's origin
/// added.
types::Table plane_table(const std::optional<ops::Plane>& plane,
                         const std::array<double, 3>& origin) {
    std::vector<std::vector<double>> columns(5);
    std::vector<std::int64_t> inliers;
    if (plane) {
        const auto& [x, y, z] = plane->normal;
        const double offset = plane->offset - (x * origin[0] + y * origin[1] + z * origin[2]);
        columns = {{x}, {y}, {z}, {offset}, {std::acos(std::min(1.0, z))}};
        inliers = {static_cast<std::int64_t>(plane->inliers)};
    }
    return {{{"normal_x", columns[0]},
             {"normal_y", columns[1]},
             {"normal_z", columns[2]},
             {"offset", columns[3]},
             {"tilt", columns[4]},
             {"inliers", inliers}}};
}

struct RemoveGround {
    double tolerance = 0.15;
    double max_tilt = 0.2;
    int iterations = 200;
    double band_low = -1;
    double band_high = 0.25;

    static engine::NodeSpec spec() {
        return {
            .id = "points.remove_ground",
            .title = "Remove the ground",
            .group = "Point cloud",
            .doc =
                "Finds the ground as the plane most points lie on and parts the points within a "
                "band of heights over it from the rest. The plane is found by RANSAC with the run's "
                "own random numbers and refined by least squares. The cloud's "
                "z axis must point up. Where no plane is found, all points are objects and a "
                "warning is "
                "logged. Points without a finite position go to neither cloud.",
            .inputs = {{"cloud", "[N] points in a frame with z up, metres"}},
            .outputs = {{"objects", "[M] points off the ground, in the same order"},
                        {"ground", "[K] points of the ground, in the same order"},
                        {"plane",
                         "One row: normal_x normal_y normal_z (unit, up), offset in m so that the "
                         "height of p "
                         "is normal . p + offset, tilt in rad, inliers; no row without a ground"}},
            .params =
                {{.name = "tolerance",
                  .field = &RemoveGround::tolerance,
                  .unit = "m",
                  .range = {0.001, 5},
                  .doc = "Distance from the plane within which a point supports it",
                  .change = engine::Change::Hot},
                 {.name = "max_tilt",
                  .field = &RemoveGround::max_tilt,
                  .unit = "rad",
                  .range = {0.001, 1.5},
                  .doc = "Steepest ground considered; keeps walls from being taken for it",
                  .change = engine::Change::Hot},
                 {.name = "iterations",
                  .field = &RemoveGround::iterations,
                  .range = {1, 10000},
                  .doc = "Planes tried at most; ends sooner once a better one is unlikely (0.1 %)",
                  .change = engine::Change::Hot},
                 {.name = "band_low",
                  .field = &RemoveGround::band_low,
                  .unit = "m",
                  .range = {-100, 100},
                  .doc = "Lowest height over the plane that is ground; below are reflections and "
                         "ditches",
                  .change = engine::Change::Hot},
                 {.name = "band_high",
                  .field = &RemoveGround::band_high,
                  .unit = "m",
                  .range = {-100, 100},
                  .doc = "Greatest height over the plane that is ground",
                  .change = engine::Change::Hot}},
            .tags = {"segmentation", "road", "plane", "ransac"},
            .random = true,
            .source = "Fischler, Bolles: Random sample consensus, Communications of the ACM 1981",
        };
    }

    std::vector<engine::Problem> check() const {
        if (band_low < band_high) return {};
        return {{.what = "The band of ground heights is empty",
                 .expected = "more than band_low",
                 .where = "band_high",
                 .mend = "Set it above band_low."}};
    }

    std::tuple<types::PointCloud, types::PointCloud, types::Table> operator()(
        const types::PointCloud& cloud, engine::RunContext& context) const {
        const std::optional<ops::Plane> plane =
            ops::fit_ground(cloud.points, {tolerance, max_tilt, iterations}, context.random(),
                            [&context] { return context.stop_requested(); });
        if (!plane && !cloud.points.empty())
            context.warn("No ground found: all points are taken for objects");
        std::vector<std::uint32_t> objects, ground;
        for (std::uint32_t index = 0; index < cloud.points.size(); ++index) {
            if (!ops::is_finite(cloud.points[index])) continue;
            const double height = plane ? plane->height(cloud.points[index]) : band_high + 1;
            (height >= band_low && height <= band_high ? ground : objects).push_back(index);
        }
        return {ops::select(cloud, objects), ops::select(cloud, ground),
                plane_table(plane, cloud.origin)};
    }
};

}  // namespace

void register_remove_ground(engine::Registry& registry) { registry.add<RemoveGround>(); }

}  // namespace millrace::nodes
