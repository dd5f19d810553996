#include "engine/node.hpp"
#include "nodes/ops/cloud/pose.hpp"
#include "nodes/ops/cloud/registration.hpp"
#include "nodes/types/point_cloud.hpp"
#include "nodes/types/table.hpp"

#include <cmath>
#include <string_view>
#include <tuple>
#include <utility>

namespace millrace::nodes {
namespace {

/// On the synthetic street the right pose of scans 2 m apart gave 0.96 to 0.98 of the points a
/// partner, a wrong one of scans 5 m apart 0.64 to 0.69; scans of different places came to 0.07 to
/// 0.37.
constexpr double kLeastFitness = 0.75;

/// The step stays 0: figures that named the item could not be cached.
types::Metrics metrics_of(const ops::Registration& result) {
    const visual::Matrix4& pose = result.target_from_source;
    return {0,
            {{"fitness", result.fitness},
             {"rmse", result.rmse},
             {"iterations", result.iterations},
             {"converged", result.converged},
             {"translation", std::hypot(pose[3], pose[7], pose[11])},
             {"rotation", ops::rotation_angle(pose)}}};
}

/// What speaks against the pose found; empty when nothing does. Without numbers, as equal warnings
/// are counted rather than repeated; the figures are in the metrics.
std::string_view doubt_about(const ops::Registration& result) {
    if (result.fitness < kLeastFitness) {
        return "More than a quarter of the points have no partner within max_distance, so the pose "
               "may be wrong: the clouds may not show one place, or the motion between them may be "
               "too large to find without a first guess";
    }
    if (result.converged) return {};
    return "The pose still moved at the last step: raise iterations or tolerance";
}

struct RegisterIcp {
    ops::IcpMethod method = ops::IcpMethod::PointToPlane;
    double max_distance = 1;
    double voxel = 0.25;
    double kernel = 0.1;
    int iterations = 50;
    double tolerance = 1e-4;

    static engine::NodeSpec spec();

    std::tuple<types::PointCloud, engine::Value, types::Metrics> operator()(
        const types::PointCloud& source, const types::PointCloud& target,
        const engine::Value* initial, engine::RunContext& context) const {
        const visual::Matrix4 start =
            initial && !initial->is_null() ? ops::transform_from(*initial) : visual::kIdentity;
        const ops::Registration result = ops::register_clouds(
            source, target, start, {method, max_distance, voxel, kernel, iterations, tolerance},
            [&context] { return context.stop_requested(); });
        if (!source.points.empty() && !target.points.empty()) {
            const std::string_view doubt = doubt_about(result);
            if (!doubt.empty()) context.warn(doubt);
        }
        types::PointCloud moved = ops::transformed(source, result.target_from_source);
        moved.frame = target.frame;
        return {std::move(moved),
                ops::transform_value(result.target_from_source, source.frame, target.frame),
                metrics_of(result)};
    }
};

engine::NodeSpec RegisterIcp::spec() {
    return {
        .id = "points.register_icp",
        .title = "Register by ICP",
        .group = "Point cloud",
        .doc =
            "Moves one cloud onto another by iterated closest points. Both must roughly overlap: "
            "what lies farther "
            "apart than max_distance can't pull; give a first guess where motion is larger. "
            "Without overlap the cloud stays where the guess put it and fitness is 0. A warning is "
            "logged when fitness is below 0.75 or the search had not converged. A direction "
            "that the scene doesn't fix, along a straight tunnel say, is left as it was. Points "
            "without a finite position take no part and stay.",
        .inputs = {{"source", "[N] points to be moved, metres"},
                   {"target", "[M] points that stay, metres"},
                   {.name = "initial",
                    .doc = "First guess of target from source: {\"matrix\": [16 numbers, row by "
                           "row]}, or the numbers "
                           "alone; the identity when absent",
                    .optional = true}},
        .outputs =
            {{"moved", "The source's points in the target's frame, fields kept, normals turned"},
             {"transform",
              "{\"matrix\": [16], \"from\", \"to\"}: target from source, row by row, metres"},
             {"metrics",
              "fitness (share of thinned source points with a partner), rmse in m, iterations, "
              "converged, translation in m, rotation in rad"}},
        .params = {{.name = "method",
                    .field = &RegisterIcp::method,
                    .choices = {"point_to_plane", "point_to_point"},
                    .doc = "point_to_plane lets surfaces slide and is exact on streets; "
                           "point_to_point needs no "
                           "surfaces",
                    .change = engine::Change::Hot},
                   {.name = "max_distance",
                    .field = &RegisterIcp::max_distance,
                    .unit = "m",
                    .range = {0.001, 1000},
                    .doc = "Points farther apart are no partners",
                    .change = engine::Change::Hot},
                   {.name = "voxel",
                    .field = &RegisterIcp::voxel,
                    .unit = "m",
                    .range = {0, 100},
                    .doc = "Both clouds are first thinned to one point per cell of this edge; 0 "
                           "takes every point",
                    .change = engine::Change::Hot},
                   {.name = "kernel",
                    .field = &RegisterIcp::kernel,
                    .unit = "m",
                    .range = {0, 1000},
                    .doc = "Residual that halves a pair's weight, so that moving objects pull "
                           "little (Cauchy); 0 "
                           "weighs all pairs alike",
                    .change = engine::Change::Hot},
                   {.name = "iterations",
                    .field = &RegisterIcp::iterations,
                    .range = {1, 1000},
                    .doc = "Steps at most",
                    .change = engine::Change::Hot},
                   {.name = "tolerance",
                    .field = &RegisterIcp::tolerance,
                    .unit = "m",
                    .range = {1e-9, 1},
                    .doc = "Converged when a step moves a typical point by less",
                    .change = engine::Change::Hot}},
        .tags = {"registration", "alignment", "odometry", "icp"},
        .source =
            "Chen and Medioni, Object modelling by registration of multiple range images, IVC "
            "1992; "
            "point to point: Besl and McKay, A method for registration of 3-D shapes, PAMI 1992",
        .worst_time = "0.06 s for 120,000 points, building the k-d tree with voxel 0",
    };
}

}  // namespace

void register_register_icp(engine::Registry& registry) { registry.add<RegisterIcp>(); }

}  // namespace millrace::nodes
