#include "nodes/ops/cloud/pose.hpp"

#include "engine/problem.hpp"
#include "nodes/ops/camera/transform.hpp"

#include <Eigen/Geometry>
#include <Eigen/LU>

#include <algorithm>
#include <cmath>

namespace millrace::ops {
namespace {

using RowMatrix4 = Eigen::Matrix<double, 4, 4, Eigen::RowMajor>;
constexpr double kFarAway = 1000;  // metres; float32 resolves 0.06 mm there

Eigen::Map<const RowMatrix4> view(const visual::Matrix4& matrix) {
    return Eigen::Map<const RowMatrix4>(matrix.data());
}

visual::Matrix4 copy(const RowMatrix4& matrix) {
    visual::Matrix4 result;
    std::copy_n(matrix.data(), result.size(), result.begin());
    return result;
}

/// Normals turn with the inverse transpose, which for a rigid transform is the rotation itself.
void turn_normals(std::vector<float>& normals, const Eigen::Matrix3d& linear) {
    const Eigen::Matrix3d turn = linear.inverse().transpose();
    for (std::size_t at = 0; at + 2 < normals.size(); at += 3) {
        const Eigen::Vector3d normal =
            turn * Eigen::Vector3d(normals[at], normals[at + 1], normals[at + 2]);
        const double length = normal.norm();
        for (int axis = 0; axis < 3; ++axis) {
            normals[at + axis] =
                static_cast<float>(length > 0 ? normal[axis] / length : normal[axis]);
        }
    }
}

}  // namespace

visual::Matrix4 pose_from(const std::array<double, 3>& translation, double roll, double pitch,
                          double yaw) {
    RowMatrix4 matrix = RowMatrix4::Identity();
    matrix.topLeftCorner<3, 3>() = (Eigen::AngleAxisd(yaw, Eigen::Vector3d::UnitZ()) *
                                    Eigen::AngleAxisd(pitch, Eigen::Vector3d::UnitY()) *
                                    Eigen::AngleAxisd(roll, Eigen::Vector3d::UnitX()))
                                       .toRotationMatrix();
    for (int axis = 0; axis < 3; ++axis) matrix(axis, 3) = translation[axis];
    return copy(matrix);
}

bool is_transform(const visual::Matrix4& matrix) {
    if (matrix[12] != 0 || matrix[13] != 0 || matrix[14] != 0 || matrix[15] != 1) return false;
    if (!view(matrix).allFinite()) return false;
    const Eigen::Matrix3d linear = view(matrix).topLeftCorner<3, 3>();
    const double volume = linear.col(0).norm() * linear.col(1).norm() * linear.col(2).norm();
    return std::abs(linear.determinant()) > 1e-9 * volume;
}

double rotation_angle(const visual::Matrix4& matrix) {
    return Eigen::AngleAxisd(Eigen::Matrix3d(view(matrix).topLeftCorner<3, 3>())).angle();
}

types::PointCloud transformed(types::PointCloud cloud, const visual::Matrix4& to_from) {
    const Eigen::Matrix3d linear = view(to_from).topLeftCorner<3, 3>();
    const std::array<double, 3> moved_origin = transform(to_from, cloud.origin);
    const bool far =
        std::ranges::any_of(moved_origin, [](double value) { return std::abs(value) > kFarAway; });
    cloud.origin = far ? moved_origin : std::array<double, 3>{};
    const Eigen::Vector3d shift =
        far ? Eigen::Vector3d::Zero().eval()
            : Eigen::Vector3d(moved_origin[0], moved_origin[1], moved_origin[2]);
    for (types::Point& point : cloud.points) {
        const Eigen::Vector3d moved = linear * Eigen::Vector3d(point.x, point.y, point.z) + shift;
        point = {static_cast<float>(moved.x()), static_cast<float>(moved.y()),
                 static_cast<float>(moved.z())};
    }
    for (types::PointField& field : cloud.fields) {
        auto* normals = std::get_if<std::vector<float>>(&field.values);
        if (normals && field.name == "normal" && field.channels == 3)
            turn_normals(*normals, linear);
    }
    return cloud;
}

engine::Value transform_value(const visual::Matrix4& to_from, const std::string& from,
                              const std::string& to) {
    return engine::Object{
        {"matrix", engine::Array(to_from.begin(), to_from.end())}, {"from", from}, {"to", to}};
}

visual::Matrix4 transform_from(const engine::Value& value) {
    const engine::Value* list = value.is_array() ? &value : value.find("matrix");
    visual::Matrix4 matrix{};
    const bool numbers = list && list->is_array() && list->as_array().size() == matrix.size() &&
                         std::ranges::all_of(list->as_array(), &engine::Value::is_number);
    if (numbers)
        std::ranges::transform(list->as_array(), matrix.begin(), &engine::Value::as_double);
    if (!numbers || !is_transform(matrix)) {
        throw engine::Error(
            {.code = "E-POINTS-002",
             .what = "The value is no transform",
             .expected =
                 "16 numbers, row by row, the last row 0 0 0 1, invertible; or {\"matrix\": …}",
             .found = engine::to_json(value).substr(0, 200),
             .mend =
                 "Wire the transform output of points.register_icp, or a constant of this form."});
    }
    return matrix;
}

}  // namespace millrace::ops
