#include "engine/graph/migrate.hpp"

#include <optional>
#include <utility>

#include <fmt/format.h>

namespace millrace::engine {
namespace {

/// Parameters renamed since the file was written. One that stands there under its new name too
/// stays as it is: the planner says that it is set twice.
bool rename_params(Object& params, const NodeType& type) {
    bool renamed = false;
    for (const auto& [name, value] : Object(params)) {
        const ParamSpec* param = type.spec.param(name);
        if (!param || param->name == name || params.contains(param->name)) continue;
        params[param->name] = value;
        params.erase(name);
        renamed = true;
    }
    return renamed;
}

Problem failed(const GraphNode& node, const std::string& id, int from, std::string found) {
    return {
        .code = "E-GRAPH-031",
        .what = fmt::format("The node could not be brought from version {} to {}", from, from + 1),
        .expected = fmt::format("parameters that {} version {} could have", node.type, from),
        .found = std::move(found),
        .where = id,
        .cause = "the file was changed by hand, or written by a version between two releases",
        .mend = "Correct the node's parameters in the file, or delete the node and add it again."};
}

/// Takes the parameters through every version up to the present one; leaves them as they were when
/// one step fails.
std::optional<Problem> apply_migrations(const std::string& id, GraphNode& node,
                                        const NodeType& type) {
    Object params = node.params;
    for (int version = node.version; version < type.spec.version; ++version) {
        for (const Migration& migration : type.spec.migrations) {
            if (migration.from != version) continue;
            try {
                migration.apply(params);
            } catch (const Error& error) {
                const Problem& problem = error.problem();
                std::string found = problem.what;
                if (!problem.expected.empty())
                    found += fmt::format(", expected {}", problem.expected);
                if (!problem.found.empty()) found += fmt::format(", found {}", problem.found);
                return failed(node, id, version, std::move(found));
            } catch (const std::exception& error) {
                return failed(node, id, version, error.what());
            }
        }
    }
    node.params = std::move(params);
    node.version = type.spec.version;
    return {};
}

void migrate_node(const std::string& id, GraphNode& node, const NodeType& type,
                  std::vector<Migrated>& done, std::vector<Problem>& problems) {
    if (node.type != type.spec.id) {
        done.push_back({id, fmt::format("{} -> {}", node.type, type.spec.id)});
        node.type = type.spec.id;
    }
    if (node.version > type.spec.version) {
        problems.push_back({.code = "W-GRAPH-030",
                            .what = fmt::format("The node was saved by a newer {}", type.spec.id),
                            .expected = fmt::format("version {} or older", type.spec.version),
                            .found = fmt::format("version {}", node.version),
                            .where = id,
                            .mend = "Update the plug-in; parameters it does not know are kept.",
                            .severity = Severity::Warning});
        return;
    }
    const int before = node.version;
    if (auto problem = apply_migrations(id, node, type))
        return problems.push_back(*std::move(problem));
    if (rename_params(node.params, type)) done.push_back({id, "renamed parameters"});
    if (node.version != before)
        done.push_back({id, fmt::format("{} version {} -> {}", node.type, before, node.version)});
}

void migrate_graph(const std::string& prefix, Graph& graph, const Registry& registry,
                   std::vector<Migrated>& done, std::vector<Problem>& problems) {
    for (auto& [id, node] : graph.nodes) {
        if (const NodeType* type = registry.find(node.type))
            migrate_node(prefix + id, node, *type, done, problems);
    }
    for (auto& [name, subgraph] : graph.subgraphs)
        migrate_graph(prefix + name + ":", subgraph.graph, registry, done, problems);
}

}  // namespace

std::vector<Migrated> migrate(Graph& graph, const Registry& registry,
                              std::vector<Problem>& problems) {
    std::vector<Migrated> done;
    migrate_graph("", graph, registry, done, problems);
    make_harmless(problems, false);
    return done;
}

}  // namespace millrace::engine
