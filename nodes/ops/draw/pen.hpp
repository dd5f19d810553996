// Drawing on an RGB image with sub-pixel precision, for overlays and plots. OpenCV stays in the .cpp.
#pragma once

#include <string>
#include <string_view>

#include "nodes/ops/camera/project.hpp"
#include "nodes/ops/draw/color_map.hpp"
#include "nodes/types/image.hpp"

namespace millrace::ops {

/// Draws on the image it was made for, which must be 8-bit RGB and outlive it.
class Pen {
public:
    explicit Pen(types::Image& image) : image_(image) {}

    void line(Pixel from, Pixel to, Rgb color, double thickness = 1);
    /// A line with a dark edge, readable on any background.
    void outlined_line(Pixel from, Pixel to, Rgb color, double thickness = 1.5);
    void circle(Pixel center, double radius, Rgb color, double thickness = 1);
    /// A filled polygon, laid over with `opacity` 0 to 1.
    void fill(const std::vector<Pixel>& corners, Rgb color, double opacity = 1);
    /// A dot of `diameter` pixels, laid over with `opacity`; small dots are drawn by coverage.
    void dot(Pixel center, double diameter, Rgb color, double opacity = 1);
    /// Text whose baseline begins at `at`, `height` pixels high, with a dark edge.
    void text(std::string_view words, Pixel at, double height, Rgb color);
    /// Width in pixels that text() would take.
    double text_width(std::string_view words, double height) const;
    /// A colour bar at the right side with `ticks` numbers in `unit`.
    void legend(ColorMap map, double low, double high, std::string_view unit, int ticks = 5);

private:
    types::Image& image_;
};

/// Makes an 8-bit RGB image of any 8-bit image with 1, 3 or 4 channels, or a 16-bit one. Throws Error E-IMAGE-003.
types::Image to_rgb(const types::Image& image);

}  // namespace millrace::ops
