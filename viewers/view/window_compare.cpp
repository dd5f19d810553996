// The window's side of the numeric comparison of two wires: the dock, and how its elements and
// differences get into the viewers.
#include <QAction>
#include <QDockWidget>
#include <QMenu>
#include <QSignalBlocker>
#include <QStatusBar>
#include <QTreeWidget>
#include <algorithm>

#include "engine/observe/record.hpp"
#include "viewers/cloud/cloud_workspace.hpp"
#include "viewers/common/viewer_stack.hpp"
#include "viewers/image/image_workspace.hpp"
#include "viewers/view/compare_panel.hpp"
#include "viewers/view/window.hpp"

namespace millrace::view {
namespace {

QString shift_text(qint64 items) {
    return items < 0 ? QString::number(items) : QStringLiteral("+%1").arg(items);
}

}  // namespace

void Window::add_compare_actions(QMenu* menu) {
    compare_ = new ComparePanel;
    auto* dock = new QDockWidget(tr("Compare"), this);
    dock->setObjectName("compare");
    dock->setWidget(compare_);
    addDockWidget(Qt::RightDockWidgetArea, dock);
    dock->hide();
    QAction* action = dock->toggleViewAction();
    action->setText(tr("Co&mpare"));
    action->setShortcut(QKeySequence("F7"));
    action->setToolTip(tr("Compares two wires number by number (F7)"));
    menu->addAction(action);
    connect(compare_, &ComparePanel::told, this,
            [this](const QString& text) { statusBar()->showMessage(text); });
    connect(compare_, &ComparePanel::item_wanted, this, [this](quint64 item) { show_item(item); });
    connect(compare_, &ComparePanel::element_wanted, this,
            [this](const Wire& a, const Wire& b, std::size_t place, const auto& in_a,
                   const auto& in_b) {
                QList<viewers::PointMark> points;
                reveal_element(a, place, in_a, tr("A"), points);
                reveal_element(b, place, in_b, tr("B"), points);
                if (space_ && !points.isEmpty()) space_->view()->reveal_points(points);
            });
    connect(compare_, &ComparePanel::difference_wanted, this, &Window::show_difference);
    connect(compare_, &ComparePanel::difference_changed, this,
            [this](const ShownDifference& difference) {
                if (difference_) show_difference(difference);
            });
    connect(compare_, &ComparePanel::offset_wanted, this, [this](const Wire* b, qint64 offset) {
        for (const auto& open : open_) {
            const bool chosen =
                b && sources_[open->source] == b->source && open->stream == b->stream;
            open->offset = chosen ? offset : 0;
            const QSignalBlocker quiet(tree_);
            open->row->setText(0,
                               open->offset == 0
                                   ? open->name
                                   : tr("%1 (items %2)").arg(open->name, shift_text(open->offset)));
        }
        refresh();
    });
}

/// All streams, and outputs of runs that were kept as sketches alone.
void Window::tell_compared_wires() {
    std::vector<Wire> wires;
    for (std::size_t i = 0; i < sources_.size(); ++i) {
        const Source& source = *sources_[i];
        QStringList streams;
        for (const auto& open : open_) {
            if (open->source != i) continue;
            const Stream* stream = stream_of(*open);
            if (!stream) continue;
            wires.push_back({sources_[i], open->stream, open->name, stream->name, stream->items});
            streams << stream->name;
        }
        for (const QString& output : source.outputs()) {
            const engine::Recorded* recorded = source.recorded(output.toStdString());
            if (streams.contains(output) || !recorded || recorded->sketches.empty()) continue;
            Wire wire{sources_[i], Wire::kSketches, {}, output, {}};
            for (const auto& [item, sketch] : recorded->sketches) wire.items.push_back(item);
            wire.name = tr("%1 (sketches)").arg(output);
            for (const Wire& other : wires) {
                if (other.name == wire.name)
                    wire.name = tr("%1 · %2 (sketches)").arg(source.title(), output);
            }
            wires.push_back(std::move(wire));
        }
    }
    compare_->set_wires(std::move(wires));
    compare_->set_item(item_);
}

/// A name that no other stream has, since layers and panes go by it.
QString Window::unique_name(const QString& title, const QString& name) const {
    const auto taken = [this](const QString& text) {
        return std::ranges::any_of(open_, [&](const auto& open) { return open->name == text; });
    };
    if (!taken(name)) return name;
    const QString base = title.endsWith(name) ? title : tr("%1 · %2").arg(title, name);
    QString tried = base;
    for (int i = 2; taken(tried); ++i) tried = tr("%1 #%2").arg(base).arg(i);
    return tried;
}

/// In the pane of the wire; points of the 3D view are gathered, so that both sides show at once.
void Window::reveal_element(const Wire& wire, std::size_t place,
                            const std::optional<viewers::Selection>& selection, const QString& side,
                            QList<viewers::PointMark>& points) {
    if (!selection) return;
    for (const auto& open : open_) {
        if (sources_[open->source] != wire.source || open->stream != wire.stream) continue;
        if (const auto pane = open->panes.find(place); pane != open->panes.end())
            return pane->second->reveal(*selection);
        if (!space_ || place >= open->shown.size()) return;
        if (selection->kind != viewers::Selection::Kind::Point)
            return space_->view()->reveal(*selection);
        points.append({layer_of(*open, place), static_cast<std::uint32_t>(selection->index), side});
    }
}

/// In a pane of its own; where it is already open it is replaced. Of two images A is shown with B
/// as its reference, so that they can be wiped and blinked, not only subtracted.
void Window::show_difference(const ShownDifference& difference) {
    const bool fresh = !difference_;
    if (fresh) {
        difference_ = new viewers::ViewerStack(registry_, this);
        connect(difference_, &viewers::ViewerStack::viewer_made, this,
                [this](viewers::Viewer* viewer) {
                    connect(viewer, &viewers::Viewer::status_changed, statusBar(),
                            [this](const QString& text) { statusBar()->showMessage(text); });
                    auto* cloud = qobject_cast<viewers::CloudWorkspace*>(viewer);
                    if (!cloud) return;
                    visual::Style style = cloud->view()->style();
                    style.coloring.by = visual::ColorBy::Field;
                    style.coloring.field = "difference";
                    cloud->view()->set_style(style);
                });
        Pane* pane = framed(difference.title, difference_);
        pane->add_to_title(difference_->choice());
        area_->add(pane);
    }
    Pane* pane = area_->pane_of(difference_);
    pane->set_title(difference.title);
    const auto raster = [](const Shared& one) {
        return std::shared_ptr<const visual::Raster>(one, std::get_if<visual::Raster>(one.get()));
    };
    const auto reference = raster(difference.b);
    const bool images = raster(difference.a) && reference;
    if (!difference_->show_visual(images ? difference.a : difference.picture)) {
        tell_problem(tr("The difference can't be shown: there is no viewer for it."));
        close_pane(pane);
        return;
    }
    auto* image = qobject_cast<viewers::ImageWorkspace*>(difference_->viewer());
    if (image && images) {
        const bool first = !image->view()->reference();
        image->view()->set_item_name(difference.name_a);
        image->view()->set_reference(reference, difference.name_b);
        // Whoever has chosen another way of comparing keeps it while items change.
        if (first) image->view()->set_compare_mode(viewers::CompareMode::Difference);
    }
    if (fresh) arrange();
}

}  // namespace millrace::view
