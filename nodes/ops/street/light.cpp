#include "nodes/ops/street/light.hpp"

namespace millrace::ops::street {
namespace {

// Afternoon: the sun stands behind and to the left, so that the right side of the street is lit and
// the left row of houses throws its shade on the road.
const Vector kSun = normalized({-0.42f, 0.52f, 0.80f});
constexpr Vector kSunlight = {2.75f, 2.48f, 2.08f};
constexpr Vector kSkylight = {0.56f, 0.66f, 0.84f};
constexpr Vector kBounce = {0.26f, 0.24f, 0.21f};  // light thrown back by the ground
constexpr Vector kHaze = {0.74f, 0.81f, 0.90f};
constexpr float kHazeLength = 520;  // metres after which 63 % is haze
constexpr float kShadowReach = 60;  // no house is high enough to throw its shade farther
constexpr float kStretch = 4;

/// What a mirror in the street would show: sky, the rows of houses, the road.
Vector surroundings(Vector direction) {
    const Vector below = {0.16f, 0.16f, 0.16f};
    const float patches = noise(direction.x * 7 + 20, direction.z * 11 + 20);
    const Vector walls = Vector{0.40f, 0.37f, 0.33f} * (0.45f + 1.1f * smooth(0.3f, 0.7f, patches));
    if (direction.z < 0) return mix(walls, below, smooth(0.0f, 0.35f, -direction.z));
    const float along = std::abs(direction.x);  // the street is open to its ends
    const float skyline = 0.18f + 0.30f * (1 - smooth(0.75f, 0.99f, along));
    return mix(walls, Light::sky(direction), smooth(skyline - 0.10f, skyline + 0.10f, direction.z));
}

}  // namespace

Light::Light(const Scene& scene)
    : scene_(scene), stretches_(static_cast<std::size_t>((kAhead - kBehind) / kStretch) + 1) {
    for (std::uint32_t index = 0; index < scene.footprints.size(); ++index) {
        const Footprint& each = scene.footprints[index];
        const float reach = each.half_length + each.half_width + each.reach;
        const int low = floor_int((each.center.x - reach - kBehind) / kStretch);
        const int high = floor_int((each.center.x + reach - kBehind) / kStretch);
        for (int stretch = std::max(low, 0);
             stretch <= std::min(high, static_cast<int>(stretches_.size()) - 1); ++stretch) {
            stretches_[static_cast<std::size_t>(stretch)].push_back(index);
        }
    }
    for (std::size_t step = 0; step < curve_.size(); ++step) {
        // Filmic curve (Narkowicz 2015) of the square of the index, then the sRGB gamma.
        const float root = static_cast<float>(step) / 1024 * 2.6f;
        const float x = root * root;
        const float linear = clamp01(x * (2.51f * x + 0.03f) / (x * (2.43f * x + 0.59f) + 0.14f));
        curve_[step] =
            linear <= 0.0031308f ? 12.92f * linear : 1.055f * std::pow(linear, 1 / 2.4f) - 0.055f;
    }
}

Vector Light::display(Vector radiance) const {
    const auto map = [&](float value) {
        const float place =
            std::min(std::sqrt(std::max(value * 0.70f, 0.0f)) / 2.6f, 0.999f) * 1024;
        const auto index = static_cast<std::size_t>(place);
        return mix(curve_[index], curve_[index + 1], place - static_cast<float>(index));
    };
    return {map(radiance.x), map(radiance.y), map(radiance.z)};
}

Vector Light::sky(Vector direction) {
    const float up = std::max(direction.z, 0.0f);
    const Vector zenith = {0.20f, 0.40f, 0.86f};
    Vector color = mix(kHaze * 1.08f, zenith, 1 - 1 / (1 + 3.2f * up));
    const float to_sun = std::max(dot(direction, kSun), 0.0f);
    color = color + Vector{0.35f, 0.30f, 0.2f} * (to_sun * to_sun * to_sun * to_sun * 0.5f);
    if (up > 0.015f) {
        // Clouds on a ceiling far above, thinned out towards the horizon.
        const float scale = 1.35f / (up + 0.10f);
        const float x = direction.x * scale, y = direction.y * scale;
        const float density =
            rough_noise(x * 1.1f + 2.4f, y * 1.1f + 9.2f) + 0.12f * (noise(x * 8, y * 8) - 0.5f);
        const float cover = smooth(0.47f, 0.72f, density) * smooth(0.015f, 0.12f, up);
        color = mix(color, Vector{1.25f, 1.22f, 1.18f} * (1 - 0.28f * smooth(0.6f, 0.9f, density)),
                    cover * 0.85f);
    }
    // Wooded hills close the view where the built street ends.
    const float hills = 0.012f + 0.030f * noise(direction.y * 9 + 30, direction.x * 9) +
                        0.006f * noise(direction.y * 90, direction.x * 90);
    if (direction.z < hills) color = mix(Vector{0.10f, 0.15f, 0.07f}, kHaze, 0.52f);
    return color;
}

float Light::openness(Vector point, Vector normal) const {
    // Close to the ground and to walls part of the sky is hidden.
    if (normal.z < 0.5f) return 0.55f + 0.45f * smooth(0.0f, 1.3f, point.z);
    if (point.z > 0.3f) return 1;
    float open = 1;
    const float across = std::abs(scene_.road.place(point).across);
    if (across > kPavementEdge - 2.2f)
        open *= 1 - 0.45f * smooth(kPavementEdge - 2.2f, kPavementEdge, across);
    if (across < kKerb) open *= 0.80f + 0.20f * smooth(0.0f, 0.35f, kKerb - across);
    const int stretch = floor_int((point.x - kBehind) / kStretch);
    if (stretch < 0 || stretch >= static_cast<int>(stretches_.size())) return open;
    for (const std::uint32_t index : stretches_[static_cast<std::size_t>(stretch)]) {
        const Footprint& each = scene_.footprints[index];
        const Vector from = point - each.center;
        const float along = std::abs(each.cosine * from.x + each.sine * from.y) - each.half_length;
        const float aside = std::abs(each.cosine * from.y - each.sine * from.x) - each.half_width;
        if (along > each.reach || aside > each.reach) continue;
        const float out_along = std::max(along, 0.0f), out_aside = std::max(aside, 0.0f);
        const float distance = std::sqrt(out_along * out_along + out_aside * out_aside) +
                               std::max(std::min(std::max(along, aside), 0.0f), -0.3f);
        open *= 0.14f + 0.86f * smooth(-0.3f, each.reach, distance);
    }
    return open;
}

Vector Light::at(const Ray& ray, const Hit& hit, float spot) const {
    const Vector point = ray.origin + ray.direction * hit.distance;
    const Surface surface = surface_at({scene_, hit, point, ray.direction, spot});
    const float facing = dot(surface.normal, kSun), true_facing = dot(hit.normal, kSun);
    float lit = 0;
    if (true_facing > 0 || surface.translucent > 0) {
        const float side = true_facing > 0 ? 1.0f : -1.0f;
        const Ray to_sun = {point + hit.normal * (0.004f * side), kSun};
        if (!scene_.blocked(to_sun, kShadowReach)) {
            lit = true_facing > 0 ? std::max(facing, 0.0f) : 0;
            lit = std::max(lit, surface.translucent * (0.4f + 0.6f * std::abs(facing)));
        }
    }
    const float up = 0.5f + 0.5f * surface.normal.z;
    const float open = openness(point, hit.normal);
    const Vector ambient = (kSkylight * up + kBounce * (1 - up)) * open;
    Vector color = surface.albedo * (kSunlight * lit + ambient);
    if (surface.mirror > 0) {
        const float head_on = dot(surface.normal, -ray.direction);
        const Vector reflected = ray.direction + surface.normal * (2 * head_on);
        const float slant = 1 - clamp01(head_on);
        // Schlick's approximation.
        const float share =
            surface.mirror + (1 - surface.mirror) * slant * slant * slant * slant * slant;
        color = mix(color, surroundings(reflected) * (0.4f + 0.6f * open), share);
        if (lit > 0 && surface.highlight > 0) {
            const float shine = std::max(dot(reflected, kSun), 0.0f);
            const float square = shine * shine, fourth = square * square,
                        sixteenth = fourth * fourth * fourth * fourth;
            color = color + kSunlight * (surface.highlight *
                                         (0.10f * fourth * fourth * share * 4 +
                                          0.8f * sixteenth * sixteenth * sixteenth * sixteenth));
        }
    }
    color = color + surface.albedo * surface.glow;
    return mix(color, kHaze, 1 - std::exp(-hit.distance / kHazeLength));
}

}  // namespace millrace::ops::street
