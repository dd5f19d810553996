// From a tensor's numbers to colours: maps, ranges, and the striking colours of what is no number.
// Values and plain functions, any thread.
#pragma once

#include <QRgb>
#include <array>
#include <utility>

namespace millrace::viewers {

/// The first three are for numbers of one sign, the diverging ones have a neutral middle.
enum class TensorMap { Automatic, Viridis, Magma, Turbo, Gray, BlueRed };
/// What the ends of the map are.
enum class TensorRange { Slice, Whole, Tile, Percentiles, Symmetric, Manual };

inline constexpr QRgb kNanColor = qRgb(255, 0, 255);
inline constexpr QRgb kPositiveColor = qRgb(255, 122, 0);  ///< +infinity
inline constexpr QRgb kNegativeColor = qRgb(0, 214, 255);  ///< -infinity

/// 256 colours from the low end to the high end; Automatic is one of the others first.
const std::array<QRgb, 256>& tensor_map(TensorMap map);
/// The diverging map where the numbers have both signs.
TensorMap chosen_map(TensorMap map, std::pair<double, double> numbers);

/// Round zero as far as the farther end; 1 where both are 0.
std::pair<double, double> symmetric(std::pair<double, double> range);

/// The colour of a number, whichever it is; a range without width shows its only number in the
/// middle.
QRgb tensor_color(const std::array<QRgb, 256>& map, std::pair<double, double> range, double value);

}  // namespace millrace::viewers
