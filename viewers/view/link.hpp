// Which pixel of a camera's image a LiDAR point falls on, and which point a pixel shows: what makes
// the views follow each other. A value; made anew when cloud or camera change.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/visual/visual.hpp"
#include "viewers/image/overlay.hpp"

namespace millrace::view {

class Projection {
public:
    /// Projects the cloud's points into the camera's image; those behind it or beyond its border
    /// are left out. Where the camera's parent frame is not the cloud's, nothing is projected.
    Projection(std::shared_ptr<const visual::Visual> cloud, const visual::Camera& camera);

    struct Pixel {
        float x = 0, y = 0, depth = 0;  ///< pixels from the top-left corner of the image; metres
        std::uint32_t point = 0;
    };
    /// In the order of the cloud.
    const std::vector<Pixel>& pixels() const { return pixels_; }
    /// The nearest point to the camera among those within `radius` pixels.
    std::optional<Pixel> at(double x, double y, double radius) const;
    /// Where a point falls, if in the image.
    std::optional<Pixel> of(std::uint32_t point) const;

private:
    static constexpr int kCell = 16;  ///< pixels along a side
    int columns_ = 0, rows_ = 0;
    std::vector<Pixel> pixels_;
    std::vector<std::uint32_t> starts_, places_;  ///< of each cell, its places in pixels_
};

/// Whether it is a picture, not depths, that the camera took.
bool is_image_of(const visual::Visual& visual, const std::string& camera);

/// The edges of a box as the camera sees them, cut at 0.1 m before it; without lines when the whole
/// box lies behind. `box` in the camera's parent frame.
viewers::ImageOverlay::Outline outline_of(const visual::Camera& camera,
                                          const visual::Boxes3d::Box& box);

}  // namespace millrace::view
