// Registration of two clouds by iterated closest points. Own loop round Open3D's k-d tree: it can
// be stopped between points, gives the same bytes for any number of threads, and copes with scenes
// that leave a direction open.
#pragma once

#include "nodes/ops/cloud/stop.hpp"
#include "nodes/types/point_cloud.hpp"

namespace millrace::ops {

enum class IcpMethod {
    PointToPlane,  ///< Chen and Medioni 1992: surfaces may slide along one another; fast and exact
                   ///< on streets
    PointToPoint   ///< Besl and McKay 1992: for clouds without surfaces
};

struct IcpSettings {
    IcpMethod method = IcpMethod::PointToPlane;
    double max_distance = 1;  ///< m: pairs farther apart don't count
    double voxel =
        0.25;  ///< m: edge of the grid both clouds are thinned with first; 0 takes every point
    double kernel = 0.1;  ///< m: residual that halves a pair's weight (Cauchy); 0 weighs all alike
    int iterations = 50;  ///< at most
    double tolerance = 1e-4;  ///< m: ends when a step moves the points by less
};

struct Registration {
    visual::Matrix4 target_from_source = visual::kIdentity;
    double fitness = 0;  ///< share of the (thinned) source points with a target point within
                         ///< max_distance, 0 to 1
    double rmse = 0;     ///< m: root mean square distance of these pairs
    int iterations = 0;
    bool converged = false;
};

/// Moves `source` onto `target`, starting from `initial` (target from source). Points without a
/// finite position take no part. With fewer than six pairs the search ends where it stands, not
/// converged. A direction the pairs don't fix (along a straight tunnel) is left as it is.
Registration register_clouds(const types::PointCloud& source, const types::PointCloud& target,
                             const visual::Matrix4& initial, const IcpSettings& settings,
                             const StopAsk& stop = never_stop);

}  // namespace millrace::ops
