// Neighbour searches of the point networks: ball query and interpolation from three nearest
// centres. Exhaustive and exact, in float64, parallel over the queries; results don't depend on the
// number of threads.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "nodes/types/point_cloud.hpp"

namespace millrace::ops {

/// [M, k] point indices within `radius` of each centre: ascending while squared distance < radius^2
/// (strict), at most k; unused slots repeat the first found; a centre without neighbours yields
/// zeros. NaN points, NaN centres and a radius that is not positive find nothing. k above N only
/// leaves more slots to fill.
std::vector<std::int32_t> ball_query(std::span<const types::Point> centers,
                                     std::span<const types::Point> points, double radius,
                                     std::size_t k);

struct ThreeNearest {
    std::vector<std::array<std::int32_t, 3>>
        indices;  ///< [N] nearest first; of equals the lower index first
    std::vector<std::array<float, 3>> weights;  ///< [N] sum to 1
};

/// The three centres nearest each point with normalised inverse squared-distance weights, squared
/// distances clamped to [1e-10, 1e10]. With fewer than three centres the missing slots are index 0
/// at 1e10. A NaN point, or no centre at all, gives indices 0 and weights 0.
ThreeNearest three_nearest(std::span<const types::Point> points,
                           std::span<const types::Point> centers);

/// `features` [C, M] at the centres to [C, N] at the points. Throws Error E-SHAPE-022 when
/// `features` is not C * M or an index is not below M (M = 0 gives zeros).
std::vector<float> interpolate_features(const ThreeNearest& nearest,
                                        std::span<const float> features, std::size_t channels,
                                        std::size_t centers);

}  // namespace millrace::ops
