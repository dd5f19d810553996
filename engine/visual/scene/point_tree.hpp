// A cloud's points put in the order in which they are drawn: octree leaves of at most kLeafPoints
// one after the other along the Morton curve, so that neighbours in memory are neighbours in space;
// in a leaf, any first part of its points is an even sample of all of them, so that a coarser level
// of detail is a shorter read. Sixteen bytes a point beside the cloud. Immutable once made; any
// thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <stop_token>
#include <vector>

#include "engine/visual/cloud.hpp"
#include "engine/visual/scene/geometry.hpp"

namespace millrace::visual {

/// Memory that is written in full right after it is taken, so not cleared first.
template <class T>
class Block {
public:
    Block() = default;
    explicit Block(std::size_t count)
        : values_(std::make_unique_for_overwrite<T[]>(count)), count_(count) {}
    T* data() { return values_.get(); }
    const T* data() const { return values_.get(); }
    std::size_t size() const { return count_; }
    T& operator[](std::size_t i) { return values_[i]; }
    const T& operator[](std::size_t i) const { return values_[i]; }

private:
    std::unique_ptr<T[]> values_;
    std::size_t count_ = 0;
};

class PointTree {
public:
    static constexpr std::uint32_t kLeafPoints = 8192;

    struct Leaf {
        std::uint32_t begin = 0, count = 0;  ///< places in the order of drawing
        Vector3 center = {};                 ///< world, metres; positions are relative to it
        std::array<float, 3> half = {};      ///< half sizes of the box round its points
    };

    PointTree() = default;
    /// Points with a coordinate that isn't finite are left out. Takes as many threads as TBB gives;
    /// the result doesn't depend on their number. Throws engine::Error E-VIEW-001 beyond 2^32 - 1
    /// points. Asked to stop, it ends within milliseconds and the tree is empty.
    explicit PointTree(const Cloud& cloud, const std::stop_token& stop = {});

    std::size_t size() const { return source_.size(); }
    std::span<const Leaf> leaves() const { return leaves_; }
    /// Of all points, world coordinates.
    const Bounds& bounds() const { return bounds_; }
    const float* x() const { return x_.data(); }
    const float* y() const { return y_.data(); }
    const float* z() const { return z_.data(); }
    /// Index in the cloud of the point at a place.
    std::uint32_t source(std::size_t place) const { return source_[place]; }
    /// World coordinates of the point at a place.
    Vector3 position(std::size_t place) const;
    /// The leaf that holds a place.
    const Leaf& leaf_of(std::size_t place) const {
        const Leaf* leaf = leaves_.data() + first_leaves_[place / kStride];
        while (place - leaf->begin >= leaf->count) ++leaf;
        return *leaf;
    }
    std::size_t bytes() const;

private:
    void build(const Cloud& cloud, const std::stop_token& stop);
    void fill(Leaf& leaf, std::span<const Point> points, const Vector3& center);

    Block<float> x_, y_, z_;
    Block<std::uint32_t> source_;
    static constexpr std::size_t kStride = 1024;
    std::vector<Leaf> leaves_;
    std::vector<std::uint32_t> first_leaves_;  ///< that hold every kStride-th place
    Bounds bounds_;
};

}  // namespace millrace::visual
