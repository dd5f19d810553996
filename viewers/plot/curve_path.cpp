// How a curve becomes lines of pixels: all samples where they are few, else first, least, largest
// and last of each column of pixels, so that a spike of one sample is seen among a million.
#include <algorithm>
#include <cmath>

#include "viewers/plot/curve.hpp"

namespace millrace::viewers {
namespace {

constexpr double kFarPixels = 1e5;    // beyond it lines leave the picture anyhow
constexpr std::size_t kFew = 4;       // samples of a column that are drawn one by one
constexpr double kPixelsPerDot = 12;  // room a sample needs to have a dot of its own

class PathMaker {
public:
    PathMaker(const PlotScale& x, const PlotScale& y, const QRectF& area)
        : x_(x), y_(y), area_(area) {}

    double x_pixel(double value) const {
        return std::clamp(area_.left() + x_.share(x_.to_axis(value)) * area_.width(), -kFarPixels,
                          kFarPixels);
    }
    void add(double x_pixel, double y_axis) {
        const double y =
            std::clamp(area_.bottom() - y_.share(y_axis) * area_.height(), -kFarPixels, kFarPixels);
        const QPointF point(x_pixel, y);
        if (line_.isEmpty() || line_.back() != point) line_.push_back(point);
    }
    void end_line() {
        if (line_.size() == 1) path_.dots.push_back(line_.front());
        if (line_.size() > 1) path_.lines.push_back(std::move(line_));
        line_ = {};
    }
    CurvePath finished() {
        end_line();
        return std::move(path_);
    }

private:
    const PlotScale &x_, &y_;
    const QRectF& area_;
    QPolygonF line_;
    CurvePath path_;
};

}  // namespace

CurvePath Curve::path(const PlotScale& x, const PlotScale& y, const QRectF& area, int columns,
                      bool smooth) const {
    const ValuePyramid& drawn = smooth && weight_ > 0 ? smooth_drawn_ : log_y_ ? raw_log_ : finite_;
    const std::vector<double>& values = drawn.values();
    auto [first, last] = within(x);
    const std::size_t inside = last - first;
    // The neighbours outside, to which lines run; where a logarithmic axis has a place for them.
    if (first > 0 && !std::isnan(x.to_axis(x_[first - 1]))) --first;
    if (last < size()) ++last;
    PathMaker maker(x, y, area);
    if (columns < 1 || area.width() <= 0) return {};
    for (std::size_t i = first; i < last;) {
        const double share = x.share(x.to_axis(x_[i]));
        std::size_t end = i + 1;
        if (share >= 0 && share < 1) {
            const double column = std::floor(share * columns);
            const double edge = x.to_value(x.at((column + 1) / columns));
            const auto after =
                std::lower_bound(x_.begin() + static_cast<std::ptrdiff_t>(i) + 1,
                                 x_.begin() + static_cast<std::ptrdiff_t>(last), edge);
            end = static_cast<std::size_t>(after - x_.begin());
        }
        if (end - i <= kFew) {
            for (; i < end; ++i) {
                if (std::isnan(values[i]))
                    maker.end_line();
                else
                    maker.add(maker.x_pixel(x_[i]), values[i]);
            }
            continue;
        }
        const ValueSummary found = drawn.summary(i, end);
        if (found.count == 0) {
            maker.end_line();
            i = end;
            continue;
        }
        std::size_t begin = i, back = end - 1;
        while (std::isnan(values[begin])) ++begin;
        while (std::isnan(values[back])) --back;
        if (begin > i) maker.end_line();
        const double middle = maker.x_pixel(x_[i] / 2 + x_[end - 1] / 2);
        for (const double value : {values[begin], found.min, found.max, values[back]})
            maker.add(middle, value);
        if (back < end - 1) maker.end_line();
        i = end;
    }
    CurvePath path = maker.finished();
    path.dots_on_line = static_cast<double>(inside) * kPixelsPerDot < area.width();
    if (path.dots_on_line) {
        for (const QPolygonF& line : path.lines)
            path.dots.insert(path.dots.end(), line.begin(), line.end());
    }
    return path;
}

}  // namespace millrace::viewers
