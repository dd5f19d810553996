#include "editor/canvas/wire_sight.hpp"

#include <QPainter>
#include <QWidget>
#include <algorithm>
#include <cmath>

namespace millrace::editor {
namespace {

/// Of the cubic that begins with that element.
QPointF cubic_at(const QPainterPath& path, int first, double t) {
    const double s = 1 - t;
    const auto point = [&](int i) { return QPointF(path.elementAt(first + i)); };
    return point(0) * (s * s * s) + point(1) * (3 * s * s * t) + point(2) * (3 * s * t * t) +
           point(3) * (t * t * t);
}

}  // namespace

QPainterPath part_in_sight(const QPainterPath& path, const QPainter& painter,
                           const QWidget* viewport) {
    constexpr double kLong = 3000, kStep = 20, kBeyond = 40;  // pixels
    if (!viewport) return path;
    const QTransform to_view = painter.worldTransform();
    const QRectF whole = to_view.mapRect(path.controlPointRect());
    const double length = whole.width() + whole.height();
    if (length < kLong) return path;
    const QRectF seen = QRectF(viewport->rect()).adjusted(-kBeyond, -kBeyond, kBeyond, kBeyond);
    QPainterPath part;
    QPointF before = path.elementAt(0);
    bool was_seen = seen.contains(to_view.map(before));
    for (int first = 0; first + 3 < path.elementCount(); first += 3) {
        const QPointF ends = to_view.map(QPointF(path.elementAt(first + 3))) -
                             to_view.map(QPointF(path.elementAt(first)));
        const int steps = std::clamp(
            static_cast<int>((std::abs(ends.x()) + std::abs(ends.y())) / kStep), 16, 4000);
        // By the curve's own parameter, which is quicker to find than equal lengths.
        for (int i = 1; i <= steps; ++i) {
            const QPointF at = cubic_at(path, first, static_cast<double>(i) / steps);
            const bool is_seen = seen.contains(to_view.map(at));
            if (is_seen || was_seen) {
                if (!was_seen || part.isEmpty()) part.moveTo(before);
                part.lineTo(at);
            }
            before = at;
            was_seen = is_seen;
        }
    }
    return part;
}

}  // namespace millrace::editor
