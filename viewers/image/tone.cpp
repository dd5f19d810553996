#include "viewers/image/tone.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>

#include "engine/visual/scene/color_map.hpp"

namespace millrace::viewers {
namespace {

constexpr QRgb kNan = 0xffff00ff;

std::size_t depth_bytes(visual::Raster::Depth depth) {
    if (depth == visual::Raster::Depth::U8) return 1;
    return depth == visual::Raster::Depth::U16 ? 2 : 4;
}

template <class Value>
double load(const std::uint8_t* bytes, std::size_t index) {
    Value value;
    std::memcpy(&value, bytes + index * sizeof(Value), sizeof(Value));
    return value;
}

double load(const visual::Raster& raster, std::size_t index) {
    if (raster.depth == visual::Raster::Depth::U8) return raster.bytes[index];
    if (raster.depth == visual::Raster::Depth::U16)
        return load<std::uint16_t>(raster.bytes.data(), index);
    return load<float>(raster.bytes.data(), index);
}

std::uint8_t byte_of(double position) {
    return static_cast<std::uint8_t>(std::lround(std::clamp(position, 0.0, 1.0) * 255));
}

visual::Map table_of(ColorMap map) {
    if (map == ColorMap::Turbo) return visual::Map::Turbo;
    return map == ColorMap::Viridis ? visual::Map::Viridis : visual::Map::Gray;
}

}  // namespace

bool is_whole(const visual::Raster& raster) {
    if (raster.width <= 0 || raster.height <= 0 || raster.channels <= 0) return false;
    const auto pixels =
        static_cast<std::uint64_t>(raster.width) * static_cast<std::uint64_t>(raster.height);
    const std::uint64_t row =
        static_cast<std::uint64_t>(raster.channels) * depth_bytes(raster.depth);
    return raster.bytes.size() / row == pixels && raster.bytes.size() % row == 0;
}

double value_at(const visual::Raster& raster, int x, int y, int channel) {
    return load(raster,
                (static_cast<std::size_t>(y) * raster.width + x) * raster.channels + channel);
}

std::pair<double, double> range_of(const visual::Raster& raster, int channel) {
    const double pixels = static_cast<double>(raster.width) * raster.height;
    const int step = std::max(1, static_cast<int>(std::ceil(std::sqrt(pixels / 1e6))));
    double low = std::numeric_limits<double>::infinity(), high = -low;
    for (int y = 0; y < raster.height; y += step)
        for (int x = 0; x < raster.width; x += step) {
            const double value = value_at(raster, x, y, channel);
            if (!std::isfinite(value)) continue;
            low = std::min(low, value);
            high = std::max(high, value);
        }
    return low <= high ? std::pair{low, high} : std::pair{0.0, 1.0};
}

QRgb color_of(ColorMap map, double position) {
    const auto& [red, green, blue] = visual::map_table(table_of(map))[byte_of(position)];
    return qRgb(red, green, blue);
}

QImage rendered(const visual::Raster& raster, const QRect& region, int step, const Tone& tone) {
    const int width = (region.width() + step - 1) / step,
              height = (region.height() + step - 1) / step;
    QImage image(width, height, QImage::Format_RGB32);
    const double gain = std::exp2(tone.exposure) / std::max(1e-300, tone.high - tone.low);
    const double power = 1 / tone.gamma;
    // A table of 4096 steps: pow() and colour maps for each of a screen's pixels
    // cost too much.
    constexpr int kSteps = 4096;
    std::array<std::uint8_t, kSteps + 1> curve;
    std::array<QRgb, kSteps + 1> colors;
    for (int i = 0; i <= kSteps; ++i) {
        const double at = std::pow(static_cast<double>(i) / kSteps, power);
        curve[i] = byte_of(at);
        colors[i] = color_of(tone.map, at);
    }
    const auto place = [&](double value) {
        return static_cast<int>(std::clamp((value - tone.low) * gain, 0.0, 1.0) * kSteps + 0.5);
    };
    const bool colored = tone.channel < 0 && raster.channels >= 3;
    const int single = std::clamp(tone.channel, 0, raster.channels - 1);
    for (int row = 0; row < height; ++row) {
        auto* line = reinterpret_cast<QRgb*>(image.scanLine(row));
        const std::size_t start = static_cast<std::size_t>(region.y() + row * step) * raster.width;
        for (int column = 0; column < width; ++column) {
            const std::size_t index = (start + region.x() + column * step) * raster.channels;
            if (!colored) {
                const double value = load(raster, index + single);
                line[column] = std::isnan(value) ? kNan : colors[place(value)];
                continue;
            }
            const double red = load(raster, index), green = load(raster, index + 1),
                         blue = load(raster, index + 2);
            line[column] = std::isnan(red + green + blue)
                               ? kNan
                               : qRgb(curve[place(red)], curve[place(green)], curve[place(blue)]);
        }
    }
    return image;
}

}  // namespace millrace::viewers
