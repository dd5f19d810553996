#include "nodes/ops/cloud/downsample.hpp"

#include "engine/node.hpp"
#include "nodes/types/point_cloud.hpp"

namespace millrace::nodes {
namespace {

struct VoxelDownsample {
    double size = 0.1;
    int min_points = 1;

    static engine::NodeSpec spec() {
        return {
            .id = "points.voxel_downsample",
            .title = "Voxel down-sampling",
            .group = "Point cloud",
            .doc =
                "Replaces the points of each cubic cell of a grid by one. Positions and "
                "floating-point fields are "
                "averaged and normals scaled to unit length again; labels, rings and other "
                "whole-number fields "
                "of one channel take the cell's most frequent value, colours the rounded mean. The "
                "grid has a "
                "corner at the cloud's origin, so it stays put from frame to frame. Points without "
                "a finite "
                "position are dropped.",
            .inputs = {{"cloud", "[N] points, metres"}},
            .outputs =
                {{"cloud",
                  "[M <= N] points, one a cell, in the order in which the cells first came"}},
            .params = {{.name = "size",
                        .field = &VoxelDownsample::size,
                        .unit = "m",
                        .range = {0.001, 1000},
                        .doc = "Edge of a cell",
                        .change = engine::Change::Hot},
                       {.name = "min_points",
                        .field = &VoxelDownsample::min_points,
                        .range = {1, 1000000},
                        .doc = "Cells with fewer points are left out",
                        .change = engine::Change::Hot}},
            .tags = {"filter", "grid", "thin", "resample"},
        };
    }

    types::PointCloud operator()(const types::PointCloud& cloud) const {
        return ops::voxel_downsample(cloud, size, min_points);
    }
};

}  // namespace

void register_voxel_downsample(engine::Registry& registry) { registry.add<VoxelDownsample>(); }

}  // namespace millrace::nodes
