// Colours for numbers: five maps of 256 colours, a palette for labels. Plain functions, any thread.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace millrace::visual {

enum class Map { Turbo, Viridis, Magma, Gray, Jet };

using Rgb = std::array<std::uint8_t, 3>;
using MapTable = std::array<Rgb, 256>;

/// Colours from the low end to the high end; within 6 of 255 of the published tables.
const MapTable& map_table(Map map);

/// "turbo", "viridis" …; for legends and saved styles.
std::string_view map_name(Map map);

/// A colour that is easily told from those of other numbers; negative means none: grey.
Rgb palette_color(std::int64_t number);
/// The same by name; a name keeps its colour, those of common driving data sets differ.
Rgb label_color(std::string_view label);

}  // namespace millrace::visual
