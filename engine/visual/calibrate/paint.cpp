#include "engine/visual/calibrate/paint.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>

#include "engine/visual/calibrate/correction.hpp"
#include "engine/visual/calibrate/rasters.hpp"
#include "engine/visual/scene/colors.hpp"

namespace millrace::visual {
namespace {

struct Seen {
    float x = 0, y = 0, depth = 0;
    std::uint32_t point = 0;
};

/// Points of an image by square cells, so that those near a pixel are found.
class Cells {
public:
    Cells(const std::vector<Seen>& seen, double width, double height, double side)
        : seen_(seen),
          side_(side),
          columns_(std::max(1, static_cast<int>(width / side) + 1)),
          rows_(std::max(1, static_cast<int>(height / side) + 1)),
          starts_(static_cast<std::size_t>(columns_) * static_cast<std::size_t>(rows_) + 1),
          places_(seen.size()) {
        for (const Seen& each : seen) ++starts_[cell_of(each) + 1];
        for (std::size_t i = 1; i < starts_.size(); ++i) starts_[i] += starts_[i - 1];
        std::vector<std::uint32_t> next(starts_.begin(), starts_.end() - 1);
        for (std::size_t i = 0; i < seen.size(); ++i)
            places_[next[cell_of(seen[i])]++] = static_cast<std::uint32_t>(i);
    }

    std::size_t filled() const {
        std::size_t count = 0;
        for (std::size_t i = 1; i < starts_.size(); ++i) count += starts_[i] > starts_[i - 1];
        return count;
    }

    /// Nearer points on opposite sides within the cell's side to each.
    bool hides(const Seen& point) const {
        const float reach = static_cast<float>(side_);
        const float limit = point.depth * 0.97F - 0.3F;
        bool above = false, below = false, left = false, right = false;
        const int column = column_of(point), row = row_of(point);
        for (int r = std::max(0, row - 1); r <= std::min(rows_ - 1, row + 1); ++r) {
            for (int c = std::max(0, column - 1); c <= std::min(columns_ - 1, column + 1); ++c) {
                const std::size_t cell = index_of(c, r);
                for (std::uint32_t i = starts_[cell]; i < starts_[cell + 1]; ++i) {
                    const Seen& other = seen_[places_[i]];
                    const float dx = other.x - point.x, dy = other.y - point.y;
                    if (other.depth > limit || dx * dx + dy * dy > reach * reach) continue;
                    // On the diagonal a point counts for both directions. Ground that comes nearer
                    // lies below on both sides and hides nothing.
                    if (std::abs(dy) >= std::abs(dx) / 2) (dy <= 0 ? above : below) = true;
                    if (dy <= 0 && std::abs(dx) >= std::abs(dy) / 2)
                        (dx <= 0 ? left : right) = true;
                    if ((above && below) || (left && right)) return true;
                }
            }
        }
        return false;
    }

private:
    int column_of(const Seen& each) const {
        return std::clamp(static_cast<int>(static_cast<double>(each.x) / side_), 0, columns_ - 1);
    }
    int row_of(const Seen& each) const {
        return std::clamp(static_cast<int>(static_cast<double>(each.y) / side_), 0, rows_ - 1);
    }
    std::size_t index_of(int column, int row) const {
        return static_cast<std::size_t>(row) * static_cast<std::size_t>(columns_) +
               static_cast<std::size_t>(column);
    }
    std::size_t cell_of(const Seen& each) const { return index_of(column_of(each), row_of(each)); }

    const std::vector<Seen>& seen_;
    double side_;
    int columns_, rows_;
    std::vector<std::uint32_t> starts_, places_;
};

std::vector<Seen> seen_by(const Camera& camera, const Cloud& cloud) {
    const Pinhole pinhole(camera);
    std::vector<Seen> seen;
    for (std::size_t i = 0; i < cloud.points.size(); ++i) {
        const Point& p = cloud.points[i];
        const Pinhole::Pixel at = pinhole.pixel({static_cast<double>(p.x) + cloud.origin[0],
                                                 static_cast<double>(p.y) + cloud.origin[1],
                                                 static_cast<double>(p.z) + cloud.origin[2]});
        if (at.inside)
            seen.push_back({static_cast<float>(at.x), static_cast<float>(at.y),
                            static_cast<float>(at.depth), static_cast<std::uint32_t>(i)});
    }
    return seen;
}

/// Two spacings between the points, as dense as they are where there are any.
double window_of(const std::vector<Seen>& seen, const Camera& camera) {
    constexpr double kCoarse = 32;  ///< pixels
    const Cells coarse(seen, camera.width, camera.height, kCoarse);
    const double area = static_cast<double>(coarse.filled()) * kCoarse * kCoarse;
    return std::clamp(2 * std::sqrt(area / static_cast<double>(seen.size())), 2.0, 48.0);
}

}  // namespace

Painted paint_by_cameras(const Cloud& cloud, std::span<const CameraImage> cameras,
                         const Color& unseen) {
    Painted painted;
    painted.colors.assign(cloud.points.size(), rgba_of(unseen));
    constexpr float kNobody = std::numeric_limits<float>::infinity();
    std::vector<float> nearest(cloud.points.size(), kNobody);
    std::vector<bool> behind(cloud.points.size());
    for (const auto& [given, image] : cameras) {
        const Camera camera = image ? camera_of_image(given, *image) : given;
        const bool fits = image && is_whole(*image) && image->unit.empty() &&
                          image->width == camera.width && image->height == camera.height;
        if (!fits || (!camera.parent_frame.empty() && camera.parent_frame != cloud.frame)) continue;
        const std::vector<Seen> seen = seen_by(camera, cloud);
        if (seen.empty()) continue;
        const Cells cells(seen, camera.width, camera.height, window_of(seen, camera));
        for (const Seen& each : seen) {
            const float aside = std::hypot(2 * each.x / static_cast<float>(camera.width) - 1,
                                           2 * each.y / static_cast<float>(camera.height) - 1);
            if (!(aside < nearest[each.point])) continue;
            if (cells.hides(each)) {
                behind[each.point] = true;
                continue;
            }
            nearest[each.point] = aside;
            painted.colors[each.point] =
                rgba_of(color_at(*image, static_cast<double>(each.x), static_cast<double>(each.y)));
        }
    }
    for (std::size_t i = 0; i < nearest.size(); ++i) {
        painted.seen += nearest[i] < kNobody;
        painted.hidden += behind[i] && nearest[i] == kNobody;
    }
    return painted;
}

Color color_at(const Raster& image, double x, double y) {
    Color color = {0, 0, 0, 255};
    if (!is_whole(image)) return color;
    const double px = std::clamp(std::isfinite(x) ? x - 0.5 : 0.0, 0.0, image.width - 1.0),
                 py = std::clamp(std::isfinite(y) ? y - 0.5 : 0.0, 0.0, image.height - 1.0);
    const int left = static_cast<int>(px), top = static_cast<int>(py),
              right = std::min(left + 1, image.width - 1),
              bottom = std::min(top + 1, image.height - 1);
    const double fx = px - left, fy = py - top;
    const double scale = image.depth == Raster::Depth::U8    ? 1
                         : image.depth == Raster::Depth::U16 ? 1 / 257.0
                                                             : 255;
    for (int c = 0; c < 3; ++c) {
        const int channel = image.channels < 3 ? 0 : c;
        const auto at = [&](int column, int row) {
            return static_cast<double>(number_at(image, column, row, channel));
        };
        const double value = (at(left, top) * (1 - fx) + at(right, top) * fx) * (1 - fy) +
                             (at(left, bottom) * (1 - fx) + at(right, bottom) * fx) * fy;
        color[static_cast<std::size_t>(c)] =
            static_cast<std::uint8_t>(std::clamp(value * scale + 0.5, 0.0, 255.0));
    }
    return color;
}

}  // namespace millrace::visual
