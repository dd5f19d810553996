// The window's plots: which series are shown, and how plots and timeline follow each other.
#include <QStatusBar>

#include "viewers/view/plots.hpp"
#include "viewers/view/window.hpp"

namespace millrace::view {

void Window::show_plots(std::size_t index) {
    const Open& open = *open_[index];
    std::vector<Shared> series;
    for (const Shared& shown : open.shown) {
        if (open.visible && std::holds_alternative<visual::Series>(*shown)) series.push_back(shown);
    }
    if (!plots_) {
        if (series.empty()) return;
        plots_ = new Plots(this);
        connect(plots_, &Plots::told, statusBar(),
                [this](const QString& text) { statusBar()->showMessage(text); });
        connect(plots_, &Plots::item_wanted, this, [this](quint64 item) {
            if (items_.size() > 1) show_item(item);
        });
        area_->add(framed(tr("Plots"), plots_));
        arrange();
    }
    if (items_.size() > 1) plots_->set_item(item_);
    plots_->set_stream(index, run_label(open), series);
}

/// A run is called by its folder, with its number where several folders have one name.
QString Window::run_label(const Open& open) const {
    const Source& source = *sources_[open.source];
    QString label = source.title();
    int same = 1;
    for (std::size_t i = 0; i < open.source; ++i) same += sources_[i]->title() == label;
    if (same > 1) label = QStringLiteral("%1 (%2)").arg(label).arg(same);
    const Stream* stream = stream_of(open);
    if ((stream && stream->whole_run) || open.stream_name == source.title()) return label;
    return QStringLiteral("%1 · %2").arg(label, open.stream_name);
}

}  // namespace millrace::view
