#include "nodes/ops/draw/overlay.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "nodes/ops/boxes/corners.hpp"

namespace millrace::ops {
namespace {

const types::PointField& required(const types::PointCloud& cloud, std::string_view name) {
    if (const types::PointField* field = cloud.field(name)) return *field;
    throw engine::Error({.code = "E-FUSION-001",
                         .what = fmt::format("The cloud has no field \"{}\"", name),
                         .expected = "the output of fusion.project_points, with fields u, v and depth",
                         .found = "another cloud",
                         .mend = "Connect fusion.project_points in front."});
}

std::vector<float> values_of(const types::PointCloud& cloud, PointColor color) {
    const std::size_t count = cloud.points.size();
    std::vector<float> values(count);
    if (color == PointColor::Height) {
        for (std::size_t i = 0; i < count; ++i) values[i] = cloud.points[i].z;
        return values;
    }
    const types::PointField& field = required(cloud, color == PointColor::Depth ? "depth" : "intensity");
    for (std::size_t i = 0; i < count; ++i) values[i] = static_cast<float>(field.at(i));
    return values;
}

}  // namespace

std::pair<double, double> spread_of(std::vector<float> values) {
    std::erase_if(values, [](float value) { return !std::isfinite(value); });
    if (values.empty()) return {0, 1};
    const auto at = [&](double share) {
        const auto place = values.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
        std::ranges::nth_element(values, place);
        return static_cast<double>(*place);
    };
    const double low = at(0.02);
    const double high = at(0.98);
    return {low, high > low ? high : low + 1};
}

void draw_points(types::Image& image, const types::PointCloud& projected, const OverlayStyle& style) {
    const types::PointField& u = required(projected, "u");
    const types::PointField& v = required(projected, "v");
    const types::PointField& depth = required(projected, "depth");
    const std::vector<float> values = values_of(projected, style.color);
    auto [low, high] = style.high > style.low ? std::pair(style.low, style.high) : spread_of(values);
    if (style.color == PointColor::Depth && !(style.high > style.low)) low = 0;
    std::vector<std::uint32_t> order(projected.points.size());
    std::iota(order.begin(), order.end(), 0u);
    std::vector<float> depths(order.size());
    for (std::size_t i = 0; i < depths.size(); ++i) depths[i] = static_cast<float>(depth.at(i));
    std::ranges::sort(order, std::greater<>(), [&](std::uint32_t i) { return depths[i]; });
    Pen pen(image);
    // Near is where depth matters most, so it takes the warm end of the scale.
    const bool reversed = style.color == PointColor::Depth;
    for (std::uint32_t i : order) {
        const double value = reversed ? high + low - values[i] : values[i];
        // Nearer points are drawn larger: they stand for more of the picture.
        const double size = style.point_size * std::clamp(1.25 - depths[i] / 120.0, 0.6, 1.25);
        pen.dot({static_cast<float>(u.at(i)), static_cast<float>(v.at(i))}, size, color_at(style.map, value, low, high), style.opacity);
    }
    if (!style.legend) return;
    const char* unit = style.color == PointColor::Intensity ? "" : "m";
    if (reversed) pen.legend(style.map, high, low, unit);
    else pen.legend(style.map, low, high, unit);
}

Rgb label_color(std::string_view label) {
    if (label == "Car" || label == "car") return {86, 214, 255};
    if (label == "Pedestrian" || label == "pedestrian") return {255, 122, 214};
    if (label == "Cyclist" || label == "bicycle" || label == "motorcycle") return {255, 209, 82};
    if (label == "Truck" || label == "truck" || label == "bus" || label == "Van") return {140, 255, 150};
    return {235, 235, 240};
}

void draw_boxes(types::Image& image, const types::Boxes3d& boxes, const types::Camera& camera) {
    Pen pen(image);
    const double letter = std::clamp(image.height / 36.0, 9.0, 16.0);
    for (const types::Box3d& box : boxes.boxes) {
        const std::vector<PixelSegment> edges = project_box_edges(box, camera);
        const bool seen = std::ranges::any_of(edges, [&](const PixelSegment& edge) {
            return edge.from.u >= 0 && edge.from.u < image.width && edge.from.v >= 0 && edge.from.v < image.height;
        });
        if (!seen) continue;
        const Rgb color = label_color(box.label);
        Pixel top{0, 1e9f};
        for (const PixelSegment& edge : edges) {
            pen.outlined_line(edge.from, edge.to, color, 1.4);
            if (edge.from.v < top.v) top = edge.from;
        }
        // A cross on the front face tells which way the box looks.
        const auto corners = box_corners(box);
        std::vector<types::Point> front;
        for (int corner : {0, 5, 1, 4}) {
            front.push_back({static_cast<float>(corners[corner][0]), static_cast<float>(corners[corner][1]),
                             static_cast<float>(corners[corner][2])});
        }
        const ProjectedPoints face = project_points(front, camera, {image.width, image.height});
        if (std::ranges::all_of(face.depth, [](float depth) { return depth > 0.5f; })) {
            pen.line(face.uv[0], face.uv[1], color);
            pen.line(face.uv[2], face.uv[3], color);
        }
        if (box.label.empty()) continue;
        const std::string words = box.score < 1 ? fmt::format("{} {:.2f}", box.label, box.score) : box.label;
        pen.text(words, {std::clamp(top.u, 2.f, static_cast<float>(image.width)), std::max(top.v - 4, static_cast<float>(letter + 2))},
                 letter, color);
    }
}

}  // namespace millrace::ops
