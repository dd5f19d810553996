#include "viewers/plot/look.hpp"

#include <QFontMetricsF>
#include <QPalette>
#include <algorithm>
#include <array>

#include "viewers/plot/scene.hpp"

namespace millrace::viewers {
namespace {

constexpr double kGap = 6, kTick = 4, kSwatch = 26;
constexpr double kLineWidth = 1.6, kRawWidth = 1;
constexpr double kDashedPixels = 20'000;  ///< of path; dashes of a longer one can't be told apart

QColor mixed(const QColor& a, const QColor& b, float part) {
    return QColor::fromRgbF(a.redF() + (b.redF() - a.redF()) * part,
                            a.greenF() + (b.greenF() - a.greenF()) * part,
                            a.blueF() + (b.blueF() - a.blueF()) * part);
}

double widest(const PlotTicks& ticks, const QFontMetricsF& metrics) {
    double width = 0;
    for (const PlotTick& tick : ticks.ticks)
        width = std::max(width, metrics.horizontalAdvance(tick.text));
    return width;
}

double length_of(const QPolygonF& line) {
    double length = 0;
    for (qsizetype i = 1; i < line.size(); ++i) length += (line[i] - line[i - 1]).manhattanLength();
    return length;
}

void paint_path(QPainter& painter, const CurvePath& path, QPen pen) {
    for (const QPolygonF& line : path.lines) {
        QPen one = pen;
        if (length_of(line) > kDashedPixels) {
            // Noise: thin, and what lies under it is seen.
            QColor color = one.color();
            color.setAlpha(200);
            one = QPen(color, kRawWidth, Qt::SolidLine, Qt::FlatCap, Qt::BevelJoin);
        }
        painter.setPen(one);
        painter.drawPolyline(line);
    }
    painter.setPen(Qt::NoPen);
    painter.setBrush(pen.color());
    const double radius = path.dots_on_line ? 2.5 : 2;
    for (const QPointF& dot : path.dots) painter.drawEllipse(dot, radius, radius);
    painter.setBrush(Qt::NoBrush);
}

}  // namespace

PlotLook PlotLook::from(const QPalette& palette, const QFont& font) {
    PlotLook look;
    look.base = palette.color(QPalette::Base);
    look.ink = palette.color(QPalette::WindowText);
    look.dark = look.base.lightnessF() < 0.5F;
    look.faint = mixed(look.ink, look.base, 0.35F);
    look.grid = mixed(look.base, look.ink, look.dark ? 0.11F : 0.09F);
    look.accent = palette.color(QPalette::Highlight);
    look.font = font;
    return look;
}

PlotLook PlotLook::light(const QFont& font) {
    QPalette palette;
    palette.setColor(QPalette::Base, Qt::white);
    palette.setColor(QPalette::WindowText, QColor(0x1d2126));
    palette.setColor(QPalette::Highlight, QColor(0x1f6fe5));
    return from(palette, font);
}

/// Hues after Okabe and Ito, made darker or lighter for at least 3:1 against the ground.
QColor PlotLook::color(int number) const {
    static constexpr std::array<QRgb, kPlotColors> kOnDark = {
        0x56b4e9, 0xf0a030, 0x2bc49a, 0xe58abf, 0xf0e442, 0xff7a45, 0x8f9dff, 0xc8ccd2};
    static constexpr std::array<QRgb, kPlotColors> kOnLight = {
        0x0072b2, 0xc96a00, 0x00805c, 0xb0447f, 0x857800, 0xb3300a, 0x4a4fc4, 0x50565e};
    const auto place =
        static_cast<std::size_t>(((number % kPlotColors) + kPlotColors) % kPlotColors);
    return QColor::fromRgb(dark ? kOnDark[place] : kOnLight[place]);
}

QPen PlotLook::pen(const PlotLine& line, double width) const {
    static const QList<QList<qreal>> kDashes = {
        {}, {5, 3}, {1.2, 2.2}, {7, 2.5, 1.2, 2.5}, {10, 3}, {3, 1.5, 1, 1.5, 1, 1.5}};
    QPen pen(color(line.color), width);
    pen.setCapStyle(Qt::FlatCap);
    pen.setJoinStyle(Qt::BevelJoin);
    const QList<qreal>& dash = kDashes[line.dash % kDashes.size()];
    if (!dash.isEmpty()) pen.setDashPattern(dash);
    return pen;
}

PlotLayout PlotLayout::make(const QRectF& whole, const PlotLook& look, const PlotScale& x,
                            const PlotScale& y, const QString& title, const QString& x_label,
                            const QString& y_label) {
    PlotLayout layout{.whole = whole, .title = title, .x_label = x_label, .y_label = y_label};
    const QFontMetricsF metrics(look.font);
    const double row = metrics.height();
    double top = kGap + row / 2, bottom = kGap + kTick + row;
    if (!title.isEmpty()) top = kGap + row + kGap;
    if (!x_label.isEmpty()) bottom += row;
    const double height = std::max(1.0, whole.height() - top - bottom);
    layout.y = plot_ticks(y, std::max(2, static_cast<int>(height / (row * 1.9))));
    if (!layout.y.offset.isEmpty() && title.isEmpty()) top = kGap + row + kGap;
    double left = kGap + widest(layout.y, metrics) + kTick + 2;
    if (!y_label.isEmpty()) left += row + 2;
    const double right = 14;
    layout.area =
        QRectF(whole.left() + left, whole.top() + top, std::max(1.0, whole.width() - left - right),
               std::max(1.0, whole.height() - top - bottom));
    // Texts and their number depend on each other; the second guess knows the texts' widths.
    double each = metrics.horizontalAdvance("0000") + 30;
    for (int round = 0; round < 2; ++round) {
        layout.x = plot_ticks(x, std::max(1, static_cast<int>(layout.area.width() / each)));
        each = std::max(each, widest(layout.x, metrics) + 24);
    }
    return layout;
}

namespace {

void paint_x_ticks(QPainter& painter, const PlotLayout& layout, const PlotLook& look,
                   const PlotScale& scale) {
    const QFontMetricsF metrics(look.font);
    const QRectF& area = layout.area;
    double taken = layout.whole.left();
    for (const PlotTick& tick : layout.x.ticks) {
        const double share = scale.share(tick.axis);
        if (share < -1e-9 || share > 1 + 1e-9) continue;
        const double x = area.left() + share * area.width();
        painter.setPen(QPen(look.grid, 1));
        painter.setOpacity(tick.text.isEmpty() ? 0.5 : 1);
        painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()));
        painter.setOpacity(1);
        painter.setPen(QPen(look.faint, 1));
        painter.drawLine(QPointF(x, area.bottom()),
                         QPointF(x, area.bottom() + (tick.text.isEmpty() ? kTick / 2 : kTick)));
        const double width = metrics.horizontalAdvance(tick.text);
        const double left = std::min(x - width / 2, layout.whole.right() - width - 1);
        if (tick.text.isEmpty() || left < taken) continue;
        taken = left + width + kGap;
        painter.drawText(QRectF(left, area.bottom() + kTick, width + 2, metrics.height()),
                         Qt::AlignLeft | Qt::AlignVCenter, tick.text);
    }
}

void paint_y_ticks(QPainter& painter, const PlotLayout& layout, const PlotLook& look,
                   const PlotScale& scale) {
    const QFontMetricsF metrics(look.font);
    const QRectF& area = layout.area;
    double taken = layout.whole.bottom() + metrics.height();
    for (const PlotTick& tick : layout.y.ticks) {
        const double share = scale.share(tick.axis);
        if (share < -1e-9 || share > 1 + 1e-9) continue;
        const double y = area.bottom() - share * area.height();
        painter.setPen(QPen(look.grid, 1));
        painter.setOpacity(tick.text.isEmpty() ? 0.5 : 1);
        painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y));
        painter.setOpacity(1);
        painter.setPen(QPen(look.faint, 1));
        painter.drawLine(QPointF(area.left() - (tick.text.isEmpty() ? kTick / 2 : kTick), y),
                         QPointF(area.left(), y));
        if (tick.text.isEmpty() || y + metrics.height() / 2 > taken) continue;
        taken = y - metrics.height() / 2;
        painter.drawText(QRectF(layout.whole.left(), y - metrics.height() / 2,
                                area.left() - kTick - 2 - layout.whole.left(), metrics.height()),
                         Qt::AlignRight | Qt::AlignVCenter, tick.text);
    }
}

}  // namespace

void paint_axes(QPainter& painter, const PlotLayout& layout, const PlotLook& look,
                const PlotScale& x, const PlotScale& y) {
    painter.setFont(look.font);
    const QFontMetricsF metrics(look.font);
    const QRectF &area = layout.area, &whole = layout.whole;
    painter.fillRect(whole, look.base);
    paint_x_ticks(painter, layout, look, x);
    paint_y_ticks(painter, layout, look, y);
    painter.setPen(QPen(look.faint, 1));
    painter.drawLine(area.bottomLeft(), area.bottomRight());
    painter.drawLine(area.topLeft(), area.bottomLeft());
    const double row = metrics.height();
    const QRectF below(area.left(), area.bottom() + kTick + row, area.width(), row);
    painter.drawText(below, Qt::AlignHCenter,
                     metrics.elidedText(layout.x_label, Qt::ElideRight, area.width()));
    if (!layout.x.offset.isEmpty()) painter.drawText(below, Qt::AlignRight, layout.x.offset);
    if (!layout.y.offset.isEmpty())
        painter.drawText(QRectF(whole.left() + kGap, area.top() - row - 2, area.width(), row),
                         Qt::AlignLeft, layout.y.offset);
    if (!layout.y_label.isEmpty()) {
        painter.save();
        painter.translate(whole.left() + kGap / 2, area.bottom());
        painter.rotate(-90);
        painter.drawText(QRectF(0, 0, area.height(), row), Qt::AlignHCenter,
                         metrics.elidedText(layout.y_label, Qt::ElideRight, area.height()));
        painter.restore();
    }
    QFont bold = look.font;
    bold.setBold(true);
    painter.setFont(bold);
    painter.setPen(look.ink);
    painter.drawText(QRectF(area.left(), whole.top() + kGap, area.width(), row), Qt::AlignHCenter,
                     QFontMetricsF(bold).elidedText(layout.title, Qt::ElideMiddle, area.width()));
    painter.setFont(look.font);
}

void paint_lines(QPainter& painter, const PlotScene& scene, const PlotLayout& layout,
                 const PlotLook& look, int columns) {
    constexpr qsizetype kManyPoints = 200'000;
    std::vector<std::pair<const PlotLine*, CurvePath>> paths;
    qsizetype points = 0;
    const bool smooth = scene.smoothing() > 0;
    for (const bool raw : {true, false}) {
        if (!raw && !smooth) break;
        for (const PlotLine& line : scene.lines()) {
            if (!line.visible) continue;
            paths.emplace_back(&line,
                               line.curve->path(scene.x(), scene.y(), layout.area, columns, !raw));
            for (const QPolygonF& one : paths.back().second.lines) points += one.size();
        }
    }
    painter.save();
    painter.setClipRect(layout.area.adjusted(-1, -1, 1, 1));
    painter.setRenderHint(QPainter::Antialiasing, points < kManyPoints);
    const std::size_t raw = smooth ? paths.size() / 2 : 0;
    for (std::size_t i = 0; i < paths.size(); ++i) {
        const bool behind = i < raw;
        QPen pen = look.pen(*paths[i].first, behind ? kRawWidth : kLineWidth);
        if (behind) {
            pen.setColor(mixed(look.base, pen.color(), 0.4F));
            pen.setStyle(Qt::SolidLine);
        }
        paint_path(painter, paths[i].second, pen);
    }
    painter.restore();
}

void paint_notes(QPainter& painter, const QStringList& notes, const PlotLayout& layout,
                 const PlotLook& look) {
    if (notes.isEmpty()) return;
    const QFontMetricsF metrics(look.font);
    painter.setFont(look.font);
    double top = layout.area.top() + 3;
    for (const QString& note : notes) {
        const QString text = metrics.elidedText(note, Qt::ElideRight, layout.area.width() - 12);
        const double width = metrics.horizontalAdvance(text) + 10;
        const QRectF box(layout.area.right() - width - 3, top, width, metrics.height() + 2);
        QColor ground = look.base;
        ground.setAlpha(215);
        painter.fillRect(box, ground);
        painter.setPen(look.faint);
        painter.drawText(box, Qt::AlignCenter, text);
        top += box.height();
    }
}

void paint_swatch(QPainter& painter, const PlotLine& line, const QRectF& place,
                  const PlotLook& look) {
    painter.setPen(look.pen(line, 2));
    painter.drawLine(QPointF(place.left(), place.center().y()),
                     QPointF(place.right(), place.center().y()));
}

double paint_legend(QPainter* painter, const PlotScene& scene, const QRectF& place,
                    const PlotLook& look) {
    const QFontMetricsF metrics(look.font);
    const double row = metrics.height() + 4;
    double x = place.left(), y = place.top();
    bool any = false;
    for (const PlotLine& line : scene.lines()) {
        if (!line.visible) continue;
        const double room = std::max(20.0, place.width() - kSwatch - 2 * kGap);
        const QString text = metrics.elidedText(scene.label_of(line), Qt::ElideMiddle, room);
        const double width = kSwatch + kGap + metrics.horizontalAdvance(text) + 3 * kGap;
        if (x > place.left() && x + width > place.right()) {
            x = place.left();
            y += row;
        }
        if (painter) {
            paint_swatch(*painter, line, QRectF(x, y, kSwatch, row), look);
            painter->setFont(look.font);
            painter->setPen(look.ink);
            painter->drawText(QRectF(x + kSwatch + kGap, y, width, row), Qt::AlignVCenter, text);
        }
        x += width;
        any = true;
    }
    return any ? y + row - place.top() : 0;
}

}  // namespace millrace::viewers
