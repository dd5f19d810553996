// The software renderer: scenes to pictures without display or OpenGL. Works on TBB's threads; one
// user at a time. Any number of threads gives the same picture, bit for bit.
#pragma once

#include <optional>
#include <vector>

#include "engine/visual/scene/scene.hpp"
#include "engine/visual/scene/select.hpp"
#include "engine/visual/scene/shade.hpp"
#include "engine/visual/scene/view.hpp"

namespace millrace::visual {

/// A point under the pointer.
struct Picked {
    std::size_t layer = 0;    ///< of Scene::clouds
    std::uint32_t index = 0;  ///< in the layer's cloud
    Vector3 world = {};       ///< metres
    Projected pixel = {};     ///< where it falls, and its depth
};

class SplatRenderer {
public:
    /// The picture with at most about `budget` points more than the last had, if that was of the
    /// same clouds, view, sizes and crop box; otherwise anew. Colours, selection, boxes and lines
    /// may change without beginning anew. The frame stands until the next call. Width and height
    /// are cut to 1 … kMostPixels.
    const Frame& draw(const Scene& scene, const View& view, const Style& style, int width,
                      int height, std::size_t budget = PointPass::kAll);
    /// The last picture, and what projected it (none before the first); for labels and pointers.
    const Frame& frame() const { return frame_; }
    const std::optional<Projector>& projector() const { return projector_; }
    /// Whether the last picture shows all points that are in sight.
    bool complete() const { return pass_.complete(); }
    std::size_t drawn() const { return pass_.drawn(); }
    std::size_t in_sight() const { return pass_.in_sight(); }

    /// The visible point in the last picture nearest to the middle of pixel (x, y), at most
    /// `radius` pixels off.
    std::optional<Picked> pick(int x, int y, int radius = 4) const;

    /// Rising indices in each layer's cloud of the points that the last picture shows within the
    /// mask.
    std::vector<std::vector<std::uint32_t>> visible_on(const PixelMask& mask) const;

    static constexpr int kMostPixels = 16384;

private:
    bool same_points(const Scene& scene, const View& view, const Style& style, int width,
                     int height) const;

    Scene scene_;
    View view_;
    Style style_;
    Frame frame_;
    Bounds core_;
    PointPass pass_;
    std::optional<Projector> projector_;
    std::optional<PointNumbers> numbers_;
    std::vector<std::optional<LayerColors>> colors_;
};

/// As SplatRenderer::visible_on(), of any renderer's pixels.
std::vector<std::vector<std::uint32_t>> visible_on(const Frame& frame, const PointNumbers& numbers,
                                                   const Scene& scene, const PixelMask& mask);

/// What pick() gives after a full drawing, by drawing just the pixels round (x, y); for renderers
/// that don't keep which point a pixel shows.
std::optional<Picked> pick(const Scene& scene, const View& view, const Style& style, int width,
                           int height, int x, int y, int radius = 4);

/// One picture, red, green and blue; for thumbnails and files.
Raster render(const Scene& scene, const View& view, const Style& style, int width, int height);

/// The frame's colours as a raster of three channels.
Raster to_raster(const Frame& frame);

}  // namespace millrace::visual
