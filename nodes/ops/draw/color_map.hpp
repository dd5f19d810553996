// Colour maps for numbers.
#pragma once

#include <array>
#include <cstdint>

namespace millrace::ops {

enum class ColorMap { Turbo, Viridis, Magma, Gray };

using Rgb = std::array<std::uint8_t, 3>;

/// 256 colours from the low end to the high end of the map (OpenCV's tables).
const std::array<Rgb, 256>& colors_of(ColorMap map);

/// The colour of `value` on the scale from `low` to `high`; values beyond take the end's colour, NaN is black.
Rgb color_at(ColorMap map, double value, double low, double high);

}  // namespace millrace::ops
