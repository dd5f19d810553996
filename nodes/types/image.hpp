// The image payload: a dense raster of 1 to 4 (or any number of) channels, red first. Own storage, copied by
// value; nodes/ops/image.hpp gives OpenCV a view of it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/packet.hpp"

namespace millrace::types {

enum class Depth { U8, U16, F32 };

struct Image {
    int width = 0, height = 0, channels = 0;
    Depth depth = Depth::U8;
    std::vector<std::uint8_t> bytes;  ///< [height, width, channels], row-major, host order, no padding
    std::string frame;                ///< camera the image was taken by; may be empty
    std::string unit;                 ///< "m" for a depth image; empty for colours
    double timestamp = 0;             ///< seconds; 0 when unknown

    Image() = default;
    Image(int width, int height, int channels, Depth depth = Depth::U8);
    std::size_t pixel_bytes() const;
    template <class T>
    T* row(int y) {
        return reinterpret_cast<T*>(bytes.data() + pixel_bytes() * width * y);
    }
    template <class T>
    const T* row(int y) const {
        return reinterpret_cast<const T*>(bytes.data() + pixel_bytes() * width * y);
    }
};

}  // namespace millrace::types

template <>
struct millrace::engine::PayloadTraits<millrace::types::Image> {
    static constexpr std::string_view name = "image";
    static constexpr int version = 1;
    static Record record(const types::Image& image);
    static types::Image restore(const Record& record);
    static std::vector<visual::Visual> visual(const types::Image& image, const visual::Budget& budget);
};
