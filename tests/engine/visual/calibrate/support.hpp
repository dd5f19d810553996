// A made scene of plates before a wall that a LiDAR and a camera both look at, so that the true
// pose is known.
#pragma once

#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include "engine/random.hpp"
#include "engine/visual/visual.hpp"

namespace millrace::tests {

/// Upright rectangle across the x axis, metres.
struct Plate {
    double x = 0, left = 0, right = 0, bottom = 0, top = 0;
    std::uint8_t gray = 0;
};

inline std::vector<Plate> plates(std::uint64_t seed, int count = 14) {
    engine::Random random(seed, "plates", 0);
    std::vector<Plate> all = {{40, -200, 200, -200, 200, 40}};
    for (int i = 0; i < count; ++i) {
        const double x = random.uniform(6, 18), y = random.uniform(-0.6, 0.6) * x,
                     z = random.uniform(-0.3, 0.25) * x;
        all.push_back({x, y - random.uniform(0.3, 1.2), y + random.uniform(0.3, 1.2),
                       z - random.uniform(0.3, 1), z + random.uniform(0.3, 1),
                       static_cast<std::uint8_t>(random.uniform(90, 250))});
    }
    return all;
}

/// The first plate on a ray, and how far away.
inline std::pair<double, const Plate*> first_on(const std::vector<Plate>& all,
                                                const std::array<double, 3>& from,
                                                const std::array<double, 3>& along) {
    std::pair<double, const Plate*> best = {std::numeric_limits<double>::infinity(), nullptr};
    for (const Plate& plate : all) {
        const double t = (plate.x - from[0]) / along[0];
        const double y = from[1] + t * along[1], z = from[2] + t * along[2];
        if (!(t > 0) || t >= best.first || y < plate.left || y > plate.right || z < plate.bottom ||
            z > plate.top)
            continue;
        best = {t, &plate};
    }
    return best;
}

/// 48 scan lines before the sensor, one after the other from the top.
inline visual::Cloud scan(const std::vector<Plate>& all) {
    visual::Cloud cloud;
    cloud.frame = "lidar";
    for (int ring = 0; ring < 48; ++ring) {
        const double elevation = (16 - ring * 0.7) * std::numbers::pi / 180;
        for (double degrees = -45; degrees < 45; degrees += 0.2) {
            const double azimuth = degrees * std::numbers::pi / 180;
            const std::array<double, 3> along = {std::cos(elevation) * std::cos(azimuth),
                                                 std::cos(elevation) * std::sin(azimuth),
                                                 std::sin(elevation)};
            const auto [t, plate] = first_on(all, {0, 0, 0}, along);
            if (plate)
                cloud.points.push_back({static_cast<float>(t * along[0]),
                                        static_cast<float>(t * along[1]),
                                        static_cast<float>(t * along[2])});
        }
    }
    return cloud;
}

/// Looks along the LiDAR's x axis from 0.2 m before it.
inline visual::Camera straight_camera(int width = 640, int height = 360) {
    visual::Camera camera;
    camera.name = "camera";
    camera.width = width;
    camera.height = height;
    camera.parent_frame = "lidar";
    const double focal = 0.6 * width;
    camera.projection = {focal, 0, width / 2.0, 0, 0, focal, height / 2.0, 0, 0, 0, 1, 0};
    camera.camera_from_parent = {0, -1, 0, 0, 0, 0, -1, 0, 1, 0, 0, -0.2, 0, 0, 0, 1};
    return camera;
}

inline visual::Raster photograph(const std::vector<Plate>& all, const visual::Camera& camera) {
    visual::Raster image{.width = camera.width, .height = camera.height, .channels = 1};
    for (int y = 0; y < camera.height; ++y) {
        for (int x = 0; x < camera.width; ++x) {
            const double right = (x + 0.5 - camera.projection[2]) / camera.projection[0],
                         down = (y + 0.5 - camera.projection[6]) / camera.projection[5];
            const auto [t, plate] = first_on(all, {0.2, 0, 0}, {1, -right, -down});
            image.bytes.push_back(plate ? plate->gray : 0);
        }
    }
    return image;
}

}  // namespace millrace::tests
