#include "viewers/tensor/tensor_tone.hpp"

#include <algorithm>
#include <cmath>

#include "engine/visual/scene/color_map.hpp"

namespace millrace::viewers {
namespace {

using Table = std::array<QRgb, 256>;

Table table_of(visual::Map map) {
    Table table{};
    const visual::MapTable& colors = visual::map_table(map);
    for (std::size_t i = 0; i < table.size(); ++i)
        table[i] = qRgb(colors[i][0], colors[i][1], colors[i][2]);
    return table;
}

/// Deep blue over white to deep red, both halves equally bright at equal distance from the middle.
Table blue_red() {
    constexpr std::array<std::array<int, 3>, 5> knots = {
        {{20, 60, 140}, {90, 150, 215}, {244, 244, 244}, {228, 124, 94}, {146, 22, 40}}};
    Table table{};
    for (std::size_t i = 0; i < table.size(); ++i) {
        const double place = static_cast<double>(i) / 255 * 4;
        const auto knot = std::min<std::size_t>(3, static_cast<std::size_t>(place));
        const double past = place - static_cast<double>(knot);
        std::array<int, 3> color{};
        for (std::size_t channel = 0; channel < 3; ++channel)
            color[channel] = static_cast<int>(
                std::lround(knots[knot][channel] * (1 - past) + knots[knot + 1][channel] * past));
        table[i] = qRgb(color[0], color[1], color[2]);
    }
    return table;
}

}  // namespace

const Table& tensor_map(TensorMap map) {
    static const std::array<Table, 5> tables = {
        table_of(visual::Map::Viridis), table_of(visual::Map::Magma), table_of(visual::Map::Turbo),
        table_of(visual::Map::Gray), blue_red()};
    return tables[static_cast<std::size_t>(std::max(1, static_cast<int>(map)) - 1)];
}

TensorMap chosen_map(TensorMap map, std::pair<double, double> numbers) {
    if (map != TensorMap::Automatic) return map;
    return numbers.first < 0 && numbers.second > 0 ? TensorMap::BlueRed : TensorMap::Viridis;
}

std::pair<double, double> symmetric(std::pair<double, double> range) {
    const double reach = std::max(std::abs(range.first), std::abs(range.second));
    return reach > 0 ? std::pair(-reach, reach) : std::pair(-1.0, 1.0);
}

QRgb tensor_color(const Table& map, std::pair<double, double> range, double value) {
    if (!std::isfinite(value))
        return std::isnan(value) ? kNanColor : value > 0 ? kPositiveColor : kNegativeColor;
    // Halves, since the width of a range of doubles may be no double.
    const double width = range.second / 2 - range.first / 2;
    const double place = width > 0 ? (value / 2 - range.first / 2) / width : 0.5;
    return map[static_cast<std::size_t>(std::clamp(place, 0.0, 1.0) * 255 + 0.5)];
}

}  // namespace millrace::viewers
