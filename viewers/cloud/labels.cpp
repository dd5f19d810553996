#include "viewers/cloud/labels.hpp"

#include <algorithm>
#include <ranges>

namespace millrace::viewers {
namespace {

constexpr double kPadding = 5, kGap = 2;
constexpr int kTries = 5;

}  // namespace

QString label_text(const visual::Boxes3d::Box& box) {
    const QString label = QString::fromStdString(box.label);
    if (box.score == 1) return label;
    const QString score = QString::number(box.score, 'f', 2);
    return label.isEmpty() ? score : label + QLatin1Char(' ') + score;
}

QSizeF pill_size(const QFontMetrics& metrics, const QString& text) {
    return {metrics.horizontalAdvance(text) + 2 * kPadding, metrics.height() + 2.0};
}

std::vector<PlacedLabel> place_labels(const visual::Scene& scene,
                                      std::span<const visual::LabelAnchor> anchors,
                                      const QFontMetrics& metrics, QSizeF room, double scale) {
    std::vector<PlacedLabel> placed;
    for (const visual::LabelAnchor& anchor : anchors | std::views::reverse) {
        const QString text = label_text(scene.boxes[anchor.layer].boxes->boxes[anchor.box]);
        if (text.isEmpty()) continue;
        const QSizeF size = pill_size(metrics, text);
        const QPointF at(anchor.pixel.x / scale, anchor.pixel.y / scale);
        QRectF area(at - QPointF(size.width() / 2, size.height() + 6), size);
        area.moveLeft(std::clamp(area.left(), 0.0, std::max(0.0, room.width() - size.width())));
        for (int i = 0; i < kTries; ++i, area.translate(0, -size.height() - kGap)) {
            if (area.top() < 0) break;
            const bool taken = std::ranges::any_of(placed, [&](const PlacedLabel& other) {
                return other.area.adjusted(-kGap, -kGap, kGap, kGap).intersects(area);
            });
            if (taken) continue;
            const auto& c = anchor.color;
            placed.push_back({area, at, text, QColor(c[0], c[1], c[2]), anchor.hidden, anchor.layer,
                              anchor.box});
            break;
        }
    }
    return placed;
}

void paint_pill(QPainter& painter, const QRectF& area, const QString& text, const QColor& edge) {
    painter.setPen(QPen(edge, 1.2));
    painter.setBrush(QColor(16, 18, 22, 205));
    painter.drawRoundedRect(area, 3, 3);
    painter.setPen(QColor(240, 243, 247));
    painter.drawText(area, Qt::AlignCenter, text);
}

void paint_labels(QPainter& painter, std::span<const PlacedLabel> labels) {
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    for (const PlacedLabel& label : labels | std::views::reverse) {
        painter.setOpacity(label.hidden ? 0.45 : 1);
        painter.setPen(QPen(label.color, 1));
        painter.drawLine(
            QPointF(std::clamp(label.anchor.x(), label.area.left(), label.area.right()),
                    label.area.bottom()),
            label.anchor);
        paint_pill(painter, label.area, label.text, label.color);
    }
    painter.restore();
}

}  // namespace millrace::viewers
