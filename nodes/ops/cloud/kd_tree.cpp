#include "nodes/ops/cloud/kd_tree.hpp"

#include "nodes/ops/cloud/select.hpp"

#include <open3d/geometry/KDTreeFlann.h>
#include <Eigen/Core>

namespace millrace::ops {

struct KdTree::Tree {
    // Open3D before 0.19 searches the matrix it was given, not its own copy of it (its issue 6235):
    // the matrix must live as long as the tree.
    Eigen::MatrixXd data;
    open3d::geometry::KDTreeFlann flann;
};

KdTree::KdTree(const std::vector<types::Point>& points) : tree_(std::make_unique<Tree>()) {
    original_ = indices_where(points, is_finite);
    complete_ = original_.size() == points.size();
    if (original_.empty()) return;
    Eigen::MatrixXd& data = tree_->data;
    data.resize(3, static_cast<Eigen::Index>(original_.size()));
    for (std::size_t column = 0; column < original_.size(); ++column) {
        const types::Point& point = points[original_[column]];
        data.col(static_cast<Eigen::Index>(column)) = Eigen::Vector3d(point.x, point.y, point.z);
    }
    tree_->flann.SetMatrixData(data);
}

KdTree::~KdTree() = default;

void KdTree::nearest(const std::array<double, 3>& query, int count, Neighbours& found) const {
    found.indices.clear();
    found.squared_distances.clear();
    if (original_.empty()) return;
    const Eigen::Vector3d at(query[0], query[1], query[2]);
    tree_->flann.SearchKNN(at, count, found.indices, found.squared_distances);
    restore_indices(found);
}

void KdTree::nearest_within(const std::array<double, 3>& query, int count, double radius,
                            Neighbours& found) const {
    found.indices.clear();
    found.squared_distances.clear();
    if (original_.empty()) return;
    const Eigen::Vector3d at(query[0], query[1], query[2]);
    tree_->flann.SearchHybrid(at, radius, count, found.indices, found.squared_distances);
    restore_indices(found);
}

void KdTree::restore_indices(Neighbours& found) const {
    if (complete_) return;
    for (int& index : found.indices) index = static_cast<int>(original_[index]);
}

}  // namespace millrace::ops
