// The colours that cameras see, painted on a cloud's points. Plain functions, any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "engine/visual/visual.hpp"

namespace millrace::visual {

struct CameraImage {
    Camera camera;
    std::shared_ptr<const Raster> image;
};

struct Painted {
    /// One for each point of the cloud, as visual::Rgba: red in the lowest byte, alpha 255.
    std::vector<std::uint32_t> colors;
    std::size_t seen = 0;    ///< points that got a camera's colour
    std::size_t hidden = 0;  ///< points in an image, but behind nearer ones in each
};

/// Each point gets the colour of the pixel it falls on, between pixels linear; where several
/// cameras see it, of the one in which it lies nearest to the image's middle, measured in half
/// sizes. A point counts as hidden where nearer points (by 0.3 m and 3 %) lie on opposite sides of
/// it within a window of about two spacings between points in the image: nearer ones on one side
/// alone are the ground before it, or a border. Points that are hidden or that no camera sees get
/// `unseen`. Cameras of another parent frame than the cloud's, images in metres, and images whose
/// size is not the camera's are passed over.
Painted paint_by_cameras(const Cloud& cloud, std::span<const CameraImage> cameras,
                         const Color& unseen);

/// The colour at a position in pixels, (0, 0) is the image's corner; one or two channels are grey.
/// 16 bits and fractions (0 to 1) come as 0 to 255. Opaque black where the raster is not whole.
Color color_at(const Raster& image, double x, double y);

}  // namespace millrace::visual
