#include "engine/node.hpp"
#include "nodes/ops/cloud/outliers.hpp"
#include "nodes/ops/cloud/select.hpp"
#include "nodes/types/point_cloud.hpp"

#include <tuple>

namespace millrace::nodes {
namespace {

enum class Method { Statistical, Radius };

struct RemoveOutliers {
    Method method = Method::Statistical;
    int neighbours = 20;
    double deviations = 2;
    double radius = 0.5;
    int min_neighbours = 3;

    static engine::NodeSpec spec() {
        return {
            .id = "points.remove_outliers",
            .title = "Remove outliers",
            .group = "Point cloud",
            .doc =
                "Parts stray points (rain, dust, mixed returns) from the rest. `statistical` "
                "removes points whose "
                "mean distance to their nearest neighbours is unusually large for this cloud; "
                "`radius` removes "
                "points with too few others near them, and is the faster. Lidar clouds thin out "
                "with distance: "
                "raise deviations or radius where far objects vanish. Points without a finite "
                "position go to "
                "neither output.",
            .inputs = {{"cloud", "[N] points, metres"}},
            .outputs = {{"kept", "[M <= N] points, in the same order"},
                        {"removed", "[K] the outliers, in the same order"}},
            .params = {{.name = "method",
                        .field = &RemoveOutliers::method,
                        .choices = {"statistical", "radius"},
                        .doc = "How outliers are told",
                        .change = engine::Change::Hot},
                       {.name = "neighbours",
                        .field = &RemoveOutliers::neighbours,
                        .range = {1, 1000},
                        .doc = "statistical: neighbours whose mean distance is taken, the point "
                               "itself not counted",
                        .change = engine::Change::Hot},
                       {.name = "deviations",
                        .field = &RemoveOutliers::deviations,
                        .range = {0, 100},
                        .doc = "statistical: standard deviations over the cloud's mean that are "
                               "still normal",
                        .change = engine::Change::Hot},
                       {.name = "radius",
                        .field = &RemoveOutliers::radius,
                        .unit = "m",
                        .range = {0.001, 1000},
                        .doc = "radius: how far neighbours may be",
                        .change = engine::Change::Hot},
                       {.name = "min_neighbours",
                        .field = &RemoveOutliers::min_neighbours,
                        .range = {1, 100000},
                        .doc = "radius: other points needed within the radius",
                        .change = engine::Change::Hot}},
            .tags = {"filter", "noise", "denoise"},
            .source = "statistical: Rusu et al., Robotics and Autonomous Systems 2008",
            .worst_time = "0.06 s for 120,000 points, building the k-d tree",
        };
    }

    std::tuple<types::PointCloud, types::PointCloud> operator()(const types::PointCloud& cloud,
                                                                engine::RunContext& context) const {
        const auto stop = [&context] { return context.stop_requested(); };
        const ops::Inliers inliers =
            method == Method::Statistical
                ? ops::statistical_outliers(cloud.points, neighbours, deviations, stop)
                : ops::radius_outliers(cloud.points, radius, min_neighbours, stop);
        return {ops::select(cloud, inliers.kept), ops::select(cloud, inliers.removed)};
    }
};

}  // namespace

void register_remove_outliers(engine::Registry& registry) { registry.add<RemoveOutliers>(); }

}  // namespace millrace::nodes
