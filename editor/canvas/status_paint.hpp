// Paints how nodes and wires stand in a run: badge, counts, progress with the time left, queues.
// Coordinates are those of the item.
#pragma once

#include <QPainter>
#include <QPainterPath>

#include "editor/canvas/status_values.hpp"

namespace millrace::editor {

/// Over a node of `size`: the badge in its header and the line of figures under it. `detail` is the
/// zoom; texts come from 0.55 on.
void paint_node_status(QPainter* painter, const QSizeF& size, const NodeStatus& status,
                       double detail, const QPalette& palette);
/// How far paint_node_status() paints beyond the node, below it.
inline constexpr double kStatusBelow = 22;

/// On a wire: how full its queue is, drops, and the mark of a standstill. `place` (0 to 1) of the
/// gauge along the path.
void paint_wire_status(QPainter* painter, const QPainterPath& path, const WireStatus& status,
                       double detail, const QPalette& palette);
/// What a wire's width gains by its queue, pixels.
double width_of(const WireStatus& status);

}  // namespace millrace::editor
