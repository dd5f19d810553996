// The point-cloud payload: positions plus any named per-point fields, in one frame.
#pragma once

#include "engine/packet.hpp"
#include "engine/visual/cloud.hpp"

namespace millrace::types {

using Point = visual::Point;
using PointField = visual::PointField;

/// Same content as the neutral struct, so that readers hand their result over by move.
struct PointCloud : visual::Cloud {
    PointCloud() = default;
    explicit PointCloud(visual::Cloud cloud) : visual::Cloud(std::move(cloud)) {}
};

}  // namespace millrace::types

template <>
struct millrace::engine::PayloadTraits<millrace::types::PointCloud> {
    static constexpr std::string_view name = "point_cloud";
    static constexpr int version = 1;
    static Record record(const types::PointCloud& cloud);
    static types::PointCloud restore(const Record& record);
    static std::vector<visual::Visual> visual(const types::PointCloud& cloud,
                                              const visual::Budget& budget);
};
