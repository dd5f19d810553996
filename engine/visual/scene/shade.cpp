#include "engine/visual/scene/shade.hpp"

#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/parallel_for.h>

#include <cstring>

#include "engine/sketch_simd.hpp"

namespace millrace::visual {
namespace {

/// Light of each pixel of a row; 256 is all of it.
class Lighting {
public:
    Lighting(Frame& frame, const EyeDome& dome, double depth_unit)
        : width_(frame.width),
          height_(frame.height),
          radius_(std::clamp(dome.radius, 1, 16)),
          unit_(static_cast<float>(depth_unit)),
          depths_(frame.depths) {
        if (!dome.on) return;
        depths_.resize(frame.pixels.size());
        // What is empty lies behind everything and is never darkened itself.
        constexpr float kBehind = 1e30F;
        oneapi::tbb::parallel_for(
            oneapi::tbb::blocked_range<std::size_t>(0, depths_.size(), 1 << 15),
            [&](const auto& range) {
                for (std::size_t i = range.begin(); i < range.end(); ++i) {
                    const Pixel pixel = frame.pixels[i];
                    depths_[i] = pixel == kEmptyPixel ? kBehind : depth_of(pixel);
                }
            });
        const double strength = std::clamp(dome.strength, 0.0, 100.0);
        constexpr double kLeast = 0.15;  // colours stay readable
        for (std::size_t i = 0; i < table_.size(); ++i) {
            const double response = static_cast<double>(i) / kSteps;
            table_[i] = static_cast<std::uint16_t>(
                std::lround(256 * (kLeast + (1 - kLeast) * std::exp(-0.8 * strength * response))));
        }
    }

    void row(int y, std::vector<std::uint16_t>& light) const {
        const auto work = MILLRACE_KERNEL { gather<Bytes>(y, light); };
        if (engine::level() == engine::Level::Base) {
            work.operator()<16>();
        } else {
            engine::run_256(work);
        }
    }

private:
    static constexpr float kSteps = 200;
    // A slope that falls away under the eye must not darken all of itself.
    static constexpr float kSlack = 0.0005F, kFull = 0.05F;

    const float* line(int y) const {
        return depths_.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(width_);
    }

    /// Adds how much nearer a neighbour is, 0 to 1, from column `x` to as near `end` as whole
    /// vectors reach; returns where that is.
    template <std::size_t Bytes>
    MILLRACE_INLINE static std::size_t darken(const float* own, const float* other,
                                              const float* scale, float* darkness, std::size_t x,
                                              std::size_t end, float weight) {
        using Floats = typename engine::VectorOf<float, Bytes>::Type;
        const Floats none = {}, full = none + 1.0F;
        for (; x + Bytes / 4 <= end; x += Bytes / 4) {
            Floats mine, theirs, factor, sum;
            std::memcpy(&mine, own + x, sizeof mine);
            std::memcpy(&theirs, other + x, sizeof theirs);
            std::memcpy(&factor, scale + x, sizeof factor);
            std::memcpy(&sum, darkness + x, sizeof sum);
            Floats nearer = (mine - theirs) * factor - kSlack / kFull;
            nearer = nearer > none ? nearer : none;
            sum += weight * (nearer < full ? nearer : full);
            std::memcpy(darkness + x, &sum, sizeof sum);
        }
        return x;
    }

    template <std::size_t Bytes>
    MILLRACE_INLINE void gather(int y, std::vector<std::uint16_t>& light) const {
        constexpr int kArms[8][2] = {{-1, 0},  {1, 0},  {0, -1}, {0, 1},
                                     {-1, -1}, {1, -1}, {-1, 1}, {1, 1}};
        const auto width = static_cast<std::size_t>(width_);
        std::vector<float> scale(width), darkness(width);
        const float* own = line(y);
        for (std::size_t x = 0; x < width; ++x)
            scale[x] = (1 / kFull) / (unit_ > 0 ? unit_ : own[x]);
        for (const auto& arm : kArms) {
            const int across = arm[0] * radius_, other_y = y + arm[1] * radius_;
            if (other_y < 0 || other_y >= height_) continue;
            const auto begin = static_cast<std::size_t>(std::max(0, -across));
            const auto end = static_cast<std::size_t>(std::max(0, width_ - std::max(0, across)));
            const float* other = line(other_y) + across;
            const float weight = arm[0] != 0 && arm[1] != 0 ? 0.7F : 1.0F;
            const std::size_t rest =
                darken<Bytes>(own, other, scale.data(), darkness.data(), begin, end, weight);
            darken<4>(own, other, scale.data(), darkness.data(), rest, end, weight);
        }
        for (std::size_t x = 0; x < width; ++x) {
            const auto step = static_cast<std::size_t>(static_cast<int>(darkness[x] * kSteps));
            light[x] = table_[std::min(step, table_.size() - 1)];
        }
    }

    int width_, height_, radius_;
    float unit_;
    std::vector<float>& depths_;
    std::array<std::uint16_t, 2048> table_ = {};
};

Rgba dimmed(Rgba color, std::uint32_t light) {
    const std::uint32_t even = (color & 0xff00ff) * light >> 8 & 0xff00ff;
    const std::uint32_t green = (color >> 8 & 0xff) * light >> 8 & 0xff;
    return (color & 0xff000000) | even | green << 8;
}

void dim(Rgba* row, const Pixel* pixels, std::span<const std::uint16_t> light) {
    for (std::size_t x = 0; x < light.size(); ++x) {
        if (pixels[x] != kEmptyPixel) row[x] = dimmed(row[x], light[x]);
    }
}

/// The background's gradient, dithered so that it shows no steps.
void background(Rgba* row, int width, int y, int height, const Style& style) {
    constexpr int kDither[4][4] = {{0, 8, 2, 10}, {12, 4, 14, 6}, {3, 11, 1, 9}, {15, 7, 13, 5}};
    const double share = height > 1 ? static_cast<double>(y) / (height - 1) : 0;
    Rgba four[4];
    for (int x = 0; x < 4; ++x) {
        Color color = {0, 0, 0, 255};
        for (int c = 0; c < 3; ++c) {
            const double value =
                style.background_top[c] * (1 - share) + style.background_bottom[c] * share;
            color[c] = static_cast<std::uint8_t>(value + (kDither[y & 3][x] + 0.5) / 16);
        }
        four[x] = rgba_of(color);
    }
    for (int x = 0; x < width; ++x) row[x] = four[x & 3];
}

/// Colours points along a row, a layer at a time.
class Painter {
public:
    static constexpr int kTile = 128;  ///< columns at once, at most

    Painter(const Scene& scene, const PointNumbers& numbers,
            std::span<const std::optional<LayerColors>> colors)
        : scene_(scene), numbers_(numbers), colors_(colors) {}

    /// Columns [x, end) of a row, at most kTile.
    void paint(const Pixel* pixels, Rgba* row, int x, int end) {
        while (x < end) {
            if (pixels[x] == kEmptyPixel) {
                ++x;
                continue;
            }
            x = paint_layer(pixels, row, x, end);
        }
    }

private:
    /// The points from `x` on that are of one layer; returns where others begin.
    int paint_layer(const Pixel* pixels, Rgba* row, int x, int end) {
        const std::size_t layer = numbers_.find(number_of(pixels[x])).layer;
        const std::uint32_t first = numbers_.first(layer);
        const std::uint64_t count = scene_.clouds[layer].tree->size();
        std::size_t filled = 0, points = 0;
        std::uint32_t last = ~number_of(pixels[x]);
        for (; x < end; ++x) {
            const std::uint32_t number = number_of(pixels[x]);
            if (pixels[x] == kEmptyPixel) continue;
            if (number < first || number - first >= count) break;
            // Most points cover several pixels of a row.
            points += number != last;
            last = number;
            places_[points - 1] = number - first;
            columns_[filled] = x;
            owners_[filled++] = static_cast<std::uint32_t>(points - 1);
        }
        const std::span<Rgba> found{found_.data(), points};
        colors_[layer]->colors({places_.data(), points}, found);
        for (std::size_t i = 0; i < filled; ++i) row[columns_[i]] = found[owners_[i]];
        return x;
    }

    const Scene& scene_;
    const PointNumbers& numbers_;
    std::span<const std::optional<LayerColors>> colors_;
    std::array<std::uint32_t, kTile> places_, owners_;
    std::array<int, kTile> columns_;
    std::array<Rgba, kTile> found_;
};

}  // namespace

void shade(Frame& frame, const Scene& scene, const PointNumbers& numbers,
           std::span<const std::optional<LayerColors>> colors, const Style& style,
           double depth_unit) {
    frame.colors.resize(frame.pixels.size());
    frame.screens.clear();
    const Lighting lighting(frame, style.eye_dome, depth_unit);
    const auto width = static_cast<std::size_t>(frame.width);
    // Bands small enough for the points of a tile to stay in the cache from row to row.
    constexpr int kBand = 16, kTile = Painter::kTile;
    oneapi::tbb::parallel_for(0, (frame.height + kBand - 1) / kBand, [&](int band) {
        const int top = band * kBand, bottom = std::min(frame.height, top + kBand);
        const auto at = [&](int y) { return static_cast<std::size_t>(y) * width; };
        Painter painter(scene, numbers, colors);
        std::vector<std::uint16_t> light(width);
        for (int y = top; y < bottom; ++y)
            background(frame.colors.data() + at(y), frame.width, y, frame.height, style);
        for (int left = 0; left < frame.width; left += kTile) {
            const int right = std::min(frame.width, left + kTile);
            for (int y = top; y < bottom; ++y) {
                painter.paint(frame.pixels.data() + at(y), frame.colors.data() + at(y), left,
                              right);
            }
        }
        for (int y = top; y < bottom && style.eye_dome.on; ++y) {
            lighting.row(y, light);
            dim(frame.colors.data() + at(y), frame.pixels.data() + at(y), light);
        }
    });
}

}  // namespace millrace::visual
