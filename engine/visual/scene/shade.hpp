// From pixels that hold points to pixels that hold colours: the background, the points' colours,
// and eye-dome lighting. Works on TBB's threads; the result doesn't depend on their number.
#pragma once

#include <span>
#include <vector>

#include "engine/visual/scene/colors.hpp"
#include "engine/visual/scene/point_pass.hpp"

namespace millrace::visual {

/// A picture while it is made and after.
struct Frame {
    int width = 0, height = 0;
    std::vector<Pixel> pixels;  ///< nearest points; row-major
    std::vector<Rgba> colors;   ///< row-major
    /// Depths of images that stand in the scene, infinite elsewhere; empty without images.
    std::vector<float> screens;
    std::vector<float> depths;  ///< shade() works with these; kept for their memory
    float depth(int x, int y) const { return depth_of(at(x, y)); }  ///< of a pixel that isn't empty
    Pixel at(int x, int y) const {
        return pixels[static_cast<std::size_t>(y) * static_cast<std::size_t>(width) +
                      static_cast<std::size_t>(x)];
    }
};

/// Fills `frame.colors` from `frame.pixels`; `colors` as of scene_colors(). `depth_unit` is 0 in
/// perspective, where depths compare as ratios, else the metres that make a step of depth.
void shade(Frame& frame, const Scene& scene, const PointNumbers& numbers,
           std::span<const std::optional<LayerColors>> colors, const Style& style,
           double depth_unit);

}  // namespace millrace::visual
