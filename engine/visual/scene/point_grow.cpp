// From one pixel a point to points at their size: the least pixel of a neighbourhood, which is the
// same as having drawn every point in full, at a cost that doesn't grow with their number.
#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/parallel_for.h>

#include <cstring>

#include "engine/sketch_simd.hpp"
#include "engine/visual/scene/point_pass.hpp"

namespace millrace::visual {
namespace {

using Range = oneapi::tbb::blocked_range<int>;

/// least[i] = min(least[i], from[i]).
template <std::size_t Bytes>
MILLRACE_INLINE void keep_least(Pixel* least, const Pixel* from, std::size_t count) {
    using Pixels = typename engine::VectorOf<Pixel, Bytes>::Type;
    std::size_t i = 0;
    for (; i + Bytes / sizeof(Pixel) <= count; i += Bytes / sizeof(Pixel)) {
        Pixels kept, other;
        std::memcpy(&kept, least + i, sizeof kept);
        std::memcpy(&other, from + i, sizeof other);
        kept = other < kept ? other : kept;
        std::memcpy(least + i, &kept, sizeof kept);
    }
    for (; i < count; ++i) least[i] = std::min(least[i], from[i]);
}

void keep_least_of(Pixel* least, const Pixel* from, std::size_t count) {
    const auto work = MILLRACE_KERNEL { keep_least<Bytes>(least, from, count); };
    if (engine::level() == engine::Level::Base) {
        work.operator()<sizeof(Pixel)>();
    } else {
        engine::run_256(work);
    }
}

/// For each size, how far a disc reaches to the left (and one less to the right of an even one) in
/// each row.
class Discs {
public:
    explicit Discs(PointShape shape) {
        for (int size = 1; size <= PointSize::kMostPixels; ++size) {
            auto& rows = spans_[static_cast<std::size_t>(size)];
            for (int row = 0; row < size; ++row) {
                const double middle = size / 2.0, y = row + 0.5 - middle;
                int first = 0;
                // A little more than the radius makes small discs rounder.
                const double radius = middle * middle + 0.25;
                while (shape == PointShape::Disc && first < size / 2 &&
                       (first + 0.5 - middle) * (first + 0.5 - middle) + y * y > radius)
                    ++first;
                rows.push_back({first, size - first});
            }
        }
    }
    struct Span {
        int first, end;
    };
    using Spans = std::vector<Span>;
    const Spans& of(int size) const { return spans_[static_cast<std::size_t>(size)]; }

private:
    std::array<Spans, PointSize::kMostPixels + 1> spans_;
};

}  // namespace

Pixel PointPass::nearest(std::size_t at) const {
    Pixel least = planes_.front()[at];
    for (std::size_t i = 1; i < planes_.size(); ++i) least = std::min(least, planes_[i][at]);
    return least;
}

void PointPass::grow(std::vector<Pixel>& pixels) const {
    pixels.resize(static_cast<std::size_t>(window_.width) *
                  static_cast<std::size_t>(window_.height));
    const int size = before_ + after_ + 1;
    const bool plain = size_.shape == PointShape::Square || size <= 2;
    if (size_.unit == SizeUnit::Pixels && plain) {
        grow_squares(pixels);
    } else {
        grow_sized(pixels);
    }
}

void PointPass::grow_squares(std::vector<Pixel>& pixels) const {
    const int rows = before_ + after_ + 1;
    const auto wide = static_cast<std::size_t>(target_.width);
    const auto width = static_cast<std::size_t>(window_.width);
    oneapi::tbb::parallel_for(Range(0, window_.height, 8), [&](const Range& range) {
        std::vector<Pixel> least(wide);
        for (int y = range.begin(); y < range.end(); ++y) {
            std::ranges::fill(least, kEmptyPixel);
            for (const Block<Pixel>& plane : planes_) {
                for (int row = 0; row < rows; ++row) {
                    const Pixel* from = plane.data() + static_cast<std::size_t>(y + row) * wide;
                    keep_least_of(least.data(), from, wide);
                }
            }
            Pixel* to = pixels.data() + static_cast<std::size_t>(y) * width;
            std::copy(least.begin(), least.begin() + window_.width, to);
            for (int column = 1; column < rows; ++column) {
                keep_least_of(to, least.data() + column, width);
            }
        }
    });
}

void PointPass::grow_sized(std::vector<Pixel>& pixels) const {
    const Discs discs(size_.shape);
    const int fixed = before_ + after_ + 1;
    const auto size_at = [&](float depth) {
        if (size_.unit == SizeUnit::Pixels) return fixed;
        const double wanted = size_.value * projector_->pixels_per_metre(depth);
        return static_cast<int>(std::clamp(wanted + 0.5, 1.0, double{PointSize::kMostPixels}));
    };
    constexpr int kBand = 32;
    const int bands = (window_.height + kBand - 1) / kBand;
    oneapi::tbb::parallel_for(0, bands, [&](int band) {
        const int top = band * kBand, bottom = std::min(window_.height, top + kBand);
        const auto width = static_cast<std::size_t>(window_.width);
        std::fill(pixels.data() + static_cast<std::size_t>(top) * width,
                  pixels.data() + static_cast<std::size_t>(bottom) * width, kEmptyPixel);
        const auto stamp = [&](Pixel pixel, int left, int first, const Discs::Spans& spans) {
            const int end_y = std::min(first + static_cast<int>(spans.size()), bottom);
            for (int y = std::max(first, top); y < end_y; ++y) {
                const Discs::Span span = spans[static_cast<std::size_t>(y - first)];
                Pixel* row = pixels.data() + static_cast<std::size_t>(y) * width;
                const int end = std::min(left + span.end, window_.width);
                for (int x = std::max(left + span.first, 0); x < end; ++x)
                    row[x] = std::min(row[x], pixel);
            }
        };
        // A row of the planes is `after_` above the picture's row of the same number.
        for (int line = top; line < bottom + before_ + after_; ++line) {
            for (int column = 0; column < target_.width; ++column) {
                const Pixel pixel = nearest(static_cast<std::size_t>(line) *
                                                static_cast<std::size_t>(target_.width) +
                                            static_cast<std::size_t>(column));
                if (pixel == kEmptyPixel) continue;
                const int size = size_at(depth_of(pixel)), before = after_ + (size - 1) / 2;
                stamp(pixel, column - before, line - before, discs.of(size));
            }
        }
    });
}

}  // namespace millrace::visual
