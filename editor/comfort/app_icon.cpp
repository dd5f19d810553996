#include "editor/comfort/app_icon.hpp"

#include <QPainter>
#include <QPainterPath>
#include <QPixmap>

namespace millrace::editor {

QIcon app_icon() {
    QIcon icon;
    for (const int side : {16, 24, 32, 48, 64, 128, 256}) {
        QPixmap picture(side, side);
        picture.fill(Qt::transparent);
        QPainter painter(&picture);
        painter.setRenderHint(QPainter::Antialiasing);
        painter.scale(side / 128.0, side / 128.0);
        painter.setPen(Qt::NoPen);
        painter.setBrush(QColor(0x1b4f9c));
        painter.drawRoundedRect(QRectF(4, 4, 120, 120), 28, 28);
        QPainterPath wire(QPointF(36, 40));
        wire.cubicTo(84, 40, 44, 88, 92, 88);
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(Qt::white, 14, Qt::SolidLine, Qt::RoundCap));
        painter.drawPath(wire);
        painter.setPen(Qt::NoPen);
        painter.setBrush(QColor(0x57d0a5));
        painter.drawEllipse(QPointF(36, 40), 18, 18);
        painter.setBrush(QColor(0xffc247));
        painter.drawEllipse(QPointF(92, 88), 18, 18);
        painter.end();
        icon.addPixmap(picture);
    }
    return icon;
}

}  // namespace millrace::editor
