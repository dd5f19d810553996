// Light on the street: sun, sky, shade and haze, and the way from radiance to 8 bits. Made once per
// picture, then read-only.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "nodes/ops/street/surface.hpp"

namespace millrace::ops::street {

class Light {
public:
    explicit Light(const Scene& scene);

    /// Radiance along a ray that leaves the scene.
    static Vector sky(Vector direction);
    /// Radiance that comes back from what the ray has hit at `point`; `spot` is a pixel's size
    /// there, metres.
    Vector at(const Ray& ray, const Hit& hit, float spot) const;
    /// Tone-mapped and gamma-coded, 0 to 1.
    Vector display(Vector radiance) const;

private:
    float openness(Vector point, Vector normal) const;

    const Scene& scene_;
    /// Indices of the footprints that reach into each stretch of `kStretch` metres along x.
    std::vector<std::vector<std::uint32_t>> stretches_;
    std::array<float, 1025> curve_ = {};
};

}  // namespace millrace::ops::street
