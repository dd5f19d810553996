#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "engine/graph/graph.hpp"

namespace millrace::engine {
namespace {

constexpr std::size_t kDeepest = 64;

bool is_call(const GraphNode& node) { return node.type == "control.subgraph" || node.type == "control.for_each"; }

/// Subgraphs visible at one place: a graph's own, then those of the graphs around it.
struct Scope {
    const Graph* graph;
    const Scope* outer;

    const Subgraph* find(const std::string& name) const {
        for (const Scope* scope = this; scope; scope = scope->outer) {
            if (const auto found = scope->graph->subgraphs.find(name); found != scope->graph->subgraphs.end()) return &found->second;
        }
        return nullptr;
    }
    std::vector<std::string> names() const {
        std::vector<std::string> all;
        for (const Scope* scope = this; scope; scope = scope->outer) {
            for (const auto& [name, subgraph] : scope->graph->subgraphs) all.push_back(name);
        }
        return all;
    }
};

/// What a call looks like from outside once it is expanded.
struct Ports {
    std::map<std::string, std::vector<Endpoint>> inputs;
    std::map<std::string, Endpoint> outputs;
};

class Expander {
public:
    explicit Expander(Expanded& result) : result_(result) {}

    /// Adds the content of `graph` under `prefix`; `chain` names the subgraphs being expanded.
    void add(const Graph& graph, const Scope& scope, const std::string& prefix, std::vector<std::string> chain,
             const GraphNode* call) {
        std::map<std::string, Ports> calls;
        for (const auto& [id, node] : graph.nodes) {
            if (is_call(node)) calls[id] = add_call(node, scope, prefix + id, chain);
            else {
                GraphNode copy = node;
                inherit(copy, call);
                result_.graph.nodes[prefix + id] = std::move(copy);
            }
        }
        for (const Wire& wire : graph.wires) add_wire(wire, calls, prefix);
    }

private:
    static void inherit(GraphNode& node, const GraphNode* call) {
        if (!call || node.on_error != OnError::Stop) return;
        node.on_error = call->on_error;
        node.retries = call->retries;
    }

    Ports add_call(const GraphNode& call, const Scope& scope, const std::string& id, std::vector<std::string> chain) {
        const Subgraph* found = scope.find(call.subgraph);
        if (!found) {
            const std::string near = nearest_of(call.subgraph, scope.names());
            problem("E-GRAPH-021", fmt::format("There is no subgraph \"{}\"", call.subgraph), "the name of a subgraph",
                    call.subgraph.empty() ? "none" : call.subgraph, id,
                    near.empty() ? "Name one of the document's subgraphs." : fmt::format("Did you mean \"{}\"?", near));
            return {};
        }
        const bool again = std::ranges::find(chain, call.subgraph) != chain.end();
        chain.push_back(call.subgraph);
        if (again || chain.size() > kDeepest) {
            std::string names;
            for (const std::string& name : chain) names += (names.empty() ? "" : " -> ") + name;
            problem("E-GRAPH-020", again ? "A subgraph contains itself" : "Subgraphs are nested too deeply",
                    again ? "no subgraph inside itself" : fmt::format("at most {} levels", kDeepest), names, id,
                    "Remove the inner call.");
            return {};
        }
        Subgraph content = *found;
        apply_parameters(content.graph, call, id);
        const Scope inner{&found->graph, &scope};
        GraphNode policy = call;
        const std::string prefix = id + "/";
        add(content.graph, inner, prefix, chain, &policy);
        return call.type == "control.for_each" ? for_each_ports(content, prefix, call) : call_ports(content, prefix);
    }

    void apply_parameters(Graph& graph, const GraphNode& call, const std::string& id) {
        for (const auto& [name, value] : call.params) {
            if (!graph.parameters.contains(name)) {
                std::vector<std::string> names;
                for (const auto& [known, promoted] : graph.parameters) names.push_back(known);
                const std::string near = nearest_of(name, names);
                problem("E-GRAPH-023", fmt::format("The subgraph \"{}\" promotes no parameter \"{}\"", call.subgraph, name),
                        "the name of a promoted parameter", name, id,
                        near.empty() ? "Promote it in the subgraph first." : fmt::format("Did you mean \"{}\"?", near));
                continue;
            }
            if (auto failed = set_parameter(graph, name, value)) {
                failed->where = id + "." + name;
                result_.problems.push_back(*std::move(failed));
            }
        }
    }

    /// Inner ports may belong to calls again; those were expanded already and are found by their outer names.
    std::vector<Endpoint> inner_inputs(const Endpoint& end, const std::string& prefix) const {
        const Endpoint whole{prefix + end.node, end.port};
        const auto call = expanded_.find(whole.node);
        if (call == expanded_.end()) return {whole};
        const auto port = call->second.inputs.find(end.port);
        return port == call->second.inputs.end() ? std::vector<Endpoint>{} : port->second;
    }
    Endpoint inner_output(const Endpoint& end, const std::string& prefix) const {
        const Endpoint whole{prefix + end.node, end.port};
        const auto call = expanded_.find(whole.node);
        if (call == expanded_.end()) return whole;
        const auto port = call->second.outputs.find(end.port);
        return port == call->second.outputs.end() ? whole : port->second;
    }

    Ports call_ports(const Subgraph& content, const std::string& prefix) {
        Ports ports;
        for (const auto& [name, ends] : content.inputs) {
            for (const Endpoint& end : ends) {
                for (Endpoint& inner : inner_inputs(end, prefix)) ports.inputs[name].push_back(std::move(inner));
            }
        }
        for (const auto& [name, end] : content.outputs) ports.outputs[name] = inner_output(end, prefix);
        expanded_[prefix.substr(0, prefix.size() - 1)] = ports;
        return ports;
    }

    Ports for_each_ports(const Subgraph& content, const std::string& prefix, const GraphNode& call) {
        Ports ports = call_ports(content, prefix);
        const std::string split = prefix + "split";
        GraphNode splitter;
        splitter.type = "control.split";
        inherit(splitter, &call);
        result_.graph.nodes[split] = splitter;
        for (const Endpoint& inner : ports.inputs["item"]) result_.graph.wires.push_back({{split, "item"}, inner});
        ports.inputs.erase("item");
        ports.inputs["items"] = {{split, "items"}};
        for (auto& [name, end] : ports.outputs) {
            const std::string collect = prefix + "collect_" + name;
            GraphNode collector;
            collector.type = "control.collect";
            inherit(collector, &call);
            result_.graph.nodes[collect] = collector;
            result_.graph.wires.push_back({end, {collect, "item"}});
            end = {collect, "items"};
        }
        expanded_[prefix.substr(0, prefix.size() - 1)] = ports;
        return ports;
    }

    void add_wire(const Wire& wire, const std::map<std::string, Ports>& calls, const std::string& prefix) {
        Wire copy = wire;
        copy.from.node = prefix + wire.from.node;
        copy.to.node = prefix + wire.to.node;
        if (const auto call = calls.find(wire.from.node); call != calls.end()) {
            const auto port = call->second.outputs.find(wire.from.port);
            if (port == call->second.outputs.end()) return unknown_port(copy.from, call->second.outputs, "output");
            copy.from = port->second;
        }
        const auto call = calls.find(wire.to.node);
        if (call == calls.end()) {
            result_.graph.wires.push_back(std::move(copy));
            return;
        }
        const auto port = call->second.inputs.find(wire.to.port);
        if (port == call->second.inputs.end()) return unknown_port(copy.to, call->second.inputs, "input");
        for (const Endpoint& inner : port->second) {
            copy.to = inner;
            result_.graph.wires.push_back(copy);
        }
    }

    template <class Map>
    void unknown_port(const Endpoint& end, const Map& ports, std::string_view kind) {
        std::vector<std::string> names;
        for (const auto& [name, port] : ports) names.push_back(name);
        const std::string near = nearest_of(end.port, names);
        problem("E-GRAPH-022", fmt::format("The subgraph has no {} \"{}\"", kind, end.port), fmt::format("{}", fmt::join(names, ", ")),
                end.port, end.node, near.empty() ? "Connect one of the listed ports." : fmt::format("Did you mean \"{}\"?", near));
    }

    void problem(std::string code, std::string what, std::string expected, std::string found, std::string where, std::string mend) {
        result_.problems.push_back({.code = std::move(code),
                                    .what = std::move(what),
                                    .expected = std::move(expected),
                                    .found = std::move(found),
                                    .where = std::move(where),
                                    .mend = std::move(mend)});
    }

    Expanded& result_;
    std::map<std::string, Ports> expanded_;  ///< of every call so far, by its whole id
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
    Expander(result).add(graph, scope, "", {}, nullptr);
    return result;
}

}  // namespace millrace::engine
