#include "engine/visual/scene/leaf_list.hpp"

#include <utility>

namespace millrace::visual {
namespace {

/// Rows over points relative to `center` in a layer's frame, from rows over points relative to the
/// center in the world's.
LeafRows in_layer(const LeafRows& rows, const Matrix4& pose) {
    LeafRows result{};
    for (int row = 0; row < 3; ++row) {
        for (int column = 0; column < 3; ++column) {
            for (int i = 0; i < 3; ++i) result[row][column] += rows[row][i] * pose[i * 4 + column];
        }
        result[row][3] = rows[row][3];
    }
    return result;
}

/// Rows that take the crop box to -1 … 1, over world points relative to `origin`.
LeafRows rows_of(const CropBox& crop, const Vector3& origin) {
    const double cosine = std::cos(crop.yaw), sine = std::sin(crop.yaw);
    const Vector3 axes[3] = {{cosine, sine, 0}, {-sine, cosine, 0}, {0, 0, 1}};
    LeafRows rows{};
    for (int i = 0; i < 3; ++i) {
        if (!std::isfinite(crop.size[i])) continue;  // zeros: all points are within
        const double scale = 2 / std::max(crop.size[i], 1e-12);
        for (int axis = 0; axis < 3; ++axis) rows[i][axis] = axes[i][axis] * scale;
        rows[i][3] = dot(axes[i], origin - crop.center) * scale;
    }
    return rows;
}

/// Least and greatest value of a row over the box round a leaf's center.
std::pair<double, double> span_of(const std::array<double, 4>& row,
                                  const std::array<float, 3>& half) {
    const double reach =
        std::abs(row[0]) * half[0] + std::abs(row[1]) * half[1] + std::abs(row[2]) * half[2];
    return {row[3] - reach, row[3] + reach};
}

enum class Crossing { Outside, Partly, Inside };

Crossing crossing(const LeafRows& rows, const std::array<float, 3>& half) {
    bool inside = true;
    for (const auto& row : rows) {
        const auto [low, high] = span_of(row, half);
        if (low > 1.0001 || high < -1.0001) return Crossing::Outside;
        inside = inside && low > -0.9999 && high < 0.9999;
    }
    return inside ? Crossing::Inside : Crossing::Partly;
}

/// Whether a leaf's box may reach into the target; a pixel's width of slack takes up rounding.
bool reaches(const LeafRows& rows, const std::array<float, 3>& half, const Projector& projector,
             const Window& window) {
    const auto [nearest, farthest] = span_of(rows[2], half);
    if (farthest < projector.near_plane() * 0.999 || nearest > projector.far_plane() * 1.001)
        return false;
    const double lows[2] = {window.left - 1.0, window.top - 1.0};
    const double highs[2] = {window.left + window.width + 2.0, window.top + window.height + 2.0};
    for (int axis = 0; axis < 2; ++axis) {
        // In perspective a pixel is a quotient; multiplied out, its limits are planes.
        std::array<double, 4> past_low = rows[axis], past_high = rows[axis];
        if (projector.perspective()) {
            for (int i = 0; i < 4; ++i) {
                past_low[i] -= lows[axis] * rows[2][i];
                past_high[i] -= highs[axis] * rows[2][i];
            }
        } else {
            past_low[3] -= lows[axis];
            past_high[3] -= highs[axis];
        }
        if (span_of(past_low, half).second < 0 || span_of(past_high, half).first > 0) return false;
    }
    return true;
}

/// Points of a leaf at so many a pixel of it, never fewer than are drawn.
std::uint32_t count_at(const LeafList::Run& run, double density) {
    const double count = std::ceil(density * run.area);
    return std::max(run.drawn,
                    count < run.leaf->count ? static_cast<std::uint32_t>(count) : run.leaf->count);
}

/// The most points a pixel of leaf that give at most `most` points in all.
double density_for(const std::vector<LeafList::Run>& runs, std::size_t most) {
    double low = 1e-12, high = 1e9;
    for (int step = 0; step < 48 && high > low * 1.01; ++step) {
        const double middle = std::sqrt(low * high);
        std::size_t sum = 0;
        for (const LeafList::Run& run : runs) sum += count_at(run, middle);
        (sum > most ? high : low) = middle;
    }
    return low;
}

}  // namespace

void LeafList::begin(const Scene& scene, const Projector& projector, const Window& window,
                     const CropBox* crop) {
    runs_.clear();
    poses_.clear();
    drawn_ = in_sight_ = 0;
    for (std::size_t index = 0; index < scene.clouds.size(); ++index) {
        const CloudLayer& layer = scene.clouds[index];
        poses_.push_back(layer.world_from_layer);
        if (!layer.shown()) continue;
        for (const PointTree::Leaf& leaf : layer.tree->leaves()) {
            Run run{.tree = layer.tree.get(),
                    .leaf = &leaf,
                    .layer = static_cast<std::uint32_t>(index)};
            const LeafRows rows = pixel_rows(run, projector);
            if (!reaches(rows, leaf.half, projector, window)) continue;
            const Crossing crosses =
                crop ? crossing(crop_rows(run, *crop), leaf.half) : Crossing::Inside;
            if (crosses == Crossing::Outside) continue;
            const double radius = std::hypot(leaf.half[0], leaf.half[1], leaf.half[2]);
            const double depth = std::max(rows[2][3], radius * 0.5);
            const double pixels = radius * projector.pixels_per_metre(depth) + 1;
            run.area = static_cast<float>(std::min(pixels * pixels, 1e30));
            run.crop = crosses == Crossing::Partly;
            runs_.push_back(run);
            in_sight_ += leaf.count;
        }
    }
}

void LeafList::share_out(std::size_t budget) {
    const bool all = budget >= in_sight_ - drawn_;
    const double density = all ? 0 : density_for(runs_, drawn_ + budget);
    std::size_t sum = 0;
    for (Run& run : runs_) {
        run.wanted = all ? run.leaf->count : count_at(run, density);
        sum += run.wanted;
    }
    // A budget of less than a point a leaf must not stand still.
    if (sum == drawn_ && !all) {
        for (Run& run : runs_) run.wanted = std::min(run.drawn + 1, run.leaf->count);
    }
}

void LeafList::note_drawn() {
    drawn_ = 0;
    for (Run& run : runs_) drawn_ += run.drawn = run.wanted;
}

LeafRows LeafList::pixel_rows(const Run& run, const Projector& projector) const {
    const Matrix4& pose = poses_[run.layer];
    return in_layer(projector.pixel_rows(transform(pose, run.leaf->center)), pose);
}

LeafRows LeafList::crop_rows(const Run& run, const CropBox& crop) const {
    const Matrix4& pose = poses_[run.layer];
    return in_layer(rows_of(crop, transform(pose, run.leaf->center)), pose);
}

}  // namespace millrace::visual
