// What leaves a plot: numbers as text, pictures of any size, PDF. Reads only what does not change
// after a line was made, so texts may be made on any thread; pictures on the window thread.
#pragma once

#include <QByteArray>
#include <QImage>
#include <QSize>
#include <optional>
#include <vector>

#include "viewers/plot/look.hpp"
#include "viewers/plot/scene.hpp"

namespace millrace::viewers {

/// Lines joined by x, a row an x: names first, then raw values, empty where a line has no sample.
struct PlotText {
    std::vector<PlotLine> lines;
    QStringList names;  ///< x first
    QChar separator = ',';
    std::optional<std::pair<double, double>> range;  ///< of x; all without

    /// All lines for a file (RFC 4180), or what is seen for a spreadsheet.
    static PlotText all(const PlotScene& scene);
    static PlotText seen(const PlotScene& scene);
    QByteArray made() const;
};

/// Axes, lines and legend, without cursors.
void paint_plot(QPainter& painter, const PlotScene& scene, const QRectF& place,
                const PlotLook& look, double pixels_per_unit);
QImage plot_image(const PlotScene& scene, QSize pixels, double ratio, const PlotLook& look);

/// What is told when a file can't be written; empty when it was. `size` in units of 1/96 inch.
QString write_pdf(const QString& file, const PlotScene& scene, QSize size, const PlotLook& look);
QString write_bytes(const QString& file, const QByteArray& bytes);

/// Asks for the size and the file of a picture.
struct PictureWish {
    QString file;
    QSize size;
    bool light = false;
};
std::optional<PictureWish> ask_for_picture(QWidget* parent, QSize size);

}  // namespace millrace::viewers
