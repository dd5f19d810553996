#include "engine/graph/delta.hpp"

#include <algorithm>
#include <map>
#include <tuple>

namespace millrace::engine {
namespace {

/// Calls `differs(key, before or null, after or null)` for every key whose values are not equal.
template <class Map, class Work>
void each_difference(const Map& before, const Map& after, const Work& differs) {
    const typename Map::mapped_type* const none = nullptr;
    auto old = before.begin();
    auto now = after.begin();
    while (old != before.end() || now != after.end()) {
        if (now == after.end() || (old != before.end() && old->first < now->first)) {
            differs(old->first, &old->second, none);
            ++old;
        } else if (old == before.end() || now->first < old->first) {
            differs(now->first, none, &now->second);
            ++now;
        } else {
            if (!(old->second == now->second)) differs(old->first, &old->second, &now->second);
            ++old;
            ++now;
        }
    }
}

template <class Entries, class Map>
void compare_maps(Entries& entries, const Map& before, const Map& after) {
    each_difference(before, after, [&](const auto& key, const auto* old, const auto* now) {
        auto& entry = entries.emplace_back();
        entry.key = key;
        if (old) entry.before = *old;
        if (now) entry.after = *now;
    });
}

template <class Entries, class Map>
void change_map(Map& map, const Entries& entries, bool back) {
    for (const auto& entry : entries) {
        const auto& value = back ? entry.before : entry.after;
        if (value)
            map.insert_or_assign(entry.key, *value);
        else
            map.erase(entry.key);
    }
}

template <class T>
std::optional<std::pair<T, T>> both_if_different(const T& before, const T& after) {
    if (before == after) return {};
    return std::pair{before, after};
}

/// Takes the wires at the places of `out` away and puts those of `in` at theirs.
template <class Placed>
void change_wires(std::vector<Wire>& wires, const Placed& out, const Placed& in) {
    if (out.empty() && in.empty()) return;
    std::vector<Wire> kept, result;
    kept.reserve(wires.size());
    std::size_t next = 0;
    for (std::size_t i = 0; i < wires.size(); ++i) {
        if (next < out.size() && out[next].place == i)
            ++next;
        else
            kept.push_back(std::move(wires[i]));
    }
    result.reserve(kept.size() + in.size());
    auto left = kept.begin();
    for (const auto& placed : in) {
        while (result.size() < placed.place && left != kept.end())
            result.push_back(std::move(*left++));
        result.push_back(placed.wire);
    }
    std::move(left, kept.end(), std::back_inserter(result));
    wires = std::move(result);
}

}  // namespace

GraphDelta GraphDelta::between(const Graph& before, const Graph& after) {
    GraphDelta delta;
    delta.meta_ = both_if_different(before.meta, after.meta);
    delta.extra_ = both_if_different(before.extra, after.extra);
    delta.required_ = both_if_different(before.required, after.required);
    compare_maps(delta.parameters_, before.parameters, after.parameters);
    compare_maps(delta.nodes_, before.nodes, after.nodes);
    compare_maps(delta.backdrops_, before.backdrops, after.backdrops);
    compare_maps(delta.notes_, before.notes, after.notes);
    compare_maps(delta.layout_, before.layout, after.layout);
    delta.compare_wires(before.wires, after.wires);
    delta.compare_subgraphs(before, after);
    return delta;
}

void GraphDelta::compare_wires(const std::vector<Wire>& before, const std::vector<Wire>& after) {
    if (before == after) return;
    const auto key_of = [](const Wire& wire) { return std::tie(wire.to, wire.from); };
    using Known = std::multimap<std::tuple<const Endpoint&, const Endpoint&>, const Wire*>;
    Known old, now;
    for (const Wire& wire : before) old.emplace(key_of(wire), &wire);
    for (const Wire& wire : after) now.emplace(key_of(wire), &wire);
    const auto is_in = [&](const Known& known, const Wire& wire) {
        const auto [first, last] = known.equal_range(key_of(wire));
        return std::any_of(first, last, [&](const auto& entry) { return *entry.second == wire; });
    };
    std::size_t i = 0, j = 0;
    while (i < before.size() || j < after.size()) {
        if (i < before.size() && j < after.size() && before[i] == after[j]) {
            ++i;
            ++j;
        } else if (i < before.size() && !is_in(now, before[i])) {
            removed_.push_back({i, before[i]});
            ++i;
        } else if (j < after.size() && !is_in(old, after[j])) {
            added_.push_back({j, after[j]});
            ++j;
        } else {
            // The order itself has changed from here on, or one wire is there twice.
            for (; i < before.size(); ++i) removed_.push_back({i, before[i]});
            for (; j < after.size(); ++j) added_.push_back({j, after[j]});
        }
    }
}

void GraphDelta::compare_subgraphs(const Graph& before, const Graph& after) {
    each_difference(before.subgraphs, after.subgraphs,
                    [&](const std::string& name, const Subgraph* old, const Subgraph* now) {
                        if (old && now) {
                            nested_.push_back({.name = name,
                                               .graph = std::make_shared<const GraphDelta>(
                                                   between(old->graph, now->graph)),
                                               .ports_before = {old->inputs, old->outputs},
                                               .ports_after = {now->inputs, now->outputs}});
                            return;
                        }
                        auto& entry = subgraphs_.emplace_back();
                        entry.key = name;
                        if (old) entry.before = *old;
                        if (now) entry.after = *now;
                    });
}

void GraphDelta::change(Graph& graph, bool back) const {
    const auto choose = [back](auto& target, const auto& both) {
        if (both) target = back ? both->first : both->second;
    };
    choose(graph.meta, meta_);
    choose(graph.extra, extra_);
    choose(graph.required, required_);
    change_map(graph.parameters, parameters_, back);
    change_map(graph.nodes, nodes_, back);
    change_map(graph.backdrops, backdrops_, back);
    change_map(graph.notes, notes_, back);
    change_map(graph.layout, layout_, back);
    change_map(graph.subgraphs, subgraphs_, back);
    change_wires(graph.wires, back ? added_ : removed_, back ? removed_ : added_);
    for (const Nested& nested : nested_) {
        Subgraph& subgraph = graph.subgraphs.at(nested.name);
        nested.graph->change(subgraph.graph, back);
        std::tie(subgraph.inputs, subgraph.outputs) =
            back ? nested.ports_before : nested.ports_after;
    }
}

bool GraphDelta::empty() const {
    return is_layout_only() && backdrops_.empty() && notes_.empty() && layout_.empty() &&
           nested_.empty();
}

bool GraphDelta::is_layout_only() const {
    return !meta_ && !extra_ && !required_ && parameters_.empty() && nodes_.empty() &&
           subgraphs_.empty() && removed_.empty() && added_.empty() &&
           std::ranges::all_of(nested_, [](const Nested& nested) {
               return nested.graph->is_layout_only() && nested.ports_before == nested.ports_after;
           });
}

}  // namespace millrace::engine
