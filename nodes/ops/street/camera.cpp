#include <array>
#include <cstring>

#include "nodes/ops/street/light.hpp"
#include "nodes/ops/street/sensors.hpp"

namespace millrace::ops::street {
namespace {

constexpr float kFar = 400;  // metres; beyond the built street

/// Corners of the square that a pixel's further rays go through: a rotated grid, which catches
/// edges of any direction.
constexpr std::array<std::array<float, 2>, 4> kCorners = {
    {{0.125f, 0.625f}, {0.375f, 0.125f}, {0.625f, 0.875f}, {0.875f, 0.375f}}};

/// One ray's result: its colour as displayed, and what it has hit.
struct Sample {
    Vector color;
    std::uint32_t seen = 0;
};

Sample look(const Scene& scene, const Light& light, const View& view, float u, float v) {
    const Ray ray = view.ray(u, v);
    Hit hit;
    if (!scene.nearest(ray, kFar, hit)) return {light.display(Light::sky(ray.direction)), 0};
    const float slant = std::max(-dot(ray.direction, hit.normal), 0.08f);
    const float spot = hit.distance / view.focal / std::sqrt(slant);
    const auto seen =
        static_cast<std::uint32_t>(hit.primitive + 2) * 8 + static_cast<std::uint32_t>(hit.face);
    return {light.display(light.at(ray, hit, spot)), seen};
}

/// Whether neighbours differ so much that one ray can't stand for the pixel.
bool differ(const Sample& a, const Sample& b) {
    return a.seen != b.seen || std::abs(a.color.x - b.color.x) + std::abs(a.color.y - b.color.y) +
                                       std::abs(a.color.z - b.color.z) >
                                   0.30f;
}

}  // namespace

Lens lens_of(const StreetSettings& settings) {
    // P2 of most KITTI recordings is 721.5 609.6 172.9 for 1242 x 375.
    return {721.5377 / 1242 * settings.width, 609.5593 / 1242 * settings.width,
            172.854 / 375 * settings.height};
}

View::View(const StreetSettings& settings, const Scene& scene) {
    const Lens lens = lens_of(settings);
    focal = static_cast<float>(lens.focal);
    center_u = static_cast<float>(lens.center_u);
    center_v = static_cast<float>(lens.center_v);
    forward = {std::cos(scene.heading), std::sin(scene.heading), 0};
    right = {forward.y, -forward.x, 0};
    down = {0, 0, -1};
    origin = scene.sensor + forward * kCameraForward + down * kCameraBelow;
}

Ray View::ray(float u, float v, float* depth_per_metre) const {
    const Vector along =
        forward + right * ((u - center_u) / focal) + down * ((v - center_v) / focal);
    const float shrink = 1 / std::sqrt(dot(along, along));
    if (depth_per_metre) *depth_per_metre = shrink;
    return {origin, along * shrink};
}

types::Image render(const Scene& scene, const StreetSettings& settings, const StopAsk& stop) {
    const Light light(scene);
    const View view(settings, scene);
    const int width = settings.width, height = settings.height;
    types::Image image(width, height, 3);
    image.frame = "camera";
    std::vector<Sample> samples(static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
    const auto at = [&](int x, int y) -> Sample& {
        return samples[static_cast<std::size_t>(y) * static_cast<std::size_t>(width) +
                       static_cast<std::size_t>(x)];
    };
    for (int y = 0; y < height; ++y) {
        if (stop()) return image;
        for (int x = 0; x < width; ++x) {
            at(x, y) = look(scene, light, view, static_cast<float>(x) + 0.5f,
                            static_cast<float>(y) + 0.5f);
        }
    }
    for (int y = 0; y < height; ++y) {
        if (stop()) return image;
        auto* pixels = image.row<std::uint8_t>(y);
        for (int x = 0; x < width; ++x) {
            const Sample& own = at(x, y);
            const bool edge = differ(own, at(std::max(x - 1, 0), y)) ||
                              differ(own, at(std::min(x + 1, width - 1), y)) ||
                              differ(own, at(x, std::max(y - 1, 0))) ||
                              differ(own, at(x, std::min(y + 1, height - 1)));
            Vector color = own.color;
            if (edge) {
                for (const auto& [u, v] : kCorners) {
                    color = color + look(scene, light, view, static_cast<float>(x) + u,
                                         static_cast<float>(y) + v)
                                        .color;
                }
                color = color * 0.2f;
            }
            *pixels++ = static_cast<std::uint8_t>(color.x * 255 + 0.5f);
            *pixels++ = static_cast<std::uint8_t>(color.y * 255 + 0.5f);
            *pixels++ = static_cast<std::uint8_t>(color.z * 255 + 0.5f);
        }
    }
    return image;
}

}  // namespace millrace::ops::street
