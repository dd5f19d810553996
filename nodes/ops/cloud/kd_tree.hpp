// A k-d tree over the points of a cloud (Open3D's, hidden in the .cpp). Immutable once built: any
// number of threads may ask it. Building takes 55 ms for 120,000 points and can't be interrupted;
// each question takes microseconds, so loops of questions stay with the caller, who can stop
// between them.
#pragma once

#include "nodes/types/point_cloud.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

namespace millrace::ops {

/// The answer of a search, nearest first; kept by the caller so that its memory is reused.
struct Neighbours {
    std::vector<int> indices;               ///< into the points the tree was built from
    std::vector<double> squared_distances;  ///< m^2
};

class KdTree {
public:
    /// Points without a finite position are left out of the tree; indices stay those of `points`.
    explicit KdTree(const std::vector<types::Point>& points);
    ~KdTree();
    KdTree(const KdTree&) = delete;
    KdTree& operator=(const KdTree&) = delete;

    std::size_t size() const { return original_.size(); }
    /// The `count` nearest points (fewer when the tree is smaller), the query itself included when
    /// it is in the tree.
    void nearest(const std::array<double, 3>& query, int count, Neighbours& found) const;
    /// Of these, those within `radius` metres.
    void nearest_within(const std::array<double, 3>& query, int count, double radius,
                        Neighbours& found) const;

private:
    void restore_indices(Neighbours& found) const;

    struct Tree;
    std::unique_ptr<Tree> tree_;
    std::vector<std::uint32_t> original_;
    bool complete_ = true;  ///< no point was left out
};

}  // namespace millrace::ops
