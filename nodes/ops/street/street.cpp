#include "nodes/ops/street/street.hpp"

#include <cmath>
#include <limits>
#include <numbers>
#include <string>

#include <fmt/format.h>

#include "engine/problem.hpp"
#include "nodes/ops/street/build.hpp"
#include "nodes/ops/street/scene.hpp"
#include "nodes/ops/street/sensors.hpp"

namespace millrace::ops {
namespace {

using street::Scene;

void check(const StreetSettings& settings) {
    constexpr int kMostRays = 1 << 24, kMostPixels = 1 << 26;
    const auto fail = [](std::string_view where, std::string found, std::string_view expected) {
        throw engine::Error({.code = "E-PARAM-004",
                             .what = "The street's sensors can't be built like that",
                             .expected = std::string(expected),
                             .found = std::move(found),
                             .where = std::string(where),
                             .mend = "Set it inside its range."});
    };
    if (settings.rings < 1 || settings.rings > 65535)
        fail("rings", fmt::format("{}", settings.rings), "1 to 65535");
    if (settings.steps < 1 || settings.steps > kMostRays / settings.rings)
        fail("steps", fmt::format("{}", settings.steps),
             fmt::format("1 to {} with {} rings", kMostRays / settings.rings, settings.rings));
    if (settings.width < 1 || settings.height < 1 || settings.width > kMostPixels / settings.height)
        fail("width", fmt::format("{} x {}", settings.width, settings.height),
             "1 x 1 pixel or more, 67 million at most");
    if (!(settings.max_range > 0))
        fail("max_range", fmt::format("{}", settings.max_range), "above 0 m");
}

double travelled(const StreetSettings& settings, std::uint64_t item) {
    constexpr double kStart = 12;  // clear of the cars parked in the first bays, for a good first look
    return kStart + settings.speed * settings.interval * static_cast<double>(item);
}

types::Calibration calibration_of(const StreetSettings& settings, const Scene& scene) {
    types::Camera camera;
    camera.name = "camera";
    camera.width = settings.width;
    camera.height = settings.height;
    const street::Lens lens = street::lens_of(settings);
    camera.projection = {lens.focal, 0, lens.center_u, 0, 0, lens.focal, lens.center_v, 0, 0, 0,
                         1,          0};
    camera.camera_from_lidar = {0, -1, 0,  0,                                //
                                0, 0,  -1, -double{street::kCameraBelow},    //
                                1, 0,  0,  -double{street::kCameraForward},  //
                                0, 0,  0,  1};
    types::Calibration calibration;
    calibration.cameras.push_back(std::move(camera));
    const double cosine = std::cos(double{scene.heading}), sine = std::sin(double{scene.heading});
    calibration.world_from_lidar = {cosine, -sine,  0, scene.origin_x + double{scene.sensor.x},
                                    sine,   cosine, 0, double{scene.sensor.y},
                                    0,      0,      1, double{scene.sensor.z},
                                    0,      0,      0, 1};
    return calibration;
}

types::Boxes3d labels_of(const Scene& scene, const std::vector<int>& returns, int least) {
    types::Boxes3d labels;
    labels.frame = "lidar";
    const float cosine = std::cos(scene.heading), sine = std::sin(scene.heading);
    for (std::size_t index = 0; index < scene.objects.size(); ++index) {
        if (returns[index] < least) continue;
        const street::Object& object = scene.objects[index];
        const street::Vector from = object.center - scene.sensor;
        types::Box3d box;
        box.center = {double{cosine * from.x + sine * from.y},
                      double{cosine * from.y - sine * from.x}, double{from.z}};
        box.size = {double{object.size.x}, double{object.size.y}, double{object.size.z}};
        box.yaw = std::remainder(double{object.yaw} - double{scene.heading}, 2 * std::numbers::pi);
        box.label = object.label;
        box.track = object.track;
        labels.boxes.push_back(std::move(box));
    }
    return labels;
}

}  // namespace

StreetFrame make_street_frame(const StreetSettings& settings, std::uint64_t seed,
                              std::uint64_t item, const StopAsk& stop) {
    check(settings);
    Scene scene(travelled(settings, item));
    street::build_scene(scene, settings, seed, item);
    StreetFrame frame;
    std::vector<int> returns;
    frame.cloud = street::scan(scene, settings, {seed, "street.scan", item}, returns, stop);
    frame.image = street::render(scene, settings, stop);
    frame.calibration = calibration_of(settings, scene);
    frame.labels = labels_of(scene, returns, settings.min_label_points);
    frame.cloud.timestamp = frame.image.timestamp = settings.interval * static_cast<double>(item);
    return frame;
}

types::Calibration street_calibration(const StreetSettings& settings, std::uint64_t item) {
    check(settings);
    Scene scene(travelled(settings, item));
    street::place_vehicle(scene);
    return calibration_of(settings, scene);
}

std::vector<float> street_depth(const StreetSettings& settings, std::uint64_t seed,
                                std::uint64_t item, std::span<const std::array<float, 2>> pixels) {
    check(settings);
    Scene scene(travelled(settings, item));
    street::build_scene(scene, settings, seed, item);
    const street::View view(settings, scene);
    constexpr float kNone = std::numeric_limits<float>::infinity();
    std::vector<float> depth;
    depth.reserve(pixels.size());
    for (const auto& [u, v] : pixels) {
        float per_metre = 0;
        street::Hit hit;
        const street::Ray ray = view.ray(u, v, &per_metre);
        depth.push_back(scene.nearest(ray, street::kAhead, hit) ? hit.distance * per_metre : kNone);
    }
    return depth;
}

}  // namespace millrace::ops
