// Made visuals for the tests of their comparison.
#pragma once

#include <cmath>
#include <cstring>
#include <limits>

#include <gtest/gtest.h>

#include "engine/random.hpp"
#include "engine/visual/difference.hpp"

namespace millrace::tests {

using visual::Difference;
using visual::Verdict;

inline constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
inline constexpr double kInfinity = std::numeric_limits<double>::infinity();

inline Difference differ(const visual::Visual& a, const visual::Visual& b,
                         const engine::Tolerance& tolerance = {},
                         const visual::CompareOptions& options = {}) {
    return visual::compare(a, b, tolerance, options);
}

template <class T>
visual::Raster raster_of(int width, int height, int channels, const std::vector<T>& values) {
    visual::Raster raster{.width = width, .height = height, .channels = channels};
    raster.depth = sizeof(T) == 1   ? visual::Raster::Depth::U8
                   : sizeof(T) == 2 ? visual::Raster::Depth::U16
                                    : visual::Raster::Depth::F32;
    raster.bytes.resize(values.size() * sizeof(T));
    if (!values.empty()) std::memcpy(raster.bytes.data(), values.data(), raster.bytes.size());
    return raster;
}

inline float picture_value(const Difference& difference, std::size_t element) {
    const auto& raster = std::get<visual::Raster>(*difference.picture);
    float value = 0;
    std::memcpy(&value, raster.bytes.data() + element * sizeof value, sizeof value);
    return value;
}

}  // namespace millrace::tests
