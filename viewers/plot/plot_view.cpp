#include "viewers/plot/plot_view.hpp"

#include <QLabel>
#include <QSlider>
#include <QToolBar>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "viewers/plot/export.hpp"

namespace millrace::viewers {
namespace {

constexpr std::size_t kToldLines = 6;  ///< of a status line
/// Samples that are put in order on the window thread, some 10 ms.
constexpr std::size_t kSamplesAtOnce = 50'000;

}  // namespace

PlotView::PlotView(QWidget* parent) : Viewer(parent) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    tools_ = new QToolBar(this);
    tools_->setToolButtonStyle(Qt::ToolButtonTextOnly);
    column->addWidget(tools_);
    canvas_ = new PlotCanvas(scene_, this);
    table_ = new PlotTable(this);
    column->addWidget(canvas_, 1);
    column->addWidget(table_);
    setFocusProxy(canvas_);
    make_tools();
    make_keys();
    connect(canvas_, &PlotCanvas::view_changed, this, [this] {
        table_->set_statistics(scene_);
        follow_->setChecked(scene_.follows_y());
    });
    connect(canvas_, &PlotCanvas::readout_changed, this, [this] { show_readout(); });
    connect(canvas_, &PlotCanvas::fit_wanted, this, [this] { fit(); });
    connect(canvas_, &PlotCanvas::pointed, this, [this](const auto& place) {
        Q_EMIT hovered(place ? std::optional(selection_of(*place)) : std::nullopt);
    });
    connect(canvas_, &PlotCanvas::picked, this,
            [this](const PlotScene::Place& place) { Q_EMIT selected(selection_of(place)); });
    connect(table_, &PlotTable::visibility_wanted, this, &PlotView::set_line_visible);
    connect(table_, &PlotTable::solo_wanted, this, &PlotView::solo);
    connect(&background_, &Background::failed, this,
            [this](const QString& what) { set_status(what); });
}

bool PlotView::show_visual(Shared item) { return set_series({}, std::move(item)); }

bool PlotView::set_series(const QString& run, Shared item) {
    const auto* series = item ? std::get_if<visual::Series>(item.get()) : nullptr;
    if (!series) return false;
    if (const QString problem = PlotScene::problem_with(*series); !problem.isEmpty()) {
        set_status(problem);
        return false;
    }
    const std::uint64_t turn = ++turns_[run];
    std::size_t samples = 0;
    for (const visual::Series::Line& line : series->lines) samples += line.x.size();
    scene_.reserve(run);
    if (samples <= kSamplesAtOnce) {
        shown_turns_[run] = turn;
        scene_.set_run(run, std::move(item));
        changed();
        return true;
    }
    background_.run(QStringLiteral("series ") + run,
                    [this, run, item, turn](const std::stop_token& stop) {
                        return [this, run, item, turn, curves = PlotScene::curves_of(item, stop)] {
                            // A later one may stand there already; of a run that grows each one
                            // counts.
                            if (turn <= shown_turns_[run]) return;
                            shown_turns_[run] = turn;
                            scene_.set_run(run, item, curves);
                            changed();
                        };
                    });
    return true;
}

void PlotView::remove_series(const QString& run) {
    shown_turns_[run] = ++turns_[run];
    scene_.remove_run(run);
    changed();
}

void PlotView::changed() {
    table_->set_lines(scene_);
    give_table_height();
    show_readout();
    canvas_->refresh();
    log_x_->setChecked(scene_.x().logarithmic);
    log_y_->setChecked(scene_.y().logarithmic);
}

/// As many rows as there are lines, but most of the height is the drawing's.
void PlotView::give_table_height() {
    constexpr int kMostRows = 8, kFewRows = 2;
    constexpr double kMostPart = 0.36;
    table_->setFixedHeight(
        std::min(table_->height_of(kMostRows),
                 std::max(table_->height_of(kFewRows), static_cast<int>(kMostPart * height()))));
}

void PlotView::resizeEvent(QResizeEvent* event) {
    Viewer::resizeEvent(event);
    give_table_height();
}

std::optional<double> PlotView::x_of(const Selection& selection) const {
    if (selection.kind != Selection::Kind::Row || selection.index < 0) return {};
    for (const PlotLine& line : scene_.lines()) {
        if (!line.visible) continue;
        const auto place = line.curve->place_of(static_cast<std::size_t>(selection.index));
        return place ? std::optional(line.curve->x(*place)) : std::nullopt;
    }
    return {};
}

Selection PlotView::selection_of(const PlotScene::Place& place) const {
    const Curve& curve = *scene_.lines()[place.line].curve;
    return {.kind = Selection::Kind::Row,
            .frame = scene_.title(),
            .index = static_cast<qint64>(curve.index(place.sample)),
            .x = curve.x(place.sample),
            .y = curve.y(place.sample)};
}

void PlotView::mark(const std::optional<Selection>& selection) {
    set_shown_x(selection ? x_of(*selection) : std::nullopt);
}

void PlotView::reveal(const Selection& selection) {
    const auto x = x_of(selection);
    set_shown_x(x);
    if (!x) return;
    const double share = scene_.x().share(scene_.x().to_axis(*x));
    if (!(share >= 0 && share <= 1) && std::isfinite(share)) canvas_->pan(share - 0.5, 0);
}

void PlotView::set_shown_x(std::optional<double> x) { canvas_->set_mark(x); }

void PlotView::set_log_x(bool on) {
    scene_.set_log_x(on);
    changed();
}

void PlotView::set_log_y(bool on) {
    scene_.set_log_y(on);
    changed();
}

void PlotView::set_smoothing(double weight) {
    scene_.set_smoothing(weight);
    const QSignalBlocker quiet(slider_);
    slider_->setValue(static_cast<int>(std::lround(scene_.smoothing() * 1000)));
    weight_->setText(QString::number(scene_.smoothing(), 'f', 3));
    changed();
}

void PlotView::set_follows_y(bool on) {
    scene_.set_follows_y(on);
    changed();
}

void PlotView::set_x_range(double low, double high) {
    const bool log = scene_.x().logarithmic;
    const PlotScale ends{.logarithmic = log};
    scene_.set_x({ends.to_axis(low), ends.to_axis(high), log});
    canvas_->refresh();
}

void PlotView::set_y_range(double low, double high) {
    const bool log = scene_.y().logarithmic;
    const PlotScale ends{.logarithmic = log};
    scene_.set_y({ends.to_axis(low), ends.to_axis(high), log});
    canvas_->refresh();
}

void PlotView::set_line_visible(std::size_t line, bool visible) {
    scene_.set_visible(line, visible);
    changed();
}

void PlotView::solo(std::size_t line) {
    scene_.solo(line);
    changed();
}

void PlotView::fit() {
    scene_.fit();
    changed();
}

void PlotView::show_readout() {
    table_->set_readout(scene_, canvas_->readout(), canvas_->first(), canvas_->difference_end());
    const auto x = canvas_->readout();
    if (!x) return;
    QStringList told;
    for (const PlotLine& line : scene_.lines()) {
        if (!line.visible) continue;
        const auto at = line.curve->nearest(scene_.x(), scene_.x().to_axis(*x));
        if (!at || line.curve->x(*at) != *x) continue;
        if (told.size() == kToldLines) {
            told << QStringLiteral("…");
            break;
        }
        told << QStringLiteral("%1 %2").arg(scene_.label_of(line), plot_number(line.curve->y(*at)));
    }
    const QString name = scene_.x_label().isEmpty() ? QStringLiteral("x") : scene_.x_label();
    QString text = QStringLiteral("%1 %2:  %3").arg(name, plot_number(*x, 10), told.join("   "));
    if (const auto first = canvas_->first(), end = canvas_->difference_end(); first && end)
        text += tr("   (Δ %1 %2)").arg(name, plot_number(*end - *first, 10));
    set_status(text);
}

QByteArray PlotView::csv() const { return PlotText::all(scene_).made(); }

QString PlotView::copied() const { return QString::fromUtf8(PlotText::seen(scene_).made()); }

QImage PlotView::picture(QSize pixels, double ratio) const {
    return plot_image(scene_, pixels, ratio, PlotLook::from(palette(), font()));
}

}  // namespace millrace::viewers
