// Whether nodes run: muting and bypassing as changes of the graph, without canvas or window.
#pragma once

#include <string>
#include <vector>

#include "engine/graph/graph.hpp"

namespace millrace::editor {

/// Gives the nodes this mode, or takes it from them when each has it already. Ids that are not
/// there are passed over.
void toggle_mode(engine::Graph& graph, const std::vector<std::string>& ids, engine::NodeMode mode);

/// Whether there are nodes and each has this mode.
bool all_have_mode(const engine::Graph& graph, const std::vector<std::string>& ids,
                   engine::NodeMode mode);

}  // namespace millrace::editor
