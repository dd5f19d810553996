#include "engine/visual/scene/renderer.hpp"

#include <utility>

#include "engine/visual/scene/overlay.hpp"

namespace millrace::visual {
namespace {

int kept(int size) { return std::clamp(size, 1, SplatRenderer::kMostPixels); }

bool same_cloud(const CloudLayer& a, const CloudLayer& b) {
    return a.cloud == b.cloud && a.tree == b.tree && a.visible == b.visible &&
           a.world_from_layer == b.world_from_layer;
}

bool same_colors(const CloudLayer& a, const CloudLayer& b) {
    return same_cloud(a, b) && a.coloring == b.coloring && a.selected == b.selected &&
           a.painted == b.painted;
}

std::optional<Picked> nearest_to(const std::vector<Pixel>& pixels, const Window& window, int x,
                                 int y, int radius, const Scene& scene, const PointNumbers& numbers,
                                 const Projector& projector) {
    Pixel best = kEmptyPixel;
    int best_distance = radius * radius + 1;
    const int right = std::min(x + radius + 1, window.left + window.width);
    const int bottom = std::min(y + radius + 1, window.top + window.height);
    for (int line = std::max(y - radius, window.top); line < bottom; ++line) {
        const Pixel* row = pixels.data() + static_cast<std::size_t>(line - window.top) *
                                               static_cast<std::size_t>(window.width);
        for (int column = std::max(x - radius, window.left); column < right; ++column) {
            const Pixel pixel = row[column - window.left];
            const int distance = (column - x) * (column - x) + (line - y) * (line - y);
            if (pixel == kEmptyPixel || distance > best_distance) continue;
            if (distance < best_distance || pixel < best) best = pixel;
            best_distance = distance;
        }
    }
    if (best == kEmptyPixel) return std::nullopt;
    const PointNumbers::Place place = numbers.find(number_of(best));
    const CloudLayer& layer = scene.clouds[place.layer];
    Picked picked{place.layer, layer.tree->source(place.place), {}, {}};
    const Point& point = layer.cloud->points[picked.index];
    picked.world =
        transform(layer.world_from_layer, layer.cloud->origin + Vector3{point.x, point.y, point.z});
    picked.pixel = projector.to_pixel(projector.to_camera(picked.world));
    return picked;
}

}  // namespace

bool SplatRenderer::same_points(const Scene& scene, const View& view, const Style& style, int width,
                                int height) const {
    return projector_ && frame_.width == width && frame_.height == height && view_ == view &&
           style_.point_size == style.point_size && style_.crop == style.crop &&
           std::ranges::equal(scene_.clouds, scene.clouds, same_cloud);
}

const Frame& SplatRenderer::draw(const Scene& scene, const View& view, const Style& style,
                                 int width, int height, std::size_t budget) {
    width = kept(width), height = kept(height);
    const bool goes_on = same_points(scene, view, style, width, height);
    const bool recolor = !projector_ || style_.coloring != style.coloring ||
                         style_.selection != style.selection ||
                         !std::ranges::equal(scene_.clouds, scene.clouds, same_colors);
    if (!projector_ || !std::ranges::equal(scene_.clouds, scene.clouds, same_cloud))
        core_ = scene.core_bounds();
    scene_ = scene, view_ = view, style_ = style;
    // Whatever throws on the way, what stands then isn't taken for a picture.
    std::optional<Projector> projector = std::exchange(projector_, std::nullopt);
    if (!goes_on) {
        numbers_.emplace(scene);
        projector.emplace(view, width, height, scene.bounds());
        pass_.begin(scene_, *projector, style, {0, 0, width, height});
        frame_.width = width, frame_.height = height;
    }
    if (!goes_on || !pass_.complete()) {
        pass_.add(budget);
        pass_.grow(frame_.pixels);
    }
    if (recolor) colors_ = scene_colors(scene_, style);
    shade(frame_, scene_, *numbers_, colors_, style,
          view.lens == Lens::Perspective ? 0 : view.distance);
    draw_overlay(frame_, scene_, *projector, style, view, core_);
    projector_ = projector;
    return frame_;
}

std::optional<Picked> SplatRenderer::pick(int x, int y, int radius) const {
    if (!projector_) return std::nullopt;
    return nearest_to(frame_.pixels, {0, 0, frame_.width, frame_.height}, x, y,
                      std::clamp(radius, 0, 1000), scene_, *numbers_, *projector_);
}

std::vector<std::vector<std::uint32_t>> SplatRenderer::visible_on(const PixelMask& mask) const {
    if (!projector_) return std::vector<std::vector<std::uint32_t>>(scene_.clouds.size());
    return visual::visible_on(frame_, *numbers_, scene_, mask);
}

std::vector<std::vector<std::uint32_t>> visible_on(const Frame& frame, const PointNumbers& numbers,
                                                   const Scene& scene, const PixelMask& mask) {
    std::vector<std::vector<std::uint32_t>> lists(scene.clouds.size());
    const auto [left, top, right, bottom] = mask.box();
    for (int y = std::max(top, 0); y < std::min(bottom, frame.height); ++y) {
        for (int x = std::max(left, 0); x < std::min(right, frame.width); ++x) {
            const Pixel pixel = frame.at(x, y);
            if (pixel == kEmptyPixel || !mask.at(x, y)) continue;
            const PointNumbers::Place place = numbers.find(number_of(pixel));
            lists[place.layer].push_back(scene.clouds[place.layer].tree->source(place.place));
        }
    }
    for (auto& list : lists) {
        std::sort(list.begin(), list.end());
        list.erase(std::unique(list.begin(), list.end()), list.end());
    }
    return lists;
}

std::optional<Picked> pick(const Scene& scene, const View& view, const Style& style, int width,
                           int height, int x, int y, int radius) {
    width = kept(width), height = kept(height), radius = std::clamp(radius, 0, 1000);
    const int left = std::clamp(x - radius, 0, width), top = std::clamp(y - radius, 0, height);
    const Window window = {left, top, std::clamp(x + radius + 1, left, width) - left,
                           std::clamp(y + radius + 1, top, height) - top};
    if (window.width == 0 || window.height == 0) return std::nullopt;
    const Projector projector(view, width, height, scene.bounds());
    PointPass pass;
    std::vector<Pixel> pixels;
    pass.begin(scene, projector, style, window);
    pass.add(PointPass::kAll);
    pass.grow(pixels);
    return nearest_to(pixels, window, x, y, radius, scene, PointNumbers(scene), projector);
}

Raster to_raster(const Frame& frame) {
    Raster raster{.width = frame.width,
                  .height = frame.height,
                  .channels = 3,
                  .full_width = frame.width,
                  .full_height = frame.height};
    raster.bytes.resize(frame.colors.size() * 3);
    for (std::size_t i = 0; i < frame.colors.size(); ++i) {
        for (std::size_t c = 0; c < 3; ++c)
            raster.bytes[i * 3 + c] = static_cast<std::uint8_t>(frame.colors[i] >> 8 * c);
    }
    return raster;
}

Raster render(const Scene& scene, const View& view, const Style& style, int width, int height) {
    SplatRenderer renderer;
    return to_raster(renderer.draw(scene, view, style, width, height));
}

}  // namespace millrace::visual
