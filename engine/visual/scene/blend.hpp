// What lines and images that are drawn over a frame share. For the sources that draw them alone.
#pragma once

#include <cmath>
#include <functional>

#include "engine/visual/scene/shade.hpp"

namespace millrace::visual {

inline void blend(Rgba& under, Rgba over, float opacity) {
    const auto weight = static_cast<std::uint32_t>(opacity * 256 + 0.5F);
    const auto mix = [&](int shift) {
        const std::uint32_t a = under >> shift & 255, b = over >> shift & 255;
        return (a * (256 - weight) + b * weight + 128) >> 8 << shift;
    };
    under = mix(0) | mix(8) | mix(16) | 0xff000000U;
}

/// Calls work(top, bottom) for bands of rows, at once. Defined beside the lines.
void each_band(int height, const std::function<void(int, int)>& work);

/// What lies this much behind a point still counts as level with it: lines on a surface lie among
/// its points.
inline float slack(const Projector& projector, double depth) {
    return static_cast<float>(4 / projector.pixels_per_metre(depth));
}

/// Beyond what can be projected with sense; also what isn't finite.
inline bool far_out(const Vector3& p) {
    constexpr double kMost = 1e12;
    return !(std::abs(p[0]) < kMost && std::abs(p[1]) < kMost && std::abs(p[2]) < kMost);
}

}  // namespace millrace::visual
