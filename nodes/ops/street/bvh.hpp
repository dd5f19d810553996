// A bounding-volume hierarchy over the solids of one scene. Built once per frame, then read-only,
// so any number of threads may ask it.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "nodes/ops/street/primitive.hpp"

namespace millrace::ops::street {

class Bvh {
public:
    Bvh() = default;
    /// Reorders `solids` so that each leaf is a run of them; `solids` must outlive the hierarchy
    /// and stay where it is.
    explicit Bvh(std::vector<Primitive>& solids);

    /// The nearest hit closer than `limit` metres; Hit::primitive is its index. False when there is
    /// none.
    bool nearest(const Ray& ray, float limit, Hit& hit) const;
    /// Whether anything stands within `limit` metres of the ray's origin.
    bool blocked(const Ray& ray, float limit) const;

private:
    struct Node {
        Vector low;
        std::uint32_t first = 0;  ///< first solid of a leaf, else the second child
        Vector high;
        std::uint32_t count =
            0;  ///< solids of a leaf; 0 for an inner node, whose first child follows it
    };
    struct Bounds;

    template <bool any>
    bool walk(const Ray& ray, float limit, Hit& hit) const;
    void build(std::span<Bounds> bounds, std::uint32_t first);

    std::vector<Node> nodes_;
    std::span<const Primitive> solids_;
};

}  // namespace millrace::ops::street
