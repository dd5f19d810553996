// All of a scene that isn't points, as lines, images and anchors of labels; both renderers draw
// from these lists. Plain functions, any thread.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "engine/visual/scene/lines.hpp"

namespace millrace::visual {

/// Boxes, paths and camera frusta of the visible layers.
std::vector<Segment> shape_segments(const Scene& scene, const Style& style);

/// A grid in the plane z = `core.low[2]` round the view's target, faded outwards; its step is a
/// round number (see grid_step()). Nothing where `core` is empty.
std::vector<Segment> grid_segments(const Bounds& core, const View& view, const Style& style);
/// Metres between two lines of the grid.
double grid_step(const View& view);

/// x red, y green, z blue, at the origin of each visible cloud's frame.
std::vector<Segment> axes_segments(const Scene& scene, const View& view);

/// Where a box's label belongs: over the middle of its top.
struct LabelAnchor {
    std::size_t layer = 0, box = 0;
    Projected pixel = {};
    Color color = {};
    bool hidden = false;  ///< a point of the frame lies in front
};

/// Of the boxes whose label lies in the picture, nearest last. `frame` decides what is hidden.
std::vector<LabelAnchor> label_anchors(const Scene& scene, const Projector& projector,
                                       const Frame& frame);

Color box_color(const BoxLayer& layer, const Boxes3d::Box& box);

/// The same for a picture of this size whose depths are asked for: metres, or infinite where no
/// point is seen.
std::vector<LabelAnchor> label_anchors(const Scene& scene, const Projector& projector,
                                       const std::function<float(int x, int y)>& depth_at);

/// A picture that stands in the scene.
struct StandingImage {
    std::array<Vector3, 3> corners = {};  ///< as draw_image()
    const Raster* image = nullptr;
    double opacity = 1;
};

/// Of the visible cameras that have one.
std::vector<StandingImage> standing_images(const Scene& scene);

/// Draws all of the above but labels. `core` as Scene::core_bounds().
void draw_overlay(Frame& frame, const Scene& scene, const Projector& projector, const Style& style,
                  const View& view, const Bounds& core);

}  // namespace millrace::visual
