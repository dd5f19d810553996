#include "nodes/ops/cloud/registration.hpp"

#include "nodes/ops/camera/transform.hpp"
#include "nodes/ops/cloud/downsample.hpp"
#include "nodes/ops/cloud/kd_tree.hpp"
#include "nodes/ops/cloud/normals.hpp"
#include "nodes/ops/cloud/pose.hpp"
#include "nodes/ops/cloud/select.hpp"

#include <Eigen/Eigenvalues>
#include <Eigen/Geometry>

#include <algorithm>
#include <cmath>

namespace millrace::ops {
namespace {

using Vector6 = Eigen::Matrix<double, 6, 1>;
using Matrix6 = Eigen::Matrix<double, 6, 6>;
constexpr std::size_t kPointsPerAsk = 2048;
constexpr std::uint64_t kFewestPairs = 6;
constexpr int kNormalNeighbours = 15;
/// Directions whose curvature is below this share of the largest are open: float32 noise alone
/// reaches 1e-9.
constexpr double kOpenDirection = 1e-7;

std::vector<types::Point> thinned(const types::PointCloud& cloud, double voxel) {
    types::PointCloud bare;
    if (voxel > 0) {
        bare.points = cloud.points;
        return voxel_downsample(bare, voxel).points;
    }
    std::ranges::copy_if(cloud.points, std::back_inserter(bare.points), is_finite);
    return bare.points;
}

Eigen::Vector3d vector_of(const types::Point& point) { return {point.x, point.y, point.z}; }

/// The normal equations of one step, gathered pair by pair.
struct System {
    Matrix6 matrix = Matrix6::Zero();
    Vector6 right = Vector6::Zero();
    std::uint64_t pairs = 0;
    double squares = 0;

    void add(const Vector6& slope, double residual, double weight) {
        matrix.noalias() += weight * slope * slope.transpose();
        right.noalias() -= weight * residual * slope;
    }

    Vector6 step() const {
        const Eigen::SelfAdjointEigenSolver<Matrix6> solver(matrix);
        const Vector6 values = solver.eigenvalues();
        Vector6 along = solver.eigenvectors().transpose() * right;
        for (int at = 0; at < 6; ++at)
            along[at] = values[at] > kOpenDirection * values[5] ? along[at] / values[at] : 0;
        return solver.eigenvectors() * along;
    }
};

class Icp {
public:
    Icp(std::vector<types::Point> source, const std::vector<types::Point>& target,
        const IcpSettings& settings, const StopAsk& stop)
        : source_(std::move(source)),
          target_(target),
          tree_(target),
          settings_(settings),
          stop_(stop) {
        for (const types::Point& point : target_) center_ += vector_of(point);
        if (!target_.empty()) center_ /= static_cast<double>(target_.size());
        for (const types::Point& point : target_)
            reach_ += (vector_of(point) - center_).squaredNorm();
        if (!target_.empty())
            reach_ = std::max(1e-3, std::sqrt(reach_ / static_cast<double>(target_.size())));
        if (settings.method == IcpMethod::PointToPlane) {
            normals_ = estimate_normals(target_, tree_, {.neighbours = kNormalNeighbours},
                                        {0, 0, 0}, stop);
        }
    }

    /// `pose` takes source positions to target positions; improved in place.
    Registration run(Eigen::Isometry3d& pose) const {
        Registration result;
        while (!stop_()) {
            const System system = gather(pose);
            result.fitness = source_.empty() ? 0
                                             : static_cast<double>(system.pairs) /
                                                   static_cast<double>(source_.size());
            result.rmse =
                system.pairs ? std::sqrt(system.squares / static_cast<double>(system.pairs)) : 0;
            if (system.pairs < kFewestPairs) break;
            // Measured once more after the last step, so that the figures are those of the pose
            // returned.
            if (result.converged || result.iterations >= settings_.iterations) break;
            ++result.iterations;
            result.converged = advance(pose, system.step()) < settings_.tolerance;
        }
        return result;
    }

private:
    System gather(const Eigen::Isometry3d& pose) const {
        System system;
        Neighbours found;
        for (std::size_t index = 0; index < source_.size(); ++index) {
            if (index % kPointsPerAsk == 0 && stop_()) return {};
            const Eigen::Vector3d moved = pose * vector_of(source_[index]);
            tree_.nearest_within({moved.x(), moved.y(), moved.z()}, 1, settings_.max_distance,
                                 found);
            if (found.indices.empty()) continue;
            ++system.pairs;
            system.squares += found.squared_distances[0];
            add_pair(system, moved, found.indices[0]);
        }
        return system;
    }

    void add_pair(System& system, const Eigen::Vector3d& moved, int target) const {
        const Eigen::Vector3d gap = moved - vector_of(target_[target]);
        // About the target's middle and in units of its reach, so that turns and shifts weigh
        // alike.
        const Eigen::Vector3d arm = (moved - center_) / reach_;
        const auto slope_along = [&](const Eigen::Vector3d& direction) {
            Vector6 slope;
            slope << arm.cross(direction), direction;
            return slope;
        };
        if (settings_.method == IcpMethod::PointToPlane) {
            const float* n = &normals_[3 * static_cast<std::size_t>(target)];
            const Eigen::Vector3d normal(n[0], n[1], n[2]);
            const double residual = normal.dot(gap);
            system.add(slope_along(normal), residual, weight(residual * residual));
            return;
        }
        const double shared = weight(gap.squaredNorm());
        for (int axis = 0; axis < 3; ++axis) {
            system.add(slope_along(Eigen::Vector3d::Unit(axis)), gap[axis], shared);
        }
    }

    double weight(double squared_residual) const {
        return settings_.kernel > 0
                   ? 1 / (1 + squared_residual / (settings_.kernel * settings_.kernel))
                   : 1;
    }

    /// Applies a step; returns how far it moves a point at the typical distance, in metres.
    double advance(Eigen::Isometry3d& pose, const Vector6& step) const {
        const Eigen::Vector3d turn = step.head<3>() / reach_;
        const double angle = turn.norm();
        Eigen::Isometry3d delta = Eigen::Isometry3d::Identity();
        if (angle > 0) delta.linear() = Eigen::AngleAxisd(angle, turn / angle).toRotationMatrix();
        delta.translation() = center_ - delta.linear() * center_ + step.tail<3>();
        pose = delta * pose;
        pose.linear() = Eigen::Quaterniond(pose.linear()).normalized().toRotationMatrix();
        return angle * reach_ + step.tail<3>().norm();
    }

    std::vector<types::Point> source_, target_;
    KdTree tree_;
    std::vector<float> normals_;
    Eigen::Vector3d center_ = Eigen::Vector3d::Zero();
    double reach_ = 0;  ///< root mean square distance from the middle
    const IcpSettings& settings_;
    const StopAsk& stop_;
};

}  // namespace

Registration register_clouds(const types::PointCloud& source, const types::PointCloud& target,
                             const visual::Matrix4& initial, const IcpSettings& settings,
                             const StopAsk& stop) {
    // Positions are relative to each cloud's own origin: work there, where float32 is exact, and
    // put the origins back.
    const visual::Matrix4 from_source = pose_from(source.origin, 0, 0, 0);
    const visual::Matrix4 to_target =
        pose_from({-target.origin[0], -target.origin[1], -target.origin[2]}, 0, 0, 0);
    const visual::Matrix4 start = multiply(to_target, multiply(initial, from_source));
    Eigen::Isometry3d pose = Eigen::Isometry3d::Identity();
    pose.matrix() = Eigen::Map<const Eigen::Matrix<double, 4, 4, Eigen::RowMajor>>(start.data());

    const Icp icp(thinned(source, settings.voxel), thinned(target, settings.voxel), settings, stop);
    Registration result = icp.run(pose);

    visual::Matrix4 relative;
    Eigen::Map<Eigen::Matrix<double, 4, 4, Eigen::RowMajor>>(relative.data()) = pose.matrix();
    result.target_from_source =
        multiply(inverse(to_target), multiply(relative, inverse(from_source)));
    return result;
}

}  // namespace millrace::ops
