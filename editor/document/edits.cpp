#include "editor/document/edits.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "engine/graph/bends.hpp"
#include "engine/problem.hpp"

namespace millrace::editor {
namespace {

/// The promoted parameter's node: what stands before the last dot.
std::string node_of(const engine::Promoted& promoted) {
    return promoted.of.substr(0, promoted.of.rfind('.'));
}

constexpr const char* kOuterWires = "outer_wires";  ///< in the extra part of a copied graph

}  // namespace

std::string free_id(const engine::Graph& graph, std::string_view wanted) {
    std::string base(wanted);
    if (!graph.nodes.contains(base)) return base;
    // "crop_2" goes on as "crop_3".
    const auto underscore = base.rfind('_');
    if (underscore != base.npos && underscore + 1 < base.size() &&
        base.find_first_not_of("0123456789", underscore + 1) == base.npos)
        base.resize(underscore);
    for (int number = 2;; ++number) {
        std::string id = fmt::format("{}_{}", base, number);
        if (!graph.nodes.contains(id)) return id;
    }
}

std::string add_node(engine::Graph& graph, std::string_view type, int version,
                     std::array<double, 2> place) {
    const auto dot = type.rfind('.');
    const std::string id = free_id(graph, dot == type.npos ? type : type.substr(dot + 1));
    graph.nodes[id] = {.type = std::string(type), .version = version};
    graph.layout[id] = place;
    return id;
}

void connect(engine::Graph& graph, const engine::Endpoint& from, const engine::Endpoint& to) {
    for (engine::Wire& wire : graph.wires) {
        if (wire.to != to) continue;
        wire.from = from;  // capacity and policy stay: they belong to the input's place
        return;
    }
    graph.wires.push_back({.from = from, .to = to});
}

void disconnect(engine::Graph& graph, const engine::Endpoint& from, const engine::Endpoint& to) {
    std::erase_if(graph.wires,
                  [&](const engine::Wire& wire) { return wire.from == from && wire.to == to; });
}

bool leads_to(const engine::Graph& graph, const std::string& from, const std::string& to) {
    std::multimap<std::string_view, std::string_view> next;
    for (const engine::Wire& wire : graph.wires) next.emplace(wire.from.node, wire.to.node);
    std::set<std::string_view> seen = {from};
    std::vector<std::string_view> open = {from};
    while (!open.empty()) {
        const std::string_view at = open.back();
        open.pop_back();
        if (at == to) return true;
        const auto [first, last] = next.equal_range(at);
        for (auto way = first; way != last; ++way)
            if (seen.insert(way->second).second) open.push_back(way->second);
    }
    return false;
}

void remove_nodes(engine::Graph& graph, const std::vector<std::string>& ids) {
    const std::set<std::string> gone(ids.begin(), ids.end());
    for (const std::string& id : ids) {
        graph.nodes.erase(id);
        graph.layout.erase(id);
    }
    std::erase_if(graph.wires, [&](const engine::Wire& wire) {
        return gone.contains(wire.from.node) || gone.contains(wire.to.node);
    });
    std::erase_if(graph.parameters,
                  [&](const auto& entry) { return gone.contains(node_of(entry.second)); });
}

void set_param(engine::Graph& graph, const std::string& node, const std::string& name,
               const engine::Value& value, const engine::Value& standard) {
    const auto found = graph.nodes.find(node);
    if (found == graph.nodes.end()) return;
    if (value == standard)
        found->second.params.erase(name);
    else
        found->second.params[name] = value;
}

std::string copy_nodes(const engine::Graph& graph, const std::vector<std::string>& ids) {
    engine::Graph part;
    const std::set<std::string> taken(ids.begin(), ids.end());
    for (const std::string& id : ids) {
        const auto node = graph.nodes.find(id);
        if (node == graph.nodes.end()) continue;
        part.nodes[id] = node->second;
        if (const auto place = graph.layout.find(id); place != graph.layout.end())
            part.layout[id] = place->second;
        // With all that may be called inside, since the names mean nothing elsewhere.
        if (!node->second.subgraph.empty()) part.subgraphs = graph.subgraphs;
    }
    engine::Array outer;
    const auto bends = all_bends(graph);
    for (const engine::Wire& wire : graph.wires) {
        if (!taken.contains(wire.to.node)) continue;
        if (taken.contains(wire.from.node)) {
            part.wires.push_back(wire);
            if (const auto dots = bends.find(wire_key(wire)); dots != bends.end())
                set_bends(part, wire, dots->second);
        } else {
            outer.push_back(engine::Object{{"from", to_text(wire.from)}, {"to", to_text(wire.to)}});
        }
    }
    if (!outer.empty()) part.extra[kOuterWires] = std::move(outer);
    return engine::write_graph(part);
}

std::vector<std::string> paste_nodes(engine::Graph& graph, std::string_view text,
                                     std::array<double, 2> offset, bool keep_inputs) {
    engine::ReadGraph read = engine::read_graph(text, "clipboard");
    for (const engine::Problem& problem : read.problems)
        if (problem.severity == engine::Severity::Error) throw engine::Error(problem);
    std::map<std::string, std::string> renamed;
    std::vector<std::string> added;
    for (auto& [id, node] : read.graph.nodes) {
        const std::string fresh = free_id(graph, id);
        renamed[id] = fresh;
        graph.nodes[fresh] = node;
        std::array<double, 2> place = offset;
        if (const auto found = read.graph.layout.find(id); found != read.graph.layout.end())
            place = {found->second[0] + offset[0], found->second[1] + offset[1]};
        graph.layout[fresh] = place;
        added.push_back(fresh);
    }
    for (auto& [name, subgraph] : read.graph.subgraphs)
        graph.subgraphs.try_emplace(name, std::move(subgraph));
    const auto bends = all_bends(read.graph);
    for (engine::Wire wire : read.graph.wires) {
        if (!renamed.contains(wire.from.node) || !renamed.contains(wire.to.node)) continue;
        engine::Bends dots;
        if (const auto found = bends.find(wire_key(wire)); found != bends.end())
            dots = found->second;
        for (auto& [x, y] : dots) {
            x += offset[0];
            y += offset[1];
        }
        wire.from.node = renamed.at(wire.from.node);
        wire.to.node = renamed.at(wire.to.node);
        if (!dots.empty()) set_bends(graph, wire, dots);
        graph.wires.push_back(std::move(wire));
    }
    if (!keep_inputs) return added;
    const auto outer = read.graph.extra.find(kOuterWires);
    if (outer == read.graph.extra.end() || !outer->second.is_array()) return added;
    for (const engine::Value& ends : outer->second.as_array()) {
        const engine::Value *from = ends.find("from"), *to = ends.find("to");
        if (!from || !to || !from->is_string() || !to->is_string()) continue;
        const auto source = engine::endpoint_from(from->as_string());
        auto target = engine::endpoint_from(to->as_string());
        if (!source || !target || !graph.nodes.contains(source->node) ||
            !renamed.contains(target->node))
            continue;
        target->node = renamed.at(target->node);
        connect(graph, *source, *target);
    }
    return added;
}

}  // namespace millrace::editor
