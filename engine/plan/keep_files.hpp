// For a copy of a graph that leaves the folder of the original. Plain function, any thread.
#pragma once

#include <filesystem>
#include <functional>
#include <string_view>

#include "engine/graph/graph.hpp"
#include "engine/node/registry.hpp"

namespace millrace::engine {

using FindType = std::function<const NodeType*(std::string_view id)>;

/// Path parameters that name what lies in `folder` become absolute, in subgraphs too. Nodes of
/// unknown types stay as they are.
void keep_files(Graph& graph, const std::filesystem::path& folder, const FindType& find_type);

}  // namespace millrace::engine
