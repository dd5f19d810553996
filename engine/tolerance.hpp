// The one rule by which two numbers agree, for packets, sketches and visuals alike. `a` is the
// reference. A value; any thread.
#pragma once

#include <cmath>

namespace millrace::engine {

/// Numbers a and b agree when |a - b| <= absolute + relative * |a|. An infinity agrees only with
/// itself; NaN with NaN where `equal_nan`, else with nothing.
struct Tolerance {
    double absolute = 0, relative = 0;
    bool equal_nan = true;

    double allowed(double a) const { return absolute + relative * std::abs(a); }
    bool operator==(const Tolerance&) const = default;
};

}  // namespace millrace::engine
