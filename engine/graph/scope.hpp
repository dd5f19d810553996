// Which subgraph a call means, and where a parameter's path leads. Used by expanding and by setting
// parameters; borrows the graphs, so it lives no longer than they do.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/graph/graph.hpp"

namespace millrace::engine {

/// Whether the node stands for the content of a subgraph.
inline bool is_call(const GraphNode& node) {
    return node.type == "control.subgraph" || node.type == "control.for_each";
}

/// Subgraphs are seen where they are declared and in everything nested there, whoever calls them.
struct Scope {
    const Graph* graph = nullptr;
    const Scope* outer = nullptr;

    struct Found {
        const Subgraph* subgraph = nullptr;
        const Scope* declared = nullptr;  ///< the scope around the subgraph's own content
    };
    /// The nearest one of that name; nothing found gives nullptrs.
    Found find(const std::string& name) const;
    /// All that could have been meant.
    std::vector<std::string> names() const;
};

/// The call that `node_path` ("call/inner") begins with, or nullptr; `rest` becomes what follows
/// it.
const GraphNode* leading_call(const Graph& graph, std::string_view node_path, std::string& rest);

/// Whether `path` ("node.param", "call/node.param") names a parameter of a node, or one that a
/// call's subgraph promotes. A node's own parameters are not looked at: a graph knows no node
/// types.
bool leads_somewhere(const Scope& scope, const Endpoint& path);

/// The node's own parameter that a path through promoted ones means: "call/inner.param" for
/// "call.name". A path that leads nowhere stays as it is.
Endpoint innermost(const Scope& scope, const Endpoint& path);

}  // namespace millrace::engine
