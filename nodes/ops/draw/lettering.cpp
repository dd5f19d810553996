// The part of Pen that writes.
#include <algorithm>
#include <cmath>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <string>

#include "nodes/ops/draw/pen.hpp"

namespace millrace::ops {
namespace {

// OpenCV's stroke fonts are ragged at the size of a label, so letters are drawn
// several times larger and scaled down.
constexpr int kOver = 6;
constexpr int kFont = cv::FONT_HERSHEY_SIMPLEX;
constexpr double kCapital = 21.0;  // height of the font's capitals at scale 1, pixels
constexpr std::size_t kLongest = 80;
constexpr Rgb kDark = {8, 9, 12};

std::string shown(std::string_view words) {
    std::string text;
    for (const char c : words.substr(0, kLongest)) {
        // One question mark for each letter outside ASCII, however many bytes it
        // has.
        if (static_cast<unsigned char>(c) >= 0xC0 || (c >= 0 && c < ' ') || c == 127)
            text += '?';
        else if (static_cast<unsigned char>(c) < 0x80)
            text += c;
    }
    return text;
}

double scale_of(double height) { return height * kOver / kCapital; }
int stroke_of(double height) { return std::max(1, int(std::lround(height * kOver * 0.135))); }

/// How much of each pixel the strokes cover, 0 to 255; `left` and `baseline`
/// are those of the text in it.
cv::Mat coverage(const std::string& text, double height, int stroke, int left, int baseline,
                 cv::Size size, double fraction_u, double fraction_v) {
    cv::Mat large = cv::Mat::zeros(size * kOver, CV_8UC1);
    const cv::Point start(left * kOver + int(std::lround(fraction_u * kOver)),
                          baseline * kOver + int(std::lround(fraction_v * kOver)));
    cv::putText(large, text, start, kFont, scale_of(height), 255, stroke, cv::LINE_AA);
    cv::Mat small;
    cv::resize(large, small, size, 0, 0, cv::INTER_AREA);
    return small;
}

}  // namespace

double Pen::text_width(std::string_view words, double height) {
    int baseline = 0;
    return double(
               cv::getTextSize(shown(words), kFont, scale_of(height), stroke_of(height), &baseline)
                   .width) /
           kOver;
}

void Pen::text(std::string_view words, Pixel at, double height, Rgb color) {
    const std::string text = shown(words);
    const bool drawable = std::isfinite(at.u) && std::isfinite(at.v) && std::abs(at.u) < 1e6F &&
                          std::abs(at.v) < 1e6F && height >= 2 && height <= 400 && !text.empty();
    if (!drawable) return;
    const int margin = int(std::ceil(height * 0.5)) + 2;
    const cv::Size size(int(std::ceil(text_width(words, height))) + 2 * margin,
                        int(std::ceil(height * 1.6)) + 2 * margin);
    const int baseline = margin + int(std::ceil(height));
    const int u = int(std::floor(at.u)), v = int(std::floor(at.v));
    const int stroke = stroke_of(height);
    const int edge = stroke + int(std::lround(kOver * std::clamp(height * 0.22, 1.6, 4.0)));
    const cv::Mat halo = coverage(text, height, edge, margin, baseline, size, at.u - u, at.v - v);
    const cv::Mat ink = coverage(text, height, stroke, margin, baseline, size, at.u - u, at.v - v);
    for (int y = 0; y < size.height; ++y) {
        const int row = v - baseline + y;
        if (row < 0 || row >= image_.height) continue;
        for (int x = 0; x < size.width; ++x) {
            const int column = u - margin + x;
            if (column < 0 || column >= image_.width) continue;
            std::uint8_t* pixel = image_.row<std::uint8_t>(row) + std::ptrdiff_t{column} * 3;
            const int dark = halo.at<std::uint8_t>(y, x) * 7 / 10,
                      light = ink.at<std::uint8_t>(y, x);
            for (int c = 0; c < 3; ++c) {
                const int under = pixel[c] + (kDark[c] - pixel[c]) * dark / 255;
                pixel[c] = static_cast<std::uint8_t>(under + (color[c] - under) * light / 255);
            }
        }
    }
}

Pixel Pen::tag_size(std::string_view words, double height) {
    return pixel_at(text_width(words, height) + height * 1.1, height * 1.9);
}

void Pen::tag(std::string_view words, Pixel at, double height, Rgb color) {
    const Pixel size = tag_size(words, height);
    panel({at.u, at.v - size.v}, {at.u + size.u, at.v}, height * 0.35, {14, 16, 21}, 0.78);
    text(words, pixel_at(at.u + height * 0.55, at.v - height * 0.45), height, color);
}

}  // namespace millrace::ops
