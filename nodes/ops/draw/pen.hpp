// Drawing on an RGB image with sub-pixel precision, for overlays and plots:
// every shape is laid over by the share of each pixel that it covers. Pixel (0,
// 0) is a corner, so the first pixel's centre is (0.5, 0.5). A pen belongs to
// one thread and one image.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "nodes/ops/camera/project.hpp"
#include "nodes/ops/draw/color_map.hpp"
#include "nodes/types/image.hpp"

namespace millrace::ops {

inline Pixel pixel_at(double u, double v) { return {static_cast<float>(u), static_cast<float>(v)}; }

/// Draws on the image it was made for, which must outlive it. Shapes may reach
/// beyond the image or lie outside; those with a coordinate that is not finite
/// are left out. Widths and sizes are in pixels, opacities 0 to 1.
class Pen {
public:
    /// Throws Error E-IMAGE-003 unless the image is 8-bit RGB.
    explicit Pen(types::Image& image);

    void line(Pixel from, Pixel to, Rgb color, double width = 1, double opacity = 1);
    void outline(std::span<const Pixel> corners, Rgb color, double width = 1, double opacity = 1);
    void circle(Pixel center, double radius, Rgb color, double width = 1, double opacity = 1);
    void dot(Pixel center, double diameter, Rgb color, double opacity = 1);
    /// A filled convex polygon.
    void fill(std::span<const Pixel> corners, Rgb color, double opacity = 1);
    /// A filled rectangle with rounded corners.
    void panel(Pixel top_left, Pixel bottom_right, double radius, Rgb color, double opacity = 1);

    /// Text whose baseline begins at `at`, capitals `height` pixels high, with a
    /// soft dark edge. Only ASCII has a shape; text is cut at 80 letters.
    void text(std::string_view words, Pixel at, double height, Rgb color);
    /// Width in pixels that text() takes.
    static double text_width(std::string_view words, double height);
    /// A small panel with the text, its lower left corner at `at`.
    void tag(std::string_view words, Pixel at, double height, Rgb color);
    /// Width and height of a tag.
    static Pixel tag_size(std::string_view words, double height);

    int width() const { return image_.width; }
    int height() const { return image_.height; }

private:
    std::uint8_t* pixel(int x, int y);

    types::Image& image_;
};

/// 8-bit RGB of an 8- or 16-bit image with 1, 3 or 4 channels. Throws Error
/// E-IMAGE-003 for others.
types::Image to_rgb(const types::Image& image);

/// Turns an 8-bit RGB image towards a dark grey one, 0 (as it is) to 1 (black),
/// so that what is drawn over it stands out.
void dim(types::Image& image, double amount);

}  // namespace millrace::ops
