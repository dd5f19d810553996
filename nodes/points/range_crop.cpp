#include "engine/node.hpp"
#include "nodes/ops/cloud/select.hpp"
#include "nodes/types/point_cloud.hpp"

#include <cmath>
#include <vector>

namespace millrace::nodes {
namespace {

struct RangeCrop {
    double min_range = 1.0;  // clears the returns from the vehicle's own body
    double max_range = 70.0;

    static engine::NodeSpec spec() {
        return {
            .id = "points.range_crop",
            .title = "Crop by range",
            .group = "Point cloud",
            .doc =
                "Keeps the points whose distance from the sensor lies within a band, its ends "
                "included. The sensor "
                "is at the zero of the cloud's frame. Points without a finite position are "
                "dropped.",
            .inputs = {{"cloud", "[N] points in the sensor frame, metres"}},
            .outputs = {{"cropped", "[M <= N] points of the same frame, in the same order"}},
            .params = {{.name = "min_range",
                        .field = &RangeCrop::min_range,
                        .unit = "m",
                        .range = {0, 500},
                        .doc = "Nearest distance kept",
                        .change = engine::Change::Hot},
                       {.name = "max_range",
                        .field = &RangeCrop::max_range,
                        .unit = "m",
                        .range = {0, 500},
                        .doc = "Farthest distance kept",
                        .change = engine::Change::Hot}},
            .tags = {"filter", "distance"},
        };
    }

    std::vector<engine::Problem> check() const {
        if (min_range < max_range) return {};
        return {{.what = "Empty band",
                 .expected = "more than min_range",
                 .where = "max_range",
                 .mend = "Set it above min_range."}};
    }

    types::PointCloud operator()(const types::PointCloud& cloud) const {
        const auto [x, y, z] = cloud.origin;
        const double nearest = min_range * min_range, farthest = max_range * max_range;
        return ops::select(cloud, ops::indices_where(cloud.points, [&](const types::Point& point) {
                               const double dx = point.x + x, dy = point.y + y, dz = point.z + z;
                               const double squared = dx * dx + dy * dy + dz * dz;
                               return squared >= nearest &&
                                      squared <= farthest;  // NaN and infinity fail
                           }));
    }
};

}  // namespace

void register_range_crop(engine::Registry& registry) { registry.add<RangeCrop>(); }

}  // namespace millrace::nodes
