// The canvas of OpenGL: a QOpenGLWidget that covers the view and shows the points, and over it a
// widget for labels, marks and legend. Both let the pointer through to the view. The view's own
// paint event draws; these two follow in the same pass. A context that is lost takes the picture
// and all buffers along, and the next one gets everything anew. Window thread only.
#pragma once

#include <QSurfaceFormat>
#include <memory>

#include "viewers/cloud/canvas.hpp"

namespace millrace::viewers::gl {

inline constexpr std::size_t kBytesPerPoint = 16;

/// OpenGL 3.3 core.
QSurfaceFormat wanted_format();

/// `over` paints what lies over the points. The canvas must go before the view does.
std::unique_ptr<Canvas> make_canvas(QWidget& view, Canvas::PaintOver over);

}  // namespace millrace::viewers::gl
