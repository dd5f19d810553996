#include "viewers/image/overlay.hpp"

#include <QFontMetricsF>
#include <algorithm>
#include <array>
#include <cmath>

#include "engine/visual/scene/color_map.hpp"

namespace millrace::viewers {
namespace {

constexpr double kMargin = 4;  ///< image pixels beyond the border at which a dot is still seen

QColor color_of(const visual::Color& color) { return {color[0], color[1], color[2], color[3]}; }

void paint_dots(QPainter& painter, const ImageOverlay& overlay, const QTransform& place,
                const QRectF& visible) {
    const auto [low, high] = depth_range(overlay);
    const float span = std::max(high - low, 1e-6F);
    // One call per colour: a painter's call costs more than a point.
    std::array<std::vector<QPointF>, 256> buckets;
    for (const ImageOverlay::Dot& dot : overlay.dots) {
        const QPointF at(static_cast<double>(dot.x), static_cast<double>(dot.y));
        if (!visible.contains(at)) continue;
        const float position = std::clamp((dot.depth - low) / span, 0.0F, 1.0F);
        // Near is red, as in the overlays of the command line.
        buckets[static_cast<std::size_t>(std::lround((1 - position) * 255))].push_back(
            place.map(at));
    }
    const double size = std::clamp(place.m11() * 2, 1.0, 12.0);
    const visual::MapTable& colors = visual::map_table(visual::Map::Turbo);
    // Far ones first, so that near ones stay whole.
    for (std::size_t i = 0; i < buckets.size(); ++i) {
        if (buckets[i].empty()) continue;
        const visual::Rgb& color = colors[i];
        painter.setPen(QPen(QColor(color[0], color[1], color[2]), size, Qt::SolidLine,
                            size > 3 ? Qt::RoundCap : Qt::SquareCap));
        painter.drawPoints(buckets[i].data(), static_cast<int>(buckets[i].size()));
    }
}

/// Labels of boxes far smaller than themselves would hide what they name.
bool has_room(const QPainter& painter, const ImageOverlay::Outline& outline,
              const QTransform& place) {
    constexpr double kLeastShare = 0.7;
    const QFontMetricsF metrics(painter.font());
    return bounds_of(outline).width() * place.m11() >=
           metrics.horizontalAdvance(outline.label) * kLeastShare;
}

void paint_label(QPainter& painter, const ImageOverlay::Outline& outline, const QTransform& place) {
    const QFontMetricsF metrics(painter.font());
    const QPointF at = place.map(outline.label_at);
    const QColor background = color_of(outline.color);
    const QRectF field(at.x(), at.y() - metrics.height(),
                       metrics.horizontalAdvance(outline.label) + 6, metrics.height());
    painter.fillRect(field, background);
    painter.setPen(qGray(background.rgb()) < 128 ? Qt::white : Qt::black);
    painter.drawText(field, Qt::AlignCenter, outline.label);
}

}  // namespace

std::pair<float, float> depth_range(const ImageOverlay& overlay) {
    std::vector<float> depths;
    depths.reserve(overlay.dots.size());
    for (const ImageOverlay::Dot& dot : overlay.dots)
        if (std::isfinite(dot.depth)) depths.push_back(dot.depth);
    if (depths.empty()) return {0.0F, 1.0F};
    const auto far = depths.begin() + static_cast<std::ptrdiff_t>((depths.size() - 1) * 95 / 100);
    std::ranges::nth_element(depths, far);
    const float high = *far;
    return {*std::ranges::min_element(depths), high};
}

std::optional<ImageOverlay::Dot> dot_at(const ImageOverlay& overlay, double x, double y,
                                        double radius) {
    std::optional<ImageOverlay::Dot> best;
    for (const ImageOverlay::Dot& dot : overlay.dots) {
        const double dx = static_cast<double>(dot.x) - x, dy = static_cast<double>(dot.y) - y;
        if (dx * dx + dy * dy <= radius * radius && (!best || dot.depth < best->depth)) best = dot;
    }
    return best;
}

void paint_overlay(QPainter& painter, const ImageOverlay& overlay, const OverlayStyle& style,
                   const QTransform& widget_from_image, const QRectF& visible) {
    painter.save();
    painter.setOpacity(std::clamp(style.opacity, 0.0, 1.0));
    if (style.dots)
        paint_dots(painter, overlay, widget_from_image,
                   visible.adjusted(-kMargin, -kMargin, kMargin, kMargin));
    if (style.outlines) {
        painter.setOpacity(std::clamp(style.outline_opacity, 0.0, 1.0));
        painter.setRenderHint(QPainter::Antialiasing);
        for (const ImageOverlay::Outline& outline : overlay.outlines) {
            painter.setPen(QPen(color_of(outline.color), 2));
            for (const QLineF& line : outline.lines) painter.drawLine(widget_from_image.map(line));
        }
        // Labels last: no line runs through a text.
        for (const ImageOverlay::Outline& outline : overlay.outlines)
            if (!outline.label.isEmpty() && has_room(painter, outline, widget_from_image))
                paint_label(painter, outline, widget_from_image);
    }
    painter.restore();
}

const ImageOverlay::Outline* outline_at(const ImageOverlay& overlay, double x, double y,
                                        double reach) {
    const ImageOverlay::Outline* best = nullptr;
    double nearest = reach;
    for (const ImageOverlay::Outline& outline : overlay.outlines) {
        if (outline.index < 0) continue;
        for (const QLineF& line : outline.lines) {
            const double dx = line.dx(), dy = line.dy(), size = dx * dx + dy * dy;
            const double along = (x - line.x1()) * dx + (y - line.y1()) * dy;
            const double share = size > 0 ? std::clamp(along / size, 0.0, 1.0) : 0;
            const double away = std::hypot(x - line.x1() - share * dx, y - line.y1() - share * dy);
            if (!(away <= nearest)) continue;
            nearest = away;
            best = &outline;
        }
    }
    return best;
}

const ImageOverlay::Outline* outline_of(const ImageOverlay& overlay, const Selection& selection) {
    if (selection.kind != Selection::Kind::Box || selection.index < 0) return nullptr;
    const auto found = std::ranges::find_if(overlay.outlines, [&](const auto& outline) {
        return outline.index == selection.index && outline.frame == selection.frame &&
               (selection.layer.isEmpty() || outline.layer == selection.layer);
    });
    return found == overlay.outlines.end() ? nullptr : &*found;
}

Selection selection_of(const ImageOverlay::Outline& outline, double x, double y) {
    return {.kind = Selection::Kind::Box,
            .frame = outline.frame,
            .index = outline.index,
            .x = x,
            .y = y,
            .layer = outline.layer};
}

QRectF bounds_of(const ImageOverlay::Outline& outline) {
    if (outline.lines.empty()) return {};
    double left = outline.lines[0].x1(), right = left, top = outline.lines[0].y1(), bottom = top;
    for (const QLineF& line : outline.lines) {
        left = std::min({left, line.x1(), line.x2()});
        right = std::max({right, line.x1(), line.x2()});
        top = std::min({top, line.y1(), line.y2()});
        bottom = std::max({bottom, line.y1(), line.y2()});
    }
    return {left, top, right - left, bottom - top};
}

void paint_marked(QPainter& painter, const ImageOverlay::Outline& outline, const QColor& accent,
                  const QTransform& widget_from_image) {
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    for (const auto& [color, width] : {std::pair(QColor(0, 0, 0, 170), 6.0), {accent, 3.0}}) {
        painter.setPen(QPen(color, width, Qt::SolidLine, Qt::RoundCap));
        for (const QLineF& line : outline.lines) painter.drawLine(widget_from_image.map(line));
    }
    if (!outline.label.isEmpty()) {
        QFont bold = painter.font();
        bold.setBold(true);
        painter.setFont(bold);
        ImageOverlay::Outline marked = outline;
        marked.color = {static_cast<std::uint8_t>(accent.red()),
                        static_cast<std::uint8_t>(accent.green()),
                        static_cast<std::uint8_t>(accent.blue()), 255};
        paint_label(painter, marked, widget_from_image);
    }
    painter.restore();
}

ImageOverlay::Outline outline_of(const visual::Boxes2d::Box& box) {
    ImageOverlay::Outline outline;
    const auto [x1, y1, x2, y2] = box.xyxy;
    if (!std::isfinite(x1) || !std::isfinite(y1) || !std::isfinite(x2) || !std::isfinite(y2))
        return outline;
    const visual::Rgb color = visual::label_color(box.label);
    outline.color = {color[0], color[1], color[2], 255};
    outline.lines = {{x1, y1, x2, y1}, {x2, y1, x2, y2}, {x2, y2, x1, y2}, {x1, y2, x1, y1}};
    outline.label = label_of(box.label, box.score);
    outline.label_at = {x1, y1};
    return outline;
}

QString label_of(const std::string& label, double score) {
    const QString name = QString::fromStdString(label);
    if (score == 1 || !std::isfinite(score)) return name;
    return (name + QLatin1Char(' ') + QString::number(score, 'f', 2)).trimmed();
}

}  // namespace millrace::viewers
