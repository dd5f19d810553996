#include "engine/node/curve.hpp"

#include <algorithm>
#include <cmath>

namespace millrace::engine {
namespace {

using Point = std::array<double, 2>;

double slope(const Point& a, const Point& b) { return (b[1] - a[1]) / (b[0] - a[0]); }

/// Of the curve at an inner point; 0 at a peak or where it is level on a side.
double slope_at(const std::vector<Point>& points, std::size_t i) {
    const double before = slope(points[i - 1], points[i]), after = slope(points[i], points[i + 1]);
    if (!(before * after > 0)) return 0;
    const double h0 = points[i][0] - points[i - 1][0], h1 = points[i + 1][0] - points[i][0];
    const double w0 = 2 * h1 + h0, w1 = h1 + 2 * h0;
    return (w0 + w1) / (w0 / before + w1 / after);
}

/// At an end: of the parabola through three points, as far as it keeps within what is monotone.
double end_slope(const Point& end, const Point& next, const Point& third) {
    const double h0 = next[0] - end[0], h1 = third[0] - next[0];
    const double first = slope(end, next), second = slope(next, third);
    const double found = ((2 * h0 + h1) * first - h0 * second) / (h0 + h1);
    if (found * first <= 0) return 0;
    return first * second <= 0 && std::abs(found) > 3 * std::abs(first) ? 3 * first : found;
}

}  // namespace

double Curve::at(double x) const {
    if (std::isnan(x) || points.empty()) return x;
    if (x <= points.front()[0]) return points.front()[1];
    if (x >= points.back()[0]) return points.back()[1];
    const auto after =
        std::ranges::upper_bound(points, x, {}, [](const Point& point) { return point[0]; });
    const auto i = static_cast<std::size_t>(after - points.begin()) - 1;
    const std::size_t last = points.size() - 1;
    const Point &a = points[i], &b = points[i + 1];
    if (last == 1) return a[1] + (b[1] - a[1]) * (x - a[0]) / (b[0] - a[0]);
    const double m0 = i == 0 ? end_slope(points[0], points[1], points[2]) : slope_at(points, i);
    const double m1 = i + 1 == last ? end_slope(points[last], points[last - 1], points[last - 2])
                                    : slope_at(points, i + 1);
    const double h = b[0] - a[0], t = (x - a[0]) / h, s = 1 - t;
    return a[1] * s * s * (1 + 2 * t) + b[1] * t * t * (1 + 2 * s) + h * t * s * (m0 * s - m1 * t);
}

Value to_value(const Curve& curve) {
    Array points;
    for (const auto& [x, y] : curve.points) points.emplace_back(Array{x, y});
    return points;
}

Curve curve_from(const Value& value) {
    Curve curve{.points = {}};
    for (const Value& point : value.as_array())
        curve.points.push_back({point.as_array()[0].as_double(), point.as_array()[1].as_double()});
    return curve;
}

}  // namespace millrace::engine
