#include "viewers/view/plots.hpp"

#include <QCoreApplication>
#include <QGridLayout>
#include <algorithm>
#include <cmath>
#include <set>

#include "viewers/common/shortcuts.hpp"

namespace millrace::view {
namespace {

constexpr int kWidth = 460, kHeight = 320;  ///< pixels a plot gets at least, if there are any

bool is_over_items(const viewers::PlotView& view) { return view.scene().x_label() == "item"; }

}  // namespace

Plots::Plots(QWidget* parent) : QScrollArea(parent) {
    setFrameShape(QFrame::NoFrame);
    setWidgetResizable(true);
    setAccessibleName(tr("Plots"));
    wall_ = new QWidget(this);
    grid_ = new QGridLayout(wall_);
    grid_->setContentsMargins(0, 0, 0, 0);
    grid_->setSpacing(1);
    setWidget(wall_);
}

Plots::Plot& Plots::plot_of(const QString& title) {
    Plot& plot = plots_[title];
    if (plot.view) return plot;
    auto* view = new viewers::PlotView(wall_);
    plot.view = view;
    viewers::set_viewer_title(*view, QCoreApplication::translate("Registry", "Plot"));
    order_.push_back(title);
    connect(view, &viewers::Viewer::status_changed, this, &Plots::told);
    connect(view, &viewers::Viewer::hovered, this,
            [this, view](const auto& selection) { follow(view, selection); });
    connect(view, &viewers::Viewer::selected, this, [this, view](const auto& selection) {
        follow(view, selection);
        constexpr double kMost = 9e15;  // whole numbers that doubles hold
        if (is_over_items(*view) && selection.x >= 0 && selection.x < kMost)
            Q_EMIT item_wanted(static_cast<quint64>(selection.x));
    });
    return plot;
}

void Plots::set_stream(std::size_t stream, const QString& label,
                       const std::vector<Shared>& series) {
    std::set<QString> kept;
    const std::size_t before = viewers_of(stream).size(), plots = plots_.size();
    if (series.empty() && before == 0) return;
    bool fewer = false;
    for (const Shared& one : series) {
        const auto* shown = std::get_if<visual::Series>(one.get());
        if (!shown) continue;
        const QString title = QString::fromStdString(shown->title);
        QString key = title.isEmpty() ? label : title;
        // Two of one title in one stream are two plots.
        for (int again = 2; kept.contains(key); ++again)
            key = QStringLiteral("%1 (%2)").arg(title).arg(again);
        kept.insert(key);
        Plot& plot = plot_of(key);
        plot.view->set_series(label, one);
        plot.labels[stream] = label;
        plot.over_items = shown->x_label == "item";
        if (item_ && plot.over_items) plot.view->set_shown_x(static_cast<double>(*item_));
    }
    for (auto& [key, plot] : plots_) {
        const auto label_of = plot.labels.find(stream);
        if (kept.contains(key) || label_of == plot.labels.end()) continue;
        plot.view->remove_series(label_of->second);
        plot.labels.erase(label_of);
        fewer = true;
    }
    if (fewer || plots_.size() != plots || viewers_of(stream).size() != before) arrange();
}

std::vector<viewers::Viewer*> Plots::viewers_of(std::size_t stream) const {
    std::vector<viewers::Viewer*> found;
    for (const QString& title : order_) {
        const Plot& plot = plots_.at(title);
        if (plot.labels.contains(stream)) found.push_back(plot.view);
    }
    return found;
}

void Plots::set_item(quint64 item) {
    item_ = item;
    for (const auto& [title, plot] : plots_) {
        if (plot.over_items) plot.view->set_shown_x(static_cast<double>(item));
    }
}

void Plots::follow(const viewers::PlotView* from,
                   const std::optional<viewers::Selection>& selection) {
    for (const auto& [title, plot] : plots_) {
        if (plot.view == from || plot.view->scene().x_label() != from->scene().x_label()) continue;
        std::optional<double> x;
        if (selection)
            x = selection->x;
        else if (item_ && plot.over_items)
            x = static_cast<double>(*item_);
        plot.view->set_shown_x(x);
    }
}

std::vector<viewers::PlotView*> Plots::shown() const {
    std::vector<viewers::PlotView*> all;
    for (const QString& title : order_) {
        if (!plots_.at(title).labels.empty()) all.push_back(plots_.at(title).view);
    }
    return all;
}

int Plots::columns_for(std::size_t count) const {
    const int most = std::max(1, viewport()->width() / kWidth);
    return std::clamp(static_cast<int>(std::ceil(std::sqrt(static_cast<double>(count)))), 1, most);
}

/// In as many columns as have room; plots fill the height when they need not be scrolled.
void Plots::arrange() {
    const std::vector<viewers::PlotView*> all = shown();
    for (const auto& [title, plot] : plots_) {
        plot.view->setVisible(!plot.labels.empty());
        grid_->removeWidget(plot.view);
    }
    const int count = static_cast<int>(all.size());
    columns_ = columns_for(all.size());
    const int rows = (count + columns_ - 1) / columns_;
    for (int i = 0; i < count; ++i) {
        viewers::PlotView* view = all[static_cast<std::size_t>(i)];
        view->setMinimumHeight(count > 1 ? kHeight : 0);
        grid_->addWidget(view, i / columns_, i % columns_);
    }
    for (int column = 0; column < grid_->columnCount(); ++column)
        grid_->setColumnStretch(column, column < columns_ ? 1 : 0);
    for (int row = 0; row < grid_->rowCount(); ++row) grid_->setRowStretch(row, row < rows ? 1 : 0);
    set_wheels();
}

/// Where the wall scrolls, the wheel is the wall's.
void Plots::set_wheels() {
    const std::vector<viewers::PlotView*> all = shown();
    const int rows = (static_cast<int>(all.size()) + columns_ - 1) / std::max(1, columns_);
    for (viewers::PlotView* view : all)
        view->canvas()->set_wheel_needs_focus(rows > 1 && rows * kHeight > viewport()->height());
}

void Plots::resizeEvent(QResizeEvent* event) {
    QScrollArea::resizeEvent(event);
    if (columns_for(shown().size()) != columns_) arrange();
    set_wheels();
}

}  // namespace millrace::view
