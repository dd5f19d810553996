// How a muted or bypassed node looks: pale, with a badge at its corner, and for a bypass the lines
// along which packets go past it. Painted in the node's coordinates.
#pragma once

#include "editor/canvas/node_face.hpp"

class QPainter;
class QPalette;

namespace millrace::editor {

/// Fills in the face's mode and passes and tells the mode beside its id; its ports must have their
/// places already.
void add_mode(NodeFace& face, const engine::Graph& graph, const std::string& id);

/// Opacity of the node itself, from 0 to 1.
double opacity_of(engine::NodeMode mode);

/// Badge and passes, over the node; the badge reaches 10 units above it.
void paint_node_mode(QPainter* painter, const NodeFace& face, const QPalette& palette);

}  // namespace millrace::editor
