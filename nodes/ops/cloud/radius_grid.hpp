// Points sorted into cells so small that any two of one cell lie within a fixed radius of one
// another (Gan and Tao, SIGMOD 2015). Crowded cells then need no distances at all, which is what
// makes clustering near the sensor cheap.
#pragma once

#include "nodes/ops/cloud/cell_grid.hpp"
#include "nodes/ops/cloud/stop.hpp"

#include <array>
#include <cstdint>
#include <vector>

namespace millrace::ops {

class RadiusGrid {
public:
    /// What around() costs, in the steps of StopWatch.
    static constexpr std::size_t kStepsPerCell = 1000;

    /// `radius` > 0 in metres; points without a finite position take no part.
    RadiusGrid(const std::vector<types::Point>& points, double radius);

    const CellGrid& cells() const { return grid_; }
    double squared_radius() const { return radius_ * radius_; }
    /// The points in the order of cells().order().
    const std::vector<types::Point>& sorted() const { return sorted_; }

    enum class Half { Both, Upper };
    /// Numbers of the cells around `cell` that may hold a point within the radius of one of its
    /// points, itself left out. With Half::Upper each pair of cells comes up at one of the two
    /// only.
    void around(std::uint32_t cell, Half half, std::vector<std::uint32_t>& found) const;

    /// For each point of cells().order() whether at least `at_least` points lie within the radius,
    /// itself counted.
    std::vector<std::uint8_t> crowded(int at_least, const StopAsk& stop) const;

private:
    double radius_;
    CellGrid grid_;
    std::vector<types::Point> sorted_;
    std::vector<Cell> upper_;  ///< half of the offsets to neighbouring cells, nearest first
};

}  // namespace millrace::ops
