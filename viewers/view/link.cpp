#include "viewers/view/link.hpp"

#include <algorithm>
#include <cmath>

#include "engine/visual/calibrate/correction.hpp"
#include "engine/visual/scene/color_map.hpp"
#include "engine/visual/scene/geometry.hpp"

namespace millrace::view {
namespace {

constexpr double kNearest = visual::Pinhole::kNearest;

using visual::Vector3;
using visual::operator+;
using visual::operator-;
using visual::operator*;

/// From the parent frame to the camera's.
Vector3 seen_from(const visual::Camera& camera, const Vector3& point) {
    const auto& m = camera.camera_from_parent;
    Vector3 seen = {};
    for (std::size_t row = 0; row < 3; ++row)
        seen[row] = m[row * 4] * point[0] + m[row * 4 + 1] * point[1] + m[row * 4 + 2] * point[2] +
                    m[row * 4 + 3];
    return seen;
}

/// Pixel and depth of a point in the camera's own frame.
std::optional<Vector3> imaged(const visual::Camera& camera, const Vector3& seen) {
    if (!(seen[2] >= kNearest)) return {};
    const auto& p = camera.projection;
    Vector3 image = {};
    for (std::size_t row = 0; row < 3; ++row)
        image[row] = p[row * 4] * seen[0] + p[row * 4 + 1] * seen[1] + p[row * 4 + 2] * seen[2] +
                     p[row * 4 + 3];
    if (!(image[2] > 0)) return {};
    return Vector3{image[0] / image[2], image[1] / image[2], seen[2]};
}

}  // namespace

viewers::ImageOverlay::Outline outline_of(const visual::Camera& camera,
                                          const visual::Boxes3d::Box& box) {
    viewers::ImageOverlay::Outline outline;
    const double cosine = std::cos(box.yaw), sine = std::sin(box.yaw);
    std::array<Vector3, 8> corners;
    for (std::size_t i = 0; i < corners.size(); ++i) {
        const double x = (i & 1 ? 0.5 : -0.5) * box.size[0], y = (i & 2 ? 0.5 : -0.5) * box.size[1],
                     z = (i & 4 ? 0.5 : -0.5) * box.size[2];
        corners[i] = seen_from(
            camera, box.center + Vector3{cosine * x - sine * y, sine * x + cosine * y, z});
        if (!visual::finite(corners[i])) return outline;
    }
    for (std::size_t from = 0; from < corners.size(); ++from) {
        for (const std::size_t bit : {1U, 2U, 4U}) {
            if (from & bit) continue;
            Vector3 a = corners[from], b = corners[from | bit];
            if (a[2] < kNearest && b[2] < kNearest) continue;
            // A straight edge stays straight in a pinhole image, so its cut end is enough.
            const auto cut = [](const Vector3& out, const Vector3& in) {
                Vector3 at = out + (in - out) * ((kNearest - out[2]) / (in[2] - out[2]));
                at[2] = kNearest;
                return at;
            };
            if (a[2] < kNearest) a = cut(a, b);
            if (b[2] < kNearest) b = cut(b, a);
            const auto first = imaged(camera, a), second = imaged(camera, b);
            if (first && second)
                outline.lines.emplace_back((*first)[0], (*first)[1], (*second)[0], (*second)[1]);
        }
    }
    if (outline.lines.empty()) return outline;
    const visual::Rgb color = visual::label_color(box.label);
    outline.color = {color[0], color[1], color[2], 255};
    outline.label = viewers::label_of(box.label, box.score);
    outline.label_at = outline.lines.front().p1();
    for (const QLineF& line : outline.lines) {
        for (const QPointF& end : {line.p1(), line.p2()}) {
            if (end.y() < outline.label_at.y()) outline.label_at = end;
        }
    }
    return outline;
}

bool is_image_of(const visual::Visual& visual, const std::string& camera) {
    const auto* image = std::get_if<visual::Raster>(&visual);
    return image && image->frame == camera && image->unit.empty();
}

Projection::Projection(std::shared_ptr<const visual::Visual> item, const visual::Camera& camera) {
    const auto& cloud = std::get<visual::Cloud>(*item);
    if (!camera.parent_frame.empty() && camera.parent_frame != cloud.frame) return;
    if (camera.width <= 0 || camera.height <= 0) return;
    columns_ = (camera.width + kCell - 1) / kCell;
    rows_ = (camera.height + kCell - 1) / kCell;
    const visual::Pinhole pinhole(camera);
    for (std::size_t i = 0; i < cloud.points.size(); ++i) {
        const visual::Point& at = cloud.points[i];
        const visual::Pinhole::Pixel pixel =
            pinhole.pixel({static_cast<double>(at.x) + cloud.origin[0],
                           static_cast<double>(at.y) + cloud.origin[1],
                           static_cast<double>(at.z) + cloud.origin[2]});
        if (!pixel.inside) continue;
        pixels_.push_back({static_cast<float>(pixel.x), static_cast<float>(pixel.y),
                           static_cast<float>(pixel.depth), static_cast<std::uint32_t>(i)});
    }
    // Places sorted by cell, by counting.
    const auto cell_of = [&](const Pixel& pixel) {
        const int column = std::clamp(static_cast<int>(pixel.x) / kCell, 0, columns_ - 1);
        const int row = std::clamp(static_cast<int>(pixel.y) / kCell, 0, rows_ - 1);
        return static_cast<std::size_t>(row * columns_ + column);
    };
    starts_.assign(static_cast<std::size_t>(columns_ * rows_) + 1, 0);
    for (const Pixel& pixel : pixels_) ++starts_[cell_of(pixel) + 1];
    for (std::size_t i = 1; i < starts_.size(); ++i) starts_[i] += starts_[i - 1];
    places_.resize(pixels_.size());
    std::vector<std::uint32_t> next(starts_.begin(), starts_.end() - 1);
    for (std::size_t i = 0; i < pixels_.size(); ++i)
        places_[next[cell_of(pixels_[i])]++] = static_cast<std::uint32_t>(i);
}

std::optional<Projection::Pixel> Projection::at(double x, double y, double radius) const {
    std::optional<Pixel> best;
    if (columns_ == 0 || !std::isfinite(x) || !std::isfinite(y)) return best;
    const auto cell = [&](double value, int most) {
        return std::clamp(static_cast<int>(std::floor(value / kCell)), 0, most - 1);
    };
    for (int row = cell(y - radius, rows_); row <= cell(y + radius, rows_); ++row) {
        for (int column = cell(x - radius, columns_); column <= cell(x + radius, columns_);
             ++column) {
            const auto index = static_cast<std::size_t>(row * columns_ + column);
            for (std::uint32_t place = starts_[index]; place < starts_[index + 1]; ++place) {
                const Pixel& pixel = pixels_[places_[place]];
                if (std::hypot(static_cast<double>(pixel.x) - x, static_cast<double>(pixel.y) - y) >
                    radius)
                    continue;
                if (!best || pixel.depth < best->depth) best = pixel;
            }
        }
    }
    return best;
}

std::optional<Projection::Pixel> Projection::of(std::uint32_t point) const {
    const auto found = std::ranges::lower_bound(pixels_, point, {}, &Pixel::point);
    if (found == pixels_.end() || found->point != point) return {};
    return *found;
}

}  // namespace millrace::view
