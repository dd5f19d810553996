#include "editor/session/run_names.hpp"

#include <algorithm>

#include "editor/canvas/node_face.hpp"
#include "engine/graph/scope.hpp"

namespace millrace::editor {
namespace {

constexpr int kDeepest = 64;  ///< as deep as the engine goes; against calls that hold themselves
constexpr int kMostGraphs = 100'000;  ///< looked into; calls of calls can be more than anybody runs

/// The call's subgraph and the path of its graph; null when it is no call or names nothing.
const engine::Subgraph* content_of(const engine::Graph& root, const GraphPath& path,
                                   const std::string& node, GraphPath& inner) {
    const engine::Graph* graph = graph_at(root, path);
    if (!graph) return nullptr;
    const auto found = graph->nodes.find(node);
    if (found == graph->nodes.end() || !engine::is_call(found->second)) return nullptr;
    GraphPath declared;
    const engine::Subgraph* subgraph =
        called_subgraph(root, path, found->second.subgraph, &declared);
    if (!subgraph) return nullptr;
    inner = std::move(declared);
    inner.push_back(found->second.subgraph);
    return subgraph;
}

bool is_for_each(const engine::Graph& root, const GraphPath& path, const std::string& node) {
    return graph_at(root, path)->nodes.at(node).type == "control.for_each";
}

std::optional<engine::Endpoint> output_of(const engine::Graph& root, const GraphPath& path,
                                          const std::string& prefix, const engine::Endpoint& output,
                                          int depth) {
    GraphPath inner;
    const engine::Subgraph* subgraph = content_of(root, path, output.node, inner);
    if (!subgraph) {
        const engine::Graph* graph = graph_at(root, path);
        if (!graph || !graph->nodes.contains(output.node)) return {};
        return engine::Endpoint{prefix + output.node, output.port};
    }
    if (is_for_each(root, path, output.node))
        return engine::Endpoint{prefix + output.node + "/collect_" + output.port, "items"};
    const auto leads = subgraph->outputs.find(output.port);
    if (leads == subgraph->outputs.end() || depth >= kDeepest) return {};
    return output_of(root, inner, prefix + output.node + "/", leads->second, depth + 1);
}

void add_inputs(const engine::Graph& root, const GraphPath& path, const std::string& prefix,
                const engine::Endpoint& input, int depth, std::vector<engine::Endpoint>& to) {
    GraphPath inner;
    const engine::Subgraph* subgraph = content_of(root, path, input.node, inner);
    if (!subgraph) {
        to.push_back({prefix + input.node, input.port});
        return;
    }
    if (is_for_each(root, path, input.node) && input.port == "items") {
        to.push_back({prefix + input.node + "/split", "list"});
        return;
    }
    const auto leads = subgraph->inputs.find(input.port);
    if (leads == subgraph->inputs.end() || depth >= kDeepest) return;
    for (const engine::Endpoint& end : leads->second)
        add_inputs(root, inner, prefix + input.node + "/", end, depth + 1, to);
}

/// `way` are the graphs on the way here; one that comes again holds itself and is left.
void add_prefixes(const engine::Graph& root, const GraphPath& at, const std::string& prefix,
                  const GraphPath& wanted, std::vector<const engine::Graph*>& way, int& left,
                  std::vector<std::string>& found) {
    if (--left < 0) return;
    if (at == wanted) {
        found.push_back(prefix);
        return;
    }
    const engine::Graph* graph = graph_at(root, at);
    if (!graph || std::ranges::find(way, graph) != way.end()) return;
    way.push_back(graph);
    for (const auto& [id, node] : graph->nodes) {
        GraphPath inner;
        if (content_of(root, at, id, inner))
            add_prefixes(root, inner, prefix + id + "/", wanted, way, left, found);
    }
    way.pop_back();
}

}  // namespace

std::vector<std::string> run_prefixes(const engine::Graph& root, const GraphPath& path) {
    std::vector<std::string> found;
    std::vector<const engine::Graph*> way;
    int left = kMostGraphs;
    add_prefixes(root, {}, {}, path, way, left, found);
    return found;
}

std::optional<engine::Endpoint> run_output(const engine::Graph& root, const GraphPath& path,
                                           const engine::Endpoint& output) {
    return run_output(root, path, output, run_prefixes(root, path));
}

std::optional<engine::Endpoint> run_output(const engine::Graph& root, const GraphPath& path,
                                           const engine::Endpoint& output,
                                           const std::vector<std::string>& prefixes) {
    if (prefixes.empty()) return {};
    return output_of(root, path, prefixes.front(), output, 0);
}

std::vector<std::string> run_wires(const engine::Graph& root, const GraphPath& path,
                                   const engine::Wire& wire) {
    return run_wires(root, path, wire, run_prefixes(root, path));
}

std::vector<std::string> run_wires(const engine::Graph& root, const GraphPath& path,
                                   const engine::Wire& wire,
                                   const std::vector<std::string>& prefixes) {
    std::vector<std::string> names;
    for (const std::string& prefix : prefixes) {
        const auto from = output_of(root, path, prefix, wire.from, 0);
        if (!from) continue;
        std::vector<engine::Endpoint> to;
        add_inputs(root, path, prefix, wire.to, 0, to);
        for (const engine::Endpoint& end : to)
            names.push_back(to_text(*from) + " -> " + to_text(end));
    }
    return names;
}

}  // namespace millrace::editor
