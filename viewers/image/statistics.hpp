// What the values of an image, or of a part of it, are like: count, extremes, mean, deviation,
// median and histogram, exact over the pixels that are looked at. Plain functions; any thread.
#pragma once

#include <QRect>
#include <QString>
#include <cstdint>
#include <stop_token>
#include <vector>

#include "viewers/image/pixels.hpp"

namespace millrace::viewers {

struct ChannelStatistics {
    std::uint64_t count = 0;  ///< of finite values; what follows is of these
    std::uint64_t nan = 0, infinite = 0;
    double min = 0, max = 0, mean = 0;
    double deviation = 0;               ///< of the values themselves: divided by their count
    double median = 0;                  ///< the mean of the two middle ones of an even count
    std::vector<std::uint64_t> counts;  ///< of even bins from low to high
    double low = 0, high = 0;
};

struct Statistics {
    QRect region;
    int step = 1;  ///< every step-th pixel of both directions was looked at
    std::vector<ChannelStatistics> channels;
};

/// `region` must lie inside the image. Empty channels once `stop` asks.
Statistics statistics_of(const PixelSource& source, const QRect& region, int step,
                         const std::stop_token& stop = {});

/// The step that keeps a look at the whole image within a second or so; 1 for most images.
int quick_step(const QSize& size, int channels);

/// The histograms of all channels over common bins, for one drawing.
std::vector<std::vector<std::uint64_t>> common_counts(const Statistics& statistics,
                                                      const std::vector<int>& channels, int bins,
                                                      double low, double high);

/// "R", "G", "B", "A" of colours, else the number; "Value" when there is only one.
QString channel_name(int channel, int channels);

/// A value with the digits that its depth has.
QString value_text(double value, visual::Raster::Depth depth);

/// Lines of tab-separated columns, as spreadsheets take them.
QString table_text(const Statistics& statistics, visual::Raster::Depth depth);

}  // namespace millrace::viewers
