#include "viewers/cloud/tool_icons.hpp"

#include <QPainter>
#include <QPainterPath>

namespace millrace::viewers {
namespace {

constexpr int kSide = 24;

void draw(QPainter& painter, Tool tool, const QColor& ink) {
    const auto dot = [&](double x, double y) {
        painter.setBrush(ink);
        painter.drawEllipse(QPointF(x, y), 2, 2);
        painter.setBrush(Qt::NoBrush);
    };
    switch (tool) {
        case Tool::Look: {
            QPainterPath arrow;
            arrow.moveTo(6, 3);
            for (const auto& [x, y] :
                 {std::pair(6, 19), {10, 15}, {13, 21}, {16, 20}, {13, 14}, {18, 14}})
                arrow.lineTo(x, y);
            arrow.closeSubpath();
            painter.fillPath(arrow, ink);
            break;
        }
        case Tool::Distance:
            painter.drawLine(4, 19, 20, 5);
            dot(4, 19);
            dot(20, 5);
            break;
        case Tool::Height:
            painter.drawLine(12, 4, 12, 20);
            painter.drawLine(6, 4, 18, 4);
            painter.drawLine(6, 20, 18, 20);
            break;
        case Tool::Angle:
            painter.drawLine(4, 20, 18, 4);
            painter.drawLine(4, 20, 21, 20);
            painter.drawArc(QRectF(-7, 9, 22, 22), 0, 50 * 16);
            break;
        case Tool::Area:
            painter.drawPolygon(QPolygonF({{4, 9}, {13, 3}, {21, 11}, {16, 20}, {6, 19}}));
            break;
        case Tool::Rectangle: {
            QPen pen = painter.pen();
            pen.setStyle(Qt::DashLine);
            painter.setPen(pen);
            painter.drawRect(QRectF(4, 6, 16, 12));
            break;
        }
        case Tool::Lasso: {
            QPen pen = painter.pen();
            pen.setStyle(Qt::DashLine);
            painter.setPen(pen);
            QPainterPath path;
            path.moveTo(4, 10);
            path.cubicTo(4, 2, 20, 2, 20, 9);
            path.cubicTo(20, 15, 13, 12, 13, 17);
            path.cubicTo(13, 22, 4, 18, 4, 10);
            painter.drawPath(path);
            break;
        }
    }
}

}  // namespace

QIcon tool_icon(Tool tool, const QPalette& palette) {
    QIcon icon;
    for (const double scale : {1.0, 2.0}) {
        const int side = static_cast<int>(kSide * scale);
        QPixmap pixmap(side, side);
        pixmap.setDevicePixelRatio(scale);
        pixmap.fill(Qt::transparent);
        QPainter painter(&pixmap);
        painter.setRenderHint(QPainter::Antialiasing);
        const QColor ink = palette.color(QPalette::ButtonText);
        painter.setPen(QPen(ink, 1.8, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
        draw(painter, tool, ink);
        painter.end();
        icon.addPixmap(pixmap);
    }
    return icon;
}

}  // namespace millrace::viewers
