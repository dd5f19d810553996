#include "nodes/ops/cloud/cluster.hpp"

#include "engine/node.hpp"
#include "nodes/types/boxes.hpp"
#include "nodes/types/point_cloud.hpp"

#include <tuple>
#include <utility>
#include <vector>

namespace millrace::nodes {
namespace {

struct Cluster {
    double distance = 0.5;
    int min_neighbours = 1;
    int min_points = 10;
    int max_points = 20000;
    double min_height = 0.3;
    double max_height = 5;
    double max_length = 15;
    ops::RectangleFit fit = ops::RectangleFit::Closeness;

    static engine::NodeSpec spec();

    std::vector<engine::Problem> check() const {
        std::vector<engine::Problem> problems;
        if (min_points > max_points) {
            problems.push_back({.what = "No cluster can have so few points and so many",
                                .expected = "at least min_points",
                                .where = "max_points",
                                .mend = "Set it to min_points or more."});
        }
        if (min_height > max_height) {
            problems.push_back({.what = "No box can be so low and so high",
                                .expected = "at least min_height",
                                .where = "max_height",
                                .mend = "Set it to min_height or more."});
        }
        return problems;
    }

    std::tuple<types::PointCloud, types::Boxes3d> operator()(types::PointCloud cloud,
                                                             engine::RunContext& context) const {
        const auto stop = [&context] { return context.stop_requested(); };
        ops::Clusters clusters = ops::cluster_points(cloud.points, distance, min_neighbours, stop);
        types::Boxes3d boxes =
            ops::fit_boxes(cloud, clusters,
                           {min_points, max_points, min_height, max_height, max_length}, fit, stop);
        std::erase_if(cloud.fields,
                      [](const types::PointField& field) { return field.name == "cluster"; });
        cloud.fields.push_back({"cluster", 1, std::move(clusters.labels)});
        return {std::move(cloud), std::move(boxes)};
    }
};

engine::NodeSpec Cluster::spec() {
    return {
        .id = "points.cluster",
        .title = "Cluster into objects",
        .group = "Point cloud",
        .doc =
            "Gathers near points to clusters and fits an upright box with a heading round each, as "
            "seen from above. Clustering is Euclidean, or DBSCAN with min_neighbours above 1. "
            "Remove the ground first, or it joins everything. "
            "Points of clusters beyond the limits, and points without a finite position, stay with "
            "cluster -1. "
            "Box i is that of cluster i; the heading is that of the longer side, in (-pi/2, pi/2], "
            "since one "
            "scan doesn't tell front from back.",
        .inputs = {{"cloud", "[N] points in a frame with z up, metres, without the ground"}},
        .outputs = {{"cloud", "The same points with the int32 field \"cluster\" [N], -1 for none"},
                    {"boxes", "One box a cluster: centre and sizes in metres, yaw in radians"}},
        .params = {{.name = "distance",
                    .field = &Cluster::distance,
                    .unit = "m",
                    .range = {0.01, 100},
                    .doc = "Points as near as this share a cluster",
                    .change = engine::Change::Hot},
                   {.name = "min_neighbours",
                    .field = &Cluster::min_neighbours,
                    .range = {1, 10000},
                    .doc = "Points within the distance, itself counted, that let a point spread "
                           "its cluster; 1 is "
                           "plain Euclidean clustering",
                    .change = engine::Change::Hot},
                   {.name = "min_points",
                    .field = &Cluster::min_points,
                    .range = {1, 10000000},
                    .doc = "Smaller clusters are dropped",
                    .change = engine::Change::Hot},
                   {.name = "max_points",
                    .field = &Cluster::max_points,
                    .range = {1, 10000000},
                    .doc = "Larger clusters are dropped",
                    .change = engine::Change::Hot},
                   {.name = "min_height",
                    .field = &Cluster::min_height,
                    .unit = "m",
                    .range = {0, 1000},
                    .doc = "Clusters less high are dropped: kerbs and rests of the ground",
                    .change = engine::Change::Hot},
                   {.name = "max_height",
                    .field = &Cluster::max_height,
                    .unit = "m",
                    .range = {0, 1000},
                    .doc = "Higher clusters are dropped: trees and walls",
                    .change = engine::Change::Hot},
                   {.name = "max_length",
                    .field = &Cluster::max_length,
                    .unit = "m",
                    .range = {0.01, 10000},
                    .doc = "Clusters with a longer footprint are dropped: walls and hedges",
                    .change = engine::Change::Hot},
                   {.name = "fit",
                    .field = &Cluster::fit,
                    .choices = {"minimum_area", "closeness"},
                    .doc = "How the footprint is fitted: the smallest rectangle, or the one whose "
                           "edges the points "
                           "lie along, which suits the visible L of a car",
                    .change = engine::Change::Hot}},
        .tags = {"segmentation", "dbscan", "objects", "boxes", "detection"},
        .source =
            "Zhang et al., Efficient L-Shape Fitting for Vehicle Detection Using Laser Scanners, "
            "IV 2017, III; clusters: Ester et al., A density-based algorithm for discovering "
            "clusters, KDD 1996",
    };
}

}  // namespace

void register_cluster(engine::Registry& registry) { registry.add<Cluster>(); }

}  // namespace millrace::nodes
