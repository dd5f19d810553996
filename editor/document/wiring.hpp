// Changes of how nodes hang together that keep the flow going: a node put into a wire, nodes taken
// out of theirs, and what lies before and behind nodes. Functions on the value, as edits.hpp.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "engine/graph/graph.hpp"

namespace millrace::editor {

/// Whether an output may feed an input in a graph: types fit and no loop closes.
using MayJoin = std::function<bool(const engine::Graph& graph, const engine::Endpoint& from,
                                   const engine::Endpoint& to)>;

/// Puts a node into a wire, which must be there: it enters `input`, and `output` feeds where it
/// led. Capacity and policy stay with the second half, whose end they belong to.
void splice(engine::Graph& graph, const engine::Wire& wire, const std::string& node,
            const std::string& input, const std::string& output);

/// Takes nodes out of their wires and joins what fed them with what they fed, where that may be.
/// Wires among the nodes stay.
void detach(engine::Graph& graph, const std::vector<std::string>& ids, const MayJoin& may_join);

/// The same, and the nodes go.
void remove_and_heal(engine::Graph& graph, const std::vector<std::string>& ids,
                     const MayJoin& may_join);

/// The nodes, and all from which a way leads to them, or to which one leads from them.
std::vector<std::string> with_upstream(const engine::Graph& graph,
                                       const std::vector<std::string>& ids);
std::vector<std::string> with_downstream(const engine::Graph& graph,
                                         const std::vector<std::string>& ids);

}  // namespace millrace::editor
