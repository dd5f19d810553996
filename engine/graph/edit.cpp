#include <algorithm>

#include <fmt/format.h>

#include "engine/graph/graph.hpp"

namespace millrace::engine {
namespace {

/// Where a parameter path leads: the node whose params hold it.
struct Target {
    GraphNode* node = nullptr;
    std::string param;
};

Problem unknown_path(std::string_view path, const std::vector<std::string>& known) {
    const std::string near = nearest_of(path, known);
    return {.code = "E-PARAM-010",
            .what = fmt::format("There is no parameter \"{}\"", path),
            .expected = "node.parameter, or the name of a promoted parameter",
            .found = std::string(path),
            .where = std::string(path),
            .mend = near.empty() ? "See `millrace plan` for the nodes and `millrace nodes TYPE` for their parameters."
                                 : fmt::format("Did you mean \"{}\"?", near)};
}

Subgraph* find_subgraph(const std::vector<Graph*>& scopes, const std::string& name) {
    for (auto scope = scopes.rbegin(); scope != scopes.rend(); ++scope) {
        if (const auto found = (*scope)->subgraphs.find(name); found != (*scope)->subgraphs.end()) return &found->second;
    }
    return nullptr;
}

/// Names of nodes and promoted parameters, to suggest the nearest.
std::vector<std::string> known_paths(const Graph& graph, std::string_view param) {
    std::vector<std::string> known;
    for (const auto& [name, promoted] : graph.parameters) known.push_back(name);
    for (const auto& [id, node] : graph.nodes) {
        known.push_back(id + "." + std::string(param));
        for (const auto& [name, value] : node.params) known.push_back(id + "." + name);
    }
    return known;
}

}  // namespace

std::optional<Problem> set_parameter(Graph& graph, std::string_view path, Value value) {
    if (const auto promoted = graph.parameters.find(std::string(path)); promoted != graph.parameters.end()) {
        const std::string of = promoted->second.of;
        if (of == path) return unknown_path(path, {});
        return set_parameter(graph, of, std::move(value));
    }
    const auto end = endpoint_from(path);
    if (!end) return unknown_path(path, known_paths(graph, ""));
    if (const auto node = graph.nodes.find(end->node); node != graph.nodes.end()) {
        node->second.params[end->port] = std::move(value);
        return {};
    }
    // "call/inner.param": a call of its own subgraph can be set apart only through what the subgraph promotes, so the
    // shared subgraph gets a promoted parameter of that very path.
    const auto slash = end->node.find('/');
    const auto call = graph.nodes.find(end->node.substr(0, slash));
    if (slash == std::string::npos || call == graph.nodes.end()) return unknown_path(path, known_paths(graph, end->port));
    Subgraph* subgraph = find_subgraph({&graph}, call->second.subgraph);
    if (!subgraph) return unknown_path(path, known_paths(graph, end->port));
    const std::string inner = end->node.substr(slash + 1) + "." + end->port;
    Graph trial = subgraph->graph;
    trial.subgraphs.insert(graph.subgraphs.begin(), graph.subgraphs.end());
    if (auto problem = set_parameter(trial, inner, value)) {
        problem->where = std::string(path);
        return problem;
    }
    std::string name = inner;
    for (const auto& [known, promoted] : subgraph->graph.parameters) {
        if (promoted.of == inner) name = known;
    }
    subgraph->graph.parameters.try_emplace(name, Promoted{.of = inner});
    call->second.params[name] = std::move(value);
    return {};
}

std::string nearest_of(std::string_view word, const std::vector<std::string>& candidates) {
    const auto distance = [&](std::string_view other) {
        std::vector<std::vector<std::size_t>> d(word.size() + 1, std::vector<std::size_t>(other.size() + 1));
        for (std::size_t i = 0; i <= word.size(); ++i) d[i][0] = i;
        for (std::size_t j = 0; j <= other.size(); ++j) d[0][j] = j;
        for (std::size_t i = 1; i <= word.size(); ++i) {
            for (std::size_t j = 1; j <= other.size(); ++j) {
                d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (word[i - 1] != other[j - 1])});
                if (i > 1 && j > 1 && word[i - 1] == other[j - 2] && word[i - 2] == other[j - 1]) {
                    d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
                }
            }
        }
        return d[word.size()][other.size()];
    };
    if (word.empty() || word.size() > 200) return {};
    std::size_t best = std::max<std::size_t>(1, word.size() / 3) + 1;
    std::string nearest;
    for (const std::string& candidate : candidates) {
        if (candidate.size() > 400) continue;
        const std::size_t found = distance(candidate);
        if (found < best) {
            best = found;
            nearest = candidate;
        }
    }
    return nearest;
}

}  // namespace millrace::engine
