#include "engine/graph/scope.hpp"

#include <deque>

namespace millrace::engine {
namespace {

// No path that leads anywhere is longer; keeps hostile ones from costing the square of their
// length.
constexpr std::size_t kLongestPath = 8192;
constexpr int kMostParts = 128;

}  // namespace

Scope::Found Scope::find(const std::string& name) const {
    for (const Scope* scope = this; scope; scope = scope->outer) {
        const auto found = scope->graph->subgraphs.find(name);
        if (found != scope->graph->subgraphs.end()) return {&found->second, scope};
    }
    return {};
}

std::vector<std::string> Scope::names() const {
    std::vector<std::string> all;
    for (const Scope* scope = this; scope; scope = scope->outer) {
        for (const auto& [name, subgraph] : scope->graph->subgraphs) all.push_back(name);
    }
    return all;
}

const GraphNode* leading_call(const Graph& graph, std::string_view node_path, std::string& rest) {
    if (node_path.size() > kLongestPath) return nullptr;
    int parts = 0;
    for (auto slash = node_path.find('/'); slash != node_path.npos && ++parts <= kMostParts;
         slash = node_path.find('/', slash + 1)) {
        const auto node = graph.nodes.find(std::string(node_path.substr(0, slash)));
        if (node == graph.nodes.end() || !is_call(node->second)) continue;
        rest = node_path.substr(slash + 1);
        return &node->second;
    }
    return nullptr;
}

bool leads_somewhere(const Scope& scope, const Endpoint& path) {
    std::deque<Scope> entered = {scope};
    std::string rest = path.node;
    while (true) {
        const Scope& here = entered.back();
        if (const auto node = here.graph->nodes.find(rest); node != here.graph->nodes.end()) {
            if (!is_call(node->second)) return true;
            const Scope::Found found = here.find(node->second.subgraph);
            return found.subgraph && found.subgraph->graph.parameters.contains(path.port);
        }
        const std::string whole = std::move(rest);
        const GraphNode* call = leading_call(*here.graph, whole, rest);
        if (!call) return false;
        const Scope::Found found = here.find(call->subgraph);
        if (!found.subgraph) return false;
        entered.push_back({&found.subgraph->graph, found.declared});
    }
}

Endpoint innermost(const Scope& scope, const Endpoint& path) {
    std::deque<Scope> entered = {scope};
    std::string prefix;
    Endpoint left = path;
    while (prefix.size() <= kLongestPath) {
        const Scope& here = entered.back();
        const auto node = here.graph->nodes.find(left.node);
        if (node != here.graph->nodes.end() && !is_call(node->second))
            return {prefix + left.node, left.port};
        std::string rest;
        const GraphNode* call = node != here.graph->nodes.end()
                                    ? &node->second
                                    : leading_call(*here.graph, left.node, rest);
        const Scope::Found found = call ? here.find(call->subgraph) : Scope::Found();
        if (!found.subgraph) return path;
        prefix +=
            left.node.substr(0, left.node.size() - (rest.empty() ? 0 : rest.size() + 1)) + "/";
        left.node = rest;
        if (rest.empty()) {
            const auto promoted = found.subgraph->graph.parameters.find(left.port);
            const auto end = promoted == found.subgraph->graph.parameters.end()
                                 ? std::nullopt
                                 : endpoint_from(promoted->second.of);
            if (!end) return path;
            left = *end;
        }
        entered.push_back({&found.subgraph->graph, found.declared});
    }
    return path;
}

}  // namespace millrace::engine
