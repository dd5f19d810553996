#include "nodes/ops/street/surface.hpp"

namespace millrace::ops::street {
namespace {

constexpr Vector kMarking = {0.66f, 0.66f, 0.63f};

/// Paint on the road, 0 to 1: how much of the spot is covered, worn places left out.
float marking(const Road& road, Road::Place place, float station, float spot) {
    const float a = std::abs(place.across);
    const float from_crossing = road.from_crossing(place.along);
    const float to_crossing = std::abs(from_crossing);
    float paint = 0;
    if (to_crossing < kCrossingLength / 2 + 0.5f) {
        if (a < 4.9f) {
            const float stripe = strip(fraction(place.across) - 0.5f, 0.25f, spot);
            paint = stripe * strip(from_crossing, kCrossingLength / 2, spot * 2);
        }
    } else if (to_crossing > 7) {
        // Dashes 3 m long every 8 m, which divides the period of the stations.
        const float dash = std::abs(fraction(station / 8) - 0.5f) * 8;
        paint = strip(place.across, 0.065f, spot) * strip(dash, 1.5f, spot * 2);
        paint =
            std::max(paint, strip(a - kLaneEdge, 0.055f, spot) *
                                strip(std::abs(fraction(station / 6) - 0.5f) * 6, 1.9f, spot * 2));
    } else if (to_crossing > 3.2f && to_crossing < 3.65f && a < kLaneEdge &&
               place.across * from_crossing > 0) {
        paint = 1;  // the stop line of each lane lies on the side its traffic comes from
    }
    if (paint > 0) {
        const float wear = rough_noise(station * 2.3f, place.across * 2.3f);
        paint *= 0.55f + 0.45f * smooth(0.30f, 0.48f, wear);
    }
    return paint;
}

Vector asphalt(Road::Place place, float station, float spot) {
    float tone = 0.088f + 0.035f * (rough_noise(station * 0.35f, place.across * 0.9f) - 0.5f);
    tone *= 1 + 0.55f * visible(0.06f, spot) * (noise(station * 37, place.across * 37) - 0.5f);
    // Oil and rubber darken the wheel tracks' middle, repairs leave rectangles of another tone.
    const float lane = std::abs(std::abs(place.across) - kLaneMiddle);
    if (lane < 1.3f) tone *= 0.93f + 0.07f * std::abs(std::cos(lane * 3.7f));
    const int cell_x = floor_int(station / 7.5f), cell_y = floor_int((place.across + 1.4f) / 2.6f);
    if (lattice_value(cell_x, cell_y, 77) < 0.16f) {
        const float u = fraction(station / 7.5f), v = fraction((place.across + 1.4f) / 2.6f);
        const float width = 0.35f + 0.6f * lattice_value(cell_x, cell_y, 5);
        if (u < width && v > 0.12f && v < 0.88f) {
            tone *= 0.78f;
            if (u < 0.006f || u > width - 0.006f || v < 0.14f || v > 0.86f) tone *= 0.6f;
        }
    }
    const float crack =
        noise(station * 0.6f + 3 * noise(station * 2, place.across * 2), place.across * 0.8f + 40);
    tone *= 1 - 0.45f * strip(crack - 0.5f, 0.006f, 0.012f + spot * 0.3f) * visible(0.05f, spot);
    return Vector{1.0f, 0.99f, 0.97f} * tone;
}

Vector pavement(Road::Place place, float station, float spot) {
    constexpr float kSlab = 0.6f;
    const float a = std::abs(place.across);
    if (a < kKerb + 0.16f) {
        const float joint = strip(fraction(station) - 0.5f, 0.008f, spot) * visible(0.05f, spot);
        return Vector{0.43f, 0.42f, 0.40f} * (0.9f + 0.2f * noise(station * 2, 3)) *
               (1 - 0.5f * joint);
    }
    const int row = floor_int(a / kSlab);
    const float u = station / kSlab + 0.5f * static_cast<float>(row & 1);
    const float tone =
        0.30f * (0.86f + 0.22f * lattice_value(floor_int(u), row, place.across > 0 ? 1 : 2)) *
        (0.82f + 0.36f * rough_noise(station * 0.8f, place.across * 0.8f));
    const float joint =
        std::max(strip(0.5f - std::abs(fraction(u) - 0.5f), 0.012f, spot / kSlab),
                 strip(0.5f - std::abs(fraction(a / kSlab) - 0.5f), 0.012f, spot / kSlab));
    return Vector{1.0f, 0.96f, 0.90f} * (tone * (1 - 0.5f * joint * visible(0.09f, spot)));
}

}  // namespace

void texture_ground(const Look& look, Surface& surface) {
    const Road::Place place = look.scene.road.place(look.point);
    const float station = look.scene.road.station(place.along);
    const float a = std::abs(place.across);
    if (a < kKerb) {
        surface.albedo = asphalt(place, station, look.spot);
        surface.reflectance = 0.10f + 0.6f * surface.albedo.x;
        if (a > kKerb - 0.28f) {
            const float joint = strip(fraction(station * 2) - 0.5f, 0.03f, look.spot * 2);
            surface.albedo =
                Vector{0.22f, 0.215f, 0.205f} * (1 - 0.4f * joint * visible(0.1f, look.spot));
            surface.reflectance = 0.22f;
        }
        const float paint = marking(look.scene.road, place, station, look.spot);
        surface.albedo = mix(surface.albedo, kMarking, paint);
        surface.reflectance = mix(surface.reflectance, 0.72f, paint);
        return;
    }
    if (a < kPavementEdge) {
        surface.albedo = pavement(place, station, look.spot);
        surface.reflectance = 0.12f + 0.6f * surface.albedo.x;
        return;
    }
    const float patch = rough_noise(station * 0.5f, place.across * 0.5f);
    const float blades = noise(station * 23, place.across * 23);
    surface.albedo = mix(Vector{0.075f, 0.12f, 0.03f}, Vector{0.15f, 0.15f, 0.06f}, patch) *
                     (1 + (blades - 0.5f) * visible(0.1f, look.spot));
    surface.reflectance = 0.38f;
}

}  // namespace millrace::ops::street
