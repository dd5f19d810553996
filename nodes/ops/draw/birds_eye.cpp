#include "nodes/ops/draw/birds_eye.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "nodes/ops/boxes/corners.hpp"
#include "nodes/ops/camera/transform.hpp"
#include "nodes/ops/draw/legend.hpp"

namespace millrace::ops {
namespace {

constexpr Rgb kGround = {13, 16, 21};
constexpr Rgb kGrid = {62, 70, 84};
constexpr Rgb kText = {176, 184, 196};
constexpr Rgb kView = {92, 104, 124};

class View {
public:
    explicit View(const BirdsEyeStyle& style) : style_(style) {}
    Pixel at(double x, double y) const {
        return pixel_at((style_.side - y) / style_.resolution,
                        (style_.ahead - x) / style_.resolution);
    }

private:
    const BirdsEyeStyle& style_;
};

/// Rings nearer to each other than some pixels would fill the picture.
bool has_rings(const BirdsEyeStyle& style) {
    return style.ring_step > 0 && style.ring_step >= 4 * style.resolution;
}

void draw_rings(Pen& pen, const View& view, const BirdsEyeStyle& style) {
    pen.line(view.at(style.ahead, 0), view.at(-style.behind, 0), kGrid, 1, 0.7);
    pen.line(view.at(0, style.side), view.at(0, -style.side), kGrid, 1, 0.7);
    if (!has_rings(style)) return;
    const double farthest = std::hypot(std::max(style.ahead, style.behind), style.side);
    for (double radius = style.ring_step; radius <= farthest; radius += style.ring_step)
        pen.circle(view.at(0, 0), radius / style.resolution, kGrid, 1);
}

void write_metres(Pen& pen, const View& view, const BirdsEyeStyle& style, Labels& labels) {
    if (!has_rings(style)) return;
    const double letter = letter_height(pen.width(), pen.height());
    // Every ring has its number unless they stand closer than two lines of text.
    const double apart = style.ring_step / style.resolution;
    const int every = std::max(1, static_cast<int>(std::ceil(2.6 * letter / apart)));
    for (int ring = every; ring * style.ring_step < style.ahead; ring += every) {
        const std::string words = fmt::format("{:.6g} m", ring * style.ring_step);
        const Pixel top = view.at(ring * style.ring_step, 0);
        const double left = top.u + letter * 0.4, bottom = top.v - letter * 0.35;
        if (bottom < letter * 1.2) break;
        pen.text(words, pixel_at(left, bottom), letter, kText);
        labels.keep_free({left, bottom - letter, left + Pen::text_width(words, letter), bottom});
    }
}

/// What the camera sees, as a wedge from its place to the left and right border of its image.
void draw_view(Pen& pen, const View& view, const types::Camera& camera,
               const BirdsEyeStyle& style) {
    const auto& p = camera.projection;
    if (!(p[0] > 0) || camera.width <= 0) return;
    const Matrix4 lidar_from_camera = inverse(camera.camera_from_lidar);
    const Vector3 eye = transform(lidar_from_camera, {0, 0, 0});
    const double reach = 2 * std::hypot(std::max(style.ahead, style.behind), style.side);
    for (double u : {0.0, double(camera.width)}) {
        const Vector3 far = transform(lidar_from_camera, {(u - p[2]) / p[0], 0, 1});
        const double dx = far[0] - eye[0], dy = far[1] - eye[1], length = std::hypot(dx, dy);
        if (!(length > 0)) continue;
        pen.line(view.at(eye[0], eye[1]),
                 view.at(eye[0] + dx / length * reach, eye[1] + dy / length * reach), kView, 1.2,
                 0.8);
    }
}

/// A number whose order is the order of the height, then of the point.
std::uint64_t rank_of(float height, std::uint32_t point) {
    auto bits = std::bit_cast<std::uint32_t>(height);
    bits ^= (bits >> 31) != 0 ? 0xffffffffU : 0x80000000U;
    return std::uint64_t{bits} << 32 | point;
}

/// The points to draw, the lowest first. Of those that fall on the same pixel just the highest.
std::vector<std::uint32_t> points_to_draw(const types::PointCloud& cloud, const View& view,
                                          int width, int height) {
    constexpr float kBeyond = 1;  // pixels beyond the border
    const auto columns = static_cast<std::size_t>(width) + 3;
    const auto rows = static_cast<std::size_t>(height) + 3;
    std::vector<std::uint64_t> highest(columns * rows, 0);
    std::vector<std::size_t> taken;
    for (std::uint32_t i = 0; i < cloud.points.size(); ++i) {
        const types::Point& point = cloud.points[i];
        const Pixel place = view.at(point.x + cloud.origin[0], point.y + cloud.origin[1]);
        const bool inside = place.u >= -kBeyond && place.v >= -kBeyond &&
                            place.u <= static_cast<float>(width) + kBeyond &&
                            place.v <= static_cast<float>(height) + kBeyond;
        if (!inside || !std::isfinite(point.z)) continue;
        const auto column = static_cast<std::size_t>(place.u + kBeyond);
        const auto row = static_cast<std::size_t>(place.v + kBeyond);
        std::uint64_t& cell = highest[row * columns + column];
        if (cell == 0) taken.push_back(row * columns + column);
        cell = std::max(cell, rank_of(point.z, i));
    }
    std::vector<std::uint64_t> ranks;
    ranks.reserve(taken.size());
    for (const std::size_t cell : taken) ranks.push_back(highest[cell]);
    std::ranges::sort(ranks);
    std::vector<std::uint32_t> points;
    points.reserve(ranks.size());
    for (const std::uint64_t rank : ranks) points.push_back(static_cast<std::uint32_t>(rank));
    return points;
}

void draw_points(Pen& pen, const types::PointCloud& cloud, const ColorScale& scale,
                 const View& view, const BirdsEyeStyle& style) {
    const types::PointField* intensity =
        style.color == PointColor::Intensity ? &required_field(cloud, "intensity") : nullptr;
    const double size = std::clamp(std::sqrt(double(pen.width()) * pen.height()) / 450, 1.4, 3.0);
    for (const std::uint32_t i : points_to_draw(cloud, view, pen.width(), pen.height())) {
        const types::Point& point = cloud.points[i];
        const double x = point.x + cloud.origin[0], y = point.y + cloud.origin[1];
        double value = point.z + cloud.origin[2];
        if (intensity) value = intensity->at(i);
        if (style.color == PointColor::Depth) value = std::hypot(x, y);
        pen.dot(view.at(x, y), size, scale(value), 0.9);
    }
}

void draw_boxes(Pen& pen, const types::Boxes3d& boxes, const View& view, Labels& labels) {
    const double letter = 0.9 * letter_height(pen.width(), pen.height());
    const double tag_height = Pen::tag_size("x", letter).v;
    for (const types::Box3d& box : boxes.boxes) {
        const auto corners = box_corners(box);
        std::array<Pixel, 4> outline;
        for (int i = 0; i < 4; ++i) outline[i] = view.at(corners[i][0], corners[i][1]);
        const auto [left, right] = std::ranges::minmax(outline, {}, &Pixel::u);
        const auto [top, bottom] = std::ranges::minmax(outline, {}, &Pixel::v);
        const bool meets = left.u < float(pen.width()) && right.u > 0 &&
                           top.v < float(pen.height()) && bottom.v > 0;
        if (!meets) continue;
        const Rgb color = label_color(box.label);
        const Pixel front = pixel_at((double(outline[0].u) + outline[1].u) / 2,
                                     (double(outline[0].v) + outline[1].v) / 2);
        pen.fill(outline, color, 0.16);
        pen.outline(outline, color, 1.5);
        pen.line(view.at(box.center[0], box.center[1]), front, color, 1.5);
        const double distance = std::hypot(box.center[0], box.center[1]);
        labels.add({.words = box_words(box.label, box.score, distance),
                    .color = color,
                    .letter = letter,
                    .rank = distance,
                    .corners = {pixel_at(right.u + 3.0, top.v + tag_height),
                                pixel_at(left.u - 3.0 - 8 * letter, top.v + tag_height),
                                pixel_at(left.u, top.v - 3.0),
                                pixel_at(left.u, bottom.v + 3.0 + tag_height)}});
    }
}

/// The sensor: an arrow head that looks forward, never too small to see.
void draw_sensor(Pen& pen, const View& view, const BirdsEyeStyle& style) {
    const double unit = std::max(1.0, 9 * style.resolution);
    const Pixel tip = view.at(1.5 * unit, 0), notch = view.at(-0.45 * unit, 0);
    // Two triangles, since the arrow head is not convex.
    for (double side : {1.0, -1.0}) {
        const std::array<Pixel, 3> half = {tip, view.at(-unit, side * unit), notch};
        pen.fill(half, {245, 247, 250});
    }
    const std::array<Pixel, 4> outline = {tip, view.at(-unit, unit), notch, view.at(-unit, -unit)};
    pen.outline(outline, kGround, 1.2);
}

ColorScale scale_of(const types::PointCloud& cloud, const BirdsEyeStyle& style) {
    if (style.color == PointColor::Height) return {style.map, style.low, style.high};
    if (style.color == PointColor::Depth) {
        return {style.map, 0, std::hypot(std::max(style.ahead, style.behind), style.side),
                Spacing::Linear, Direction::Falling};
    }
    const auto spread = spread_of(color_values(cloud, PointColor::Intensity));
    const auto [low, high] = rounded(spread, Spacing::Linear);
    return {style.map, low, high};
}

}  // namespace

std::pair<double, double> birds_eye_size(const BirdsEyeStyle& style) {
    return {std::round(2 * style.side / style.resolution),
            std::round((style.ahead + style.behind) / style.resolution)};
}

bool is_birds_eye_size(double width, double height) {
    const auto fits = [](double side) { return side >= 16 && side <= 8192; };
    return fits(width) && fits(height);
}

types::Image draw_birds_eye(const types::PointCloud& cloud, const types::Boxes3d* boxes,
                            const types::Camera* camera, const BirdsEyeStyle& style) {
    const auto [width, height] = birds_eye_size(style);
    if (!is_birds_eye_size(width, height)) {
        throw engine::Error(
            {.code = "E-IMAGE-005",
             .what = "The bird's-eye view has no usable size",
             .expected = "16 to 8192 pixels on each side",
             .found = fmt::format("{:.6g} x {:.6g}", width, height),
             .where = "resolution",
             .mend = "Make the pixels larger or smaller, or change what is shown."});
    }
    types::Image image(static_cast<int>(width), static_cast<int>(height), 3);
    image.timestamp = cloud.timestamp;
    for (std::size_t i = 0; i < image.bytes.size(); ++i) image.bytes[i] = kGround[i % 3];
    const View view(style);
    const ColorScale scale = scale_of(cloud, style);
    Pen pen(image);
    Labels labels;
    draw_rings(pen, view, style);
    if (camera) draw_view(pen, view, *camera, style);
    draw_points(pen, cloud, scale, view, style);
    write_metres(pen, view, style, labels);
    if (boxes) draw_boxes(pen, *boxes, view, labels);
    draw_sensor(pen, view, style);
    if (style.legend) {
        const std::string_view title =
            style.color == PointColor::Depth ? "range, m" : legend_title(style.color);
        if (const auto area = draw_legend(pen, scale, title)) labels.keep_free(*area);
    }
    if (style.tags) labels.draw(pen);
    return image;
}

}  // namespace millrace::ops
