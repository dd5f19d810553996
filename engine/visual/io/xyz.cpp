#include <algorithm>
#include <cmath>

#include "engine/visual/io/errors.hpp"
#include "engine/visual/io/formats.hpp"
#include "engine/visual/io/rows.hpp"
#include "engine/visual/io/text.hpp"

namespace millrace::visual::io {
namespace {

bool is_comment(std::string_view line) {
    const auto start = line.find_first_not_of(" \t");
    return start == std::string_view::npos || line[start] == '#' || line.substr(start).starts_with("//");
}

/// The numbers of a line, or nullopt when one of its words is none.
std::optional<std::vector<double>> numbers_of(std::string line) {
    std::ranges::replace(line, ',', ' ');
    std::ranges::replace(line, ';', ' ');
    std::vector<double> numbers;
    for (std::string_view word : words_of(line)) {
        const auto number = number_from<double>(word);
        if (!number) return {};
        numbers.push_back(*number);
    }
    return numbers;
}

}  // namespace

Cloud read_xyz(std::span<const std::byte> bytes, std::string_view name) {
    Lines lines(text_of(bytes), name);
    std::vector<double> values;
    std::size_t width = 0;
    bool first = true;
    while (const auto line = lines.next_filled()) {
        if (is_comment(*line)) continue;
        const auto numbers = numbers_of(std::string(*line));
        const bool heading = first && (!numbers || numbers->size() < 3);  // names of columns, or a count of points
        first = false;
        if (heading) continue;
        if (!numbers || numbers->size() < 3 || numbers->size() > kMaxColumns || (width != 0 && numbers->size() != width)) {
            fail(kBadRow, "The line is no point", width != 0 ? std::to_string(width) + " numbers" : "at least three numbers",
                 shown(*line), lines.where());
        }
        width = numbers->size();
        values.insert(values.end(), numbers->begin(), numbers->end());
    }
    const std::size_t count = width > 0 ? values.size() / width : 0;
    const bool colors = width == 6 && [&] {
        for (std::size_t i = 0; i < count; ++i) {
            for (std::size_t c = 3; c < 6; ++c) {
                const double value = values[i * 6 + c];
                if (!(value >= 0 && value <= 255) || value != std::floor(value)) return false;
            }
        }
        return true;
    }();
    std::vector<Column> columns;
    constexpr std::string_view kAxes[] = {"x", "y", "z"};
    constexpr std::string_view kColors[] = {"red", "green", "blue"};
    for (std::size_t c = 0; c < std::max<std::size_t>(width, 3); ++c) {
        Column column{.name = "field" + std::to_string(c), .type = Number::F64};
        if (c < 3) column.name = kAxes[c];
        else if (colors) column.name = kColors[c - 3];
        else if (width == 4) column.name = "intensity";
        columns.push_back(std::move(column));
    }
    lay_out_rows(columns);
    return cloud_from_rows({.columns = columns, .rows = count, .data = std::as_bytes(std::span(values))}, name);
}

std::string write_xyz(const Cloud& cloud) {
    std::string text;
    const auto append = [&](double value, char end) {
        append_number(text, Number::F64, reinterpret_cast<const std::byte*>(&value));
        text += end;
    };
    const PointField* intensity = cloud.field("intensity");
    for (std::size_t i = 0; i < cloud.points.size(); ++i) {
        append(cloud.points[i].x + cloud.origin[0], ' ');
        append(cloud.points[i].y + cloud.origin[1], ' ');
        append(cloud.points[i].z + cloud.origin[2], intensity ? ' ' : '\n');
        if (intensity) append(intensity->at(i), '\n');
    }
    return text;
}

}  // namespace millrace::visual::io
