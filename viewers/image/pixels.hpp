// The numbers behind a picture: a raster's values, or by how much it differs from a second raster,
// read row by row as floats, and averages of blocks of them. Values and plain functions; any
// thread.
#pragma once

#include <QRect>
#include <QSize>
#include <memory>
#include <stop_token>
#include <vector>

#include "engine/visual/visual.hpp"

namespace millrace::viewers {

/// Whether the sizes are positive and match the count of bytes.
bool is_whole(const visual::Raster& raster);

/// One value of pixel (x, y); the pixel and channel must exist.
double value_at(const visual::Raster& raster, int x, int y, int channel);

/// The channels that a picture is made of: three or four for colours, else one.
struct Channels {
    int first = 0, count = 1;
    bool operator==(const Channels&) const = default;
};

/// What is looked at. With a reference, which must be of the same size, depth and channels, the
/// values are the image's less the reference's.
struct PixelSource {
    std::shared_ptr<const visual::Raster> image;
    std::shared_ptr<const visual::Raster> reference = {};
    bool absolute = true;  ///< of differences the size alone

    QSize size() const { return image ? QSize(image->width, image->height) : QSize(); }
    bool operator==(const PixelSource&) const = default;

    /// `count` pixels of row y, every `step`-th from x on, as [count, channels.count] floats.
    void read(int x, int y, int count, int step, Channels channels, float* to) const;
};

/// [height, width, channels.count] values.
struct ValueBlock {
    int width = 0, height = 0;
    std::vector<float> values;
};

/// Every `step`-th pixel of `region`.
ValueBlock sampled(const PixelSource& source, const QRect& region, int step, Channels channels);

/// The means of blocks of factor × factor pixels of `region`; blocks at its far edges may be
/// smaller. Values that aren't finite are left out of a mean unless there are no others, and
/// colours weigh as much as they are opaque. Incomplete once `stop` asks.
ValueBlock averaged(const PixelSource& source, const QRect& region, int factor, Channels channels,
                    const std::stop_token& stop = {});

}  // namespace millrace::viewers
