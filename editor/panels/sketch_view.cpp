#include "editor/panels/sketch_view.hpp"

#include <QCoreApplication>
#include <QLocale>
#include <QPainter>
#include <algorithm>
#include <cmath>

namespace millrace::editor {
namespace {

QString tr(const char* text) { return QCoreApplication::translate("Sketch", text); }

double number_of(const engine::Value& sketch, std::string_view name) {
    const engine::Value* found = sketch.find(name);
    return found && found->is_number() ? found->as_double() : 0;
}

QString short_number(double value) { return QString::number(value, 'g', 4); }

}  // namespace

QString sketch_shape(const engine::Value& sketch) {
    const engine::Value* shape = sketch.find("shape");
    QStringList extents;
    if (shape && shape->is_array())
        for (const engine::Value& one : shape->as_array())
            extents << QString::fromStdString(engine::to_json(one));
    const auto count = static_cast<qulonglong>(number_of(sketch, "count"));
    const QString numbers =
        count == 1 ? tr("1 number") : tr("%1 numbers").arg(QLocale().toString(count));
    return extents.isEmpty() ? numbers
                             : QStringLiteral("[%1] · %2").arg(extents.join(", "), numbers);
}

QString sketch_numbers(const engine::Value& sketch) {
    const double count = number_of(sketch, "count"), nan = number_of(sketch, "nan_count"),
                 infinite = number_of(sketch, "infinite_count");
    if (count <= 0) return {};
    QStringList parts;
    if (count > nan + infinite)
        parts << tr("%1 … %2, mean %3, RMS %4")
                     .arg(short_number(number_of(sketch, "min")),
                          short_number(number_of(sketch, "max")),
                          short_number(number_of(sketch, "mean")),
                          short_number(number_of(sketch, "rms")));
    parts << tr("%1 NaN").arg(QLocale().toString(static_cast<qulonglong>(nan)));
    if (infinite > 0)
        parts << tr("%1 infinite").arg(QLocale().toString(static_cast<qulonglong>(infinite)));
    return parts.join(QStringLiteral(" · "));
}

SketchBars::SketchBars(QWidget* parent) : QWidget(parent) {
    setFixedHeight(56);
    setAccessibleName(tr("Histogram"));
}

void SketchBars::show_sketch(const engine::Value& sketch) {
    bars_.clear();
    const engine::Value* counts = sketch.find("histogram");
    // One value has no distribution.
    if (counts && counts->is_array() && number_of(sketch, "max") > number_of(sketch, "min")) {
        double most = 0;
        for (const engine::Value& one : counts->as_array()) {
            bars_.push_back(one.is_number() ? one.as_double() : 0);
            most = std::max(most, bars_.back());
        }
        if (most <= 0) bars_.clear();
        for (double& bar : bars_) bar /= most;
    }
    low_ = short_number(number_of(sketch, "min"));
    high_ = short_number(number_of(sketch, "max"));
    setVisible(!bars_.empty());
    update();
}

void SketchBars::paintEvent(QPaintEvent*) {
    if (bars_.empty()) return;
    QPainter painter(this);
    const QRectF field = QRectF(rect()).adjusted(0, 2, 0, -14);
    painter.fillRect(field, palette().color(QPalette::Base));
    const double step = field.width() / static_cast<double>(bars_.size());
    const QColor ink = palette().color(QPalette::Highlight);
    for (std::size_t i = 0; i < bars_.size(); ++i) {
        if (bars_[i] <= 0) continue;
        // A root, so that rare values are seen beside the many.
        const double height = std::max(1.0, std::sqrt(bars_[i]) * field.height());
        painter.fillRect(QRectF(field.left() + static_cast<double>(i) * step,
                                field.bottom() - height, std::max(1.0, step - 1), height),
                         ink);
    }
    QFont small = font();
    small.setPixelSize(10);
    painter.setFont(small);
    painter.setPen(palette().color(QPalette::PlaceholderText));
    const QRectF ends(0, height() - 13, width(), 13);
    painter.drawText(ends, Qt::AlignLeft, low_);
    painter.drawText(ends, Qt::AlignRight, high_);
}

}  // namespace millrace::editor
