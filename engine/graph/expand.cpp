#include <algorithm>

#include <fmt/format.h>

#include "engine/graph/fields.hpp"
#include "engine/graph/graph.hpp"
#include "engine/graph/scope.hpp"
#include "engine/hash.hpp"

namespace millrace::engine {
namespace {

constexpr std::size_t kDeepest = 64;
// Ten calls of ten calls of … would fill any memory; what a node costs counts its parameters too.
constexpr std::size_t kMostParts = 2'000'000;
constexpr std::size_t kPartsOfNode = 4;
constexpr std::size_t kBytesOfPart = 64;
// Suggesting a name looks at all names, which is too slow for thousands of misspelt ones.
constexpr int kMostSuggestions = 100;

/// What a call looks like from outside once it is expanded.
using Ports = Expanded::Ports;

/// Parameters that calls further out set, by the path of the node from the graph that is being
/// added.
using Settings = std::map<std::string, Object>;

std::size_t parts_of(const Value& value) {
    std::size_t parts = 1;
    if (value.is_string()) parts += value.as_string().size() / kBytesOfPart;
    if (value.is_array()) {
        for (const Value& item : value.as_array()) parts += parts_of(item);
    }
    if (value.is_object()) {
        for (const auto& [name, member] : value.as_object()) parts += parts_of(member);
    }
    return parts;
}

std::size_t parts_of(const Object& object) {
    std::size_t parts = 1;
    for (const auto& [name, member] : object) parts += parts_of(member);
    return parts;
}

/// Moves what is meant for nodes inside `id` out of `settings`, by their paths from there.
Settings taken_for(const std::string& id, Settings& settings) {
    Settings inner;
    const std::string prefix = id + "/";
    auto entry = settings.lower_bound(prefix);
    while (entry != settings.end() && entry->first.starts_with(prefix)) {
        inner[entry->first.substr(prefix.size())] = std::move(entry->second);
        entry = settings.erase(entry);
    }
    return inner;
}

class Expander {
public:
    Expander(Expanded& result, Findings& findings)
        : result_(result.graph),
          bypassed_(result.bypassed),
          muted_(result.muted),
          findings_(findings) {}

    /// Adds the content of `graph` under `prefix`; `call` is the node that stands for it, if any,
    /// and `body` its subgraph.
    void add(const Scope& scope, const std::string& prefix, const GraphNode* call,
             Settings settings, const Subgraph* body = nullptr) {
        std::map<std::string, Ports> calls;
        for (const auto& [id, saved] : scope.graph->nodes) {
            GraphNode node = saved;
            if (const auto set = settings.find(id); set != settings.end()) {
                for (auto& [name, value] : set->second) node.params[name] = std::move(value);
            }
            inherit(node, call);
            // A subgraph that is called twice gives other results each time.
            if (!prefix.empty() && !node.frozen.empty())
                node.frozen = to_hex(Hasher().add(prefix).add(node.frozen).digest());
            if (body && call->mode == NodeMode::Freeze) freeze(node, *call, id, *body);
            if (!room_for(kPartsOfNode + parts_of(node.params) +
                          (prefix.size() + id.size()) / kBytesOfPart))
                return;
            if (!is_call(node)) {
                add_node(prefix + id, std::move(node));
            } else if (auto ports = add_call(node, scope, prefix + id, taken_for(id, settings))) {
                calls[id] = *std::move(ports);
            } else {
                add_node(prefix + id, std::move(node));
            }
        }
        for (const Wire& wire : scope.graph->wires) add_wire(wire, calls, prefix);
    }

    /// Promoted parameters that lead nowhere, of this graph and of all the subgraphs it declares.
    void check_promoted(const Scope& scope, const std::string& where) {
        for (const auto& [name, promoted] : scope.graph->parameters) {
            const auto end = endpoint_from(promoted.of);
            // Reading has reported those that are no path at all.
            if (!end || leads_somewhere(scope, *end)) continue;
            std::vector<std::string> nodes;
            for (const auto& [id, node] : scope.graph->nodes) {
                if (!is_call(node)) nodes.push_back(id + "." + end->port);
                const Subgraph* called =
                    is_call(node) ? scope.find(node.subgraph).subgraph : nullptr;
                if (!called) continue;
                for (const auto& [known, entry] : called->graph.parameters)
                    nodes.push_back(id + "." + known);
            }
            problem("E-GRAPH-006", fmt::format("The promoted parameter \"{}\" names nothing", name),
                    "node.parameter of a node in the same graph", promoted.of,
                    where + "parameters." + name,
                    suggestion(promoted.of, nodes, "Correct it, or remove it."));
        }
        for (const auto& [name, subgraph] : scope.graph->subgraphs) {
            check_promoted({&subgraph.graph, &scope}, where + "subgraphs." + name + ".");
        }
    }

private:
    static void inherit(GraphNode& node, const GraphNode* call) {
        if (call && call->mode == NodeMode::Mute) node.mode = NodeMode::Mute;
        if (!call || node.on_error != OnError::Stop) return;
        node.on_error = call->on_error;
        node.retries = call->retries;
    }

    /// What gives the outputs of a frozen call is frozen, each in a set of its own: all else within
    /// is then needed by nobody.
    static void freeze(GraphNode& node, const GraphNode& call, const std::string& id,
                       const Subgraph& body) {
        const bool gives_output = std::ranges::any_of(
            body.outputs, [&](const auto& output) { return output.second.node == id; });
        if (!gives_output || node.mode == NodeMode::Mute || node.mode == NodeMode::Bypass) return;
        node.mode = NodeMode::Freeze;
        node.frozen = to_hex(Hasher().add(call.frozen).add(id).digest());
    }

    /// False, and reported once, when the graph has become too large.
    bool room_for(std::size_t parts) {
        parts_ += parts;
        if (parts_ <= kMostParts) return true;
        problem("E-GRAPH-025", "The graph is too large once its subgraphs are expanded",
                fmt::format("at most {} nodes, wires and parameters", kMostParts), "more", "",
                "Call fewer subgraphs inside of subgraphs.");
        stopped_ = true;
        return false;
    }

    void add_node(const std::string& id, GraphNode node) {
        if (result_.nodes.try_emplace(id, std::move(node)).second) return;
        problem("E-GRAPH-024", "Two nodes have the same id once subgraphs are expanded",
                "each id once", id, id,
                "Rename the node in the graph or the one inside the subgraph.");
    }

    /// Nothing when the call can't be expanded, which has been reported.
    std::optional<Ports> add_call(const GraphNode& call, const Scope& scope, const std::string& id,
                                  Settings settings) {
        const Scope::Found found = scope.find(call.subgraph);
        if (!found.subgraph) {
            problem(
                "E-GRAPH-021", fmt::format("There is no subgraph \"{}\"", call.subgraph),
                "the name of a subgraph", call.subgraph.empty() ? "none" : call.subgraph, id,
                suggestion(call.subgraph, scope.names(), "Name one of the document's subgraphs."));
            return {};
        }
        if (!may_enter(*found.subgraph, call.subgraph, id)) return {};
        if (call.type == "control.for_each" && call.mode == NodeMode::Freeze) {
            problem("E-GRAPH-026", "A loop can't be frozen as a whole",
                    "a node that gives one result for each item", call.type, id,
                    "Freeze what takes the loop's results, or a node within it.");
        }
        chain_.emplace_back(found.subgraph, call.subgraph);
        const Scope inner{&found.subgraph->graph, found.declared};
        const std::string prefix = id + "/";
        add(inner, prefix, &call, settings_of(call, inner, id, std::move(settings)),
            found.subgraph);
        Ports ports = call_ports(*found.subgraph, prefix);
        if (call.type == "control.for_each") add_loop(ports, prefix, call);
        if (call.mode == NodeMode::Bypass) bypassed_[id] = ports;
        if (call.mode == NodeMode::Mute) muted_.insert(id);
        expanded_[id] = ports;
        chain_.pop_back();
        return ports;
    }

    bool may_enter(const Subgraph& subgraph, const std::string& name, const std::string& id) {
        const bool again = std::ranges::any_of(
            chain_, [&](const auto& entry) { return entry.first == &subgraph; });
        if (!again && chain_.size() < kDeepest) return true;
        std::string names;
        for (const auto& [outer, outer_name] : chain_) names += outer_name + " -> ";
        problem("E-GRAPH-020",
                again ? "A subgraph contains itself" : "Subgraphs are nested too deeply",
                again ? "no subgraph inside itself" : fmt::format("at most {} levels", kDeepest),
                names + name, id, "Remove the inner call.");
        return false;
    }

    /// What the call's parameters set inside, by the paths that the subgraph promotes; `outer` has
    /// the last word.
    Settings settings_of(const GraphNode& call, const Scope& inside, const std::string& id,
                         Settings outer) {
        Settings settings;
        for (const auto& [name, value] : call.params) {
            const auto promoted = inside.graph->parameters.find(name);
            if (promoted == inside.graph->parameters.end()) {
                std::vector<std::string> names;
                for (const auto& [known, entry] : inside.graph->parameters) names.push_back(known);
                problem("E-GRAPH-023",
                        fmt::format("The subgraph \"{}\" promotes no parameter \"{}\"",
                                    call.subgraph, name),
                        "the name of a promoted parameter", name, id,
                        suggestion(name, names, "Promote it in the subgraph first."));
                continue;
            }
            // Those that lead nowhere are reported whether a call sets them or not.
            const auto end = endpoint_from(promoted->second.of);
            if (end && leads_somewhere(inside, *end)) settings[end->node][end->port] = value;
        }
        for (auto& [node, params] : outer) {
            for (auto& [name, value] : params) settings[node][name] = std::move(value);
        }
        return settings;
    }

    /// Inner ports may belong to calls again; those were expanded already and are found by their
    /// outer names.
    std::vector<Endpoint> inner_inputs(const Endpoint& end, const std::string& prefix) {
        const Endpoint whole{prefix + end.node, end.port};
        const auto call = expanded_.find(whole.node);
        if (call == expanded_.end()) return {whole};
        const auto port = call->second.inputs.find(end.port);
        if (port != call->second.inputs.end()) return port->second;
        unknown_port(whole, call->second.inputs, "input");
        return {whole};
    }

    Endpoint inner_output(const Endpoint& end, const std::string& prefix) {
        const Endpoint whole{prefix + end.node, end.port};
        const auto call = expanded_.find(whole.node);
        if (call == expanded_.end()) return whole;
        const auto port = call->second.outputs.find(end.port);
        if (port != call->second.outputs.end()) return port->second;
        unknown_port(whole, call->second.outputs, "output");
        return whole;
    }

    Ports call_ports(const Subgraph& content, const std::string& prefix) {
        Ports ports;
        for (const auto& [name, ends] : content.inputs) {
            for (const Endpoint& end : ends) {
                std::vector<Endpoint> inner = inner_inputs(end, prefix);
                if (!room_for(inner.size())) return ports;
                std::ranges::move(inner, std::back_inserter(ports.inputs[name]));
            }
        }
        for (const auto& [name, end] : content.outputs)
            ports.outputs[name] = inner_output(end, prefix);
        return ports;
    }

    /// Around the content of a for-each: a list is split before it and collected behind it.
    void add_loop(Ports& ports, const std::string& prefix, const GraphNode& call) {
        const auto helper = [&](const std::string& id, const char* type) {
            GraphNode node;
            node.type = type;
            inherit(node, &call);
            add_node(id, std::move(node));
        };
        const std::string split = prefix + "split";
        helper(split, "control.split");
        for (const Endpoint& inner : ports.inputs["item"])
            result_.wires.push_back({{split, "item"}, inner});
        ports.inputs.erase("item");
        ports.inputs["items"] = {{split, "items"}};
        for (auto& [name, end] : ports.outputs) {
            const std::string collect = prefix + "collect_" + name;
            helper(collect, "control.collect");
            result_.wires.push_back({end, {collect, "item"}});
            end = {collect, "items"};
        }
    }

    /// A wire with an end that a call doesn't have is kept, so that the planner takes neither end
    /// for unconnected.
    void add_wire(const Wire& wire, const std::map<std::string, Ports>& calls,
                  const std::string& prefix) {
        Wire copy = wire;
        copy.from.node = prefix + wire.from.node;
        copy.to.node = prefix + wire.to.node;
        if (const auto call = calls.find(wire.from.node); call != calls.end()) {
            const auto port = call->second.outputs.find(wire.from.port);
            if (port == call->second.outputs.end())
                unknown_port(copy.from, call->second.outputs, "output");
            else
                copy.from = port->second;
        }
        std::vector<Endpoint> ends = {copy.to};
        if (const auto call = calls.find(wire.to.node); call != calls.end()) {
            const auto port = call->second.inputs.find(wire.to.port);
            if (port == call->second.inputs.end())
                unknown_port(copy.to, call->second.inputs, "input");
            else
                ends = port->second;
        }
        for (Endpoint& end : ends) {
            if (!room_for(1 + (copy.from.node.size() + end.node.size()) / kBytesOfPart)) return;
            copy.to = std::move(end);
            result_.wires.push_back(copy);
        }
    }

    template <class Map>
    void unknown_port(const Endpoint& end, const Map& ports, std::string_view kind) {
        std::vector<std::string> names;
        for (const auto& [name, port] : ports) names.push_back(name);
        problem("E-GRAPH-022", fmt::format("The subgraph has no {} \"{}\"", kind, end.port),
                names.empty() ? "none" : fmt::format("{}", fmt::join(names, ", ")), end.port,
                end.node, suggestion(end.port, names, "Connect one of the listed ports."));
    }

    std::string suggestion(const std::string& word, const std::vector<std::string>& names,
                           std::string otherwise) {
        const std::string near = ++suggestions_ <= kMostSuggestions ? nearest_of(word, names) : "";
        return near.empty() ? std::move(otherwise) : fmt::format("Did you mean \"{}\"?", near);
    }

    void problem(std::string code, std::string what, std::string expected, std::string found,
                 std::string where, std::string mend) {
        // What follows from having stopped is no fault of the document.
        if (stopped_) return;
        findings_.add({.code = std::move(code),
                       .what = std::move(what),
                       .expected = std::move(expected),
                       .found = std::move(found),
                       .where = std::move(where),
                       .mend = std::move(mend)});
    }

    Graph& result_;
    std::map<std::string, Ports>& bypassed_;
    std::set<std::string>& muted_;
    Findings& findings_;
    std::map<std::string, Ports> expanded_;  ///< of every call so far, by its whole id
    std::vector<std::pair<const Subgraph*, std::string>>
        chain_;  ///< the calls being expanded, outermost first
    std::size_t parts_ = 0;
    bool stopped_ = false;
    int suggestions_ = 0;
};

}  // namespace

Expanded expand(const Graph& graph) {
    Expanded result;
    result.graph.meta = graph.meta;
    result.graph.required = graph.required;
    result.graph.parameters = graph.parameters;
    result.graph.backdrops = graph.backdrops;
    result.graph.notes = graph.notes;
    result.graph.layout = graph.layout;
    result.graph.extra = graph.extra;
    const Scope scope{&graph, nullptr};
    Findings findings;
    Expander expander(result, findings);
    expander.check_promoted(scope, "");
    expander.add(scope, "", nullptr, {});
    for (auto& [name, promoted] : result.graph.parameters) {
        if (const auto end = endpoint_from(promoted.of))
            promoted.of = to_text(innermost(scope, *end));
    }
    result.problems = findings.take();
    make_harmless(result.problems, false);
    return result;
}

}  // namespace millrace::engine
