// What a node shows on the canvas, and where: worked out from document and catalogue alone, so that
// it can be tested without a window. Coordinates are those of the node, (0, 0) its top-left corner.
#pragma once

#include <QPointF>
#include <QSizeF>
#include <QString>
#include <vector>

#include "editor/catalogue/catalogue.hpp"
#include "engine/graph/graph.hpp"

namespace millrace::editor {

struct PortFace {
    std::string name;
    std::string type;  ///< payload, or a variable; empty when not known
    QString doc = {};
    engine::Sync sync = engine::Sync::Stream;
    bool optional = false;
    bool known = true;  ///< the node type has such a port; else only a wire says so
    QPointF at = {};    ///< where wires end
    friend bool operator==(const PortFace&, const PortFace&) = default;
};

struct NodeFace {
    QString title, subtitle;
    QColor color;
    std::vector<PortFace> inputs, outputs;
    std::vector<QString> lines;  ///< parameters that are not at their default
    bool known = true;           ///< its type is there
    bool is_call = false;        ///< it stands for a subgraph
    engine::NodeMode mode = engine::NodeMode::Normal;
    std::vector<std::pair<QPointF, QPointF>> passes;  ///< of a bypassed node: input to output
    QSizeF size;

    const PortFace* input(std::string_view name) const;
    const PortFace* output(std::string_view name) const;
};

inline constexpr double kNodeHeader = 38, kPortStep = 22, kLineStep = 17, kNodeWidth = 190;

/// `graph` is the one the node is in; `root` and `path` tell which subgraphs it sees.
NodeFace face_of(const engine::Graph& root, const std::vector<std::string>& path,
                 const engine::Graph& graph, const std::string& id, const Catalogue& catalogue);

/// The subgraph that a call means: the nearest declaration from the path outwards; null when there
/// is none. `declared` becomes the path of the graph that declares it.
const engine::Subgraph* called_subgraph(const engine::Graph& root,
                                        const std::vector<std::string>& path,
                                        const std::string& name,
                                        std::vector<std::string>* declared = nullptr);

}  // namespace millrace::editor
