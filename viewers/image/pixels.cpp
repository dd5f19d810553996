#include "viewers/image/pixels.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>

namespace millrace::viewers {
namespace {

std::size_t depth_bytes(visual::Raster::Depth depth) {
    if (depth == visual::Raster::Depth::U8) return 1;
    return depth == visual::Raster::Depth::U16 ? 2 : 4;
}

template <class Value>
Value load(const std::uint8_t* bytes, std::size_t index) {
    Value value;
    std::memcpy(&value, bytes + index * sizeof(Value), sizeof(Value));
    return value;
}

/// Calls work with a value of the type that the raster holds.
template <class Work>
auto by_depth(visual::Raster::Depth depth, Work work) {
    if (depth == visual::Raster::Depth::U8) return work(std::uint8_t{});
    if (depth == visual::Raster::Depth::U16) return work(std::uint16_t{});
    return work(float{});
}

std::size_t index_of(const visual::Raster& raster, int x, int y, int channel) {
    return (static_cast<std::size_t>(y) * static_cast<std::size_t>(raster.width) +
            static_cast<std::size_t>(x)) *
               static_cast<std::size_t>(raster.channels) +
           static_cast<std::size_t>(channel);
}

/// Sums of the blocks of one row of blocks.
struct Sums {
    std::vector<double> sums, weights;
    std::vector<float> odd;  ///< a value that isn't finite, for blocks without others

    explicit Sums(std::size_t count) : sums(count), weights(count), odd(count) {}
    void clear() {
        std::ranges::fill(sums, 0);
        std::ranges::fill(weights, 0);
    }
    void add(std::size_t at, float value, double weight) {
        // Zero times infinity isn't a number, nor is infinity less infinity.
        if (value - value == 0) {
            sums[at] += static_cast<double>(value) * weight;
            weights[at] += weight;
        } else {
            odd[at] = value;
        }
    }
};

/// Whole numbers without alpha, which most large images are.
template <std::size_t kCount>
void add_whole_row(Sums& sums, const std::vector<float>& row, int width, int factor) {
    std::size_t at = 0;
    for (int start = 0; start < width; start += factor, at += kCount) {
        const int end = std::min(start + factor, width);
        std::array<float, kCount> sum = {};  // of up to 4096 numbers: good to 1e-5
        const float* pixel = row.data() + static_cast<std::size_t>(start) * kCount;
        for (int x = start; x < end; ++x, pixel += kCount)
            for (std::size_t channel = 0; channel < kCount; ++channel)
                sum[channel] += pixel[channel];
        for (std::size_t channel = 0; channel < kCount; ++channel) {
            sums.sums[at + channel] += static_cast<double>(sum[channel]);
            sums.weights[at + channel] += end - start;
        }
    }
}

void add_row(Sums& sums, const std::vector<float>& row, int width, int factor, int channels) {
    const auto count = static_cast<std::size_t>(channels);
    std::size_t at = 0;
    for (int start = 0; start < width; start += factor, at += count) {
        const int end = std::min(start + factor, width);
        for (int x = start; x < end; ++x) {
            const float* pixel = row.data() + static_cast<std::size_t>(x) * count;
            // Transparent pixels' colours are arbitrary; they get a trace of weight so that a
            // block of nothing else keeps a colour.
            const double weight = count == 4 ? std::max(static_cast<double>(pixel[3]), 1e-6) : 1.0;
            for (std::size_t channel = 0; channel < count; ++channel)
                sums.add(at + channel, pixel[channel],
                         channel == 3 || !(weight > 0) ? 1.0 : weight);
        }
    }
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
    const std::size_t index = index_of(raster, x, y, channel);
    return by_depth(raster.depth, [&](auto value) {
        return static_cast<double>(load<decltype(value)>(raster.bytes.data(), index));
    });
}

void PixelSource::read(int x, int y, int count, int step, Channels channels, float* to) const {
    by_depth(image->depth, [&](auto type) {
        using Value = decltype(type);
        const std::size_t start = index_of(*image, x, y, channels.first);
        const std::size_t stride =
            static_cast<std::size_t>(image->channels) * static_cast<std::size_t>(step);
        const auto each = static_cast<std::size_t>(channels.count);
        const std::uint8_t* from = image->bytes.data();
        const std::uint8_t* less = reference ? reference->bytes.data() : nullptr;
        if (!less && stride == each) {  // the usual case, which the compiler makes wide
            for (std::size_t i = 0; i < static_cast<std::size_t>(count) * each; ++i)
                to[i] = static_cast<float>(load<Value>(from, start + i));
            return;
        }
        for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
            for (std::size_t channel = 0; channel < each; ++channel) {
                const std::size_t at = start + i * stride + channel;
                auto value = static_cast<float>(load<Value>(from, at));
                if (less) {
                    value -= static_cast<float>(load<Value>(less, at));
                    if (absolute) value = std::abs(value);
                }
                *to++ = value;
            }
        }
    });
}

ValueBlock sampled(const PixelSource& source, const QRect& region, int step, Channels channels) {
    ValueBlock block{.width = (region.width() + step - 1) / step,
                     .height = (region.height() + step - 1) / step};
    const std::size_t row =
        static_cast<std::size_t>(block.width) * static_cast<std::size_t>(channels.count);
    block.values.resize(row * static_cast<std::size_t>(block.height));
    for (int y = 0; y < block.height; ++y)
        source.read(region.x(), region.y() + y * step, block.width, step, channels,
                    block.values.data() + row * static_cast<std::size_t>(y));
    return block;
}

ValueBlock averaged(const PixelSource& source, const QRect& region, int factor, Channels channels,
                    const std::stop_token& stop) {
    if (factor <= 1) return sampled(source, region, 1, channels);
    ValueBlock block{.width = (region.width() + factor - 1) / factor,
                     .height = (region.height() + factor - 1) / factor};
    const std::size_t row =
        static_cast<std::size_t>(block.width) * static_cast<std::size_t>(channels.count);
    block.values.resize(row * static_cast<std::size_t>(block.height));
    std::vector<float> values(static_cast<std::size_t>(region.width()) *
                              static_cast<std::size_t>(channels.count));
    Sums sums(row);
    const bool whole = source.image->depth != visual::Raster::Depth::F32;
    for (int y = 0; y < block.height && !stop.stop_requested(); ++y) {
        sums.clear();
        const int end = std::min((y + 1) * factor, region.height());
        for (int from = y * factor; from < end; ++from) {
            source.read(region.x(), region.y() + from, region.width(), 1, channels, values.data());
            if (whole && channels.count == 1)
                add_whole_row<1>(sums, values, region.width(), factor);
            else if (whole && channels.count == 3)
                add_whole_row<3>(sums, values, region.width(), factor);
            else
                add_row(sums, values, region.width(), factor, channels.count);
        }
        float* to = block.values.data() + row * static_cast<std::size_t>(y);
        for (std::size_t i = 0; i < row; ++i)
            to[i] = sums.weights[i] > 0 ? static_cast<float>(sums.sums[i] / sums.weights[i])
                                        : sums.odd[i];
    }
    return block;
}

}  // namespace millrace::viewers
