#include "engine/visual/difference_match.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace millrace::visual {
namespace {

constexpr std::size_t kLeaf = 12;  ///< parts of so many points are looked through

/// Bits that are equal where points count as equal: one zero, one NaN.
std::uint64_t bits_of(double value) {
    if (value == 0) return 0;
    if (std::isnan(value)) return 1;
    return std::bit_cast<std::uint64_t>(value);
}

bool same_place(const Vector3& a, const Vector3& b) {
    return bits_of(a[0]) == bits_of(b[0]) && bits_of(a[1]) == bits_of(b[1]) &&
           bits_of(a[2]) == bits_of(b[2]);
}

std::uint64_t hash_of(const Vector3& point) {
    std::uint64_t hash = 0;
    for (const double value : point) {
        hash = (hash ^ bits_of(value)) * 0x9e3779b97f4a7c15ULL;
        hash ^= hash >> 29;
    }
    return hash;
}

double squared_distance(const Vector3& a, const Vector3& b) {
    const Vector3 d = a - b;
    return dot(d, d);
}

/// Pairs points on the same place, in their order.
void match_equal(std::span<const Vector3> a, std::span<const Vector3> b,
                 std::vector<std::int64_t>& partner, std::vector<std::uint8_t>& taken) {
    const std::size_t slots = std::bit_ceil(std::max<std::size_t>(b.size() * 2, 2));
    // A slot holds the first and last of the places' points that are still free, chained by `next`.
    std::vector<std::int64_t> first(slots, -1), last(slots, -1), next(b.size(), -1);
    const auto slot_of = [&](const Vector3& point) {
        std::size_t slot = hash_of(point) & (slots - 1);
        while (last[slot] >= 0 && !same_place(b[static_cast<std::size_t>(last[slot])], point))
            slot = (slot + 1) & (slots - 1);
        return slot;
    };
    for (std::size_t j = 0; j < b.size(); ++j) {
        const std::size_t slot = slot_of(b[j]);
        const auto index = static_cast<std::int64_t>(j);
        if (last[slot] < 0)
            first[slot] = index;
        else
            next[static_cast<std::size_t>(last[slot])] = index;
        last[slot] = index;
    }
    for (std::size_t i = 0; i < a.size(); ++i) {
        const std::size_t slot = slot_of(a[i]);
        if (last[slot] < 0 || first[slot] < 0) continue;
        const auto found = static_cast<std::size_t>(first[slot]);
        first[slot] = next[found];
        partner[i] = static_cast<std::int64_t>(found);
        taken[found] = 1;
    }
}

/// One round over what is free; how many pairs were found.
std::size_t match_mutual(std::span<const Vector3> a, std::span<const Vector3> b, double within,
                         std::vector<std::int64_t>& partner, std::vector<std::uint8_t>& taken,
                         const std::stop_token& stop) {
    std::vector<std::int64_t> free_a, free_b;
    for (std::size_t i = 0; i < a.size(); ++i)
        if (partner[i] < 0 && finite(a[i])) free_a.push_back(static_cast<std::int64_t>(i));
    for (std::size_t j = 0; j < b.size(); ++j)
        if (!taken[j] && finite(b[j])) free_b.push_back(static_cast<std::int64_t>(j));
    if (free_a.empty() || free_b.empty()) return 0;
    const PointSearch in_a(a, free_a), in_b(b, free_b);
    std::size_t found = 0;
    for (const std::int64_t i : free_a) {
        if (stop.stop_requested()) return 0;
        const Neighbour there = in_b.nearest(a[static_cast<std::size_t>(i)], within);
        if (there.index < 0) continue;
        const auto j = static_cast<std::size_t>(there.index);
        if (taken[j] || in_a.nearest(b[j], within).index != i) continue;
        partner[static_cast<std::size_t>(i)] = there.index;
        taken[j] = 1;
        ++found;
    }
    return found;
}

}  // namespace

PointSearch::PointSearch(std::span<const Vector3> points, std::vector<std::int64_t> listed)
    : points_(points), listed_(std::move(listed)) {
    std::erase_if(listed_,
                  [&](std::int64_t i) { return !finite(points_[static_cast<std::size_t>(i)]); });
    if (!listed_.empty()) part(0, listed_.size());
}

std::size_t PointSearch::part(std::size_t begin, std::size_t end) {
    const std::size_t node = nodes_.size();
    nodes_.push_back({.box = {}, .begin = begin, .end = end, .right = 0});
    Bounds box;
    for (std::size_t i = begin; i < end; ++i)
        box.add(points_[static_cast<std::size_t>(listed_[i])]);
    nodes_[node].box = box;
    if (end - begin <= kLeaf) return node;
    const Vector3 size = box.size();
    const auto axis = static_cast<std::size_t>(std::ranges::max_element(size) - size.begin());
    const std::size_t middle = begin + (end - begin) / 2;
    const auto at = [&](std::size_t place) {
        return listed_.begin() + static_cast<std::ptrdiff_t>(place);
    };
    std::nth_element(at(begin), at(middle), at(end), [&](std::int64_t one, std::int64_t other) {
        return points_[static_cast<std::size_t>(one)][axis] <
               points_[static_cast<std::size_t>(other)][axis];
    });
    part(begin, middle);
    const std::size_t right = part(middle, end);
    nodes_[node].right = right;
    return node;
}

Neighbour PointSearch::nearest(const Vector3& to, double within) const {
    Neighbour best{.index = -1, .squared = within};
    if (finite(to) && !nodes_.empty()) search(to, 0, best);
    return best;
}

double PointSearch::squared_distance_to(const Bounds& box, const Vector3& to) {
    Vector3 apart = {};
    for (std::size_t axis = 0; axis < 3; ++axis)
        apart[axis] = std::max({box.low[axis] - to[axis], to[axis] - box.high[axis], 0.0});
    return dot(apart, apart);
}

void PointSearch::search(const Vector3& to, std::size_t node, Neighbour& best) const {
    const Node& here = nodes_[node];
    if (here.right == 0) {
        for (std::size_t i = here.begin; i < here.end; ++i) {
            const double squared =
                squared_distance(points_[static_cast<std::size_t>(listed_[i])], to);
            if (squared < best.squared) best = {listed_[i], squared};
        }
        return;
    }
    std::size_t near = node + 1, far = here.right;
    double near_by = squared_distance_to(nodes_[near].box, to),
           far_off = squared_distance_to(nodes_[far].box, to);
    if (far_off < near_by) {
        std::swap(near, far);
        std::swap(near_by, far_off);
    }
    if (near_by < best.squared) search(to, near, best);
    if (far_off < best.squared) search(to, far, best);
}

std::vector<std::int64_t> match_points(std::span<const Vector3> a, std::span<const Vector3> b,
                                       double radius, const std::stop_token& stop) {
    constexpr int kRounds = 3;
    std::vector<std::int64_t> partner(a.size(), -1);
    std::vector<std::uint8_t> taken(b.size(), 0);
    match_equal(a, b, partner, taken);
    for (int round = 0; round < kRounds; ++round) {
        if (match_mutual(a, b, radius * radius, partner, taken, stop) == 0) break;
    }
    return partner;
}

}  // namespace millrace::visual
