#include "nodes/types/image.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <type_traits>

#include <fmt/format.h>

namespace millrace::types {
namespace {

std::size_t depth_bytes(Depth depth) {
    return depth == Depth::U8 ? 1 : depth == Depth::U16 ? 2 : 4;
}

}  // namespace

Image::Image(int columns, int rows, int planes, Depth kind)
    : width(columns),
      height(rows),
      channels(planes),
      depth(kind),
      bytes(static_cast<std::size_t>(columns) * static_cast<std::size_t>(rows) *
            static_cast<std::size_t>(planes) * depth_bytes(kind)) {}

std::size_t Image::pixel_bytes() const {
    return static_cast<std::size_t>(channels) * depth_bytes(depth);
}

}  // namespace millrace::types

namespace millrace::engine {
namespace {

using types::Depth;
using types::Image;

int reduced(int extent, int factor) { return (extent - 1) / factor + 1; }

/// The least factor by which to scale down so that the rest fits; at the end a single pixel is
/// left.
int factor_for(const Image& image, std::size_t most) {
    const auto fits = [&](int factor) {
        return static_cast<std::size_t>(reduced(image.width, factor)) *
                   static_cast<std::size_t>(reduced(image.height, factor)) * image.pixel_bytes() <=
               most;
    };
    if (image.bytes.size() <= most) return 1;
    int low = 1;  // does not fit
    int high = std::max(image.width, image.height);
    while (high - low > 1) {
        const int middle = low + (high - low) / 2;
        (fits(middle) ? high : low) = middle;
    }
    return high;
}

/// Mean over blocks of `factor` squared pixels; NaN, which stands for no value, only where there is
/// nothing else.
template <class T>
void reduce(const Image& image, int factor, visual::Raster& raster) {
    auto* out = reinterpret_cast<T*>(raster.bytes.data());
    for (int y = 0; y < raster.height; ++y) {
        for (int x = 0; x < raster.width; ++x) {
            for (int c = 0; c < image.channels; ++c) {
                double sum = 0;
                int count = 0;
                for (int dy = 0; dy < factor && y * factor + dy < image.height; ++dy) {
                    const T* row = image.row<T>(y * factor + dy);
                    for (int dx = 0; dx < factor && x * factor + dx < image.width; ++dx) {
                        const auto value = static_cast<double>(
                            row[static_cast<std::ptrdiff_t>(x * factor + dx) * image.channels + c]);
                        if (std::isnan(value)) continue;
                        sum += value;
                        ++count;
                    }
                }
                const double mean = sum / count;
                *out++ = static_cast<T>(std::is_integral_v<T> ? std::round(mean) : mean);
            }
        }
    }
}

}  // namespace

Record PayloadTraits<Image>::record(const Image& image) {
    Record record;
    const std::vector<std::int64_t> shape = {image.height, image.width, image.channels};
    const DType type = image.depth == Depth::U8    ? DType::U8
                       : image.depth == Depth::U16 ? DType::U16
                                                   : DType::F32;
    record.arrays.push_back({"pixels", type, shape, std::as_bytes(std::span(image.bytes))});
    record.attributes = {
        {"frame", image.frame}, {"unit", image.unit}, {"timestamp", image.timestamp}};
    return record;
}

Image PayloadTraits<Image>::restore(const Record& record) {
    const ArrayView* pixels = record.find("pixels");
    constexpr std::int64_t largest = 1 << 20;
    const bool good =
        pixels && pixels->shape.size() == 3 &&
        (pixels->type == DType::U8 || pixels->type == DType::U16 || pixels->type == DType::F32) &&
        std::ranges::all_of(pixels->shape,
                            [](std::int64_t extent) { return extent >= 0 && extent <= largest; });
    if (!good) {
        throw Error({.code = "E-FILE-011",
                     .what = "The stored image is malformed",
                     .expected = "\"pixels\" [height, width, channels] of U8, U16 or F32",
                     .found = pixels ? "another type or shape" : "nothing"});
    }
    record.require("pixels", pixels->type, 3);  // that the bytes fit the shape
    Image image;
    image.height = static_cast<int>(pixels->shape[0]);
    image.width = static_cast<int>(pixels->shape[1]);
    image.channels = static_cast<int>(pixels->shape[2]);
    image.depth = pixels->type == DType::U8    ? Depth::U8
                  : pixels->type == DType::U16 ? Depth::U16
                                               : Depth::F32;
    image.bytes = copy_of<std::uint8_t>(*pixels);
    image.frame = record.attributes.at("frame").as_string();
    image.unit = record.attributes.at("unit").as_string();
    image.timestamp = record.attributes.at("timestamp").as_double();
    return image;
}

std::vector<visual::Visual> PayloadTraits<Image>::visual(const Image& image,
                                                         const visual::Budget& budget) {
    visual::Raster raster;
    raster.full_width = image.width;
    raster.full_height = image.height;
    raster.channels = image.channels;
    raster.depth = static_cast<visual::Raster::Depth>(image.depth);
    raster.frame = image.frame;
    raster.unit = image.unit;
    const int factor = factor_for(image, budget.bytes);
    if (factor == 1) {
        raster.width = image.width;
        raster.height = image.height;
        raster.bytes = image.bytes;
        return {std::move(raster)};
    }
    raster.width = reduced(image.width, factor);
    raster.height = reduced(image.height, factor);
    raster.bytes.resize(static_cast<std::size_t>(raster.width) *
                        static_cast<std::size_t>(raster.height) * image.pixel_bytes());
    if (image.depth == Depth::U8)
        reduce<std::uint8_t>(image, factor, raster);
    else if (image.depth == Depth::U16)
        reduce<std::uint16_t>(image, factor, raster);
    else
        reduce<float>(image, factor, raster);
    return {std::move(raster)};
}

}  // namespace millrace::engine
