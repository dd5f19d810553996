// Where the labels of boxes go in a picture, and how they are drawn: near ones first, none over
// another. Plain functions, window thread only.
#pragma once

#include <QFontMetrics>
#include <QPainter>
#include <span>
#include <vector>

#include "engine/visual/scene/overlay.hpp"

namespace millrace::viewers {

struct PlacedLabel {
    QRectF area;     ///< logical pixels
    QPointF anchor;  ///< on the box
    QString text;
    QColor color;
    bool hidden = false;  ///< points lie before the box: drawn dimmed
    std::size_t layer = 0, box = 0;
};

/// "Car 0.93"; without a score where it is 1, as of labels made by people.
QString label_text(const visual::Boxes3d::Box& box);

/// Labels that find room over their anchors, a little higher where another one is in the way;
/// those that find none are left out, the farthest first. `scale`: device pixels a logical one.
std::vector<PlacedLabel> place_labels(const visual::Scene& scene,
                                      std::span<const visual::LabelAnchor> anchors,
                                      const QFontMetrics& metrics, QSizeF room, double scale);

void paint_labels(QPainter& painter, std::span<const PlacedLabel> labels);

/// Text on a dark rounded ground that reads on any picture; for numbers of tools, too.
void paint_pill(QPainter& painter, const QRectF& area, const QString& text, const QColor& edge);
QSizeF pill_size(const QFontMetrics& metrics, const QString& text);

}  // namespace millrace::viewers
