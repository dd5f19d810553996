#include <array>

#include "nodes/ops/street/build.hpp"

namespace millrace::ops::street {
namespace {

constexpr std::array<Vector, 10> kWalls = {{{0.62f, 0.56f, 0.45f},
                                            {0.36f, 0.15f, 0.10f},
                                            {0.66f, 0.64f, 0.60f},
                                            {0.58f, 0.42f, 0.22f},
                                            {0.50f, 0.52f, 0.54f},
                                            {0.64f, 0.50f, 0.40f},
                                            {0.44f, 0.20f, 0.13f},
                                            {0.52f, 0.58f, 0.52f},
                                            {0.70f, 0.64f, 0.48f},
                                            {0.42f, 0.48f, 0.56f}}};
constexpr std::array<Vector, 4> kRoofs = {
    {{0.26f, 0.085f, 0.05f}, {0.19f, 0.07f, 0.05f}, {0.075f, 0.08f, 0.09f}, {0.13f, 0.11f, 0.10f}}};
constexpr std::array<Vector, 5> kAwnings = {{{0.45f, 0.04f, 0.04f},
                                             {0.04f, 0.20f, 0.12f},
                                             {0.06f, 0.10f, 0.30f},
                                             {0.60f, 0.50f, 0.28f},
                                             {0.10f, 0.10f, 0.11f}}};

constexpr float kDepth = 11;
constexpr float kStorey = 3.05f;
constexpr float kShopHeight = 3.7f;

}  // namespace

void add_house(Scene& scene, float along, float width, float setback, int side, Random& random) {
    const auto sign = static_cast<float>(side);
    const float yaw = scene.road.heading(along);
    const float front = kPavementEdge + setback;
    const Vector middle = scene.road.point(along, sign * (front + kDepth / 2), kPavementHeight);
    const Vector wall = kWalls[random.below(kWalls.size())];
    const Vector tiles = kRoofs[random.below(kRoofs.size())];
    const auto style = static_cast<std::uint8_t>(random.below(16));
    const bool shop = setback < 0.5f && random.chance(0.45);
    const auto storeys = static_cast<int>(random.below(setback < 0.5f ? 3 : 2)) + (shop ? 2 : 3) -
                         (setback < 0.5f ? 0 : 1);
    const float wall_foot = shop ? kShopHeight : 0;
    const float wall_height = static_cast<float>(storeys) * kStorey + 0.35f;
    const float eaves = wall_foot + wall_height;
    const auto put = [&](Primitive solid, Material top, std::uint8_t look) {
        solid.top = top;
        solid.style = look;
        scene.solids.push_back(solid);
    };
    const auto at = [&](float x, float toward_road, float z) {
        // The own frame's y points left along the road; the front is its far or near side.
        const Primitive frame = box({}, yaw, {1, 1, 1}, Material::Plain, {});
        return middle + into_scene(frame, {x, -sign * (kDepth / 2 + toward_road), z});
    };

    if (shop) {
        put(box(middle, yaw, {width, kDepth, kShopHeight}, Material::ShopFront, wall * 0.75f),
            Material::Plain, style);
        if (random.chance(0.6)) {
            const Vector cloth = kAwnings[random.below(kAwnings.size())];
            const float low = kDepth / 2, out = 1.15f, half = width * 0.42f;
            const Rectangle lower = side > 0 ? Rectangle{-half, half, -low - out, -low, 2.55f}
                                             : Rectangle{-half, half, low, low + out, 2.55f};
            Rectangle upper = lower;
            (side > 0 ? upper.right : upper.left) = -sign * (low + 0.12f);
            upper.z = 3.05f;
            put(frustum(middle, yaw, lower, upper, Material::Cloth, cloth), Material::Cloth, 1);
        }
    } else {
        put(box(at(0, 0.04f, 0), yaw, {width, 0.12f, 0.55f}, Material::Plain, wall * 0.45f),
            Material::Plain, 0);
    }
    put(box(middle + Vector{0, 0, wall_foot}, yaw, {width, kDepth, wall_height}, Material::Facade,
            wall),
        Material::Plain, style);

    const bool flat = random.chance(0.25);
    const float over = 0.40f, half = width / 2, deep = kDepth / 2 + over;
    if (flat) {
        put(box(middle + Vector{0, 0, eaves}, yaw, {width + 0.1f, kDepth + 0.5f, 0.45f},
                Material::Plain, mix(wall, {0.6f, 0.6f, 0.6f}, 0.5f)),
            Material::Plain, 0);
    } else {
        put(box(middle + Vector{0, 0, eaves - 0.05f}, yaw, {width, kDepth + 0.6f, 0.22f},
                Material::Plain, mix(wall, {0.7f, 0.7f, 0.68f}, 0.7f)),
            Material::Plain, 0);
        const float rise = between(random, 2.4, 4.0), hip = random.chance(0.3) ? 2.5f : 0.0f;
        put(frustum(middle, yaw, {-half, half, -deep, deep, eaves + 0.15f},
                    {-half + hip, half - hip, -0.05f, 0.05f, eaves + 0.15f + rise}, Material::Roof,
                    tiles),
            Material::Roof, style);
        const int chimneys = 1 + static_cast<int>(random.below(2));
        for (int count = 0; count < chimneys; ++count) {
            const float x = between(random, -half + 3, half - 3);
            put(box(at(x, -kDepth / 2 + 1.2f, eaves + rise * 0.4f), yaw,
                    {0.7f, 0.55f, rise * 0.6f + 0.9f}, Material::Plain, {0.28f, 0.13f, 0.09f}),
                Material::Dark, 0);
        }
    }
    if (storeys >= 3 && random.chance(0.4)) {
        const auto columns = static_cast<int>(width / 7);
        for (int column = 0; column < columns; ++column) {
            const float x =
                (static_cast<float>(column) + 0.5f) / static_cast<float>(columns) * width - half;
            for (int floor = 1; floor < storeys; ++floor) {
                const float z = wall_foot + static_cast<float>(floor) * kStorey;
                put(box(at(x, 0.5f, z - 0.08f), yaw, {2.6f, 1.0f, 0.14f}, Material::Plain,
                        wall * 0.8f),
                    Material::Plain, 0);
                put(box(at(x, 1.0f, z + 0.06f), yaw, {2.6f, 0.05f, 0.9f}, Material::Metal,
                        {0.10f, 0.11f, 0.12f}),
                    Material::Metal, 0);
            }
        }
    }
    if (setback > 0.5f) {
        const float hedge_height = between(random, 0.7, 1.25);
        const float door = between(random, -width / 4, width / 4);
        for (const float end : {-1.0f, 1.0f}) {
            const float length = half - 0.2f - end * door - 0.7f;
            const float x = door + end * (0.7f + length / 2);
            add_hedge(scene, at(x, setback - 0.35f, 0), yaw, {length, 0.6f, hedge_height}, random);
        }
    }
}

void add_garden(Scene& scene, float along, float width, int side, Random& random) {
    const auto sign = static_cast<float>(side);
    const float yaw = scene.road.heading(along);
    add_hedge(scene, scene.road.point(along, sign * (kPavementEdge + 0.5f), kPavementHeight), yaw,
              {width, 0.8f, between(random, 1.2, 1.9)}, random);
    add_hedge(scene, scene.road.point(along, sign * (kPavementEdge + 17), kPavementHeight), yaw,
              {width + 6, 2, between(random, 3.5, 5.5)}, random);
    for (const float place : {3.5f, 9.0f}) {
        add_tree(scene,
                 scene.road.point(along + between(random, -width / 4, width / 4),
                                  sign * (kPavementEdge + place), kPavementHeight),
                 between(random, 5.0, 8.0), between(random, 1.5, 2.3), random);
    }
}

}  // namespace millrace::ops::street
