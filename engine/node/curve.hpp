// A curve as a parameter: what a node does as a function of a share from 0 to 1, drawn by hand.
#pragma once

#include <array>
#include <vector>

#include "engine/value.hpp"

namespace millrace::engine {

struct Curve {
    /// {x, y}, x rising within [0, 1]; at least one point. JSON has the same: [[0, 0], [1, 1]].
    std::vector<std::array<double, 2>> points = {{0, 0}, {1, 1}};

    static constexpr std::size_t kMostPoints = 64;

    /// Through all points, level before the first and after the last. Between them a cubic that
    /// never swings beyond its ends: slopes as harmonic means (Fritsch and Butland, "A method for
    /// constructing local monotone piecewise cubic interpolants", 1984). NaN gives NaN.
    double at(double x) const;

    friend bool operator==(const Curve&, const Curve&) = default;
};

Value to_value(const Curve& curve);
/// From what FieldType::accept() gave.
Curve curve_from(const Value& value);

}  // namespace millrace::engine
