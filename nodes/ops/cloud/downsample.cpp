#include "nodes/ops/cloud/downsample.hpp"

#include "nodes/ops/cloud/cell_grid.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace millrace::ops {
namespace {

using Members = std::span<const std::uint32_t>;

template <class T>
T rounded(double value) {
    if constexpr (std::is_floating_point_v<T>)
        return static_cast<T>(value);
    else
        return static_cast<T>(std::llround(value));
}

/// The mean of one channel over the values that are no NaN; NaN when there are none.
template <class T>
double mean(const std::vector<T>& values, Members members, int channels, int channel) {
    double sum = 0;
    std::size_t count = 0;
    for (std::uint32_t index : members) {
        const auto value = static_cast<double>(values[std::size_t{index} * channels + channel]);
        if (std::isnan(value)) continue;
        sum += value;
        ++count;
    }
    return count > 0 ? sum / static_cast<double>(count) : std::nan("");
}

/// The most frequent value, the earliest of equally frequent ones. Sorts, since a large cell may
/// hold as many values as points; `sorted` is its memory, kept from call to call.
template <class T>
T majority(const std::vector<T>& values, Members members,
           std::vector<std::pair<T, std::uint32_t>>& sorted) {
    sorted.clear();
    for (std::uint32_t index : members)
        sorted.emplace_back(values[index], static_cast<std::uint32_t>(sorted.size()));
    std::ranges::sort(sorted);
    auto best = sorted.begin();
    std::ptrdiff_t most = 0;
    for (auto start = sorted.begin(); start != sorted.end();) {
        const auto end = std::find_if(start, sorted.end(), [start](const auto& entry) {
            return entry.first != start->first;
        });
        if (end - start > most || (end - start == most && start->second < best->second)) {
            best = start;
            most = end - start;
        }
        start = end;
    }
    return best->first;
}

void scale_to_unit(float* normal) {
    const double length = std::hypot(normal[0], normal[1], normal[2]);
    if (!(length > 0)) return;
    for (int axis = 0; axis < 3; ++axis) normal[axis] = static_cast<float>(normal[axis] / length);
}

template <class T>
std::vector<T> reduce(const types::PointField& field, const std::vector<T>& values,
                      const CellGrid& grid, const std::vector<std::uint32_t>& kept) {
    const bool votes = std::is_integral_v<T> && field.channels == 1 && field.name != "intensity";
    std::vector<T> reduced;
    reduced.reserve(kept.size() * field.channels);
    std::vector<std::pair<T, std::uint32_t>> sorted;
    for (std::uint32_t cell : kept) {
        const Members members = grid.points_in(cell);
        if (votes) {
            reduced.push_back(majority(values, members, sorted));
            continue;
        }
        for (int channel = 0; channel < field.channels; ++channel) {
            reduced.push_back(rounded<T>(mean(values, members, field.channels, channel)));
        }
    }
    if constexpr (std::is_same_v<T, float>) {
        if (field.name == "normal" && field.channels == 3) {
            for (std::size_t at = 0; at + 2 < reduced.size(); at += 3) scale_to_unit(&reduced[at]);
        }
    }
    return reduced;
}

types::Point center_of(const std::vector<types::Point>& points, Members members) {
    double x = 0, y = 0, z = 0;
    for (std::uint32_t index : members) {
        x += points[index].x;
        y += points[index].y;
        z += points[index].z;
    }
    const auto count = static_cast<double>(members.size());
    return {static_cast<float>(x / count), static_cast<float>(y / count),
            static_cast<float>(z / count)};
}

}  // namespace

types::PointCloud voxel_downsample(const types::PointCloud& cloud, double side, int min_points) {
    const CellGrid grid(cloud.points, side);
    std::vector<std::uint32_t> kept;
    kept.reserve(grid.cell_count());
    for (std::uint32_t cell = 0; cell < grid.cell_count(); ++cell) {
        if (static_cast<int>(grid.points_in(cell).size()) >= min_points) kept.push_back(cell);
    }
    types::PointCloud result;
    result.frame = cloud.frame;
    result.origin = cloud.origin;
    result.timestamp = cloud.timestamp;
    result.points.reserve(kept.size());
    for (std::uint32_t cell : kept)
        result.points.push_back(center_of(cloud.points, grid.points_in(cell)));
    for (const types::PointField& field : cloud.fields) {
        result.fields.push_back({field.name, field.channels,
                                 std::visit(
                                     [&](const auto& values) -> types::PointField::Values {
                                         return reduce(field, values, grid, kept);
                                     },
                                     field.values)});
    }
    result.full_count = result.points.size();
    return result;
}

}  // namespace millrace::ops
