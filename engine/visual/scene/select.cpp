#include "engine/visual/scene/select.hpp"

#include <oneapi/tbb/parallel_for.h>

namespace millrace::visual {
namespace {

/// Indices of the points of leaves that pass `maybe` and themselves pass `is`; both see world
/// coordinates.
template <class Maybe, class Is>
std::vector<std::uint32_t> gather(const CloudLayer& layer, const Maybe& maybe, const Is& is) {
    if (!layer.cloud || !layer.tree) return {};
    const PointTree& tree = *layer.tree;
    const auto leaves = tree.leaves();
    std::vector<std::vector<std::uint32_t>> lists(leaves.size());
    oneapi::tbb::parallel_for(std::size_t{0}, leaves.size(), [&](std::size_t index) {
        const PointTree::Leaf& leaf = leaves[index];
        const Vector3 half = {leaf.half[0], leaf.half[1], leaf.half[2]};
        const Bounds box =
            transformed(layer.world_from_layer, {leaf.center - half, leaf.center + half});
        if (!maybe(box)) return;
        for (std::uint32_t place = leaf.begin; place < leaf.begin + leaf.count; ++place) {
            const std::uint32_t source = tree.source(place);
            const Point& p = layer.cloud->points[source];
            const Vector3 local = layer.cloud->origin + Vector3{p.x, p.y, p.z};
            if (is(transform(layer.world_from_layer, local))) lists[index].push_back(source);
        }
    });
    std::vector<std::uint32_t> all;
    for (const auto& list : lists) all.insert(all.end(), list.begin(), list.end());
    std::ranges::sort(all);
    return all;
}

/// The pixels that a box of the world may fall on; none when it reaches behind the eye.
bool may_fall_on(const Bounds& box, const Projector& projector, const std::array<int, 4>& pixels) {
    if (pixels[2] <= pixels[0]) return false;
    std::array<double, 4> reach = {Bounds::kNone, Bounds::kNone, -Bounds::kNone, -Bounds::kNone};
    for (int i = 0; i < 8; ++i) {
        const Vector3 camera = projector.to_camera(box.corner(i));
        if (projector.perspective() && !(camera[2] > projector.near_plane())) return true;
        const Projected at = projector.to_pixel(camera);
        reach = {std::min(reach[0], at.x), std::min(reach[1], at.y), std::max(reach[2], at.x),
                 std::max(reach[3], at.y)};
    }
    return reach[0] - 1 <= pixels[2] && reach[2] + 1 >= pixels[0] && reach[1] - 1 <= pixels[3] &&
           reach[3] + 1 >= pixels[1];
}

}  // namespace

PixelMask::PixelMask(std::span<const Vector2> polygon, int width, int height)
    : width_(std::max(width, 0)),
      height_(std::max(height, 0)),
      inside_(static_cast<std::size_t>(width_) * static_cast<std::size_t>(height_)),
      box_{width_, height_, 0, 0} {
    std::vector<double> crossings;
    for (int y = 0; y < height_; ++y) {
        crossings.clear();
        const double middle = y + 0.5;
        for (std::size_t i = 0; i < polygon.size(); ++i) {
            const Vector2 &a = polygon[i], &b = polygon[(i + 1) % polygon.size()];
            if ((a[1] <= middle) == (b[1] <= middle)) continue;
            crossings.push_back(a[0] + (middle - a[1]) / (b[1] - a[1]) * (b[0] - a[0]));
        }
        std::ranges::sort(crossings);
        for (std::size_t i = 0; i + 1 < crossings.size(); i += 2) {
            const auto column = [this](double x) {
                return static_cast<int>(std::clamp(std::ceil(x - 0.5), 0.0, double(width_)));
            };
            const int first = column(crossings[i]), end = column(crossings[i + 1]);
            if (first >= end) continue;
            const auto row = inside_.begin() + static_cast<std::ptrdiff_t>(y) * width_;
            std::fill(row + first, row + end, std::uint8_t{1});
            box_ = {std::min(box_[0], first), std::min(box_[1], y), std::max(box_[2], end),
                    std::max(box_[3], y + 1)};
        }
    }
}

PixelMask PixelMask::rectangle(const Vector2& a, const Vector2& b, int width, int height) {
    const std::array<Vector2, 4> corners = {a, {b[0], a[1]}, b, {a[0], b[1]}};
    return PixelMask(corners, width, height);
}

std::vector<std::uint32_t> points_on(const CloudLayer& layer, const Projector& projector,
                                     const PixelMask& mask, const CropBox* crop) {
    return gather(
        layer, [&](const Bounds& box) { return may_fall_on(box, projector, mask.box()); },
        [&](const Vector3& world) {
            const auto pixel = projector.project(world);
            return pixel && mask.at(pixel->x, pixel->y) && (!crop || contains(*crop, world));
        });
}

std::vector<std::uint32_t> points_in(const CloudLayer& layer, const CropBox& box) {
    // The box's own bounds; along infinite sides there are none.
    const double reach = std::hypot(box.size[0], box.size[1]) / 2;
    const Vector3 half = {reach, reach, box.size[2] / 2};
    return gather(
        layer,
        [&](const Bounds& leaf) {
            for (int axis = 0; axis < 3; ++axis) {
                if (leaf.low[axis] > box.center[axis] + half[axis] + 1e-6 ||
                    leaf.high[axis] < box.center[axis] - half[axis] - 1e-6)
                    return false;
            }
            return true;
        },
        [&](const Vector3& world) { return contains(box, world); });
}

bool contains(const CropBox& box, const Vector3& world) {
    const Vector3 arm = world - box.center;
    const double cosine = std::cos(box.yaw), sine = std::sin(box.yaw);
    const double along = arm[0] * cosine + arm[1] * sine, across = arm[1] * cosine - arm[0] * sine;
    return std::abs(along) <= box.size[0] / 2 && std::abs(across) <= box.size[1] / 2 &&
           std::abs(arm[2]) <= box.size[2] / 2;
}

}  // namespace millrace::visual
