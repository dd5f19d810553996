// Names of a graph on the canvas as the run knows them: inside a call, "node" is "call/node", and a
// call's port is that of the inner node it leads to. Values; any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "editor/document/document.hpp"

namespace millrace::editor {

/// What stands before the ids of the graph at `path`: "" for the document's own, else one entry for
/// each call that leads there ("outer/inner/"). Empty when nothing calls it.
std::vector<std::string> run_prefixes(const engine::Graph& root, const GraphPath& path);

/// The output in the run, of the first call where there are several; none when the port leads
/// nowhere.
std::optional<engine::Endpoint> run_output(const engine::Graph& root, const GraphPath& path,
                                           const engine::Endpoint& output);
/// The same where run_prefixes() is at hand, as for all wires of a graph.
std::optional<engine::Endpoint> run_output(const engine::Graph& root, const GraphPath& path,
                                           const engine::Endpoint& output,
                                           const std::vector<std::string>& prefixes);

/// The run's names of a wire ("a.x -> call/b.y"): one for each inner input it feeds.
std::vector<std::string> run_wires(const engine::Graph& root, const GraphPath& path,
                                   const engine::Wire& wire);
std::vector<std::string> run_wires(const engine::Graph& root, const GraphPath& path,
                                   const engine::Wire& wire,
                                   const std::vector<std::string>& prefixes);

}  // namespace millrace::editor
