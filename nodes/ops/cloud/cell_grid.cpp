#include "nodes/ops/cloud/cell_grid.hpp"

#include <bit>
#include <cmath>

namespace millrace::ops {
namespace {

constexpr double kFarthestCell = 1 << 30;

std::uint64_t hash(const Cell& cell) {
    const auto low = static_cast<std::uint64_t>(static_cast<std::uint32_t>(cell.x)) |
                     static_cast<std::uint64_t>(static_cast<std::uint32_t>(cell.y)) << 32;
    std::uint64_t mixed = low * 0x9E3779B97F4A7C15u;
    mixed ^= (mixed >> 29) + static_cast<std::uint32_t>(cell.z) * 0xC2B2AE3D27D4EB4Fu;
    mixed *= 0x165667B19E3779F9u;
    return mixed ^ (mixed >> 32);
}

}  // namespace

CellGrid::CellGrid(const std::vector<types::Point>& points, double side)
    : slots_(std::bit_ceil(2 * points.size() + 2)) {
    std::vector<std::uint32_t> cell_of(points.size(), kNone);
    const double scale = 1 / side;
    std::uint32_t used = 0;
    for (std::size_t index = 0; index < points.size(); ++index) {
        const double x = std::floor(points[index].x * scale);
        const double y = std::floor(points[index].y * scale);
        const double z = std::floor(points[index].z * scale);
        // NaN fails the comparison as well.
        if (!(std::abs(x) < kFarthestCell && std::abs(y) < kFarthestCell &&
              std::abs(z) < kFarthestCell))
            continue;
        cell_of[index] = insert({static_cast<std::int32_t>(x), static_cast<std::int32_t>(y),
                                 static_cast<std::int32_t>(z)});
        ++used;
    }
    starts_.assign(cells_.size() + 1, 0);
    for (std::uint32_t number : cell_of) {
        if (number != kNone) ++starts_[number + 1];
    }
    for (std::size_t number = 1; number < starts_.size(); ++number)
        starts_[number] += starts_[number - 1];
    order_.resize(used);
    std::vector<std::uint32_t> next(starts_.begin(), starts_.end() - 1);
    for (std::uint32_t index = 0; index < cell_of.size(); ++index) {
        if (cell_of[index] != kNone) order_[next[cell_of[index]]++] = index;
    }
}

std::uint32_t CellGrid::insert(const Cell& cell) {
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t at = hash(cell) & mask;; at = (at + 1) & mask) {
        Slot& slot = slots_[at];
        if (slot.number == kNone) {
            slot = {cell, cell_count()};
            cells_.push_back(cell);
            return slot.number;
        }
        if (slot.cell == cell) return slot.number;
    }
}

std::uint32_t CellGrid::find(const Cell& cell) const {
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t at = hash(cell) & mask;; at = (at + 1) & mask) {
        const Slot& slot = slots_[at];
        if (slot.number == kNone || slot.cell == cell) return slot.number;
    }
}

}  // namespace millrace::ops
