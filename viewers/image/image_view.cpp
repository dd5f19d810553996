#include "viewers/image/image_view.hpp"

#include <QMouseEvent>
#include <QPainter>
#include <QStringList>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>
#include <tuple>

namespace millrace::viewers {
namespace {

constexpr double kValuesFrom = 48;  // screen pixels per image pixel at which a number is readable
constexpr double kReach = 6;        // screen pixels round the pointer in which a point is meant
constexpr double kLargestZoom = 256, kSmallestZoom = 1.0 / 256;

QString shown(const visual::Raster& raster, int x, int y, int channel) {
    const double value = value_at(raster, x, y, channel);
    return raster.depth == visual::Raster::Depth::F32 ? QString::number(value, 'g', 4)
                                                      : QString::number(value, 'f', 0);
}

}  // namespace

ImageView::ImageView(QWidget* parent) : Viewer(parent) {
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    setMinimumSize(64, 64);
    const auto middle = [this] { return QRectF(rect()).center(); };
    add_action(tr("Fit the window"), Qt::Key_F, [this] { fit(); });
    add_action(tr("One to one"), Qt::Key_1, [this, middle] { zoom_to(1, middle()); });
    add_action(tr("Zoom in"), Qt::Key_Plus, [this, middle] { zoom_to(zoom_ * 1.5, middle()); });
    add_action(tr("Zoom out"), Qt::Key_Minus, [this, middle] { zoom_to(zoom_ / 1.5, middle()); });
    add_action(tr("Next channel"), Qt::Key_C, [this] { choose_channel(tone_.channel + 1); });
    add_action(tr("Next colour map"), Qt::Key_M, [this] {
        tone_.map = static_cast<ColorMap>((static_cast<int>(tone_.map) + 1) % 3);
        update();
    });
    add_action(tr("Brighter"), Qt::Key_BracketRight, [this] { step_tone(0.25, 1); });
    add_action(tr("Darker"), Qt::Key_BracketLeft, [this] { step_tone(-0.25, 1); });
    add_action(tr("More gamma"), Qt::Key_G, [this] { step_tone(0, 1.1); });
    add_action(tr("Less gamma"), QKeySequence(Qt::SHIFT | Qt::Key_G),
               [this] { step_tone(0, 1 / 1.1); });
    add_action(tr("Points over the image"), Qt::Key_P, [this] {
        overlay_style_.dots = !overlay_style_.dots;
        update();
    });
    add_action(tr("Boxes over the image"), Qt::Key_B, [this] {
        overlay_style_.outlines = !overlay_style_.outlines;
        update();
    });
    add_action(tr("Overlay more opaque"), Qt::Key_O, [this] { step_opacity(0.1); });
    add_action(tr("Overlay more transparent"), QKeySequence(Qt::SHIFT | Qt::Key_O),
               [this] { step_opacity(-0.1); });
    add_action(tr("Range from the values"), Qt::Key_R, [this] {
        set_range();
        update();
    });
}

const visual::Raster* ImageView::raster() const {
    return item_ ? std::get_if<visual::Raster>(item_.get()) : nullptr;
}

bool ImageView::show_visual(Shared item) {
    const auto* next = item ? std::get_if<visual::Raster>(item.get()) : nullptr;
    if (!next) return false;
    if (!is_whole(*next)) {
        set_status(tr("The image's size and its count of bytes don't match."));
        return false;
    }
    const auto* last = raster();
    const bool same_kind = last && last->depth == next->depth && last->channels == next->channels;
    const bool same_size = last && last->width == next->width && last->height == next->height;
    item_ = std::move(item);
    if (!same_kind) {
        tone_ = {};
        if (next->channels < 3) tone_.channel = 0;
        if (next->channels == 1 && !next->unit.empty()) tone_.map = ColorMap::Turbo;
        set_range();
    }
    if (!same_size || fitted_) fit();
    update();
    return true;
}

void ImageView::mark(const std::optional<Selection>& selection) {
    mark_ = selection;
    update();
}

void ImageView::set_tone(const Tone& tone) {
    tone_ = tone;
    update();
}

void ImageView::set_overlay(std::shared_ptr<const ImageOverlay> overlay) {
    overlay_ = std::move(overlay);
    update();
}

void ImageView::set_overlay_style(const OverlayStyle& style) {
    overlay_style_ = style;
    update();
}

void ImageView::step_opacity(double step) {
    overlay_style_.opacity = std::clamp(overlay_style_.opacity + step, 0.1, 1.0);
    update();
}

void ImageView::choose_channel(int channel) {
    const auto* image = raster();
    if (!image) return;
    const int first = image->channels >= 3 ? -1 : 0;
    tone_.channel = channel >= image->channels ? first : channel;
    set_range();
    update();
}

void ImageView::set_range() {
    const auto* image = raster();
    if (!image) return;
    if (image->depth == visual::Raster::Depth::U8) {
        tone_.low = 0;
        tone_.high = 255;
        return;
    }
    if (tone_.channel >= 0) {
        std::tie(tone_.low, tone_.high) = range_of(*image, tone_.channel);
        return;
    }
    // One range for all colours, or the hue would change.
    std::tie(tone_.low, tone_.high) = range_of(*image, 0);
    for (int channel = 1; channel < 3; ++channel) {
        const auto [low, high] = range_of(*image, channel);
        tone_.low = std::min(tone_.low, low);
        tone_.high = std::max(tone_.high, high);
    }
}

void ImageView::step_tone(double stops, double gamma_factor) {
    tone_.exposure = std::clamp(tone_.exposure + stops, -16.0, 16.0);
    tone_.gamma = std::clamp(tone_.gamma * gamma_factor, 0.1, 10.0);
    update();
}

void ImageView::zoom_to(double zoom, QPointF fixed) {
    const QPointF before = image_from_widget(fixed);
    zoom_ = std::clamp(zoom, kSmallestZoom, kLargestZoom);
    center_ += before - image_from_widget(fixed);
    fitted_ = false;
    update();
}

void ImageView::fit() {
    const auto* image = raster();
    if (!image) return;
    zoom_ = std::clamp(std::min(static_cast<double>(width()) / image->width,
                                static_cast<double>(height()) / image->height),
                       kSmallestZoom, kLargestZoom);
    center_ = {image->width / 2.0, image->height / 2.0};
    fitted_ = true;
    update();
}

QPointF ImageView::image_from_widget(QPointF position) const {
    return center_ + (position - QRectF(rect()).center()) / zoom_;
}

QPointF ImageView::widget_from_image(QPointF position) const {
    return QRectF(rect()).center() + (position - center_) * zoom_;
}

QRect ImageView::visible_pixels() const {
    const auto* image = raster();
    const QRectF seen(image_from_widget(QPointF(0, 0)),
                      image_from_widget(QPointF(width(), height())));
    return seen.toAlignedRect() & QRect(0, 0, image->width, image->height);
}

void ImageView::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.fillRect(rect(), palette().base());
    const auto* image = raster();
    if (!image) return;
    QRect pixels = visible_pixels();
    if (pixels.isEmpty()) return;
    const int step = std::max(1, static_cast<int>(std::ceil(1 / (zoom_ * devicePixelRatioF()))));
    // Samples lie on a fixed grid of the image, or they would shimmer when it is moved.
    pixels.setLeft(pixels.left() / step * step);
    pixels.setTop(pixels.top() / step * step);
    const QImage picture = rendered(*image, pixels, step, tone_);
    painter.setClipRect(
        QRectF(widget_from_image(QPointF(0, 0)), QSizeF(image->width, image->height) * zoom_));
    painter.drawImage(
        QRectF(widget_from_image(pixels.topLeft()), QSizeF(picture.size()) * step * zoom_),
        picture);
    if (zoom_ >= kValuesFrom) paint_values(painter, pixels);
    if (overlay_) {
        const QPointF corner = widget_from_image(QPointF(0, 0));
        paint_overlay(painter, *overlay_, overlay_style_,
                      QTransform(zoom_, 0, 0, zoom_, corner.x(), corner.y()), QRectF(pixels));
    }
    if (const auto* marked = mark_ && overlay_ ? outline_of(*overlay_, *mark_) : nullptr) {
        const QPointF corner = widget_from_image(QPointF(0, 0));
        paint_marked(painter, *marked, palette().highlight().color().lighter(120),
                     QTransform(zoom_, 0, 0, zoom_, corner.x(), corner.y()));
    }
    if (!mark_ || mark_->kind != Selection::Kind::Pixel) return;
    const QPointF place =
        widget_from_image({std::floor(mark_->x) + 0.5, std::floor(mark_->y) + 0.5});
    const double size = std::max(6.0, zoom_ / 2);
    painter.setPen(QPen(palette().highlight(), 2));
    painter.drawRect(QRectF(place - QPointF(size, size), QSizeF(2 * size, 2 * size)));
}

void ImageView::paint_values(QPainter& painter, const QRect& pixels) const {
    const auto* image = raster();
    const bool colored = tone_.channel < 0;
    const int count = colored ? std::min(image->channels, 4) : 1;
    QFont small = font();
    small.setPixelSize(std::clamp(static_cast<int>(zoom_ / (count + 2)), 9, 16));
    painter.setFont(small);
    const QImage colors = rendered(*image, pixels, 1, tone_);
    for (int y = pixels.top(); y <= pixels.bottom(); ++y)
        for (int x = pixels.left(); x <= pixels.right(); ++x) {
            QStringList lines;
            for (int channel = 0; channel < count; ++channel)
                lines << shown(*image, x, y, colored ? channel : tone_.channel);
            const bool dark = qGray(colors.pixel(x - pixels.left(), y - pixels.top())) < 128;
            painter.setPen(dark ? Qt::white : Qt::black);
            painter.drawText(QRectF(widget_from_image(QPointF(x, y)), QSizeF(zoom_, zoom_)),
                             Qt::AlignCenter, lines.join(QLatin1Char('\n')));
        }
}

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
    constexpr int kMostChannels = 8;  // what fits into a line
    QStringList values;
    for (int channel = 0; channel < std::min(image->channels, kMostChannels); ++channel)
        values << shown(*image, x, y, channel);
    if (image->channels > kMostChannels) values << QStringLiteral("…");
    QString text = tr("x %1, y %2: %3").arg(x).arg(y).arg(values.join(QStringLiteral("  ")));
    if (!image->unit.empty()) text += QLatin1Char(' ') + QString::fromStdString(image->unit);
    if (overlay_ && overlay_style_.dots) {
        const double reach = std::max(1.5, kReach / zoom_);
        if (const auto dot = dot_at(*overlay_, selection->x, selection->y, reach))
            text += tr(" · point %1 at %2 m")
                        .arg(dot->index)
                        .arg(static_cast<double>(dot->depth), 0, 'f', 2);
    }
    return text;
}

void ImageView::wheelEvent(QWheelEvent* event) {
    zoom_to(zoom_ * std::pow(1.2, event->angleDelta().y() / 120.0), event->position());
    event->accept();
}

void ImageView::mousePressEvent(QMouseEvent* event) {
    grabbed_ = event->position();
    if (const auto selection = selection_at(grabbed_);
        selection && event->button() == Qt::LeftButton)
        Q_EMIT selected(*selection);
}

void ImageView::mouseDoubleClickEvent(QMouseEvent* event) {
    if (const auto selection = selection_at(event->position());
        selection && event->button() == Qt::LeftButton)
        Q_EMIT activated(*selection);
}

/// A box fills a third of the window; a pixel comes to its middle.
void ImageView::reveal(const Selection& selection) {
    const auto* outline = overlay_ ? outline_of(*overlay_, selection) : nullptr;
    if (const auto* image = raster(); image && outline) {
        const QRectF area = bounds_of(*outline) & QRectF(0, 0, image->width, image->height);
        if (!area.isEmpty()) {
            center_ = area.center();
            zoom_ = std::clamp(std::min(width() / area.width(), height() / area.height()) / 3,
                               std::min(zoom_, 8.0), 8.0);
            fitted_ = false;
        }
    } else if (image && selection.kind == Selection::Kind::Pixel) {
        center_ = {selection.x, selection.y};
        fitted_ = false;
    }
    mark(selection);
}

void ImageView::mouseMoveEvent(QMouseEvent* event) {
    if (event->buttons() & (Qt::LeftButton | Qt::MiddleButton)) {
        center_ -= (event->position() - grabbed_) / zoom_;
        grabbed_ = event->position();
        fitted_ = false;
        update();
    }
    set_status(described(event->position()));
    Q_EMIT hovered(selection_at(event->position()));
}

void ImageView::leaveEvent(QEvent*) {
    set_status({});
    Q_EMIT hovered(std::nullopt);
}

void ImageView::resizeEvent(QResizeEvent*) {
    if (fitted_) fit();
}

}  // namespace millrace::viewers
