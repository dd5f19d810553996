#include "editor/document/subgraphs.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <set>

#include "editor/document/document.hpp"
#include "editor/document/edits.hpp"
#include "engine/graph/bends.hpp"
#include "engine/graph/scope.hpp"

namespace millrace::editor {
namespace {

template <class Map>
std::string free_name(const Map& taken, const std::string& wanted) {
    std::string name = wanted;
    for (int number = 2; taken.contains(name); ++number)
        name = wanted + '_' + std::to_string(number);
    return name;
}

std::array<double, 2> place_of(const engine::Graph& graph, const std::string& id) {
    const auto found = graph.layout.find(id);
    return found == graph.layout.end() ? std::array<double, 2>{} : found->second;
}

engine::Bends moved(engine::Bends bends, const std::array<double, 2>& by) {
    for (auto& [x, y] : bends) {
        x += by[0];
        y += by[1];
    }
    return bends;
}

/// Whether a node of the graph, or of one nested in it, calls the subgraph of that name.
bool calls(const engine::Graph& graph, const std::string& name) {
    return std::ranges::any_of(graph.nodes,
                               [&](const auto& entry) {
                                   return engine::is_call(entry.second) &&
                                          entry.second.subgraph == name;
                               }) ||
           std::ranges::any_of(graph.subgraphs,
                               [&](const auto& entry) { return calls(entry.second.graph, name); });
}

/// The wires across the border of the subgraph that is being made, as ports of it.
class Border {
public:
    Border(engine::Subgraph& subgraph, std::string call)
        : subgraph_(subgraph), call_(std::move(call)) {}

    /// One port for all inner inputs that one outer output feeds, so that it leaves once.
    engine::Wire enter(engine::Wire wire) {
        auto [known, added] = by_source_.try_emplace(wire.from);
        if (added) {
            known->second = free_name(subgraph_.inputs, wire.to.port);
            subgraph_.inputs[known->second];
        }
        subgraph_.inputs[known->second].push_back(wire.to);
        wire.to = {call_, known->second};
        return added ? wire : engine::Wire();
    }
    engine::Wire leave(engine::Wire wire) {
        auto [known, added] = by_output_.try_emplace(wire.from);
        if (added) {
            known->second = free_name(subgraph_.outputs, wire.from.port);
            subgraph_.outputs[known->second] = wire.from;
        }
        wire.from = {call_, known->second};
        return wire;
    }

private:
    engine::Subgraph& subgraph_;
    std::string call_;
    std::map<engine::Endpoint, std::string> by_source_, by_output_;
};

}  // namespace

std::string make_subgraph(engine::Graph& graph, const std::vector<std::string>& ids,
                          const std::string& name) {
    std::set<std::string> inside;
    for (const std::string& id : ids)
        if (graph.nodes.contains(id)) inside.insert(id);
    if (inside.empty()) return {};
    const std::string call = free_id(graph, name);
    const std::string declared = free_name(graph.subgraphs, name);
    engine::Subgraph subgraph;
    std::array<double, 2> corner = {std::numeric_limits<double>::max(),
                                    std::numeric_limits<double>::max()};
    for (const std::string& id : inside) {
        const auto place = place_of(graph, id);
        corner = {std::min(corner[0], place[0]), std::min(corner[1], place[1])};
    }
    for (const std::string& id : inside) {
        const auto place = place_of(graph, id);
        subgraph.graph.nodes.insert(graph.nodes.extract(id));
        subgraph.graph.layout[id] = {place[0] - corner[0], place[1] - corner[1]};
        graph.layout.erase(id);
    }
    Border border(subgraph, call);
    std::vector<engine::Wire> outer;
    const auto bends = all_bends(graph);
    for (const engine::Wire& wire : graph.wires) {
        const bool from = inside.contains(wire.from.node), to = inside.contains(wire.to.node);
        if (from && to) {
            subgraph.graph.wires.push_back(wire);
            if (const auto led = bends.find(wire_key(wire)); led != bends.end())
                set_bends(subgraph.graph, wire, moved(led->second, {-corner[0], -corner[1]}));
        } else if (to) {
            if (engine::Wire crossing = border.enter(wire); !crossing.to.node.empty())
                outer.push_back(std::move(crossing));
        } else {
            outer.push_back(from ? border.leave(wire) : wire);
        }
    }
    graph.wires = std::move(outer);
    for (auto& [outer_name, promoted] : graph.parameters) {
        const auto of = engine::endpoint_from(promoted.of);
        if (!of || !inside.contains(of->node)) continue;
        const std::string inner_name = free_name(subgraph.graph.parameters, of->port);
        subgraph.graph.parameters[inner_name] = {.of = promoted.of, .label = promoted.label};
        promoted.of = to_text(engine::Endpoint{call, inner_name});
    }
    graph.nodes[call] = {.type = "control.subgraph", .subgraph = declared};
    graph.layout[call] = corner;
    graph.subgraphs[declared] = std::move(subgraph);
    prune_bends(graph);
    return call;
}

std::vector<std::string> dissolve(engine::Graph& graph, const std::string& call,
                                  const engine::Subgraph& subgraph) {
    const auto found = graph.nodes.find(call);
    if (found == graph.nodes.end() || found->second.type != "control.subgraph") return {};
    const engine::GraphNode node = found->second;
    const auto corner = place_of(graph, call);
    std::map<std::string, std::string> renamed_nodes, renamed_graphs;
    for (const auto& [name, nested] : subgraph.graph.subgraphs) {
        // One of that name that says the same serves; another one gets another name.
        const auto there = graph.subgraphs.find(name);
        const bool same = there != graph.subgraphs.end() && there->second == nested;
        renamed_graphs[name] = same ? name : free_name(graph.subgraphs, name);
        if (!same) graph.subgraphs[renamed_graphs[name]] = nested;
    }
    engine::Graph inner = subgraph.graph;
    for (const auto& [name, value] : node.params) engine::set_parameter(inner, name, value);
    std::vector<std::string> added;
    for (auto& [id, content] : inner.nodes) {
        const std::string fresh = free_id(graph, id);
        renamed_nodes[id] = fresh;
        if (const auto nested = renamed_graphs.find(content.subgraph);
            nested != renamed_graphs.end())
            content.subgraph = nested->second;
        // What a muted call holds does not run either.
        if (node.mode == engine::NodeMode::Mute) content.mode = node.mode;
        graph.nodes[fresh] = std::move(content);
        const auto place = place_of(inner, id);
        graph.layout[fresh] = {corner[0] + place[0], corner[1] + place[1]};
        added.push_back(fresh);
    }
    std::vector<engine::Wire> wires;
    for (engine::Wire& wire : graph.wires) {
        if (wire.from.node == call) {
            const auto end = subgraph.outputs.find(wire.from.port);
            if (end == subgraph.outputs.end()) continue;
            wire.from = {renamed_nodes[end->second.node], end->second.port};
        }
        if (wire.to.node != call) {
            wires.push_back(std::move(wire));
            continue;
        }
        const auto ends = subgraph.inputs.find(wire.to.port);
        if (ends == subgraph.inputs.end()) continue;
        for (const engine::Endpoint& end : ends->second) {
            engine::Wire entering = wire;
            entering.to = {renamed_nodes[end.node], end.port};
            wires.push_back(std::move(entering));
        }
    }
    const auto bends = all_bends(inner);
    for (engine::Wire wire : inner.wires) {
        const auto led = bends.find(wire_key(wire));
        wire.from.node = renamed_nodes[wire.from.node];
        wire.to.node = renamed_nodes[wire.to.node];
        if (led != bends.end()) set_bends(graph, wire, moved(led->second, corner));
        wires.push_back(std::move(wire));
    }
    graph.wires = std::move(wires);
    for (auto& [name, promoted] : graph.parameters) {
        const auto of = engine::endpoint_from(promoted.of);
        if (!of || of->node != call) continue;
        const auto through = subgraph.graph.parameters.find(of->port);
        if (through == subgraph.graph.parameters.end()) continue;
        if (const auto target = engine::endpoint_from(through->second.of))
            promoted.of = to_text(engine::Endpoint{renamed_nodes[target->node], target->port});
    }
    graph.nodes.erase(call);
    graph.layout.erase(call);
    prune_bends(graph);
    if (!calls(graph, node.subgraph)) graph.subgraphs.erase(node.subgraph);
    return added;
}

std::optional<std::string> promoted_name(const engine::Graph& graph, const std::string& node,
                                         const std::string& param) {
    const std::string of = to_text(engine::Endpoint{node, param});
    for (const auto& [name, promoted] : graph.parameters)
        if (promoted.of == of) return name;
    return {};
}

std::string promote(engine::Graph& graph, const std::string& node, const std::string& param,
                    const std::string& label) {
    if (const auto known = promoted_name(graph, node, param)) return *known;
    const std::string name = free_name(graph.parameters, param);
    graph.parameters[name] = {.of = to_text(engine::Endpoint{node, param}), .label = label};
    return name;
}

void demote(engine::Graph& graph, const std::string& name) { graph.parameters.erase(name); }

void promote_to(engine::Graph& document, const std::vector<std::string>& path,
                const std::string& node, const std::string& param, std::size_t depth) {
    std::vector<engine::Endpoint> shown = {{node, param}};
    for (std::size_t level = path.size(); level > depth; --level) {
        const GraphPath here(path.begin(), path.begin() + static_cast<std::ptrdiff_t>(level));
        engine::Graph* graph = graph_at(document, here);
        if (!graph) return;
        std::vector<std::string> names;
        for (const engine::Endpoint& one : shown)
            names.push_back(promote(*graph, one.node, one.port));
        const GraphPath outer(here.begin(), here.end() - 1);
        const engine::Graph* around = graph_at(document, outer);
        shown.clear();
        for (const auto& [id, call] : around->nodes)
            if (engine::is_call(call) && call.subgraph == here.back())
                for (const std::string& name : names) shown.push_back({id, name});
    }
}

}  // namespace millrace::editor
