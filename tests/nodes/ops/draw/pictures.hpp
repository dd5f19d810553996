// Pictures for the tests of drawing, and how to look at them.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <cstdlib>

#include "nodes/ops/draw/pen.hpp"

namespace millrace::testing {

using ops::Rgb;

inline types::Image plain(int width, int height, Rgb color = {0, 0, 0}) {
    types::Image image(width, height, 3);
    for (std::size_t i = 0; i < image.bytes.size(); ++i) image.bytes[i] = color[i % 3];
    return image;
}

inline Rgb pixel_of(const types::Image& image, int x, int y) {
    const std::uint8_t* pixel = image.row<std::uint8_t>(y) + std::ptrdiff_t{x} * 3;
    return {pixel[0], pixel[1], pixel[2]};
}

/// How much of each pixel white ink on black covers, summed up: pixels.
inline double ink_of(const types::Image& image) {
    double sum = 0;
    for (std::size_t i = 0; i < image.bytes.size(); i += 3) sum += image.bytes[i] / 255.0;
    return sum;
}

/// The largest difference of a channel.
inline int difference(Rgb a, Rgb b) {
    int most = 0;
    for (int c = 0; c < 3; ++c) most = std::max(most, std::abs(int{a[c]} - int{b[c]}));
    return most;
}

/// The smallest area that holds all pixels in which two pictures of one size differ; left > right
/// when there is none.
struct Changed {
    int left = 1 << 30, top = 1 << 30, right = -1, bottom = -1;
};
inline Changed changed(const types::Image& a, const types::Image& b) {
    Changed area;
    for (int y = 0; y < a.height; ++y) {
        for (int x = 0; x < a.width; ++x) {
            if (pixel_of(a, x, y) == pixel_of(b, x, y)) continue;
            area = {std::min(area.left, x), std::min(area.top, y), std::max(area.right, x),
                    std::max(area.bottom, y)};
        }
    }
    return area;
}

}  // namespace millrace::testing
