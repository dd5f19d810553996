// Rigid and affine transforms as row-major 4 x 4 matrices in metres, and what they do to clouds.
// Pure functions.
#pragma once

#include "engine/value.hpp"
#include "nodes/types/point_cloud.hpp"

#include <array>
#include <string>

namespace millrace::ops {

/// Translation in metres, angles in radians: turned about x (roll), then y (pitch), then z (yaw),
/// then moved.
visual::Matrix4 pose_from(const std::array<double, 3>& translation, double roll, double pitch,
                          double yaw);

/// Whether the matrix is an affine transform that can be undone: last row 0 0 0 1, all numbers
/// finite, and axes that span the space (relative to their lengths, so that a change of unit is no
/// matter).
bool is_transform(const visual::Matrix4& matrix);

/// The angle of the rotation, 0 to pi radians; the matrix must be rigid.
double rotation_angle(const visual::Matrix4& matrix);

/// The cloud with all positions moved and the field "normal" turned, in double precision. When the
/// result lies more than a kilometre off, the far part goes to the cloud's origin, so that float32
/// positions keep their millimetres.
types::PointCloud transformed(types::PointCloud cloud, const visual::Matrix4& to_from);

/// How transforms travel on wires: {"matrix": [16 numbers], "from": frame, "to": frame}.
engine::Value transform_value(const visual::Matrix4& to_from, const std::string& from,
                              const std::string& to);

/// The matrix of such a value, or of a bare list of 16 numbers. Throws engine::Error (E-POINTS-002)
/// when it is neither, or can't be inverted.
visual::Matrix4 transform_from(const engine::Value& value);

}  // namespace millrace::ops
