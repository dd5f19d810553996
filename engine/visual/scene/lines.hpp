// Lines and pictures that stand in the scene, drawn over the points of a frame: smooth edges, and
// where points lie in front they shine through faintly. Works on TBB's threads.
#pragma once

#include <array>
#include <span>

#include "engine/visual/scene/shade.hpp"

namespace millrace::visual {

/// World coordinates, metres. Where lines are drawn by OpenGL these are its vertices.
struct Segment {
    Vector3 a = {}, b = {};
    Color color = {255, 255, 255, 255};
    float width = 1.5F;  ///< pixels
};

/// In the order given; what isn't finite, or farther out than 1e12 m, is passed over. `hidden` is
/// the opacity, 0 to 1, where a point lies in front.
void draw_segments(Frame& frame, const Projector& projector, std::span<const Segment> segments,
                   double hidden);

/// An image on the parallelogram of three corners (top-left, top-right, bottom-left, world); 8-bit
/// images of 1, 3 or 4 channels, others are passed over.
void draw_image(Frame& frame, const Projector& projector, const std::array<Vector3, 3>& corners,
                const Raster& image, double opacity, double hidden);

}  // namespace millrace::visual
