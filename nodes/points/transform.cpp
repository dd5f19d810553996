#include "nodes/ops/camera/transform.hpp"
#include "engine/node.hpp"
#include "nodes/ops/cloud/pose.hpp"
#include "nodes/types/point_cloud.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace millrace::nodes {
namespace {

enum class Direction { Forward, Inverse };

struct Transform {
    double x = 0, y = 0, z = 0;
    double roll = 0, pitch = 0, yaw = 0;
    std::vector<double> matrix;
    Direction direction = Direction::Forward;
    std::string frame;

    static engine::NodeSpec spec();

    std::vector<engine::Problem> check() const {
        std::vector<engine::Problem> problems;
        if (matrix.empty()) return problems;
        visual::Matrix4 numbers{};
        if (matrix.size() == numbers.size()) std::ranges::copy(matrix, numbers.begin());
        if (!ops::is_transform(numbers)) {
            problems.push_back(
                {.what = "The matrix is no transform",
                 .expected = "16 numbers, row by row, the last row 0 0 0 1, invertible; or none",
                 .found = std::to_string(matrix.size()) + " numbers",
                 .where = "matrix",
                 .mend = "Give all four rows, or leave it empty and set x to yaw."});
        }
        if (x != 0 || y != 0 || z != 0 || roll != 0 || pitch != 0 || yaw != 0) {
            problems.push_back(
                {.what = "The pose is given twice",
                 .expected = "either a matrix, or x to yaw",
                 .found = "both",
                 .where = "matrix",
                 .mend = "Empty the matrix, or set x, y, z, roll, pitch and yaw to 0."});
        }
        return problems;
    }

    types::PointCloud operator()(const types::PointCloud& cloud,
                                 const engine::Value* transform) const {
        visual::Matrix4 pose = ops::pose_from({x, y, z}, roll, pitch, yaw);
        if (!matrix.empty()) std::ranges::copy(matrix, pose.begin());
        const bool wired = transform && !transform->is_null();
        if (wired) pose = ops::transform_from(*transform);
        if (direction == Direction::Inverse) pose = ops::inverse(pose);
        types::PointCloud moved = ops::transformed(cloud, pose);
        const engine::Value* wired_frame =
            wired ? transform->find(direction == Direction::Forward ? "to" : "from") : nullptr;
        if (!frame.empty())
            moved.frame = frame;
        else if (wired_frame && wired_frame->is_string())
            moved.frame = wired_frame->as_string();
        return moved;
    }
};

engine::NodeSpec Transform::spec() {
    const auto number = [](const char* name, double Transform::*field, const char* unit,
                           double limit, const char* doc) {
        return engine::ParamSpec{.name = name,
                                 .field = field,
                                 .unit = unit,
                                 .range = {-limit, limit},
                                 .doc = doc,
                                 .change = engine::Change::Hot};
    };
    return {
        .id = "points.transform",
        .title = "Move and turn",
        .group = "Point cloud",
        .doc =
            "Applies a rigid or affine transform to all points; the field \"normal\" turns with "
            "them. The transform "
            "comes from the wire, else from the matrix, else from x to yaw: turned about x by "
            "roll, then about y "
            "by pitch, then about z by yaw, then moved. A result more than a kilometre off puts "
            "the far part into "
            "the cloud's origin, so that positions keep their millimetres. Points without a finite "
            "position stay.",
        .inputs = {{"cloud", "[N] points, metres"},
                   {.name = "transform",
                    .doc = "{\"matrix\": [16 numbers, row by row], \"from\", \"to\"} as "
                           "points.register_icp gives it, "
                           "or the numbers alone; takes the place of the parameters",
                    .optional = true}},
        .outputs = {{"moved", "The same points in the new frame, fields kept"}},
        .params = {number("x", &Transform::x, "m", 1e8, "Moved forward"),
                   number("y", &Transform::y, "m", 1e8, "Moved to the left"),
                   number("z", &Transform::z, "m", 1e8, "Moved up"),
                   number("roll", &Transform::roll, "rad", 7, "Turned about x"),
                   number("pitch", &Transform::pitch, "rad", 7, "Turned about y"),
                   number("yaw", &Transform::yaw, "rad", 7,
                          "Turned about z, counter-clockwise from above"),
                   {.name = "matrix",
                    .field = &Transform::matrix,
                    .doc = "16 numbers, row by row, metres, instead of x to yaw; empty for none",
                    .change = engine::Change::Hot},
                   {.name = "direction",
                    .field = &Transform::direction,
                    .choices = {"forward", "inverse"},
                    .doc = "Whether the transform is applied or undone",
                    .change = engine::Change::Hot},
                   {.name = "frame",
                    .field = &Transform::frame,
                    .doc = "Name of the frame the points are in afterwards; empty takes the "
                           "wire's, or keeps the "
                           "cloud's",
                    .change = engine::Change::Hot}},
        .tags = {"rotate", "translate", "pose", "frame"},
    };
}

}  // namespace

void register_transform(engine::Registry& registry) { registry.add<Transform>(); }

}  // namespace millrace::nodes
