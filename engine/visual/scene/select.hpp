// Which points lie in a rectangle or lasso on the picture, or in a box in the world. Works on TBB's
// threads.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/visual/scene/point_pass.hpp"
#include "engine/visual/scene/scene.hpp"
#include "engine/visual/scene/view.hpp"

namespace millrace::visual {

/// Which pixels of a picture have their middle in a polygon (inside by the even-odd rule).
class PixelMask {
public:
    /// Corners in pixels; they may lie outside the picture, or be fewer than three: then nothing is
    /// inside.
    PixelMask(std::span<const Vector2> polygon, int width, int height);
    /// The rectangle between two opposite corners.
    static PixelMask rectangle(const Vector2& a, const Vector2& b, int width, int height);
    bool at(double x, double y) const {
        return x >= 0 && y >= 0 && x < width_ && y < height_ &&
               inside_[static_cast<std::size_t>(y) * static_cast<std::size_t>(width_) +
                       static_cast<std::size_t>(x)];
    }
    /// Corners of the box round the pixels inside: left, top, right, bottom; empty when right <=
    /// left.
    const std::array<int, 4>& box() const { return box_; }

private:
    int width_, height_;
    std::vector<std::uint8_t> inside_;
    std::array<int, 4> box_ = {};
};

/// Rising indices, in the layer's cloud, of the points that fall on a pixel of the mask, hidden
/// ones included; `crop` leaves out what the picture leaves out.
std::vector<std::uint32_t> points_on(const CloudLayer& layer, const Projector& projector,
                                     const PixelMask& mask, const CropBox* crop = nullptr);

/// Rising indices of the points in a box of the world; its faces belong to it.
std::vector<std::uint32_t> points_in(const CloudLayer& layer, const CropBox& box);

/// Whether a world point lies in the box.
bool contains(const CropBox& box, const Vector3& world);

}  // namespace millrace::visual
