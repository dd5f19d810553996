#include "nodes/ops/points/neighbors.hpp"

#include <fmt/format.h>
#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/parallel_for.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/problem.hpp"
#include "nodes/ops/points/squared_distance.hpp"

namespace millrace::ops {
namespace {

constexpr double kNearest = 1e-10, kFarthest = 1e10;  // clamp of squared distances

/// Calls work(i) for each query; each writes only its own results, so threads don't matter.
template <class Work>
void for_each_query(std::size_t queries, const Work& work) {
    tbb::parallel_for(tbb::blocked_range<std::size_t>(0, queries, 32), [&](const auto& range) {
        for (std::size_t i = range.begin(); i < range.end(); ++i) work(i);
    });
}

/// Fills indices and weights of one point; leaves zeros when no centre has a distance to it.
void find_three(const types::Point& point, std::span<const types::Point> centers,
                std::array<std::int32_t, 3>& indices, std::array<float, 3>& weights) {
    constexpr double kNone = std::numeric_limits<double>::infinity();
    std::array<double, 3> distance = {kNone, kNone, kNone};
    for (std::size_t i = 0; i < centers.size(); ++i) {
        const double squared = squared_distance(point, centers[i]);
        if (!(squared < distance[2])) continue;
        int place = 2;
        for (; place > 0 && squared < distance[place - 1]; --place) {
            distance[place] = distance[place - 1];
            indices[place] = indices[place - 1];
        }
        distance[place] = squared;
        indices[place] = static_cast<std::int32_t>(i);
    }
    if (distance[0] == kNone) return;
    for (double& squared : distance) squared = std::clamp(squared, kNearest, kFarthest);
    const std::array<double, 3> products = {distance[1] * distance[2], distance[0] * distance[2],
                                            distance[0] * distance[1]};
    const double sum = products[0] + products[1] + products[2];
    for (int i = 0; i < 3; ++i) weights[i] = static_cast<float>(products[i] / sum);
}

}  // namespace

std::vector<std::int32_t> ball_query(std::span<const types::Point> centers,
                                     std::span<const types::Point> points, double radius,
                                     std::size_t k) {
    std::vector<std::int32_t> indices(centers.size() * k, 0);
    if (!(radius > 0) || k == 0) return indices;
    const double limit = radius * radius;
    for_each_query(centers.size(), [&](std::size_t query) {
        std::int32_t* slots = indices.data() + query * k;
        std::size_t found = 0;
        for (std::size_t i = 0; i < points.size() && found < k; ++i) {
            if (squared_distance(centers[query], points[i]) < limit)
                slots[found++] = static_cast<std::int32_t>(i);
        }
        if (found > 0) std::fill(slots + found, slots + k, slots[0]);
    });
    return indices;
}

ThreeNearest three_nearest(std::span<const types::Point> points,
                           std::span<const types::Point> centers) {
    ThreeNearest nearest;
    nearest.indices.resize(points.size());
    nearest.weights.resize(points.size());
    for_each_query(points.size(), [&](std::size_t query) {
        find_three(points[query], centers, nearest.indices[query], nearest.weights[query]);
    });
    return nearest;
}

std::vector<float> interpolate_features(const ThreeNearest& nearest,
                                        std::span<const float> features, std::size_t channels,
                                        std::size_t centers) {
    const std::size_t points = nearest.indices.size();
    const bool indices_fit = std::ranges::all_of(nearest.indices, [&](const auto& three) {
        return std::ranges::all_of(three,
                                   [&](auto i) { return i >= 0 && std::size_t(i) < centers; });
    });
    if (features.size() != channels * centers || (centers > 0 && !indices_fit)) {
        throw engine::Error(
            {.code = "E-SHAPE-022",
             .what = "The features don't belong to these centres",
             .expected =
                 fmt::format("[{}, {}] values and indices below {}", channels, centers, centers),
             .found = fmt::format("{} values{}", features.size(),
                                  indices_fit ? "" : ", indices beyond the centres"),
             .mend = "Give the features of the very centres that were searched."});
    }
    std::vector<float> interpolated(channels * points, 0.0F);
    if (centers == 0) return interpolated;
    for (std::size_t channel = 0; channel < channels; ++channel) {
        const float* at_centers = features.data() + channel * centers;
        float* at_points = interpolated.data() + channel * points;
        for (std::size_t i = 0; i < points; ++i) {
            double sum = 0;
            for (int n = 0; n < 3; ++n) {
                sum += double(nearest.weights[i][n]) * at_centers[nearest.indices[i][n]];
            }
            at_points[i] = static_cast<float>(sum);
        }
    }
    return interpolated;
}

}  // namespace millrace::ops
