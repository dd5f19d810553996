#include "nodes/ops/draw/birds_eye.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "nodes/ops/boxes/corners.hpp"

namespace millrace::ops {
namespace {

constexpr Rgb kGround = {14, 17, 22};
constexpr Rgb kGrid = {48, 54, 64};
constexpr Rgb kText = {150, 158, 170};

class View {
public:
    View(const BirdsEyeStyle& style) : style_(style) {}
    Pixel at(double x, double y) const {
        return {static_cast<float>((style_.side - y) * style_.pixels_per_metre),
                static_cast<float>((style_.ahead - x) * style_.pixels_per_metre)};
    }

private:
    const BirdsEyeStyle& style_;
};

void draw_rings(Pen& pen, const View& view, const BirdsEyeStyle& style) {
    if (style.ring_step <= 0) return;
    const double farthest = std::hypot(std::max(style.ahead, style.behind), style.side);
    for (double radius = style.ring_step; radius <= farthest; radius += style.ring_step) {
        pen.circle(view.at(0, 0), radius * style.pixels_per_metre, kGrid);
        if (radius < style.ahead) {
            pen.text(fmt::format("{:.0f} m", radius), view.at(radius + 3 / style.pixels_per_metre, -3 / style.pixels_per_metre), 10, kText);
        }
    }
    pen.line(view.at(style.ahead, 0), view.at(-style.behind, 0), kGrid);
    pen.line(view.at(0, style.side), view.at(0, -style.side), kGrid);
}

void draw_points(types::Image& image, const types::PointCloud& cloud, const View& view, const BirdsEyeStyle& style) {
    const types::PointField* intensity = style.color == PointColor::Intensity ? cloud.field("intensity") : nullptr;
    std::vector<float> highest(static_cast<std::size_t>(image.width) * static_cast<std::size_t>(image.height),
                               -std::numeric_limits<float>::infinity());
    for (std::size_t i = 0; i < cloud.points.size(); ++i) {
        const types::Point& point = cloud.points[i];
        const Pixel pixel = view.at(point.x, point.y);
        if (!(pixel.u >= 0 && pixel.u < image.width && pixel.v >= 0 && pixel.v < image.height) || std::isnan(point.z)) continue;
        const int x = static_cast<int>(pixel.u);
        const int y = static_cast<int>(pixel.v);
        float& top = highest[static_cast<std::size_t>(y) * static_cast<std::size_t>(image.width) + static_cast<std::size_t>(x)];
        if (point.z <= top) continue;
        top = point.z;
        const Rgb color = intensity ? color_at(style.map, std::sqrt(intensity->at(i)), 0, 1) : color_at(style.map, point.z, style.low, style.high);
        std::ranges::copy(color, image.row<std::uint8_t>(y) + static_cast<std::ptrdiff_t>(x) * 3);
    }
}

void draw_boxes(Pen& pen, const types::Boxes3d& boxes, const View& view) {
    for (const types::Box3d& box : boxes.boxes) {
        const auto corners = box_corners(box);
        const auto corner = [&](int i) { return view.at(corners[i][0], corners[i][1]); };
        const Rgb color = label_color(box.label);
        pen.fill({corner(0), corner(1), corner(2), corner(3)}, color, 0.18);
        for (int i = 0; i < 4; ++i) pen.line(corner(i), corner((i + 1) % 4), color, 1.5);
        const Pixel front{(corner(0).u + corner(1).u) / 2, (corner(0).v + corner(1).v) / 2};
        pen.line(view.at(box.center[0], box.center[1]), front, color, 1.5);
        if (!box.label.empty()) pen.text(box.label, {front.u + 4, front.v - 4}, 9, color);
    }
}

}  // namespace

types::Image draw_birds_eye(const types::PointCloud& cloud, const types::Boxes3d* boxes, const BirdsEyeStyle& style) {
    const int width = std::clamp(static_cast<int>(std::lround(2 * style.side * style.pixels_per_metre)), 16, 8192);
    const int height = std::clamp(static_cast<int>(std::lround((style.ahead + style.behind) * style.pixels_per_metre)), 16, 8192);
    types::Image image(width, height, 3);
    for (std::size_t i = 0; i < image.bytes.size(); ++i) image.bytes[i] = kGround[i % 3];
    const View view(style);
    Pen pen(image);
    draw_rings(pen, view, style);
    draw_points(image, cloud, view, style);
    if (boxes) draw_boxes(pen, *boxes, view);
    // The vehicle: an arrow head at the sensor.
    pen.fill({view.at(1.6, 0), view.at(-1.2, 0.9), view.at(-0.6, 0), view.at(-1.2, -0.9)}, {255, 255, 255});
    if (style.color == PointColor::Height) pen.legend(style.map, style.low, style.high, "m");
    return image;
}

}  // namespace millrace::ops
