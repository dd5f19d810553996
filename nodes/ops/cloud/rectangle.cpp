#include "nodes/ops/cloud/rectangle.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace millrace::ops {
namespace {

constexpr int kDirections = 90;  // one degree apart, as in the paper
/// Distances to an edge below this count alike, or a few points right on it would outweigh all
/// others. The paper's 0.01 m is below the range noise of a spinning lidar.
constexpr double kNearestEdge = 0.03;

/// Edges of a hull that are tried: one with more is all but round, and trying all of them would
/// take the square of their number.
constexpr std::size_t kMostEdges = 1000;

double cross(const Point2& origin, const Point2& a, const Point2& b) {
    return (a[0] - origin[0]) * (b[1] - origin[1]) - (a[1] - origin[1]) * (b[0] - origin[0]);
}

struct Extent {
    double low = std::numeric_limits<double>::infinity();
    double high = -std::numeric_limits<double>::infinity();
    void add(double value) {
        low = std::min(low, value);
        high = std::max(high, value);
    }
};

Rectangle rectangle_at(const std::vector<Point2>& points, double angle) {
    const double cosine = std::cos(angle), sine = std::sin(angle);
    Extent along, across;
    for (const Point2& point : points) {
        along.add(point[0] * cosine + point[1] * sine);
        across.add(-point[0] * sine + point[1] * cosine);
    }
    const double middle = (along.low + along.high) / 2, side = (across.low + across.high) / 2;
    Rectangle result{{middle * cosine - side * sine, middle * sine + side * cosine},
                     along.high - along.low,
                     across.high - across.low,
                     angle};
    if (result.width > result.length) {
        std::swap(result.width, result.length);
        result.yaw += std::numbers::pi / 2;
    }
    while (result.yaw > std::numbers::pi / 2) result.yaw -= std::numbers::pi;
    while (result.yaw <= -std::numbers::pi / 2) result.yaw += std::numbers::pi;
    return result;
}

/// Higher when the points lie near the edges of the rectangle in this direction.
double closeness(const std::vector<Point2>& points, const std::vector<Point2>& hull, double angle) {
    const double cosine = std::cos(angle), sine = std::sin(angle);
    Extent along, across;
    for (const Point2& corner : hull) {
        along.add(corner[0] * cosine + corner[1] * sine);
        across.add(-corner[0] * sine + corner[1] * cosine);
    }
    double score = 0;
    for (const Point2& point : points) {
        const double a = point[0] * cosine + point[1] * sine,
                     b = -point[0] * sine + point[1] * cosine;
        const double edge =
            std::min({a - along.low, along.high - a, b - across.low, across.high - b});
        score += 1 / std::max(edge, kNearestEdge);
    }
    return score;
}

double best_direction(const std::vector<Point2>& points, const std::vector<Point2>& hull) {
    double best = 0, best_score = -1;
    for (int step = 0; step < kDirections; ++step) {
        const double angle = step * std::numbers::pi / 2 / kDirections;
        const double score = closeness(points, hull, angle);
        if (score > best_score) {
            best = angle;
            best_score = score;
        }
    }
    return best;
}

}  // namespace

std::vector<Point2> convex_hull(std::vector<Point2> points) {
    std::ranges::sort(points);
    points.erase(std::unique(points.begin(), points.end()), points.end());
    if (points.size() < 3) return points;
    std::vector<Point2> hull;
    const auto add = [&hull](const Point2& point, std::size_t keep) {
        while (hull.size() >= keep + 2 && cross(hull[hull.size() - 2], hull.back(), point) <= 0)
            hull.pop_back();
        hull.push_back(point);
    };
    for (const Point2& point : points) add(point, 0);
    const std::size_t lower = hull.size() - 1;
    for (auto point = points.rbegin() + 1; point != points.rend(); ++point) add(*point, lower);
    hull.pop_back();
    return hull;
}

Rectangle fit_rectangle(const std::vector<Point2>& points, RectangleFit fit) {
    if (points.empty()) return {};
    const std::vector<Point2> hull = convex_hull(points);
    if (hull.size() == 1) return {hull.front(), 0, 0, 0};
    if (fit == RectangleFit::Closeness && hull.size() > 2)
        return rectangle_at(hull, best_direction(points, hull));
    // The smallest rectangle has a side along an edge of the hull (Freeman and Shapira 1975).
    Rectangle best;
    double best_area = std::numeric_limits<double>::infinity();
    const std::size_t step = hull.size() / kMostEdges + 1;
    for (std::size_t index = 0; index < hull.size(); index += step) {
        const Point2 &from = hull[index], &to = hull[(index + 1) % hull.size()];
        const Rectangle candidate =
            rectangle_at(hull, std::atan2(to[1] - from[1], to[0] - from[0]));
        if (candidate.length * candidate.width < best_area) {
            best_area = candidate.length * candidate.width;
            best = candidate;
        }
    }
    return best;
}

}  // namespace millrace::ops
