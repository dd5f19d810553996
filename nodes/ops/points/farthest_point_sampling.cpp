#include "nodes/ops/points/farthest_point_sampling.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

namespace millrace::ops {
namespace {

constexpr std::size_t kBlock = 64;
constexpr std::size_t kLanes = 8;
constexpr float kUnreached = 1e10F;  // the reference's initial distance

/// The lower 10 bits of `value` with two zero bits between each.
std::uint32_t spread(std::uint32_t value) {
    value = (value | (value << 16)) & 0x030000FF;
    value = (value | (value << 8)) & 0x0300F00F;
    value = (value | (value << 4)) & 0x030C30C3;
    return (value | (value << 2)) & 0x09249249;
}

bool is_finite(const types::Point& point) {
    return std::isfinite(point.x) && std::isfinite(point.y) && std::isfinite(point.z);
}

/// Indices of the finite points along a Morton curve, so that a run of them lies close together in
/// space.
std::vector<std::int32_t> curve_order(std::span<const types::Point> points) {
    constexpr float kInfinity = std::numeric_limits<float>::infinity();
    std::array<double, 3> low = {kInfinity, kInfinity, kInfinity},
                          high = {-kInfinity, -kInfinity, -kInfinity};
    for (const types::Point& point : points) {
        if (!is_finite(point)) continue;
        const std::array<double, 3> position = {point.x, point.y, point.z};
        for (int axis = 0; axis < 3; ++axis) {
            low[axis] = std::min(low[axis], position[axis]);
            high[axis] = std::max(high[axis], position[axis]);
        }
    }
    std::vector<std::pair<std::uint32_t, std::int32_t>> keyed;
    keyed.reserve(points.size());
    for (std::size_t i = 0; i < points.size(); ++i) {
        if (!is_finite(points[i])) continue;
        const std::array<double, 3> position = {points[i].x, points[i].y, points[i].z};
        std::uint32_t key = 0;
        for (int axis = 0; axis < 3; ++axis) {
            const double range = high[axis] - low[axis];
            const double part = range > 0 ? (position[axis] - low[axis]) / range : 0;
            key |= spread(static_cast<std::uint32_t>(part * 1023)) << axis;
        }
        keyed.emplace_back(key, static_cast<std::int32_t>(i));
    }
    std::ranges::sort(keyed);
    std::vector<std::int32_t> order(keyed.size());
    std::ranges::transform(keyed, order.begin(), [](const auto& entry) { return entry.second; });
    return order;
}

/// Points of one stretch of the curve with their bounds; a tail is filled with copies that are
/// never chosen.
struct Block {
    alignas(32) std::array<float, kBlock> x, y, z, distance;
    std::array<float, 3> low, high;
    float farthest = kUnreached;  // largest of `distance`

    /// Whether no point here can come closer than it is already. Rounding is monotonic and the
    /// operations are those of reach_from(), so that skipping never changes a result.
    bool is_beyond(const types::Point& point) const {
        const float dx = std::max({low[0] - point.x, 0.0F, point.x - high[0]});
        const float dy = std::max({low[1] - point.y, 0.0F, point.y - high[1]});
        const float dz = std::max({low[2] - point.z, 0.0F, point.z - high[2]});
        return dx * dx + dy * dy + dz * dz >= farthest;
    }

    void reach_from(const types::Point& point) {
        std::array<float, kLanes> most;
        most.fill(-1);
        for (std::size_t start = 0; start < kBlock; start += kLanes) {
            for (std::size_t lane = 0; lane < kLanes; ++lane) {
                const std::size_t i = start + lane;
                const float dx = x[i] - point.x, dy = y[i] - point.y, dz = z[i] - point.z;
                const float squared = dx * dx + dy * dy + dz * dz;
                const float kept = squared < distance[i] ? squared : distance[i];
                distance[i] = kept;
                most[lane] = kept > most[lane] ? kept : most[lane];
            }
        }
        farthest = std::ranges::max(most);
    }
};

std::vector<Block> make_blocks(std::span<const types::Point> points,
                               std::span<const std::int32_t> order) {
    std::vector<Block> blocks((order.size() + kBlock - 1) / kBlock);
    for (std::size_t i = 0; i < blocks.size() * kBlock; ++i) {
        Block& block = blocks[i / kBlock];
        const std::size_t place = i % kBlock;
        const types::Point& point = points[order[std::min(i, order.size() - 1)]];
        const std::array<float, 3> position = {point.x, point.y, point.z};
        block.x[place] = point.x;
        block.y[place] = point.y;
        block.z[place] = point.z;
        block.distance[place] = i < order.size() ? kUnreached : -1;
        for (int axis = 0; axis < 3; ++axis) {
            block.low[axis] = place ? std::min(block.low[axis], position[axis]) : position[axis];
            block.high[axis] = place ? std::max(block.high[axis], position[axis]) : position[axis];
        }
    }
    return blocks;
}

/// The lowest original index among the points at the largest distance.
std::int32_t farthest_index(std::span<const Block> blocks, std::span<const std::int32_t> order) {
    float most = -1;
    for (const Block& block : blocks) most = std::max(most, block.farthest);
    std::int32_t best = std::numeric_limits<std::int32_t>::max();
    for (std::size_t b = 0; b < blocks.size(); ++b) {
        if (blocks[b].farthest != most) continue;
        for (std::size_t i = 0; i < kBlock; ++i) {
            if (blocks[b].distance[i] == most) best = std::min(best, order[b * kBlock + i]);
        }
    }
    return best;
}

}  // namespace

std::vector<std::int32_t> farthest_point_sampling(std::span<const types::Point> points,
                                                  std::size_t samples) {
    const std::vector<std::int32_t> order = curve_order(points);
    if (order.empty() || samples == 0) return {};
    std::vector<Block> blocks = make_blocks(points, order);
    std::vector<std::int32_t> chosen = {std::ranges::min(order)};
    while (chosen.size() < samples) {
        const types::Point& latest = points[chosen.back()];
        for (Block& block : blocks) {
            if (!block.is_beyond(latest)) block.reach_from(latest);
        }
        const std::int32_t next = farthest_index(blocks, order);
        chosen.push_back(next);
    }
    return chosen;
}

}  // namespace millrace::ops
