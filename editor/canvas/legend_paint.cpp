#include "editor/canvas/legend_paint.hpp"

#include <QPainter>
#include <QWidget>

namespace millrace::editor {

QRectF begin_legend(QPainter& painter, const QWidget& legend) {
    painter.setRenderHint(QPainter::Antialiasing);
    QColor plate = legend.palette().color(QPalette::Window);
    plate.setAlpha(235);
    painter.setBrush(plate);
    painter.setPen(legend.palette().color(QPalette::Mid));
    painter.drawRoundedRect(QRectF(legend.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6);
    painter.setPen(legend.palette().color(QPalette::WindowText));
    QFont small = legend.font();
    small.setPixelSize(11);
    painter.setFont(small);
    return QRectF(legend.rect()).adjusted(10, 7, -10, -7);
}

void draw_scale(QPainter& painter, const QRectF& bar, const std::function<QColor(double)>& color) {
    for (int i = 0; i < static_cast<int>(bar.width()); ++i)
        painter.fillRect(QRectF(bar.left() + i, bar.top(), 1, bar.height()),
                         color(i / (bar.width() - 1)));
}

}  // namespace millrace::editor
