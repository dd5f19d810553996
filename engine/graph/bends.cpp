#include "engine/graph/bends.hpp"

#include <algorithm>
#include <cmath>

#include <charconv>
#include <optional>
#include <set>

#include <fmt/format.h>

namespace millrace::engine {
namespace {

constexpr std::string_view kArrow = " -> ", kNumber = " #";

std::string entry_of(const std::string& key, std::size_t number) {
    return fmt::format("{}{}{}", key, kNumber, number);
}

/// What an entry of the layout says when it is a bend: its wire and its number, from 1.
std::optional<std::pair<std::string, std::size_t>> bend_from(const std::string& entry) {
    if (entry.find(kArrow) == entry.npos) return {};
    const auto mark = entry.rfind(kNumber);
    if (mark == entry.npos) return {};
    std::size_t number = 0;
    const char* const end = entry.data() + entry.size();
    const auto read = std::from_chars(entry.data() + mark + kNumber.size(), end, number);
    if (read.ec != std::errc() || read.ptr != end || number == 0) return {};
    return std::pair{entry.substr(0, mark), number};
}

}  // namespace

double wire_reach(const std::array<double, 2>& from, const std::array<double, 2>& to) {
    const double across = to[0] - from[0];
    const double distance = std::hypot(across, to[1] - from[1]);
    return std::clamp(across * 0.5, std::min(distance * 0.4, 110.0), 220.0);
}

std::vector<Cubic> wire_curve(const Place& from, const Place& to, const Bends& bends) {
    if (bends.empty()) {
        const double reach = wire_reach(from, to);
        return {{{from[0] + reach, from[1]}, {to[0] - reach, to[1]}, to}};
    }
    // Smooth through the dots (Catmull and Rom 1974); level where it leaves and enters.
    Bends points = {from};
    points.insert(points.end(), bends.begin(), bends.end());
    points.push_back(to);
    const auto slope = [&](std::size_t i) -> Place {
        if (i > 0 && i + 1 < points.size())
            return {(points[i + 1][0] - points[i - 1][0]) / 2,
                    (points[i + 1][1] - points[i - 1][1]) / 2};
        const std::size_t before = i == 0 ? 0 : i - 1;
        return {std::max(40.0, std::hypot(points[before + 1][0] - points[before][0],
                                          points[before + 1][1] - points[before][1])),
                0};
    };
    std::vector<Cubic> curve;
    for (std::size_t i = 0; i + 1 < points.size(); ++i) {
        const Place out = slope(i), in = slope(i + 1), end = points[i + 1];
        curve.push_back({{points[i][0] + out[0] / 3, points[i][1] + out[1] / 3},
                         {end[0] - in[0] / 3, end[1] - in[1] / 3},
                         end});
    }
    return curve;
}

std::string wire_key(const Wire& wire) {
    return fmt::format("{}{}{}", to_text(wire.from), kArrow, to_text(wire.to));
}

std::map<std::string, Bends> all_bends(const Graph& graph) {
    std::map<std::string, std::map<std::size_t, std::array<double, 2>>> found;
    for (const auto& [entry, place] : graph.layout)
        if (const auto bend = bend_from(entry)) found[bend->first][bend->second] = place;
    std::map<std::string, Bends> all;
    for (const auto& [key, numbered] : found)
        for (const auto& [number, place] : numbered) all[key].push_back(place);
    return all;
}

Bends bends_of(const Graph& graph, const Wire& wire) {
    auto all = all_bends(graph);
    return std::move(all[wire_key(wire)]);
}

void set_bends(Graph& graph, const Wire& wire, const Bends& bends) {
    const std::string key = wire_key(wire);
    std::erase_if(graph.layout, [&](const auto& entry) {
        const auto bend = bend_from(entry.first);
        return bend && bend->first == key;
    });
    for (std::size_t i = 0; i < bends.size(); ++i) graph.layout[entry_of(key, i + 1)] = bends[i];
}

void prune_bends(Graph& graph) {
    std::set<std::string> kept;
    for (auto entry = graph.layout.begin(); entry != graph.layout.end();) {
        const auto bend = bend_from(entry->first);
        if (!bend || graph.nodes.contains(entry->first)) {
            ++entry;
            continue;
        }
        if (kept.empty())
            for (const Wire& wire : graph.wires) kept.insert(wire_key(wire));
        entry = kept.contains(bend->first) ? std::next(entry) : graph.layout.erase(entry);
    }
}

}  // namespace millrace::engine
