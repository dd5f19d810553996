// Paths, cameras, curves and histograms against their like.
#include <cmath>
#include <map>

#include <fmt/format.h>

#include "engine/visual/difference_tally.hpp"
#include "engine/visual/scene/geometry.hpp"

namespace millrace::visual {
namespace {

constexpr std::size_t kMostLines = 64;  ///< of a picture

std::int64_t at(std::size_t index) { return static_cast<std::int64_t>(index); }

/// A matrix's numbers as a part of their own.
template <std::size_t size>
void compare_matrix(const char* name, const std::array<double, size>& a,
                    const std::array<double, size>& b, Tally& tally, Table& picture) {
    tally.begin(name);
    for (std::size_t i = 0; i < size; ++i) {
        tally.pair(a[i], b[i], [&] {
            return Place{.kind = Place::Kind::Element,
                         .a = at(i),
                         .b = at(i),
                         .row = at(i / 4),
                         .column = at(i % 4),
                         .part = name};
        });
        if (a[i] != b[i])
            picture.rows.push_back({name, std::to_string(i / 4), std::to_string(i % 4),
                                    number_in_words(a[i]), number_in_words(b[i]),
                                    number_in_words(a[i] - b[i])});
    }
}

const Series::Line* line_named(const Series& series, const std::string& name, std::size_t nth) {
    for (const Series::Line& line : series.lines)
        if (line.name == name && nth-- == 0) return &line;
    return nullptr;
}

bool sound(const Series& series) {
    return std::ranges::all_of(
        series.lines, [](const Series::Line& line) { return line.x.size() == line.y.size(); });
}

/// Values of two lines at equal x; of an x that stands several times, in order.
Series::Line compare_line(const Series::Line& a, const Series::Line& b, Tally& tally) {
    Series::Line apart{.name = a.name, .x = {}, .y = {}};
    const auto place = [&](std::int64_t i, std::int64_t j) {
        return Place{
            .kind = Place::Kind::Element, .a = i, .b = j, .row = i < 0 ? j : i, .part = a.name};
    };
    const auto pair = [&](std::size_t i, std::size_t j) {
        ++tally.result.matched;
        tally.pair(a.y[i], b.y[j], [&] { return place(at(i), at(j)); });
        apart.x.push_back(a.x[i]);
        apart.y.push_back(a.y[i] == b.y[j] ? 0 : a.y[i] - b.y[j]);
    };
    // NaN orders nowhere: as a key it would break the map.
    const auto key = [](double x) { return std::isnan(x) ? std::pair(1, 0.0) : std::pair(0, x); };
    std::multimap<std::pair<int, double>, std::size_t> by_x;
    for (std::size_t j = 0; j < b.x.size(); ++j) by_x.emplace(key(b.x[j]), j);
    for (std::size_t i = 0; i < a.x.size() && !tally.stopped(); ++i) {
        const auto found = by_x.lower_bound(key(a.x[i]));
        if (found == by_x.end() || found->first != key(a.x[i])) {
            tally.alone(place(at(i), -1), fmt::format("x {}", number_in_words(a.x[i])));
            continue;
        }
        pair(i, found->second);
        by_x.erase(found);
    }
    for (const auto& [x, j] : by_x)
        tally.alone(place(-1, at(j)), fmt::format("x {}", number_in_words(b.x[j])));
    return apart;
}

}  // namespace

void compare_kind(const Polyline& a, const Polyline& b, Tally& tally) {
    tally.unlike_texts("frame", a.frame, b.frame);
    tally.unlike_texts("name", a.name, b.name);
    if (a.color != b.color) {
        tally.identical = false;
        tally.remark("the colours differ");
    }
    Series picture{.title = "difference", .x_label = "point", .y_label = "m", .lines = {{}}};
    picture.lines[0].name = "distance";
    const std::size_t both = std::min(a.points.size(), b.points.size());
    for (std::size_t i = 0; i < both && !tally.stopped(); ++i) {
        const Vector3 one = a.points[i], other = b.points[i];
        const double apart = one == other ? 0 : length(one - other);
        const Place place{.kind = Place::Kind::Point, .a = at(i), .b = at(i), .part = "position"};
        if (!finite(one) && !finite(other)) {
            for (std::size_t axis = 0; axis < 3; ++axis)
                tally.pair(one[axis], other[axis], [&] { return place; });
        } else {
            tally.vectors(length(one), length(other), apart, dot(one, other),
                          [&] { return place; });
        }
        picture.lines[0].x.push_back(static_cast<double>(i));
        picture.lines[0].y.push_back(apart);
    }
    tally.result.matched = both;
    for (std::size_t i = both; i < a.points.size(); ++i)
        tally.alone({.kind = Place::Kind::Point, .a = at(i), .part = "position"},
                    fmt::format("point {}", i));
    for (std::size_t i = both; i < b.points.size(); ++i)
        tally.alone({.kind = Place::Kind::Point, .b = at(i), .part = "position"},
                    fmt::format("point {}", i));
    if (tally.options.picture)
        tally.result.picture = std::make_shared<const Visual>(std::move(picture));
}

void compare_kind(const Camera& a, const Camera& b, Tally& tally) {
    tally.unlike_texts("name", a.name, b.name);
    tally.unlike_texts("frame", a.parent_frame, b.parent_frame);
    if (a.width != b.width || a.height != b.height)
        tally.unlike(
            fmt::format("size: {} x {} against {} x {}", a.width, a.height, b.width, b.height));
    Table picture{.columns = {"matrix", "row", "column", "a", "b", "a - b"}, .rows = {}};
    compare_matrix("projection", a.projection, b.projection, tally, picture);
    compare_matrix("camera_from_parent", a.camera_from_parent, b.camera_from_parent, tally,
                   picture);
    picture.full_rows = picture.rows.size();
    tally.result.matched = a.projection.size() + a.camera_from_parent.size();
    if (tally.options.picture)
        tally.result.picture = std::make_shared<const Visual>(std::move(picture));
}

void compare_kind(const Series& a, const Series& b, Tally& tally) {
    if (!sound(a) || !sound(b)) {
        return tally.refuse({.code = "E-VISUAL-013",
                             .what = "A curve contradicts itself",
                             .expected = "as many x as y",
                             .found = "more of one than of the other",
                             .mend = "Record it again."});
    }
    tally.unlike_texts("title", a.title, b.title);
    tally.unlike_texts("x axis", a.x_label, b.x_label);
    tally.unlike_texts("y axis", a.y_label, b.y_label);
    Series picture{.title = "difference", .x_label = a.x_label, .y_label = a.y_label, .lines = {}};
    std::map<std::string, std::size_t> seen;
    for (const Series::Line& line : a.lines) {
        const Series::Line* other = line_named(b, line.name, seen[line.name]++);
        if (!other) {
            tally.unlike(fmt::format("line \"{}\" is missing in the second", line.name));
            continue;
        }
        tally.begin(line.name);
        Series::Line apart = compare_line(line, *other, tally);
        if (picture.lines.size() < kMostLines) picture.lines.push_back(std::move(apart));
    }
    seen.clear();
    for (const Series::Line& line : b.lines) {
        if (!line_named(a, line.name, seen[line.name]++))
            tally.unlike(fmt::format("line \"{}\" is missing in the first", line.name));
    }
    if (tally.options.picture)
        tally.result.picture = std::make_shared<const Visual>(std::move(picture));
}

void compare_kind(const Histogram& a, const Histogram& b, Tally& tally) {
    const auto same = [](double one, double other) {
        return one == other || (std::isnan(one) && std::isnan(other));
    };
    if (a.counts.size() != b.counts.size() || !same(a.min, b.min) || !same(a.max, b.max)) {
        return tally.refuse(
            {.code = "E-VISUAL-011",
             .what = "The histograms have different bins",
             .expected = fmt::format("{} bins from {} to {}", a.counts.size(),
                                     number_in_words(a.min), number_in_words(a.max)),
             .found = fmt::format("{} bins from {} to {}", b.counts.size(), number_in_words(b.min),
                                  number_in_words(b.max)),
             .mend = "Give both nodes the same range and number of bins."});
    }
    tally.unlike_texts("title", a.title, b.title);
    tally.unlike_texts("unit", a.unit, b.unit);
    Series picture{.title = "difference", .x_label = a.unit, .y_label = "count", .lines = {{}}};
    picture.lines[0].name = "a - b";
    const double step =
        a.counts.empty() ? 0 : (a.max - a.min) / static_cast<double>(a.counts.size());
    for (std::size_t i = 0; i < a.counts.size() && !tally.stopped(); ++i) {
        const auto one = static_cast<double>(a.counts[i]), other = static_cast<double>(b.counts[i]);
        tally.pair(one, other, [&] {
            return Place{.kind = Place::Kind::Element, .a = at(i), .b = at(i), .row = at(i)};
        });
        // Counts beyond 2^53 may differ by less than a double tells.
        if (a.counts[i] != b.counts[i]) tally.identical = false;
        picture.lines[0].x.push_back(a.min + (static_cast<double>(i) + 0.5) * step);
        picture.lines[0].y.push_back(one - other);
    }
    tally.result.matched = a.counts.size();
    if (tally.options.picture)
        tally.result.picture = std::make_shared<const Visual>(std::move(picture));
}

}  // namespace millrace::visual
