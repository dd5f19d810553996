#include "editor/document/wiring.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "editor/document/edits.hpp"

namespace millrace::editor {
namespace {

/// What feeds nodes of the group from outside, nearest first, seen from one of them.
std::vector<engine::Endpoint> feeds_of(const engine::Graph& graph,
                                       const std::set<std::string>& group,
                                       const std::string& start) {
    std::vector<engine::Endpoint> feeds;
    std::vector<std::string> open = {start};
    std::set<std::string> seen = {start};
    for (std::size_t i = 0; i < open.size(); ++i) {
        const std::string at = open[i];
        for (const engine::Wire& wire : graph.wires) {
            if (wire.to.node != at) continue;
            if (!group.contains(wire.from.node))
                feeds.push_back(wire.from);
            else if (seen.insert(wire.from.node).second)
                open.push_back(wire.from.node);
        }
    }
    return feeds;
}

std::vector<std::string> reached(const engine::Graph& graph, const std::vector<std::string>& ids,
                                 bool forward) {
    std::multimap<std::string_view, std::string_view> next;
    for (const engine::Wire& wire : graph.wires) {
        if (forward)
            next.emplace(wire.from.node, wire.to.node);
        else
            next.emplace(wire.to.node, wire.from.node);
    }
    std::set<std::string_view> seen(ids.begin(), ids.end());
    std::vector<std::string_view> open(ids.begin(), ids.end());
    while (!open.empty()) {
        const auto [first, last] = next.equal_range(open.back());
        open.pop_back();
        for (auto way = first; way != last; ++way)
            if (seen.insert(way->second).second) open.push_back(way->second);
    }
    std::vector<std::string> all;
    for (const std::string_view id : seen)
        if (graph.nodes.contains(std::string(id))) all.emplace_back(id);
    return all;
}

}  // namespace

void splice(engine::Graph& graph, const engine::Wire& wire, const std::string& node,
            const std::string& input, const std::string& output) {
    const auto found = std::ranges::find_if(graph.wires, [&](const engine::Wire& other) {
        return other.from == wire.from && other.to == wire.to;
    });
    if (found == graph.wires.end()) return;
    const engine::Endpoint from = found->from;
    found->from = {node, output};
    connect(graph, from, {node, input});
}

void detach(engine::Graph& graph, const std::vector<std::string>& ids, const MayJoin& may_join) {
    const std::set<std::string> group(ids.begin(), ids.end());
    struct Leaving {
        engine::Wire wire;
        std::vector<engine::Endpoint> feeds;
    };
    std::vector<Leaving> leaving;
    for (const engine::Wire& wire : graph.wires)
        if (group.contains(wire.from.node) && !group.contains(wire.to.node))
            leaving.push_back({wire, feeds_of(graph, group, wire.from.node)});
    std::erase_if(graph.wires, [&](const engine::Wire& wire) {
        return group.contains(wire.from.node) != group.contains(wire.to.node);
    });
    for (const Leaving& open : leaving) {
        for (const engine::Endpoint& feed : open.feeds) {
            if (!may_join(graph, feed, open.wire.to)) continue;
            engine::Wire healed = open.wire;
            healed.from = feed;
            graph.wires.push_back(std::move(healed));
            break;
        }
    }
}

void remove_and_heal(engine::Graph& graph, const std::vector<std::string>& ids,
                     const MayJoin& may_join) {
    detach(graph, ids, may_join);
    remove_nodes(graph, ids);
}

std::vector<std::string> with_upstream(const engine::Graph& graph,
                                       const std::vector<std::string>& ids) {
    return reached(graph, ids, false);
}

std::vector<std::string> with_downstream(const engine::Graph& graph,
                                         const std::vector<std::string>& ids) {
    return reached(graph, ids, true);
}

}  // namespace millrace::editor
