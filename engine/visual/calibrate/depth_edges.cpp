#include "engine/visual/calibrate/depth_edges.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numbers>
#include <utility>

namespace millrace::visual {
namespace {

constexpr double kTurn = 2 * std::numbers::pi;
constexpr double kDegree = std::numbers::pi / 180;
constexpr double kNearest = 0.5;                   ///< metres; nearer is the vehicle itself
constexpr double kWidestGap = 1.5 * kDegree;       ///< between neighbours on a scan line
constexpr double kElevationStep = 0.42 * kDegree;  ///< of rows where scan lines aren't known
constexpr int kColumns = 1800;                     ///< of the picture of ranges, 0.2 degrees each
constexpr std::size_t kMostEdges = 40'000;
constexpr int kMostRows = 4096;

struct Seen {
    float range = 0, azimuth = 0, elevation = 0;  ///< metres, radians; azimuth -pi to pi
    int row = 0;
};

/// From -pi to pi.
double wrapped(double angle) { return std::remainder(angle, kTurn); }

std::vector<Seen> seen_points(const Cloud& cloud, std::vector<std::uint32_t>& indices) {
    std::vector<Seen> all;
    all.reserve(cloud.points.size());
    for (std::size_t i = 0; i < cloud.points.size(); ++i) {
        const Point& p = cloud.points[i];
        Seen seen;
        seen.range = std::sqrt(p.x * p.x + p.y * p.y + p.z * p.z);
        if (!std::isfinite(seen.range) || static_cast<double>(seen.range) < kNearest) continue;
        seen.azimuth = std::atan2(p.y, p.x);
        seen.elevation = std::asin(std::clamp(p.z / seen.range, -1.0F, 1.0F));
        all.push_back(seen);
        indices.push_back(static_cast<std::uint32_t>(i));
    }
    return all;
}

void sort_by_row(std::vector<Seen>& points) {
    std::ranges::stable_sort(points, [](const Seen& a, const Seen& b) {
        return a.row != b.row ? a.row < b.row : a.azimuth < b.azimuth;
    });
}

bool take_rings(const Cloud& cloud, const std::vector<std::uint32_t>& indices,
                std::vector<Seen>& points) {
    const PointField* ring = cloud.field("ring");
    if (!ring || ring->channels < 1 || ring->count() < cloud.points.size()) return false;
    for (std::size_t i = 0; i < points.size(); ++i) {
        const double value = ring->at(indices[i]);
        if (!(value >= 0 && value < kMostRows)) return false;
        points[i].row = static_cast<int>(value);
    }
    sort_by_row(points);
    return true;
}

/// Files of one sweep hold line after line; a line turns one way round.
bool take_order(std::vector<Seen>& points) {
    std::size_t near = 0, forward = 0;
    for (std::size_t i = 1; i < points.size(); ++i) {
        const double step = wrapped(static_cast<double>(points[i].azimuth) -
                                    static_cast<double>(points[i - 1].azimuth));
        const bool level =
            std::abs(points[i].elevation - points[i - 1].elevation) < static_cast<float>(kDegree);
        near += std::abs(step) < kDegree && level ? 1 : 0;
        forward += step > 0 ? 1 : 0;
    }
    if (points.size() < 2 || near < (points.size() - 1) * 9 / 10) return false;
    const double sign = forward * 2 > points.size() ? 1 : -1;
    constexpr double kBack = -5 * kDegree;
    double turned = 0;
    int row = 0;
    for (std::size_t i = 1; i < points.size(); ++i) {
        const double step = sign * wrapped(static_cast<double>(points[i].azimuth) -
                                           static_cast<double>(points[i - 1].azimuth));
        turned += step;
        if (step < kBack || turned > kTurn - 0.002) {
            ++row;
            turned = 0;
        }
        points[i].row = row;
        if (row >= kMostRows) return false;
    }
    return true;
}

void take_elevations(std::vector<Seen>& points) {
    for (Seen& point : points)
        point.row = static_cast<int>((static_cast<double>(point.elevation) + std::numbers::pi / 2) /
                                     kElevationStep);
    sort_by_row(points);
}

/// Half way in angle to the neighbour behind, at the near one's range: the edge itself lies between
/// the two, anywhere, and scan lines lie several pixels apart.
DepthEdge edge_between(const Seen& near, const Seen& far, const Cloud& cloud, double leap) {
    const double azimuth =
        static_cast<double>(near.azimuth) +
        wrapped(static_cast<double>(far.azimuth) - static_cast<double>(near.azimuth)) / 2;
    const double elevation =
        (static_cast<double>(near.elevation) + static_cast<double>(far.elevation)) / 2;
    const auto range = static_cast<double>(near.range);
    return {static_cast<float>(range * std::cos(elevation) * std::cos(azimuth) + cloud.origin[0]),
            static_cast<float>(range * std::cos(elevation) * std::sin(azimuth) + cloud.origin[1]),
            static_cast<float>(range * std::sin(elevation) + cloud.origin[2]),
            static_cast<float>(std::sqrt(std::min(leap, kMostLeap)))};
}

/// A slope that goes on is no leap, so what lies before the point counts against what follows it.
double leap_from(const Seen& before, const Seen& here, const Seen& after) {
    return static_cast<double>(after.range - here.range) -
           2 * std::max(0.0, static_cast<double>(here.range - before.range));
}

void find_upright(const std::vector<Seen>& points, const Cloud& cloud, DepthEdges& edges) {
    const auto next_to = [&](std::size_t a, std::size_t b) {
        return points[a].row == points[b].row &&
               std::abs(wrapped(static_cast<double>(points[a].azimuth) -
                                static_cast<double>(points[b].azimuth))) < kWidestGap;
    };
    for (std::size_t i = 1; i + 1 < points.size(); ++i) {
        if (!next_to(i - 1, i) || !next_to(i, i + 1)) continue;
        // A post that a single ray meets has an edge on either side.
        for (const auto& [before, after] : {std::pair(i - 1, i + 1), std::pair(i + 1, i - 1)}) {
            const double leap = leap_from(points[before], points[i], points[after]);
            if (leap > kLeastLeap)
                edges.upright.push_back(edge_between(points[i], points[after], cloud, leap));
        }
    }
}

/// Rows from the lowest to the highest by the mean elevation of their points.
std::vector<int> rows_upwards(const std::vector<Seen>& points) {
    int rows = 0;
    for (const Seen& point : points) rows = std::max(rows, point.row + 1);
    std::vector<std::pair<double, int>> means(static_cast<std::size_t>(rows));
    std::vector<int> counts(static_cast<std::size_t>(rows));
    for (const Seen& point : points) {
        means[static_cast<std::size_t>(point.row)].first += static_cast<double>(point.elevation);
        ++counts[static_cast<std::size_t>(point.row)];
    }
    for (std::size_t row = 0; row < means.size(); ++row)
        means[row] = {counts[row] == 0 ? std::numeric_limits<double>::infinity()
                                       : means[row].first / counts[row],
                      static_cast<int>(row)};
    std::ranges::sort(means);
    std::vector<int> place(means.size());
    for (std::size_t i = 0; i < means.size(); ++i)
        place[static_cast<std::size_t>(means[i].second)] = static_cast<int>(i);
    return place;
}

void find_level(const std::vector<Seen>& points, const Cloud& cloud, DepthEdges& edges) {
    if (points.empty()) return;
    const std::vector<int> place = rows_upwards(points);
    constexpr std::uint32_t kNobody = std::numeric_limits<std::uint32_t>::max();
    std::vector<std::uint32_t> cells(place.size() * kColumns, kNobody);
    const auto cell = [&](std::size_t row, int column) -> std::uint32_t& {
        return cells[row * kColumns + static_cast<std::size_t>(column)];
    };
    const auto column_of = [](const Seen& point) {
        const double share = static_cast<double>(point.azimuth) / kTurn + 0.5;
        return std::clamp(static_cast<int>(share * kColumns), 0, kColumns - 1);
    };
    for (std::size_t i = 0; i < points.size(); ++i) {
        std::uint32_t& in =
            cell(static_cast<std::size_t>(place[static_cast<std::size_t>(points[i].row)]),
                 column_of(points[i]));
        if (in == kNobody || points[i].range < points[in].range) in = static_cast<std::uint32_t>(i);
    }
    for (std::size_t row = 1; row + 1 < place.size(); ++row) {
        for (int column = 0; column < kColumns; ++column) {
            const std::uint32_t here = cell(row, column), above = cell(row + 1, column),
                                below = cell(row - 1, column);
            if (here == kNobody || above == kNobody || below == kNobody) continue;
            const double leap = leap_from(points[below], points[here], points[above]);
            if (leap > kLeastLeap)
                edges.level.push_back(edge_between(points[here], points[above], cloud, leap));
        }
    }
}

void keep_strongest(std::vector<DepthEdge>& edges) {
    if (edges.size() <= kMostEdges) return;
    const auto end = edges.begin() + static_cast<std::ptrdiff_t>(kMostEdges);
    std::ranges::nth_element(edges, end, std::ranges::greater{}, &DepthEdge::weight);
    edges.erase(end, edges.end());
}

}  // namespace

DepthEdges depth_edges(const Cloud& cloud) {
    DepthEdges edges;
    std::vector<std::uint32_t> indices;
    std::vector<Seen> points = seen_points(cloud, indices);
    if (take_rings(cloud, indices, points)) {
        edges.neighbours = DepthEdges::Neighbours::Ring;
    } else if (take_order(points)) {
        edges.neighbours = DepthEdges::Neighbours::Order;
    } else {
        edges.neighbours = DepthEdges::Neighbours::Range;
        take_elevations(points);
    }
    find_upright(points, cloud, edges);
    find_level(points, cloud, edges);
    keep_strongest(edges.upright);
    keep_strongest(edges.level);
    return edges;
}

}  // namespace millrace::visual
