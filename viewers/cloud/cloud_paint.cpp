// How the cloud viewer's picture comes about: the frame of the renderer, and over it what is drawn
// in logical pixels.
#include <QApplication>
#include <QLocale>
#include <QPainter>
#include <QPainterPath>
#include <algorithm>
#include <cmath>
#include <utility>

#include "viewers/cloud/cloud_view.hpp"
#include "viewers/cloud/picture.hpp"

namespace millrace::viewers {
namespace {

using visual::operator+;
using visual::operator-;
using visual::operator*;

constexpr double kMargin = 10;

}  // namespace

QSize CloudView::device_size() const {
    const double scale = devicePixelRatioF();
    return {std::max(1, static_cast<int>(std::lround(width() * scale))),
            std::max(1, static_cast<int>(std::lround(height() * scale)))};
}

void CloudView::draw_frame() {
    const bool changed = !std::exchange(current_, true);
    chooser_.draw({.scene = scene_,
                   .view = view_,
                   .style = scaled_style(style_, devicePixelRatioF()),
                   .size = device_size()},
                  changed);
}

void CloudView::paintEvent(QPaintEvent*) {
    draw_frame();
    Canvas& canvas = chooser_.canvas();
    canvas.paint(*this, [this](QPainter& painter) { paint_over(painter); });
    if (!canvas.complete()) {
        fill_timer_.start();
    } else if (!announced_ && background_.idle()) {
        announced_ = true;
        chooser_.first_picture_done();
        QMetaObject::invokeMethod(this, &CloudView::settled_down, Qt::QueuedConnection);
    }
}

void CloudView::paint_over(QPainter& painter) {
    if (!chooser_.canvas().projector()) return;
    const double scale = devicePixelRatioF();
    placed_labels_.clear();
    if (overlays_.labels && overlays_.boxes) {
        placed_labels_ = place_labels(scene_, chooser_.canvas().label_anchors(),
                                      painter.fontMetrics(), size(), scale);
        paint_labels(painter, placed_labels_);
    }
    paint_marks(painter);
    if (!measurement_.points.empty()) {
        measurement_.paint(painter, projector(), scale,
                           hovered_ && measures(tool_) ? &hovered_->world : nullptr);
    }
    if (!region_.isEmpty()) {
        const QColor accent = palette().highlight().color();
        QColor fill = accent;
        fill.setAlpha(50);
        painter.setPen(QPen(accent, 1.5));
        painter.setBrush(fill);
        if (tool_ == Tool::Rectangle)
            painter.drawRect(QRectF(region_[0], region_[1]).normalized());
        else
            painter.drawPolygon(region_);
    }
    if (overlays_.legend) {
        if (!legend_current_) legend_ = legend_of(scene_, style_, shown_coloring());
        legend_current_ = true;
        paint_legend(painter, legend_, size());
    }
    paint_corner(painter);
}

void CloudView::paint_ring(QPainter& painter, const visual::Vector3& world,
                           const QColor& color) const {
    const auto pixel = projector().project(world);
    if (!pixel) return;
    const QPointF place = QPointF(pixel->x, pixel->y) / devicePixelRatioF();
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(QColor(0, 0, 0, 170), 4));
    painter.drawEllipse(place, 7, 7);
    painter.setPen(QPen(color, 2));
    painter.drawEllipse(place, 7, 7);
}

void CloudView::paint_box(QPainter& painter, const SceneLayers::Layer& layer,
                          std::size_t box) const {
    const visual::Boxes3d& boxes = *layer.boxes();
    if (box >= boxes.boxes.size()) return;
    const visual::Matrix4 pose = layers_.world_from(boxes.frame);
    painter.setPen(QPen(palette().highlight().color().lighter(120), 3));
    for (int i = 0; i < 8; ++i) {
        for (const int bit : {1, 2, 4}) {
            if (i & bit) continue;
            const auto at = [&](int corner) {
                return visual::transform(pose, visual::corner(boxes.boxes[box], corner));
            };
            if (const auto line =
                    projected_line(projector(), at(i), at(i | bit), devicePixelRatioF()))
                painter.drawLine(*line);
        }
    }
}

/// From the camera through a pixel of its image, as far as the scene goes.
void CloudView::paint_ray(QPainter& painter, const SceneLayers::Layer& layer, QPointF pixel) const {
    const visual::Camera& camera = *layer.camera();
    const auto corners = visual::frustum(camera, 1);
    if (!corners || camera.width <= 0 || camera.height <= 0) return;
    const visual::Matrix4 pose = layers_.world_from(camera.parent_frame);
    const auto& c = *corners;
    const visual::Vector3 through = c[0] + (c[1] - c[0]) * (pixel.x() / camera.width) +
                                    (c[3] - c[0]) * (pixel.y() / camera.height);
    const visual::Vector3 eye = visual::transform(pose, c[4]);
    const visual::Bounds bounds = scene_.bounds();
    const double reach = bounds.empty() ? 100 : visual::length(bounds.size());
    const visual::Vector3 along = visual::transform(pose, through) - eye;
    const auto line = projected_line(projector(), eye, eye + visual::normalized(along) * reach,
                                     devicePixelRatioF());
    if (!line) return;
    painter.setPen(QPen(QColor(0, 0, 0, 150), 3.5));
    painter.drawLine(*line);
    painter.setPen(QPen(QColor(255, 214, 10), 1.6));
    painter.drawLine(*line);
}

void CloudView::paint_marks(QPainter& painter) {
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    if (mark_) {
        const std::string frame = mark_->frame.toStdString();
        for (const SceneLayers::Layer& layer : layers_.all()) {
            if (!layer.visible) continue;
            const bool same = (frame.empty() || layer.frame() == frame) &&
                              (mark_->layer.isEmpty() || layer.name == mark_->layer);
            const auto index = static_cast<std::size_t>(std::max<qint64>(mark_->index, 0));
            if (mark_->kind == Selection::Kind::Pixel && layer.camera() &&
                layer.camera()->name == frame)
                paint_ray(painter, layer, {mark_->x, mark_->y});
            if (mark_->kind == Selection::Kind::Box && layer.boxes() && same && mark_->index >= 0)
                paint_box(painter, layer, index);
            if (mark_->kind == Selection::Kind::Point && layer.cloud() && same &&
                mark_->index >= 0 && index < layer.cloud()->points.size())
                paint_ring(painter,
                           world_position(layers_, layer, static_cast<std::uint32_t>(index)),
                           QColor(255, 214, 10));
        }
    }
    paint_point_marks(painter);
    if (picked_) paint_ring(painter, picked_->world, palette().highlight().color().lighter(120));
    if (picked_box_) {
        if (const auto* layer = layers_.find(picked_box_->first); layer && layer->boxes())
            paint_box(painter, *layer, picked_box_->second);
    }
    if (hovered_box_ && hovered_box_ != picked_box_) {
        if (const auto* layer = layers_.find(hovered_box_->first); layer && layer->boxes())
            paint_box(painter, *layer, hovered_box_->second);
    }
    if (hovered_) paint_ring(painter, hovered_->world, QColor(255, 255, 255, 210));
    painter.restore();
}

/// Which way the axes point, how many points there are, and in parallel sight a scale.
void CloudView::paint_corner(QPainter& painter) const {
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    constexpr double kArm = 20;
    const QPointF middle(kMargin + kArm + 12, height() - kMargin - kArm - 12);
    QColor ground = palette().color(QPalette::Window);
    ground.setAlpha(185);
    painter.setPen(Qt::NoPen);
    painter.setBrush(ground);
    painter.drawEllipse(middle, kArm + 12, kArm + 12);
    const std::pair<QColor, QString> axes[3] = {{QColor(240, 80, 90), QStringLiteral("x")},
                                                {QColor(95, 190, 75), QStringLiteral("y")},
                                                {QColor(80, 140, 255), QStringLiteral("z")}};
    int order[3] = {0, 1, 2};
    const visual::Vector3 right = view_.right(), up = view_.up(), ahead = view_.forward();
    std::ranges::sort(order, [&](int a, int b) {
        return ahead[static_cast<std::size_t>(a)] > ahead[static_cast<std::size_t>(b)];
    });
    for (const int axis : order) {
        const auto i = static_cast<std::size_t>(axis);
        const QPointF tip = middle + QPointF(right[i], -up[i]) * kArm;
        painter.setPen(QPen(axes[axis].first, 2.2, Qt::SolidLine, Qt::RoundCap));
        painter.drawLine(middle, tip);
        painter.drawText(QRectF(middle + (tip - middle) * 1.35 - QPointF(8, 8), QSizeF(16, 16)),
                         Qt::AlignCenter, axes[axis].second);
    }
    std::uint64_t shown = 0, whole = 0;
    for (const visual::CloudLayer& layer : scene_.clouds) {
        if (!layer.shown()) continue;
        shown += layer.cloud->points.size();
        whole += std::max<std::uint64_t>(layer.cloud->full_count, layer.cloud->points.size());
    }
    const auto number = [](std::uint64_t count) {
        return QLocale().toString(static_cast<qulonglong>(count));
    };
    QString text = whole > shown ? tr("%1 of %2 points").arg(number(shown), number(whole))
                   : shown == 0  ? tr("no points")
                                 : tr("%1 points").arg(number(shown));
    const Canvas& canvas = chooser_.canvas();
    if (!canvas.complete() && canvas.in_sight() > 0)
        text += tr(", %1 % drawn").arg(100 * canvas.drawn() / canvas.in_sight());
    const QColor ink = palette().color(QPalette::WindowText);
    const double left = middle.x() + kArm + 22, bottom = height() - kMargin;
    const auto write = [&](const QPointF& place, const QString& words) {
        const QSizeF room = pill_size(painter.fontMetrics(), words);
        const QRectF area(place - QPointF(0, room.height()), room);
        painter.setPen(Qt::NoPen);
        painter.drawRoundedRect(area, 3, 3);
        painter.setPen(ink);
        painter.drawText(area, Qt::AlignCenter, words);
        return area;
    };
    const QRectF line = write({left, bottom}, text);
    if (view_.lens == visual::Lens::Orthographic) {
        const double metres = visual::grid_step(view_);
        const double pixels = metres / view_.metres_per_pixel(height());
        const QRectF scale =
            write({left + pixels + 8, line.top() - 4}, tr("%1 m").arg(tick_text(metres, metres)));
        const double y = scale.center().y();
        painter.setPen(QPen(ink, 2));
        painter.drawLine(QPointF(left, y), QPointF(left + pixels, y));
        painter.drawLine(QPointF(left, y - 5), QPointF(left, y + 5));
        painter.drawLine(QPointF(left + pixels, y - 5), QPointF(left + pixels, y + 5));
    }
    painter.restore();
}

}  // namespace millrace::viewers
