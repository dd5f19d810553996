#include "nodes/ops/kernels/rotary_angles.hpp"

#include <cmath>

namespace millrace::ops {

RotaryAngles::RotaryAngles(std::int64_t width, double base) {
    for (std::int64_t i = 0; i < width; i += 2) {
        const double exponent = static_cast<double>(i) / static_cast<double>(width);
        frequencies_.push_back(1 / std::pow(base, exponent));
    }
}

void RotaryAngles::at(std::int64_t position, std::span<float> cosines,
                      std::span<float> sines) const {
    for (std::size_t i = 0; i < frequencies_.size(); ++i) {
        // In double: at position 1000 a float32 angle is off by 1e-4 already.
        const double angle = static_cast<double>(position) * frequencies_[i];
        cosines[i] = static_cast<float>(std::cos(angle));
        sines[i] = static_cast<float>(std::sin(angle));
    }
}

}  // namespace millrace::ops
