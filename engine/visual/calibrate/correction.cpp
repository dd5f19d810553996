#include "engine/visual/calibrate/correction.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "engine/visual/scene/scene.hpp"

namespace millrace::visual {

double correction_limit(CorrectionAxis axis) {
    return is_turn(axis) ? 5 * std::numbers::pi / 180 : 0.5;
}

Correction limited(Correction correction) {
    for (const CorrectionAxis axis : kCorrectionAxes) {
        double& value = correction[axis];
        const double most = correction_limit(axis);
        value = std::isfinite(value) ? std::clamp(value, -most, most) : 0;
    }
    return correction;
}

Matrix4 delta_of(const Correction& correction) {
    const double roll = correction[CorrectionAxis::Roll], pitch = correction[CorrectionAxis::Pitch],
                 yaw = correction[CorrectionAxis::Yaw];
    const double cr = std::cos(roll), sr = std::sin(roll), cp = std::cos(pitch),
                 sp = std::sin(pitch), cy = std::cos(yaw), sy = std::sin(yaw);
    const Matrix4 about_z = {cr, -sr, 0, 0, sr, cr, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1};
    const Matrix4 about_x = {1, 0, 0, 0, 0, cp, -sp, 0, 0, sp, cp, 0, 0, 0, 0, 1};
    const Matrix4 about_y = {cy, 0, sy, 0, 0, 1, 0, 0, -sy, 0, cy, 0, 0, 0, 0, 1};
    Matrix4 delta = product(about_y, product(about_x, about_z));
    delta[3] = correction[CorrectionAxis::X];
    delta[7] = correction[CorrectionAxis::Y];
    delta[11] = correction[CorrectionAxis::Z];
    return delta;
}

Camera corrected(Camera camera, const Correction& correction) {
    // Without a correction the numbers stay as they were read, to the last digit.
    if (!correction.none())
        camera.camera_from_parent = product(delta_of(correction), camera.camera_from_parent);
    return camera;
}

Camera camera_of_image(Camera camera, const Raster& image) {
    if (image.full_width != camera.width || image.full_height != camera.height ||
        image.width <= 0 || image.height <= 0 || camera.width <= 0 || camera.height <= 0)
        return camera;
    const double across = static_cast<double>(image.width) / camera.width,
                 down = static_cast<double>(image.height) / camera.height;
    for (std::size_t i = 0; i < 4; ++i) {
        camera.projection[i] *= across;
        camera.projection[4 + i] *= down;
    }
    camera.width = image.width;
    camera.height = image.height;
    return camera;
}

Pinhole::Pinhole(const Camera& camera) : width_(camera.width), height_(camera.height) {
    const Matrix4& m = camera.camera_from_parent;
    for (std::size_t column = 0; column < 4; ++column) {
        depth_[column] = m[8 + column];
        for (std::size_t row = 0; row < 3; ++row) {
            const double* p = &camera.projection[row * 4];
            rows_[row][column] = p[0] * m[column] + p[1] * m[4 + column] + p[2] * m[8 + column];
        }
    }
    for (std::size_t row = 0; row < 3; ++row) rows_[row][3] += camera.projection[row * 4 + 3];
}

}  // namespace millrace::visual
