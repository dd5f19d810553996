// Objects as clusters of near points, each with a box. Pure, single-threaded, stoppable.
#pragma once

#include "nodes/ops/cloud/rectangle.hpp"
#include "nodes/ops/cloud/stop.hpp"
#include "nodes/types/boxes.hpp"
#include "nodes/types/point_cloud.hpp"

#include <cstdint>
#include <vector>

namespace millrace::ops {

/// The cluster of each point, -1 for none; clusters are numbered from 0 as their first points come.
struct Clusters {
    std::vector<std::int32_t> labels;
    std::int32_t count = 0;
};

/// DBSCAN (Ester et al., KDD 1996): a point with at least `min_neighbours` points within `distance`
/// metres (itself counted) is a core; cores within the distance of one another share a cluster, and
/// other points join that of their nearest core within it. With min_neighbours 1 every point is a
/// core: plain Euclidean clustering. Points without a finite position get -1.
Clusters cluster_points(const std::vector<types::Point>& points, double distance,
                        int min_neighbours, const StopAsk& stop = never_stop);

struct BoxLimits {
    int min_points = 10, max_points = 100000;
    double min_height = 0, max_height = 100;  ///< m
    double max_length = 100;                  ///< m, longer side of the footprint
};

/// One upright box round each cluster within the limits; the points of the others get -1 and the
/// clusters that stay are numbered anew, so that boxes[i] belongs to cluster i. Boxes are in the
/// cloud's frame, its origin added.
types::Boxes3d fit_boxes(const types::PointCloud& cloud, Clusters& clusters,
                         const BoxLimits& limits, RectangleFit fit,
                         const StopAsk& stop = never_stop);

}  // namespace millrace::ops
