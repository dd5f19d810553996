#include "nodes/ops/street/surface.hpp"

namespace millrace::ops::street {
namespace {

constexpr Vector kBlack = {0.015f, 0.015f, 0.016f};

/// A place on a car: metres forward and left of its middle, and above the road.
struct Spot {
    float x, y, z;
    float forward, leftward;  ///< the outward normal's shares
    float half_length, half_width, height;
};

Spot spot_on(const Look& look, const Primitive& solid) {
    const Object& object = look.scene.objects[static_cast<std::size_t>(solid.object)];
    const Vector from = into_own(solid, look.point - object.center);
    const Vector normal = into_own(solid, look.hit.normal);
    return {from.x,
            from.y,
            from.z + object.size.z / 2,
            normal.x,
            normal.y,
            object.size.x / 2,
            object.size.y / 2,
            object.size.z};
}

void front_details(const Spot& spot, Surface& surface) {
    const float y = std::abs(spot.y);
    if (spot.z > 0.52f && spot.z < 0.70f && y > 0.50f) {
        surface.albedo = {0.75f, 0.77f, 0.80f};
        surface.glow = 0.15f;
        surface.reflectance = 0.85f;
    } else if (spot.z > 0.54f && spot.z < 0.68f && y < 0.44f) {
        surface.albedo = kBlack * (fraction(spot.z / 0.035f) < 0.4f ? 6.0f : 1.0f);
    } else if (spot.z > 0.38f && spot.z < 0.50f && y < 0.27f) {
        surface.albedo = {0.75f, 0.75f, 0.72f};
        surface.reflectance = 0.97f;
    } else if (spot.z < 0.34f) {
        surface.albedo = kBlack;
        surface.mirror = 0;
    }
}

void rear_details(const Spot& spot, Surface& surface) {
    const float y = std::abs(spot.y), edge = spot.half_width - y;
    if (spot.z > 0.58f && spot.z < 0.80f && edge < 0.38f) {
        surface.albedo = spot.z > 0.70f || edge < 0.2f ? Vector{0.42f, 0.012f, 0.012f}
                                                       : Vector{0.50f, 0.20f, 0.04f};
        surface.glow = 0.05f;
        surface.reflectance = 0.8f;
    } else if (spot.z > 0.56f && spot.z < 0.68f && y < 0.27f) {
        surface.albedo = {0.72f, 0.70f, 0.55f};
        surface.reflectance = 0.97f;
    } else if (spot.z < 0.36f) {
        surface.albedo = kBlack;
        surface.mirror = 0;
    } else if (std::abs(spot.z - 0.52f) < 0.012f) {
        surface.albedo = surface.albedo * 0.35f;
    }
}

void side_details(const Look& look, const Spot& spot, Surface& surface) {
    const float wheel_x = std::abs(spot.x) - spot.half_length * 0.61f, wheel_z = spot.z - 0.32f;
    if (wheel_x * wheel_x + wheel_z * wheel_z < 0.39f * 0.39f) {
        surface.albedo = kBlack;
        surface.mirror = surface.highlight = 0;
        surface.reflectance = 0.04f;
        return;
    }
    const float seen = visible(0.06f, look.spot);
    const float sill = strip(spot.z - 0.24f, 0.05f, look.spot);
    surface.albedo = mix(surface.albedo, kBlack, sill * 0.8f);
    float line = 0;
    for (const float x : {0.95f, -0.10f, -1.05f})
        line = std::max(line, strip(spot.x - x, 0.009f, look.spot));
    if (spot.z > 0.32f) surface.albedo = surface.albedo * (1 - 0.75f * line * seen);
    if (spot.z > 0.74f && spot.z < 0.785f &&
        ((spot.x > 0.02f && spot.x < 0.20f) || (spot.x > -0.95f && spot.x < -0.77f))) {
        surface.albedo = mix(surface.albedo, kBlack, 0.6f * seen);
    }
}

}  // namespace

void texture_paint(const Look& look, const Primitive& solid, Surface& surface) {
    surface.mirror = 0.055f;
    surface.highlight = 1.0f;
    surface.reflectance = 0.08f + 0.55f * brightness(solid.color);
    const Spot spot = spot_on(look, solid);
    // Sheet metal bulges: the shading normal turns upwards over the shoulder and towards the ends,
    // which is what gives flat panels their highlights.
    const Vector local = into_own(solid, look.hit.normal);
    const float rise = look.hit.local.z / std::max(solid.half.z, 0.05f);
    Vector bent = local;
    if (look.hit.face == Face::Top) {
        bent.y += 0.22f * spot.y / spot.half_width;
        bent.x += 0.12f * spot.x / spot.half_length;
    } else {
        bent.z += 0.20f * rise;
        if (std::abs(spot.leftward) > 0.6f)
            bent.x += 0.18f * spot.x / spot.half_length;
        else
            bent.y += 0.45f * spot.y / spot.half_width;
    }
    surface.normal = normalized(into_scene(solid, bent));
    if (spot.forward > 0.6f)
        front_details(spot, surface);
    else if (spot.forward < -0.6f)
        rear_details(spot, surface);
    else if (std::abs(spot.leftward) > 0.8f)
        side_details(look, spot, surface);
}

void texture_cabin(const Look& look, const Primitive& solid, Surface& surface) {
    const Vector local = look.hit.local;
    const auto to_face = [&](int face) {
        return solid.offsets[face] - dot(solid.normals[face], local);
    };
    const float to_roof = solid.half.z - local.z, to_belt = local.z + solid.half.z;
    const bool side = look.hit.face == Face::Left || look.hit.face == Face::Right;
    bool pillar = to_roof < 0.045f;
    if (side) {
        const float front = to_face(0), back = to_face(1);
        pillar = pillar || front < 0.07f || back < 0.13f || to_belt < 0.03f ||
                 std::abs(local.x + 0.12f) < 0.05f ||
                 (solid.half.x > 1.4f && std::abs(local.x + 1.02f) < 0.05f);
        // A van has sheet metal behind its front doors.
        if (solid.style == 3 && local.x < solid.half.x - 1.75f) pillar = true;
    } else {
        pillar = pillar || std::min(to_face(2), to_face(3)) < 0.055f;
        if (look.hit.face == Face::Back && to_belt < 0.10f) pillar = true;
    }
    if (pillar) {
        texture_paint(look, solid, surface);
        return;
    }
    make_glass(surface, {0.012f, 0.014f, 0.016f});
    surface.mirror = 0.15f;
}

void texture_tyre(const Look& look, const Primitive& solid, Surface& surface) {
    surface.reflectance = 0.05f;
    const Vector local = look.hit.local;
    if (look.hit.face == Face::Side) return;
    const float radius = std::sqrt(local.x * local.x + local.z * local.z) / solid.half.x;
    if (radius > 0.68f) return;
    const float turn = std::atan2(local.z, local.x) * (5 / 6.2831853f);
    const bool gap = radius > 0.22f && radius < 0.60f && std::abs(fraction(turn) - 0.5f) < 0.24f;
    surface.albedo = gap ? kBlack : Vector{0.40f, 0.41f, 0.42f};
    surface.mirror = gap ? 0.0f : 0.10f;
    surface.reflectance = gap ? 0.05f : 0.4f;
}

}  // namespace millrace::ops::street
