// Finding in a graph and in those nested in it. A function on values.
#pragma once

#include <QString>
#include <vector>

#include "editor/catalogue/catalogue.hpp"
#include "editor/document/document.hpp"

namespace millrace::editor {

struct GraphHit {
    enum class Kind { Node, Backdrop, Note };
    GraphPath path = {};
    Kind kind = Kind::Node;
    std::string id = {};
    QString name = {};   ///< the node's title, the backdrop's, or the note's first line
    QString match = {};  ///< what fits: "camera = image_2"; empty when it is the name
    friend bool operator==(const GraphHit&, const GraphHit&) = default;
};

/// All nodes, backdrops and notes in which each word of `words` stands: of nodes the id, title,
/// type, the names of parameters and the values that are set. Case does not count. The document's
/// own graph first, then nested ones by name; in each from left to right.
std::vector<GraphHit> search_graph(const engine::Graph& graph, const Catalogue& catalogue,
                                   const QString& words);

}  // namespace millrace::editor
