#include <array>

#include "nodes/ops/street/build.hpp"

namespace millrace::ops::street {
namespace {

/// The side view of a car: where its glass house begins and ends, all in metres from the middle.
struct Outline {
    float length, width, height;
    float belt;                        ///< height of the window line
    float bonnet_height, tail_height;  ///< of the body's ends
    float windscreen, rear;            ///< foot of front and rear window
    float roof_front, roof_back;
    float wheel;  ///< radius
};

constexpr std::array<Outline, 4> kOutlines = {{
    {3.95f, 1.74f, 1.48f, 0.92f, 0.70f, 0.88f, 1.02f, -1.88f, 0.28f, -1.50f, 0.31f},  // Hatchback
    {4.55f, 1.80f, 1.44f, 0.90f, 0.70f, 0.84f, 0.98f, -1.62f, 0.22f, -0.98f, 0.32f},  // Saloon
    {4.65f, 1.83f, 1.58f, 0.98f, 0.78f, 0.92f, 1.05f, -2.22f, 0.35f, -1.92f, 0.35f},  // Estate
    {5.10f, 1.96f, 2.15f, 1.12f, 0.86f, 1.10f, 1.95f, -2.50f, 1.25f, -2.40f, 0.34f},  // Van
}};

constexpr std::array<Vector, 10> kPaints = {{{0.72f, 0.73f, 0.74f},
                                             {0.52f, 0.54f, 0.56f},
                                             {0.82f, 0.82f, 0.80f},
                                             {0.022f, 0.024f, 0.028f},
                                             {0.07f, 0.075f, 0.085f},
                                             {0.025f, 0.07f, 0.24f},
                                             {0.42f, 0.022f, 0.026f},
                                             {0.03f, 0.14f, 0.10f},
                                             {0.30f, 0.26f, 0.20f},
                                             {0.62f, 0.26f, 0.03f}}};

}  // namespace

void add_car(Scene& scene, Vector position, float yaw, CarModel model, Vector color,
             std::int64_t track) {
    const Outline& s = kOutlines[static_cast<std::size_t>(model)];
    const auto object = static_cast<std::int32_t>(scene.objects.size());
    const float front = s.length / 2, back = -front, side = s.width / 2;
    const auto put = [&](Primitive solid) {
        solid.object = object;
        solid.style = static_cast<std::uint8_t>(model);
        scene.solids.push_back(solid);
    };
    // Body: a bumper-high tub that narrows downwards, and above it the shoulders, lower at the
    // ends.
    put(frustum(position, yaw, {back + 0.10f, front - 0.10f, -side + 0.07f, side - 0.07f, 0.20f},
                {back, front, -side, side, 0.52f}, Material::Paint, color));
    put(frustum(position, yaw, {s.windscreen - 0.30f, front, -side, side, 0.52f},
                {s.windscreen - 0.30f, front - 0.11f, -side + 0.05f, side - 0.05f, s.bonnet_height},
                Material::Paint, color));
    put(frustum(position, yaw,
                {s.windscreen - 0.30f, front - 0.11f, -side + 0.05f, side - 0.05f, s.bonnet_height},
                {s.windscreen - 0.30f, s.windscreen + 0.05f, -side + 0.10f, side - 0.10f, s.belt},
                Material::Paint, color));
    put(frustum(position, yaw, {back, s.windscreen - 0.28f, -side, side, 0.52f},
                {back + 0.05f, s.windscreen - 0.28f, -side + 0.07f, side - 0.07f, s.tail_height},
                Material::Paint, color));
    if (s.belt > s.tail_height + 0.01f) {
        put(frustum(
            position, yaw,
            {back + 0.05f, s.windscreen - 0.28f, -side + 0.07f, side - 0.07f, s.tail_height},
            {s.rear - 0.03f, s.windscreen - 0.28f, -side + 0.10f, side - 0.10f, s.belt},
            Material::Paint, color));
    }
    Primitive cabin =
        frustum(position, yaw, {s.rear, s.windscreen, -side + 0.10f, side - 0.10f, s.belt},
                {s.roof_back, s.roof_front, -side + 0.26f, side - 0.26f, s.height - 0.05f},
                Material::Cabin, color);
    cabin.top = Material::Paint;
    put(cabin);
    put(frustum(position, yaw,
                {s.roof_back, s.roof_front, -side + 0.26f, side - 0.26f, s.height - 0.05f},
                {s.roof_back + 0.12f, s.roof_front - 0.18f, -side + 0.36f, side - 0.36f, s.height},
                Material::Paint, color));
    put(frustum(position, yaw, {back + 0.30f, front - 0.30f, -side + 0.18f, side - 0.18f, 0.13f},
                {back + 0.30f, front - 0.30f, -side + 0.18f, side - 0.18f, 0.21f}, Material::Dark,
                {0.012f, 0.012f, 0.013f}));
    const Primitive frame = box(position, yaw, {1, 1, 1}, Material::Dark, {});
    const float axle_at = s.length * 0.305f;
    for (const float x : {axle_at, -axle_at}) {
        for (const float y : {side - 0.115f, -side + 0.115f}) {
            put(axle(position + into_scene(frame, {x, y, s.wheel}), yaw, s.wheel, 0.21f,
                     Material::Tyre, {0.02f, 0.02f, 0.02f}));
        }
    }
    for (const float y : {side + 0.02f, -side - 0.02f}) {
        const Vector mirror = into_scene(frame, {s.windscreen - 0.33f, y, s.belt - 0.02f});
        put(box(position + mirror, yaw, {0.12f, 0.18f, 0.14f}, Material::Paint, color));
    }
    scene.objects.push_back(
        {"Car", position + Vector{0, 0, s.height / 2}, {s.length, s.width, s.height}, yaw, track});
    scene.footprints.push_back(
        {position, std::cos(yaw), std::sin(yaw), front - 0.1f, side - 0.1f, 0.55f});
}

void add_random_car(Scene& scene, Vector position, float yaw, std::int64_t track, Random& random) {
    const double pick = random.uniform();
    const CarModel model = pick < 0.36   ? CarModel::Hatchback
                           : pick < 0.66 ? CarModel::Saloon
                           : pick < 0.92 ? CarModel::Estate
                                         : CarModel::Van;
    add_car(scene, position, yaw, model, kPaints[random.below(kPaints.size())], track);
}

}  // namespace millrace::ops::street
