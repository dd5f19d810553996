#include "nodes/ops/cloud/merge.hpp"

#include "engine/node.hpp"
#include "nodes/types/point_cloud.hpp"

#include <string>

namespace millrace::nodes {
namespace {

struct Merge {
    std::string source_field;

    static engine::NodeSpec spec() {
        return {
            .id = "points.merge",
            .title = "Merge two clouds",
            .group = "Point cloud",
            .doc =
                "Puts the points of two clouds of one frame into one cloud. Fields that both have "
                "stay (same name "
                "and channels; where the number types differ, as a floating-point field); a cloud "
                "without "
                "points doesn't take fields from the other. Points without a finite position stay. "
                "Clouds that name "
                "different frames are an error: move one with points.transform first.",
            .inputs = {{"first", "[N] points, metres"},
                       {"second", "[M] points of the same frame, metres"}},
            .outputs = {{"merged",
                         "[N + M] points, the first cloud's in front; frame, origin and time of "
                         "the first"}},
            .params = {{.name = "source_field",
                        .field = &Merge::source_field,
                        .doc = "Name of a uint8 field to add: 0 for points of the first cloud, 1 "
                               "for the second; "
                               "empty for none",
                        .change = engine::Change::Hot}},
            .tags = {"join", "concatenate", "union"},
        };
    }

    types::PointCloud operator()(const types::PointCloud& first,
                                 const types::PointCloud& second) const {
        return ops::merged(first, second, source_field);
    }
};

}  // namespace

void register_merge(engine::Registry& registry) { registry.add<Merge>(); }

}  // namespace millrace::nodes
