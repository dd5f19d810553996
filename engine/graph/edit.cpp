#include <algorithm>

#include <fmt/format.h>

#include "engine/graph/graph.hpp"
#include "engine/graph/scope.hpp"

namespace millrace::engine {
namespace {

/// What "node.param" could have meant: promoted parameters, that parameter of each node, and those
/// set in the file.
std::vector<std::string> known_paths(const Scope& scope, const std::string& param) {
    const Graph& graph = *scope.graph;
    std::vector<std::string> known;
    for (const auto& [name, promoted] : graph.parameters) known.push_back(name);
    for (const auto& [id, node] : graph.nodes) {
        if (is_call(node)) {
            const Subgraph* called = scope.find(node.subgraph).subgraph;
            if (!called) continue;
            for (const auto& [name, promoted] : called->graph.parameters)
                known.push_back(id + "." + name);
            for (const auto& [inner, node_inside] : called->graph.nodes)
                known.push_back(id + "/" + inner + "." + param);
        } else {
            known.push_back(id + "." + param);
            for (const auto& [name, value] : node.params) known.push_back(id + "." + name);
        }
    }
    return known;
}

Problem unknown_path(const Graph& graph, std::string_view path) {
    const auto dot = path.rfind('.');
    const std::string param(dot == path.npos ? std::string_view() : path.substr(dot + 1));
    std::vector<std::string> known = known_paths(Scope{&graph, nullptr}, param);
    std::erase_if(known, [](const std::string& text) { return text.ends_with('.'); });
    const std::string near = nearest_of(path, known);
    return {.code = "E-PARAM-010",
            .what = fmt::format("There is no parameter \"{}\"", path),
            .expected = "node.parameter, or the name of a promoted parameter",
            .found = std::string(path),
            .where = std::string(path),
            .mend = near.empty() ? "See `millrace plan` for the nodes and `millrace nodes TYPE` "
                                   "for their parameters."
                                 : fmt::format("Did you mean \"{}\"?", near)};
}

/// The name under which the graph promotes `of`, or empty.
std::string promoted_as(const Graph& graph, const Endpoint& of) {
    const std::string text = to_text(of);
    for (const auto& [name, promoted] : graph.parameters) {
        if (promoted.of == text) return name;
    }
    return {};
}

/// `path` by the names that the subgraphs on its way promote it under: "a/b/n.p" becomes "a/b.p"
/// where b's subgraph promotes n.p as p. So a value is kept in one place, however it was named.
Endpoint by_promoted_names(const Scope& scope, const Endpoint& path) {
    if (scope.graph->nodes.contains(path.node)) return path;
    std::string rest;
    const GraphNode* call = leading_call(*scope.graph, path.node, rest);
    if (!call) return path;
    const Scope::Found found = scope.find(call->subgraph);
    const Endpoint inner =
        by_promoted_names({&found.subgraph->graph, found.declared}, {rest, path.port});
    const std::string name = promoted_as(found.subgraph->graph, inner);
    const std::string id = path.node.substr(0, path.node.size() - rest.size() - 1);
    return name.empty() ? Endpoint{id + "/" + inner.node, inner.port} : Endpoint{id, name};
}

}  // namespace

std::optional<Problem> set_parameter(Graph& graph, std::string_view path, Value value) {
    const Scope scope{&graph, nullptr};
    const auto promoted = graph.parameters.find(std::string(path));
    const auto of = endpoint_from(promoted == graph.parameters.end() ? path : promoted->second.of);
    if (!of || !leads_somewhere(scope, *of)) {
        Problem problem = unknown_path(graph, path);
        make_harmless(problem, false);
        return problem;
    }
    const Endpoint end = by_promoted_names(scope, *of);
    if (const auto node = graph.nodes.find(end.node); node != graph.nodes.end()) {
        node->second.params[end.port] = std::move(value);
        return {};
    }
    // "call/inner.param": a call of its own subgraph can be set apart only through what the
    // subgraph promotes, so the shared subgraph gets a promoted parameter for that very path.
    // Without a dot, as "call.name" is parted at the last.
    std::string rest;
    leading_call(graph, end.node, rest);
    GraphNode& call = graph.nodes.at(end.node.substr(0, end.node.size() - rest.size() - 1));
    auto& parameters = graph.subgraphs.at(call.subgraph).graph.parameters;
    std::string name = rest + "/" + end.port;
    while (parameters.contains(name)) name += '_';
    parameters[name].of = rest + "." + end.port;
    call.params[name] = std::move(value);
    return {};
}

std::string nearest_of(std::string_view word, const std::vector<std::string>& candidates) {
    if (word.empty() || word.size() > 200) return {};
    // Three rows of the table of distances between beginnings of the two words.
    std::vector<std::size_t> before, last, now;
    const auto distance = [&](std::string_view other) {
        last.resize(other.size() + 1);
        now.resize(other.size() + 1);
        for (std::size_t j = 0; j <= other.size(); ++j) last[j] = j;
        for (std::size_t i = 1; i <= word.size(); ++i) {
            now[0] = i;
            for (std::size_t j = 1; j <= other.size(); ++j) {
                now[j] = std::min(
                    {last[j] + 1, now[j - 1] + 1, last[j - 1] + (word[i - 1] != other[j - 1])});
                if (i > 1 && j > 1 && word[i - 1] == other[j - 2] && word[i - 2] == other[j - 1]) {
                    now[j] = std::min(now[j], before[j - 2] + 1);
                }
            }
            before = last;
            std::swap(last, now);
        }
        return last[other.size()];
    };
    std::size_t best = std::max<std::size_t>(1, word.size() / 3) + 1;
    std::string nearest;
    for (const std::string& candidate : candidates) {
        const std::size_t apart = candidate.size() > word.size() ? candidate.size() - word.size()
                                                                 : word.size() - candidate.size();
        if (apart >= best) continue;
        const std::size_t found = distance(candidate);
        if (found < best) {
            best = found;
            nearest = candidate;
        }
    }
    return nearest;
}

}  // namespace millrace::engine
