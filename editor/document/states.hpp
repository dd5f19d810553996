// Whether nodes run: muting, bypassing and freezing as changes of the graph, without canvas or
// window.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "engine/graph/graph.hpp"

namespace millrace::editor {

/// Gives the nodes this mode, or takes it from them when each has it already. Ids that are not
/// there are passed over.
void toggle_mode(engine::Graph& graph, const std::vector<std::string>& ids, engine::NodeMode mode);

/// Freezes the nodes, each with a set of results of its own: `name` gives a new one at each call.
void freeze(engine::Graph& graph, const std::vector<std::string>& ids,
            const std::function<std::string()>& name);

/// Whether there are nodes and each has this mode.
bool all_have_mode(const engine::Graph& graph, const std::vector<std::string>& ids,
                   engine::NodeMode mode);

}  // namespace millrace::editor
