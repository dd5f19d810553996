#include "viewers/image/tone.hpp"

#include <QCoreApplication>
#include <algorithm>
#include <cmath>
#include <limits>

namespace millrace::viewers {
namespace {

constexpr QRgb kNan = 0xffff00ff;

std::uint8_t byte_of(double position) {
    return static_cast<std::uint8_t>(std::lround(std::clamp(position, 0.0, 1.0) * 255));
}

visual::MapTable diverging() {
    constexpr std::array<std::array<double, 3>, 5> kStops = {
        {{33, 82, 176}, {126, 170, 224}, {232, 232, 232}, {240, 150, 120}, {178, 24, 43}}};
    visual::MapTable table{};
    for (std::size_t i = 0; i < table.size(); ++i) {
        // The middle of the 256, between the 128th and the 129th, is the middle of the map.
        const double at = static_cast<double>(i) / 255 * (kStops.size() - 1);
        const auto below = std::min(static_cast<std::size_t>(at), kStops.size() - 2);
        const double share = at - static_cast<double>(below);
        for (std::size_t k = 0; k < 3; ++k)
            table[i][k] = static_cast<std::uint8_t>(
                std::lround(kStops[below][k] * (1 - share) + kStops[below + 1][k] * share));
    }
    return table;
}

}  // namespace

QString color_map_title(ColorMap map) {
    const auto text = [](const char* name) { return QCoreApplication::translate("Tone", name); };
    switch (map) {
        case ColorMap::Gray:
            return text("Grey");
        case ColorMap::Turbo:
            return text("Turbo");
        case ColorMap::Viridis:
            return text("Viridis");
        case ColorMap::Magma:
            return text("Magma");
        case ColorMap::Jet:
            return text("Jet");
        case ColorMap::Diverging:
            return text("Blue–red");
    }
    return {};
}

const visual::MapTable& table_of(ColorMap map) {
    static const visual::MapTable both_sides = diverging();
    switch (map) {
        case ColorMap::Turbo:
            return visual::map_table(visual::Map::Turbo);
        case ColorMap::Viridis:
            return visual::map_table(visual::Map::Viridis);
        case ColorMap::Magma:
            return visual::map_table(visual::Map::Magma);
        case ColorMap::Jet:
            return visual::map_table(visual::Map::Jet);
        case ColorMap::Diverging:
            return both_sides;
        case ColorMap::Gray:
            break;
    }
    return visual::map_table(visual::Map::Gray);
}

std::pair<double, double> range_of(const visual::Raster& raster, int channel) {
    // The raster outlives the call: nothing is owned here.
    return range_of(PixelSource{.image = {std::shared_ptr<void>(), &raster}}, {channel, 1});
}

std::pair<double, double> range_of(const PixelSource& source, Channels channels) {
    const QSize size = source.size();
    const double pixels = static_cast<double>(size.width()) * size.height();
    // In large images each sample misses the caches.
    constexpr double kLarge = 16e6, kMost = 1e6, kMostOfLarge = 2.5e5;
    const double most = pixels > kLarge ? kMostOfLarge : kMost;
    const int step = std::max(1, static_cast<int>(std::ceil(std::sqrt(pixels / most))));
    const int count = (size.width() + step - 1) / step;
    std::vector<float> row(static_cast<std::size_t>(count) *
                           static_cast<std::size_t>(channels.count));
    float low = std::numeric_limits<float>::infinity(), high = -low;
    for (int y = 0; y < size.height(); y += step) {
        source.read(0, y, count, step, channels, row.data());
        for (const float value : row) {
            if (!std::isfinite(value)) continue;
            low = std::min(low, value);
            high = std::max(high, value);
        }
    }
    if (!(low <= high)) return {0.0, 1.0};
    return {static_cast<double>(low), static_cast<double>(high)};
}

QRgb color_of(ColorMap map, double position) {
    const auto& [red, green, blue] = table_of(map)[byte_of(position)];
    return qRgb(red, green, blue);
}

double opaque_value(visual::Raster::Depth depth) {
    if (depth == visual::Raster::Depth::U8) return 255;
    return depth == visual::Raster::Depth::U16 ? 65535 : 1;
}

Channels channels_of(const PixelSource& source, const Tone& tone) {
    const int channels = source.image->channels;
    if (tone.channel < 0 && channels >= 3) return {0, channels == 4 && !source.reference ? 4 : 3};
    return {std::clamp(tone.channel, 0, channels - 1), 1};
}

Toner::Toner(const Tone& tone, visual::Raster::Depth depth)
    : low_(tone.low),
      gain_(std::exp2(tone.exposure) / std::max(1e-30, tone.high - tone.low)),
      opaque_(opaque_value(depth)),
      nan_(tone.clear_nan ? 0 : kNan) {
    const visual::MapTable& table = table_of(tone.map);
    const double power = 1 / tone.gamma;
    // Both sides of a diverging map grow from its middle; the others from the low end.
    const bool both = tone.map == ColorMap::Diverging;
    if (both) {
        gain_ = 1 / std::max(1e-30, tone.high - tone.low);
        const double middle = (tone.low + tone.high) / 2, factor = std::exp2(tone.exposure);
        low_ = middle - (middle - tone.low) / factor;
        gain_ *= factor;
    }
    for (int i = 0; i <= kSteps; ++i) {
        const double place = static_cast<double>(i) / kSteps;
        const double at =
            both ? 0.5 + std::copysign(std::pow(std::abs(2 * place - 1), power) / 2, place - 0.5)
                 : std::pow(place, power);
        curve_[static_cast<std::size_t>(i)] = byte_of(at);
        const auto& [red, green, blue] = table[byte_of(at)];
        colors_[static_cast<std::size_t>(i)] = qRgb(red, green, blue);
    }
}

int Toner::step_of(float value) const {
    const double place = (static_cast<double>(value) - low_) * gain_;
    return static_cast<int>(std::clamp(place, 0.0, 1.0) * kSteps + 0.5);
}

void Toner::apply(const float* values, int count, int channels, QRgb* to) const {
    const auto curve = [&](float value) {
        return curve_[static_cast<std::size_t>(step_of(value))];
    };
    for (int i = 0; i < count; ++i, values += channels) {
        if (channels < 3) {
            to[i] = std::isnan(values[0]) ? nan_
                                          : colors_[static_cast<std::size_t>(step_of(values[0]))];
        } else if (std::isnan(values[0]) || std::isnan(values[1]) || std::isnan(values[2])) {
            to[i] = nan_;
        } else {
            const double alpha = channels == 4 ? static_cast<double>(values[3]) / opaque_ : 1;
            to[i] = qRgba(curve(values[0]), curve(values[1]), curve(values[2]),
                          std::isnan(alpha) ? 255 : byte_of(alpha));
        }
    }
}

QImage toned(const ValueBlock& block, const Toner& toner, int channels) {
    QImage image(
        block.width, block.height,
        toner.opaque(channels) ? QImage::Format_RGB32 : QImage::Format_ARGB32_Premultiplied);
    const std::size_t row =
        static_cast<std::size_t>(block.width) * static_cast<std::size_t>(channels);
    for (int y = 0; y < block.height; ++y) {
        auto* line = reinterpret_cast<QRgb*>(image.scanLine(y));
        toner.apply(block.values.data() + row * static_cast<std::size_t>(y), block.width, channels,
                    line);
        if (!toner.opaque(channels))
            std::transform(line, line + block.width, line,
                           [](QRgb color) { return qPremultiply(color); });
    }
    return image;
}

QImage rendered(const visual::Raster& raster, const QRect& region, int step, const Tone& tone) {
    const PixelSource source{.image = {std::shared_ptr<void>(), &raster}};
    const Channels channels = channels_of(source, tone);
    return toned(sampled(source, region, step, channels), Toner(tone, raster.depth),
                 channels.count);
}

}  // namespace millrace::viewers
