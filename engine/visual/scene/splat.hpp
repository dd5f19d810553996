// The inner loop of the software renderer: points in, pixels out. A pixel is one 64-bit number,
// depth in the upper half and the point's number in the lower, so that the nearest point is the
// least number: the order in which points come, and hence the number of threads, can't show in the
// picture. The number tells colour and picked point afterwards, so that a change of colours draws
// no point again.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <limits>

namespace millrace::visual {

using Pixel = std::int64_t;
inline constexpr Pixel kEmptyPixel = std::numeric_limits<Pixel>::max();

/// Depths are positive, so that their bits are in the order of their values.
inline Pixel pixel_of(float depth, std::uint32_t number) {
    return static_cast<Pixel>(std::bit_cast<std::uint32_t>(depth)) << 32 | number;
}
inline float depth_of(Pixel pixel) {
    return std::bit_cast<float>(static_cast<std::uint32_t>(pixel >> 32));
}
inline std::uint32_t number_of(Pixel pixel) { return static_cast<std::uint32_t>(pixel); }

using Rows = std::array<std::array<float, 4>, 3>;  ///< over (x, y, z, 1)

/// Points [begin, end) of planar arrays under one transform.
struct SplatPoints {
    const float *x = nullptr, *y = nullptr, *z = nullptr;
    std::uint32_t begin = 0, end = 0;
    std::uint32_t first_number = 0;  ///< number of the point at place 0
    Rows pixel = {};                 ///< as Projector::pixel_rows()
    bool crop = false;
    Rows crop_box = {};  ///< kept are points that these take to -1 … 1 in all three
};

/// Where to: left and top are -48 or more; pixels [left, left + width) x [top, top + height) of the
/// picture, row-major. Behind the last pixel there is room for kSplatSpare more, which catch what
/// falls beside.
struct SplatTarget {
    Pixel* pixels = nullptr;
    int left = 0, top = 0, width = 0, height = 0;
    float shift = 0;  ///< pixels, taken from both coordinates before they are cut to whole ones
    float near_plane = 0, far_plane = 0;
    bool perspective = true;
};
inline constexpr int kSplatSpare = 8;

/// How many points are worked on at once; all give the same picture.
enum class Lanes { Best, One, Four, Eight };

/// Keeps the nearest point of each pixel: one pixel a point.
void splat(const SplatPoints& points, const SplatTarget& target, Lanes lanes = Lanes::Best);

}  // namespace millrace::visual
