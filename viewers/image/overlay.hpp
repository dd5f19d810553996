// What is laid over an image: points that fall into it, coloured by their distance, and outlines of
// boxes. Everything in pixels of the image, (0, 0) is its top-left corner. Plain values and a
// painter's function; window thread only.
#pragma once

#include <QLineF>
#include <QPainter>
#include <QPointF>
#include <QString>
#include <QTransform>
#include <optional>
#include <vector>

#include "engine/visual/visual.hpp"
#include "viewers/viewer.hpp"

namespace millrace::viewers {

struct ImageOverlay {
    struct Dot {
        float x = 0, y = 0;
        float depth = 0;  ///< metres along the camera's axis
        qint64 index = -1;
    };
    struct Outline {
        std::vector<QLineF> lines;
        visual::Color color = {255, 255, 255, 255};
        QString label;
        QPointF label_at;   ///< the label's bottom-left corner
        qint64 index = -1;  ///< of the box in the visual below
        QString frame;      ///< of the boxes
        QString layer;      ///< which boxes of that frame
    };
    std::vector<Dot> dots;
    std::vector<Outline> outlines;
};

struct OverlayStyle {
    bool dots = true, outlines = true;
    double opacity = 0.9;          ///< of dots, 0 to 1
    double outline_opacity = 0.9;  ///< 0 to 1
    bool operator==(const OverlayStyle&) const = default;
};

/// The depths that get the first and the last colour: the least and the one that 95 of 100 dots
/// stay below, so that one far point doesn't make all others alike.
std::pair<float, float> depth_range(const ImageOverlay& overlay);

/// The nearest dot to the camera within `radius` pixels of (x, y).
std::optional<ImageOverlay::Dot> dot_at(const ImageOverlay& overlay, double x, double y,
                                        double radius);

/// The outline with a line nearest to (x, y), within `reach` pixels; null when there is none. Lives
/// as long as the overlay.
const ImageOverlay::Outline* outline_at(const ImageOverlay& overlay, double x, double y,
                                        double reach);
/// The outline of a box that was pointed at or selected; null when it isn't in the image.
const ImageOverlay::Outline* outline_of(const ImageOverlay& overlay, const Selection& selection);
/// What an outline stands for; the place is that of the pointer.
Selection selection_of(const ImageOverlay::Outline& outline, double x, double y);
/// The area that an outline covers, pixels of the image.
QRectF bounds_of(const ImageOverlay::Outline& outline);

/// Draws one outline thick, its label whatever its size: that of what is pointed at or selected.
void paint_marked(QPainter& painter, const ImageOverlay::Outline& outline, const QColor& accent,
                  const QTransform& widget_from_image);

/// Draws what lies in `visible` (image pixels); `widget_from_image` scales and moves, nothing else.
void paint_overlay(QPainter& painter, const ImageOverlay& overlay, const OverlayStyle& style,
                   const QTransform& widget_from_image, const QRectF& visible);

/// A box's corners as an outline, label and score above it.
ImageOverlay::Outline outline_of(const visual::Boxes2d::Box& box);

/// "Car 0.87"; the score is left out where it is 1.
QString label_of(const std::string& label, double score);

}  // namespace millrace::viewers
