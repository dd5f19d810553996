#include "viewers/view/link.hpp"

#include <algorithm>
#include <cmath>

namespace millrace::view {
namespace {

constexpr double kNearest = 0.1;  ///< metres before the camera

}  // namespace

std::optional<std::array<double, 3>> project(const visual::Camera& camera,
                                             const std::array<double, 3>& point) {
    const auto& m = camera.camera_from_parent;
    const auto& p = camera.projection;
    std::array<double, 3> seen = {};
    for (std::size_t row = 0; row < 3; ++row)
        seen[row] = m[row * 4] * point[0] + m[row * 4 + 1] * point[1] + m[row * 4 + 2] * point[2] +
                    m[row * 4 + 3];
    if (!(seen[2] > kNearest)) return {};
    std::array<double, 3> image = {};
    for (std::size_t row = 0; row < 3; ++row)
        image[row] = p[row * 4] * seen[0] + p[row * 4 + 1] * seen[1] + p[row * 4 + 2] * seen[2] +
                     p[row * 4 + 3];
    if (!(image[2] > 0)) return {};
    return std::array<double, 3>{image[0] / image[2], image[1] / image[2], seen[2]};
}

Projection::Projection(std::shared_ptr<const visual::Visual> item, const visual::Camera& camera) {
    const auto& cloud = std::get<visual::Cloud>(*item);
    if (!camera.parent_frame.empty() && camera.parent_frame != cloud.frame) return;
    if (camera.width <= 0 || camera.height <= 0) return;
    columns_ = (camera.width + kCell - 1) / kCell;
    rows_ = (camera.height + kCell - 1) / kCell;
    for (std::size_t i = 0; i < cloud.points.size(); ++i) {
        const visual::Point& at = cloud.points[i];
        const auto pixel = project(camera, {static_cast<double>(at.x) + cloud.origin[0],
                                            static_cast<double>(at.y) + cloud.origin[1],
                                            static_cast<double>(at.z) + cloud.origin[2]});
        if (!pixel || !((*pixel)[0] >= 0 && (*pixel)[1] >= 0 && (*pixel)[0] < camera.width &&
                        (*pixel)[1] < camera.height))
            continue;
        pixels_.push_back({static_cast<float>((*pixel)[0]), static_cast<float>((*pixel)[1]),
                           static_cast<float>((*pixel)[2]), static_cast<std::uint32_t>(i)});
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
