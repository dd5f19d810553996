// What the legends on the canvas have in common: the plate they lie on and the bar of a scale.
// Window thread only.
#pragma once

#include <QColor>
#include <QRectF>
#include <functional>

class QPainter;
class QWidget;

namespace millrace::editor {

/// Paints the plate and chooses the font and the colour of texts; gives the place within.
QRectF begin_legend(QPainter& painter, const QWidget& legend);
/// `color` of 0 at the left to 1 at the right.
void draw_scale(QPainter& painter, const QRectF& bar, const std::function<QColor(double)>& color);

}  // namespace millrace::editor
