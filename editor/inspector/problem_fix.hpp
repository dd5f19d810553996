// Problems whose fix is mechanical: what a button beside them does. Values alone, so that it can be
// tested without a window.
#pragma once

#include <QString>
#include <optional>

#include "editor/canvas/canvas_scene.hpp"

namespace millrace::editor {

struct Fix {
    QString label;                        ///< of the button
    Document::Change change = {};         ///< of the graph that holds the node; none when empty
    std::optional<PortRef> connect = {};  ///< an input for which a node is to be chosen
};

/// The fix of a problem of node `id` in `graph`; none when it takes thought. `where` of the problem
/// is taken as local to that graph.
std::optional<Fix> fix_of(const engine::Problem& problem, const engine::Graph& graph,
                          const std::string& id, const Catalogue& catalogue);

/// Whether the problem is of that node; `prefix` is what the run puts before its id.
bool concerns(const engine::Problem& problem, const std::string& prefix, const std::string& id);

}  // namespace millrace::editor
