#include <algorithm>
#include <set>

#include "engine/graph/graph.hpp"

namespace millrace::engine {
namespace {

class Differ {
public:
    std::vector<Difference> found;

    void values(const std::string& where, const Value& before, const Value& after) {
        if (before == after) return;
        if (before.is_object() && after.is_object()) {
            std::set<std::string> names;
            for (const auto& [name, value] : before.as_object()) names.insert(name);
            for (const auto& [name, value] : after.as_object()) names.insert(name);
            for (const std::string& name : names) {
                const Value* old = before.find(name);
                const Value* now = after.find(name);
                const std::string at = where.empty() ? name : where + "." + name;
                if (!old)
                    found.push_back({DiffKind::Added, at, {}, *now});
                else if (!now)
                    found.push_back({DiffKind::Removed, at, *old, {}});
                else
                    values(at, *old, *now);
            }
            return;
        }
        found.push_back({DiffKind::Changed, where, before, after});
    }

    /// By name: added, removed, or compared by `same`.
    template <class Map, class Describe, class Same>
    void maps(const std::string& where, const Map& before, const Map& after,
              const Describe& describe, const Same& same) {
        for (const auto& [name, item] : before) {
            if (const auto other = after.find(name); other == after.end()) {
                found.push_back({DiffKind::Removed, where + name, describe(item), {}});
            } else {
                same(where + name, item, other->second);
            }
        }
        for (const auto& [name, item] : after) {
            if (!before.contains(name))
                found.push_back({DiffKind::Added, where + name, {}, describe(item)});
        }
    }

    void graphs(const std::string& where, const Graph& before, const Graph& after) {
        maps(
            where + "parameters.", before.parameters, after.parameters,
            [](const Promoted& p) { return Value(p.of); },
            [&](const std::string& at, const Promoted& a, const Promoted& b) {
                values(at + ".of", a.of, b.of);
                values(at, a.extra, b.extra);
            });
        maps(
            where + "nodes.", before.nodes, after.nodes,
            [](const GraphNode& node) { return Value(node.type); },
            [&](const std::string& at, const GraphNode& a, const GraphNode& b) {
                values(at + ".type", a.type, b.type);
                values(at + ".version", a.version, b.version);
                values(at + ".subgraph", a.subgraph, b.subgraph);
                values(at + ".params", a.params, b.params);
                values(at + ".on_error", name_of(a.on_error), name_of(b.on_error));
                values(at + ".retries", a.retries, b.retries);
                values(at + ".mode", name_of(a.mode), name_of(b.mode));
                values(at, a.extra, b.extra);
            });
        maps(
            where + "wires.", by_ends(before.wires), by_ends(after.wires),
            [](const Wire& wire) { return Value(to_text(wire.from)); },
            [&](const std::string& at, const Wire& a, const Wire& b) {
                values(at + ".capacity", a.capacity ? Value(*a.capacity) : Value(),
                       b.capacity ? Value(*b.capacity) : Value());
                values(at + ".policy", name_of(a.policy), name_of(b.policy));
                values(at, a.extra, b.extra);
            });
        maps(
            where + "subgraphs.", before.subgraphs, after.subgraphs,
            [](const Subgraph&) { return Value("subgraph"); },
            [&](const std::string& at, const Subgraph& a, const Subgraph& b) {
                values(at + ".inputs", ports(a), ports(b));
                values(at + ".outputs", outputs(a), outputs(b));
                graphs(at + ".", a.graph, b.graph);
            });
        values(where + "requires", before.required, after.required);
        values(where.substr(0, where.size() - (where.empty() ? 0 : 1)), before.extra, after.extra);
    }

private:
    static Value name_of(OnError policy) {
        return policy == OnError::Stop ? "stop" : policy == OnError::Skip ? "skip" : "retry";
    }
    static Value name_of(NodeMode mode) {
        return mode == NodeMode::Normal ? Value() : Value(std::string(to_text(mode)));
    }
    static Value name_of(Policy policy) {
        return policy == Policy::Block        ? "block"
               : policy == Policy::DropOldest ? "drop_oldest"
                                              : "latest_only";
    }
    static std::map<std::string, Wire> by_ends(const std::vector<Wire>& wires) {
        std::map<std::string, Wire> map;
        for (const Wire& wire : wires) {
            const std::string name = to_text(wire.from) + " -> " + to_text(wire.to);
            std::string unused = name;
            for (int copy = 2; map.contains(unused); ++copy)
                unused = name + " (" + std::to_string(copy) + ")";
            map[unused] = wire;
        }
        return map;
    }
    static Value ports(const Subgraph& subgraph) {
        Object object;
        for (const auto& [name, ends] : subgraph.inputs) {
            Array list;
            for (const Endpoint& end : ends) list.emplace_back(to_text(end));
            object[name] = std::move(list);
        }
        return object;
    }
    static Value outputs(const Subgraph& subgraph) {
        Object object;
        for (const auto& [name, end] : subgraph.outputs) object[name] = to_text(end);
        return object;
    }
};

}  // namespace

std::vector<Difference> diff(const Graph& before, const Graph& after) {
    Differ differ;
    differ.graphs("", before, after);
    return std::move(differ.found);
}

}  // namespace millrace::engine
