// Two branches of one graph that do the same in another way, as a float and a quantized one: which
// output of the one stands for which of the other. Functions on values.
#pragma once

#include <map>
#include <string>

#include "engine/graph/graph.hpp"
#include "engine/observe/record.hpp"

namespace millrace::editor {

/// Outputs of the branch that begins at `branch`, each with its counterpart of the one that begins
/// at `reference`; both are nodes of the expanded graph, or calls that were expanded. Calls are
/// matched by what lies in them; from there both are followed along wires that leave ports of one
/// name and enter ports of one name, until they meet.
std::map<engine::Endpoint, engine::Endpoint> counterparts(const engine::Graph& expanded,
                                                          const std::string& reference,
                                                          const std::string& branch);

/// What was recorded of the reference's outputs, under the names of their counterparts.
std::map<std::string, engine::Recorded> as_reference(
    const std::map<std::string, engine::Recorded>& run,
    const std::map<engine::Endpoint, engine::Endpoint>& counterparts);

}  // namespace millrace::editor
