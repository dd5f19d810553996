#include "viewers/common/signs.hpp"

#include <QPainter>

namespace millrace::viewers {
namespace {

constexpr int kIcon = 18;  // pixels along a side

QPixmap drawn(PlayerSign sign, const QColor& color, double ratio) {
    QPixmap pixmap(QSize(kIcon, kIcon) * ratio);
    pixmap.setDevicePixelRatio(ratio);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(color);
    const auto arrow = [&](double tip, double base) {
        painter.drawPolygon(QPolygonF({{base, 4}, {base, 14}, {tip, 9}}));
    };
    const auto post = [&](double x, double width) { painter.drawRect(QRectF(x, 4, width, 10)); };
    switch (sign) {
        case PlayerSign::First:
            arrow(6, 14);
            post(3, 2);
            break;
        case PlayerSign::Back:
            arrow(4, 11);
            post(12, 2);
            break;
        case PlayerSign::Play:
            arrow(15, 5);
            break;
        case PlayerSign::Pause:
            post(4, 3.5);
            post(10.5, 3.5);
            break;
        case PlayerSign::Next:
            arrow(14, 7);
            post(4, 2);
            break;
        case PlayerSign::Last:
            arrow(12, 4);
            post(13, 2);
            break;
        case PlayerSign::Stop:
            painter.drawRect(QRectF(4, 4, 10, 10));
            break;
        case PlayerSign::Loop: {
            painter.setBrush(Qt::NoBrush);
            painter.setPen(QPen(color, 1.8));
            painter.drawArc(QRectF(4, 4, 10, 10), 60 * 16, 290 * 16);
            painter.setPen(Qt::NoPen);
            painter.setBrush(color);
            painter.drawPolygon(QPolygonF({{9.5, 1}, {9.5, 7.5}, {14.5, 4.2}}));
            break;
        }
    }
    return pixmap;
}

}  // namespace

QIcon player_icon(PlayerSign sign, const QPalette& palette, double ratio) {
    QPixmap normal = drawn(sign, palette.color(QPalette::WindowText), ratio);
    QIcon icon(normal);
    icon.addPixmap(drawn(sign, palette.color(QPalette::Disabled, QPalette::WindowText), ratio),
                   QIcon::Disabled);
    return icon;
}

}  // namespace millrace::viewers
