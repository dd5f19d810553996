#include "viewers/cloud/picture.hpp"

#include <algorithm>

#include "viewers/cloud/labels.hpp"
#include "viewers/cloud/legend.hpp"

namespace millrace::viewers {

visual::Style scaled_style(visual::Style style, double scale) {
    if (style.point_size.unit == visual::SizeUnit::Pixels) style.point_size.value *= scale;
    style.line_width *= scale;
    return style;
}

void paint_frame(QPainter& painter, const visual::Frame& frame, double scale) {
    // Alpha is full everywhere, so that the pixels need no blending.
    QImage image(reinterpret_cast<const uchar*>(frame.colors.data()), frame.width, frame.height,
                 frame.width * 4, QImage::Format_RGBX8888);
    image.setDevicePixelRatio(scale);
    painter.setCompositionMode(QPainter::CompositionMode_Source);
    painter.drawImage(QPointF(0, 0), image);
    painter.setCompositionMode(QPainter::CompositionMode_SourceOver);
}

QImage render_picture(const visual::Scene& scene, const visual::View& view,
                      const visual::Style& style, QSize size, double scale,
                      const PictureParts& parts) {
    const int most = visual::SplatRenderer::kMostPixels;
    size = size.expandedTo({1, 1}).boundedTo({most, most});
    visual::SplatRenderer renderer;
    const visual::Frame& frame =
        renderer.draw(scene, view, scaled_style(style, scale), size.width(), size.height());
    QImage image(size, QImage::Format_RGB32);
    if (image.isNull()) return image;
    image.setDevicePixelRatio(scale);
    QPainter painter(&image);
    paint_frame(painter, frame, scale);
    const QSizeF room(size.width() / scale, size.height() / scale);
    if (parts.labels) {
        paint_labels(painter,
                     place_labels(scene, visual::label_anchors(scene, *renderer.projector(), frame),
                                  painter.fontMetrics(), room, scale));
    }
    const auto shown = std::ranges::find_if(scene.clouds, &visual::CloudLayer::shown);
    if (parts.legend && shown != scene.clouds.end()) {
        paint_legend(painter, legend_of(scene, style, visual::coloring_of(*shown, style)), room);
    }
    return image;
}

}  // namespace millrace::viewers
