// Hard voxelisation with a cap on points per voxel and on voxels, and the mean feature encoder.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace millrace::ops {

struct VoxelGrid {
    std::array<double, 6> range =
        {};  ///< metres: min x y z, max x y z; the upper bound is exclusive
    std::array<double, 3> voxel_size = {};  ///< metres: x y z
    int max_points = 5;                     ///< stored per voxel; later ones are dropped
    int max_voxels = 40000;                 ///< later points still enter the voxels that exist
};

struct Voxels {
    int max_points = 0, channels = 0;
    std::vector<float> values;  ///< [V, max_points, channels], zero where no point is stored
    std::vector<std::array<std::int32_t, 3>> zyx;  ///< [V] cell of each voxel, z first
    std::vector<std::int32_t> counts;              ///< [V] stored points
    std::vector<std::int32_t> point_to_voxel;      ///< [N] voxel row that stored the point, or -1
    std::array<std::int32_t, 3> grid_xyz = {};     ///< cells along x y z

    std::size_t size() const { return counts.size(); }
};

/// Cells along x y z: the range divided by the voxel size, rounded (halves to even). Throws Error
/// E-VOXEL-001 for an empty or non-finite range, a voxel size that is not positive, a cap below 1,
/// or more than 2^24 cells along an axis (the cell index is a float32) or 2^62 in all.
std::array<std::int32_t, 3> grid_cells(const VoxelGrid& grid);

/// `rows` is [N, channels] float32 with x y z first, taken in the given order; cell = floor((p -
/// min) / size) in float32, voxels are numbered by first appearance. NaN points and points outside
/// are dropped. Throws Error E-VOXEL-001 (grid), E-VOXEL-002 (rows are not N * channels, channels <
/// 3) or E-VOXEL-003 (result beyond 4 GiB).
Voxels voxelize_hard(std::span<const float> rows, int channels, const VoxelGrid& grid);

/// [V, channels]: sum of the stored points over their count.
std::vector<float> mean_features(const Voxels& voxels);

}  // namespace millrace::ops
