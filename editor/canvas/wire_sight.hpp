// What has to be painted of a long wire.
#pragma once

#include <QPainterPath>

class QPainter;
class QWidget;

namespace millrace::editor {

/// The part of a path of cubics that is in sight, where it is many screens long: its edges are
/// found anew for all of its length each time it is painted. The whole path, where it is not.
QPainterPath part_in_sight(const QPainterPath& path, const QPainter& painter,
                           const QWidget* viewport);

}  // namespace millrace::editor
