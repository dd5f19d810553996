// From raster values to screen colours: channel, range, exposure, gamma and colour map. Pure
// functions of their arguments, any thread.
#pragma once

#include <QImage>
#include <QRect>
#include <QRgb>

#include "engine/visual/visual.hpp"

namespace millrace::viewers {

enum class ColorMap { Gray, Turbo, Viridis };

struct Tone {
    int channel = -1;            ///< -1: colours as they are; else this channel alone
    double low = 0, high = 255;  ///< values shown darkest and brightest
    double exposure = 0;         ///< stops
    double gamma = 1;
    ColorMap map = ColorMap::Gray;  ///< for a single channel
    bool operator==(const Tone&) const = default;
};

/// Whether the sizes are positive and match the count of bytes.
bool is_whole(const visual::Raster& raster);

/// One value of pixel (x, y); the pixel and channel must exist.
double value_at(const visual::Raster& raster, int x, int y, int channel);

/// Least and greatest finite value, of at most about a million pixels spread over the image; 0, 1
/// when there is none.
std::pair<double, double> range_of(const visual::Raster& raster, int channel);

/// `position` from 0 to 1.
QRgb color_of(ColorMap map, double position);

/// The pixels of `region` (inside the raster), every `step`-th in both directions. NaN is magenta.
QImage rendered(const visual::Raster& raster, const QRect& region, int step, const Tone& tone);

}  // namespace millrace::viewers
