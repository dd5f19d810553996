// The lens of a camera in the form the projection loops want: OpenCV's model with k1 k2 p1 p2 k3 k4
// k5 k6.
#pragma once

#include <array>

#include "nodes/ops/camera/project.hpp"
#include "nodes/types/calibration.hpp"

namespace millrace::ops {

class Lens {
public:
    /// Throws Error E-CAMERA-001 for coefficients beyond k6 that are not zero, or values that are
    /// not finite.
    explicit Lens(const types::Camera& camera);

    bool is_ideal() const { return is_ideal_; }

    /// Moves a point of the camera frame to where an ideal lens would see it at the same pixel (z
    /// is kept). False beyond the radius up to which the model grows: what it gives there lies
    /// nowhere.
    bool bend(double& x, double& y, double z) const {
        const double a = x / z, b = y / z;
        const double r2 = a * a + b * b;
        const double radial = radial_factor(r2);
        x = z * (a * radial + 2 * p1_ * a * b + p2_ * (r2 + 2 * a * a));
        y = z * (b * radial + p1_ * (r2 + 2 * b * b) + 2 * p2_ * a * b);
        return r2 <= largest_r2_;
    }

private:
    double radial_factor(double r2) const {
        return (1 + r2 * (k_[0] + r2 * (k_[1] + r2 * k_[2]))) /
               (1 + r2 * (k_[3] + r2 * (k_[4] + r2 * k_[5])));
    }
    double find_largest_r2() const;

    std::array<double, 6> k_ = {};  // k1 k2 k3 k4 k5 k6
    double p1_ = 0, p2_ = 0;
    double largest_r2_ = 0;
    bool is_ideal_ = true;
};

/// `size` where known, else the camera's. Throws Error E-CAMERA-002 when neither is.
ImageSize image_size(const types::Camera& camera, ImageSize size);

}  // namespace millrace::ops
