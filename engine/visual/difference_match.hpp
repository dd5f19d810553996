// Private to the comparison of visuals: which points of two clouds are the same. Plain functions
// for any thread.
#pragma once

#include <cstdint>
#include <span>
#include <stop_token>
#include <vector>

#include "engine/visual/scene/geometry.hpp"

namespace millrace::visual {

struct Neighbour {
    std::int64_t index = -1;  ///< -1: none within reach
    double squared = 0;       ///< of the distance
};

/// A k-d tree over those of the points that are listed and finite; both must outlive it. Points
/// that lie on one place, however many, cost no more than others.
class PointSearch {
public:
    PointSearch(std::span<const Vector3> points, std::vector<std::int64_t> listed);

    /// The nearest of the listed points closer than the square root of `within`.
    Neighbour nearest(const Vector3& to, double within) const;

private:
    struct Node {
        Bounds box;  ///< as tight as can be, so that equal points are told from one side of them
        std::size_t begin = 0, end = 0;  ///< in listed_
        std::size_t right = 0;           ///< the left child follows its parent; leaves have none
    };
    std::size_t part(std::size_t begin, std::size_t end);
    void search(const Vector3& to, std::size_t node, Neighbour& best) const;
    static double squared_distance_to(const Bounds& box, const Vector3& to);

    std::span<const Vector3> points_;
    std::vector<std::int64_t> listed_;
    std::vector<Node> nodes_;
};

/// Pairs points one to one: those on the same place first, in order, then mutual nearest neighbours
/// within `radius`, in three rounds. For each a its b, or -1.
std::vector<std::int64_t> match_points(std::span<const Vector3> a, std::span<const Vector3> b,
                                       double radius, const std::stop_token& stop);

}  // namespace millrace::visual
