#include "nodes/ops/points/chamfer.hpp"

#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/parallel_for.h>

#include <cmath>
#include <limits>

#include "nodes/ops/points/squared_distance.hpp"

namespace millrace::ops {
namespace {

/// Mean squared distance of `from` to the nearest of `to`; fills `nearest`. Summed in the order of
/// the points.
double one_way(std::span<const types::Point> from, std::span<const types::Point> to,
               std::vector<std::int32_t>& nearest) {
    constexpr double kNone = std::numeric_limits<double>::infinity();
    std::vector<double> distance(from.size(), kNone);
    nearest.assign(from.size(), -1);
    tbb::parallel_for(tbb::blocked_range<std::size_t>(0, from.size(), 32), [&](const auto& range) {
        for (std::size_t i = range.begin(); i < range.end(); ++i) {
            for (std::size_t j = 0; j < to.size(); ++j) {
                const double squared = squared_distance(from[i], to[j]);
                if (!(squared < distance[i])) continue;
                distance[i] = squared;
                nearest[i] = static_cast<std::int32_t>(j);
            }
        }
    });
    double sum = 0;
    std::size_t count = 0;
    for (std::size_t i = 0; i < from.size(); ++i) {
        if (std::isnan(from[i].x) || std::isnan(from[i].y) || std::isnan(from[i].z)) continue;
        sum += distance[i];
        ++count;
    }
    return count == 0 ? 0 : sum / static_cast<double>(count);
}

}  // namespace

Chamfer chamfer(std::span<const types::Point> a, std::span<const types::Point> b) {
    Chamfer result;
    result.a_to_b = one_way(a, b, result.nearest_in_b);
    result.b_to_a = one_way(b, a, result.nearest_in_a);
    result.distance = result.a_to_b + result.b_to_a;
    return result;
}

}  // namespace millrace::ops
