#include <numbers>

#include "nodes/ops/street/build.hpp"

namespace millrace::ops::street {

void add_tree(Scene& scene, Vector position, float height, float crown, Random& random) {
    const float trunk = height - crown * 1.5f;
    const float radius = 0.035f + 0.019f * height;
    scene.solids.push_back(
        upright(position, radius, trunk + crown * 0.6f, Material::Bark, {0.13f, 0.10f, 0.075f}));
    const Vector green =
        mix(Vector{0.055f, 0.13f, 0.022f}, Vector{0.13f, 0.17f, 0.035f}, between(random, 0, 1));
    const Vector middle = position + Vector{0, 0, trunk + crown * 0.55f};
    constexpr int kTufts = 22;
    for (int tuft = 0; tuft < kTufts; ++tuft) {
        // Points spread evenly over a ball (golden angle), pushed about a little.
        const float share = (static_cast<float>(tuft) + 0.5f) / kTufts;
        const float z = 1 - 2 * share, ring = std::sqrt(1 - z * z);
        const float angle = static_cast<float>(tuft) * 2.39996f + between(random, 0, 0.6);
        const float reach = crown * between(random, 0.45, 0.80);
        const float size = crown * between(random, 0.34, 0.50);
        Primitive leaves = ellipsoid(
            middle + Vector{ring * std::cos(angle) * reach, ring * std::sin(angle) * reach,
                            z * reach * 0.95f},
            0, {size, size, size * 0.82f}, Material::Leaves, green * between(random, 0.8, 1.25));
        leaves.style = static_cast<std::uint8_t>(random.below(256));
        scene.solids.push_back(leaves);
    }
    scene.footprints.push_back({position, 1, 0, radius, radius, 0.3f});
}

void add_hedge(Scene& scene, Vector position, float yaw, Vector size, Random& random) {
    const Rectangle foot = {-size.x / 2, size.x / 2, -size.y / 2, size.y / 2, 0};
    const Rectangle top = {foot.back + 0.06f, foot.front - 0.06f, foot.right + 0.07f,
                           foot.left - 0.07f, size.z};
    Primitive hedge = frustum(
        position, yaw, foot, top, Material::Hedge,
        mix(Vector{0.045f, 0.10f, 0.025f}, Vector{0.08f, 0.13f, 0.03f}, between(random, 0, 1)));
    scene.solids.push_back(hedge);
    scene.footprints.push_back(
        {position, std::cos(yaw), std::sin(yaw), size.x / 2, size.y / 2, 0.5f});
}

void add_street_lamp(Scene& scene, float along, int side) {
    const auto sign = static_cast<float>(side);
    constexpr Vector kGrey = {0.16f, 0.17f, 0.175f};
    const float across = sign * (kKerb + 0.45f), yaw = scene.road.heading(along);
    const Vector foot = scene.road.point(along, across, kPavementHeight);
    scene.solids.push_back(upright(foot, 0.11f, 1.0f, Material::Metal, kGrey));
    scene.solids.push_back(upright(foot, 0.065f, 7.2f, Material::Metal, kGrey));
    const Vector arm = scene.road.point(along, across - sign * 0.8f, kPavementHeight + 7.1f);
    scene.solids.push_back(box(arm, yaw, {0.07f, 1.7f, 0.07f}, Material::Metal, kGrey));
    const Vector head = scene.road.point(along, across - sign * 1.6f, kPavementHeight + 7.0f);
    scene.solids.push_back(box(head, yaw, {0.26f, 0.7f, 0.12f}, Material::Metal, kGrey * 1.3f));
    scene.footprints.push_back({foot, 1, 0, 0.08f, 0.08f, 0.25f});
}

void add_sign(Scene& scene, float along, int side, Random& random) {
    const auto sign = static_cast<float>(side);
    const float yaw = scene.road.heading(along) + (side > 0 ? std::numbers::pi_v<float> : 0);
    const Vector foot = scene.road.point(along, sign * (kKerb + 0.55f), kPavementHeight);
    scene.solids.push_back(upright(foot, 0.032f, 2.55f, Material::Metal, {0.35f, 0.36f, 0.37f}));
    // The plate's axis lies along the road; its painted face looks at the traffic of its side.
    Primitive plate = axle(foot + Vector{0, 0, 2.3f}, yaw + std::numbers::pi_v<float> / 2, 0.31f,
                           0.09f, Material::Sign, {0.8f, 0.8f, 0.8f});
    plate.style = static_cast<std::uint8_t>(random.below(3));
    scene.solids.push_back(plate);
}

void add_bin(Scene& scene, Vector position) {
    scene.solids.push_back(upright(position, 0.24f, 0.85f, Material::Metal, {0.05f, 0.13f, 0.08f}));
    scene.solids.push_back(upright(position + Vector{0, 0, 0.85f}, 0.26f, 0.08f, Material::Dark,
                                   {0.03f, 0.03f, 0.03f}));
    scene.footprints.push_back({position, 1, 0, 0.2f, 0.2f, 0.35f});
}

}  // namespace millrace::ops::street
