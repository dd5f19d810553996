#include "nodes/ops/draw/color_map.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include "engine/visual/scene/color_map.hpp"

namespace millrace::ops {
namespace {

using Table = std::array<Rgb, 256>;

Table table_of(int opencv_map) {
    cv::Mat ramp(1, 256, CV_8UC1);
    for (int i = 0; i < 256; ++i) ramp.at<std::uint8_t>(0, i) = static_cast<std::uint8_t>(i);
    cv::Mat colored;
    cv::applyColorMap(ramp, colored, opencv_map);
    Table table{};
    for (int i = 0; i < 256; ++i) {
        const auto bgr = colored.at<cv::Vec3b>(0, i);
        table[i] = {bgr[2], bgr[1], bgr[0]};
    }
    return table;
}

/// A high end for a scale that begins at `low` when the numbers give none.
double above(double low) { return low + std::max(1.0, std::abs(low) * 1e-6); }

/// The largest of 1, 2, 5 times a power of ten that is not above `value`.
double round_down(double value) {
    const double power = std::pow(10.0, std::floor(std::log10(value)));
    const double digit = value / power * (1 + 1e-9);
    return power * (digit >= 5 ? 5 : digit >= 2 ? 2 : 1);
}

/// The distance between round numbers that gives about `wanted` of them.
double step_for(double span, int wanted) { return round_down(span / wanted * 1.5); }

std::string tick_text(double value) { return fmt::format("{:.6g}", value == 0 ? 0.0 : value); }

}  // namespace

std::vector<std::string> color_map_names() { return {"turbo", "viridis", "magma", "gray", "jet"}; }

const std::array<Rgb, 256>& colors_of(ColorMap map) {
    static const Table turbo = table_of(cv::COLORMAP_TURBO);
    static const Table viridis = table_of(cv::COLORMAP_VIRIDIS);
    static const Table magma = table_of(cv::COLORMAP_MAGMA);
    static const Table jet = table_of(cv::COLORMAP_JET);
    static const Table gray = [] {
        Table table{};
        for (int i = 0; i < 256; ++i) table[i].fill(static_cast<std::uint8_t>(i));
        return table;
    }();
    switch (map) {
        case ColorMap::Turbo:
            return turbo;
        case ColorMap::Viridis:
            return viridis;
        case ColorMap::Magma:
            return magma;
        case ColorMap::Gray:
            return gray;
        case ColorMap::Jet:
            return jet;
    }
    return turbo;
}

ColorScale::ColorScale(ColorMap map, double low, double high, Spacing spacing, Direction direction)
    : colors_(&colors_of(map)),
      low_(std::min(low, high)),
      high_(std::max(low, high)),
      spacing_(spacing),
      direction_(direction) {
    if (spacing_ == Spacing::Logarithmic && !(high_ > 0)) spacing_ = Spacing::Linear;
    if (spacing_ == Spacing::Logarithmic) low_ = std::max(low_, high_ / 1000);
    // Differences of numbers beyond would be infinite.
    constexpr double kMost = 1e300;
    low_ = std::clamp(low_, -kMost, kMost);
    high_ = std::clamp(high_, -kMost, kMost);
    if (!(high_ > low_)) high_ = above(low_);
    const bool linear = spacing_ == Spacing::Linear;
    start_ = linear ? low_ : std::log(low_);
    factor_ = 1 / ((linear ? high_ : std::log(high_)) - start_);
}

double ColorScale::place(double value) const {
    value = std::clamp(value, low_, high_);
    if (spacing_ == Spacing::Logarithmic) value = std::log(value);
    return std::clamp((value - start_) * factor_, 0.0, 1.0);
}

std::vector<std::pair<double, std::string>> ColorScale::ticks(int wanted) const {
    std::vector<std::pair<double, std::string>> ticks;
    const double slack = (high_ - low_) * 1e-9;
    const auto add = [&](double value) {
        if (value >= low_ - slack && value <= high_ + slack)
            ticks.emplace_back(value, tick_text(value));
    };
    if (spacing_ == Spacing::Logarithmic && high_ > 4 * low_) {
        for (double power = std::pow(10.0, std::floor(std::log10(low_))); power <= high_;
             power *= 10) {
            for (double digit : {1.0, 2.0, 5.0}) add(power * digit);
        }
        return ticks;
    }
    const double step = step_for(high_ - low_, wanted);
    const double first = std::ceil((low_ - slack) / step);
    for (double i = 0; (first + i) * step <= high_ + slack; ++i) add((first + i) * step);
    return ticks;
}

std::pair<double, double> spread_of(const std::vector<float>& values) {
    constexpr std::size_t kEnough = 100'000, kFew = 1000;
    const std::size_t stride = std::max<std::size_t>(1, values.size() / kEnough);
    std::vector<float> finite;
    finite.reserve(values.size() / stride + 1);
    for (std::size_t i = 0; i < values.size(); i += stride) {
        if (std::isfinite(values[i])) finite.push_back(values[i]);
    }
    // A sparse image can have most of its values between the strides.
    if (finite.size() < kFew && stride > 1) {
        finite.clear();
        std::ranges::copy_if(values, std::back_inserter(finite),
                             [](float value) { return std::isfinite(value); });
    }
    if (finite.empty()) return {0, 1};
    const auto at = [&finite](double share) {
        const auto place = finite.begin() + static_cast<std::ptrdiff_t>(
                                                share * static_cast<double>(finite.size() - 1));
        std::ranges::nth_element(finite, place);
        return static_cast<double>(*place);
    };
    const double low = at(0.02);
    const double high = at(0.98);
    return {low, high > low ? high : above(low)};
}

std::pair<double, double> rounded(std::pair<double, double> spread, Spacing spacing) {
    auto [low, high] = spread;
    if (spacing == Spacing::Logarithmic && low > 0) {
        const double step = round_down(high) / 2;
        return {round_down(low), std::ceil(high / step - 1e-9) * step};
    }
    const double step = step_for(high - low, 5);
    return {std::floor(low / step + 1e-9) * step, std::ceil(high / step - 1e-9) * step};
}

Rgb category_color(std::int64_t number) { return visual::palette_color(number); }

Rgb label_color(std::string_view label) { return visual::label_color(label); }

}  // namespace millrace::ops
