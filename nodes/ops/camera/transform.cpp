#include "nodes/ops/camera/transform.hpp"

#include <cmath>

#include "engine/problem.hpp"

namespace millrace::ops {

Matrix4 multiply(const Matrix4& a_from_b, const Matrix4& b_from_c) {
    Matrix4 product = {};
    for (int row = 0; row < 4; ++row) {
        for (int column = 0; column < 4; ++column) {
            for (int k = 0; k < 4; ++k) {
                product[row * 4 + column] += a_from_b[row * 4 + k] * b_from_c[k * 4 + column];
            }
        }
    }
    return product;
}

Matrix4 inverse(const Matrix4& target_from_source) {
    const Matrix4& m = target_from_source;
    // Cofactors of the 3x3 part, already transposed.
    const std::array<double, 9> adjugate = {
        m[5] * m[10] - m[6] * m[9], m[2] * m[9] - m[1] * m[10], m[1] * m[6] - m[2] * m[5],
        m[6] * m[8] - m[4] * m[10], m[0] * m[10] - m[2] * m[8], m[2] * m[4] - m[0] * m[6],
        m[4] * m[9] - m[5] * m[8],  m[1] * m[8] - m[0] * m[9],  m[0] * m[5] - m[1] * m[4]};
    const double determinant = m[0] * adjugate[0] + m[1] * adjugate[3] + m[2] * adjugate[6];
    const double scale = 1.0 / determinant;
    if (determinant == 0 || !std::isfinite(scale)) {
        throw engine::Error({.code = "E-TRANSFORM-001",
                             .what = "The transform between two sensors has no inverse",
                             .expected = "a rotation and a translation",
                             .found = "a matrix without inverse",
                             .mend = "Check the rotation of this sensor in the calibration."});
    }
    Matrix4 result = visual::kIdentity;
    for (int row = 0; row < 3; ++row) {
        double offset = 0;
        for (int column = 0; column < 3; ++column) {
            result[row * 4 + column] = adjugate[row * 3 + column] * scale;
            offset -= result[row * 4 + column] * m[column * 4 + 3];
        }
        result[row * 4 + 3] = offset;
    }
    return result;
}

}  // namespace millrace::ops
