// --set: values of parameters given on the command line.
#pragma once

#include <string>
#include <vector>

#include "engine/graph/graph.hpp"
#include "engine/node/registry.hpp"

namespace millrace::cli {

/// Applies each "PATH=VALUE" to the graph, through subgraphs and promoted names. Values are read as
/// JSON, then as text; relative paths for path parameters are made absolute from the current
/// folder. Throws Error: E-CLI-004 without "=", E-PARAM-010 for an unknown path, with the nearest.
void apply_overrides(engine::Graph& graph, const std::vector<std::string>& settings,
                     const engine::Registry& registry);

}  // namespace millrace::cli
