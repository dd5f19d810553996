// Lines and pictures that stand in the scene, drawn over the points of a frame: smooth edges, and
// where points lie in front they shine through faintly. Works on TBB's threads.
#pragma once

#include <array>
#include <optional>
#include <span>

#include "engine/visual/scene/shade.hpp"

namespace millrace::visual {

/// World coordinates, metres. Where lines are drawn by OpenGL these are its vertices.
struct Segment {
    Vector3 a = {}, b = {};
    Color color = {255, 255, 255, 255};
    float width = 1.5F;  ///< pixels
};

/// A segment in pixels, cut at the near plane and the picture's border.
struct PixelLine {
    double x = 0, y = 0, dx = 0, dy = 0, length = 0;
    double ux = 0, uy = 0;  ///< (dx, dy) of length one
    double a = 0, b = 0;    ///< at both ends: inverse depth in perspective, else depth
    float half = 0;         ///< pixels from the middle to where its smooth edge ends
    float opacity = 0;
    bool perspective = true;
    double depth(double t) const {
        const double mixed = a + (b - a) * t;
        return perspective ? 1 / mixed : mixed;
    }
};

/// None where nothing of it is seen.
std::optional<PixelLine> pixel_line(const Segment& segment, const Projector& projector);

/// In the order given; what isn't finite, or farther out than 1e12 m, is passed over. `hidden` is
/// the opacity, 0 to 1, where a point lies in front.
void draw_segments(Frame& frame, const Projector& projector, std::span<const Segment> segments,
                   double hidden);

/// Whether draw_image() shows it: 8 bits, 1, 3 or 4 channels, and as many bytes as it claims.
bool drawable(const Raster& image);

/// An image on the parallelogram of three corners (top-left, top-right, bottom-left, world); 8-bit
/// images of 1, 3 or 4 channels, others are passed over.
void draw_image(Frame& frame, const Projector& projector, const std::array<Vector3, 3>& corners,
                const Raster& image, double opacity, double hidden);

}  // namespace millrace::visual
