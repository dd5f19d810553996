#include "nodes/ops/draw/overlay.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <vector>

#include "nodes/ops/draw/legend.hpp"
#include "nodes/ops/draw/wire_frames.hpp"

namespace millrace::ops {
namespace {

struct Dot {
    float depth;
    std::uint32_t point;
};

ColorScale scale_of(const std::vector<float>& values, const OverlayStyle& style) {
    const bool is_depth = style.color == PointColor::Depth;
    const Spacing spacing = is_depth ? Spacing::Logarithmic : Spacing::Linear;
    const bool given = style.scale.first != style.scale.second;
    const auto [low, high] = given ? style.scale : rounded(spread_of(values), spacing);
    // Near is where depth matters most, so it takes the warm end of the scale.
    return {style.map, low, high, spacing, is_depth ? Direction::Falling : Direction::Rising};
}

/// Dots fill about half of the lower half of the image, where most points fall.
double dot_size(const types::Image& image, std::size_t points) {
    const double area = double(image.width) * double(image.height) / 2;
    const double unit = std::sqrt(2 * area) / 600;
    return std::clamp(0.8 * std::sqrt(area / double(std::max<std::size_t>(points, 1))), 2 * unit,
                      4.4 * unit);
}

void draw_points(Pen& pen, const types::PointCloud& cloud, const ColorScale& scale,
                 const std::vector<float>& values, double size, double opacity) {
    const types::PointField& u = required_field(cloud, "u");
    const types::PointField& v = required_field(cloud, "v");
    const types::PointField& depth = required_field(cloud, "depth");
    std::vector<Dot> dots;
    dots.reserve(cloud.points.size());
    for (std::uint32_t i = 0; i < cloud.points.size(); ++i) {
        const auto metres = static_cast<float>(depth.at(i));
        if (std::isfinite(metres)) dots.push_back({metres, i});
    }
    // The number settles ties, so that the picture is the same on every machine.
    std::ranges::sort(dots, [](const Dot& a, const Dot& b) {
        return a.depth != b.depth ? a.depth > b.depth : a.point < b.point;
    });
    for (const auto [metres, i] : dots) {
        // Nearer points are drawn larger: they stand for more of the picture.
        const double diameter = size * std::clamp(1.2 - metres / 100.0, 0.75, 1.2);
        pen.dot(pixel_at(u.at(i), v.at(i)), diameter, scale(values[i]), opacity);
    }
}

}  // namespace

const types::PointField& required_field(const types::PointCloud& cloud, std::string_view name) {
    const types::PointField* field = cloud.field(name);
    if (field && field->count() == cloud.points.size()) return *field;
    const bool projected = name != "intensity";
    throw engine::Error(
        {.code = "E-FUSION-001",
         .what = fmt::format("The cloud has no field \"{}\" for each of its points", name),
         .expected = projected ? "the output of fusion.project_points, with fields u, v and depth"
                               : "a cloud with the field \"intensity\"",
         .found = field
                      ? fmt::format("{} values for {} points", field->count(), cloud.points.size())
                      : "a cloud without it",
         .mend = projected ? "Connect fusion.project_points in front."
                           : "Colour by depth or height, or load a cloud that has intensities."});
}

std::vector<float> color_values(const types::PointCloud& cloud, PointColor color) {
    const std::size_t count = cloud.points.size();
    std::vector<float> values(count);
    if (color == PointColor::Height) {
        for (std::size_t i = 0; i < count; ++i)
            values[i] = static_cast<float>(cloud.points[i].z + cloud.origin[2]);
        return values;
    }
    const types::PointField& field =
        required_field(cloud, color == PointColor::Depth ? "depth" : "intensity");
    for (std::size_t i = 0; i < count; ++i) values[i] = static_cast<float>(field.at(i));
    return values;
}

std::string_view legend_title(PointColor color) {
    if (color == PointColor::Intensity) return "intensity";
    return color == PointColor::Depth ? "depth, m" : "height, m";
}

types::Image draw_overlay(const types::Image& image, const OverlayLayers& layers,
                          const OverlayStyle& style) {
    types::Image drawn = to_rgb(image);
    dim(drawn, style.dimming);
    Pen pen(drawn);
    Labels labels;
    std::optional<ColorScale> scale;
    if (layers.projected) {
        const std::vector<float> values = color_values(*layers.projected, style.color);
        scale = scale_of(values, style);
        const double size =
            style.point_size > 0 ? style.point_size : dot_size(drawn, values.size());
        draw_points(pen, *layers.projected, *scale, values, size, style.opacity);
    }
    if (layers.boxes && layers.camera) draw_boxes(pen, *layers.boxes, *layers.camera, labels);
    if (layers.rectangles) draw_rectangles(pen, *layers.rectangles, labels);
    if (scale && style.legend) {
        if (const auto area = draw_legend(pen, *scale, legend_title(style.color)))
            labels.keep_free(*area);
    }
    if (style.tags) labels.draw(pen);
    return drawn;
}

}  // namespace millrace::ops
