// From raster values to screen colours: channel, range, exposure, gamma and colour map. Pure
// functions of their arguments, any thread.
#pragma once

#include <QImage>
#include <QRect>
#include <QRgb>
#include <QString>
#include <array>
#include <utility>

#include "engine/visual/scene/color_map.hpp"
#include "viewers/image/pixels.hpp"

namespace millrace::viewers {

/// Diverging runs from blue over light grey to red, for values on both sides of a middle.
enum class ColorMap { Gray, Turbo, Viridis, Magma, Jet, Diverging };
inline constexpr int kColorMaps = 6;

/// For lists; translated.
QString color_map_title(ColorMap map);
/// 256 colours from the low end to the high end.
const visual::MapTable& table_of(ColorMap map);

struct Tone {
    int channel = -1;            ///< -1: colours as they are; else this channel alone
    double low = 0, high = 255;  ///< values shown darkest and brightest
    double exposure = 0;         ///< stops
    double gamma = 1;
    ColorMap map = ColorMap::Gray;  ///< for a single channel
    bool clear_nan = false;         ///< NaN lets the ground through; else it is magenta
    bool operator==(const Tone&) const = default;
};

/// Least and greatest finite value, of at most about a million pixels spread over the image; 0, 1
/// when there is none.
std::pair<double, double> range_of(const visual::Raster& raster, int channel);
/// The same over several channels at once.
std::pair<double, double> range_of(const PixelSource& source, Channels channels);

/// `position` from 0 to 1.
QRgb color_of(ColorMap map, double position);

/// The value that is opaque in an alpha channel of this depth.
double opaque_value(visual::Raster::Depth depth);

/// The channels that a tone needs; a raster of four channels is red, green, blue and alpha. A
/// difference has no alpha: equal ones would hide it.
Channels channels_of(const PixelSource& source, const Tone& tone);

/// A tone made ready for many pixels: pow() and colour maps for each would cost too much.
class Toner {
public:
    Toner(const Tone& tone, visual::Raster::Depth depth);

    /// [count, channels] values to colours that aren't premultiplied.
    void apply(const float* values, int count, int channels, QRgb* to) const;
    /// Whether nothing can show through.
    bool opaque(int channels) const { return channels != 4 && nan_ != 0; }

private:
    static constexpr int kSteps = 4096;
    int step_of(float value) const;

    double low_, gain_, opaque_;
    QRgb nan_;
    std::array<std::uint8_t, kSteps + 1> curve_;
    std::array<QRgb, kSteps + 1> colors_;
};

/// A block of values as a picture, premultiplied where it isn't opaque.
QImage toned(const ValueBlock& block, const Toner& toner, int channels);

/// The pixels of `region` (inside the raster), every `step`-th in both directions.
QImage rendered(const visual::Raster& raster, const QRect& region, int step, const Tone& tone);

}  // namespace millrace::viewers
