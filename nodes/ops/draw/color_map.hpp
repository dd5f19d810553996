// Colours for numbers and names: colour maps, scales with an axis of their own,
// palettes. Plain functions and values, any thread.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace::ops {

enum class ColorMap { Turbo, Viridis, Magma, Gray, Jet };

/// Names of the maps in the order of the enumerators, for a node's parameter.
std::vector<std::string> color_map_names();

using Rgb = std::array<std::uint8_t, 3>;

/// 256 colours from the low end to the high end of the map (OpenCV's tables).
const std::array<Rgb, 256>& colors_of(ColorMap map);

enum class Spacing { Linear, Logarithmic };
enum class Direction { Rising, Falling };  ///< Falling: low values take the map's high end

/// From a number to its place between two ends, and to a colour.
class ColorScale {
public:
    /// Ends that are equal or swapped are mended; a logarithmic scale ends at a
    /// thousandth of `high` at the lowest.
    ColorScale(ColorMap map, double low, double high, Spacing spacing = Spacing::Linear,
               Direction direction = Direction::Rising);

    /// Values beyond take the end's colour; NaN is black.
    Rgb operator()(double value) const {
        if (value != value) return {0, 0, 0};
        return at(place(value));
    }
    /// 0 at the low end to 1 at the high end; NaN stays NaN.
    double place(double value) const;
    /// The colour at a place from 0 to 1.
    Rgb at(double place) const {
        const auto index = static_cast<std::size_t>(place * 255 + 0.5);
        return (*colors_)[direction_ == Direction::Rising ? index : 255 - index];
    }
    /// Round numbers between the ends, about `wanted` of them, with their texts.
    std::vector<std::pair<double, std::string>> ticks(int wanted) const;

    double low() const { return low_; }
    double high() const { return high_; }

private:
    const std::array<Rgb, 256>* colors_;
    double low_, high_, start_, factor_;
    Spacing spacing_;
    Direction direction_;
};

/// The 2nd and 98th percentile of `values` (or of about 100,000 of them, evenly
/// spread), infinite ones and NaN left out; {0, 1} without values; the second
/// is always above the first.
std::pair<double, double> spread_of(const std::vector<float>& values);

/// The interval widened to round numbers, so that a legend is readable and
/// frames agree.
std::pair<double, double> rounded(std::pair<double, double> spread, Spacing spacing);

/// Colours that are easily told apart, by number (negative means none: grey)
/// and by name; a name keeps its colour.
Rgb category_color(std::int64_t number);
Rgb label_color(std::string_view label);

}  // namespace millrace::ops
