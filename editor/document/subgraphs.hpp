// Making subgraphs of nodes and nodes of subgraphs, and showing inner parameters at the outside.
// Functions on the value, as edits.hpp.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/graph/graph.hpp"

namespace millrace::editor {

/// Puts nodes into a subgraph of their own and a call of it in their place; gives the call's id,
/// empty when `ids` holds no node. Wires that cross the border become ports, promoted parameters
/// are promoted through it. What runs stays the same.
std::string make_subgraph(engine::Graph& graph, const std::vector<std::string>& ids,
                          const std::string& name);

/// Puts the content of a call in its place; gives the ids of the nodes. `subgraph` is what the call
/// means, seen from `graph`; it stays declared while others call it. Nothing happens to a for-each,
/// whose content runs once an element.
std::vector<std::string> dissolve(engine::Graph& graph, const std::string& call,
                                  const engine::Subgraph& subgraph);

/// Shows a parameter of a node under a name at the outside of its graph; gives the name, which is
/// the parameter's own where that is free.
std::string promote(engine::Graph& graph, const std::string& node, const std::string& param,
                    const std::string& label = {});
/// The name under which a parameter is promoted.
std::optional<std::string> promoted_name(const engine::Graph& graph, const std::string& node,
                                         const std::string& param);
void demote(engine::Graph& graph, const std::string& name);
/// Shows a parameter of a node in the graph at `path` on the calls that lie `depth` subgraphs deep,
/// through all between: with depth 0 on those of the document itself. Where a subgraph is called
/// several times, each call has it. Nothing where `path` is not there.
void promote_to(engine::Graph& document, const std::vector<std::string>& path,
                const std::string& node, const std::string& param, std::size_t depth);

}  // namespace millrace::editor
