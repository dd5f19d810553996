#include "engine/node.hpp"
#include "nodes/ops/cloud/select.hpp"
#include "nodes/types/point_cloud.hpp"

#include <array>
#include <vector>

namespace millrace::nodes {
namespace {

enum class Keep { Inside, Outside };

struct Crop {
    double min_x = 0, max_x = 70;
    double min_y = -40, max_y = 40;
    double min_z = -3, max_z = 1;
    Keep keep = Keep::Inside;

    static engine::NodeSpec spec() {
        const auto bound = [](const char* name, double Crop::*field, const char* doc) {
            return engine::ParamSpec{.name = name,
                                     .field = field,
                                     .unit = "m",
                                     .range = {-1e7, 1e7},
                                     .doc = doc,
                                     .change = engine::Change::Hot};
        };
        return {
            .id = "points.crop",
            .title = "Crop by box",
            .group = "Point cloud",
            .doc =
                "Keeps the points inside, or outside, an axis-aligned box in the cloud's frame. "
                "Points on its "
                "faces are inside. Points without a finite position are dropped either way. The "
                "default box is "
                "the usual detection range in front of a KITTI vehicle.",
            .inputs = {{"cloud", "[N] points, metres"}},
            .outputs = {{"cropped", "[M <= N] points of the same frame, in the same order"}},
            .params = {bound("min_x", &Crop::min_x, "Rear face (x points forward)"),
                       bound("max_x", &Crop::max_x, "Front face"),
                       bound("min_y", &Crop::min_y, "Right face (y points left)"),
                       bound("max_y", &Crop::max_y, "Left face"),
                       bound("min_z", &Crop::min_z, "Bottom face (z points up)"),
                       bound("max_z", &Crop::max_z, "Top face"),
                       {.name = "keep",
                        .field = &Crop::keep,
                        .choices = {"inside", "outside"},
                        .doc = "Which points stay",
                        .change = engine::Change::Hot}},
            .tags = {"filter", "region of interest"},
        };
    }

    std::vector<engine::Problem> check() const {
        std::vector<engine::Problem> problems;
        const auto need_order = [&problems](double low, double high, const char* name,
                                            const char* low_name) {
            if (low < high) return;
            problems.push_back({.what = "The box is empty",
                                .expected = std::string("more than ") + low_name,
                                .where = name,
                                .mend = std::string("Set it above ") + low_name + "."});
        };
        need_order(min_x, max_x, "max_x", "min_x");
        need_order(min_y, max_y, "max_y", "min_y");
        need_order(min_z, max_z, "max_z", "min_z");
        return problems;
    }

    types::PointCloud operator()(const types::PointCloud& cloud) const {
        // The bounds move to the cloud's origin rather than every point to the frame's.
        const std::array<double, 3>& o = cloud.origin;
        const std::array<double, 3> low = {min_x - o[0], min_y - o[1], min_z - o[2]};
        const std::array<double, 3> high = {max_x - o[0], max_y - o[1], max_z - o[2]};
        return ops::select(cloud, ops::indices_where(cloud.points, [&](const types::Point& p) {
                               if (!ops::is_finite(p)) return false;
                               const bool inside = p.x >= low[0] && p.x <= high[0] &&
                                                   p.y >= low[1] && p.y <= high[1] &&
                                                   p.z >= low[2] && p.z <= high[2];
                               return inside == (keep == Keep::Inside);
                           }));
    }
};

}  // namespace

void register_crop(engine::Registry& registry) { registry.add<Crop>(); }

}  // namespace millrace::nodes
