#include "nodes/ops/street/surface.hpp"

namespace millrace::ops::street {
namespace {

void texture_sign(const Look& look, const Primitive& solid, Surface& surface) {
    const Vector local = look.hit.local;
    if (look.hit.face == Face::Side || local.y < 0) {
        surface.albedo = {0.13f, 0.135f, 0.14f};
        return;
    }
    constexpr Vector kRed = {0.60f, 0.03f, 0.03f}, kBlue = {0.03f, 0.12f, 0.50f},
                     kWhite = {0.85f, 0.85f, 0.85f}, kBlack = {0.03f, 0.03f, 0.03f};
    const float radius = std::sqrt(local.x * local.x + local.z * local.z) / solid.half.x;
    const bool bar = std::abs(local.z) < 0.05f && std::abs(local.x) < 0.20f;
    const bool digit = std::abs(local.z) < 0.10f &&
                       (std::abs(local.x - 0.08f) < 0.045f || std::abs(local.x + 0.08f) < 0.045f);
    if (solid.style == 0)
        surface.albedo = radius > 0.74f ? kRed : digit ? kBlack : kWhite;
    else if (solid.style == 1)
        surface.albedo = bar ? kWhite : kRed;
    else
        surface.albedo = radius > 0.93f || (std::abs(local.x) < 0.04f && std::abs(local.z) < 0.2f)
                             ? kWhite
                             : kBlue;
    surface.reflectance = 0.98f;
}

void texture_leaves(const Look& look, float grain, Surface& surface) {
    const Vector p = look.hit.local * grain;
    const Vector push = {noise(p) - 0.5f, noise(p + Vector{17, 5, 3}) - 0.5f,
                         noise(p + Vector{3, 29, 11}) - 0.5f};
    surface.normal = normalized(look.hit.normal + push * 1.5f);
    surface.albedo = surface.albedo * (0.65f + 0.8f * noise(p * 1.7f));
    surface.translucent = 0.35f;
    surface.reflectance = 0.35f + 0.2f * push.x;
}

}  // namespace

Surface surface_at(const Look& look) {
    Surface surface;
    surface.normal = look.hit.normal;
    const Primitive* solid = look.scene.solid(look.hit);
    if (!solid) {
        texture_ground(look, surface);
        return surface;
    }
    surface.albedo = solid->color;
    surface.reflectance = 0.12f + 0.5f * brightness(solid->color);
    switch (look.hit.face == Face::Top ? solid->top : solid->material) {
        case Material::Ground:
            texture_ground(look, surface);
            break;
        case Material::Kerb:
            surface.albedo =
                surface.albedo * (0.85f + 0.3f * noise(look.point.x * 3, look.point.z * 9));
            break;
        case Material::Facade:
            texture_facade(look, *solid, surface);
            break;
        case Material::ShopFront:
            texture_shop(look, *solid, surface);
            break;
        case Material::Roof:
            texture_roof(look, *solid, surface);
            break;
        case Material::Paint:
            texture_paint(look, *solid, surface);
            break;
        case Material::Cabin:
            texture_cabin(look, *solid, surface);
            break;
        case Material::Tyre:
            texture_tyre(look, *solid, surface);
            break;
        case Material::Glass:
            make_glass(surface, {0.02f, 0.025f, 0.03f});
            break;
        case Material::Lamp:
            surface.glow = 0.6f;
            break;
        case Material::Sign:
            texture_sign(look, *solid, surface);
            break;
        case Material::Leaves:
            texture_leaves(look, 9, surface);
            break;
        case Material::Hedge:
            texture_leaves(look, 11, surface);
            break;
        case Material::Bark: {
            const float grain =
                noise(Vector{look.hit.local.x * 30, look.hit.local.y * 30, look.point.z * 4});
            surface.albedo = surface.albedo * (0.6f + 0.8f * grain);
            break;
        }
        case Material::Cloth:
            if (solid->style == 1 && fraction(look.hit.local.x / 0.7f) < 0.5f) {
                surface.albedo = {0.75f, 0.73f, 0.68f};
            }
            surface.reflectance = 0.2f + 0.5f * brightness(surface.albedo);
            break;
        case Material::Metal:
            surface.mirror = 0.03f;
            surface.highlight = 0.3f;
            break;
        case Material::Dark:
            surface.reflectance = 0.05f;
            break;
        case Material::Plain:
        case Material::Skin:
            break;
    }
    return surface;
}

}  // namespace millrace::ops::street
