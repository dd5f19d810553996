// Clouds for the tests of the points family, and a registry that holds its nodes.
#pragma once

#include "engine/node.hpp"
#include "nodes/types/point_cloud.hpp"
#include "tests/nodes/support.hpp"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace millrace::nodes {
void register_cluster(engine::Registry& registry);
void register_crop(engine::Registry& registry);
void register_merge(engine::Registry& registry);
void register_normals(engine::Registry& registry);
void register_picture(engine::Registry& registry);
void register_range_crop(engine::Registry& registry);
void register_register_icp(engine::Registry& registry);
void register_remove_ground(engine::Registry& registry);
void register_remove_outliers(engine::Registry& registry);
void register_transform(engine::Registry& registry);
void register_voxel_downsample(engine::Registry& registry);
}  // namespace millrace::nodes

namespace millrace::testing {

inline constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

/// Has every node of the family.
inline const engine::Registry& points_registry() {
    static const std::unique_ptr<engine::Registry> registry = [] {
        auto filled = std::make_unique<engine::Registry>();
        nodes::register_cluster(*filled);
        nodes::register_crop(*filled);
        nodes::register_merge(*filled);
        nodes::register_normals(*filled);
        nodes::register_picture(*filled);
        nodes::register_range_crop(*filled);
        nodes::register_register_icp(*filled);
        nodes::register_remove_ground(*filled);
        nodes::register_remove_outliers(*filled);
        nodes::register_transform(*filled);
        nodes::register_voxel_downsample(*filled);
        return filled;
    }();
    return *registry;
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

/// The numbers of the points a node kept, in their order.
inline std::vector<std::int32_t> numbers_of(const types::PointCloud& cloud) {
    const types::PointField* field = cloud.field("index");
    return field ? std::get<std::vector<std::int32_t>>(field->values) : std::vector<std::int32_t>{};
}

inline engine::Packet packet_of(types::PointCloud cloud) {
    return engine::Packet::make(std::move(cloud));
}

/// Runs one node of the family on one cloud; the first output.
inline types::PointCloud run_on(const std::string& id, const engine::Object& params,
                                types::PointCloud cloud) {
    return run_node(points_registry(), id, params, {packet_of(std::move(cloud))})
        .at(0)
        .as<types::PointCloud>();
}

inline std::filesystem::path kitti_folder() { return shared_folder() / "data" / "kitti-mini"; }

/// A frame of KITTI with its field "intensity"; empty when there is no such file.
inline types::PointCloud kitti_frame(const std::string& name) {
    types::PointCloud cloud;
    cloud.frame = "lidar";
    std::ifstream file(kitti_folder() / "velodyne" / (name + ".bin"), std::ios::binary);
    std::vector<float> intensity;
    for (float row[4]; file.read(reinterpret_cast<char*>(row), sizeof row);) {
        cloud.points.push_back({row[0], row[1], row[2]});
        intensity.push_back(row[3]);
    }
    cloud.fields.push_back({"intensity", 1, std::move(intensity)});
    cloud.full_count = cloud.points.size();
    return cloud;
}

}  // namespace millrace::testing

/// Skips a test of real frames where there are none.
#define MILLRACE_NEED_KITTI()                                                       \
    if (!std::filesystem::exists(::millrace::testing::kitti_folder() / "velodyne")) \
    GTEST_SKIP() << "missing folder " << ::millrace::testing::kitti_folder().string()
