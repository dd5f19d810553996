// Brings nodes of older versions and aliases up to the registry's. Works on the document, before planning.
#pragma once

#include <string>
#include <vector>

#include "engine/graph/graph.hpp"
#include "engine/node/registry.hpp"

namespace millrace::engine {

struct Migrated {
    std::string node;
    std::string what;  ///< "points.crop version 1 -> 2"
};

/// Applies aliases and migrations in place, subgraphs included; nodes of unknown types stay as they are. In `problems`:
/// W-GRAPH-030 a node saved by a newer version than the registry's, E-GRAPH-031 one whose migration failed; both stay
/// as they are.
std::vector<Migrated> migrate(Graph& graph, const Registry& registry, std::vector<Problem>& problems);

}  // namespace millrace::engine
