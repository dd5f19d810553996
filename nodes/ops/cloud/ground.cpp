#include "nodes/ops/cloud/ground.hpp"

#include "nodes/ops/cloud/select.hpp"

#include <Eigen/Eigenvalues>
#include <Eigen/Geometry>

#include <algorithm>
#include <cmath>

namespace millrace::ops {
namespace {

constexpr int kSamplesPerPlane =
    50;  // most samples of a street are no ground: too steep ones cost nothing
constexpr int kRefinements = 3;
constexpr double kConfidence = 0.999;

/// Coordinates apart from one another, so that counting supporters uses the vector units.
struct Columns {
    std::vector<float> x, y, z;
    std::size_t size() const { return x.size(); }
    Eigen::Vector3d at(std::size_t index) const { return {x[index], y[index], z[index]}; }
};

Columns finite_columns(const std::vector<types::Point>& points) {
    Columns columns;
    for (auto* column : {&columns.x, &columns.y, &columns.z}) column->reserve(points.size());
    for (const types::Point& point : points) {
        if (!is_finite(point)) continue;
        columns.x.push_back(point.x);
        columns.y.push_back(point.y);
        columns.z.push_back(point.z);
    }
    return columns;
}

Plane plane_through(const Eigen::Vector3d& point, Eigen::Vector3d normal) {
    if (normal.z() < 0) normal = -normal;
    return {{normal.x(), normal.y(), normal.z()}, -normal.dot(point), 0};
}

std::uint64_t supporters(const Columns& columns, const Plane& plane, double tolerance) {
    const auto a = static_cast<float>(plane.normal[0]), b = static_cast<float>(plane.normal[1]),
               c = static_cast<float>(plane.normal[2]), d = static_cast<float>(plane.offset);
    const auto limit = static_cast<float>(tolerance);
    const float *x = columns.x.data(), *y = columns.y.data(), *z = columns.z.data();
    std::uint32_t count = 0;
    for (std::size_t index = 0; index < columns.size(); ++index) {
        count += std::abs(a * x[index] + b * y[index] + c * z[index] + d) <= limit;
    }
    return count;
}

std::optional<Plane> sample(const Columns& columns, double max_tilt, engine::Random& random) {
    const Eigen::Vector3d first = columns.at(random.below(columns.size()));
    const Eigen::Vector3d second = columns.at(random.below(columns.size()));
    const Eigen::Vector3d third = columns.at(random.below(columns.size()));
    const Eigen::Vector3d across = (second - first).cross(third - first);
    const double length = across.norm();
    if (!(length > 1e-6) || std::abs(across.z()) < std::cos(max_tilt) * length) return {};
    return plane_through(first, across / length);
}

/// Least squares over the supporters: the normal is the direction in which they spread least.
std::optional<Plane> refined(const Columns& columns, const Plane& plane, double tolerance,
                             double max_tilt) {
    Eigen::Vector3d sum = Eigen::Vector3d::Zero();
    std::vector<std::uint32_t> near;
    for (std::uint32_t index = 0; index < columns.size(); ++index) {
        if (std::abs(plane.height({columns.x[index], columns.y[index], columns.z[index]})) >
            tolerance)
            continue;
        near.push_back(index);
        sum += columns.at(index);
    }
    if (near.size() < 3) return {};
    const Eigen::Vector3d center = sum / static_cast<double>(near.size());
    Eigen::Matrix3d spread = Eigen::Matrix3d::Zero();
    for (std::uint32_t index : near) {
        const Eigen::Vector3d offset = columns.at(index) - center;
        spread.noalias() += offset * offset.transpose();
    }
    const Eigen::SelfAdjointEigenSolver<Eigen::Matrix3d> solver(spread);
    const Eigen::Vector3d normal = solver.eigenvectors().col(0);
    if (!(std::abs(normal.z()) >= std::cos(max_tilt))) return {};
    Plane better = plane_through(center, normal);
    better.inliers = supporters(columns, better, tolerance);
    return better;
}

/// Planes to try before one of three supporters has come up with the confidence, given the share of
/// supporters.
double planes_needed(double share) {
    const double all_three = share * share * share;
    if (all_three >= 1) return 1;
    return all_three > 0 ? std::log(1 - kConfidence) / std::log1p(-all_three) : 1e18;
}

}  // namespace

std::optional<Plane> fit_ground(const std::vector<types::Point>& points,
                                const GroundSettings& settings, engine::Random random,
                                const StopAsk& stop) {
    const Columns columns = finite_columns(points);
    if (columns.size() < 3) return {};
    std::optional<Plane> best;
    // Only samples within the tilt are counted as tried: among those the share of good ones is the
    // higher.
    double needed = settings.iterations;
    int tried = 0;
    for (long samples = 0; tried < needed && samples < long{kSamplesPerPlane} * settings.iterations;
         ++samples) {
        std::optional<Plane> plane = sample(columns, settings.max_tilt, random);
        if (!plane) continue;
        if (stop()) return {};
        ++tried;
        plane->inliers = supporters(columns, *plane, settings.tolerance);
        if (best && plane->inliers <= best->inliers) continue;
        best = plane;
        const double share =
            static_cast<double>(plane->inliers) / static_cast<double>(columns.size());
        needed = std::min<double>(settings.iterations, planes_needed(share));
    }
    for (int pass = 0; best && pass < kRefinements; ++pass) {
        if (stop()) return {};
        const std::optional<Plane> better =
            refined(columns, *best, settings.tolerance, settings.max_tilt);
        if (!better || better->inliers < best->inliers) break;
        best = better;
    }
    return best;
}

}  // namespace millrace::ops
