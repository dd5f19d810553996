// What the colours of a cloud mean: a bar with ticks for numbers, swatches for labels. A value and
// functions to draw it; window thread only.
#pragma once

#include <QColor>
#include <QPainter>
#include <QString>
#include <utility>
#include <vector>

#include "engine/visual/scene/colors.hpp"

namespace millrace::viewers {

struct Legend {
    QString title;  ///< "Height, m"; empty: nothing to explain
    std::pair<double, double> range = {0, 1};
    visual::Map map = visual::Map::Turbo;
    bool reversed = false;
    std::vector<std::pair<QColor, QString>> swatches;  ///< of labels, instead of a bar
};

/// "Height", "Intensity", the field's name …
QString coloring_title(const visual::Coloring& coloring);

/// The colorings that the visible clouds of a scene have values for, position first; map and ends
/// as chosen by default.
std::vector<visual::Coloring> colorings_of(const visual::Scene& scene);

/// The coloring with another one's source, its own map; the ends are chosen anew.
visual::Coloring with_source(visual::Coloring coloring, const visual::Coloring& source);
/// Whether both colour by the same value.
bool same_source(const visual::Coloring& a, const visual::Coloring& b);

/// Of a coloring over the scene's visible layers that use it.
Legend legend_of(const visual::Scene& scene, const visual::Style& style,
                 const visual::Coloring& coloring);

/// Round numbers from low to high, both ends within, at most `most`.
std::vector<double> ticks(double low, double high, int most);
/// A tick's text, with the digits that tell it from its neighbours.
QString tick_text(double value, double step);

/// Size that paint_legend() takes, logical pixels.
QSizeF legend_size(const Legend& legend, const QFontMetrics& metrics);
/// In the lower right corner of a picture of this size, on a half transparent ground; not at all
/// where it would take much of the picture.
void paint_legend(QPainter& painter, const Legend& legend, QSizeF room);

/// A strip of the map's colours, low end left, or below when `upright`.
void paint_map(QPainter& painter, const QRectF& area, visual::Map map, bool reversed,
               Qt::Orientation orientation);

}  // namespace millrace::viewers
