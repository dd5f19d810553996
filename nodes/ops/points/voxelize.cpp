#include "nodes/ops/points/voxelize.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <optional>

#include "engine/problem.hpp"

namespace millrace::ops {
namespace {

/// Cell number to voxel row: open addressing with linear probing, never more than half full.
class CellTable {
public:
    explicit CellTable(std::size_t most_entries)
        : slots_(std::bit_ceil(std::max<std::size_t>(16, 2 * most_entries))) {
        shift_ = 64 - std::countr_zero(slots_.size());
    }

    struct Slot {
        std::uint64_t cell = 0;
        std::int32_t row = -1;
    };

    /// The slot that holds `cell`, or the empty one (row -1) where it belongs.
    Slot& find(std::uint64_t cell) {
        // Fibonacci hashing: neighbouring cells spread over the table.
        std::size_t place = (cell * 0x9E3779B97F4A7C15u) >> shift_;
        while (slots_[place].row >= 0 && slots_[place].cell != cell)
            place = (place + 1) & (slots_.size() - 1);
        return slots_[place];
    }

private:
    std::vector<Slot> slots_;
    int shift_;
};

[[noreturn]] void throw_grid(std::string found) {
    throw engine::Error(
        {.code = "E-VOXEL-001",
         .what = "The voxel grid is not usable",
         .expected =
             "max above min and a voxel size above 0 on each axis, 1 to 2^24 cells along it, "
             "2^62 in all, and caps of at least 1",
         .found = std::move(found),
         .mend = "Change the range, the voxel size or the caps."});
}

/// The cell a point lies in, worked out in float32 as the reference does.
class CellOf {
public:
    CellOf(const VoxelGrid& grid, const std::array<std::int32_t, 3>& cells) {
        for (int axis = 0; axis < 3; ++axis) {
            low_[axis] = static_cast<float>(grid.range[axis]);
            size_[axis] = static_cast<float>(grid.voxel_size[axis]);
            cells_[axis] = static_cast<float>(cells[axis]);
        }
    }

    /// Cell indices x y z, or nothing for a point outside or with NaN.
    std::optional<std::array<std::int32_t, 3>> operator()(const float* point) const {
        std::array<std::int32_t, 3> cell;
        for (int axis = 0; axis < 3; ++axis) {
            const float position = (point[axis] - low_[axis]) / size_[axis];
            // The same as floor() within [0, cells), and false for NaN.
            if (!(position >= 0 && position < cells_[axis])) return std::nullopt;
            cell[axis] = static_cast<std::int32_t>(position);
        }
        return cell;
    }

private:
    std::array<float, 3> low_, size_, cells_;
};

}  // namespace

std::array<std::int32_t, 3> grid_cells(const VoxelGrid& grid) {
    if (grid.max_points < 1 || grid.max_voxels < 1) {
        throw_grid(fmt::format("max_points {}, max_voxels {}", grid.max_points, grid.max_voxels));
    }
    std::array<std::int32_t, 3> cells;
    for (int axis = 0; axis < 3; ++axis) {
        const double low = grid.range[axis], high = grid.range[axis + 3],
                     size = grid.voxel_size[axis];
        const double count = std::nearbyint((high - low) / size);
        if (!(high > low && size > 0 && count >= 1 && count <= 1 << 24) || !std::isfinite(low) ||
            static_cast<float>(size) == 0) {
            throw_grid(
                fmt::format("{} to {} in voxels of {} along {}", low, high, size, "xyz"[axis]));
        }
        cells[axis] = static_cast<std::int32_t>(count);
    }
    // So that the number of a cell fits 64 bits.
    if (double(cells[0]) * cells[1] * cells[2] > double(std::uint64_t{1} << 62)) {
        throw_grid(fmt::format("{} x {} x {} cells", cells[0], cells[1], cells[2]));
    }
    return cells;
}

Voxels voxelize_hard(std::span<const float> rows, int channels, const VoxelGrid& grid) {
    if (channels < 3 || rows.size() % channels != 0) {
        throw engine::Error({.code = "E-VOXEL-002",
                             .what = "The points are not rows of x y z and further values",
                             .expected = "N * channels values with at least 3 channels",
                             .found = fmt::format("{} values, {} channels", rows.size(), channels),
                             .mend = "Check the number of channels."});
    }
    Voxels voxels;
    voxels.max_points = grid.max_points;
    voxels.channels = channels;
    voxels.grid_xyz = grid_cells(grid);
    const auto [cells_x, cells_y, cells_z] = voxels.grid_xyz;
    const CellOf cell_of(grid, voxels.grid_xyz);
    const std::size_t points = rows.size() / channels;
    CellTable table(std::min<std::size_t>(points, grid.max_voxels));

    voxels.point_to_voxel.assign(points, -1);
    for (std::size_t i = 0; i < points; ++i) {
        const auto cell = cell_of(rows.data() + i * channels);
        if (!cell) continue;
        const auto [x, y, z] = *cell;
        const std::uint64_t number = (std::uint64_t(z) * cells_y + y) * cells_x + x;
        auto& slot = table.find(number);
        if (slot.row < 0) {
            if (voxels.counts.size() >= std::size_t(grid.max_voxels)) continue;
            slot = {number, std::int32_t(voxels.counts.size())};
            voxels.counts.push_back(0);
            voxels.zyx.push_back({z, y, x});
        }
        std::int32_t& count = voxels.counts[slot.row];
        if (count >= grid.max_points) continue;
        voxels.point_to_voxel[i] = slot.row;
        ++count;
    }

    constexpr double kMostValues = 1u << 30;
    if (double(voxels.size()) * grid.max_points * channels > kMostValues) {
        throw engine::Error(
            {.code = "E-VOXEL-003",
             .what = "The voxels would take more than 4 GiB",
             .expected = "voxels * max_points * channels up to 2^30",
             .found = fmt::format("{} * {} * {}", voxels.size(), grid.max_points, channels),
             .mend = "Lower max_points or max_voxels, or enlarge the voxels."});
    }
    const std::size_t stride = std::size_t(grid.max_points) * channels;
    voxels.values.resize(voxels.size() * stride);
    std::vector<std::int32_t> stored(voxels.size(), 0);
    for (std::size_t i = 0; i < points; ++i) {
        const std::int32_t row = voxels.point_to_voxel[i];
        if (row < 0) continue;
        std::copy_n(rows.data() + i * channels, channels,
                    voxels.values.data() + row * stride + std::size_t(stored[row]++) * channels);
    }
    return voxels;
}

std::vector<float> mean_features(const Voxels& voxels) {
    const std::size_t channels = voxels.channels, stride = channels * voxels.max_points;
    std::vector<float> means(voxels.size() * channels);
    for (std::size_t row = 0; row < voxels.size(); ++row) {
        for (std::size_t channel = 0; channel < channels; ++channel) {
            double sum = 0;
            for (std::int32_t i = 0; i < voxels.counts[row]; ++i) {
                sum += voxels.values[row * stride + i * channels + channel];
            }
            means[row * channels + channel] = static_cast<float>(sum / voxels.counts[row]);
        }
    }
    return means;
}

}  // namespace millrace::ops
