// Scenes for the tests of the software renderer.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "engine/random.hpp"
#include "engine/visual/scene/renderer.hpp"

namespace millrace::tests {

// Vectors are arrays of std, whose operators aren't found by their arguments.
using visual::operator+;
using visual::operator-;
using visual::operator*;

inline visual::CloudLayer layer_of(std::vector<visual::Point> points, visual::Vector3 origin = {}) {
    auto cloud = std::make_shared<visual::Cloud>();
    cloud->points = std::move(points);
    cloud->origin = origin;
    return visual::make_layer("cloud", std::move(cloud));
}

inline visual::Scene scene_of(std::vector<visual::Point> points, visual::Vector3 origin = {}) {
    visual::Scene scene;
    scene.clouds.push_back(layer_of(std::move(points), origin));
    return scene;
}

/// Clumps of points in a room of 40 x 40 x 8 metres.
inline std::vector<visual::Point> random_points(std::size_t count, std::uint64_t seed) {
    engine::Random random(seed, "scene", 0);
    std::vector<visual::Point> points(count);
    visual::Point center;
    for (std::size_t i = 0; i < count; ++i) {
        const auto part = [&](double half) {
            return static_cast<float>(random.uniform(-half, half));
        };
        if (i % 50 == 0) center = {part(20), part(20), part(4)};
        points[i] = {center.x + part(1), center.y + part(1), center.z + part(1)};
    }
    return points;
}

/// A view with whole numbers: from the origin along x, the focal length is half the picture's
/// height.
inline visual::View straight_view(double distance = 10) {
    visual::View view;
    view.target = {distance, 0, 0};
    view.distance = distance;
    view.yaw = 0;
    view.pitch = 0;
    view.field_of_view = 2 * std::atan(1.0);
    view.near_plane = 0.1;
    view.far_plane = 1000;
    return view;
}

inline visual::View random_view(std::uint64_t seed) {
    engine::Random random(seed, "view", 0);
    visual::View view;
    view.target = {random.uniform(-8, 8), random.uniform(-8, 8), random.uniform(-2, 2)};
    view.distance = random.uniform(1, 40);
    view.yaw = random.uniform(-3, 3);
    view.pitch = random.uniform(-1.5, 1.5);
    view.lens = random.chance(0.5) ? visual::Lens::Perspective : visual::Lens::Orthographic;
    return view;
}

/// Points and background alone.
inline visual::Style plain_style() {
    visual::Style style;
    style.coloring.by = visual::ColorBy::Constant;
    style.eye_dome.on = false;
    style.grid = style.axes = false;
    return style;
}

}  // namespace millrace::tests
