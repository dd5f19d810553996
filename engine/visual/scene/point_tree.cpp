#include "engine/visual/scene/point_tree.hpp"

#include <fmt/format.h>
#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/parallel_reduce.h>
#include <oneapi/tbb/task_arena.h>

#include <bit>
#include <numeric>

#include "engine/problem.hpp"

namespace millrace::visual {
namespace {

/// Points between two looks at the stop token: well under a millisecond.
constexpr std::size_t kBetweenLooks = 1 << 16;

bool finite(const Point& p) {
    return std::isfinite(p.x) && std::isfinite(p.y) && std::isfinite(p.z);
}

/// Puts two zero bits before each of the lowest ten bits.
std::uint32_t spread(std::uint32_t bits) {
    bits = (bits | bits << 16) & 0x030000ff;
    bits = (bits | bits << 8) & 0x0300f00f;
    bits = (bits | bits << 4) & 0x030c30c3;
    return (bits | bits << 2) & 0x09249249;
}

/// A cube cut into 2^bits cells along each axis, numbered along the Morton curve.
struct Grid {
    Vector3 low = {};
    double side = 0;
    int bits = 0;

    std::size_t cells() const { return std::size_t{1} << (3 * bits); }
    std::uint32_t cell(const Point& p) const {
        const double scale = side > 0 ? static_cast<double>(1U << bits) / side : 0;
        const auto place = [&](double value, int axis) {
            const double top = static_cast<double>((1U << bits) - 1);
            return static_cast<std::uint32_t>(std::clamp((value - low[axis]) * scale, 0.0, top));
        };
        return spread(place(p.x, 0)) | spread(place(p.y, 1)) << 1 | spread(place(p.z, 2)) << 2;
    }
    /// The cube of the cell `code` of the grid with `level` bits an axis over the same cube.
    Grid sub(std::uint32_t code, int level, int sub_bits) const {
        Grid grid{low, side / static_cast<double>(1U << level), sub_bits};
        for (int bit = 0; bit < level; ++bit) {
            for (int axis = 0; axis < 3; ++axis) {
                if (code >> (3 * bit + axis) & 1) grid.low[axis] += grid.side * (1U << bit);
            }
        }
        return grid;
    }
};

struct Range {
    std::uint32_t begin, end;
    std::uint32_t count() const { return end - begin; }
};

/// A range that is one leaf, or a single cell of the grid with too many points for one.
struct Part {
    Range range;
    std::uint32_t cell;
    bool whole;
};

/// Descends the octree that lies over a grid's cells; `starts` has one entry more than cells.
void divide(std::span<const std::uint32_t> starts, std::uint32_t cell, int level, int bits,
            std::vector<Part>& parts) {
    const int below = 3 * (bits - level);
    const Range range = {starts[std::size_t{cell} << below],
                         starts[(std::size_t{cell} + 1) << below]};
    if (range.count() == 0) return;
    if (range.count() <= PointTree::kLeafPoints || level == bits) {
        parts.push_back({range, cell, range.count() <= PointTree::kLeafPoints});
        return;
    }
    for (std::uint32_t child = 0; child < 8; ++child)
        divide(starts, cell * 8 + child, level + 1, bits, parts);
}

/// Cuts what can't be told apart by place: many points in one spot.
void chop(Range range, std::vector<Range>& leaves) {
    for (; range.count() > PointTree::kLeafPoints; range.begin += PointTree::kLeafPoints)
        leaves.push_back({range.begin, range.begin + PointTree::kLeafPoints});
    leaves.push_back(range);
}

/// Sorts `order[range]` into leaves; for cells that a coarser grid could not divide.
void refine(std::span<const Point> points, std::uint32_t* order, Range range, const Grid& grid,
            int depth, const std::stop_token& stop, std::vector<Range>& leaves) {
    constexpr int kMostDepth = 12;
    if (stop.stop_requested()) return;
    if (range.count() <= PointTree::kLeafPoints) {
        leaves.push_back(range);
        return;
    }
    if (depth > kMostDepth || !(grid.side > 0)) return chop(range, leaves);
    std::vector<std::uint32_t> starts(grid.cells() + 1), sorted(range.count());
    for (std::uint32_t i = range.begin; i < range.end; ++i)
        ++starts[grid.cell(points[order[i]]) + 1];
    std::partial_sum(starts.begin(), starts.end(), starts.begin());
    std::vector<std::uint32_t> next(starts.begin(), starts.end() - 1);
    for (std::uint32_t i = range.begin; i < range.end; ++i)
        sorted[next[grid.cell(points[order[i]])]++] = order[i];
    std::ranges::copy(sorted, order + range.begin);
    std::vector<Part> parts;
    divide(starts, 0, 0, grid.bits, parts);
    for (const Part& part : parts) {
        const Range moved = {part.range.begin + range.begin, part.range.end + range.begin};
        refine(points, order, moved, grid.sub(part.cell, grid.bits, grid.bits), depth + 1, stop,
               leaves);
    }
}

/// First numbers of the cells in the sorted order (one more than cells); `order` gets the indices.
std::vector<std::uint32_t> sort_by_cell(std::span<const Point> points, const Grid& grid,
                                        const std::stop_token& stop, Block<std::uint32_t>& order) {
    // As many blocks as threads: each has a count of its own for every cell. The sort is stable, so
    // their number doesn't show in the result.
    const auto blocks = static_cast<std::size_t>(
        std::clamp<std::ptrdiff_t>(oneapi::tbb::this_task_arena::max_concurrency(), 1, 16));
    const std::size_t cells = grid.cells(), per = points.size() / blocks + 1;
    std::vector<std::vector<std::uint32_t>> counts(blocks);
    const auto each_block = [&](const auto& work) {
        oneapi::tbb::parallel_for(std::size_t{0}, blocks, [&](std::size_t block) {
            const std::size_t begin = std::min(points.size(), block * per);
            const std::size_t end = std::min(points.size(), begin + per);
            for (std::size_t i = begin; i < end; ++i) {
                if (i % kBetweenLooks == 0 && stop.stop_requested()) return;
                if (finite(points[i])) work(block, i, grid.cell(points[i]));
            }
        });
    };
    for (auto& list : counts) list.assign(cells, 0);
    each_block([&](std::size_t block, std::size_t, std::uint32_t cell) { ++counts[block][cell]; });
    std::vector<std::uint32_t> starts(cells + 1);
    std::uint32_t sum = 0;
    for (std::size_t cell = 0; cell < cells; ++cell) {
        starts[cell] = sum;
        for (auto& list : counts) sum += std::exchange(list[cell], sum);
    }
    starts[cells] = sum;
    // Counts that were cut short don't fit what a second pass would find.
    if (stop.stop_requested()) return {};
    order = Block<std::uint32_t>(sum);
    each_block([&](std::size_t block, std::size_t i, std::uint32_t cell) {
        order[counts[block][cell]++] = static_cast<std::uint32_t>(i);
    });
    return starts;
}

std::vector<Range> make_leaves(std::span<const Point> points, const Grid& grid,
                               const std::stop_token& stop, Block<std::uint32_t>& order) {
    const std::vector<std::uint32_t> starts = sort_by_cell(points, grid, stop, order);
    if (stop.stop_requested()) return {};
    std::vector<Part> parts;
    divide(starts, 0, 0, grid.bits, parts);
    std::vector<std::vector<Range>> lists(parts.size());
    oneapi::tbb::parallel_for(std::size_t{0}, parts.size(), [&](std::size_t i) {
        if (parts[i].whole) {
            lists[i].push_back(parts[i].range);
        } else {
            constexpr int kBits = 3;
            refine(points, order.data(), parts[i].range, grid.sub(parts[i].cell, grid.bits, kBits),
                   0, stop, lists[i]);
        }
    });
    std::vector<Range> leaves;
    for (const auto& list : lists) leaves.insert(leaves.end(), list.begin(), list.end());
    return leaves;
}

/// Sorts a leaf's points along the Morton curve, then takes them in bit-reversed order: any first
/// part of them is spread evenly along the curve, hence in space.
class Sampler {
public:
    std::span<const std::uint32_t> order(std::span<const Point> points,
                                         std::span<const std::uint32_t> leaf, const Grid& grid) {
        static_assert(PointTree::kLeafPoints <= 1 << 16);
        const std::size_t count = leaf.size();
        keys_.resize(count), spare_.resize(count), result_.resize(count);
        for (std::size_t i = 0; i < count; ++i)
            keys_[i] = std::uint64_t{grid.cell(points[leaf[i]])} << 32 | leaf[i];
        for (int shift : {32, 44}) pass(shift);
        const auto bits = static_cast<int>(std::bit_width(count - 1));
        std::size_t filled = 0;
        for (std::uint32_t i = 0; filled < count; ++i) {
            std::uint32_t reversed = 0;
            for (int bit = 0; bit < bits; ++bit) reversed |= (i >> bit & 1) << (bits - 1 - bit);
            if (reversed < count) result_[filled++] = static_cast<std::uint32_t>(keys_[reversed]);
        }
        return result_;
    }

private:
    void pass(int shift) {
        std::array<std::uint32_t, 4097> starts{};
        const auto digit = [shift](std::uint64_t key) { return key >> shift & 4095; };
        for (std::uint64_t key : keys_) ++starts[digit(key) + 1];
        std::partial_sum(starts.begin(), starts.end(), starts.begin());
        for (std::uint64_t key : keys_) spare_[starts[digit(key)]++] = key;
        keys_.swap(spare_);
    }
    std::vector<std::uint64_t> keys_, spare_;
    std::vector<std::uint32_t> result_;
};

Bounds bounds_of(std::span<const Point> points, const std::stop_token& stop) {
    return oneapi::tbb::parallel_reduce(
        oneapi::tbb::blocked_range<std::size_t>(0, points.size(), 65536), Bounds{},
        [&](const auto& range, Bounds bounds) {
            for (std::size_t i = range.begin(); i < range.end(); ++i) {
                if (i % kBetweenLooks == 0 && stop.stop_requested()) break;
                if (finite(points[i])) bounds.add(Vector3{points[i].x, points[i].y, points[i].z});
            }
            return bounds;
        },
        [](Bounds a, const Bounds& b) {
            a.add(b);
            return a;
        });
}

/// Of the points with these indices, all finite.
Bounds bounds_of(std::span<const Point> points, std::span<const std::uint32_t> indices) {
    Bounds box;
    for (std::uint32_t i : indices) box.add(Vector3{points[i].x, points[i].y, points[i].z});
    return box;
}

double longest(const Bounds& bounds) {
    const Vector3 size = bounds.size();
    return std::max({size[0], size[1], size[2]});
}

/// What a leaf's positions are relative to: the middle of the box, unless a stray point makes it so
/// large that floats lose millimetres; then where most of the points are.
Vector3 center_of(std::span<const Point> points, std::span<const std::uint32_t> leaf,
                  const Bounds& box) {
    constexpr double kLarge = 20'000;
    if (longest(box) < kLarge) return box.center();
    constexpr std::size_t kEnough = 31;
    Vector3 center;
    for (int axis = 0; axis < 3; ++axis) {
        std::vector<double> values;
        for (std::uint32_t index : leaf.first(std::min(leaf.size(), kEnough))) {
            const Point& p = points[index];
            values.push_back(axis == 0 ? p.x : axis == 1 ? p.y : p.z);
        }
        const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
        std::ranges::nth_element(values, middle);
        center[axis] = *middle;
    }
    return center;
}

}  // namespace

PointTree::PointTree(const Cloud& cloud, const std::stop_token& stop) {
    build(cloud, stop);
    // What was begun is of no use to anybody.
    if (stop.stop_requested()) *this = {};
}

void PointTree::build(const Cloud& cloud, const std::stop_token& stop) {
    constexpr std::size_t kMost = 0xffffffff;
    if (cloud.points.size() > kMost) {
        throw engine::Error({.code = "E-VIEW-001",
                             .what = "Too many points to show at once",
                             .expected = fmt::format("at most {} points", kMost),
                             .found = fmt::format("{} points", cloud.points.size()),
                             .mend = "Open a part of the cloud, or decimate it."});
    }
    const std::span<const Point> points = cloud.points;
    const Bounds local = bounds_of(points, stop);
    if (local.empty() || stop.stop_requested()) return;
    const Vector3 origin = cloud.origin;
    bounds_ = {local.low + origin, local.high + origin};
    // A few cells per leaf; more cost time in small clouds.
    const int bits = points.size() > 4'000'000 ? 6 : points.size() > 100'000 ? 5 : 3;
    const std::vector<Range> ranges =
        make_leaves(points, {local.low, longest(local), bits}, stop, source_);
    if (stop.stop_requested()) return;
    x_ = Block<float>(size()), y_ = Block<float>(size()), z_ = Block<float>(size());
    leaves_.resize(ranges.size());
    for (std::size_t i = 0; i < ranges.size(); ++i) {
        while (first_leaves_.size() * kStride < ranges[i].end)
            first_leaves_.push_back(static_cast<std::uint32_t>(i));
    }
    oneapi::tbb::parallel_for(
        oneapi::tbb::blocked_range<std::size_t>(0, ranges.size(), 8), [&](const auto& some) {
            Sampler sampler;
            for (std::size_t i = some.begin(); i < some.end() && !stop.stop_requested(); ++i) {
                const Range range = ranges[i];
                const std::span<std::uint32_t> indices{source_.data() + range.begin, range.count()};
                const Bounds box = bounds_of(points, indices);
                const auto sorted = sampler.order(points, indices, {box.low, longest(box), 8});
                std::ranges::copy(sorted, indices.begin());
                const Vector3 center = center_of(points, indices, box);
                leaves_[i] = {range.begin, range.count(), center + origin, {}};
                fill(leaves_[i], points, center);
            }
        });
}

/// Sets a leaf's positions relative to `center` of the cloud's own coordinates.
void PointTree::fill(Leaf& leaf, std::span<const Point> points, const Vector3& center) {
    for (std::size_t place = leaf.begin; place < leaf.begin + leaf.count; ++place) {
        const Point& p = points[source_[place]];
        x_[place] = static_cast<float>(p.x - center[0]);
        y_[place] = static_cast<float>(p.y - center[1]);
        z_[place] = static_cast<float>(p.z - center[2]);
        leaf.half[0] = std::max(leaf.half[0], std::abs(x_[place]));
        leaf.half[1] = std::max(leaf.half[1], std::abs(y_[place]));
        leaf.half[2] = std::max(leaf.half[2], std::abs(z_[place]));
    }
}

Vector3 PointTree::position(std::size_t place) const {
    return leaf_of(place).center + Vector3{x_[place], y_[place], z_[place]};
}

std::size_t PointTree::bytes() const {
    return size() * (3 * sizeof(float) + sizeof(std::uint32_t)) + leaves_.size() * sizeof(Leaf) +
           first_leaves_.size() * sizeof(std::uint32_t);
}

}  // namespace millrace::visual
