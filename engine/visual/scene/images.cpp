#include <limits>
#include <utility>

#include "engine/visual/scene/blend.hpp"
#include "engine/visual/scene/lines.hpp"

namespace millrace::visual {
namespace {

/// Where sight lines meet the parallelogram, by Cramer's rule; all linear in the pixel.
class Plane {
public:
    Plane(const Projector& projector, const std::array<Vector3, 3>& corners)
        : projector_(projector),
          corner_(projector.to_camera(corners[0])),
          u_(projector.to_camera(corners[1]) - corner_),
          v_(projector.to_camera(corners[2]) - corner_),
          normal_(cross(u_, v_)) {}
    struct Hit {
        double u, v, depth;
    };
    std::optional<Hit> hit(double x, double y) const {
        // In camera coordinates a ray starts at depth 0 and goes one metre deep a unit.
        const Projected middle = projector_.to_pixel({0, 0, 1});
        // A metre deep may be before the near plane, where there are no pixels.
        const double at = projector_.perspective() ? projector_.near_plane() : 1;
        const double scale = 1 / (projector_.pixels_per_metre(at) * at);
        const double right = (x - middle.x) * scale, down = (y - middle.y) * scale;
        const bool perspective = projector_.perspective();
        const Vector3 start = perspective ? Vector3{} : Vector3{right, down, 0};
        const Vector3 way = perspective ? Vector3{right, down, 1} : Vector3{0, 0, 1};
        const double slope = dot(way, normal_);
        if (std::abs(slope) < 1e-12) return std::nullopt;
        const double depth = dot(corner_ - start, normal_) / slope;
        if (!(depth > projector_.near_plane())) return std::nullopt;
        const Vector3 on = start + way * depth - corner_;
        const double square = dot(normal_, normal_);
        return Hit{dot(cross(on, v_), normal_) / square, dot(cross(u_, on), normal_) / square,
                   depth};
    }

    /// Left, top, right and bottom of the pixels that may be hit.
    std::array<int, 4> box(int width, int height) const {
        std::array<double, 4> reach = {1e9, 1e9, -1e9, -1e9};
        for (const Vector3& corner : {corner_, corner_ + u_, corner_ + v_, corner_ + u_ + v_}) {
            if (!(corner[2] > projector_.near_plane())) return {0, 0, width, height};
            const Projected at = projector_.to_pixel(corner);
            reach = {std::min(reach[0], at.x), std::min(reach[1], at.y), std::max(reach[2], at.x),
                     std::max(reach[3], at.y)};
        }
        const auto cut = [](double value, int most) {
            return static_cast<int>(std::clamp(value, 0.0, static_cast<double>(most)));
        };
        return {cut(reach[0], width), cut(reach[1], height), cut(reach[2] + 1, width),
                cut(reach[3] + 1, height)};
    }

private:
    const Projector& projector_;
    Vector3 corner_, u_, v_, normal_;
};

/// An image on a plane.
class Screen {
public:
    Screen(const Plane& plane, const Raster& image) : plane_(plane), image_(image) {}

    /// The mean of a few samples in the pixel, since images are mostly shown smaller than they are;
    /// none where the pixel's middle isn't on the image.
    std::optional<std::pair<Rgba, double>> color_and_depth(int x, int y) const {
        const auto middle = plane_.hit(x + 0.5, y + 0.5);
        if (!middle || !(middle->u >= 0 && middle->u < 1 && middle->v >= 0 && middle->v < 1))
            return std::nullopt;
        constexpr int kSide = 3;
        std::uint32_t red = 0, green = 0, blue = 0;
        for (int i = 0; i < kSide * kSide; ++i) {
            const int column = i % kSide, row = i / kSide;
            const auto hit = plane_.hit(x + (column + 0.5) / kSide, y + (row + 0.5) / kSide);
            const Rgba color = hit ? at(hit->u, hit->v) : at(middle->u, middle->v);
            red += color & 255, green += color >> 8 & 255, blue += color >> 16 & 255;
        }
        constexpr std::uint32_t kCount = kSide * kSide;
        return std::pair{red / kCount | green / kCount << 8 | blue / kCount << 16, middle->depth};
    }

private:
    Rgba at(double u, double v) const {
        const int x = std::clamp(static_cast<int>(u * image_.width), 0, image_.width - 1);
        const int y = std::clamp(static_cast<int>(v * image_.height), 0, image_.height - 1);
        const std::uint8_t* p = image_.bytes.data() + (static_cast<std::size_t>(y) *
                                                           static_cast<std::size_t>(image_.width) +
                                                       static_cast<std::size_t>(x)) *
                                                          static_cast<std::size_t>(image_.channels);
        if (image_.channels == 1) return rgba_of({p[0], p[0], p[0], 255});
        return rgba_of({p[0], p[1], p[2], 255});
    }

    const Plane& plane_;
    const Raster& image_;
};

}  // namespace

bool drawable(const Raster& image) {
    const bool known = image.channels == 1 || image.channels == 3 || image.channels == 4;
    return known && image.depth == Raster::Depth::U8 && image.width > 0 && image.height > 0 &&
           image.bytes.size() >= static_cast<std::size_t>(image.width) *
                                     static_cast<std::size_t>(image.height) *
                                     static_cast<std::size_t>(image.channels);
}

void draw_image(Frame& frame, const Projector& projector, const std::array<Vector3, 3>& corners,
                const Raster& image, double opacity, double hidden) {
    if (!drawable(image) || std::ranges::any_of(corners, far_out)) return;
    if (frame.screens.empty())
        frame.screens.assign(frame.colors.size(), std::numeric_limits<float>::infinity());
    const Plane plane(projector, corners);
    const Screen screen(plane, image);
    const std::array<int, 4> box = plane.box(frame.width, frame.height);
    const auto solid = static_cast<float>(std::clamp(opacity, 0.0, 1.0));
    const auto faint = static_cast<float>(std::clamp(hidden, 0.0, 1.0)) * solid;
    const auto draw_pixel = [&](int x, int y) {
        const auto found = screen.color_and_depth(x, y);
        if (!found) return;
        const auto& [color, depth] = *found;
        const auto at = static_cast<std::size_t>(y) * static_cast<std::size_t>(frame.width) +
                        static_cast<std::size_t>(x);
        const auto level = static_cast<float>(depth) - slack(projector, depth);
        const bool behind = frame.pixels[at] != kEmptyPixel && level > depth_of(frame.pixels[at]);
        if (!behind && solid > 0.5F)
            frame.screens[at] = std::min(frame.screens[at], static_cast<float>(depth));
        blend(frame.colors[at], color, behind ? faint : solid);
    };
    each_band(frame.height, [&](int top, int bottom) {
        for (int y = std::max(top, box[1]); y < std::min(bottom, box[3]); ++y) {
            for (int x = box[0]; x < box[2]; ++x) draw_pixel(x, y);
        }
    });
}

}  // namespace millrace::visual
