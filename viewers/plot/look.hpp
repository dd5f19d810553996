// How plots look: colours that colour-blind people can tell apart on dark and light ground, dash
// patterns for when the colours run out, and the painter of axes, lines and legend for windows and
// exported pictures alike. Owned by nobody; window thread only.
#pragma once

#include <QColor>
#include <QFont>
#include <QPainter>
#include <QPen>

#include "viewers/plot/scale.hpp"

class QPalette;

namespace millrace::viewers {

class PlotScene;
struct PlotLine;

inline constexpr int kPlotColors = 8;

struct PlotLook {
    QColor base, ink, faint, grid, accent;
    QFont font;
    bool dark = true;

    static PlotLook from(const QPalette& palette, const QFont& font);
    /// For paper and papers, whatever the theme.
    static PlotLook light(const QFont& font);
    QColor color(int number) const;
    QPen pen(const PlotLine& line, double width) const;
    bool operator==(const PlotLook&) const = default;
};

/// Where things lie in the rectangle of a plot, with the ticks that fit there.
struct PlotLayout {
    QRectF whole, area;
    PlotTicks x, y;
    QString title, x_label, y_label;

    /// Labels as series and histograms have them; any may be empty.
    static PlotLayout make(const QRectF& whole, const PlotLook& look, const PlotScale& x,
                           const PlotScale& y, const QString& title, const QString& x_label,
                           const QString& y_label);
};

/// Ground, grid, ticks and labels. `x` and `y` as the layout was made with.
void paint_axes(QPainter& painter, const PlotLayout& layout, const PlotLook& look,
                const PlotScale& x, const PlotScale& y);

/// The lines within the layout's area; `columns` device pixels lie side by side in it.
void paint_lines(QPainter& painter, const PlotScene& scene, const PlotLayout& layout,
                 const PlotLook& look, int columns);

/// What is not seen and why, in the upper right corner.
void paint_notes(QPainter& painter, const QStringList& notes, const PlotLayout& layout,
                 const PlotLook& look);

/// Names of the visible lines in rows at the top of `place`; gives the height they need, and
/// paints nothing without a painter.
double paint_legend(QPainter* painter, const PlotScene& scene, const QRectF& place,
                    const PlotLook& look);

/// A line's pattern in a picture of `size`.
void paint_swatch(QPainter& painter, const PlotLine& line, const QRectF& place,
                  const PlotLook& look);

}  // namespace millrace::viewers
