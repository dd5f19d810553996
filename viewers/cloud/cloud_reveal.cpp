// How the cloud viewer brings what is selected elsewhere into sight.
#include <QPainter>
#include <algorithm>
#include <cmath>

#include "viewers/cloud/cloud_view.hpp"

namespace millrace::viewers {
namespace {

constexpr double kNear = 6;     ///< metres: at most so far away the eye comes to rest
constexpr double kShare = 0.2;  ///< of the scene's size, where that is less

}  // namespace

double CloudView::near_distance() const {
    const visual::Bounds bounds = scene_.core_bounds();
    const double size = bounds.empty() ? 0 : visual::length(bounds.size());
    return std::isfinite(size) && size > 0 ? std::min(kNear, kShare * size) : kNear;
}

void CloudView::reveal(const Selection& selection) {
    marks_.clear();
    select(selection);
    visual::View view = view_;
    if (picked_box_) {
        const SceneLayers::Layer& layer = *layers_.find(picked_box_->first);
        const auto& box = layer.boxes()->boxes[picked_box_->second];
        const double size = visual::length({box.size[0], box.size[1], box.size[2]});
        if (!visual::finite(box.center) || !std::isfinite(size)) return;
        view.focus(visual::transform(layers_.world_from(layer.frame()), box.center),
                   std::max(near_distance(), 2.5 * size));
        set_view(view);
    } else if (picked_ && visual::finite(picked_->world)) {
        view.focus(picked_->world, near_distance());
        set_view(view);
    } else {
        mark(selection);
    }
}

bool CloudView::reveal_points(const QList<PointMark>& marks) {
    marks_.clear();
    visual::Bounds bounds;
    for (const PointMark& mark : marks) {
        const SceneLayers::Layer* layer = layers_.find(mark.layer);
        if (!layer || !layer->cloud() || mark.index >= layer->cloud()->points.size()) continue;
        const visual::Vector3 world = world_position(layers_, *layer, mark.index);
        if (!visual::finite(world)) continue;
        if (marks_.isEmpty()) {
            picked_.reset();
            picked_box_.reset();
            card_ = point_card(layers_, *layer, mark.index);
            Q_EMIT card_changed();
        }
        bounds.add(world);
        marks_.append(mark);
        marks_.back().place = local_position(*layer->cloud(), mark.index);
    }
    update();
    if (marks_.isEmpty()) return false;
    visual::View view = view_;
    view.focus(bounds.center(), std::max(near_distance(), 2 * visual::length(bounds.size())));
    set_view(view);
    return true;
}

void CloudView::paint_point_marks(QPainter& painter) const {
    for (qsizetype i = 0; i < marks_.size(); ++i) {
        const PointMark& mark = marks_[i];
        const SceneLayers::Layer* layer = layers_.find(mark.layer);
        if (!layer || !layer->cloud() || mark.index >= layer->cloud()->points.size()) continue;
        const visual::Vector3 world = world_position(layers_, *layer, mark.index);
        const QColor color = i == 0 ? QColor(255, 214, 10) : QColor(80, 210, 255);
        paint_ring(painter, world, color);
        const auto pixel = projector().project(world);
        if (!pixel || mark.text.isEmpty()) continue;
        // Marks on one place must not write over each other.
        const QPointF place = QPointF(pixel->x, pixel->y) / devicePixelRatioF();
        const double width = painter.fontMetrics().horizontalAdvance(mark.text) + 10,
                     height = painter.fontMetrics().height() + 2;
        const QRectF area(i % 2 == 0 ? place.x() - 11 - width : place.x() + 11,
                          place.y() - height / 2, width, height);
        painter.setPen(Qt::NoPen);
        painter.setBrush(color);
        painter.drawRoundedRect(area, 3, 3);
        painter.setPen(Qt::black);
        painter.drawText(area, Qt::AlignCenter, mark.text);
    }
}

}  // namespace millrace::viewers
