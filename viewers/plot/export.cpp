#include "viewers/plot/export.hpp"

#include <QCheckBox>
#include <QCoreApplication>
#include <QDialog>
#include <QDialogButtonBox>
#include <QFileDialog>
#include <QFormLayout>
#include <QLocale>
#include <QPdfWriter>
#include <QSaveFile>
#include <QSpinBox>
#include <algorithm>
#include <cmath>

namespace millrace::viewers {
namespace {

constexpr int kMostPixels = 16'384;

QString translated(const char* text) { return QCoreApplication::translate("Plot", text); }

QString quoted(QString text, QChar separator) {
    if (separator == '\t') return text.replace('\t', ' ').replace('\n', ' ');
    if (!text.contains('"') && !text.contains(separator) && !text.contains('\n') &&
        !text.contains('\r'))
        return text;
    return '"' + text.replace("\"", "\"\"") + '"';
}

/// With as many digits as are needed to read the same number back.
QByteArray exact(double value) {
    return QByteArray::number(value, 'g', QLocale::FloatingPointShortest);
}

}  // namespace

PlotText PlotText::all(const PlotScene& scene) {
    PlotText text{.lines = scene.lines()};
    text.names << (scene.x_label().isEmpty() ? QStringLiteral("x") : scene.x_label());
    for (const PlotLine& line : text.lines) text.names << scene.label_of(line);
    return text;
}

PlotText PlotText::seen(const PlotScene& scene) {
    PlotText text = all(scene);
    for (std::size_t i = text.lines.size(); i > 0; --i) {
        if (text.lines[i - 1].visible) continue;
        text.lines.erase(text.lines.begin() + static_cast<std::ptrdiff_t>(i - 1));
        text.names.removeAt(static_cast<qsizetype>(i));
    }
    text.separator = '\t';
    text.range = {scene.x().to_value(scene.x().low), scene.x().to_value(scene.x().high)};
    return text;
}

QByteArray PlotText::made() const {
    const QByteArray between = QString(separator).toUtf8(), end = separator == '\t' ? "\n" : "\r\n";
    QByteArray text;
    for (qsizetype i = 0; i < names.size(); ++i)
        text += (i > 0 ? between : QByteArray()) + quoted(names[i], separator).toUtf8();
    text += end;
    std::vector<std::size_t> next(lines.size(), 0);
    if (range) {
        for (std::size_t i = 0; i < lines.size(); ++i) {
            while (next[i] < lines[i].curve->size() && lines[i].curve->x(next[i]) < range->first)
                ++next[i];
        }
    }
    for (;;) {
        std::optional<double> x;
        for (std::size_t i = 0; i < lines.size(); ++i) {
            if (next[i] == lines[i].curve->size()) continue;
            const double offered = lines[i].curve->x(next[i]);
            if (!x || offered < *x) x = offered;
        }
        if (!x || (range && *x > range->second)) return text;
        text += exact(*x);
        for (std::size_t i = 0; i < lines.size(); ++i) {
            text += between;
            // A line with several samples at one x gives one a row.
            if (next[i] < lines[i].curve->size() && lines[i].curve->x(next[i]) == *x)
                text += exact(lines[i].curve->y(next[i]++));
        }
        text += end;
    }
}

void paint_plot(QPainter& painter, const PlotScene& scene, const QRectF& place,
                const PlotLook& look, double pixels_per_unit) {
    constexpr double kMargin = 10;
    const QRectF rows(place.left() + kMargin, place.top(), place.width() - 2 * kMargin, 0);
    const double legend = paint_legend(nullptr, scene, rows, look) + kMargin;
    const QRectF plot = place.adjusted(0, 0, 0, -std::min(legend, place.height() / 2));
    const PlotLayout layout = PlotLayout::make(plot, look, scene.x(), scene.y(), scene.title(),
                                               scene.x_label(), scene.y_label());
    painter.fillRect(place, look.base);
    paint_axes(painter, layout, look, scene.x(), scene.y());
    paint_lines(painter, scene, layout, look,
                static_cast<int>(std::ceil(layout.area.width() * pixels_per_unit)));
    paint_notes(painter, scene.notes(), layout, look);
    painter.setRenderHint(QPainter::Antialiasing);
    paint_legend(&painter, scene, rows.translated(0, plot.height() + kMargin / 2), look);
}

QImage plot_image(const PlotScene& scene, QSize pixels, double ratio, const PlotLook& look) {
    QImage image(pixels.boundedTo({kMostPixels, kMostPixels}).expandedTo({1, 1}),
                 QImage::Format_RGB32);
    image.setDevicePixelRatio(ratio);
    QPainter painter(&image);
    paint_plot(painter, scene, QRectF(QPointF(), QSizeF(image.size()) / ratio), look, ratio);
    return image;
}

QString write_pdf(const QString& file, const PlotScene& scene, QSize size, const PlotLook& look) {
    constexpr int kUnits = 96, kResolution = 1200;
    QSaveFile target(file);
    if (!target.open(QIODevice::WriteOnly))
        return translated("%1 can't be written: %2").arg(file, target.errorString());
    {
        QPdfWriter writer(&target);
        writer.setResolution(kResolution);
        writer.setPageSize(QPageSize(QSizeF(size) * 25.4 / kUnits, QPageSize::Millimeter));
        writer.setPageMargins({});
        writer.setTitle(scene.title());
        QPainter painter(&writer);
        const double scale = static_cast<double>(kResolution) / kUnits;
        painter.scale(scale, scale);
        // The font's size is in points; in scaled units it must be one of pixels.
        PlotLook scaled = look;
        scaled.font.setPixelSize(std::max(6, QFontInfo(look.font).pixelSize()));
        paint_plot(painter, scene, QRectF(QPointF(), QSizeF(size)), scaled, 2);
    }
    if (!target.commit())
        return translated("%1 can't be written: %2").arg(file, target.errorString());
    return {};
}

QString write_bytes(const QString& file, const QByteArray& bytes) {
    QSaveFile target(file);
    if (target.open(QIODevice::WriteOnly) && target.write(bytes) == bytes.size() && target.commit())
        return {};
    return translated("%1 can't be written: %2").arg(file, target.errorString());
}

std::optional<PictureWish> ask_for_picture(QWidget* parent, QSize size) {
    QDialog dialog(parent);
    dialog.setWindowTitle(translated("Export a picture"));
    auto* form = new QFormLayout(&dialog);
    QSpinBox* sides[2];
    for (const bool high : {false, true}) {
        auto* side = sides[high ? 1 : 0] = new QSpinBox(&dialog);
        side->setRange(100, kMostPixels);
        side->setSuffix(translated(" px"));
        side->setValue(high ? size.height() : size.width());
        form->addRow(high ? translated("&Height") : translated("&Width"), side);
    }
    auto* light = new QCheckBox(translated("&Light, for paper"), &dialog);
    form->addRow(light);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, &dialog);
    form->addRow(buttons);
    QObject::connect(buttons, &QDialogButtonBox::accepted, &dialog, &QDialog::accept);
    QObject::connect(buttons, &QDialogButtonBox::rejected, &dialog, &QDialog::reject);
    if (dialog.exec() != QDialog::Accepted) return {};
    const QString file = QFileDialog::getSaveFileName(
        parent, translated("Export a picture"), "plot.png", translated("PNG (*.png);;PDF (*.pdf)"));
    if (file.isEmpty()) return {};
    return PictureWish{file, {sides[0]->value(), sides[1]->value()}, light->isChecked()};
}

}  // namespace millrace::viewers
