// How a model's graph is drawn.
#include <QLocale>
#include <QPainter>
#include <QPainterPath>
#include <algorithm>
#include <cmath>

#include "engine/visual/scene/color_map.hpp"
#include "viewers/common/numbers.hpp"
#include "viewers/model/graph_canvas.hpp"

namespace millrace::viewers {
namespace {

constexpr double kTextZoom = 0.55;   ///< from here on boxes hold all their texts
constexpr double kNameZoom = 0.3;    ///< from here on their names
constexpr double kCurveZoom = 0.12;  ///< from here on edges are curves with heads
constexpr double kStrip = 5, kPadding = 9;

QString last_part(const QString& name) {
    const auto at = std::max(name.lastIndexOf('.'), name.lastIndexOf('/'));
    return at > 0 && at + 1 < name.size() ? name.mid(at + 1) : name;
}

}  // namespace

QString count_text(std::uint64_t count) {
    return QLocale().toString(static_cast<qulonglong>(count));
}

QString short_count_text(std::uint64_t count) {
    if (count < 10'000) return count_text(count);
    constexpr const char* kUnits[] = {"K", "M", "G", "T", "P", "E"};
    auto value = static_cast<double>(count);
    std::size_t unit = 0;
    for (value /= 1000; value >= 999.5 && unit + 1 < std::size(kUnits); ++unit) value /= 1000;
    const int digits = value < 10 ? 2 : value < 100 ? 1 : 0;
    return QStringLiteral("%1 %2").arg(QLocale().toString(value, 'f', digits), kUnits[unit]);
}

visual::GraphSize GraphCanvas::box_for(const visual::ModelGraph& model) const {
    QFont bold = font();
    bold.setBold(true);
    const QFontMetricsF titles(bold), texts(font());
    // The longest by bytes, which is near enough to measure few of many.
    double wide = 0;
    std::size_t longest = 0;
    for (const auto& layer : model.layers) {
        if (layer.name.size() + 4 < longest) continue;
        longest = std::max(longest, std::min<std::size_t>(layer.name.size(), 200));
        wide = std::max(
            wide, titles.horizontalAdvance(QString::fromStdString(layer.name.substr(0, 200))));
    }
    longest = 0;
    for (const auto& layer : model.layers) {
        const std::size_t bytes =
            std::min<std::size_t>(layer.type.size(), 200) + 4 * layer.output_shape.size();
        if (bytes + 8 < longest) continue;
        longest = std::max(longest, bytes);
        wide = std::max(wide, texts.horizontalAdvance(
                                  QString::fromStdString(layer.type.substr(0, 200)) +
                                  QStringLiteral("  ·  ") + shape_text(layer.output_shape)));
    }
    return {std::ceil(std::clamp(wide + kStrip + 2 * kPadding, 150.0, 300.0)),
            std::ceil(titles.height() + 2 * texts.height() + 2 * kPadding + 2)};
}

QColor GraphCanvas::color_of(int node) const {
    const auto& shown = drawing_->graph.nodes[static_cast<std::size_t>(node)];
    const std::string& type = model_->layers[static_cast<std::size_t>(shown.layers.front())].type;
    if (shown.group || type.empty()) return palette().color(QPalette::PlaceholderText);
    const visual::Rgb c = visual::label_color(type);
    QColor color(c[0], c[1], c[2]);
    // The colours are made for dark grounds.
    return palette().color(QPalette::Base).lightness() < 128 ? color : color.darker(125);
}

void GraphCanvas::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.fillRect(rect(), palette().color(QPalette::Window));
    if (!drawing_ || drawing_->graph.nodes.empty()) {
        painter.setPen(palette().color(QPalette::PlaceholderText));
        painter.drawText(
            rect(), Qt::AlignCenter,
            drawing_ ? tr("The model has no layers.") : tr("The graph is being laid out …"));
        return;
    }
    painter.setRenderHint(QPainter::Antialiasing, zoom_ >= kCurveZoom);
    paint_edges(painter);
    for (int node = 0; node < static_cast<int>(drawing_->graph.nodes.size()); ++node)
        paint_box(painter, node);
}

void GraphCanvas::paint_edges(QPainter& painter) const {
    const QColor ink = palette().color(QPalette::WindowText),
                 ground = palette().color(QPalette::Window);
    const QColor plain((ink.red() * 2 + ground.red() * 3) / 5,
                       (ink.green() * 2 + ground.green() * 3) / 5,
                       (ink.blue() * 2 + ground.blue() * 3) / 5);
    const bool dark = ground.lightness() < 128;
    const QColor in = palette().color(QPalette::Highlight), out(dark ? 0xffb454 : 0xc96a00);
    const int center = hovered_ >= 0 ? hovered_ : chosen_;
    for (const visual::GraphRoute& route : drawing_->layout.routes) {
        if (route.from != center && route.to != center) paint_edge(painter, route, plain, 1.2);
    }
    if (center < 0) return;
    for (const visual::GraphRoute& route : drawing_->layout.routes) {
        if (route.to == center) paint_edge(painter, route, in, 2.2);
        if (route.from == center) paint_edge(painter, route, out, 2.2);
    }
}

void GraphCanvas::paint_edge(QPainter& painter, const visual::GraphRoute& route,
                             const QColor& color, double width) const {
    QRectF bounds(on_screen(route.through.front()), on_screen(route.through.front()));
    std::vector<QPointF> points;
    for (const visual::GraphPoint& point : route.through) {
        points.push_back(on_screen(point));
        bounds.setLeft(std::min(bounds.left(), points.back().x()));
        bounds.setRight(std::max(bounds.right(), points.back().x()));
        bounds.setTop(std::min(bounds.top(), points.back().y()));
        bounds.setBottom(std::max(bounds.bottom(), points.back().y()));
    }
    if (bounds.right() < -8 || bounds.left() > this->width() + 8 || bounds.bottom() < -8 ||
        bounds.top() > height() + 8)
        return;
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(color, std::max(0.6, width * std::min(1.0, 0.4 + zoom_)),
                        route.back ? Qt::DashLine : Qt::SolidLine));
    if (zoom_ < kCurveZoom) {
        painter.drawPolyline(points.data(), static_cast<int>(points.size()));
        return;
    }
    QPainterPath path(points.front());
    for (std::size_t i = 1; i < points.size(); ++i) {
        const double middle = (points[i - 1].y() + points[i].y()) / 2;
        path.cubicTo({points[i - 1].x(), middle}, {points[i].x(), middle}, points[i]);
    }
    painter.drawPath(path);
    const double head = 6.5 * std::min(1.2, zoom_), to = route.back ? 1 : -1;
    const QPointF tip = points.back();
    painter.setPen(Qt::NoPen);
    painter.setBrush(color);
    const QPointF corners[] = {tip, tip + QPointF(-head * 0.6, to * head),
                               tip + QPointF(head * 0.6, to * head)};
    painter.drawConvexPolygon(corners, 3);
}

void GraphCanvas::paint_box(QPainter& painter, int node) const {
    const QRectF area = place_of(node);
    if (!area.adjusted(-6, -6, 6, 6).intersects(rect())) return;
    const auto& shown = drawing_->graph.nodes[static_cast<std::size_t>(node)];
    const QColor color = color_of(node), accent = palette().color(QPalette::Highlight);
    const bool bright = node == chosen_ || node == marked_ || found_.contains(node);
    if (zoom_ < kNameZoom) {
        const QRectF block(area.topLeft(),
                           QSizeF(std::max(1.5, area.width()), std::max(1.0, area.height())));
        painter.fillRect(block, color);
        if (bright || node == hovered_) {
            painter.setBrush(Qt::NoBrush);
            painter.setPen(
                QPen(node == chosen_ ? accent : palette().color(QPalette::WindowText), 2));
            painter.drawRect(block.adjusted(-2, -2, 2, 2));
        }
        return;
    }
    const double round = 5 * std::min(1.0, zoom_);
    const QColor sought(palette().color(QPalette::Base).lightness() < 128 ? 0xffd34d : 0xb07d00);
    QColor line = node == hovered_ ? palette().color(QPalette::WindowText) : color;
    if (found_.contains(node)) line = sought;
    if (node == chosen_ || node == marked_) line = accent;
    if (shown.group) {
        // A pile: there is more behind it.
        painter.setPen(QPen(color, 1));
        painter.setBrush(palette().color(QPalette::Button));
        painter.drawRoundedRect(area.translated(5 * zoom_, 5 * zoom_), round, round);
    }
    QPainterPath outline;
    outline.addRoundedRect(area, round, round);
    painter.fillPath(outline, palette().color(QPalette::Base));
    painter.save();
    painter.setClipPath(outline);
    painter.fillRect(QRectF(area.left(), area.top(), kStrip * zoom_, area.height()), color);
    if (most_parameters_ > 0 && shown.parameters > 0) {
        const double share =
            static_cast<double>(shown.parameters) / static_cast<double>(most_parameters_);
        QColor bar = color;
        bar.setAlphaF(0.75F);
        painter.fillRect(QRectF(area.left(), area.bottom() - 3 * zoom_,
                                std::max(kStrip * zoom_, area.width() * share), 3 * zoom_),
                         bar);
    }
    painter.restore();
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(line, bright ? 2.4 : 1.1));
    painter.drawPath(outline);
    paint_texts(painter, node, area);
}

void GraphCanvas::paint_texts(QPainter& painter, int node, const QRectF& area) const {
    const auto& shown = drawing_->graph.nodes[static_cast<std::size_t>(node)];
    const auto& last = model_->layers[static_cast<std::size_t>(shown.layers.back())];
    const QString name = QString::fromStdString(shown.name.substr(0, 400));
    QFont font = this->font();
    const bool all = zoom_ >= kTextZoom;
    font.setPointSizeF(std::max(4.0, font.pointSizeF() * (all ? zoom_ : zoom_ * 1.5)));
    QFont bold = font;
    bold.setBold(true);
    const QRectF inner =
        area.adjusted((kStrip + kPadding) * zoom_, kPadding * zoom_ * (all ? 1.0 : 0.3),
                      -kPadding * zoom_, -kPadding * zoom_ * (all ? 1.0 : 0.3));
    const QFontMetricsF titles(bold), texts(font);
    const QColor ink = palette().color(QPalette::WindowText),
                 faint = palette().color(QPalette::PlaceholderText);
    painter.setFont(bold);
    painter.setPen(ink);
    if (!all) {
        painter.drawText(inner, Qt::AlignVCenter | Qt::AlignLeft,
                         titles.elidedText(last_part(name), Qt::ElideMiddle, inner.width()));
        return;
    }
    painter.drawText(
        inner, Qt::AlignTop | Qt::AlignLeft,
        titles.elidedText(name.isEmpty() ? tr("(no name)") : name, Qt::ElideMiddle, inner.width()));
    painter.setFont(font);
    const QString shape = shape_text(last.output_shape);
    QString kind = shown.group ? tr("%1 layers").arg(count_text(shown.layers.size()))
                               : QString::fromStdString(last.type.substr(0, 400));
    if (!shape.isEmpty()) kind += (kind.isEmpty() ? QString() : QStringLiteral("  ·  ")) + shape;
    painter.drawText(inner.adjusted(0, titles.height(), 0, 0), Qt::AlignTop | Qt::AlignLeft,
                     texts.elidedText(kind, Qt::ElideRight, inner.width()));
    painter.setPen(faint);
    painter.drawText(inner.adjusted(0, titles.height() + texts.height(), 0, 0),
                     Qt::AlignTop | Qt::AlignLeft,
                     shown.parameters > 0 ? tr("%1 parameters").arg(count_text(shown.parameters))
                                          : tr("no parameters"));
}

}  // namespace millrace::viewers
