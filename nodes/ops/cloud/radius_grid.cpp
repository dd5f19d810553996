#include "nodes/ops/cloud/radius_grid.hpp"

#include "nodes/ops/points/squared_distance.hpp"

#include <algorithm>
#include <cmath>

namespace millrace::ops {
namespace {

/// Offsets after (0, 0, 0) in lexical order; the eight corners of the 5 x 5 x 5 block are out of
/// reach.
std::vector<Cell> upper_offsets() {
    std::vector<Cell> offsets;
    for (int x = 0; x <= 2; ++x) {
        for (int y = -2; y <= 2; ++y) {
            for (int z = -2; z <= 2; ++z) {
                const bool after = x > 0 || (x == 0 && (y > 0 || (y == 0 && z > 0)));
                const bool corner = std::abs(x) == 2 && std::abs(y) == 2 && std::abs(z) == 2;
                if (after && !corner) offsets.push_back({x, y, z});
            }
        }
    }
    std::ranges::stable_sort(offsets, {},
                             [](const Cell& o) { return o.x * o.x + o.y * o.y + o.z * o.z; });
    return offsets;
}

}  // namespace

RadiusGrid::RadiusGrid(const std::vector<types::Point>& points, double radius)
    : radius_(radius), grid_(points, radius / std::sqrt(3.0)), upper_(upper_offsets()) {
    sorted_.reserve(grid_.order().size());
    for (std::uint32_t index : grid_.order()) sorted_.push_back(points[index]);
}

void RadiusGrid::around(std::uint32_t cell, Half half, std::vector<std::uint32_t>& found) const {
    found.clear();
    const Cell center = grid_.cell(cell);
    const auto look = [&](const Cell& at) {
        if (const std::uint32_t number = grid_.find(at); number != CellGrid::kNone)
            found.push_back(number);
    };
    for (const Cell& offset : upper_) {
        look({center.x + offset.x, center.y + offset.y, center.z + offset.z});
        if (half == Half::Both)
            look({center.x - offset.x, center.y - offset.y, center.z - offset.z});
    }
}

std::vector<std::uint8_t> RadiusGrid::crowded(int at_least, const StopAsk& stop) const {
    std::vector<std::uint8_t> flags(sorted_.size(), 1);
    std::vector<std::uint32_t> cells;
    const double limit = squared_radius();
    StopWatch watch(stop);
    for (std::uint32_t cell = 0; cell < grid_.cell_count(); ++cell) {
        if (watch.stopped_after(kStepsPerCell)) break;
        const std::uint32_t first = grid_.start(cell), last = grid_.start(cell + 1);
        const int own = static_cast<int>(last - first);
        if (own >= at_least) continue;
        around(cell, Half::Both, cells);
        for (std::uint32_t at = first; at < last; ++at) {
            int count = own;
            if (watch.stopped_after(cells.size())) break;
            for (std::size_t near = 0; near < cells.size() && count < at_least; ++near) {
                const std::uint32_t end = grid_.start(cells[near] + 1);
                watch.stopped_after(end - grid_.start(cells[near]));
                for (std::uint32_t other = grid_.start(cells[near]);
                     other < end && count < at_least; ++other) {
                    count += squared_distance(sorted_[at], sorted_[other]) <= limit;
                }
            }
            flags[at] = count >= at_least;
        }
    }
    return flags;
}

}  // namespace millrace::ops
