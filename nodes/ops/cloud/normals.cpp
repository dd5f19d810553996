#include "nodes/ops/cloud/normals.hpp"

#include "nodes/ops/cloud/select.hpp"

#include <Eigen/Eigenvalues>

namespace millrace::ops {
namespace {

constexpr std::size_t kPointsPerAsk = 64;
/// Below this share of the middle spread in the largest, the points are a line to float32 positions
/// and have no normal.
constexpr double kLineRatio = 1e-10;

Eigen::Vector3d vector_of(const types::Point& point) { return {point.x, point.y, point.z}; }

Eigen::Vector3d normal_of(const std::vector<types::Point>& points,
                          const std::vector<int>& indices) {
    if (indices.size() < 3) return Eigen::Vector3d::Zero();
    Eigen::Vector3d center = Eigen::Vector3d::Zero();
    for (int index : indices) center += vector_of(points[index]);
    center /= static_cast<double>(indices.size());
    Eigen::Matrix3d spread = Eigen::Matrix3d::Zero();
    for (int index : indices) {
        const Eigen::Vector3d offset = vector_of(points[index]) - center;
        spread.noalias() += offset * offset.transpose();
    }
    Eigen::SelfAdjointEigenSolver<Eigen::Matrix3d> solver;
    solver.computeDirect(spread);
    const Eigen::Vector3d values = solver.eigenvalues();
    if (!(values[1] > kLineRatio * values[2])) return Eigen::Vector3d::Zero();
    return solver.eigenvectors().col(0);
}

}  // namespace

std::vector<float> estimate_normals(const std::vector<types::Point>& points, const KdTree& tree,
                                    const NormalSettings& settings,
                                    const std::array<double, 3>& sensor, const StopAsk& stop) {
    std::vector<float> normals(points.size() * 3, 0.0F);
    const Eigen::Vector3d eye(sensor[0], sensor[1], sensor[2]);
    Neighbours found;
    for (std::size_t index = 0; index < points.size(); ++index) {
        if (index % kPointsPerAsk == 0 && stop()) break;
        const types::Point& point = points[index];
        if (!is_finite(point)) continue;
        if (settings.radius > 0) {
            tree.nearest_within({point.x, point.y, point.z}, settings.neighbours, settings.radius,
                                found);
        } else {
            tree.nearest({point.x, point.y, point.z}, settings.neighbours, found);
        }
        Eigen::Vector3d normal = normal_of(points, found.indices);
        if (normal.dot(eye - vector_of(point)) < 0) normal = -normal;
        for (int axis = 0; axis < 3; ++axis)
            normals[3 * index + axis] = static_cast<float>(normal[axis]);
    }
    return normals;
}

}  // namespace millrace::ops
