#include "engine/visual/scene/lines.hpp"

#include <oneapi/tbb/parallel_for.h>

#include "engine/visual/scene/blend.hpp"

namespace millrace::visual {
namespace {

struct Line : PixelLine {
    int top = 0, bottom = 0;  ///< rows that it may touch
    Rgba color = 0;
};

/// Keeps the part of [0, 1] where from + t * by >= 0.
void clip(double from, double by, double& low, double& high) {
    if (by > 0) {
        low = std::max(low, -from / by);
    } else if (by < 0) {
        high = std::min(high, -from / by);
    } else if (from < 0) {
        high = -1;
    }
}

}  // namespace

std::optional<PixelLine> pixel_line(const Segment& segment, const Projector& projector) {
    if (far_out(segment.a) || far_out(segment.b)) return std::nullopt;
    Vector3 from = projector.to_camera(segment.a), to = projector.to_camera(segment.b);
    double low = 0, high = 1;
    clip(from[2] - projector.near_plane(), to[2] - from[2], low, high);
    if (!(low < high)) return std::nullopt;
    const Vector3 by = to - from;
    to = from + by * high;
    from = from + by * low;
    const Projected first = projector.to_pixel(from), last = projector.to_pixel(to);
    const double width = std::clamp(static_cast<double>(segment.width), 0.1, 64.0);
    low = 0, high = 1;
    clip(first.x + width, last.x - first.x, low, high);
    clip(projector.width() + width - first.x, first.x - last.x, low, high);
    clip(first.y + width, last.y - first.y, low, high);
    clip(projector.height() + width - first.y, first.y - last.y, low, high);
    if (!(low < high)) return std::nullopt;
    PixelLine line{.perspective = projector.perspective()};
    const double a = line.perspective ? 1 / first.depth : first.depth;
    const double b = line.perspective ? 1 / last.depth : last.depth;
    line.a = a + (b - a) * low;
    line.b = a + (b - a) * high;
    line.x = first.x + (last.x - first.x) * low;
    line.y = first.y + (last.y - first.y) * low;
    line.dx = (last.x - first.x) * (high - low);
    line.dy = (last.y - first.y) * (high - low);
    line.length = std::hypot(line.dx, line.dy);
    if (!(line.length > 1e-6)) return std::nullopt;
    // Lines thinner than a pixel fade instead.
    line.half = static_cast<float>(std::max(width, 1.0) / 2 + 0.5);
    line.opacity = static_cast<float>(std::min(width, 1.0) * segment.color[3] / 255);
    line.ux = line.dx / line.length;
    line.uy = line.dy / line.length;
    return line;
}

namespace {

std::optional<Line> line_of(const Segment& segment, const Projector& projector) {
    const auto seen = pixel_line(segment, projector);
    if (!seen) return std::nullopt;
    Line line{*seen};
    line.color = rgba_of(segment.color);
    const double reach = line.half * (std::abs(line.ux) + 1);
    const double upper = std::min(line.y, line.y + line.dy),
                 lower = std::max(line.y, line.y + line.dy);
    line.top = static_cast<int>(std::floor(upper - reach));
    line.bottom = static_cast<int>(std::ceil(lower + reach));
    return line;
}

class Pen {
public:
    Pen(Frame& frame, const Projector& projector, double hidden, int top, int bottom)
        : frame_(frame),
          slack_(slack(projector, projector.near_plane())),
          hidden_(static_cast<float>(std::clamp(hidden, 0.0, 1.0))),
          top_(top),
          bottom_(bottom) {
        if (projector.perspective()) slack_ /= static_cast<float>(projector.near_plane());
    }

    void draw(const Line& line) {
        const int end = std::min(bottom_, line.bottom);
        for (int y = std::max(top_, line.top); y < end; ++y) draw_row(line, y);
    }

private:
    /// The columns of a row in which pixel centres lie within `half` of the line.
    void draw_row(const Line& line, int y) {
        const double past = y + 0.5 - line.y;
        double low = std::min(line.x, line.x + line.dx) - line.half;
        double high = std::max(line.x, line.x + line.dx) + line.half;
        if (std::abs(line.dy) > 1e-9) {
            const double middle = line.x + past * line.dx / line.dy;
            const double reach = line.half / std::abs(line.uy);
            low = std::max(low, middle - reach);
            high = std::min(high, middle + reach);
        } else if (std::abs(past) > line.half) {
            return;
        }
        const int first = std::max(0, static_cast<int>(std::floor(low - 0.5)));
        const int end = std::min(frame_.width, static_cast<int>(std::ceil(high + 0.5)));
        for (int x = first; x < end; ++x) draw_pixel(line, x, y);
    }

    void draw_pixel(const Line& line, int x, int y) {
        const double px = x + 0.5 - line.x, py = y + 0.5 - line.y;
        // Ends are cut straight and half open, so that the pieces of a path don't overlap.
        const double along = px * line.ux + py * line.uy;
        if (!(along >= 0 && along < line.length)) return;
        const double distance = std::abs(px * line.uy - py * line.ux);
        const float cover = std::min(1.0F, line.half - static_cast<float>(distance));
        if (cover <= 0) return;
        const auto at = static_cast<std::size_t>(y) * static_cast<std::size_t>(frame_.width) +
                        static_cast<std::size_t>(x);
        const auto depth = static_cast<float>(line.depth(along / line.length));
        const float level = depth - (line.perspective ? slack_ * depth : slack_);
        const bool behind =
            (frame_.pixels[at] != kEmptyPixel && level > depth_of(frame_.pixels[at])) ||
            (!frame_.screens.empty() && level > frame_.screens[at]);
        if (behind && hidden_ <= 0) return;
        blend(frame_.colors[at], line.color, cover * line.opacity * (behind ? hidden_ : 1.0F));
    }

    Frame& frame_;
    float slack_;  ///< metres; in perspective a share of the depth
    float hidden_;
    int top_, bottom_;
};

}  // namespace

void each_band(int height, const std::function<void(int, int)>& work) {
    constexpr int kBand = 32;
    oneapi::tbb::parallel_for(0, (height + kBand - 1) / kBand, [&](int band) {
        work(band * kBand, std::min(height, (band + 1) * kBand));
    });
}

void draw_segments(Frame& frame, const Projector& projector, std::span<const Segment> segments,
                   double hidden) {
    std::vector<Line> lines;
    lines.reserve(segments.size());
    for (const Segment& segment : segments) {
        if (const auto line = line_of(segment, projector)) lines.push_back(*line);
    }
    each_band(frame.height, [&](int top, int bottom) {
        Pen pen(frame, projector, hidden, top, bottom);
        for (const Line& line : lines) {
            if (line.top < bottom && line.bottom > top) pen.draw(line);
        }
    });
}

}  // namespace millrace::visual
