// The part of the image viewer that listens: mouse, and what lies under it.
#include <QMouseEvent>
#include <QStringList>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>

#include "viewers/image/image_view.hpp"

namespace millrace::viewers {
namespace {

constexpr double kReach = 6;  // screen pixels round the pointer in which a point is meant

QString values_at(const visual::Raster& raster, int x, int y) {
    constexpr int kMostChannels = 8;  // what fits into a line
    QStringList values;
    for (int channel = 0; channel < std::min(raster.channels, kMostChannels); ++channel) {
        const double value = value_at(raster, x, y, channel);
        values << (raster.depth == visual::Raster::Depth::F32 ? QString::number(value, 'g', 4)
                                                              : QString::number(value, 'f', 0));
    }
    if (raster.channels > kMostChannels) values << QStringLiteral("…");
    return values.join(QStringLiteral("  "));
}

}  // namespace

std::optional<Selection> ImageView::selection_at(QPointF position) const {
    const auto* image = raster();
    if (!image) return {};
    const QPointF place = image_from_widget(position);
    if (!QRectF(0, 0, image->width, image->height).contains(place) || place.x() >= image->width ||
        place.y() >= image->height)
        return {};
    if (const auto* outline = overlay_ && overlay_style_.outlines
                                  ? outline_at(*overlay_, place.x(), place.y(), kReach / zoom_)
                                  : nullptr)
        return viewers::selection_of(*outline, place.x(), place.y());
    return Selection{.kind = Selection::Kind::Pixel,
                     .frame = QString::fromStdString(image->frame),
                     .x = place.x(),
                     .y = place.y()};
}

QString ImageView::described(QPointF position) const {
    const auto selection = selection_at(position);
    if (!selection) return {};
    const auto* image = raster();
    const int x = static_cast<int>(selection->x), y = static_cast<int>(selection->y);
    QString text = tr("x %1, y %2: %3").arg(x).arg(y).arg(values_at(*image, x, y));
    if (!image->unit.empty()) text += QLatin1Char(' ') + QString::fromStdString(image->unit);
    if (reference_ && mode_ != CompareMode::Off)
        text += x < reference_->width && y < reference_->height
                    ? tr(" · B %1").arg(values_at(*reference_, x, y))
                    : tr(" · B ends before");
    for (const RasterLayer& layer : layers_) {
        if (!layer.visible) continue;
        const double value =
            layer_value(layer, {image->width, image->height}, selection->x, selection->y);
        text += tr(" · %1 %2").arg(layer.name, QString::number(value, 'g', 4));
        if (!layer.raster->unit.empty())
            text += QLatin1Char(' ') + QString::fromStdString(layer.raster->unit);
    }
    if (overlay_ && overlay_style_.dots) {
        const double reach = std::max(1.5, kReach / zoom_);
        if (const auto dot = dot_at(*overlay_, selection->x, selection->y, reach))
            text += tr(" · point %1 at %2 m")
                        .arg(dot->index)
                        .arg(static_cast<double>(dot->depth), 0, 'f', 2);
    }
    return text;
}

/// Both corners' pixels and all between them.
QRect ImageView::region_between(QPointF from, QPointF to) const {
    const auto pixel = [this](QPointF place) {
        const QPointF at = image_from_widget(place);
        // Beyond any image, but within int.
        constexpr double kFar = 1e8;
        return QPoint(static_cast<int>(std::floor(std::clamp(at.x(), -kFar, kFar))),
                      static_cast<int>(std::floor(std::clamp(at.y(), -kFar, kFar))));
    };
    const QPoint one = pixel(from), other = pixel(to);
    return {QPoint(std::min(one.x(), other.x()), std::min(one.y(), other.y())),
            QPoint(std::max(one.x(), other.x()), std::max(one.y(), other.y()))};
}

void ImageView::wheelEvent(QWheelEvent* event) {
    zoom_to(zoom_ * std::pow(1.2, event->angleDelta().y() / 120.0), event->position());
    event->accept();
}

void ImageView::mousePressEvent(QMouseEvent* event) {
    grabbed_ = event->position();
    drag_ = Drag::Pan;
    if (event->button() != Qt::LeftButton) return;
    if (shows_wipe() && std::abs(grabbed_.x() - divider()) <= kReach + 5) {
        drag_ = Drag::Wipe;
    } else if (region_armed_ || (event->modifiers() & Qt::ShiftModifier)) {
        drag_ = Drag::Region;
        set_region(std::nullopt);
    } else if (const auto selection = selection_at(grabbed_)) {
        Q_EMIT selected(*selection);
    }
}

void ImageView::mouseMoveEvent(QMouseEvent* event) {
    const QPointF place = event->position();
    if (!(event->buttons() & (Qt::LeftButton | Qt::MiddleButton))) {
        const bool at_divider = shows_wipe() && std::abs(place.x() - divider()) <= kReach + 5;
        setCursor(at_divider      ? Qt::SplitHCursor
                  : region_armed_ ? Qt::CrossCursor
                                  : Qt::ArrowCursor);
    } else if (drag_ == Drag::Wipe) {
        set_wipe(place.x() / std::max(1, width()));
    } else if (drag_ == Drag::Region) {
        set_region(region_between(grabbed_, place));
    } else if (drag_ == Drag::Pan) {
        center_ -= (place - grabbed_) / zoom_;
        grabbed_ = place;
        fitted_ = false;
        update();
    }
    set_status(described(place));
    Q_EMIT hovered(selection_at(place));
}

void ImageView::mouseDoubleClickEvent(QMouseEvent* event) {
    if (const auto selection = selection_at(event->position());
        selection && event->button() == Qt::LeftButton)
        Q_EMIT activated(*selection);
}

void ImageView::mouseReleaseEvent(QMouseEvent*) {
    if (drag_ == Drag::Region && region_armed_) {
        region_armed_ = false;
        unsetCursor();
    }
    drag_ = Drag::None;
}

void ImageView::leaveEvent(QEvent*) {
    set_status({});
    Q_EMIT hovered(std::nullopt);
}

}  // namespace millrace::viewers
