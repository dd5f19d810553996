#include "engine/visual/scene/overlay.hpp"

#include <limits>
#include <utility>

namespace millrace::visual {
namespace {

void add_boxes(std::vector<Segment>& segments, const BoxLayer& layer, float width) {
    // Pairs of corners that differ in one axis.
    for (const Boxes3d::Box& box : layer.boxes->boxes) {
        const Color color = box_color(layer, box);
        std::array<Vector3, 8> corners;
        for (int i = 0; i < 8; ++i) corners[i] = transform(layer.world_from_layer, corner(box, i));
        for (int i = 0; i < 8; ++i) {
            for (int bit : {1, 2, 4}) {
                if (!(i & bit)) segments.push_back({corners[i], corners[i | bit], color, width});
            }
        }
        // A stroke from the middle of the floor to the front shows the heading.
        const Vector3 middle = (corners[0] + corners[3]) * 0.5,
                      front = (corners[1] + corners[3]) * 0.5;
        segments.push_back({middle, front, color, width});
    }
}

void add_path(std::vector<Segment>& segments, const PathLayer& layer, float width) {
    const auto& points = layer.path->points;
    for (std::size_t i = 1; i < points.size(); ++i) {
        segments.push_back({transform(layer.world_from_layer, points[i - 1]),
                            transform(layer.world_from_layer, points[i]), layer.path->color,
                            width * 1.4F});
    }
}

void add_camera(std::vector<Segment>& segments, const CameraLayer& layer, const Style& style,
                float width) {
    const auto corners = frustum(layer.camera, layer.depth);
    if (!corners) return;
    const auto& ground = style.background_bottom;
    const bool bright = ground[0] + ground[1] + ground[2] > 3 * 128;
    const Color color = bright ? Color{70, 80, 98, 230} : Color{235, 240, 250, 230};
    std::array<Vector3, 5> world;
    for (int i = 0; i < 5; ++i) world[i] = transform(layer.world_from_layer, (*corners)[i]);
    for (int i = 0; i < 4; ++i) {
        segments.push_back({world[4], world[i], color, width});
        segments.push_back({world[i], world[(i + 1) % 4], color, width});
    }
}

}  // namespace

std::vector<StandingImage> standing_images(const Scene& scene) {
    std::vector<StandingImage> images;
    for (const CameraLayer& layer : scene.cameras) {
        if (!layer.visible || !layer.image) continue;
        const auto corners = frustum(layer.camera, layer.depth);
        if (!corners) continue;
        const auto world = [&](int i) { return transform(layer.world_from_layer, (*corners)[i]); };
        images.push_back({{world(0), world(1), world(3)}, layer.image.get(), layer.opacity});
    }
    return images;
}

Color box_color(const BoxLayer& layer, const Boxes3d::Box& box) {
    if (layer.color) return *layer.color;
    const Rgb color = label_color(box.label);
    return {color[0], color[1], color[2], 255};
}

std::vector<Segment> shape_segments(const Scene& scene, const Style& style) {
    std::vector<Segment> segments;
    const auto width = static_cast<float>(style.line_width);
    for (const BoxLayer& layer : scene.boxes) {
        if (layer.visible && layer.boxes) add_boxes(segments, layer, width);
    }
    for (const PathLayer& layer : scene.paths) {
        if (layer.visible && layer.path) add_path(segments, layer, width);
    }
    for (const CameraLayer& layer : scene.cameras) {
        if (layer.visible) add_camera(segments, layer, style, width * 0.8F);
    }
    return segments;
}

double grid_step(const View& view) {
    const double wanted = view.distance * std::tan(view.field_of_view / 2) / 4;
    const double power = std::pow(10.0, std::floor(std::log10(wanted)));
    const double digit = wanted / power;
    return power * (digit >= 5 ? 5 : digit >= 2 ? 2 : 1);
}

std::vector<Segment> grid_segments(const Bounds& core, const View& view, const Style& style) {
    constexpr int kReach = 24;
    std::vector<Segment> segments;
    if (core.empty() || !finite(core.low) || !finite(view.target)) return segments;
    const double step = grid_step(view), z = core.low[2];
    const double first[2] = {std::round(view.target[0] / step), std::round(view.target[1] / step)};
    const auto at = [&](double along, double across, bool swap) {
        const double a = (first[swap] + along) * step, b = (first[!swap] + across) * step;
        return swap ? Vector3{b, a, z} : Vector3{a, b, z};
    };
    const auto add_line = [&](int across, bool swap) {
        const bool strong = std::fmod(first[!swap] + across, 5) == 0;
        for (int along = -kReach; along < kReach; ++along) {
            const double share = std::min(std::hypot(along + 0.5, across) / kReach, 1.0);
            Color color = style.grid_color;
            const double fade = (1 - share * share) * (strong ? 1 : 0.5);
            color[3] = static_cast<std::uint8_t>(color[3] * fade);
            if (color[3] < 2) continue;
            segments.push_back({at(along, across, swap), at(along + 1, across, swap), color, 1});
        }
    };
    for (int across = -kReach; across <= kReach; ++across) {
        add_line(across, false);
        add_line(across, true);
    }
    return segments;
}

std::vector<Segment> axes_segments(const Scene& scene, const View& view) {
    std::vector<Segment> segments;
    const double size = grid_step(view);
    std::vector<std::pair<Matrix4, Vector3>> done;
    for (const CloudLayer& layer : scene.clouds) {
        if (!layer.shown()) continue;
        const std::pair<Matrix4, Vector3> place = {layer.world_from_layer, layer.cloud->origin};
        if (std::ranges::find(done, place) != done.end()) continue;
        done.push_back(place);
        constexpr Color kColors[3] = {{240, 80, 90, 255}, {110, 210, 90, 255}, {90, 150, 255, 255}};
        const Vector3 origin = transform(place.first, place.second);
        for (int axis = 0; axis < 3; ++axis) {
            Vector3 tip = place.second;
            tip[axis] += size;
            segments.push_back({origin, transform(place.first, tip), kColors[axis], 2.5F});
        }
    }
    return segments;
}

std::vector<LabelAnchor> label_anchors(const Scene& scene, const Projector& projector,
                                       const Frame& frame) {
    return label_anchors(scene, projector, [&](int x, int y) {
        const Pixel pixel = frame.at(x, y);
        return pixel == kEmptyPixel ? std::numeric_limits<float>::infinity() : depth_of(pixel);
    });
}

std::vector<LabelAnchor> label_anchors(const Scene& scene, const Projector& projector,
                                       const std::function<float(int x, int y)>& depth_at) {
    std::vector<LabelAnchor> anchors;
    for (std::size_t index = 0; index < scene.boxes.size(); ++index) {
        const BoxLayer& layer = scene.boxes[index];
        if (!layer.visible || !layer.boxes) continue;
        for (std::size_t i = 0; i < layer.boxes->boxes.size(); ++i) {
            const Boxes3d::Box& box = layer.boxes->boxes[i];
            const Vector3 top = box.center + Vector3{0, 0, box.size[2] / 2};
            const auto pixel = projector.project(transform(layer.world_from_layer, top));
            if (!pixel || !(pixel->x >= 0 && pixel->x < projector.width()) ||
                !(pixel->y >= 0 && pixel->y < projector.height()))
                continue;
            const float seen = depth_at(static_cast<int>(pixel->x), static_cast<int>(pixel->y));
            const double slack = 4 / projector.pixels_per_metre(pixel->depth);
            const bool hidden = pixel->depth > static_cast<double>(seen) + slack;
            anchors.push_back({index, i, *pixel, box_color(layer, box), hidden});
        }
    }
    std::ranges::stable_sort(anchors, std::greater<>(),
                             [](const LabelAnchor& anchor) { return anchor.pixel.depth; });
    return anchors;
}

void draw_overlay(Frame& frame, const Scene& scene, const Projector& projector, const Style& style,
                  const View& view, const Bounds& core) {
    for (const StandingImage& each : standing_images(scene)) {
        draw_image(frame, projector, each.corners, *each.image, each.opacity, style.hidden_lines);
    }
    std::vector<Segment> segments;
    const auto add = [&](const std::vector<Segment>& some) {
        segments.insert(segments.end(), some.begin(), some.end());
    };
    // What points hide of grid and axes is left out, or it would lie over them like a net.
    if (style.grid) add(grid_segments(core, view, style));
    if (style.axes) add(axes_segments(scene, view));
    draw_segments(frame, projector, segments, 0);
    draw_segments(frame, projector, shape_segments(scene, style), style.hidden_lines);
}

}  // namespace millrace::visual
