#include "viewers/plot/histogram_view.hpp"

#include <QClipboard>
#include <QFileDialog>
#include <QGuiApplication>
#include <QLocale>
#include <QMouseEvent>
#include <QPainter>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>

#include "viewers/plot/export.hpp"

namespace millrace::viewers {
namespace {

constexpr double kZoom = 1.25;
const double kLogFoot = std::log10(0.5);  // below a count of 1, so that it is seen

}  // namespace

HistogramView::HistogramView(QWidget* parent) : Viewer(parent) {
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    setMinimumSize(140, 100);
    setAccessibleName(tr("Histogram"));
    add_action(tr("Logarithmic counts"), Qt::Key_Y, [this] { set_log_counts(!log_); });
    add_action(tr("Running sum"), Qt::Key_C, [this] { set_cumulative(!cumulative_); });
    add_action(tr("Everything in sight"), Qt::Key_Home, [this] { fit(); });
    const auto step = [this](int by) {
        if (bins_.size() == 0) return;
        const auto last = static_cast<std::ptrdiff_t>(bins_.size()) - 1;
        const auto now = static_cast<std::ptrdiff_t>(chosen_.value_or(bins_.size() / 2));
        choose(static_cast<std::size_t>(
            std::clamp<std::ptrdiff_t>(chosen_ ? now + by : now, 0, last)));
        Q_EMIT selected(selection_of(*chosen_));
    };
    add_action(tr("Bin before"), Qt::Key_Left, [step] { step(-1); });
    add_action(tr("Next bin"), Qt::Key_Right, [step] { step(1); });
    const auto zoom = [this](double factor) {
        const double middle = x_.at(0.5), reach = (x_.high - x_.low) / factor / 2;
        set_range(middle - reach, middle + reach);
    };
    add_action(tr("Zoom in"), Qt::Key_Plus, [zoom] {
        zoom(kZoom);
    })->setShortcuts({Qt::Key_Plus, Qt::Key_Equal});
    add_action(tr("Zoom out"), Qt::Key_Minus, [zoom] { zoom(1 / kZoom); });
    add_action(tr("Copy"), QKeySequence::Copy, [this] {
        QString text = QString::fromUtf8(csv());
        QGuiApplication::clipboard()->setText(text.replace(',', '\t').remove('\r'));
    });
    add_action(tr("Export as CSV"), QKeySequence("Ctrl+E"), [this] { export_csv(); });
    add_action(tr("Export a picture"), QKeySequence("Ctrl+Shift+E"), [this] { export_picture(); });
    setToolTip(tr("Y: logarithmic counts, C: running sum, wheel: zoom, Home: all"));
}

bool HistogramView::show_visual(Shared item) {
    const auto* histogram = item ? std::get_if<visual::Histogram>(item.get()) : nullptr;
    if (!histogram) return false;
    bins_ = HistogramBins(*histogram);
    title_ = QString::fromStdString(histogram->title);
    unit_ = QString::fromStdString(histogram->unit);
    item_ = std::move(item);
    changed_ = true;
    if (chosen_ && *chosen_ >= bins_.size()) chosen_.reset();
    if (fitted_)
        fit();
    else
        update();
    return true;
}

void HistogramView::mark(const std::optional<Selection>& selection) {
    const bool known = selection && selection->kind == Selection::Kind::Row &&
                       selection->index >= 0 &&
                       static_cast<std::size_t>(selection->index) < bins_.size();
    choose(known ? std::optional(static_cast<std::size_t>(selection->index)) : std::nullopt);
}

void HistogramView::reveal(const Selection& selection) {
    mark(selection);
    if (!chosen_) return;
    const double low = bins_.edge(*chosen_), high = bins_.edge(*chosen_ + 1);
    if (low >= x_.low && high <= x_.high) return;
    const double reach = (x_.high - x_.low) / 2;
    set_range(low - reach, low + reach);
}

void HistogramView::set_log_counts(bool on) {
    log_ = on;
    changed_ = true;
    update();
}

void HistogramView::set_cumulative(bool on) {
    cumulative_ = on;
    changed_ = true;
    update();
}

void HistogramView::choose(std::optional<std::size_t> bin) {
    if (bin == chosen_) return;
    chosen_ = bin;
    if (bin) set_status(described(*bin));
    update();
}

void HistogramView::fit() {
    const double low = bins_.edge(0),
                 high = bins_.size() == 0 && !bins_.has_edges() ? 1 : bins_.edge(bins_.size());
    x_ = usable({low, high});
    fitted_ = true;
    changed_ = true;
    update();
}

void HistogramView::set_range(double low, double high) {
    x_ = usable({low, high});
    fitted_ = false;
    changed_ = true;
    update();
}

double HistogramView::height_of(std::size_t bin) const {
    return cumulative_ ? bins_.share_below(bin + 1) : static_cast<double>(bins_.count(bin));
}

PlotScale HistogramView::y_scale() const {
    if (cumulative_) return {0, 1.04};
    const double most = std::max(1.0, static_cast<double>(bins_.most()));
    if (log_) return {kLogFoot, std::log10(most) + 0.1 * (std::log10(most) - kLogFoot), true};
    return {0, most * 1.06};
}

QStringList HistogramView::notes() const {
    QStringList notes;
    if (bins_.size() == 0) return {tr("no bins")};
    if (!(bins_.total() > 0)) return {tr("all counts are 0")};
    const auto& histogram = std::get<visual::Histogram>(*item_);
    notes << tr("%1 values in %2 bins").arg(plot_number(bins_.total(), 9)).arg(bins_.size());
    if (!bins_.has_edges()) {
        notes << (histogram.min == histogram.max
                      ? tr("all are %1; bins by number").arg(plot_number(histogram.min))
                      : tr("from %1 to %2; bins by number")
                            .arg(plot_number(histogram.min), plot_number(histogram.max)));
        return notes;
    }
    const QString unit = unit_.isEmpty() ? QString() : " " + unit_;
    notes << tr("median %1%3, mean %2%3")
                 .arg(plot_number(bins_.quantile(0.5).value_or(0), 4),
                      plot_number(bins_.mean().value_or(0), 4), unit);
    return notes;
}

QString HistogramView::described(std::size_t bin) const {
    const bool last = bin + 1 == bins_.size();
    const QString unit = unit_.isEmpty() ? QString() : " " + unit_;
    const QString range = bins_.has_edges() ? tr("%1 to %2%3")
                                                  .arg(plot_number(bins_.edge(bin)),
                                                       plot_number(bins_.edge(bin + 1)), unit)
                                            : tr("by number");
    return tr("bin %1, %2%3: count %4, share %5 %, quantiles %6 to %7")
        .arg(bin)
        .arg(range, last ? tr(" inclusive") : QString())
        .arg(bins_.count(bin))
        .arg(plot_number(bins_.share(bin) * 100, 4), plot_number(bins_.share_below(bin), 4),
             plot_number(bins_.share_below(bin + 1), 4));
}

Selection HistogramView::selection_of(std::size_t bin) const {
    return {.kind = Selection::Kind::Row,
            .frame = title_,
            .index = static_cast<qint64>(bin),
            .x = bins_.edge(bin),
            .y = static_cast<double>(bins_.count(bin))};
}

PlotLayout HistogramView::layout_now() const {
    const QString name = bins_.has_edges() ? unit_ : tr("bin");
    return PlotLayout::make(QRectF(rect()), PlotLook::from(palette(), font()), x_, y_scale(),
                            title_, name, cumulative_ ? tr("share") : tr("count"));
}

namespace {

/// A bar, a pixel narrower than its bin where there is room, and never invisible.
void paint_bar(QPainter& painter, const QRectF& area, double left, double right, double up,
               double ratio, const QColor& color) {
    if (!(up > 0)) return;
    constexpr double kRoom = 4;
    const double tall = std::max(1 / ratio, std::min(up, 1.0) * area.height());
    const double end = std::max(right - left > kRoom ? right - 1 : right, left + 1 / ratio);
    painter.fillRect(QRectF(left, area.bottom() - tall, end - left, tall), color);
}

double pixel_of(const PlotScale& x, const QRectF& area, double value) {
    return area.left() + std::clamp(x.share(value), -1.0, 2.0) * area.width();
}

}  // namespace

void HistogramView::paint_bars(QPainter& painter, const PlotLayout& layout, const PlotLook& look,
                               double ratio) const {
    const QRectF& area = layout.area;
    const PlotScale y = y_scale();
    const QColor color = look.color(0);
    const std::size_t first = bins_.bin_at(std::max(x_.low, bins_.edge(0))).value_or(bins_.size());
    double left = 0, right = -1, height = 0;
    bool open = false;
    const auto close = [&] {
        if (open) paint_bar(painter, area, left, right, y.share(y.to_axis(height)), ratio, color);
    };
    // Bins that share a column of pixels are one bar, as high as the highest of them.
    for (std::size_t bin = first; bin < bins_.size() && bins_.edge(bin) <= x_.high; ++bin) {
        const double begin = pixel_of(x_, area, bins_.edge(bin)),
                     end = pixel_of(x_, area, bins_.edge(bin + 1));
        if (open && begin - left < 1 / ratio) {
            right = end;
            height = std::max(height, height_of(bin));
            continue;
        }
        close();
        left = begin, right = end, height = height_of(bin), open = true;
    }
    close();
}

void HistogramView::paint_chosen(QPainter& painter, const PlotLayout& layout, const PlotLook& look,
                                 double ratio) const {
    const QRectF& area = layout.area;
    const PlotScale y = y_scale();
    const double begin = pixel_of(x_, area, bins_.edge(*chosen_)),
                 end = pixel_of(x_, area, bins_.edge(*chosen_ + 1));
    if (end < area.left() || begin > area.right()) return;
    QColor band = look.ink;
    band.setAlpha(36);
    constexpr double kLeast = 3;
    painter.fillRect(QRectF(begin, area.top(), std::max(end - begin, kLeast), area.height()), band);
    paint_bar(painter, area, begin, end, y.share(y.to_axis(height_of(*chosen_))), ratio,
              look.color(1));
}

/// On the side where the chosen bin is not; under the notes.
void HistogramView::paint_readout(QPainter& painter, const PlotLayout& layout,
                                  const PlotLook& look) const {
    const QFontMetricsF metrics(font());
    const QStringList parts = described(*chosen_).split(": ");
    QStringList rows = {parts.value(0)};
    rows += parts.value(1).split(", ");
    double width = 0;
    for (const QString& row : rows) width = std::max(width, metrics.horizontalAdvance(row));
    const bool at_right = x_.share(bins_.edge(*chosen_)) < 0.5;
    const double under = metrics.height() * (static_cast<double>(notes().size()) + 0.6);
    const QRectF box(at_right ? layout.area.right() - width - 17 : layout.area.left() + 6,
                     layout.area.top() + 3 + (at_right ? under : 0), width + 14,
                     metrics.height() * static_cast<double>(rows.size()) + 8);
    QColor ground = look.base;
    ground.setAlpha(230);
    painter.setPen(QPen(look.grid, 1));
    painter.setBrush(ground);
    painter.drawRect(box);
    painter.setPen(look.ink);
    painter.drawText(box.adjusted(7, 4, 0, 0), Qt::AlignLeft | Qt::AlignTop, rows.join('\n'));
}

void HistogramView::paintEvent(QPaintEvent*) {
    const PlotLook look = PlotLook::from(palette(), font());
    const PlotLayout layout = layout_now();
    const double ratio = devicePixelRatioF();
    const QSize pixels = (QSizeF(size()) * ratio).toSize();
    if (changed_ || picture_.size() != pixels || picture_look_ != look) {
        picture_ = QPixmap(pixels);
        picture_.setDevicePixelRatio(ratio);
        QPainter painter(&picture_);
        paint_axes(painter, layout, look, x_, y_scale());
        painter.setClipRect(layout.area.adjusted(0, 0, 1, 0));
        paint_bars(painter, layout, look, ratio);
        changed_ = false;
        picture_look_ = look;
        ++drawings_;
    }
    QPainter painter(this);
    painter.drawPixmap(0, 0, picture_);
    if (chosen_) {
        painter.setClipRect(layout.area.adjusted(0, 0, 1, 0));
        paint_chosen(painter, layout, look, ratio);
        painter.setClipping(false);
    }
    paint_notes(painter, notes(), layout, look);
    if (chosen_) paint_readout(painter, layout, look);
    if (hasFocus()) {
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(look.accent, 1));
        painter.drawRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5));
    }
}

void HistogramView::mousePressEvent(QMouseEvent* event) {
    grabbed_ = event->position();
    if (event->button() == Qt::LeftButton && chosen_) Q_EMIT selected(selection_of(*chosen_));
}

void HistogramView::mouseMoveEvent(QMouseEvent* event) {
    const QRectF area = layout_now().area;
    const double by = (x_.high - x_.low) / area.width();
    if (event->buttons() & Qt::LeftButton) {
        const double moved = (grabbed_.x() - event->position().x()) * by;
        grabbed_ = event->position();
        if (moved != 0) set_range(x_.low + moved, x_.high + moved);
        return;
    }
    const bool inside = area.contains(event->position());
    const auto bin =
        inside ? bins_.bin_at(x_.low + (event->position().x() - area.left()) * by) : std::nullopt;
    if (bin == chosen_) return;
    choose(bin);
    Q_EMIT hovered(bin ? std::optional(selection_of(*bin)) : std::nullopt);
}

void HistogramView::mouseDoubleClickEvent(QMouseEvent*) { fit(); }

void HistogramView::wheelEvent(QWheelEvent* event) {
    const QRectF area = layout_now().area;
    const double share = std::clamp((event->position().x() - area.left()) / area.width(), 0.0, 1.0);
    const double at = x_.at(share), factor = std::pow(1.2, event->angleDelta().y() / 120.0);
    set_range(at - (at - x_.low) / factor, at + (x_.high - at) / factor);
    event->accept();
}

void HistogramView::leaveEvent(QEvent*) {
    if (!chosen_) return;
    choose({});
    Q_EMIT hovered({});
}

QByteArray HistogramView::csv() const {
    const auto exact = [](double value) {
        return QByteArray::number(value, 'g', QLocale::FloatingPointShortest);
    };
    QByteArray text = bins_.has_edges() ? "from,to,count\r\n" : "bin,count\r\n";
    for (std::size_t bin = 0; bin < bins_.size(); ++bin) {
        text += exact(bins_.edge(bin)) + ',';
        if (bins_.has_edges()) text += exact(bins_.edge(bin + 1)) + ',';
        text += QByteArray::number(static_cast<qulonglong>(bins_.count(bin))) + "\r\n";
    }
    return text;
}

void HistogramView::export_csv() {
    const QString file = QFileDialog::getSaveFileName(this, tr("Export the counts"),
                                                      "histogram.csv", tr("CSV (*.csv)"));
    if (file.isEmpty()) return;
    const QString problem = write_bytes(file, csv());
    set_status(problem.isEmpty() ? tr("Written to %1").arg(file) : problem);
}

void HistogramView::export_picture() {
    const QString file = QFileDialog::getSaveFileName(this, tr("Export a picture"), "histogram.png",
                                                      tr("PNG (*.png)"));
    if (file.isEmpty()) return;
    const bool good = screenshot().save(file, "PNG");
    set_status(good ? tr("Written to %1").arg(file) : tr("%1 can't be written.").arg(file));
}

}  // namespace millrace::viewers
