// Small pictures of visuals, for previews on nodes. Plain functions, any thread; a cloud of some
// ten thousand points takes some milliseconds.
#pragma once

#include <QImage>
#include <QSize>

#include "engine/visual/visual.hpp"

namespace millrace::editor {

/// A picture no larger than `size`, device pixels; null for a visual that has none. `ink` and
/// `paper` colour what has no colours of its own: curves, bars, text.
QImage thumbnail(const visual::Visual& visual, QSize size, const QColor& ink, const QColor& paper);

/// The raster's pixels, at most `size`, nearest ones; other depths than bytes are stretched from
/// the least to the greatest value. Null when the raster contradicts itself.
QImage raster_image(const visual::Raster& raster, QSize size);

}  // namespace millrace::editor
