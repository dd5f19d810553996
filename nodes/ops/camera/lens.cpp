#include "nodes/ops/camera/lens.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/problem.hpp"

namespace millrace::ops {

Lens::Lens(const types::Camera& camera) {
    const std::vector<double>& given = camera.distortion;
    const auto is_zero = [](double value) { return value == 0; };
    const bool finite =
        std::ranges::all_of(given, [](double value) { return std::isfinite(value); });
    if (!finite || (given.size() > 8 && !std::all_of(given.begin() + 8, given.end(), is_zero))) {
        throw engine::Error(
            {.code = "E-CAMERA-001",
             .what =
                 fmt::format("Camera \"{}\" has a lens model that is not supported", camera.name),
             .expected = "at most 8 finite coefficients: k1 k2 p1 p2 k3 k4 k5 k6",
             .found = finite ? fmt::format("{} coefficients", given.size())
                             : std::string("a coefficient that is not finite"),
             .mend =
                 "Undistort the images beforehand, or leave out the thin-prism and tilt terms."});
    }
    const auto coefficient = [&](std::size_t i) { return i < given.size() ? given[i] : 0.0; };
    k_ = {coefficient(0), coefficient(1), coefficient(4),
          coefficient(5), coefficient(6), coefficient(7)};
    p1_ = coefficient(2);
    p2_ = coefficient(3);
    is_ideal_ = std::ranges::all_of(given, is_zero);
    largest_r2_ = is_ideal_ ? std::numeric_limits<double>::infinity() : find_largest_r2();
}

double Lens::find_largest_r2() const {
    // Walks outwards to 85 degrees off the axis; a step is under a pixel's width of any usual lens
    // there.
    constexpr double kStep = 1e-3, kEnd = 11.43;
    double before = 0;
    for (double radius = kStep; radius < kEnd; radius += kStep) {
        const double bent = radius * radial_factor(radius * radius);
        if (!(bent > before)) return (radius - kStep) * (radius - kStep);
        before = bent;
    }
    return std::numeric_limits<double>::infinity();
}

ImageSize image_size(const types::Camera& camera, ImageSize size) {
    const ImageSize known =
        size.width > 0 && size.height > 0 ? size : ImageSize{camera.width, camera.height};
    if (known.width <= 0 || known.height <= 0) {
        throw engine::Error(
            {.code = "E-CAMERA-002",
             .what = fmt::format("The image size of camera \"{}\" is not known", camera.name),
             .expected = "a width and a height in pixels",
             .found = fmt::format("{} x {}", known.width, known.height),
             .mend = "Give the camera's size in the calibration, or connect its image."});
    }
    return known;
}

}  // namespace millrace::ops
