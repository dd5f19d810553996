#include <algorithm>
#include <cmath>

#include "engine/value.hpp"
#include "engine/visual/io/errors.hpp"
#include "engine/visual/io/formats.hpp"
#include "engine/visual/io/rows.hpp"
#include "engine/visual/io/text.hpp"

namespace millrace::visual::io {
namespace {

bool is_comment(std::string_view line) {
    const auto start = line.find_first_not_of(" \t");
    return start == std::string_view::npos || line[start] == '#' ||
           line.substr(start).starts_with("//");
}

bool starts_with_name(std::string_view line) {
    const auto start = line.find_first_not_of(" \t");
    return start != std::string_view::npos &&
           std::string_view("+-.,;0123456789").find(line[start]) == std::string_view::npos;
}

/// The numbers of a line, or nullopt when one of its words is none or a cell between commas is
/// empty.
std::optional<std::vector<double>> numbers_of(std::string_view line) {
    std::vector<double> numbers;
    while (!line.empty()) {
        const std::size_t end = std::min(line.find_first_of(",;"), line.size());
        std::string_view cell = line.substr(0, end);
        line.remove_prefix(std::min(end + 1, line.size()));
        std::string_view word = take_word(cell);
        if (word.empty() && !line.empty()) return {};
        for (; !word.empty(); word = take_word(cell)) {
            const auto number = number_from<double>(word);
            if (!number) return {};
            numbers.push_back(*number);
        }
    }
    return numbers;
}

}  // namespace

Cloud read_xyz(std::span<const std::byte> bytes, std::string_view name) {
    Lines lines(text_of(bytes), name);
    std::vector<double> values;
    std::size_t width = 0;
    bool first = true;
    std::optional<double> promised;
    while (const auto line = lines.next_filled()) {
        if (is_comment(*line)) continue;
        const auto numbers = numbers_of(*line);
        // Names of columns, or a count of points.
        const bool heading = first && (numbers ? numbers->size() == 1 : starts_with_name(*line));
        first = false;
        if (heading) {
            if (numbers) promised = numbers->front();
            continue;
        }
        if (!numbers || numbers->size() < 3 || numbers->size() > kMaxColumns ||
            (width != 0 && numbers->size() != width)) {
            fail(kBadRow, "The line is no point",
                 width != 0 ? std::to_string(width) + " numbers" : "at least three numbers",
                 shown(*line), lines.where());
        }
        width = numbers->size();
        values.insert(values.end(), numbers->begin(), numbers->end());
    }
    const std::size_t count = width > 0 ? values.size() / width : 0;
    if (promised && *promised != static_cast<double>(count)) {
        fail(kTruncated, "The file holds another number of points than its first line tells",
             engine::number_text(*promised) + " points", std::to_string(count) + " points",
             lines.where());
    }
    const bool colors = width == 6 && [&] {
        for (std::size_t i = 0; i < count; ++i) {
            for (std::size_t c = 3; c < 6; ++c) {
                const double value = values[i * 6 + c];
                if (!(value >= 0 && value <= 255) || value != std::floor(value)) return false;
            }
        }
        return true;
    }();
    for (std::size_t i = 0; colors && i < count; ++i) {
        // Colours are bytes: the lowest of the number that takes the place of the double.
        for (std::size_t c = 3; c < 6; ++c) {
            double& value = values[i * 6 + c];
            value = std::bit_cast<double>(static_cast<std::uint64_t>(value));
        }
    }
    std::vector<Column> columns;
    constexpr std::string_view kAxes[] = {"x", "y", "z"};
    constexpr std::string_view kColors[] = {"red", "green", "blue"};
    for (std::size_t c = 0; c < std::max<std::size_t>(width, 3); ++c) {
        Column column{.name = "field" + std::to_string(c), .type = Number::F64};
        if (c < 3)
            column.name = kAxes[c];
        else if (colors)
            column.name = kColors[c - 3];
        else if (width == 4)
            column.name = "intensity";
        columns.push_back(std::move(column));
    }
    lay_out_rows(columns);
    for (std::size_t c = 3; colors && c < 6; ++c) columns[c].type = Number::U8;
    return cloud_from_rows(
        {.columns = columns, .rows = count, .data = std::as_bytes(std::span(values))}, name);
}

std::string write_xyz(const Cloud& cloud) {
    check_fields(cloud);
    std::string text;
    const auto append = [&](double value, char end) {
        append_number(text, Number::F64, reinterpret_cast<const std::byte*>(&value));
        text += end;
    };
    const PointField* intensity = cloud.field("intensity");
    for (std::size_t i = 0; i < cloud.points.size(); ++i) {
        append(with_origin(cloud.points[i].x, cloud.origin[0]), ' ');
        append(with_origin(cloud.points[i].y, cloud.origin[1]), ' ');
        append(with_origin(cloud.points[i].z, cloud.origin[2]), intensity ? ' ' : '\n');
        if (intensity) append(intensity->at(i), '\n');
    }
    return text;
}

}  // namespace millrace::visual::io
