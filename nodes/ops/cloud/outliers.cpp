#include "nodes/ops/cloud/outliers.hpp"

#include "nodes/ops/cloud/kd_tree.hpp"
#include "nodes/ops/cloud/radius_grid.hpp"
#include "nodes/ops/cloud/select.hpp"

#include <algorithm>
#include <cmath>

namespace millrace::ops {
namespace {

constexpr std::size_t kPointsPerAsk = 64;

/// Mean distance to the other points found. The query is the first of the answer, or equal in place
/// to the first.
double mean_distance(const Neighbours& found) {
    double sum = 0;
    for (std::size_t at = 1; at < found.squared_distances.size(); ++at)
        sum += std::sqrt(found.squared_distances[at]);
    return found.squared_distances.size() > 1
               ? sum / static_cast<double>(found.squared_distances.size() - 1)
               : 0;
}

}  // namespace

Inliers statistical_outliers(const std::vector<types::Point>& points, int neighbours,
                             double deviations, const StopAsk& stop) {
    const std::vector<std::uint32_t> valid = indices_where(points, is_finite);
    if (valid.size() < 3) return {valid, {}};
    const KdTree tree(points);
    std::vector<double> distances(valid.size());
    Neighbours found;
    double sum = 0;
    for (std::size_t at = 0; at < valid.size(); ++at) {
        if (at % kPointsPerAsk == 0 && stop()) return {};
        const types::Point& point = points[valid[at]];
        tree.nearest({point.x, point.y, point.z}, neighbours + 1, found);
        distances[at] = mean_distance(found);
        sum += distances[at];
    }
    const double mean = sum / static_cast<double>(valid.size());
    double squares = 0;
    for (double distance : distances) squares += (distance - mean) * (distance - mean);
    const double limit =
        mean + deviations * std::sqrt(squares / static_cast<double>(valid.size() - 1));
    Inliers result;
    for (std::size_t at = 0; at < valid.size(); ++at) {
        (distances[at] <= limit ? result.kept : result.removed).push_back(valid[at]);
    }
    return result;
}

Inliers radius_outliers(const std::vector<types::Point>& points, double radius, int min_neighbours,
                        const StopAsk& stop) {
    const RadiusGrid grid(points, radius);
    const std::vector<std::uint8_t> crowded = grid.crowded(min_neighbours + 1, stop);
    Inliers result;
    for (std::size_t at = 0; at < crowded.size(); ++at) {
        (crowded[at] ? result.kept : result.removed).push_back(grid.cells().order()[at]);
    }
    std::ranges::sort(result.kept);
    std::ranges::sort(result.removed);
    return result;
}

}  // namespace millrace::ops
