// Reading single numbers of a raster of any depth, whatever its bytes' alignment. Any thread.
#pragma once

#include <cmath>
#include <cstring>

#include "engine/visual/visual.hpp"

namespace millrace::visual {

inline std::size_t bytes_of(Raster::Depth depth) {
    return depth == Raster::Depth::U8 ? 1 : depth == Raster::Depth::U16 ? 2 : 4;
}

/// Whether size, channels and bytes agree, and there is a pixel at all.
inline bool is_whole(const Raster& image) {
    if (image.width <= 0 || image.height <= 0 || image.channels <= 0) return false;
    const auto pixels =
        static_cast<std::size_t>(image.width) * static_cast<std::size_t>(image.height);
    return image.bytes.size() ==
           pixels * static_cast<std::size_t>(image.channels) * bytes_of(image.depth);
}

/// Of a whole raster, at a pixel and channel it has; 0 for what isn't finite.
inline float number_at(const Raster& image, int x, int y, int channel) {
    const std::size_t place = (static_cast<std::size_t>(y) * static_cast<std::size_t>(image.width) +
                               static_cast<std::size_t>(x)) *
                                  static_cast<std::size_t>(image.channels) +
                              static_cast<std::size_t>(channel);
    const std::uint8_t* byte = image.bytes.data() + place * bytes_of(image.depth);
    if (image.depth == Raster::Depth::U8) return static_cast<float>(*byte);
    if (image.depth == Raster::Depth::U16) {
        std::uint16_t value = 0;
        std::memcpy(&value, byte, sizeof value);
        return static_cast<float>(value);
    }
    float value = 0;
    std::memcpy(&value, byte, sizeof value);
    return std::isfinite(value) ? value : 0.0F;
}

}  // namespace millrace::visual
