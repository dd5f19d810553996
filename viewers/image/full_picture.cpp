#include "viewers/image/full_picture.hpp"

#include <QPainter>
#include <algorithm>

namespace millrace::viewers {

QImage full_picture(const FullPicture& wanted, const std::stop_token& stop) {
    const QSize size = wanted.source.size();
    if (static_cast<std::int64_t>(size.width()) * size.height() > kMostPicturePixels) return {};
    const Channels channels = channels_of(wanted.source, wanted.tone);
    const Toner toner(wanted.tone, wanted.source.image->depth);
    QImage picture(size, toner.opaque(channels.count) ? QImage::Format_RGB32
                                                      : QImage::Format_ARGB32_Premultiplied);
    if (picture.isNull()) return {};
    QPainter painter(&picture);
    constexpr int kStrip = 128;  // rows at once, so that little is held twice
    for (int y = 0; y < size.height(); y += kStrip) {
        if (stop.stop_requested()) return {};
        const QRect strip(0, y, size.width(), std::min(kStrip, size.height() - y));
        painter.setCompositionMode(QPainter::CompositionMode_Source);
        painter.drawImage(strip.topLeft(),
                          toned(sampled(wanted.source, strip, 1, channels), toner, channels.count));
        painter.setCompositionMode(QPainter::CompositionMode_SourceOver);
        for (const RasterLayer& layer : wanted.layers) {
            if (layer.visible)
                painter.drawImage(strip.topLeft(),
                                  layer_picture(layer, size, QRectF(strip), strip.size()));
        }
    }
    if (wanted.overlay)
        paint_overlay(painter, *wanted.overlay, wanted.style, {},
                      QRectF(QPointF(0, 0), QSizeF(size)));
    painter.end();
    return picture;
}

}  // namespace millrace::viewers
