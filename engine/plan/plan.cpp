#include "engine/plan/plan.hpp"

#include <algorithm>
#include <cctype>
#include <set>

#include <fmt/format.h>

#include "engine/graph/scope.hpp"
#include "engine/plan/builder.hpp"
#include "engine/value_parse.hpp"

namespace millrace::engine {
namespace planning {
namespace {

template <class Ports>
std::string port_names(const Ports& ports) {
    std::string text;
    for (const auto& port : ports) text += (text.empty() ? "" : ", ") + port.name;
    return text.empty() ? "none" : text;
}

template <class Ports>
int port_index(const Ports& ports, const std::string& name) {
    const auto found = std::ranges::find_if(ports, [&](const auto& port) { return port.name == name; });
    return found == ports.end() ? -1 : static_cast<int>(found - ports.begin());
}

/// Reports it and gives the index of the port that was probably meant, or -1.
template <class Ports>
int unknown_port(Builder& builder, const Endpoint& end, const Ports& ports, std::string_view kind) {
    std::vector<std::string> names;
    for (const auto& port : ports) names.push_back(port.name);
    const std::string near = nearest_of(end.port, names);
    builder.report({.code = "E-PLAN-003",
                    .what = fmt::format("The node has no {} \"{}\"", kind, end.port),
                    .expected = port_names(ports),
                    .found = end.port,
                    .where = end.node,
                    .mend = near.empty() ? "Connect one of the listed ports." : fmt::format("Did you mean \"{}\"?", near)});
    return port_index(ports, near);
}

/// The id of a node that could have been meant. Looks at all of them, so only a number of misspelt ones is served.
std::string nearest_node(const Builder& builder, const Graph& graph, const std::string& id) {
    constexpr std::size_t kMostSuggestions = 100;
    if (builder.plan.problems.size() >= kMostSuggestions) return {};
    std::vector<std::string> names;
    for (const auto& [name, node] : graph.nodes) names.push_back(name);
    return nearest_of(id, names);
}

/// The name of a frozen node's set; empty, and reported, when it can't be frozen or names none.
std::string frozen_set(Builder& builder, const NodeType& type, const GraphNode& saved, const std::string& id) {
    if (const std::string why = why_not_frozen(type); !why.empty()) {
        builder.report({.code = "E-PLAN-023",
                        .what = fmt::format("{} can't be frozen", type.spec.title),
                        .expected = "a node that gives one result for each item",
                        .found = why,
                        .where = id,
                        .mend = "Thaw it, and freeze a node before or behind it."});
        return {};
    }
    if (is_set_name(saved.frozen)) return saved.frozen;
    builder.report({.code = "E-PLAN-024",
                    .what = "The frozen node does not say which results are its own",
                    .expected = "\"frozen\": 1 to 64 letters, digits, _ and -",
                    .found = saved.frozen.empty() ? "none" : shortened(saved.frozen),
                    .where = id,
                    .mend = "Give the set a name, then run with --freeze; or thaw the node."});
    return {};
}

/// Index of the node, or -1 after reporting. Nodes of unknown types and calls that could not be expanded are left out
/// silently, as they were reported.
int wire_end(Builder& builder, const Graph& graph, const Endpoint& end, const Wire& wire) {
    if (const auto found = builder.index.find(end.node); found != builder.index.end()) return found->second;
    const bool reported = std::ranges::any_of(builder.expanding, [&](const Problem& problem) {
        return problem.code == "E-GRAPH-022" && problem.where == end.node;
    });
    if (!reported && !graph.nodes.contains(end.node)) {
        const std::string near = nearest_node(builder, graph, end.node);
        builder.report({.code = "E-PLAN-002",
                        .what = fmt::format("A wire ends at a node that does not exist: {}", end.node),
                        .expected = "the id of a node",
                        .found = end.node,
                        .where = to_text(wire.from) + " -> " + to_text(wire.to),
                        .mend = near.empty() ? "Correct the node's id, or delete the wire." : fmt::format("Did you mean \"{}\"?", near)});
    }
    return -1;
}

/// `faulty` are inputs with a wire that was reported, so that one slip makes one problem.
void check_required_inputs(Builder& builder, const std::set<std::pair<int, int>>& faulty) {
    for (std::size_t index = 0; index < builder.plan.nodes.size(); ++index) {
        const PlanNode& node = builder.plan.nodes[index];
        for (std::size_t port = 0; port < node.inputs.size(); ++port) {
            const InputSpec& input = node.type->spec.inputs[port];
            if (node.inputs[port] >= 0 || input.optional) continue;
            if (faulty.contains({static_cast<int>(index), static_cast<int>(port)})) continue;
            builder.report({.code = "E-PLAN-005",
                            .what = fmt::format("The input \"{}\" is not connected", input.name),
                            .expected = input.type.empty() ? input.doc : fmt::format("a wire of {}", input.type),
                            .found = "no wire",
                            .where = node.id + "." + input.name,
                            .mend = "Connect it."});
        }
    }
}

}  // namespace

void add_nodes(Builder& builder, const Graph& graph) {
    for (const auto& [id, saved] : graph.nodes) {
        if (is_call(saved)) continue;  // expanding it failed and was reported
        const NodeType* type = builder.registry.find(saved.type);
        if (!type) {
            const std::string near = builder.registry.nearest(saved.type);
            builder.report({.code = "E-PLAN-001",
                            .what = fmt::format("Unknown node type \"{}\"", saved.type),
                            .expected = "a node type of the engine or of a loaded plug-in",
                            .found = saved.type,
                            .where = id,
                            .cause = "a plug-in is missing or failed to load (millrace doctor lists them)",
                            .mend = near.empty() ? "Install the plug-in, or replace the node."
                                                 : fmt::format("Did you mean \"{}\"?", near)});
            continue;
        }
        PlanNode node;
        node.id = id;
        node.type = type;
        node.instance = type->make();
        node.on_error = saved.on_error;
        node.retries = saved.on_error == OnError::Retry ? saved.retries : 0;
        for (Problem& problem : set_params(*type, *node.instance, saved.params, id)) builder.report(std::move(problem));
        node.params = all_params(*type, *node.instance);
        for (Problem& problem : resolve_paths(*type, *node.instance, builder.options.roots, id)) {
            // What was frozen needs none of its files.
            const bool checked = builder.options.check_files && saved.mode != NodeMode::Freeze;
            if (checked || problem.code != "E-FILE-001") builder.report(std::move(problem));
        }
        if (saved.mode == NodeMode::Freeze) node.frozen = frozen_set(builder, *type, saved, id);
        if (node.on_error == OnError::Retry && !type->parallel && !type->copyable) {
            builder.report({.code = "E-PLAN-012",
                            .what = "The node cannot be retried: it keeps state that can't be copied",
                            .expected = "on_error stop or skip",
                            .found = "retry",
                            .where = id,
                            .mend = "Choose another error policy."});
        }
        node.inputs.assign(type->spec.inputs.size(), -1);
        node.outputs.assign(type->spec.outputs.size(), {});
        builder.index[id] = static_cast<int>(builder.plan.nodes.size());
        builder.plan.nodes.push_back(std::move(node));
    }
}

void add_wires(Builder& builder, const Graph& graph) {
    std::set<std::pair<int, int>> faulty;
    for (const Wire& wire : graph.wires) {
        const int from = wire_end(builder, graph, wire.from, wire);
        const int to = wire_end(builder, graph, wire.to, wire);
        int from_port = -1;
        int to_port = -1;
        if (from >= 0) {
            from_port = port_index(builder.plan.nodes[from].type->spec.outputs, wire.from.port);
            if (from_port < 0) unknown_port(builder, wire.from, builder.plan.nodes[from].type->spec.outputs, "output");
        }
        if (to >= 0) {
            to_port = port_index(builder.plan.nodes[to].type->spec.inputs, wire.to.port);
            if (to_port < 0)
                faulty.emplace(to, unknown_port(builder, wire.to, builder.plan.nodes[to].type->spec.inputs, "input"));
        }
        if (from_port < 0 && to_port >= 0) faulty.emplace(to, to_port);
        if (from_port < 0 || to_port < 0) continue;
        int& slot = builder.plan.nodes[to].inputs[to_port];
        if (slot >= 0) {
            const PlanWire& other = builder.plan.wires[slot];
            builder.report({.code = "E-PLAN-004",
                            .what = "Two wires end at one input",
                            .expected = "one producer",
                            .found = fmt::format("{} and {}.{}", to_text(wire.from), builder.plan.nodes[other.from].id,
                                                 builder.output(other).name),
                            .where = to_text(wire.to),
                            .mend = "Delete one, or join the streams with control.merge or control.zip."});
            continue;
        }
        slot = static_cast<int>(builder.plan.wires.size());
        builder.plan.nodes[from].outputs[from_port].push_back(slot);
        PlanWire planned;
        planned.from = from;
        planned.from_port = from_port;
        planned.to = to;
        planned.to_port = to_port;
        planned.capacity = wire.capacity.value_or(0);
        planned.chosen = wire.capacity.has_value();
        planned.policy = wire.policy;
        planned.sync = builder.plan.nodes[to].type->spec.inputs[to_port].sync;
        builder.plan.wires.push_back(planned);
    }
    check_required_inputs(builder, faulty);
}

}  // namespace planning

namespace {

/// Graph with just the nodes that `until` needs, and the wires between them.
void keep_needed(Graph& graph, const std::vector<std::string>& until, std::vector<Problem>& problems) {
    if (until.empty()) return;
    std::map<std::string, std::vector<std::string>> producers;
    for (const Wire& wire : graph.wires) producers[wire.to.node].push_back(wire.from.node);
    std::set<std::string> needed;
    std::vector<std::string> open;
    for (const std::string& id : until) {
        if (graph.nodes.contains(id)) {
            open.push_back(id);
            continue;
        }
        // A subgraph call stands for all that it was expanded to.
        const std::size_t before = open.size();
        for (const auto& [inner, node] : graph.nodes) {
            if (inner.starts_with(id + "/")) open.push_back(inner);
        }
        if (open.size() > before) continue;
        std::vector<std::string> names;
        for (const auto& [name, node] : graph.nodes) names.push_back(name);
        const std::string near = nearest_of(id, names);
        problems.push_back({.code = "E-PLAN-013",
                            .what = fmt::format("There is no node \"{}\" to run until", id),
                            .expected = "the id of a node",
                            .found = id,
                            .where = id,
                            .mend = near.empty() ? "See `millrace plan`." : fmt::format("Did you mean \"{}\"?", near)});
    }
    while (!open.empty()) {
        const std::string id = std::move(open.back());
        open.pop_back();
        if (!needed.insert(id).second) continue;
        for (const std::string& producer : producers[id]) open.push_back(producer);
    }
    std::erase_if(graph.nodes, [&](const auto& entry) { return !needed.contains(entry.first); });
    std::erase_if(graph.wires, [&](const Wire& wire) { return !needed.contains(wire.to.node); });
}

/// Promoted parameters that their node's type does not have; expanding has found those whose node is not there.
void check_promoted(planning::Builder& builder, const Graph& expanded) {
    for (const auto& [name, promoted] : expanded.parameters) {
        const auto end = endpoint_from(promoted.of);
        const auto node = end ? builder.index.find(end->node) : builder.index.end();
        if (node == builder.index.end()) continue;
        const NodeType& type = *builder.plan.nodes[node->second].type;
        if (type.spec.param(end->port)) continue;
        std::vector<std::string> names;
        for (const ParamSpec& param : type.spec.params) names.push_back(end->node + "." + param.name);
        const std::string near = nearest_of(promoted.of, names);
        builder.report({.code = "E-GRAPH-006",
                        .what = fmt::format("The promoted parameter \"{}\" names nothing", name),
                        .expected = fmt::format("a parameter of {}", type.spec.id),
                        .found = promoted.of,
                        .where = "parameters." + name,
                        .mend = near.empty() ? "Correct it, or remove it." : fmt::format("Did you mean \"{}\"?", near)});
    }
}

}  // namespace

int Plan::find(std::string_view node_id) const {
    const auto found = std::ranges::find(nodes, node_id, &PlanNode::id);
    return found == nodes.end() ? -1 : static_cast<int>(found - nodes.begin());
}

std::string Plan::why_idle(std::string_view node_id) const {
    const std::string prefix = std::string(node_id) + "/";
    for (const PlanNode& node : nodes) {
        if (node.id == node_id || node.id.starts_with(prefix)) return {};
    }
    for (const PlanIdle& node : idle) {
        if (node.id != node_id && !node.id.starts_with(prefix)) continue;
        return node.mode == NodeMode::Mute     ? fmt::format("{} is muted", node_id)
               : node.mode == NodeMode::Bypass ? fmt::format("{} is bypassed", node_id)
                                               : fmt::format("{} waits for {}, which does not run", node_id, node.because);
    }
    return {};
}

bool is_set_name(std::string_view name) {
    return !name.empty() && name.size() <= 64 && std::ranges::all_of(name, [](unsigned char c) {
        return c < 128 && (std::isalnum(c) || c == '_' || c == '-');
    });
}

std::string why_not_frozen(const NodeType& type) {
    if (type.spec.outputs.empty()) return "it has no outputs";
    if (type.generator) return "one call gives many results";
    if (type.spec.rate != Rate::Same) return "it numbers items anew";
    if (type.source && !type.has_count) return "the source does not know how many items it has";
    if (type.has_finish) return "it gives results at the end of the stream";
    return {};
}

std::string wire_name(const Plan& plan, const PlanWire& wire) {
    const PlanNode& from = plan.nodes[wire.from];
    const PlanNode& to = plan.nodes[wire.to];
    return fmt::format("{}.{} -> {}.{}", from.id, from.type->spec.outputs[wire.from_port].name, to.id,
                       to.type->spec.inputs[wire.to_port].name);
}

Plan make_plan(const Graph& graph, const Registry& registry, const PlanOptions& options) {
    Expanded expanded = expand(graph);
    planning::Builder builder{registry, options, {}, {}, expanded.problems};
    builder.plan.problems = expanded.problems;
    std::vector<std::string> until = options.until;
    planning::apply_modes(builder, expanded, until);
    keep_needed(expanded.graph, until, builder.plan.problems);
    add_nodes(builder, expanded.graph);
    add_wires(builder, expanded.graph);
    check_promoted(builder, expanded.graph);
    check_artifacts(builder);
    if (builder.plan.nodes.empty() && builder.plan.ok() && !builder.plan.idle.empty()) {
        builder.report({.code = "E-PLAN-022",
                        .what = "No node is left to run",
                        .expected = "at least one node that is not muted and needs none that is",
                        .found = fmt::format("{} muted, bypassed or without what they need", builder.plan.idle.size()),
                        .mend = "Take the mute from a node."});
    } else if (builder.plan.nodes.empty() && builder.plan.ok()) {
        builder.report({.code = "E-PLAN-014",
                        .what = "The graph has no nodes",
                        .expected = "at least one node",
                        .found = "none",
                        .mend = "Add a source and connect it."});
    }
    if (sort_nodes(builder)) {
        check_types(builder);
        infer_rates(builder);
        if (builder.plan.ok()) form_stages(builder);
    }
    make_harmless(builder.plan.problems, false);
    return std::move(builder.plan);
}

}  // namespace millrace::engine
