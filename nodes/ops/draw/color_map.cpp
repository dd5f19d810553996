#include "nodes/ops/draw/color_map.hpp"

#include <algorithm>
#include <cmath>

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

namespace millrace::ops {
namespace {

std::array<Rgb, 256> table_of(int opencv_map) {
    cv::Mat ramp(1, 256, CV_8UC1);
    for (int i = 0; i < 256; ++i) ramp.at<std::uint8_t>(0, i) = static_cast<std::uint8_t>(i);
    cv::Mat colored;
    cv::applyColorMap(ramp, colored, opencv_map);
    std::array<Rgb, 256> table{};
    for (int i = 0; i < 256; ++i) {
        const auto bgr = colored.at<cv::Vec3b>(0, i);
        table[i] = {bgr[2], bgr[1], bgr[0]};
    }
    return table;
}

}  // namespace

const std::array<Rgb, 256>& colors_of(ColorMap map) {
    static const std::array<Rgb, 256> turbo = table_of(cv::COLORMAP_TURBO);
    static const std::array<Rgb, 256> viridis = table_of(cv::COLORMAP_VIRIDIS);
    static const std::array<Rgb, 256> magma = table_of(cv::COLORMAP_MAGMA);
    static const std::array<Rgb, 256> gray = [] {
        std::array<Rgb, 256> table{};
        for (int i = 0; i < 256; ++i) table[i].fill(static_cast<std::uint8_t>(i));
        return table;
    }();
    switch (map) {
        case ColorMap::Viridis: return viridis;
        case ColorMap::Magma: return magma;
        case ColorMap::Gray: return gray;
        default: return turbo;
    }
}

Rgb color_at(ColorMap map, double value, double low, double high) {
    if (std::isnan(value)) return {0, 0, 0};
    const double span = high > low ? high - low : 1;
    const double place = std::clamp((value - low) / span, 0.0, 1.0);
    return colors_of(map)[static_cast<std::size_t>(std::lround(place * 255))];
}

}  // namespace millrace::ops
