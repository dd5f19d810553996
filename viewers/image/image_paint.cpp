// The part of the image viewer that paints.
#include <QLocale>
#include <QPainter>
#include <QStringList>
#include <algorithm>
#include <cmath>
#include <functional>
#include <tuple>

#include "viewers/image/image_view.hpp"
#include "viewers/image/statistics.hpp"

namespace millrace::viewers {
namespace {

constexpr double kValuesFrom = 48;  // screen pixels per image pixel at which a number is readable

bool is_dark(const QPalette& palette) { return qGray(palette.base().color().rgb()) < 128; }

/// Two greys in squares: what shows through where an image is transparent.
QBrush checkerboard(const QPalette& palette) {
    constexpr int kSquare = 8;
    const bool dark = is_dark(palette);
    QPixmap tile(2 * kSquare, 2 * kSquare);
    tile.fill(dark ? QColor(0x3a3d40) : QColor(0xffffff));
    QPainter painter(&tile);
    const QColor other(dark ? 0x55595d : 0xd0d3d6);
    painter.fillRect(0, 0, kSquare, kSquare, other);
    painter.fillRect(kSquare, kSquare, kSquare, kSquare, other);
    return tile;
}

/// Lines of text on a ground that leaves them readable over any picture.
void paint_note(QPainter& painter, const QStringList& lines, QPointF corner, Qt::Alignment anchor) {
    const QFontMetricsF metrics(painter.font());
    double width = 0;
    for (const QString& line : lines) width = std::max(width, metrics.horizontalAdvance(line));
    const QSizeF size(width + 16, metrics.height() * static_cast<double>(lines.size()) + 8);
    QRectF field(corner, size);
    if (anchor & Qt::AlignRight) field.moveRight(corner.x());
    if (anchor & Qt::AlignBottom) field.moveBottom(corner.y());
    painter.setPen(Qt::NoPen);
    painter.setBrush(QColor(20, 22, 25, 205));
    painter.drawRoundedRect(field, 4, 4);
    painter.setPen(QColor(0xf0f2f4));
    painter.drawText(field.adjusted(8, 4, -8, -4), Qt::AlignLeft | Qt::AlignTop,
                     lines.join(QLatin1Char('\n')));
}

/// A line that is seen on any ground.
void paint_twice(QPainter& painter, const QColor& color, double width,
                 const std::function<void()>& work) {
    painter.setPen(QPen(QColor(0, 0, 0, 170), width + 2));
    work();
    painter.setPen(QPen(color, width));
    work();
}

}  // namespace

void ImageView::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.fillRect(rect(), palette().base());
    if (!raster()) return;
    if (shows_wipe()) {
        const QRectF left(0, 0, divider(), height()),
            right(divider(), 0, width() - divider(), height());
        painter.save();
        painter.setClipRect(reference_shown_ ? right : left);
        paint_picture(painter, image_tiles_, tone_);
        painter.setClipRect(reference_shown_ ? left : right);
        paint_picture(painter, reference_tiles_, reference_tone());
        painter.restore();
    } else if (shows_difference() && fault().isEmpty()) {
        paint_picture(painter, difference_tiles_,
                      difference_tone(*reference_, peak_, amplification_));
    } else if (shows_reference()) {
        paint_picture(painter, reference_tiles_, reference_tone());
    } else {
        paint_picture(painter, image_tiles_, tone_);
    }
    paint_layers(painter);
    if (region_) paint_region(painter);
    paint_mark(painter);
    if (shows_wipe()) paint_wipe(painter);
    if (reference_ && mode_ != CompareMode::Off) paint_card(painter);
}

Tone ImageView::reference_tone() const {
    Tone tone = tone_;
    if (reference_->depth == raster()->depth) return tone;
    std::tie(tone.low, tone.high) = reference_range_;
    return tone;
}

void ImageView::paint_picture(QPainter& painter, ImageTiles& tiles, const Tone& tone) {
    const QSize size = tiles.source().size();
    const QRect seen = visible_pixels(size);
    if (size.isEmpty() || seen.isEmpty()) return;
    const double scale = zoom_ * devicePixelRatioF();
    const ImageTiles::Picture& picture = tiles.picture(seen, scale, tone);
    painter.save();
    const QRectF area(widget_from_image(QPointF(0, 0)), QSizeF(size) * zoom_);
    painter.setClipRect(area, painter.hasClipping() ? Qt::IntersectClip : Qt::ReplaceClip);
    if (channels_of(tiles.source(), tone).count == 4)
        painter.fillRect(area & QRectF(rect()), checkerboard(palette()));
    // Enlarged pixels have edges; those of a level between two zooms are mixed.
    painter.setRenderHint(QPainter::SmoothPixmapTransform, scale < 1);
    painter.drawImage(
        QRectF(widget_from_image(picture.pixels.topLeft()), QSizeF(picture.pixels.size()) * zoom_),
        picture.image);
    if (zoom_ >= kValuesFrom) paint_values(painter, tiles.source(), tone, seen);
    painter.restore();
}

void ImageView::paint_values(QPainter& painter, const PixelSource& source, const Tone& tone,
                             const QRect& pixels) const {
    const Channels channels = channels_of(source, tone);
    const bool floats = source.image->depth == visual::Raster::Depth::F32;
    QFont small = font();
    small.setPixelSize(std::clamp(static_cast<int>(zoom_ / (channels.count + 2)), 9, 16));
    painter.setFont(small);
    const ValueBlock block = sampled(source, pixels, 1, channels);
    const QImage colors = toned(block, Toner(tone, source.image->depth), channels.count);
    const float* value = block.values.data();
    for (int y = 0; y < block.height; ++y)
        for (int x = 0; x < block.width; ++x) {
            QStringList lines;
            for (int channel = 0; channel < channels.count; ++channel, ++value)
                lines << (floats ? QString::number(static_cast<double>(*value), 'g', 4)
                                 : QString::number(static_cast<double>(*value), 'f', 0));
            const QRgb ground = colors.pixel(x, y);
            const bool dark = qAlpha(ground) > 128 ? qGray(ground) < 128 : is_dark(palette());
            painter.setPen(dark ? Qt::white : Qt::black);
            painter.drawText(QRectF(widget_from_image(QPointF(pixels.topLeft()) + QPointF(x, y)),
                                    QSizeF(zoom_, zoom_)),
                             Qt::AlignCenter, lines.join(QLatin1Char('\n')));
        }
}

void ImageView::paint_layers(QPainter& painter) {
    const QSize size(raster()->width, raster()->height);
    const QRectF seen =
        QRectF(image_from_widget(QPointF(0, 0)), image_from_widget(QPointF(width(), height()))) &
        QRectF(QPointF(0, 0), QSizeF(size));
    if (seen.isEmpty()) return;
    const QSizeF device = seen.size() * (zoom_ * devicePixelRatioF());
    const QSize pixels(std::max(1, static_cast<int>(std::ceil(device.width()))),
                       std::max(1, static_cast<int>(std::ceil(device.height()))));
    for (const RasterLayer& layer : layers_) {
        if (!layer.visible) continue;
        Painted& painted = painted_[layer.name];
        if (painted.layer != layer || painted.seen != seen || painted.image != size ||
            painted.picture.size() != pixels)
            painted = {layer, size, seen, layer_picture(layer, size, seen, pixels)};
        painter.drawImage(QRectF(widget_from_image(seen.topLeft()), seen.size() * zoom_),
                          painted.picture);
    }
    if (!overlay_) return;
    painter.save();
    const QPointF corner = widget_from_image(QPointF(0, 0));
    painter.setClipRect(QRectF(corner, QSizeF(size) * zoom_));
    paint_overlay(painter, *overlay_, overlay_style_,
                  QTransform(zoom_, 0, 0, zoom_, corner.x(), corner.y()), seen);
    painter.restore();
}

/// A frame round the pixel and four arms that find it in a whole image.
void ImageView::paint_mark(QPainter& painter) const {
    if (const auto* marked = mark_ && overlay_ ? outline_of(*overlay_, *mark_) : nullptr) {
        const QPointF corner = widget_from_image(QPointF(0, 0));
        paint_marked(painter, *marked, palette().highlight().color().lighter(120),
                     QTransform(zoom_, 0, 0, zoom_, corner.x(), corner.y()));
    }
    if (!mark_ || mark_->kind != Selection::Kind::Pixel || !std::isfinite(mark_->x) ||
        !std::isfinite(mark_->y))
        return;
    constexpr double kArm = 14;
    const QPointF place =
        widget_from_image({std::floor(mark_->x) + 0.5, std::floor(mark_->y) + 0.5});
    const double size = std::max(6.0, zoom_ / 2);
    if (!QRectF(rect()).adjusted(-size, -size, size, size).contains(place)) return;
    painter.setBrush(Qt::NoBrush);
    paint_twice(painter, palette().highlight().color(), 2, [&] {
        painter.drawRect(QRectF(place - QPointF(size, size), QSizeF(2 * size, 2 * size)));
        for (const QPointF way : {QPointF(1, 0), QPointF(-1, 0), QPointF(0, 1), QPointF(0, -1)})
            painter.drawLine(place + way * size, place + way * (size + kArm));
    });
}

void ImageView::paint_region(QPainter& painter) const {
    const QRectF area(widget_from_image(QPointF(region_->topLeft())),
                      QSizeF(region_->size()) * zoom_);
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(Qt::black, 1));
    painter.drawRect(area);
    painter.setPen(QPen(Qt::white, 1, Qt::DashLine));
    painter.drawRect(area);
    const QString size = QStringLiteral("%1 × %2").arg(region_->width()).arg(region_->height());
    paint_note(painter, {size}, area.bottomRight() + QPointF(0, 4), Qt::AlignRight);
}

void ImageView::paint_wipe(QPainter& painter) {
    painter.setRenderHint(QPainter::Antialiasing);
    const double x = divider(), middle = height() / 2.0;
    paint_twice(painter, QColor(0xf0f2f4), 1.5,
                [&] { painter.drawLine(QPointF(x, 0), QPointF(x, height())); });
    painter.setBrush(QColor(0xf0f2f4));
    painter.setPen(QPen(QColor(0, 0, 0, 170), 1));
    painter.drawEllipse(QPointF(x, middle), 11, 11);
    painter.setPen(QPen(QColor(0x202326), 1.8, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    for (const double side : {-1.0, 1.0})
        painter.drawPolyline(
            QPolygonF({QPointF(x + side * 3, middle - 4), QPointF(x + side * 7, middle),
                       QPointF(x + side * 3, middle + 4)}));
    const QString image = tr("A  %1").arg(item_name_.isEmpty() ? tr("this image") : item_name_),
                  reference = tr("B  %1").arg(reference_name_);
    // Beside the divider, and inside the picture as long as they fit.
    painter.save();
    painter.setClipRect(QRectF(0, 0, x, height()));
    paint_note(painter, {reference_shown_ ? reference : image}, {x - 8, 8}, Qt::AlignRight);
    painter.setClipRect(QRectF(x, 0, width() - x, height()));
    paint_note(painter, {reference_shown_ ? image : reference}, {x + 8, 8}, Qt::AlignLeft);
    painter.restore();
    painter.setRenderHint(QPainter::Antialiasing, false);
}

void ImageView::paint_card(QPainter& painter) const {
    painter.setRenderHint(QPainter::Antialiasing);
    if (const QStringList lines = card_lines(); !lines.isEmpty())
        paint_note(painter, lines, {8, height() - 8.0}, Qt::AlignBottom);
    if (mode_ == CompareMode::Blink)
        paint_note(painter,
                   {shows_reference()
                        ? tr("B  %1").arg(reference_name_)
                        : tr("A  %1").arg(item_name_.isEmpty() ? tr("this image") : item_name_)},
                   {8, 8}, Qt::AlignLeft);
}

QStringList ImageView::card_lines() const {
    const auto& shown = *raster();
    if (mode_ != CompareMode::Difference) {
        if (shown.width == reference_->width && shown.height == reference_->height) return {};
        return {tr("A is %1 × %2 and B is %3 × %4 pixels.")
                    .arg(shown.width)
                    .arg(shown.height)
                    .arg(reference_->width)
                    .arg(reference_->height),
                tr("Their top left corners meet; neither is stretched.")};
    }
    if (const QString why = fault(); !why.isEmpty()) return {why, tr("A is shown.")};
    const bool both_ways = reference_->channels == 1;
    const QString name = both_ways ? tr("A − B   (blue below, red above)") : tr("|A − B|");
    const double factor = std::exp2(amplification_);
    QStringList lines{factor == 1 ? name : tr("%1   × %2").arg(name).arg(factor, 0, 'g', 4)};
    if (!numbers_) return lines << tr("counting …");
    const DifferenceNumbers& found = *numbers_;
    const QLocale locale;
    const auto number = [](double value) { return QString::number(value, 'g', 5); };
    lines << tr("max %1   mean %2   RMSE %3")
                 .arg(number(found.max), number(found.mean), number(found.rmse));
    lines << (std::isinf(found.psnr) ? tr("PSNR ∞: all values are equal")
                                     : tr("PSNR %1 dB at a peak of %2")
                                           .arg(found.psnr, 0, 'f', 2)
                                           .arg(number(found.peak)));
    if (found.unequal > 0)
        lines << tr("%1 of %2 values differ")
                     .arg(locale.toString(static_cast<qulonglong>(found.unequal)),
                          locale.toString(static_cast<qulonglong>(found.count)));
    if (found.skipped > 0)
        lines << tr("%1 not counted: NaN or infinite")
                     .arg(locale.toString(static_cast<qulonglong>(found.skipped)));
    if (found.count == 0) lines = {lines[0], tr("No value is finite in both.")};
    return lines;
}

}  // namespace millrace::viewers
