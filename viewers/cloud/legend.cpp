#include "viewers/cloud/legend.hpp"

#include <QCoreApplication>
#include <algorithm>
#include <cmath>
#include <set>

#include "viewers/cloud/point_card.hpp"

namespace millrace::viewers {
namespace {

constexpr double kPadding = 8, kBarWidth = 14, kBarHeight = 150, kTick = 4;
constexpr std::size_t kMostSwatches = 14;

QString translated(const char* text) { return QCoreApplication::translate("Legend", text); }

std::vector<std::pair<QColor, QString>> swatches_of(const visual::Scene& scene,
                                                    const visual::Style& style,
                                                    const visual::Coloring& coloring) {
    constexpr std::size_t kEnough = 50'000;
    std::set<std::int64_t> found;
    for (const visual::CloudLayer& layer : scene.clouds) {
        if (!layer.shown() || visual::coloring_of(layer, style) != coloring) continue;
        const visual::PointField* field = layer.cloud->field("label");
        if (!field || field->count() < layer.cloud->points.size()) continue;
        const std::size_t count = layer.cloud->points.size(), step = count / kEnough + 1;
        for (std::size_t i = 0; i < count && found.size() <= kMostSwatches; i += step) {
            const double value = field->at(i);
            if (std::abs(value) < 1e15) found.insert(static_cast<std::int64_t>(value));
        }
    }
    std::vector<std::pair<QColor, QString>> swatches;
    for (const std::int64_t label : found) {
        if (swatches.size() == kMostSwatches) {
            swatches.emplace_back(Qt::transparent, QStringLiteral("…"));
            break;
        }
        const visual::Rgb c = visual::palette_color(label);
        swatches.emplace_back(QColor(c[0], c[1], c[2]), QString::number(label));
    }
    return swatches;
}

double step_of(double low, double high, int most) {
    const double wanted = (high - low) / std::max(most - 1, 1);
    const double power = std::pow(10.0, std::floor(std::log10(wanted)));
    const double digit = wanted / power;
    return power * (digit > 5 ? 10 : digit > 2 ? 5 : digit > 1 ? 2 : 1);
}

double row_height(const QFontMetrics& metrics) { return metrics.height() + 2; }

}  // namespace

QString coloring_title(const visual::Coloring& coloring) {
    switch (coloring.by) {
        case visual::ColorBy::Constant:
            return translated("One colour");
        case visual::ColorBy::Height:
            return translated("Height, m");
        case visual::ColorBy::Range:
            return translated("Range, m");
        case visual::ColorBy::Intensity:
            return translated("Intensity");
        case visual::ColorBy::Ring:
            return translated("Ring");
        case visual::ColorBy::Label:
            return translated("Label");
        case visual::ColorBy::Rgb:
            return translated("Own colours");
        case visual::ColorBy::Painted:
            return translated("Camera colour");
        case visual::ColorBy::Field:
            break;
    }
    const QString name = QString::fromStdString(coloring.field);
    return coloring.channel > 0 ? QStringLiteral("%1[%2]").arg(name).arg(coloring.channel) : name;
}

std::vector<visual::Coloring> colorings_of(const visual::Scene& scene) {
    using visual::ColorBy;
    std::vector<visual::Coloring> all = {{.by = ColorBy::Height}, {.by = ColorBy::Range}};
    const auto add = [&all](const visual::Coloring& coloring) {
        const auto same = [&](const auto& other) { return same_source(other, coloring); };
        if (std::ranges::none_of(all, same)) all.push_back(coloring);
    };
    for (const visual::CloudLayer& layer : scene.clouds) {
        if (!layer.shown()) continue;
        if (layer.painted) add({.by = ColorBy::Painted});
        for (const visual::PointField& field : layer.cloud->fields) {
            if (field.name == "intensity")
                add({.by = ColorBy::Intensity});
            else if (field.name == "ring")
                add({.by = ColorBy::Ring});
            else if (field.name == "label")
                add({.by = ColorBy::Label});
            else if (field.name == "rgb" && field.channels >= 3)
                add({.by = ColorBy::Rgb});
            for (int channel = 0; channel < field.channels; ++channel) {
                const bool named = field.name == "intensity" || field.name == "ring";
                if (!named || channel > 0)
                    add({.by = ColorBy::Field, .field = field.name, .channel = channel});
            }
        }
    }
    all.push_back({.by = ColorBy::Constant});
    return all;
}

bool same_source(const visual::Coloring& a, const visual::Coloring& b) {
    return a.by == b.by &&
           (a.by != visual::ColorBy::Field || (a.field == b.field && a.channel == b.channel));
}

visual::Coloring with_source(visual::Coloring coloring, const visual::Coloring& source) {
    coloring.by = source.by;
    coloring.field = source.field;
    coloring.channel = source.channel;
    coloring.low = coloring.high = 0;
    return coloring;
}

Legend legend_of(const visual::Scene& scene, const visual::Style& style,
                 const visual::Coloring& coloring) {
    Legend legend;
    if (coloring.by == visual::ColorBy::Constant || coloring.by == visual::ColorBy::Rgb ||
        coloring.by == visual::ColorBy::Painted)
        return legend;
    legend.map = coloring.map;
    legend.reversed = coloring.reversed;
    if (coloring.by == visual::ColorBy::Label) {
        legend.swatches = swatches_of(scene, style, coloring);
        if (!legend.swatches.empty()) legend.title = coloring_title(coloring);
        return legend;
    }
    const bool known = std::ranges::any_of(scene.clouds, [&](const visual::CloudLayer& layer) {
        return layer.shown() && visual::coloring_of(layer, style) == coloring &&
               visual::LayerColors(layer, coloring, {}).known();
    });
    if (!known) return legend;
    legend.title = coloring_title(coloring);
    legend.range = visual::color_range(scene, style, coloring);
    return legend;
}

std::vector<double> ticks(double low, double high, int most) {
    std::vector<double> all;
    if (!(low < high) || !std::isfinite(high - low)) return all;
    const double step = step_of(low, high, most);
    // Counted, not added up: the sum of many steps is no round number.
    const double first = std::ceil(low / step - 1e-9), last = std::floor(high / step + 1e-9);
    for (double i = first; i <= last && all.size() < 64; ++i) all.push_back(i * step + 0.0);
    return all;
}

QString tick_text(double value, double step) {
    const double size = std::max(std::abs(value), std::abs(step));
    if (size >= 1e7 || (step != 0 && std::abs(step) < 1e-5)) return QString::number(value, 'g', 6);
    const int digits =
        step != 0 ? std::max(0, -static_cast<int>(std::floor(std::log10(std::abs(step)) + 1e-9)))
                  : 2;
    return QString::number(value, 'f', std::min(digits, 6));
}

void paint_map(QPainter& painter, const QRectF& area, visual::Map map, bool reversed,
               Qt::Orientation orientation) {
    const visual::MapTable& table = visual::map_table(map);
    const bool upright = orientation == Qt::Vertical;
    QImage strip(upright ? 1 : 256, upright ? 256 : 1, QImage::Format_RGB32);
    for (int i = 0; i < 256; ++i) {
        const visual::Rgb& c = table[static_cast<std::size_t>(reversed ? 255 - i : i)];
        strip.setPixel(upright ? 0 : i, upright ? 255 - i : 0, qRgb(c[0], c[1], c[2]));
    }
    painter.drawImage(area, strip);
}

QSizeF legend_size(const Legend& legend, const QFontMetrics& metrics) {
    if (legend.title.isEmpty()) return {};
    double width = metrics.horizontalAdvance(legend.title), height = row_height(metrics) + 4;
    if (!legend.swatches.empty()) {
        for (const auto& [color, text] : legend.swatches)
            width = std::max(width, kBarWidth + 6.0 + metrics.horizontalAdvance(text));
        height += row_height(metrics) * static_cast<double>(legend.swatches.size());
    } else {
        const auto marks = ticks(legend.range.first, legend.range.second, 7);
        const double step = marks.size() > 1 ? marks[1] - marks[0] : 0;
        for (const double mark : marks)
            width = std::max(
                width, kBarWidth + kTick + 4.0 + metrics.horizontalAdvance(tick_text(mark, step)));
        height += kBarHeight + metrics.height() / 2.0;
    }
    return {width + 2 * kPadding, height + 2 * kPadding};
}

void paint_legend(QPainter& painter, const Legend& legend, QSizeF room) {
    constexpr double kMargin = 10;
    const QFontMetrics metrics = painter.fontMetrics();
    const QSizeF size = legend_size(legend, metrics);
    if (size.isEmpty() || size.height() * 1.5 > room.height() || size.width() * 5 > room.width())
        return;
    const QPointF corner(room.width() - size.width() - kMargin,
                         room.height() - size.height() - kMargin);
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(QColor(16, 18, 22, 190));
    painter.drawRoundedRect(QRectF(corner, size), 5, 5);
    painter.setRenderHint(QPainter::Antialiasing, false);
    const QColor ink(232, 236, 242);
    painter.setPen(ink);
    const double left = corner.x() + kPadding;
    double top = corner.y() + kPadding;
    painter.drawText(QRectF(left, top, size.width(), row_height(metrics)),
                     Qt::AlignLeft | Qt::AlignVCenter, legend.title);
    top += row_height(metrics) + 4;
    for (const auto& [color, text] : legend.swatches) {
        painter.fillRect(QRectF(left, top + 3, kBarWidth, row_height(metrics) - 6), color);
        painter.drawText(QRectF(left + kBarWidth + 6, top, size.width(), row_height(metrics)),
                         Qt::AlignLeft | Qt::AlignVCenter, text);
        top += row_height(metrics);
    }
    if (legend.swatches.empty()) {
        const QRectF bar(left, top, kBarWidth, kBarHeight);
        paint_map(painter, bar, legend.map, legend.reversed, Qt::Vertical);
        const auto marks = ticks(legend.range.first, legend.range.second, 7);
        const double step = marks.size() > 1 ? marks[1] - marks[0] : 0;
        for (const double mark : marks) {
            const double share =
                (mark - legend.range.first) / (legend.range.second - legend.range.first);
            const double y = bar.bottom() - share * bar.height();
            painter.drawLine(QPointF(bar.right(), y), QPointF(bar.right() + kTick, y));
            painter.drawText(QRectF(bar.right() + kTick + 4, y - metrics.height() / 2.0,
                                    size.width(), metrics.height()),
                             Qt::AlignLeft | Qt::AlignVCenter, tick_text(mark, step));
        }
    }
    painter.restore();
}

}  // namespace millrace::viewers
