// A camera whose numbers are easily worked out, clouds and boxes for it, and a registry that holds
// the nodes of the fusion family.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "nodes/types/boxes.hpp"
#include "nodes/types/calibration.hpp"
#include "nodes/types/image.hpp"
#include "nodes/types/point_cloud.hpp"
#include "nodes/types/table.hpp"
#include "tests/nodes/ops/draw/pictures.hpp"
#include "tests/nodes/ops/error_code.hpp"
#include "tests/nodes/support.hpp"

namespace millrace::nodes {
void register_birds_eye(engine::Registry& registry);
void register_depth_image(engine::Registry& registry);
void register_overlay(engine::Registry& registry);
void register_paint_points(engine::Registry& registry);
void register_project_boxes(engine::Registry& registry);
void register_project_points(engine::Registry& registry);
}  // namespace millrace::nodes

namespace millrace::testing {

inline constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
inline constexpr float kInfinity = std::numeric_limits<float>::infinity();

/// Has every node of the family.
inline const engine::Registry& fusion_registry() {
    static const std::unique_ptr<engine::Registry> registry = [] {
        auto filled = std::make_unique<engine::Registry>();
        nodes::register_birds_eye(*filled);
        nodes::register_depth_image(*filled);
        nodes::register_overlay(*filled);
        nodes::register_paint_points(*filled);
        nodes::register_project_boxes(*filled);
        nodes::register_project_points(*filled);
        return filled;
    }();
    return *registry;
}

/// Stands at the LiDAR and looks forward: (x, y, z) metres lies at pixel (50 - 100 y / x,
/// 40 - 100 z / x) of 100 x 80, at depth x.
inline types::Camera forward_camera(std::string name = "front") {
    types::Camera camera;
    camera.name = std::move(name);
    camera.width = 100;
    camera.height = 80;
    camera.projection = {100, 0, 50, 0, 0, 100, 40, 0, 0, 0, 1, 0};
    camera.camera_from_lidar = {0, -1, 0, 0, 0, 0, -1, 0, 1, 0, 0, 0, 0, 0, 0, 1};
    return camera;
}

inline types::Calibration calibration_of(std::vector<types::Camera> cameras) {
    types::Calibration calibration;
    calibration.cameras = std::move(cameras);
    return calibration;
}

inline types::Image image_of(int width = 100, int height = 80, Rgb color = {0, 0, 0}) {
    types::Image image = plain(width, height, color);
    image.frame = "front";
    image.timestamp = 12.5;
    return image;
}

/// In the frame "lidar", with the int32 field "index" that numbers the points.
inline types::PointCloud cloud_of(std::vector<types::Point> points) {
    types::PointCloud cloud;
    cloud.frame = "lidar";
    cloud.full_count = points.size();
    std::vector<std::int32_t> numbers(points.size());
    for (std::size_t at = 0; at < numbers.size(); ++at) numbers[at] = static_cast<std::int32_t>(at);
    cloud.points = std::move(points);
    cloud.fields.push_back({"index", 1, std::move(numbers)});
    return cloud;
}

inline std::vector<std::int32_t> numbers_of(const types::PointCloud& cloud) {
    return std::get<std::vector<std::int32_t>>(cloud.field("index")->values);
}

/// What fusion.project_points gives: each point's pixel and depth.
struct Seen {
    float u, v, depth;
};
inline types::PointCloud projected_of(const std::vector<Seen>& seen) {
    std::vector<types::Point> points;
    std::vector<float> u, v, depth;
    for (const Seen& one : seen) {
        points.push_back({one.depth, 0, 0});
        u.push_back(one.u);
        v.push_back(one.v);
        depth.push_back(one.depth);
    }
    types::PointCloud cloud = cloud_of(std::move(points));
    cloud.fields.push_back({"u", 1, std::move(u)});
    cloud.fields.push_back({"v", 1, std::move(v)});
    cloud.fields.push_back({"depth", 1, std::move(depth)});
    return cloud;
}

inline types::Box3d box_at(double x, double y, double z, std::array<double, 3> size,
                           std::string label = "Car", double yaw = 0) {
    types::Box3d box;
    box.center = {x, y, z};
    box.size = size;
    box.yaw = yaw;
    box.label = std::move(label);
    return box;
}

inline types::Boxes3d boxes_of(std::vector<types::Box3d> boxes) {
    types::Boxes3d all;
    all.frame = "lidar";
    all.boxes = std::move(boxes);
    return all;
}

template <class T>
engine::Packet packet(T value) {
    return engine::Packet::make(std::move(value));
}

/// The inputs of a node as packets; nothing for an input that is left open.
inline engine::Packet packet(std::nullptr_t) { return {}; }

template <class... Inputs>
std::vector<engine::Packet> run(const std::string& id, const engine::Object& params,
                                Inputs... inputs) {
    return run_node(fusion_registry(), id, params, {packet(std::move(inputs))...});
}

/// The problem a call throws; one with the code "none" when nothing is thrown.
template <class Call>
engine::Problem problem_of(const Call& call) {
    try {
        call();
    } catch (const engine::Error& error) {
        return error.problem();
    }
    return {.code = "none"};
}

}  // namespace millrace::testing
