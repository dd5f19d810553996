// Pictures of scenes as images of Qt, at any size and without a widget: what the viewer paints,
// screenshots, and frames of a flight. Plain functions; render_picture() on any thread.
#pragma once

#include <QImage>
#include <QPainter>

#include "engine/visual/scene/renderer.hpp"

namespace millrace::viewers {

/// Sizes of points and lines are of logical pixels; the renderer draws device pixels.
visual::Style scaled_style(visual::Style style, double scale);

/// The frame from the painter's corner on, one of its pixels a device pixel.
void paint_frame(QPainter& painter, const visual::Frame& frame, double scale);

/// What a picture shows beside the points.
struct PictureParts {
    bool labels = true;
    bool legend = true;
};

/// `scale` device pixels a logical one: how large points, lines and letters are. Sides are cut to 1
/// … visual::SplatRenderer::kMostPixels.
QImage render_picture(const visual::Scene& scene, const visual::View& view,
                      const visual::Style& style, QSize size, double scale,
                      const PictureParts& parts = {});

}  // namespace millrace::viewers
