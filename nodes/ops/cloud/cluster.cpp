#include "nodes/ops/cloud/cluster.hpp"

#include "nodes/ops/cloud/radius_grid.hpp"
#include "nodes/ops/points/squared_distance.hpp"

#include <algorithm>
#include <limits>
#include <numeric>
#include <optional>

namespace millrace::ops {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

class UnionFind {
public:
    explicit UnionFind(std::size_t size) : parent_(size) {
        std::iota(parent_.begin(), parent_.end(), 0U);
    }
    std::uint32_t root(std::uint32_t item) {
        while (parent_[item] != item) item = parent_[item] = parent_[parent_[item]];
        return item;
    }
    void unite(std::uint32_t a, std::uint32_t b) { parent_[root(a)] = root(b); }

private:
    std::vector<std::uint32_t> parent_;
};

/// The cores of one cell, and the smallest axis-aligned box round them.
struct Cores {
    std::vector<types::Point> points;
    types::Point low = {kInfinity, kInfinity, kInfinity},
                 high = {-kInfinity, -kInfinity, -kInfinity};

    double squared_gap(const types::Point& point) const {
        const types::Point nearest = {std::clamp(point.x, low.x, high.x),
                                      std::clamp(point.y, low.y, high.y),
                                      std::clamp(point.z, low.z, high.z)};
        return squared_distance(point, nearest);
    }
};

class Clusterer {
public:
    Clusterer(const std::vector<types::Point>& points, double distance, int min_neighbours,
              const StopAsk& stop)
        : total_(points.size()),
          grid_(points, distance),
          core_(grid_.crowded(min_neighbours, stop)),
          cores_(grid_.cells().cell_count()),
          sets_(grid_.cells().cell_count()),
          watch_(stop) {
        for (std::uint32_t cell = 0; cell < cores_.size(); ++cell) gather(cell);
    }

    Clusters run() {
        connect();
        Clusters clusters;
        clusters.labels.assign(total_, -1);
        label(clusters.labels);
        number(clusters);
        return clusters;
    }

private:
    void gather(std::uint32_t cell) {
        Cores& cores = cores_[cell];
        for (std::uint32_t at = grid_.cells().start(cell); at < grid_.cells().start(cell + 1);
             ++at) {
            if (!core_[at]) continue;
            const types::Point& point = grid_.sorted()[at];
            cores.points.push_back(point);
            cores.low = {std::min(cores.low.x, point.x), std::min(cores.low.y, point.y),
                         std::min(cores.low.z, point.z)};
            cores.high = {std::max(cores.high.x, point.x), std::max(cores.high.y, point.y),
                          std::max(cores.high.z, point.z)};
        }
    }

    /// Cores of one cell always share a cluster; cells join when a pair of their cores is near
    /// enough.
    void connect() {
        std::vector<std::uint32_t> around;
        for (std::uint32_t cell = 0; cell < cores_.size(); ++cell) {
            if (watch_.stopped_after(RadiusGrid::kStepsPerCell)) return;
            if (cores_[cell].points.empty()) continue;
            grid_.around(cell, RadiusGrid::Half::Upper, around);
            for (std::uint32_t other : around) {
                if (cores_[other].points.empty() || sets_.root(cell) == sets_.root(other)) continue;
                if (near(cores_[cell], cores_[other])) sets_.unite(cell, other);
            }
        }
    }

    bool near(const Cores& a, const Cores& b) {
        const double limit = grid_.squared_radius();
        for (const types::Point& point : a.points) {
            if (b.squared_gap(point) > limit) continue;
            if (watch_.stopped_after(b.points.size())) return false;
            for (const types::Point& other : b.points) {
                if (squared_distance(point, other) <= limit) return true;
            }
        }
        return false;
    }

    void label(std::vector<std::int32_t>& labels) {
        std::vector<std::uint32_t> around;
        const CellGrid& cells = grid_.cells();
        for (std::uint32_t cell = 0; cell < cells.cell_count(); ++cell) {
            if (watch_.stopped_after(RadiusGrid::kStepsPerCell)) return;
            bool listed = false;
            for (std::uint32_t at = cells.start(cell); at < cells.start(cell + 1); ++at) {
                std::optional<std::uint32_t> owner;
                if (core_[at]) {
                    owner = cell;
                } else {
                    if (!listed) grid_.around(cell, RadiusGrid::Half::Both, around);
                    listed = true;
                    owner = nearest_core(grid_.sorted()[at], cell, around);
                }
                if (owner)
                    labels[cells.order()[at]] = static_cast<std::int32_t>(sets_.root(*owner));
            }
        }
    }

    std::optional<std::uint32_t> nearest_core(const types::Point& point, std::uint32_t own,
                                              const std::vector<std::uint32_t>& around) {
        std::optional<std::uint32_t> nearest;
        double best = grid_.squared_radius();
        const auto look = [&](std::uint32_t cell) {
            if (watch_.stopped_after(cores_[cell].points.size())) return;
            for (const types::Point& core : cores_[cell].points) {
                if (const double distance = squared_distance(point, core); distance <= best) {
                    nearest = cell;
                    best = distance;
                }
            }
        };
        for (std::uint32_t cell : around) look(cell);
        look(own);
        return nearest;
    }

    static void number(Clusters& clusters) {
        std::vector<std::int32_t> number_of(clusters.labels.size(), -1);
        for (std::int32_t& label : clusters.labels) {
            if (label < 0) continue;
            if (number_of[label] < 0) number_of[label] = clusters.count++;
            label = number_of[label];
        }
    }

    std::size_t total_;
    RadiusGrid grid_;
    std::vector<std::uint8_t> core_;  ///< by position in the grid's order
    std::vector<Cores> cores_;        ///< by cell
    UnionFind sets_;
    StopWatch watch_;
};

types::Box3d box_round(const types::PointCloud& cloud, const std::vector<std::uint32_t>& members,
                       RectangleFit fit) {
    std::vector<Point2> footprint;
    footprint.reserve(members.size());
    float low = kInfinity, high = -kInfinity;
    for (std::uint32_t index : members) {
        const types::Point& point = cloud.points[index];
        footprint.push_back({point.x, point.y});
        low = std::min(low, point.z);
        high = std::max(high, point.z);
    }
    const Rectangle rectangle = fit_rectangle(footprint, fit);
    types::Box3d box;
    box.center = {rectangle.center[0] + cloud.origin[0], rectangle.center[1] + cloud.origin[1],
                  (double{low} + high) / 2 + cloud.origin[2]};
    box.size = {rectangle.length, rectangle.width, double{high} - low};
    box.yaw = rectangle.yaw;
    box.label = "cluster";
    return box;
}

std::vector<std::vector<std::uint32_t>> members_of(const Clusters& clusters) {
    std::vector<std::vector<std::uint32_t>> members(clusters.count);
    for (std::uint32_t index = 0; index < clusters.labels.size(); ++index) {
        if (clusters.labels[index] >= 0) members[clusters.labels[index]].push_back(index);
    }
    return members;
}

}  // namespace

Clusters cluster_points(const std::vector<types::Point>& points, double distance,
                        int min_neighbours, const StopAsk& stop) {
    return Clusterer(points, distance, min_neighbours, stop).run();
}

types::Boxes3d fit_boxes(const types::PointCloud& cloud, Clusters& clusters,
                         const BoxLimits& limits, RectangleFit fit, const StopAsk& stop) {
    types::Boxes3d boxes;
    boxes.frame = cloud.frame;
    std::vector<std::int32_t> number_of(clusters.count, -1);
    const std::vector<std::vector<std::uint32_t>> members = members_of(clusters);
    for (std::size_t cluster = 0; cluster < members.size(); ++cluster) {
        if (stop()) break;
        const auto size = static_cast<std::int64_t>(members[cluster].size());
        if (size < limits.min_points || size > limits.max_points) continue;
        const types::Box3d box = box_round(cloud, members[cluster], fit);
        if (box.size[0] > limits.max_length || box.size[2] < limits.min_height ||
            box.size[2] > limits.max_height) {
            continue;
        }
        number_of[cluster] = static_cast<std::int32_t>(boxes.boxes.size());
        boxes.boxes.push_back(box);
    }
    for (std::int32_t& label : clusters.labels) label = label < 0 ? -1 : number_of[label];
    clusters.count = static_cast<std::int32_t>(boxes.boxes.size());
    return boxes;
}

}  // namespace millrace::ops
