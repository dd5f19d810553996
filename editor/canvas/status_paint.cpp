#include "editor/canvas/status_paint.hpp"

#include <QCoreApplication>
#include <QLocale>
#include <QPalette>
#include <algorithm>
#include <cmath>

namespace millrace::editor {
namespace {

constexpr double kTexts = 0.55, kBadges = 0.22;  ///< zoom from which they can be read
constexpr double kHeader = 38, kRound = 6;

QString tr(const char* text) { return QCoreApplication::translate("CanvasStatus", text); }

QFont font_of(int pixels, bool bold = false) {
    QFont font;
    font.setPixelSize(pixels);
    font.setBold(bold);
    return font;
}

void paint_sign(QPainter* painter, QPointF middle, NodeState state) {
    painter->setPen(QPen(Qt::white, 1.8, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    painter->setBrush(Qt::NoBrush);
    const auto line = [&](std::initializer_list<QPointF> points) {
        QPolygonF shape;
        for (const QPointF& point : points) shape << middle + point;
        painter->drawPolyline(shape);
    };
    switch (state) {
        case NodeState::Waiting:
            line({{-3, -4}, {3, -4}, {-3, 4}, {3, 4}, {-3, -4}});
            break;
        case NodeState::Running:
            painter->setBrush(Qt::white);
            painter->drawPolygon(QPolygonF{middle + QPointF(-2.5, -4), middle + QPointF(4, 0),
                                           middle + QPointF(-2.5, 4)});
            break;
        case NodeState::Paused:
            line({{-2, -3.5}, {-2, 3.5}});
            line({{2, -3.5}, {2, 3.5}});
            break;
        case NodeState::Stopped:
            painter->setBrush(Qt::white);
            painter->drawRect(QRectF(middle - QPointF(2.5, 2.5), QSizeF(5, 5)));
            break;
        case NodeState::Done:
            line({{-4, 0}, {-1, 3.5}, {4, -3}});
            break;
        case NodeState::Cached:
            line({{0, -4.5}, {-3, 1}, {0.5, 0.5}, {-0.5, 4.5}});
            break;
        case NodeState::Skipped:
            line({{-4, -3}, {0, 0}, {-4, 3}});
            line({{0, -3}, {4, 0}, {0, 3}});
            break;
        case NodeState::Failed:
            line({{-3, -3}, {3, 3}});
            line({{3, -3}, {-3, 3}});
            break;
        case NodeState::Idle:
            break;
    }
}

/// Text on a small plate, so that it can be read over wires and the grid.
void paint_plate(QPainter* painter, QPointF middle, const QString& text, const QColor& fill,
                 const QColor& ink) {
    painter->setFont(font_of(10, true));
    const double width = QFontMetricsF(painter->font()).horizontalAdvance(text) + 10;
    const QRectF plate(middle.x() - width / 2, middle.y() - 8, width, 16);
    painter->setPen(Qt::NoPen);
    painter->setBrush(fill);
    painter->drawRoundedRect(plate, 8, 8);
    painter->setPen(ink);
    painter->drawText(plate, Qt::AlignCenter, text);
}

}  // namespace

QString state_text(NodeState state) {
    switch (state) {
        case NodeState::Idle:
            return tr("Not run");
        case NodeState::Waiting:
            return tr("Waiting");
        case NodeState::Running:
            return tr("Running");
        case NodeState::Paused:
            return tr("Paused");
        case NodeState::Stopped:
            return tr("Stopped");
        case NodeState::Done:
            return tr("Done");
        case NodeState::Cached:
            return tr("From the cache");
        case NodeState::Skipped:
            return tr("Items skipped");
        case NodeState::Failed:
            return tr("Failed");
    }
    return {};
}

QColor state_color(NodeState state) {
    switch (state) {
        case NodeState::Waiting:
            return QColor(0x7d858f);
        case NodeState::Running:
            return QColor(0x2f7df0);
        case NodeState::Paused:
            return QColor(0x8a63d2);
        case NodeState::Stopped:
            return QColor(0x59606a);
        case NodeState::Done:
            return QColor(0x2c9a5b);
        case NodeState::Cached:
            return QColor(0x26909d);
        case NodeState::Skipped:
            return QColor(0xb98516);
        case NodeState::Failed:
            return QColor(0xd6453f);
        case NodeState::Idle:
            break;
    }
    return {};
}

QString item_count(std::uint64_t items) {
    return items == 1 ? tr("1 item")
                      : tr("%1 items").arg(QLocale().toString(static_cast<qulonglong>(items)));
}

QString short_time(double seconds) {
    if (seconds < 0.0005) return tr("%1 µs").arg(seconds * 1e6, 0, 'f', 0);
    if (seconds < 0.9995) return tr("%1 ms").arg(seconds * 1e3, 0, 'g', 3);
    if (seconds < 59.5) return tr("%1 s").arg(seconds, 0, 'f', seconds < 10 ? 1 : 0);
    const auto whole = static_cast<qint64>(std::llround(seconds));
    const auto two = [](qint64 number) {
        return QStringLiteral("%1").arg(number, 2, 10, QChar('0'));
    };
    if (whole < 3600)
        return tr("%1 min").arg(QStringLiteral("%1:%2").arg(whole / 60).arg(two(whole % 60)));
    return tr("%1 h").arg(QStringLiteral("%1:%2").arg(whole / 3600).arg(two(whole / 60 % 60)));
}

void paint_node_status(QPainter* painter, const QSizeF& size, const NodeStatus& status,
                       double detail, const QPalette& palette) {
    if (status.state == NodeState::Idle || detail <= kBadges) return;
    const QColor color = state_color(status.state);
    const QPointF middle(size.width() - 17, kHeader / 2);
    painter->setPen(QPen(Qt::white, 1.4));
    painter->setBrush(color);
    painter->drawEllipse(middle, 8.5, 8.5);
    paint_sign(painter, middle, status.state);
    const bool under_way = status.state == NodeState::Running || status.state == NodeState::Paused;
    if (under_way && status.progress >= 0) {
        const QRectF bar(kRound, size.height() - 5, size.width() - 2 * kRound, 4);
        painter->fillRect(bar, QColor(0, 0, 0, 90));
        painter->fillRect(
            QRectF(bar.topLeft(),
                   QSizeF(bar.width() * std::clamp(status.progress, 0.0, 1.0), bar.height())),
            color);
    }
    if (detail <= kTexts || status.state == NodeState::Waiting) return;
    QString left = item_count(status.items);
    if (status.skipped > 0)
        left +=
            tr(" · %1 skipped").arg(QLocale().toString(static_cast<qulonglong>(status.skipped)));
    if (status.errors > 0)
        left += tr(" · %1 failed").arg(QLocale().toString(static_cast<qulonglong>(status.errors)));
    const QString right = under_way && status.seconds_left >= 0
                              ? tr("%1 left").arg(short_time(status.seconds_left))
                              : short_time(status.busy_seconds);
    painter->setFont(font_of(10));
    QColor ink = palette.color(QPalette::Text);
    ink.setAlpha(200);
    painter->setPen(ink);
    const QRectF below(2, size.height() + 4, size.width() - 4, 16);
    painter->drawText(below, Qt::AlignVCenter | Qt::AlignRight, right);
    const double room = below.width() - QFontMetricsF(painter->font()).horizontalAdvance(right) - 8;
    painter->drawText(below, Qt::AlignVCenter | Qt::AlignLeft,
                      QFontMetricsF(painter->font()).elidedText(left, Qt::ElideRight, room));
}

double width_of(const WireStatus& status) {
    if (!status.live || status.capacity == 0) return 0;
    return 2.5 * std::min(1.0, static_cast<double>(status.waiting) /
                                   static_cast<double>(status.capacity));
}

void paint_wire_status(QPainter* painter, const QPainterPath& path, const WireStatus& status,
                       double detail, const QPalette& palette) {
    if (detail <= kBadges || path.isEmpty()) return;
    const bool queue = status.live && status.capacity > 0;
    // Beside the middle, where the mark of a wire that is looked at is.
    if (queue && detail > kTexts) {
        const QPointF at = path.pointAtPercent(0.72);
        const QRectF tank(at.x() - 13, at.y() - 3.5, 26, 7);
        const double fill = std::min(
            1.0, static_cast<double>(status.waiting) / static_cast<double>(status.capacity));
        painter->setPen(QPen(palette.color(QPalette::Text), 1));
        painter->setBrush(palette.color(QPalette::Base));
        painter->drawRoundedRect(tank, 2, 2);
        const QColor level = fill >= 1     ? QColor(0xd6453f)
                             : fill > 0.75 ? QColor(0xb98516)
                                           : QColor(0x2f7df0);
        painter->fillRect(QRectF(tank.x() + 1.5, tank.y() + 1.5, (tank.width() - 3) * fill, 4),
                          level);
        if (detail > 1.1) {
            painter->setFont(font_of(9));
            painter->setPen(palette.color(QPalette::Text));
            painter->drawText(QRectF(at.x() - 30, at.y() + 4, 60, 13), Qt::AlignCenter,
                              QStringLiteral("%1/%2").arg(status.waiting).arg(status.capacity));
        }
    }
    if (status.dropped > 0) {
        const QString text =
            detail > kTexts
                ? tr("%1 dropped").arg(QLocale().toString(static_cast<qulonglong>(status.dropped)))
                : QStringLiteral("↓");
        paint_plate(painter, path.pointAtPercent(0.3) + QPointF(0, 12), text, QColor(0xb98516),
                    Qt::white);
    }
    if (status.stalled)
        paint_plate(painter, path.pointAtPercent(0.5) + QPointF(0, -14),
                    detail > kTexts ? tr("stalled: full") : QStringLiteral("!"), QColor(0xd6453f),
                    Qt::white);
}

}  // namespace millrace::editor
