// Small double-precision transforms between sensor frames; names read `target_from_source`. Plain
// functions without state, safe on any thread.
#pragma once

#include <array>

#include "engine/visual/visual.hpp"

namespace millrace::ops {

using Vector3 = std::array<double, 3>;
using visual::Matrix4;

/// `point` (metres, source frame) in the target frame; the last row of the matrix is taken as 0 0
/// 0 1.
inline Vector3 transform(const Matrix4& target_from_source, const Vector3& point) {
    const Matrix4& m = target_from_source;
    return {m[0] * point[0] + m[1] * point[1] + m[2] * point[2] + m[3],
            m[4] * point[0] + m[5] * point[1] + m[6] * point[2] + m[7],
            m[8] * point[0] + m[9] * point[1] + m[10] * point[2] + m[11]};
}

/// The product `a_from_b` * `b_from_c`.
Matrix4 multiply(const Matrix4& a_from_b, const Matrix4& b_from_c);

/// The inverse of an affine transform (the 3x3 part need not be orthonormal: calibration files are
/// rounded). Throws Error E-TRANSFORM-001 when the 3x3 part has no inverse or holds non-finite
/// values.
Matrix4 inverse(const Matrix4& target_from_source);

}  // namespace millrace::ops
