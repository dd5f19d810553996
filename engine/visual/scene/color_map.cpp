#include "engine/visual/scene/color_map.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

#include "engine/hash.hpp"

namespace millrace::visual {
namespace {

/// Every fifteenth colour as 0xRRGGBB; those between lie on straight lines.
using Knots = std::array<std::uint32_t, 18>;

/// Google's turbo (A. Mikhailov 2019).
constexpr Knots kTurbo = {0x30123b, 0x3f3e9c, 0x4666dd, 0x458cfd, 0x2fb2f4, 0x1ad4d0,
                          0x22ebaa, 0x52fa7a, 0x8bff4b, 0xb7f735, 0xdbe236, 0xf5c53a,
                          0xfea130, 0xf9751d, 0xe84b0c, 0xce2d04, 0xa91601, 0x7a0403};
/// Viridis and magma of S. van der Walt and N. Smith (2015).
constexpr Knots kViridis = {0x440154, 0x481769, 0x472a7a, 0x433d84, 0x3d4e8a, 0x355e8d,
                            0x2e6d8e, 0x297b8e, 0x23898e, 0x1f978b, 0x21a585, 0x2eb37c,
                            0x46c06f, 0x65cb5e, 0x89d548, 0xb0dd2f, 0xd8e219, 0xfde725};
constexpr Knots kMagma = {0x000004, 0x090720, 0x1a1042, 0x311165, 0x4a1079, 0x621980,
                          0x792282, 0x912b81, 0xaa337d, 0xc23b75, 0xd9466b, 0xec5860,
                          0xf7725c, 0xfc8e64, 0xfeaa74, 0xfec68a, 0xfde2a3, 0xfcfdbf};

std::uint8_t to_byte(double share) {
    return static_cast<std::uint8_t>(std::lround(std::clamp(share, 0.0, 1.0) * 255));
}

MapTable table_of(const Knots& knots) {
    constexpr std::size_t kStep = 15;
    MapTable table{};
    for (std::size_t i = 0; i < table.size(); ++i) {
        const std::size_t knot = std::min(i / kStep, knots.size() - 2), past = i - knot * kStep;
        for (std::size_t channel = 0; channel < 3; ++channel) {
            const auto part = [&](std::uint32_t color) {
                return color >> (16 - 8 * channel) & 255;
            };
            const std::size_t sum =
                part(knots[knot]) * (kStep - past) + part(knots[knot + 1]) * past;
            table[i][channel] = static_cast<std::uint8_t>((sum + kStep / 2) / kStep);
        }
    }
    return table;
}

MapTable jet() {
    MapTable table{};
    for (std::size_t i = 0; i < table.size(); ++i) {
        const double place = 4 * static_cast<double>(i) / 255;
        const auto hat = [place](double middle) { return to_byte(1.5 - std::abs(place - middle)); };
        table[i] = {hat(3), hat(2), hat(1)};
    }
    return table;
}

MapTable gray() {
    MapTable table{};
    for (std::size_t i = 0; i < table.size(); ++i) table[i].fill(static_cast<std::uint8_t>(i));
    return table;
}

constexpr std::array<Rgb, 12> kPalette = {{{86, 204, 255},
                                           {255, 122, 198},
                                           {255, 200, 70},
                                           {120, 230, 130},
                                           {190, 150, 255},
                                           {255, 140, 90},
                                           {90, 235, 215},
                                           {235, 235, 120},
                                           {255, 105, 120},
                                           {130, 165, 255},
                                           {200, 225, 100},
                                           {230, 170, 220}}};

}  // namespace

const MapTable& map_table(Map map) {
    static const std::array<MapTable, 5> tables = {table_of(kTurbo), table_of(kViridis),
                                                   table_of(kMagma), gray(), jet()};
    return tables[static_cast<std::size_t>(map)];
}

std::string_view map_name(Map map) {
    constexpr std::array<std::string_view, 5> names = {"turbo", "viridis", "magma", "gray", "jet"};
    return names[static_cast<std::size_t>(map)];
}

Rgb palette_color(std::int64_t number) {
    if (number < 0) return {112, 118, 128};
    return kPalette[static_cast<std::size_t>(number) % kPalette.size()];
}

Rgb label_color(std::string_view label) {
    constexpr std::array<std::pair<std::string_view, int>, 14> kKnown = {{{"Car", 0},
                                                                          {"car", 0},
                                                                          {"Pedestrian", 1},
                                                                          {"pedestrian", 1},
                                                                          {"Person_sitting", 1},
                                                                          {"Cyclist", 2},
                                                                          {"bicycle", 2},
                                                                          {"motorcycle", 2},
                                                                          {"Van", 3},
                                                                          {"truck", 5},
                                                                          {"Truck", 5},
                                                                          {"bus", 4},
                                                                          {"Tram", 4},
                                                                          {"", 6}}};
    for (const auto& [name, number] : kKnown) {
        if (name == label) return palette_color(number);
    }
    return palette_color(static_cast<std::int64_t>(engine::hash_text(label).low >> 8));
}

}  // namespace millrace::visual
