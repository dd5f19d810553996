#include "nodes/ops/street/surface.hpp"

namespace millrace::ops::street {
namespace {

constexpr float kStorey = 3.05f;
constexpr float kReveal = 0.16f;  // how deep windows lie in the wall, metres

/// A spot on one of the four upright faces: metres from the left end and from the foot.
struct Spot {
    float u, z, width, height;
    float slide_u, slide_z;  ///< how the line of sight moves over the face per metre of depth
    int salt;                ///< differs from face to face
};

Spot spot_on(const Look& look, const Primitive& solid) {
    const bool ends = look.hit.face == Face::Front || look.hit.face == Face::Back;
    const Vector direction = into_own(solid, look.direction);
    const float inward = std::max(std::abs(ends ? direction.x : direction.y), 0.05f);
    const float half = ends ? solid.half.y : solid.half.x;
    const auto place = static_cast<int>(std::lround(solid.half.x * 631 + solid.half.z * 97));
    return {(ends ? look.hit.local.y : look.hit.local.x) + half,
            look.hit.local.z + solid.half.z,
            2 * half,
            2 * solid.half.z,
            (ends ? direction.y : direction.x) / inward,
            direction.z / inward,
            place * 4 + static_cast<int>(look.hit.face)};
}

struct Opening {
    float left, right, low, high;
    bool holds(float u, float z) const { return u > left && u < right && z > low && z < high; }
};

void plaster(const Look& look, const Primitive& solid, const Spot& spot, Surface& surface) {
    const bool brick = solid.color.x > 1.9f * solid.color.y;
    const float stain =
        rough_noise(spot.u * 0.35f + static_cast<float>(spot.salt % 97), spot.z * 0.22f);
    surface.albedo = surface.albedo * (0.84f + 0.30f * stain);
    surface.albedo = surface.albedo * (0.80f + 0.20f * smooth(0.0f, 1.6f, look.point.z));
    if (brick) {
        constexpr float kCourse = 0.075f, kLength = 0.24f;
        const int row = floor_int(spot.z / kCourse);
        const float along = spot.u / kLength + 0.5f * static_cast<float>(row & 1);
        const float tone = 0.75f + 0.5f * lattice_value(floor_int(along), row, spot.salt);
        const float mortar = std::max(strip(fraction(spot.z / kCourse), 0.15f, look.spot / kCourse),
                                      strip(fraction(along), 0.05f, look.spot / kLength));
        const float seen = visible(0.10f, look.spot);
        surface.albedo =
            mix(surface.albedo, mix(surface.albedo * tone, {0.42f, 0.38f, 0.33f}, mortar), seen);
    }
    surface.reflectance = 0.12f + 0.5f * brightness(surface.albedo);
}

/// Glass, frame and reveal of a window whose hole is `hole`, seen at (u, z) of the face.
void window(const Look& look, const Spot& spot, const Opening& hole, std::uint32_t what,
            Vector frame, Surface& surface) {
    const float u = spot.u + spot.slide_u * kReveal, z = spot.z + spot.slide_z * kReveal;
    if (!hole.holds(u, z)) {
        // The line of sight ends on the side of the hole; its upper side lies in shade.
        surface.albedo = surface.albedo * (z >= hole.high ? 0.35f : z <= hole.low ? 1.1f : 0.6f);
        return;
    }
    const float middle = (hole.left + hole.right) / 2;
    const float rail = hole.low + (hole.high - hole.low) * 0.68f;
    const float edge =
        std::min(std::min(u - hole.left, hole.right - u), std::min(z - hole.low, hole.high - z));
    if (edge < 0.065f || std::abs(u - middle) < 0.03f ||
        ((what & 1u) && std::abs(z - rail) < 0.03f)) {
        surface.albedo = frame;
        return;
    }
    Vector behind = {0.018f, 0.021f, 0.026f};
    const auto curtain = static_cast<float>((what >> 8) & 255u) / 255.0f;
    const float open = 0.15f + 0.3f * static_cast<float>((what >> 16) & 255u) / 255.0f;
    if (curtain > 0.45f) {
        const float from_side = std::min(u - hole.left, hole.right - u) / (hole.right - hole.left);
        if (from_side < open) {
            behind = Vector{0.30f, 0.29f, 0.27f} * (0.7f + 0.3f * std::sin(u * 60));
        }
    } else if (curtain < 0.12f && z > rail) {
        behind = {0.34f, 0.33f, 0.29f};  // a blind, half down
    }
    make_glass(surface, behind);
    (void)look;
}

}  // namespace

void texture_facade(const Look& look, const Primitive& solid, Surface& surface) {
    const Spot spot = spot_on(look, solid);
    plaster(look, solid, spot, surface);
    const float spacing = 2.3f + 0.25f * static_cast<float>(solid.style & 3u);
    const float columns = std::max(1.0f, std::round(spot.width / spacing));
    const float cell = spot.width / columns;
    const auto column = static_cast<int>(spot.u / cell);
    const int storey = static_cast<int>(spot.z / kStorey);
    const int storeys = static_cast<int>((spot.height - 0.3f) / kStorey);
    if (storey >= storeys) return;
    const float foot = static_cast<float>(storey) * kStorey;
    const float middle = (static_cast<float>(column) + 0.5f) * cell;
    const bool tall = (solid.style & 4u) != 0;
    const float half = cell * (tall ? 0.20f : 0.24f);
    Opening hole = {middle - half, middle + half, foot + (tall ? 0.45f : 0.92f), foot + 2.48f};
    const std::uint32_t what = lattice_hash(column, storey, spot.salt);
    const bool at_ground = solid.center.z - solid.half.z < 1;
    const Vector frame =
        (solid.style & 1u) ? Vector{0.72f, 0.72f, 0.70f} : Vector{0.20f, 0.13f, 0.08f};
    if (at_ground && storey == 0 && column == static_cast<int>(columns) / 2) {
        hole = {middle - 0.52f, middle + 0.52f, 0.12f, 2.25f};
        if (hole.holds(spot.u, spot.z)) {
            const float panel = std::min(std::abs(spot.u - middle), 0.3f);
            constexpr Vector kDoors[] = {{0.16f, 0.07f, 0.03f},
                                         {0.04f, 0.11f, 0.07f},
                                         {0.05f, 0.08f, 0.16f},
                                         {0.22f, 0.03f, 0.03f}};
            surface.albedo = kDoors[lattice_hash(spot.salt, 1) % 4] *
                             (panel > 0.28f || spot.z < 0.3f ? 0.7f : 1.0f);
            if (spot.z > 1.85f) make_glass(surface, {0.03f, 0.03f, 0.03f});
            return;
        }
    }
    const float sill = hole.low - spot.z;
    if (hole.holds(spot.u, spot.z)) {
        window(look, spot, hole, what, frame, surface);
    } else if (sill > 0 && sill < 0.10f && std::abs(spot.u - middle) < half + 0.10f) {
        surface.albedo = {0.55f, 0.54f, 0.51f};
    } else if (sill > 0.1f && sill < 0.2f && std::abs(spot.u - middle) < half + 0.10f) {
        surface.albedo = surface.albedo * 0.6f;  // the sill's shadow
    } else if ((solid.style & 8u) && spot.z > hole.low && spot.z < hole.high &&
               std::abs(spot.u - middle) < half * 1.9f) {
        const float slat = 0.75f + 0.35f * fraction(spot.z / 0.09f) * visible(0.09f, look.spot);
        const Vector shutters =
            (solid.style & 2u) ? Vector{0.07f, 0.16f, 0.11f} : Vector{0.24f, 0.30f, 0.36f};
        surface.albedo = shutters * slat;
    } else if (!(solid.style & 8u) && std::abs(spot.u - middle) < half + 0.16f &&
               spot.z > hole.low - 0.1f && spot.z < hole.high + 0.22f) {
        surface.albedo = mix(surface.albedo, {0.62f, 0.60f, 0.56f}, 0.75f);  // stone surround
    } else if (storey > 0 && spot.z - foot < 0.14f) {
        surface.albedo = mix(surface.albedo, {0.60f, 0.58f, 0.54f}, 0.5f);  // string course
    }
}

void texture_shop(const Look& look, const Primitive& solid, Surface& surface) {
    const Spot spot = spot_on(look, solid);
    plaster(look, solid, spot, surface);
    const float columns = std::max(1.0f, std::round(spot.width / 3.2f));
    const float cell = spot.width / columns;
    const float u = spot.u - cell * static_cast<float>(static_cast<int>(spot.u / cell));
    const int column = static_cast<int>(spot.u / cell);
    if (spot.z > 2.85f && spot.z < 3.45f && spot.u > 0.4f && spot.u < spot.width - 0.4f) {
        const float hue = lattice_value(spot.salt, 11);
        const Vector board = hue < 0.35f  ? Vector{0.05f, 0.16f, 0.12f}
                             : hue < 0.7f ? Vector{0.34f, 0.05f, 0.05f}
                                          : Vector{0.06f, 0.09f, 0.22f};
        surface.albedo = board;
        // Letters too far away to read: blocks of uneven width in the middle of the board.
        const float from_middle = std::abs(spot.u - spot.width / 2);
        if (from_middle < spot.width * 0.22f && std::abs(spot.z - 3.15f) < 0.15f &&
            lattice_value(floor_int(spot.u / 0.11f), spot.salt) > 0.35f &&
            fraction(spot.u / 0.33f) > 0.18f) {
            surface.albedo = {0.70f, 0.62f, 0.40f};
        }
        return;
    }
    const bool door = column == static_cast<int>(columns) / 2;
    const Opening hole = {0.25f, cell - 0.25f, door ? 0.08f : 0.55f, 2.70f};
    if (!hole.holds(u, spot.z)) return;
    const float edge = std::min(std::min(u - hole.left, hole.right - u),
                                std::min(spot.z - hole.low, hole.high - spot.z));
    if (edge < 0.06f || (door && std::abs(u - cell / 2) < 0.05f)) {
        surface.albedo = {0.06f, 0.06f, 0.065f};
        return;
    }
    // Goods on show: warm, dim blocks that lie a metre behind the pane.
    const float inner_u = spot.u + spot.slide_u, inner_z = spot.z + spot.slide_z;
    const float goods =
        lattice_value(floor_int(inner_u / 0.45f), floor_int(inner_z / 0.4f), spot.salt);
    const Vector warm = {0.20f, 0.15f, 0.09f};
    make_glass(surface, inner_z < 1.7f ? warm * (0.25f + goods) : warm * 0.35f);
}

void texture_roof(const Look& look, const Primitive& solid, Surface& surface) {
    if (std::abs(look.hit.normal.z) < 0.1f) {  // the gable's wall
        surface.albedo = {0.48f, 0.44f, 0.38f};
        return;
    }
    const float across = look.hit.face == Face::Front || look.hit.face == Face::Back
                             ? look.hit.local.y
                             : look.hit.local.x;
    const float row = look.hit.local.z / 0.19f, column = across / 0.24f;
    const float seen = visible(0.22f, look.spot);
    const float tile = lattice_value(floor_int(row), floor_int(column), solid.style);
    surface.albedo = surface.albedo * (0.85f + 0.3f * rough_noise(across * 0.5f, row * 0.1f)) *
                     mix(1.0f, (0.72f + 0.5f * tile) * (0.65f + 0.5f * fraction(row)), seen);
}

}  // namespace millrace::ops::street
