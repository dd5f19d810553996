// A hash grid over points: which cubic cell each point lies in, and which points each cell holds.
// Immutable once built; any number of threads may read it.
#pragma once

#include "nodes/types/point_cloud.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace millrace::ops {

struct Cell {
    std::int32_t x = 0, y = 0, z = 0;
    friend bool operator==(const Cell&, const Cell&) = default;
};

class CellGrid {
public:
    static constexpr std::uint32_t kNone = 0xFFFFFFFF;

    /// Cells are cubes of edge `side` > 0 metres with one corner at the zero of the positions.
    /// Points that are not finite, or lie 2^30 cells away or farther, are in no cell. Cells are
    /// numbered as their first points come.
    CellGrid(const std::vector<types::Point>& points, double side);

    std::uint32_t cell_count() const { return static_cast<std::uint32_t>(cells_.size()); }
    const Cell& cell(std::uint32_t number) const { return cells_[number]; }
    /// The number of the cell, or kNone when it holds no point.
    std::uint32_t find(const Cell& cell) const;
    /// Indices of the cell's points, ascending.
    std::span<const std::uint32_t> points_in(std::uint32_t number) const {
        return {order_.data() + starts_[number], starts_[number + 1] - starts_[number]};
    }
    /// All points that lie in a cell, cell after cell; the points of a cell start at start(number).
    const std::vector<std::uint32_t>& order() const { return order_; }
    std::uint32_t start(std::uint32_t number) const { return starts_[number]; }

private:
    struct Slot {
        Cell cell;
        std::uint32_t number = kNone;
    };
    std::uint32_t insert(const Cell& cell);

    std::vector<Slot> slots_;  ///< open addressing, at most half full
    std::vector<Cell> cells_;
    std::vector<std::uint32_t> starts_;
    std::vector<std::uint32_t> order_;
};

}  // namespace millrace::ops
