#include "nodes/ops/street/bvh.hpp"

#include <array>
#include <limits>
#include <utility>

namespace millrace::ops::street {

struct Bvh::Bounds {
    Vector low, high;
    std::uint32_t solid = 0;
    Vector middle() const { return (low + high) * 0.5f; }
};

namespace {

constexpr int kBins = 16;
constexpr std::size_t kLeafSize = 2;

struct Extent {
    Vector low = {1e30f, 1e30f, 1e30f}, high = {-1e30f, -1e30f, -1e30f};

    void add(Vector a, Vector b) {
        low = {std::min(low.x, a.x), std::min(low.y, a.y), std::min(low.z, a.z)};
        high = {std::max(high.x, b.x), std::max(high.y, b.y), std::max(high.z, b.z)};
    }
    float area() const {
        const Vector size = high - low;
        if (size.x < 0) return 0;
        return size.x * size.y + size.y * size.z + size.z * size.x;
    }
};

float axis_of(Vector v, int axis) { return axis == 0 ? v.x : axis == 1 ? v.y : v.z; }

}  // namespace

Bvh::Bvh(std::vector<Primitive>& solids) {
    std::vector<Bounds> bounds;
    bounds.reserve(solids.size());
    for (std::uint32_t index = 0; index < solids.size(); ++index) {
        const Primitive& solid = solids[index];
        const float c = std::abs(solid.cosine), s = std::abs(solid.sine);
        const Vector reach = {c * solid.half.x + s * solid.half.y + 1e-3f,
                              s * solid.half.x + c * solid.half.y + 1e-3f, solid.half.z + 1e-3f};
        bounds.push_back({solid.center - reach, solid.center + reach, index});
    }
    nodes_.reserve(solids.size() * 2 + 1);
    if (!bounds.empty()) build(bounds, 0);

    std::vector<Primitive> ordered;
    ordered.reserve(solids.size());
    for (const Bounds& each : bounds) ordered.push_back(solids[each.solid]);
    solids = std::move(ordered);
    solids_ = solids;
}

void Bvh::build(std::span<Bounds> bounds, std::uint32_t first) {
    Extent whole, middles;
    for (const Bounds& each : bounds) {
        whole.add(each.low, each.high);
        middles.add(each.middle(), each.middle());
    }
    const std::size_t node = nodes_.size();
    nodes_.push_back({whole.low, first, whole.high, static_cast<std::uint32_t>(bounds.size())});
    if (bounds.size() <= kLeafSize) return;

    // Binned surface-area heuristic (Wald 2007).
    float best_cost = std::numeric_limits<float>::infinity();
    int best_axis = -1, best_bin = 0;
    const auto bin_of = [&](const Bounds& each, int axis) {
        const float low = axis_of(middles.low, axis), high = axis_of(middles.high, axis);
        return std::min(kBins - 1, static_cast<int>((axis_of(each.middle(), axis) - low) /
                                                    (high - low) * kBins));
    };
    for (int axis = 0; axis < 3; ++axis) {
        if (axis_of(middles.high, axis) - axis_of(middles.low, axis) < 1e-4f) continue;
        std::array<Extent, kBins> extents;
        std::array<int, kBins> counts = {};
        for (const Bounds& each : bounds) {
            const int bin = bin_of(each, axis);
            extents[bin].add(each.low, each.high);
            ++counts[bin];
        }
        std::array<float, kBins> right_cost = {};
        Extent right;
        int right_count = 0;
        for (int bin = kBins - 1; bin > 0; --bin) {
            right.add(extents[bin].low, extents[bin].high);
            right_count += counts[bin];
            right_cost[bin] = right.area() * static_cast<float>(right_count);
        }
        Extent left;
        int left_count = 0;
        for (int bin = 0; bin + 1 < kBins; ++bin) {
            left.add(extents[bin].low, extents[bin].high);
            left_count += counts[bin];
            const float cost = left.area() * static_cast<float>(left_count) + right_cost[bin + 1];
            if (left_count > 0 && left_count < static_cast<int>(bounds.size()) &&
                cost < best_cost) {
                best_cost = cost;
                best_axis = axis;
                best_bin = bin;
            }
        }
    }
    if (best_axis < 0) return;  // all in one spot: one leaf
    const auto middle = std::stable_partition(
        bounds.begin(), bounds.end(),
        [&](const Bounds& each) { return bin_of(each, best_axis) <= best_bin; });
    const auto left = static_cast<std::size_t>(middle - bounds.begin());
    nodes_[node].count = 0;
    build(bounds.first(left), first);
    nodes_[node].first = static_cast<std::uint32_t>(nodes_.size());
    build(bounds.subspan(left), first + static_cast<std::uint32_t>(left));
}

template <bool any>
bool Bvh::walk(const Ray& ray, float limit, Hit& hit) const {
    if (nodes_.empty()) return false;
    const auto invert = [](float value) {
        return 1 / (std::abs(value) > 1e-12f ? value : std::copysign(1e-12f, value));
    };
    const Vector inverse = {invert(ray.direction.x), invert(ray.direction.y),
                            invert(ray.direction.z)};
    const auto enter = [&](const Node& node) {
        const Vector a = (node.low - ray.origin) * inverse, b = (node.high - ray.origin) * inverse;
        const float near = std::max(std::max(std::min(a.x, b.x), std::min(a.y, b.y)),
                                    std::max(std::min(a.z, b.z), 0.0f));
        const float far = std::min(std::min(std::max(a.x, b.x), std::max(a.y, b.y)),
                                   std::min(std::max(a.z, b.z), limit));
        return near <= far ? near : std::numeric_limits<float>::infinity();
    };
    struct Waiting {
        std::uint32_t node;
        float near;
    };
    std::array<Waiting, 64> stack;
    int depth = 0;
    bool found = false;
    std::uint32_t at = 0;
    if (!(enter(nodes_[0]) < limit)) return false;
    while (true) {
        const Node& node = nodes_[at];
        if (node.count > 0) {
            for (std::uint32_t index = node.first; index < node.first + node.count; ++index) {
                Hit candidate;
                if (!intersect(solids_[index], ray, limit, candidate)) continue;
                if constexpr (any) return true;
                candidate.primitive = static_cast<int>(index);
                hit = candidate;
                limit = candidate.distance;
                found = true;
            }
        } else {
            std::uint32_t close = at + 1, distant = node.first;
            float close_at = enter(nodes_[close]), distant_at = enter(nodes_[distant]);
            if (distant_at < close_at) {
                std::swap(close, distant);
                std::swap(close_at, distant_at);
            }
            if (close_at < limit) {
                // A tree deeper than the stack would need more than 2^60 splits by area; the
                // check keeps a degenerate scene from writing past the end all the same.
                if (distant_at < limit && depth < static_cast<int>(stack.size())) {
                    stack[depth++] = {distant, distant_at};
                }
                at = close;
                continue;
            }
        }
        do {
            if (depth == 0) return found;
            at = stack[--depth].node;
        } while (stack[depth].near >= limit);
    }
}

bool Bvh::nearest(const Ray& ray, float limit, Hit& hit) const {
    return walk<false>(ray, limit, hit);
}

bool Bvh::blocked(const Ray& ray, float limit) const {
    Hit ignored;
    return walk<true>(ray, limit, ignored);
}

}  // namespace millrace::ops::street
