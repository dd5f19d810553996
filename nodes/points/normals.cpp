#include "nodes/ops/cloud/normals.hpp"

#include "engine/node.hpp"
#include "nodes/types/point_cloud.hpp"

#include <utility>
#include <vector>

namespace millrace::nodes {
namespace {

enum class Search { Nearest, Radius };

struct Normals {
    Search search = Search::Nearest;
    int neighbours = 20;
    double radius = 0.5;

    static engine::NodeSpec spec() {
        return {
            .id = "points.normals",
            .title = "Surface normals",
            .group = "Point cloud",
            .doc =
                "Adds the field \"normal\": the unit normal of a plane fitted to each point's "
                "neighbourhood. Normals are turned "
                "towards the sensor, which is at the zero of the cloud's frame. An older field of "
                "that name is "
                "replaced. All points stay; those without a finite position, with fewer than three "
                "neighbours, or "
                "with neighbours in one line, get 0 0 0.",
            .inputs = {{"cloud", "[N] points in the sensor frame, metres"}},
            .outputs = {{"cloud", "The same points with the float32 field \"normal\" [N, 3]"}},
            .params = {{.name = "search",
                        .field = &Normals::search,
                        .choices = {"nearest", "radius"},
                        .doc = "Which neighbours count: the nearest however far, or those of them "
                               "within the radius",
                        .change = engine::Change::Hot},
                       {.name = "neighbours",
                        .field = &Normals::neighbours,
                        .range = {3, 500},
                        .doc = "Neighbours taken at most, the point itself among them",
                        .change = engine::Change::Hot},
                       {.name = "radius",
                        .field = &Normals::radius,
                        .unit = "m",
                        .range = {0.001, 1000},
                        .doc = "radius: how far neighbours may be",
                        .change = engine::Change::Hot}},
            .tags = {"surface", "geometry"},
            .source = "Hoppe et al.: Surface reconstruction from unorganized points, SIGGRAPH 1992",
            .worst_time = "0.06 s for 120,000 points, building the k-d tree",
        };
    }

    types::PointCloud operator()(types::PointCloud cloud, engine::RunContext& context) const {
        const ops::KdTree tree(cloud.points);
        const double reach = search == Search::Radius ? radius : 0;
        std::vector<float> normals =
            ops::estimate_normals(cloud.points, tree, {neighbours, reach},
                                  {-cloud.origin[0], -cloud.origin[1], -cloud.origin[2]},
                                  [&context] { return context.stop_requested(); });
        std::erase_if(cloud.fields,
                      [](const types::PointField& field) { return field.name == "normal"; });
        cloud.fields.push_back({"normal", 3, std::move(normals)});
        return cloud;
    }
};

}  // namespace

void register_normals(engine::Registry& registry) { registry.add<Normals>(); }

}  // namespace millrace::nodes
