// How items get from the sources into the views: each stream shows its last item up to the
// timeline's, loaded beside the window thread.
#include <QSignalBlocker>
#include <QStatusBar>
#include <QTimer>
#include <QToolBar>
#include <algorithm>

#include "engine/problem.hpp"
#include "viewers/cloud/cloud_workspace.hpp"
#include "viewers/common/shortcuts.hpp"
#include "viewers/common/timeline.hpp"
#include "viewers/view/compare_panel.hpp"
#include "viewers/view/plots.hpp"
#include "viewers/view/window.hpp"

namespace millrace::view {

void Window::show_item(quint64 item) {
    item_ = item;
    if (plots_) plots_->set_item(item);
    if (timeline_->item() != item) {
        const QSignalBlocker quiet(timeline_);
        timeline_->set_item(item);
    }
    refresh();
    compare_->set_item(item);
}

void Window::refresh() {
    for (std::size_t i = 0; i < open_.size(); ++i) {
        Open& open = *open_[i];
        const Stream* stream = stream_of(open);
        if (!open.visible || !stream) continue;
        const auto& items = stream->items;
        // An offset before the first item shows nothing else.
        if (open.offset < 0 && item_ < static_cast<quint64>(-open.offset)) continue;
        const auto after =
            stream->whole_run
                ? items.end()
                : std::ranges::upper_bound(items, item_ + static_cast<quint64>(open.offset));
        if (after == items.begin()) continue;
        const quint64 wanted = *(after - 1);
        if (open.wanted == wanted) continue;
        if (open.wanted) open.tries = 0;
        open.wanted = wanted;
        load(i, wanted);
    }
}

void Window::load(std::size_t index, quint64 item) {
    // Held by the job: a renewed one may take its place meanwhile.
    const std::shared_ptr<const Source> source = sources_[open_[index]->source];
    const std::size_t stream = open_[index]->stream;
    background_.run(
        QString::number(index),
        [this, index, item, source, stream](const std::stop_token&) -> viewers::Background::Finish {
            try {
                const qint64 stamp = stamp_of(source->file_of(stream, item));
                auto visuals = source->load(stream, item);
                return [this, index, item, stamp, visuals = std::move(visuals)] {
                    open_[index]->stamp = stamp;
                    take(index, item, ++open_[index]->turn, visuals);
                };
            } catch (const engine::Error& error) {
                const QString text = QString::fromStdString(to_text(error.problem()));
                return [this, index, item, text] { load_failed(index, item, text); };
            }
        });
}

/// Another part of a tensor that is too large to be held as a whole.
void Window::load_part(std::size_t number, std::size_t place,
                       const std::vector<std::int64_t>& index) {
    const Open& open = *open_[number];
    const std::shared_ptr<const Source> source = sources_[open.source];
    background_.run(QStringLiteral("part of %1").arg(number),
                    [this, number, place, index, source, stream = open.stream,
                     item = open.wanted](const std::stop_token&) -> viewers::Background::Finish {
                        try {
                            auto visuals = source->load_part(stream, item.value_or(0), index);
                            if (place >= visuals.size()) return {};
                            return [this, number, place, item, part = visuals[place]] {
                                Open& shown = *open_[number];
                                if (shown.wanted != item || place >= shown.shown.size()) return;
                                shown.shown[place] = part;
                                if (const auto pane = shown.panes.find(place);
                                    pane != shown.panes.end())
                                    pane->second->show_visual(part);
                            };
                        } catch (const engine::Error& error) {
                            const QString text = QString::fromStdString(to_text(error.problem()));
                            return [this, text] { tell_problem(text); };
                        }
                    });
}

/// Widgets are made one an event, since each takes a noticeable part of the time that a window may
/// stand still. True when one was made, and there may be more to make.
bool Window::make_next_view(Open& open, const std::vector<Shared>& visuals,
                            std::set<std::size_t>& shown) {
    for (std::size_t place = 0; place < visuals.size(); ++place) {
        const visual::Visual& one = *visuals[place];
        if (!space_ && belongs_in_space(one)) {
            make_space();
            return true;
        }
        if (!belongs_in_pane(one) || open.stacks.contains(place)) continue;
        if (!shown.insert(place).second) continue;
        show_in_pane(open, place, visuals[place]);
        return true;
    }
    return false;
}

void Window::take(std::size_t index, quint64 item, std::uint64_t turn, std::vector<Shared> visuals,
                  std::set<std::size_t> already) {
    Open& open = *open_[index];
    if (open.wanted != item || open.turn != turn) return;
    if (!open.visible) {
        open.wanted.reset();  // loaded when it is shown again
        return;
    }
    open.given = visuals;
    open.shown = with_corrections(open.given);
    if (make_next_view(open, open.shown, already)) {
        ++making_;
        QTimer::singleShot(0, this, [this, index, item, turn, visuals, already] {
            --making_;
            take(index, item, turn, visuals, already);
        });
        return;
    }
    open.tries = 0;
    const std::vector<QString> before = std::exchange(open.layers, {});
    for (std::size_t place = 0; place < open.shown.size(); ++place) {
        const visual::Visual& one = *open.shown[place];
        if (belongs_in_space(one)) show_in_space(open, place, open.shown[place]);
        const bool listed =
            open.stacks.contains(place) && std::holds_alternative<visual::Boxes2d>(one);
        if ((listed || belongs_in_pane(one)) && !already.contains(place))
            show_in_pane(open, place, open.shown[place]);
    }
    for (const QString& layer : before) {
        if (std::ranges::find(open.layers, layer) == open.layers.end())
            space_->view()->remove_layer(layer);
    }
    show_plots(index);
    if (background_.idle()) list_lone_boxes();
    apply_visibility();
    projections_.clear();
    link_images();
    paint_clouds();
    refresh_calibration();
    const Stream* stream = stream_of(open);
    if (!stream) return;
    watch_paths(open.source);
    const auto at = std::ranges::lower_bound(stream->items, item) - stream->items.begin();
    if (at < stream->labels.size())
        setWindowTitle(tr("%1 – Millrace View").arg(stream->labels[static_cast<qsizetype>(at)]));
}

void Window::make_space() {
    space_ = new viewers::CloudWorkspace(this);
    viewers::set_viewer_title(*space_, tr("3D"));
    area_->add(framed(tr("3D"), space_), true);
    connect(space_, &viewers::Viewer::status_changed, statusBar(),
            [this](const QString& text) { statusBar()->showMessage(text); });
    connect(space_->view(), &viewers::Viewer::status_changed, statusBar(),
            [this](const QString& text) { statusBar()->showMessage(text); });
    follow(space_->view());
    connect(space_->view(), &viewers::CloudView::layers_changed, this, &Window::apply_paints);
    connect(space_->view(), &viewers::CloudView::style_changed, this, &Window::follow_painting);
    space_made();
    arrange();
}

void Window::show_in_space(Open& open, std::size_t place, const Shared& visual) {
    const QString layer = layer_of(open, place);
    space_->view()->set_layer(layer, visual);
    open.layers.push_back(layer);
}

/// The timeline's items are those of all streams.
void Window::gather_items() {
    std::vector<quint64> all;
    for (const auto& open : open_) {
        const Stream* stream = stream_of(*open);
        if (!stream || stream->whole_run) continue;
        std::vector<quint64> both;
        std::ranges::set_union(all, stream->items, std::back_inserter(both));
        all = std::move(both);
    }
    const bool other = all != items_;
    items_ = std::move(all);
    time_bar_->setVisible(items_.size() > 1 || live());
    if (!items_.empty() && std::ranges::find(items_, item_) == items_.end()) {
        const auto after = std::ranges::upper_bound(items_, item_);
        item_ = after == items_.begin() ? items_.front() : *(after - 1);
    }
    if (!other) return;
    timeline_->set_items(items_);
    if (timeline_->live() && timeline_->item()) item_ = *timeline_->item();
    if (plots_ && items_.size() > 1) plots_->set_item(item_);
}

}  // namespace millrace::view
