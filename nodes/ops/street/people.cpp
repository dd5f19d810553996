#include <array>

#include "nodes/ops/street/build.hpp"

namespace millrace::ops::street {
namespace {

constexpr std::array<Vector, 9> kClothes = {{{0.30f, 0.05f, 0.05f},
                                             {0.05f, 0.09f, 0.26f},
                                             {0.42f, 0.40f, 0.36f},
                                             {0.04f, 0.04f, 0.05f},
                                             {0.10f, 0.20f, 0.11f},
                                             {0.48f, 0.33f, 0.06f},
                                             {0.28f, 0.16f, 0.30f},
                                             {0.60f, 0.60f, 0.62f},
                                             {0.05f, 0.24f, 0.28f}}};
constexpr std::array<Vector, 4> kTrousers = {
    {{0.035f, 0.05f, 0.10f}, {0.03f, 0.03f, 0.035f}, {0.20f, 0.16f, 0.11f}, {0.10f, 0.11f, 0.12f}}};
constexpr std::array<Vector, 4> kSkins = {
    {{0.60f, 0.38f, 0.28f}, {0.46f, 0.27f, 0.18f}, {0.25f, 0.13f, 0.08f}, {0.66f, 0.44f, 0.34f}}};
constexpr std::array<Vector, 4> kHairs = {
    {{0.03f, 0.02f, 0.015f}, {0.12f, 0.06f, 0.03f}, {0.35f, 0.24f, 0.10f}, {0.30f, 0.29f, 0.28f}}};

/// A limb from `top` to `foot`, both in the person's frame; leans forward and back only.
Primitive limb(Vector position, float yaw, Vector top, Vector foot, float thick, float thin,
               Material material, Vector color) {
    return frustum(
        position, yaw, {foot.x - thin, foot.x + thin, foot.y - thin, foot.y + thin, foot.z},
        {top.x - thick, top.x + thick, top.y - thick, top.y + thick, top.z}, material, color);
}

}  // namespace

void add_person(Scene& scene, Vector position, float yaw, float phase, std::int64_t track,
                Random& random) {
    const float height = between(random, 1.56, 1.90);
    const Vector coat = kClothes[random.below(kClothes.size())];
    const Vector trousers = kTrousers[random.below(kTrousers.size())];
    const Vector skin = kSkins[random.below(kSkins.size())];
    const Vector hair = kHairs[random.below(kHairs.size())];
    const float unit = height / 1.75f;
    const float stride = 0.30f * std::sin(phase) * unit;
    const auto object = static_cast<std::int32_t>(scene.objects.size());
    const Primitive frame = box(position, yaw, {1, 1, 1}, Material::Cloth, {});
    const auto at = [&](float x, float y, float z) {
        return position + into_scene(frame, Vector{x, y, z} * unit);
    };
    const auto put = [&](Primitive solid) {
        solid.object = object;
        scene.solids.push_back(solid);
    };
    for (const float side : {1.0f, -1.0f}) {
        const float swing = side * stride;
        const Vector hip = Vector{0, side * 0.09f, 0.86f} * unit;
        const Vector foot = {swing, side * 0.09f * unit, 0.06f};
        put(limb(position, yaw, hip, foot, 0.085f, 0.055f, Material::Cloth, trousers));
        put(box(position + into_scene(frame, {swing + 0.04f, foot.y, 0}), yaw,
                {0.26f, 0.10f, 0.08f}, Material::Dark, {0.03f, 0.025f, 0.02f}));
        const Vector shoulder = Vector{0, side * 0.205f, 1.40f} * unit;
        const Vector hand = {-swing * 0.7f, side * 0.265f * unit, 0.84f * unit};
        put(ellipsoid(position + into_scene(frame, shoulder), yaw, {0.062f, 0.062f, 0.07f},
                      Material::Cloth, coat));
        put(limb(position, yaw, shoulder, hand, 0.046f, 0.032f, Material::Cloth, coat * 0.85f));
        put(ellipsoid(position + into_scene(frame, hand), yaw, {0.05f, 0.045f, 0.07f},
                      Material::Skin, skin));
    }
    put(frustum(position, yaw,
                {-0.11f * unit, 0.11f * unit, -0.155f * unit, 0.155f * unit, 0.78f * unit},
                {-0.095f * unit, 0.095f * unit, -0.165f * unit, 0.165f * unit, 1.24f * unit},
                Material::Cloth, coat));
    put(ellipsoid(at(0, 0, 1.22f), yaw, Vector{0.12f, 0.20f, 0.24f} * unit, Material::Cloth, coat));
    put(upright(at(0, 0, 1.45f), 0.055f, 0.12f, Material::Skin, skin));
    put(ellipsoid(at(0.01f, 0, 1.62f), yaw, Vector{0.095f, 0.08f, 0.125f} * unit, Material::Skin,
                  skin));
    put(ellipsoid(at(-0.018f, 0, 1.645f), yaw, Vector{0.100f, 0.090f, 0.116f} * unit,
                  Material::Cloth, hair));
    const float reach = std::abs(stride);
    scene.objects.push_back({"Pedestrian",
                             position + Vector{0, 0, height / 2},
                             {std::max(0.40f, 2 * reach + 0.26f), 0.62f * unit, height},
                             yaw,
                             track});
    scene.footprints.push_back({position, std::cos(yaw), std::sin(yaw), 0.12f, 0.15f, 0.35f});
}

}  // namespace millrace::ops::street
