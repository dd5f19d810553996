#include "engine/visual/calibrate/edge_map.hpp"

#include <algorithm>
#include <cmath>

#include "engine/visual/calibrate/rasters.hpp"

namespace millrace::visual {
namespace {

constexpr std::size_t kMostPixels = 2'000'000;
constexpr float kDecay = 0.9F;  ///< of an edge's strength with each pixel away from it
constexpr float kOwn = 0.33F;   ///< share of a pixel's own edge in the mix
constexpr int kClutter = 40;    ///< pixels to each side that count as the neighbourhood

struct Plane {
    int width = 0, height = 0;
    std::vector<float> values;
    float& at(int x, int y) {
        return values[static_cast<std::size_t>(y) * static_cast<std::size_t>(width) +
                      static_cast<std::size_t>(x)];
    }
    float at(int x, int y) const { return const_cast<Plane*>(this)->at(x, y); }
};

Plane plane_like(const Plane& other) {
    return {other.width, other.height, std::vector<float>(other.values.size())};
}

float brightness(const Raster& image, int x, int y) {
    if (image.channels < 3) return number_at(image, x, y, 0);
    return 0.299F * number_at(image, x, y, 0) + 0.587F * number_at(image, x, y, 1) +
           0.114F * number_at(image, x, y, 2);
}

/// Means of step x step pixels.
Plane gray_of(const Raster& image, int step) {
    Plane gray{image.width / step, image.height / step, {}};
    gray.values.resize(static_cast<std::size_t>(gray.width) *
                       static_cast<std::size_t>(gray.height));
    for (int y = 0; y < gray.height; ++y) {
        for (int x = 0; x < gray.width; ++x) {
            float sum = 0;
            for (int dy = 0; dy < step; ++dy) {
                for (int dx = 0; dx < step; ++dx)
                    sum += brightness(image, x * step + dx, y * step + dy);
            }
            gray.at(x, y) = sum / static_cast<float>(step * step);
        }
    }
    return gray;
}

/// Sobel's difference along x, or along y; strengths by their square root, so that the few
/// strongest edges don't outweigh all others.
Plane difference(const Plane& gray, bool along_x) {
    Plane edges = plane_like(gray);
    for (int y = 1; y + 1 < gray.height; ++y) {
        for (int x = 1; x + 1 < gray.width; ++x) {
            float sum = 0;
            for (int side = -1; side <= 1; ++side) {
                const float weight = side == 0 ? 2 : 1;
                sum += weight * (along_x ? gray.at(x + 1, y + side) - gray.at(x - 1, y + side)
                                         : gray.at(x + side, y + 1) - gray.at(x + side, y - 1));
            }
            edges.at(x, y) = std::sqrt(std::abs(sum));
        }
    }
    return edges;
}

/// The greatest of all edges, each faded by its distance (of the farther axis); two sweeps give it
/// exactly, as with a distance transform.
Plane spread(const Plane& edges) {
    Plane far = edges;
    const auto take = [&](int x, int y, int dx, int dy) {
        const int nx = x + dx, ny = y + dy;
        if (nx < 0 || ny < 0 || nx >= far.width || ny >= far.height) return;
        far.at(x, y) = std::max(far.at(x, y), far.at(nx, ny) * kDecay);
    };
    for (int y = 0; y < far.height; ++y) {
        for (int x = 0; x < far.width; ++x)
            take(x, y, -1, 0), take(x, y, -1, -1), take(x, y, 0, -1), take(x, y, 1, -1);
    }
    for (int y = far.height - 1; y >= 0; --y) {
        for (int x = far.width - 1; x >= 0; --x)
            take(x, y, 1, 0), take(x, y, 1, 1), take(x, y, 0, 1), take(x, y, -1, 1);
    }
    for (std::size_t i = 0; i < far.values.size(); ++i)
        far.values[i] = kOwn * edges.values[i] + (1 - kOwn) * far.values[i];
    return far;
}

/// Takes the mean of the neighbourhood away, by sums over a window that moves.
void remove_clutter(Plane& plane) {
    const int w = plane.width, h = plane.height;
    const auto stride = static_cast<std::size_t>(w) + 1;
    std::vector<double> sums(stride * (static_cast<std::size_t>(h) + 1));
    for (int y = 0; y < h; ++y) {
        double row = 0;
        for (int x = 0; x < w; ++x) {
            row += static_cast<double>(plane.at(x, y));
            sums[(static_cast<std::size_t>(y) + 1) * stride + static_cast<std::size_t>(x) + 1] =
                sums[static_cast<std::size_t>(y) * stride + static_cast<std::size_t>(x) + 1] + row;
        }
    }
    const auto sum = [&](int x, int y) {
        return sums[static_cast<std::size_t>(y) * stride + static_cast<std::size_t>(x)];
    };
    for (int y = 0; y < h; ++y) {
        const int top = std::max(0, y - kClutter), bottom = std::min(h, y + kClutter + 1);
        for (int x = 0; x < w; ++x) {
            const int left = std::max(0, x - kClutter), right = std::min(w, x + kClutter + 1);
            const double mean =
                (sum(right, bottom) - sum(left, bottom) - sum(right, top) + sum(left, top)) /
                ((right - left) * static_cast<double>(bottom - top));
            plane.at(x, y) -= static_cast<float>(mean);
        }
    }
}

/// Mean 0, standard deviation 1; false where all values are alike.
bool standardize(std::vector<float>& values) {
    double sum = 0, squares = 0;
    for (const float value : values) {
        sum += static_cast<double>(value);
        squares += static_cast<double>(value) * static_cast<double>(value);
    }
    const auto count = static_cast<double>(values.size());
    const double mean = sum / count, variance = squares / count - mean * mean;
    const bool lively = variance > 1e-9 && std::isfinite(variance);
    const double scale = lively ? 1 / std::sqrt(variance) : 0;
    for (float& value : values)
        value = lively ? static_cast<float>((static_cast<double>(value) - mean) * scale) : 0.0F;
    return lively;
}

}  // namespace

EdgeMap::EdgeMap(const Raster& image) {
    if (!is_whole(image)) return;
    const std::size_t pixels =
        static_cast<std::size_t>(image.width) * static_cast<std::size_t>(image.height);
    while (pixels / static_cast<std::size_t>(step_ * step_) > kMostPixels) ++step_;
    const Plane gray = gray_of(image, step_);
    if (gray.width < 3 || gray.height < 3) return;
    width_ = gray.width;
    height_ = gray.height;
    for (const Kind kind : {Kind::Upright, Kind::Level}) {
        Plane plane = spread(difference(gray, kind == Kind::Upright));
        remove_clutter(plane);
        flat_ = !standardize(plane.values) && flat_;
        (kind == Kind::Upright ? upright_ : level_) = std::move(plane.values);
    }
}

float EdgeMap::at(Kind kind, double x, double y) const {
    const std::vector<float>& values = kind == Kind::Upright ? upright_ : level_;
    // Pixel (0, 0) covers 0 to 1; its value stands in its middle.
    const double px = x / step_ - 0.5, py = y / step_ - 0.5;
    if (values.empty() || !(px >= 0) || !(py >= 0) || !(px < width_ - 1) || !(py < height_ - 1))
        return 0;
    const int left = static_cast<int>(px), top = static_cast<int>(py);
    const auto fx = static_cast<float>(px - left), fy = static_cast<float>(py - top);
    const float* row = values.data() +
                       static_cast<std::size_t>(top) * static_cast<std::size_t>(width_) +
                       static_cast<std::size_t>(left);
    const float* below = row + width_;
    return (row[0] * (1 - fx) + row[1] * fx) * (1 - fy) +
           (below[0] * (1 - fx) + below[1] * fx) * fy;
}

}  // namespace millrace::visual
