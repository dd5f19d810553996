#include "nodes/ops/points/voxelize.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <map>
#include <random>

#include "tests/nodes/ops/error_code.hpp"

namespace millrace::ops {
namespace {

using Cell = std::array<std::int32_t, 3>;

VoxelGrid unit_grid() { return {.range = {0, 0, 0, 4, 2, 1}, .voxel_size = {1, 1, 1}}; }

TEST(VoxelizeHard, ByHand) {
    auto grid = unit_grid();
    grid.max_points = 2;
    const std::vector<float> rows = {3.5, 1.5, 0.5, 1,    //
                                     0.5, 0.5, 0.5, 2,    //
                                     3.1, 1.1, 0.1, 5,    //
                                     3.2, 1.2, 0.2, 100,  // third of its voxel
                                     4.0, 0.5, 0.5, 7};   // on the upper bound
    const Voxels voxels = voxelize_hard(rows, 4, grid);
    EXPECT_EQ(voxels.grid_xyz, (Cell{4, 2, 1}));
    EXPECT_EQ(voxels.zyx, (std::vector<Cell>{{0, 1, 3}, {0, 0, 0}}));
    EXPECT_EQ(voxels.counts, (std::vector<std::int32_t>{2, 1}));
    EXPECT_EQ(voxels.point_to_voxel, (std::vector<std::int32_t>{0, 1, 0, -1, -1}));
    EXPECT_EQ(voxels.values, (std::vector<float>{3.5, 1.5, 0.5, 1, 3.1F, 1.1F, 0.1F, 5,  //
                                                 0.5, 0.5, 0.5, 2, 0, 0, 0, 0}));
    const auto means = mean_features(voxels);
    EXPECT_FLOAT_EQ(means[0], 3.3F);
    EXPECT_FLOAT_EQ(means[3], 3);
    EXPECT_FLOAT_EQ(means[7], 2);
}

TEST(VoxelizeHard, BeyondTheVoxelCapOldVoxelsStillFill) {
    auto grid = unit_grid();
    grid.max_voxels = 1;
    const std::vector<float> rows = {0.5, 0.5, 0.5, 1.5, 0.5, 0.5, 0.6F, 0.5, 0.5};
    const Voxels voxels = voxelize_hard(rows, 3, grid);
    EXPECT_EQ(voxels.point_to_voxel, (std::vector<std::int32_t>{0, -1, 0}));
    EXPECT_EQ(voxels.counts, (std::vector<std::int32_t>{2}));
}

TEST(VoxelizeHard, NoPointsNanPointsAndFarPoints) {
    EXPECT_EQ(voxelize_hard({}, 3, unit_grid()).size(), 0u);
    EXPECT_TRUE(mean_features(voxelize_hard({}, 3, unit_grid())).empty());
    const float infinity = std::numeric_limits<float>::infinity();
    const std::vector<float> rows = {NAN, 0.5,       0.5, 0.5,    0.5, NAN, infinity, 0.5,    0.5,
                                     0.5, -infinity, 0.5, -1e-7F, 0.5, 0.5, 3e38F,    -3e38F, 0};
    const Voxels voxels = voxelize_hard(rows, 3, unit_grid());
    EXPECT_EQ(voxels.point_to_voxel, std::vector<std::int32_t>(6, -1));
}

TEST(VoxelizeHard, AgreesWithAMapOnARandomCloud) {
    std::mt19937 random(23);
    std::normal_distribution<float> normal(0, 10);
    const VoxelGrid grid{.range = {-20, -20, -3, 20, 20, 3},
                         .voxel_size = {0.4, 0.4, 0.3},
                         .max_points = 3,
                         .max_voxels = 900};
    std::vector<float> rows(3 * 5000);
    for (float& value : rows) value = normal(random);
    const Voxels voxels = voxelize_hard(rows, 3, grid);
    std::map<Cell, int> row_of;
    std::vector<int> counts;
    for (std::size_t i = 0; i < 5000; ++i) {
        Cell cell;
        bool inside = true;
        for (int axis = 0; axis < 3; ++axis) {
            const float place = std::floor((rows[3 * i + axis] - float(grid.range[axis])) /
                                           float(grid.voxel_size[axis]));
            inside = inside && place >= 0 && place < float(voxels.grid_xyz[axis]);
            cell[2 - axis] = inside ? int(place) : 0;
        }
        int expected = -1;
        if (inside && (row_of.contains(cell) || counts.size() < 900)) {
            const auto [entry, is_new] = row_of.try_emplace(cell, int(counts.size()));
            if (is_new) counts.push_back(0);
            if (counts[entry->second] < 3) {
                expected = entry->second;
                ++counts[expected];
            }
        }
        ASSERT_EQ(voxels.point_to_voxel[i], expected) << i;
    }
    ASSERT_EQ(voxels.size(), counts.size());
    for (const auto& [cell, row] : row_of) EXPECT_EQ(voxels.zyx[row], cell);
}

TEST(GridCells, RoundsAndChecks) {
    EXPECT_EQ(grid_cells({.range = {-1, 0, 0, 1, 70.4, 4}, .voxel_size = {0.4, 0.05, 0.1}}),
              (Cell{5, 1408, 40}));
    const auto code = [](VoxelGrid grid) { return testing::error_code([&] { grid_cells(grid); }); };
    auto grid = unit_grid();
    grid.voxel_size[1] = 0;
    EXPECT_EQ(code(grid), "E-VOXEL-001");
    grid.voxel_size[1] = -1;
    EXPECT_EQ(code(grid), "E-VOXEL-001");
    grid.voxel_size[1] = NAN;
    EXPECT_EQ(code(grid), "E-VOXEL-001");
    grid.voxel_size[1] = 1e-9;
    EXPECT_EQ(code(grid), "E-VOXEL-001");
    grid = unit_grid();
    grid.range[3] = INFINITY;
    EXPECT_EQ(code(grid), "E-VOXEL-001");
    grid.range[3] = -1;
    EXPECT_EQ(code(grid), "E-VOXEL-001");
    grid = unit_grid();
    grid.max_points = 0;
    EXPECT_EQ(code(grid), "E-VOXEL-001");
    grid = {.range = {0, 0, 0, 1, 1, 1}, .voxel_size = {1e-7, 1e-7, 1e-7}};
    EXPECT_EQ(code(grid), "E-VOXEL-001");  // each axis would do, all three together are too many
}

TEST(VoxelizeHard, SizesAreCheckedBeforeMemoryIsTaken) {
    const std::vector<float> rows = {0.5, 0.5, 0.5, 1.5, 0.5, 0.5};
    EXPECT_EQ(testing::error_code([&] { voxelize_hard(rows, 4, unit_grid()); }), "E-VOXEL-002");
    EXPECT_EQ(testing::error_code([&] { voxelize_hard(rows, 2, unit_grid()); }), "E-VOXEL-002");
    auto grid = unit_grid();
    grid.max_points = std::numeric_limits<int>::max();
    EXPECT_EQ(testing::error_code([&] { voxelize_hard(rows, 3, grid); }), "E-VOXEL-003");
    grid.max_points = 1;
    grid.max_voxels = std::numeric_limits<int>::max();
    EXPECT_EQ(voxelize_hard(rows, 3, grid).size(), 2u);
}

}  // namespace
}  // namespace millrace::ops
