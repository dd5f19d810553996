#include "viewers/image/statistics.hpp"

#include <QCoreApplication>
#include <QStringList>
#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>

namespace millrace::viewers {
namespace {

constexpr int kBins = 256;
constexpr std::size_t kHalf = std::size_t{1} << 16;

/// Whole numbers in the order of the floats, so that halves of them can be counted.
std::uint32_t rank_of(float value) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    return (bits & 0x80000000U) != 0 ? ~bits : bits | 0x80000000U;
}

float value_of_rank(std::uint32_t rank) {
    return std::bit_cast<float>((rank & 0x80000000U) != 0 ? rank & 0x7fffffffU : ~rank);
}

/// Reads one channel of a region, row by row.
class Walk {
public:
    Walk(const PixelSource& source, const QRect& region, int step, int channel,
         const std::stop_token& stop)
        : source_(source), region_(region), step_(step), channel_(channel), stop_(stop) {
        row_.resize(static_cast<std::size_t>((region.width() + step - 1) / step));
    }
    template <class Work>
    void each(Work work) {
        for (int y = region_.top(); y <= region_.bottom() && !stop_.stop_requested(); y += step_) {
            source_.read(region_.left(), y, static_cast<int>(row_.size()), step_, {channel_, 1},
                         row_.data());
            for (const float value : row_) work(value);
        }
    }

private:
    const PixelSource& source_;
    QRect region_;
    int step_, channel_;
    const std::stop_token& stop_;
    std::vector<float> row_;
};

/// The k-th value from below, of those counted by the upper halves of their ranks.
float value_at_rank(Walk& walk, const std::vector<std::uint64_t>& upper, std::uint64_t k) {
    std::size_t half = 0;
    while (half + 1 < kHalf && k >= upper[half]) k -= upper[half++];
    std::vector<std::uint64_t> lower(kHalf);
    walk.each([&](float value) {
        if (!std::isfinite(value)) return;
        const std::uint32_t rank = rank_of(value);
        if (rank >> 16 == half) ++lower[rank & 0xffffU];
    });
    std::size_t low = 0;
    while (low + 1 < kHalf && k >= lower[low]) k -= lower[low++];
    return value_of_rank(static_cast<std::uint32_t>(half << 16 | low));
}

ChannelStatistics channel_of(const PixelSource& source, const QRect& region, int step, int channel,
                             const std::stop_token& stop) {
    ChannelStatistics found;
    Walk walk(source, region, step, channel, stop);
    std::vector<std::uint64_t> upper(kHalf);
    float least = std::numeric_limits<float>::infinity(), most = -least;
    double sum = 0;
    walk.each([&](float value) {
        if (!std::isfinite(value)) {
            ++(std::isnan(value) ? found.nan : found.infinite);
            return;
        }
        ++found.count;
        sum += static_cast<double>(value);
        least = std::min(least, value);
        most = std::max(most, value);
        ++upper[rank_of(value) >> 16];
    });
    if (found.count == 0 || stop.stop_requested()) return found;
    found.min = static_cast<double>(least);
    found.max = static_cast<double>(most);
    found.mean = sum / static_cast<double>(found.count);
    const std::uint64_t middle = found.count / 2;
    found.median = static_cast<double>(value_at_rank(walk, upper, middle));
    if (found.count % 2 == 0)
        found.median =
            (found.median + static_cast<double>(value_at_rank(walk, upper, middle - 1))) / 2;
    // Bins of whole numbers hold equally many of them, or the histogram has teeth.
    const bool whole = source.image->depth != visual::Raster::Depth::F32;
    found.low = found.min;
    found.high = found.max > found.min ? found.max : found.min + 1;
    if (whole) {
        const double width = std::ceil((found.max - found.min + 1) / kBins);
        found.high = found.low + width * kBins;
        if (source.image->depth == visual::Raster::Depth::U8 && !source.reference) {
            found.low = 0;
            found.high = 256;
        }
    }
    found.counts.assign(kBins, 0);
    const double scale = kBins / (found.high - found.low);
    double squares = 0;
    walk.each([&](float value) {
        if (!std::isfinite(value)) return;
        const double off = static_cast<double>(value) - found.mean;
        squares += off * off;
        const auto bin = static_cast<int>((static_cast<double>(value) - found.low) * scale);
        ++found.counts[static_cast<std::size_t>(std::clamp(bin, 0, kBins - 1))];
    });
    found.deviation = std::sqrt(squares / static_cast<double>(found.count));
    return found;
}

}  // namespace

Statistics statistics_of(const PixelSource& source, const QRect& region, int step,
                         const std::stop_token& stop) {
    Statistics found{.region = region, .step = step};
    for (int channel = 0; channel < source.image->channels; ++channel)
        found.channels.push_back(channel_of(source, region, step, channel, stop));
    if (stop.stop_requested()) found.channels.clear();
    return found;
}

int quick_step(const QSize& size, int channels) {
    constexpr double kMostValues = 24e6;
    const double values = static_cast<double>(size.width()) * size.height() * channels;
    return std::max(1, static_cast<int>(std::ceil(std::sqrt(values / kMostValues))));
}

std::vector<std::vector<std::uint64_t>> common_counts(const Statistics& statistics,
                                                      const std::vector<int>& channels, int bins,
                                                      double low, double high) {
    std::vector<std::vector<std::uint64_t>> all;
    for (const int channel : channels) {
        const ChannelStatistics& one = statistics.channels.at(static_cast<std::size_t>(channel));
        auto& counts = all.emplace_back(static_cast<std::size_t>(bins));
        const double width =
            one.counts.empty() ? 0 : (one.high - one.low) / static_cast<double>(one.counts.size());
        for (std::size_t i = 0; i < one.counts.size(); ++i) {
            const double middle = one.low + (static_cast<double>(i) + 0.5) * width;
            const auto bin = static_cast<int>((middle - low) / (high - low) * bins);
            if (bin >= 0 && bin < bins) counts[static_cast<std::size_t>(bin)] += one.counts[i];
        }
    }
    return all;
}

QString channel_name(int channel, int channels) {
    if (channels == 1) return QCoreApplication::translate("Statistics", "Value");
    constexpr std::array<const char*, 4> kColors = {"R", "G", "B", "A"};
    if (channels == 3 || channels == 4)
        return QString::fromLatin1(kColors.at(static_cast<std::size_t>(channel)));
    return QString::number(channel);
}

QString value_text(double value, visual::Raster::Depth depth) {
    if (depth == visual::Raster::Depth::F32 || value != std::floor(value))
        return QString::number(value, 'g', 5);
    return QString::number(value, 'f', 0);
}

QString table_text(const Statistics& statistics, visual::Raster::Depth depth) {
    QStringList lines{QStringLiteral("channel\tcount\tmin\tmax\tmean\tstd\tmedian\tnan\tinf")};
    const auto count = static_cast<int>(statistics.channels.size());
    for (int i = 0; i < count; ++i) {
        const ChannelStatistics& one = statistics.channels[static_cast<std::size_t>(i)];
        const auto number = [&](double value) {
            if (one.count == 0) return QString();
            return depth == visual::Raster::Depth::F32 ? QString::number(value, 'g', 9)
                                                       : QString::number(value, 'g', 12);
        };
        lines << QStringList{channel_name(i, count),
                             QString::number(one.count),
                             number(one.min),
                             number(one.max),
                             number(one.mean),
                             number(one.deviation),
                             number(one.median),
                             QString::number(one.nan),
                             QString::number(one.infinite)}
                     .join(QLatin1Char('\t'));
    }
    return lines.join(QLatin1Char('\n'));
}

}  // namespace millrace::viewers
