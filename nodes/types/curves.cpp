#include "nodes/types/curves.hpp"

#include <algorithm>
#include <cstddef>

#include <fmt/format.h>

namespace millrace::engine {

using types::Curves;

Record PayloadTraits<Curves>::record(const Curves& curves) {
    Record record;
    Array names;
    for (const Curves::Line& line : curves.lines) {
        const std::string number = std::to_string(names.size());
        names.push_back(line.name);
        record.arrays.push_back(
            view_of("x." + number, line.x.data(), {static_cast<std::int64_t>(line.x.size())}));
        record.arrays.push_back(
            view_of("y." + number, line.y.data(), {static_cast<std::int64_t>(line.y.size())}));
    }
    record.attributes = {{"title", curves.title},
                         {"x_label", curves.x_label},
                         {"y_label", curves.y_label},
                         {"names", std::move(names)}};
    return record;
}

Curves PayloadTraits<Curves>::restore(const Record& record) {
    Curves curves{.title = record.attributes.at("title").as_string(),
                  .x_label = record.attributes.at("x_label").as_string(),
                  .y_label = record.attributes.at("y_label").as_string(),
                  .lines = {}};
    for (const Value& name : record.attributes.at("names").as_array()) {
        const std::string number = std::to_string(curves.lines.size());
        Curves::Line line{.name = name.as_string(),
                          .x = copy_of<double>(record.require("x." + number, DType::F64, 1)),
                          .y = copy_of<double>(record.require("y." + number, DType::F64, 1))};
        if (line.x.size() != line.y.size()) {
            throw Error({.code = "E-FILE-011",
                         .what = "A stored curve is malformed",
                         .expected = fmt::format("{} values of y", line.x.size()),
                         .found = std::to_string(line.y.size())});
        }
        curves.lines.push_back(std::move(line));
    }
    return curves;
}

std::vector<visual::Visual> PayloadTraits<Curves>::visual(const Curves& curves,
                                                          const visual::Budget& budget) {
    visual::Series series{
        .title = curves.title, .x_label = curves.x_label, .y_label = curves.y_label, .lines = {}};
    std::size_t points = 0;
    for (const Curves::Line& line : curves.lines) points += line.x.size();
    // Every so many points where all would not fit; the first and the last of a line are kept.
    const std::size_t room = std::max<std::size_t>(2, budget.bytes / (2 * sizeof(double)));
    const std::size_t stride = points / room + 1;
    for (const Curves::Line& line : curves.lines) {
        visual::Series::Line shown{.name = line.name, .x = {}, .y = {}};
        for (std::size_t i = 0; i < line.x.size(); ++i) {
            if (i % stride != 0 && i + 1 != line.x.size()) continue;
            shown.x.push_back(line.x[i]);
            shown.y.push_back(line.y[i]);
        }
        series.lines.push_back(std::move(shown));
    }
    return {std::move(series)};
}

}  // namespace millrace::engine
