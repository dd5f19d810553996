#include "nodes/ops/draw/pen.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <optional>

#include "nodes/ops/image/mat_view.hpp"

namespace millrace::ops {
namespace {

bool is_finite(Pixel pixel) { return std::isfinite(pixel.u) && std::isfinite(pixel.v); }

/// `weight` 0 to 1.
void blend(std::uint8_t* pixel, Rgb color, double weight) {
    const int share = static_cast<int>(weight * 256 + 0.5);
    for (int c = 0; c < 3; ++c) {
        pixel[c] =
            static_cast<std::uint8_t>(pixel[c] + (((color[c] - pixel[c]) * share + 128) >> 8));
    }
}

/// From the first to one behind the last of the pixels that [from, to] touches,
/// of `count`.
std::pair<int, int> touched(double from, double to, int count) {
    const double most = count;
    return {static_cast<int>(std::floor(std::clamp(from, 0.0, most))),
            static_cast<int>(std::ceil(std::clamp(to, 0.0, most)))};
}

struct Segment {
    double u, v, du, dv;
};

/// The part of the line inside the image widened by `margin` (Liang and Barsky
/// 1984).
std::optional<Segment> clipped(Pixel from, Pixel to, int width, int height, double margin) {
    if (!is_finite(from) || !is_finite(to)) return {};
    const double u = from.u, v = from.v, du = double(to.u) - u, dv = double(to.v) - v;
    double first = 0, last = 1;
    const auto cut = [&](double direction, double distance) {
        if (direction == 0) return distance >= 0;
        const double at = distance / direction;
        if (direction < 0)
            first = std::max(first, at);
        else
            last = std::min(last, at);
        return first <= last;
    };
    if (!cut(-du, u + margin) || !cut(du, width + margin - u) || !cut(-dv, v + margin) ||
        !cut(dv, height + margin - v))
        return {};
    return Segment{u + first * du, v + first * dv, (last - first) * du, (last - first) * dv};
}

double distance_to(const Segment& s, double length_squared, double u, double v) {
    const double along =
        length_squared > 0
            ? std::clamp(((u - s.u) * s.du + (v - s.v) * s.dv) / length_squared, 0.0, 1.0)
            : 0.0;
    return std::hypot(u - s.u - along * s.du, v - s.v - along * s.dv);
}

/// Where the horizontal line at `v` enters and leaves a convex polygon; empty
/// beside it.
std::optional<std::pair<double, double>> crossing(std::span<const Pixel> corners, double v) {
    double left = 0, right = -1;
    bool found = false;
    for (std::size_t i = 0; i < corners.size(); ++i) {
        const Pixel a = corners[i], b = corners[(i + 1) % corners.size()];
        if ((a.v <= v) == (b.v <= v)) continue;
        const double u =
            a.u + (v - a.v) / (double(b.v) - double(a.v)) * (double(b.u) - double(a.u));
        left = found ? std::min(left, u) : u;
        right = found ? std::max(right, u) : u;
        found = true;
    }
    if (!found) return {};
    return std::pair(left, right);
}

}  // namespace

Pen::Pen(types::Image& image) : image_(image) {
    if (image.depth == types::Depth::U8 && image.channels == 3) return;
    throw engine::Error({.code = "E-IMAGE-003",
                         .what = "The image can't be drawn on",
                         .expected = "8-bit RGB",
                         .found = fmt::format("{} channels", image.channels)});
}

std::uint8_t* Pen::pixel(int x, int y) {
    return image_.row<std::uint8_t>(y) + std::ptrdiff_t{x} * 3;
}

void Pen::line(Pixel from, Pixel to, Rgb color, double width, double opacity) {
    // OpenCV's lines are whole pixels wide and opaque; these are neither.
    const double reach = width / 2 + 0.5, most = std::min(1.0, width);
    const std::optional<Segment> segment = clipped(from, to, image_.width, image_.height, reach);
    if (!segment) return;
    const Segment& s = *segment;
    const double length_squared = s.du * s.du + s.dv * s.dv;
    const bool steep = std::abs(s.dv) > std::abs(s.du);
    const double start = steep ? s.v : s.u, run = steep ? s.dv : s.du;
    const double other = steep ? s.u : s.v, rise = steep ? s.du : s.dv;
    const double slope = run != 0 ? rise / run : 0;
    const double spread = reach * std::sqrt(1 + slope * slope) + 0.5;
    const auto [first, last] =
        touched(std::min(start, start + run) - reach, std::max(start, start + run) + reach,
                steep ? image_.height : image_.width);
    for (int major = first; major < last; ++major) {
        const double along = run != 0 ? std::clamp((major + 0.5 - start) / run, 0.0, 1.0) : 0;
        const double center = other + along * rise;
        const auto [low, high] =
            touched(center - spread, center + spread, steep ? image_.width : image_.height);
        for (int minor = low; minor < high; ++minor) {
            const int x = steep ? minor : major, y = steep ? major : minor;
            const double off = distance_to(s, length_squared, x + 0.5, y + 0.5);
            const double coverage = std::clamp(reach - off, 0.0, most);
            if (coverage > 0) blend(pixel(x, y), color, coverage * opacity);
        }
    }
}

void Pen::outline(std::span<const Pixel> corners, Rgb color, double width, double opacity) {
    for (std::size_t i = 0; i < corners.size(); ++i)
        line(corners[i], corners[(i + 1) % corners.size()], color, width, opacity);
}

void Pen::circle(Pixel center, double radius, Rgb color, double width, double opacity) {
    if (!is_finite(center) || !(radius > 0) || radius > 1e6) return;
    const double half = width / 2, most = std::min(1.0, width);
    const double outside = radius + half + 0.5, inside = std::max(0.0, radius - half - 0.5);
    const auto [top, bottom] = touched(center.v - outside, center.v + outside, image_.height);
    for (int y = top; y < bottom; ++y) {
        const double dv = y + 0.5 - center.v;
        const auto lay = [&](double from, double to) {
            const auto [left, right] = touched(from, to, image_.width);
            for (int x = left; x < right; ++x) {
                const double off = std::abs(std::hypot(x + 0.5 - center.u, dv) - radius);
                const double coverage = std::clamp(half + 0.5 - off, 0.0, most);
                if (coverage > 0) blend(pixel(x, y), color, coverage * opacity);
            }
        };
        const double outer = std::sqrt(std::max(0.0, outside * outside - dv * dv)) + 1;
        const double inner = std::sqrt(std::max(0.0, inside * inside - dv * dv)) - 1;
        // A row meets the ring in two short pieces, or in one near its top and
        // bottom.
        if (inner > 1) {
            lay(center.u - outer, center.u - inner);
            lay(center.u + inner, center.u + outer);
        } else {
            lay(center.u - outer, center.u + outer);
        }
    }
}

void Pen::dot(Pixel center, double diameter, Rgb color, double opacity) {
    const float radius = static_cast<float>(diameter) / 2, reach = radius + 0.5F;
    // Also false for NaN.
    if (!(center.u > -reach && center.u < static_cast<float>(image_.width) + reach &&
          center.v > -reach && center.v < static_cast<float>(image_.height) + reach))
        return;
    const auto [left, right] = touched(center.u - reach, center.u + reach, image_.width);
    const auto [top, bottom] = touched(center.v - reach, center.v + reach, image_.height);
    // A dot smaller than a pixel covers at most its own width.
    const float most = std::min(1.0F, 2 * radius) * static_cast<float>(opacity);
    for (int y = top; y < bottom; ++y) {
        const float dv = static_cast<float>(y) + 0.5F - center.v;
        for (int x = left; x < right; ++x) {
            const float du = static_cast<float>(x) + 0.5F - center.u;
            const float coverage = reach - std::sqrt(du * du + dv * dv);
            if (coverage > 0) blend(pixel(x, y), color, std::min(1.0F, coverage) * most);
        }
    }
}

void Pen::fill(std::span<const Pixel> corners, Rgb color, double opacity) {
    if (corners.size() < 3 || !std::ranges::all_of(corners, is_finite)) return;
    const auto [highest, lowest] = std::ranges::minmax(corners, {}, &Pixel::v);
    const auto [top, bottom] = touched(highest.v, lowest.v, image_.height);
    // Each row is cut into slices; along a slice the covered length of every
    // pixel is exact.
    constexpr int kSlices = 8;
    std::vector<float> covered(static_cast<std::size_t>(image_.width) + 1);
    for (int y = top; y < bottom; ++y) {
        int first = image_.width, last = 0;
        for (int slice = 0; slice < kSlices; ++slice) {
            const auto span = crossing(corners, y + (slice + 0.5) / kSlices);
            if (!span) continue;
            const double from = std::clamp(span->first, 0.0, double(image_.width));
            const double to = std::clamp(span->second, 0.0, double(image_.width));
            const auto [left, right] = touched(from, to, image_.width);
            first = std::min(first, left);
            last = std::max(last, right);
            for (int x = left; x < right; ++x) {
                covered[x] += static_cast<float>(std::min(to, x + 1.0) - std::max<double>(from, x));
            }
        }
        for (int x = first; x < last; ++x) {
            blend(pixel(x, y), color, opacity * std::clamp(covered[x] / kSlices, 0.0F, 1.0F));
            covered[x] = 0;
        }
    }
}

void Pen::panel(Pixel top_left, Pixel bottom_right, double radius, Rgb color, double opacity) {
    const double corner = std::min(
        {radius, (bottom_right.u - top_left.u) / 2.0, (bottom_right.v - top_left.v) / 2.0});
    if (!(corner >= 0)) return;
    std::vector<Pixel> outline;
    constexpr int kSteps = 6;  // per corner
    for (int quarter = 0; quarter < 4; ++quarter) {
        const bool right = quarter == 0 || quarter == 3;
        const double u = right ? bottom_right.u - corner : top_left.u + corner;
        const double v = quarter < 2 ? bottom_right.v - corner : top_left.v + corner;
        for (int step = 0; step <= kSteps; ++step) {
            const double angle = std::numbers::pi / 2 * (quarter + double(step) / kSteps);
            outline.push_back(pixel_at(u + corner * std::cos(angle), v + corner * std::sin(angle)));
        }
    }
    fill(outline, color, opacity);
}

types::Image to_rgb(const types::Image& image) {
    const bool known = image.depth != types::Depth::F32 &&
                       (image.channels == 1 || image.channels == 3 || image.channels == 4);
    if (!known) {
        throw engine::Error(
            {.code = "E-IMAGE-003",
             .what = "The image can't be shown in colours",
             .expected = "8 or 16 bits with 1, 3 or 4 channels",
             .found = fmt::format("{} channels{}", image.channels,
                                  image.depth == types::Depth::F32 ? " of floats" : ""),
             .mend = "Put image.color_map in front."});
    }
    if (image.depth == types::Depth::U8 && image.channels == 3) return image;
    const cv::Mat source = mat_view(image);
    cv::Mat eight = source;
    if (image.depth == types::Depth::U16) source.convertTo(eight, CV_8U, 1.0 / 257);
    cv::Mat rgb = eight;
    if (image.channels == 1 && !eight.empty()) cv::cvtColor(eight, rgb, cv::COLOR_GRAY2RGB);
    if (image.channels == 4 && !eight.empty()) cv::cvtColor(eight, rgb, cv::COLOR_RGBA2RGB);
    types::Image result =
        eight.empty() ? types::Image(image.width, image.height, 3) : image_from(rgb);
    result.frame = image.frame;
    result.timestamp = image.timestamp;
    return result;
}

void dim(types::Image& image, double amount) {
    if (!(amount > 0)) return;
    // Fixed point: half of the amount goes to grey, all of it to dark.
    const int gray_share = static_cast<int>(std::lround(std::min(amount, 1.0) * 0.5 * 256));
    const int light = static_cast<int>(std::lround((1 - std::min(amount, 1.0)) * 256));
    for (std::size_t i = 0; i + 2 < image.bytes.size(); i += 3) {
        std::uint8_t* pixel = image.bytes.data() + i;
        const int gray = (77 * pixel[0] + 150 * pixel[1] + 29 * pixel[2]) >> 8;
        for (int c = 0; c < 3; ++c) {
            const int mixed = pixel[c] + (((gray - pixel[c]) * gray_share) >> 8);
            pixel[c] = static_cast<std::uint8_t>((mixed * light) >> 8);
        }
    }
}

}  // namespace millrace::ops
