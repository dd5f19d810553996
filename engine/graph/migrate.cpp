#include "engine/graph/migrate.hpp"

#include <fmt/format.h>

namespace millrace::engine {
namespace {

/// Parameters renamed since the file was written.
void rename_params(GraphNode& node, const NodeType& type) {
    Object renamed;
    for (auto& [name, value] : node.params) {
        const ParamSpec* param = type.spec.param(name);
        renamed[param ? param->name : name] = std::move(value);
    }
    node.params = std::move(renamed);
}

void migrate_node(const std::string& id, GraphNode& node, const NodeType& type, std::vector<Migrated>& done,
                  std::vector<Problem>& problems) {
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
    while (node.version < type.spec.version) {
        for (const Migration& migration : type.spec.migrations) {
            if (migration.from == node.version) migration.apply(node.params);
        }
        ++node.version;
    }
    rename_params(node, type);
    if (node.version != before) done.push_back({id, fmt::format("{} version {} -> {}", node.type, before, node.version)});
}

void migrate_graph(const std::string& prefix, Graph& graph, const Registry& registry, std::vector<Migrated>& done,
                   std::vector<Problem>& problems) {
    for (auto& [id, node] : graph.nodes) {
        if (const NodeType* type = registry.find(node.type)) migrate_node(prefix + id, node, *type, done, problems);
    }
    for (auto& [name, subgraph] : graph.subgraphs) migrate_graph(prefix + name + ":", subgraph.graph, registry, done, problems);
}

}  // namespace

std::vector<Migrated> migrate(Graph& graph, const Registry& registry, std::vector<Problem>& problems) {
    std::vector<Migrated> done;
    migrate_graph("", graph, registry, done, problems);
    return done;
}

}  // namespace millrace::engine
