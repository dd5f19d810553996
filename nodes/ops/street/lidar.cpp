#include <numbers>

#include "nodes/ops/street/sensors.hpp"
#include "nodes/ops/street/surface.hpp"

namespace millrace::ops::street {
namespace {

constexpr float kNearest =
    0.9f;  // shorter returns come from the vehicle itself and are cut by real sensors too
constexpr float kBeamSpread = 0.003f;  // radians

/// The share of pulses that come back from a surface.
float share_returned(const Surface& surface, float facing, float distance, float max_range) {
    if (surface.glass) return facing > 0.97f ? 0.5f : 0.10f;
    // Signal over noise: reflectance and slant against the square of the distance, set such that a
    // dull, upright wall is lost near the end of the range and asphalt at about 70 m.
    const float reach = distance / max_range;
    const float strength =
        (surface.reflectance + 0.05f) * (0.25f + 0.75f * facing) / (reach * reach + 1e-3f);
    return 0.992f * smooth(0.02f, 0.40f, strength);
}

}  // namespace

types::PointCloud scan(const Scene& scene, const StreetSettings& settings, engine::Random random,
                       std::vector<int>& returns, const StopAsk& stop) {
    types::PointCloud cloud;
    cloud.frame = "lidar";
    returns.assign(scene.objects.size(), 0);
    const auto most =
        static_cast<std::size_t>(settings.rings) * static_cast<std::size_t>(settings.steps);
    std::vector<float> intensity;
    std::vector<std::uint16_t> ring_of;
    cloud.points.reserve(most);
    intensity.reserve(most);
    ring_of.reserve(most);

    std::vector<std::pair<float, float>> elevations;
    for (int ring = 0; ring < settings.rings; ++ring) {
        const double share =
            settings.rings > 1 ? static_cast<double>(ring) / (settings.rings - 1) : 0;
        const double elevation = settings.lowest + share * (settings.highest - settings.lowest);
        elevations.emplace_back(static_cast<float>(std::cos(elevation)),
                                static_cast<float>(std::sin(elevation)));
    }
    const float cosine = std::cos(scene.heading), sine = std::sin(scene.heading);
    const auto max_range = static_cast<float>(settings.max_range);
    for (int step = 0; step < settings.steps; ++step) {
        if (step % 16 == 0 && stop()) break;
        // Clockwise seen from above, starting behind the vehicle: the cut of the turn lies out of
        // the camera's sight.
        const double azimuth = std::numbers::pi * (1 - 2.0 * step / settings.steps);
        const auto x = static_cast<float>(std::cos(azimuth)),
                   y = static_cast<float>(std::sin(azimuth));
        for (int ring = 0; ring < settings.rings; ++ring) {
            const auto [level, rise] = elevations[static_cast<std::size_t>(ring)];
            const Vector own = {level * x, level * y, rise};
            const Ray ray = {scene.sensor,
                             {cosine * own.x - sine * own.y, sine * own.x + cosine * own.y, own.z}};
            Hit hit;
            if (!scene.nearest(ray, max_range, hit) || hit.distance < kNearest) continue;
            const Vector point = ray.origin + ray.direction * hit.distance;
            const Surface surface =
                surface_at({scene, hit, point, ray.direction, hit.distance * kBeamSpread});
            const float facing = clamp01(-dot(ray.direction, hit.normal));
            const double lost =
                settings.drop_out *
                (1 - static_cast<double>(share_returned(surface, facing, hit.distance, max_range)));
            if (random.chance(lost)) continue;
            const float distance =
                hit.distance + static_cast<float>(random.normal() * settings.range_noise);
            cloud.points.push_back({own.x * distance, own.y * distance, own.z * distance});
            // Sensors are calibrated for distance; what is left is material, slant and some
            // speckle.
            const bool mirror_like = surface.reflectance > 0.9f;
            const float seen = surface.reflectance * (mirror_like ? 1.0f : 0.45f + 0.55f * facing) *
                               (1 - 0.25f * distance / max_range);
            intensity.push_back(clamp01(seen * static_cast<float>(random.uniform(0.88, 1.12))));
            ring_of.push_back(static_cast<std::uint16_t>(ring));
            const Primitive* solid = scene.solid(hit);
            if (solid && solid->object >= 0) ++returns[static_cast<std::size_t>(solid->object)];
        }
    }
    cloud.full_count = cloud.points.size();
    cloud.fields.push_back({"intensity", 1, std::move(intensity)});
    cloud.fields.push_back({"ring", 1, std::move(ring_of)});
    return cloud;
}

}  // namespace millrace::ops::street
