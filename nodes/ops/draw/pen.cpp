#include "nodes/ops/draw/pen.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include "nodes/ops/image/mat_view.hpp"

namespace millrace::ops {
namespace {

constexpr int kShift = 4;  // fixed-point bits of OpenCV's sub-pixel coordinates
constexpr int kFont = cv::FONT_HERSHEY_DUPLEX;

cv::Scalar scalar(Rgb color) { return {double(color[0]), double(color[1]), double(color[2])}; }

/// Sub-pixel coordinates; OpenCV's integer coordinates are pixel centres, ours are pixel corners.
cv::Point fixed(Pixel pixel) {
    const auto coordinate = [](float value) {
        return static_cast<int>(std::lround((std::clamp(value, -30000.f, 30000.f) - 0.5f) * (1 << kShift)));
    };
    return {coordinate(pixel.u), coordinate(pixel.v)};
}

void blend(std::uint8_t* pixel, Rgb color, double weight) {
    for (int c = 0; c < 3; ++c) {
        pixel[c] = static_cast<std::uint8_t>(std::lround(pixel[c] + (color[c] - pixel[c]) * weight));
    }
}

double font_scale(double height) { return height / 21.0; }  // capital letters of the font at scale 1

}  // namespace

void Pen::line(Pixel from, Pixel to, Rgb color, double thickness) {
    cv::Mat canvas = mat_view(image_);
    cv::line(canvas, fixed(from), fixed(to), scalar(color), std::max(1, static_cast<int>(std::lround(thickness))), cv::LINE_AA,
             kShift);
}

void Pen::outlined_line(Pixel from, Pixel to, Rgb color, double thickness) {
    line(from, to, {10, 10, 14}, thickness + 2);
    line(from, to, color, thickness);
}

void Pen::circle(Pixel center, double radius, Rgb color, double thickness) {
    cv::Mat canvas = mat_view(image_);
    cv::circle(canvas, fixed(center), static_cast<int>(std::lround(radius * (1 << kShift))), scalar(color),
               std::max(1, static_cast<int>(std::lround(thickness))), cv::LINE_AA, kShift);
}

void Pen::fill(const std::vector<Pixel>& corners, Rgb color, double opacity) {
    std::vector<cv::Point> points;
    for (Pixel corner : corners) points.push_back(fixed(corner));
    cv::Mat canvas = mat_view(image_);
    if (opacity >= 1) {
        cv::fillConvexPoly(canvas, points, scalar(color), cv::LINE_AA, kShift);
        return;
    }
    cv::Mat layer = canvas.clone();
    cv::fillConvexPoly(layer, points, scalar(color), cv::LINE_AA, kShift);
    cv::addWeighted(layer, opacity, canvas, 1 - opacity, 0, canvas);
}

void Pen::dot(Pixel center, double diameter, Rgb color, double opacity) {
    const double radius = diameter / 2;
    const int left = static_cast<int>(std::floor(center.u - radius - 0.5));
    const int right = static_cast<int>(std::ceil(center.u + radius + 0.5));
    const int top = static_cast<int>(std::floor(center.v - radius - 0.5));
    const int bottom = static_cast<int>(std::ceil(center.v + radius + 0.5));
    for (int y = std::max(0, top); y < std::min(image_.height, bottom); ++y) {
        std::uint8_t* row = image_.row<std::uint8_t>(y);
        for (int x = std::max(0, left); x < std::min(image_.width, right); ++x) {
            const double distance = std::hypot(x + 0.5 - center.u, y + 0.5 - center.v);
            const double coverage = std::clamp(radius + 0.5 - distance, 0.0, 1.0);
            if (coverage > 0) blend(row + static_cast<std::ptrdiff_t>(x) * 3, color, coverage * opacity);
        }
    }
}

void Pen::text(std::string_view words, Pixel at, double height, Rgb color) {
    cv::Mat canvas = mat_view(image_);
    const cv::Point place(static_cast<int>(std::lround(at.u)), static_cast<int>(std::lround(at.v)));
    const std::string line(words);
    cv::putText(canvas, line, place, kFont, font_scale(height), scalar({10, 10, 14}), 3, cv::LINE_AA);
    cv::putText(canvas, line, place, kFont, font_scale(height), scalar(color), 1, cv::LINE_AA);
}

double Pen::text_width(std::string_view words, double height) const {
    int baseline = 0;
    return cv::getTextSize(std::string(words), kFont, font_scale(height), 1, &baseline).width;
}

void Pen::legend(ColorMap map, double low, double high, std::string_view unit, int ticks) {
    const double letter = std::clamp(image_.height / 34.0, 9.0, 18.0);
    const double margin = letter * 1.1;
    const double bar = letter * 0.9;
    std::vector<std::string> labels;
    double widest = 0;
    for (int i = 0; i < ticks; ++i) {
        const double value = low + (high - low) * i / (ticks - 1);
        const int digits = std::abs(high - low) >= 10 ? 0 : 1;
        labels.push_back(fmt::format("{:.{}f} {}", value, digits, unit));
        widest = std::max(widest, text_width(labels.back(), letter));
    }
    const double height = std::min(image_.height - 4 * margin, 20 * letter);
    const double right = image_.width - margin;
    const double left = right - bar;
    const double top = (image_.height - height) / 2;
    if (height < 4 * letter || left - widest < image_.width / 3.0) return;
    const auto at = [](double u, double v) { return Pixel{static_cast<float>(u), static_cast<float>(v)}; };
    const double panel = left - widest - 1.4 * letter;
    fill({at(panel, top - letter), at(right + 0.6 * letter, top - letter), at(right + 0.6 * letter, top + height + letter),
          at(panel, top + height + letter)},
         {14, 16, 20}, 0.62);
    for (int y = 0; y < static_cast<int>(height); ++y) {
        const Rgb color = color_at(map, height - y, 0, height);
        const auto row = static_cast<float>(top + y + 0.5);
        line({static_cast<float>(left), row}, {static_cast<float>(right), row}, color);
    }
    for (int i = 0; i < ticks; ++i) {
        const double v = top + height - height * i / (ticks - 1);
        const std::string& label = labels[static_cast<std::size_t>(i)];
        text(label, at(left - 0.5 * letter - text_width(label, letter), v + letter / 2), letter, {236, 238, 242});
        line(at(left - 0.3 * letter, v), at(left, v), {236, 238, 242});
    }
}

types::Image to_rgb(const types::Image& image) {
    const cv::Mat source = mat_view(image);
    cv::Mat eight = source;
    if (image.depth == types::Depth::U16) source.convertTo(eight, CV_8U, 1.0 / 257);
    cv::Mat rgb;
    if (image.depth != types::Depth::F32 && image.channels == 1) cv::cvtColor(eight, rgb, cv::COLOR_GRAY2RGB);
    else if (image.depth != types::Depth::F32 && image.channels == 4) cv::cvtColor(eight, rgb, cv::COLOR_RGBA2RGB);
    else if (image.depth != types::Depth::F32 && image.channels == 3) rgb = eight;
    else {
        throw engine::Error({.code = "E-IMAGE-003",
                             .what = "The image can't be drawn on",
                             .expected = "8 or 16 bits with 1, 3 or 4 channels",
                             .found = fmt::format("{} channels{}", image.channels, image.depth == types::Depth::F32 ? " of floats" : ""),
                             .mend = "Put image.color_map in front."});
    }
    types::Image result = image_from(rgb, image.frame, image.unit);
    result.timestamp = image.timestamp;
    return result;
}

}  // namespace millrace::ops
