#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "editor/document/arrange.hpp"
#include "engine/graph/bends.hpp"
#include "engine/visual/layered/layout.hpp"

namespace millrace::editor {
namespace {

using Rect = std::array<double, 4>;  ///< x y width height

constexpr visual::GraphSpacing kSpacing = {.across = 40, .down = 90};
constexpr std::size_t kMostLed = 200;        // wires that a layout leads round nodes
constexpr double kAside = 8;                 // between wires of one lane
constexpr double kMargin = 40, kTitle = 30;  ///< of a backdrop round its nodes

bool lies_on(const Rect& rect, double x, double y) {
    return x >= rect[0] && y >= rect[1] && x <= rect[0] + rect[2] && y <= rect[1] + rect[3];
}

bool lies_on(const Rect& rect, const NodeBox& box) {
    return lies_on(rect, box.left + box.width / 2, box.top + box.height / 2);
}

/// Nodes and backdrops that are placed among each other, relative to their common corner.
struct Part {
    double width = 0, height = 0;
    std::vector<std::pair<std::string, visual::GraphPoint>> nodes;  ///< upper left corners
    std::vector<std::pair<std::string, Rect>> backdrops;
    std::vector<std::pair<std::string, std::vector<visual::GraphPoint>>> lanes;  ///< by wire_key()
};

/// Where a cubic from one end to the other passes; as the canvas draws a wire without dots.
std::vector<visual::GraphPoint> on_wire(const visual::GraphPoint& from,
                                        const visual::GraphPoint& to) {
    constexpr int kSteps = 32;
    const double reach = engine::wire_reach({from.x, from.y}, {to.x, to.y});
    std::vector<visual::GraphPoint> points;
    for (int i = 0; i <= kSteps; ++i) {
        const double t = static_cast<double>(i) / kSteps, s = 1 - t;
        const double a = s * s * s, b = 3 * s * s * t, c = 3 * s * t * t, d = t * t * t;
        points.push_back({a * from.x + b * (from.x + reach) + c * (to.x - reach) + d * to.x,
                          (a + b) * from.y + (c + d) * to.y});
    }
    return points;
}

class Arranging {
public:
    Arranging(const engine::Graph& graph, const NodeBoxes& boxes,
              const std::set<engine::Endpoint>& feedback)
        : graph_(graph), boxes_(boxes), feedback_(feedback) {}

    /// `backdrops` from the largest down, so that each comes before those that lie on it.
    Part arrange(std::set<std::string> ids, const std::vector<std::string>& backdrops) const {
        std::vector<Part> parts;
        for (std::size_t i = 0; i < backdrops.size(); ++i) {
            const Rect& rect = graph_.backdrops.at(backdrops[i]).rect;
            std::set<std::string> members;
            for (const std::string& id : ids)
                if (lies_on(rect, boxes_.at(id))) members.insert(id);
            if (members.empty()) continue;
            for (const std::string& id : members) ids.erase(id);
            std::vector<std::string> inner;
            for (std::size_t k = i + 1; k < backdrops.size(); ++k) {
                const Rect& other = graph_.backdrops.at(backdrops[k]).rect;
                if (lies_on(rect, other[0] + other[2] / 2, other[1] + other[3] / 2))
                    inner.push_back(backdrops[k]);
            }
            parts.push_back(framed(arrange(std::move(members), inner), backdrops[i]));
        }
        for (const std::string& id : ids) {
            const NodeBox& box = boxes_.at(id);
            parts.push_back({box.width, box.height, {{id, {}}}, {}, {}});
        }
        return joined(parts);
    }

private:
    static Part framed(Part part, const std::string& backdrop) {
        for (auto& [id, corner] : part.nodes)
            corner = {corner.x + kMargin, corner.y + kMargin + kTitle};
        for (auto& [id, rect] : part.backdrops) {
            rect[0] += kMargin;
            rect[1] += kMargin + kTitle;
        }
        for (auto& [wire, points] : part.lanes)
            for (auto& point : points) point = {point.x + kMargin, point.y + kMargin + kTitle};
        part.width += 2 * kMargin;
        part.height += 2 * kMargin + kTitle;
        part.backdrops.emplace_back(backdrop, Rect{0, 0, part.width, part.height});
        return part;
    }

    Part joined(const std::vector<Part>& parts) const {
        struct Place {
            int part;
            double top;  ///< of the node within its part
        };
        std::map<std::string, Place> places;
        std::vector<visual::GraphSize> sizes;
        for (const Part& part : parts) {
            for (const auto& [id, corner] : part.nodes)
                places[id] = {static_cast<int>(sizes.size()), corner.y};
            sizes.push_back({part.width, part.height});
        }
        std::vector<std::pair<int, int>> edges;
        std::vector<visual::GraphPorts> ports;
        std::map<std::pair<int, int>, std::vector<const engine::Wire*>> wires_of;
        for (const engine::Wire& wire : graph_.wires) {
            const auto from = places.find(wire.from.node), to = places.find(wire.to.node);
            if (from == places.end() || to == places.end()) continue;
            std::pair ends{from->second.part, to->second.part};
            if (ends.first == ends.second) continue;
            const auto port = [&](const auto& place, const engine::Endpoint& end, bool output) {
                const NodeBox& box = boxes_.at(end.node);
                const auto& named = output ? box.outputs : box.inputs;
                const auto found = named.find(end.port);
                return place->second.top + (found == named.end() ? box.height / 2 : found->second) -
                       parts[static_cast<std::size_t>(place->second.part)].height / 2;
            };
            visual::GraphPorts at = {port(from, wire.from, true), port(to, wire.to, false)};
            // A wire that is meant to lead back decides the direction of its loop.
            if (feedback_.contains(wire.to)) {
                std::swap(ends.first, ends.second);
                std::swap(at.from, at.to);
            } else {
                wires_of[ends].push_back(&wire);
            }
            edges.push_back(ends);
            ports.push_back(at);
        }
        const auto layout = visual::lay_out_rightwards(sizes, edges, kSpacing, ports);
        std::map<int, double> lefts;  // columns are flush on the left
        for (std::size_t i = 0; i < parts.size(); ++i) {
            const double left = layout.centers[i].x - parts[i].width / 2;
            const auto column = lefts.try_emplace(layout.rows[i], left).first;
            column->second = std::min(column->second, left);
        }
        Part whole{layout.size.width, layout.size.height, {}, {}, {}};
        // Without wires there are no columns but a block.
        const bool columns = !edges.empty();
        for (std::size_t i = 0; i < parts.size(); ++i) {
            const double x =
                columns ? lefts[layout.rows[i]] : layout.centers[i].x - parts[i].width / 2;
            const double y = layout.centers[i].y - parts[i].height / 2;
            for (const auto& [id, corner] : parts[i].nodes)
                whole.nodes.emplace_back(id, visual::GraphPoint{x + corner.x, y + corner.y});
            for (const auto& [id, rect] : parts[i].backdrops)
                whole.backdrops.emplace_back(id, Rect{x + rect[0], y + rect[1], rect[2], rect[3]});
        }
        for (const visual::GraphRoute& route : layout.routes) {
            const auto wires = wires_of.find({route.from, route.to});
            if (wires == wires_of.end() || route.back || route.through.size() < 3) continue;
            const std::vector<visual::GraphPoint> between(route.through.begin() + 1,
                                                          route.through.end() - 1);
            // Two nodes may have several wires, which the layout takes for one.
            double aside = 0;
            for (const engine::Wire* wire : wires->second) {
                whole.lanes.emplace_back(wire_key(*wire), between);
                for (auto& point : whole.lanes.back().second) point.y += aside;
                aside += kAside;
            }
        }
        for (std::size_t i = 0; i < parts.size(); ++i) {
            const double y = layout.centers[i].y - parts[i].height / 2;
            const double x =
                columns ? lefts[layout.rows[i]] : layout.centers[i].x - parts[i].width / 2;
            for (const auto& [wire, points] : parts[i].lanes) {
                whole.lanes.emplace_back(wire, points);
                for (auto& point : whole.lanes.back().second) point = {x + point.x, y + point.y};
            }
        }
        shrink(whole);
        return whole;
    }

    /// The corner to what lies there; lanes of long wires may have been outermost.
    static void shrink(Part& part) {
        // Every node and backdrop counts, boxes are whole, so the size is only ever too large.
        double left = std::numeric_limits<double>::max(), top = left;
        const auto reach = [&](double x, double y) {
            left = std::min(left, x);
            top = std::min(top, y);
        };
        for (const auto& [id, corner] : part.nodes) reach(corner.x, corner.y);
        for (const auto& [id, rect] : part.backdrops) reach(rect[0], rect[1]);
        for (auto& [id, corner] : part.nodes) corner = {corner.x - left, corner.y - top};
        for (auto& [wire, points] : part.lanes)
            for (auto& point : points) point = {point.x - left, point.y - top};
        for (auto& [id, rect] : part.backdrops) {
            rect[0] -= left;
            rect[1] -= top;
        }
        part.width -= left;
        part.height -= top;
    }

    const engine::Graph& graph_;
    const NodeBoxes& boxes_;
    const std::set<engine::Endpoint>& feedback_;
};

/// Those that hold nodes, all of them among `ids`; the largest first.
std::vector<std::string> whole_backdrops(const engine::Graph& graph,
                                         const std::set<std::string>& ids, const NodeBoxes& boxes) {
    std::vector<std::pair<double, std::string>> found;
    for (const auto& [name, backdrop] : graph.backdrops) {
        bool some = false, all = true;
        for (const auto& [id, box] : boxes) {
            if (!lies_on(backdrop.rect, box)) continue;
            some = true;
            all = all && ids.contains(id);
        }
        if (some && all) found.emplace_back(-backdrop.rect[2] * backdrop.rect[3], name);
    }
    std::ranges::sort(found);
    std::vector<std::string> names;
    for (const auto& [area, name] : found) names.push_back(name);
    return names;
}

/// Dots for the wires that would run behind a node, along the lanes that the layout left for them;
/// none for all others.
void lead_round_nodes(engine::Graph& graph, const std::set<std::string>& ids,
                      const NodeBoxes& boxes, const Part& part, double dx, double dy) {
    constexpr double kNear = 6;  // from a node
    const std::map<std::string, std::vector<visual::GraphPoint>> lanes(part.lanes.begin(),
                                                                       part.lanes.end());
    std::map<std::string, Rect> rects;
    for (const std::string& id : ids) {
        const auto& [x, y] = graph.layout.at(id);
        rects[id] = {x, y, boxes.at(id).width, boxes.at(id).height};
    }
    const auto end_of = [&](const engine::Endpoint& end, bool output) {
        const Rect& rect = rects.at(end.node);
        const NodeBox& box = boxes.at(end.node);
        const auto& named = output ? box.outputs : box.inputs;
        const auto found = named.find(end.port);
        return visual::GraphPoint{
            output ? rect[0] + rect[2] : rect[0],
            rect[1] + (found == named.end() ? box.height / 2 : found->second)};
    };
    const auto runs_behind = [&](const engine::Wire& wire) {
        const auto from = end_of(wire.from, true), to = end_of(wire.to, false);
        const auto points = on_wire(from, to);
        return std::ranges::any_of(rects, [&](const auto& entry) {
            const auto& [id, rect] = entry;
            if (id == wire.from.node || id == wire.to.node) return false;
            const Rect wide = {rect[0] - kNear, rect[1] - kNear, rect[2] + 2 * kNear,
                               rect[3] + 2 * kNear};
            // Such a wire stays between its ends.
            if (wide[0] > std::max(from.x, to.x) || wide[0] + wide[2] < std::min(from.x, to.x) ||
                wide[1] > std::max(from.y, to.y) || wide[1] + wide[3] < std::min(from.y, to.y))
                return false;
            return std::ranges::any_of(
                points, [&](const auto& point) { return lies_on(wide, point.x, point.y); });
        });
    };
    const auto bends = all_bends(graph);
    std::vector<std::pair<const engine::Wire*, engine::Bends>> led;
    for (const engine::Wire& wire : graph.wires) {
        if (!ids.contains(wire.from.node) || !ids.contains(wire.to.node)) continue;
        const auto lane = lanes.find(wire_key(wire));
        if (lane == lanes.end() || !runs_behind(wire)) continue;
        led.emplace_back(&wire, engine::Bends());
        for (const visual::GraphPoint& point : lane->second)
            led.back().second.push_back({std::round(point.x + dx), std::round(point.y + dy)});
    }
    for (const engine::Wire& wire : graph.wires)
        if (ids.contains(wire.from.node) && ids.contains(wire.to.node) &&
            bends.contains(wire_key(wire)))
            set_bends(graph, wire, {});
    // Hundreds of dots would hide more than they show.
    if (led.size() > kMostLed) return;
    for (const auto& [wire, dots] : led) set_bends(graph, *wire, dots);
}

}  // namespace

void auto_layout(engine::Graph& graph, const std::vector<std::string>& wanted,
                 const NodeBoxes& boxes, const std::set<engine::Endpoint>& feedback) {
    std::set<std::string> ids;
    double left = std::numeric_limits<double>::max(), top = left;
    for (const std::string& id : wanted) {
        const auto box = boxes.find(id);
        if (!graph.nodes.contains(id) || box == boxes.end()) continue;
        ids.insert(id);
        left = std::min(left, box->second.left);
        top = std::min(top, box->second.top);
    }
    if (ids.empty()) return;
    const Part part =
        Arranging(graph, boxes, feedback).arrange(ids, whole_backdrops(graph, ids, boxes));
    double new_left = std::numeric_limits<double>::max(), new_top = new_left;
    for (const auto& [id, corner] : part.nodes) {
        new_left = std::min(new_left, corner.x);
        new_top = std::min(new_top, corner.y);
    }
    const double dx = std::round(left - new_left), dy = std::round(top - new_top);
    std::set<std::string> moved;  // notes, each with the smallest backdrop that holds it
    for (const auto& [name, rect] : part.backdrops) {
        engine::Backdrop& backdrop = graph.backdrops.at(name);
        const Rect before = backdrop.rect;
        const Rect after = {std::round(rect[0] + dx), std::round(rect[1] + dy), std::round(rect[2]),
                            std::round(rect[3])};
        for (auto& [id, note] : graph.notes) {
            if (!lies_on(before, note.rect[0] + note.rect[2] / 2, note.rect[1] + note.rect[3] / 2))
                continue;
            if (!moved.insert(id).second) continue;
            note.rect[0] += after[0] - before[0];
            note.rect[1] += after[1] - before[1];
        }
        backdrop.rect = after;
    }
    for (const auto& [id, corner] : part.nodes)
        graph.layout[id] = {std::round(corner.x + dx), std::round(corner.y + dy)};
    lead_round_nodes(graph, ids, boxes, part, dx, dy);
}

}  // namespace millrace::editor
