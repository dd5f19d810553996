#include "nodes/ops/draw/wire_frames.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "nodes/ops/boxes/corners.hpp"
#include "nodes/ops/draw/legend.hpp"

namespace millrace::ops {
namespace {

constexpr Rgb kShadow = {6, 7, 10};

double stroke_of(const Pen& pen) {
    return std::clamp(std::sqrt(double(pen.width()) * double(pen.height())) / 450, 1.1, 6.0);
}

/// A line with a dark edge, readable on any background.
void edged_line(Pen& pen, Pixel from, Pixel to, Rgb color, double stroke) {
    pen.line(from, to, kShadow, stroke + 2, 0.45);
    pen.line(from, to, color, stroke);
}

Area around(const std::vector<PixelSegment>& edges) {
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    Area area = {kInfinity, kInfinity, -kInfinity, -kInfinity};
    for (const PixelSegment& edge : edges) {
        for (const Pixel& end : {edge.from, edge.to}) {
            area.left = std::min<double>(area.left, end.u);
            area.right = std::max<double>(area.right, end.u);
            area.top = std::min<double>(area.top, end.v);
            area.bottom = std::max<double>(area.bottom, end.v);
        }
    }
    return area;
}

bool meets(const Area& area, const Pen& pen) {
    return area.left < pen.width() && area.right > 0 && area.top < pen.height() && area.bottom > 0;
}

/// Above the area, below it, or beside it.
std::vector<Pixel> places_for(const Area& area, double letter) {
    const double height = Pen::tag_size("x", letter).v;
    return {pixel_at(area.left, area.top - 2), pixel_at(area.left, area.bottom + height + 2),
            pixel_at(area.right + 2, area.top + height),
            pixel_at(area.left, area.top - 4 - height)};
}

/// The face that looks where the box is heading; empty when part of it is behind the camera.
std::vector<Pixel> front_face(const types::Box3d& box, const types::Camera& camera,
                              const Pen& pen) {
    const auto corners = box_corners(box);
    std::vector<types::Point> points;
    for (int corner : {0, 1, 5, 4}) {
        points.push_back({static_cast<float>(corners[corner][0]),
                          static_cast<float>(corners[corner][1]),
                          static_cast<float>(corners[corner][2])});
    }
    const ProjectedPoints face = project_points(points, camera, {pen.width(), pen.height()});
    if (!std::ranges::all_of(face.depth, [](float depth) { return depth > 0.1F; })) return {};
    return face.uv;
}

struct Seen {
    const types::Box3d* box;
    double depth;
    std::vector<PixelSegment> edges;
    Area area;
};

}  // namespace

void draw_boxes(Pen& pen, const types::Boxes3d& boxes, const types::Camera& camera,
                Labels& labels) {
    std::vector<Seen> seen;
    for (const types::Box3d& box : boxes.boxes) {
        Seen one = {&box,
                    transform(camera.camera_from_lidar, box.center)[2],
                    project_box_edges(box, camera),
                    {}};
        one.area = around(one.edges);
        if (meets(one.area, pen)) seen.push_back(std::move(one));
    }
    std::ranges::stable_sort(seen, std::greater<>(), &Seen::depth);
    const double stroke = stroke_of(pen), letter = letter_height(pen.width(), pen.height());
    for (const Seen& one : seen) {
        const Rgb color = label_color(one.box->label);
        const std::vector<Pixel> face = front_face(*one.box, camera, pen);
        pen.fill(face, color, 0.22);
        for (const PixelSegment& edge : one.edges)
            edged_line(pen, edge.from, edge.to, color, stroke);
        if (face.size() == 4) {
            pen.line(face[0], face[2], color, stroke * 0.6, 0.7);
            pen.line(face[1], face[3], color, stroke * 0.6, 0.7);
        }
        labels.add({.words = box_words(one.box->label, one.box->score, one.depth),
                    .color = color,
                    .letter = letter,
                    .rank = one.depth,
                    .corners = places_for(one.area, letter)});
    }
}

void draw_rectangles(Pen& pen, const types::Boxes2d& rectangles, Labels& labels) {
    const double stroke = stroke_of(pen), letter = letter_height(pen.width(), pen.height());
    for (const types::Box2d& rectangle : rectangles.boxes) {
        const auto [left, top, right, bottom] = rectangle.xyxy;
        const Area area = {left, top, right, bottom};
        if (!meets(area, pen)) continue;
        const Rgb color = label_color(rectangle.label);
        const std::array<Pixel, 4> corners = {pixel_at(left, top), pixel_at(right, top),
                                              pixel_at(right, bottom), pixel_at(left, bottom)};
        pen.outline(corners, kShadow, stroke + 2, 0.45);
        pen.outline(corners, color, stroke);
        // The largest rectangle belongs to the nearest thing, mostly.
        labels.add({.words = box_words(rectangle.label, rectangle.score,
                                       std::numeric_limits<double>::quiet_NaN()),
                    .color = color,
                    .letter = letter,
                    .rank = -(right - left) * (bottom - top),
                    .corners = places_for(area, letter)});
    }
}

}  // namespace millrace::ops
