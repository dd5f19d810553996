// The panes of the window: which viewer shows what, and how they share the place.
#include <QDockWidget>
#include <QLabel>
#include <QSplitter>
#include <QStatusBar>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "engine/problem.hpp"
#include "viewers/cloud/cloud_workspace.hpp"
#include "viewers/tensor/tensor_view.hpp"
#include "viewers/view/plots.hpp"
#include "viewers/view/calibration_panel.hpp"
#include "viewers/common/pane.hpp"
#include "viewers/image/image_workspace.hpp"
#include "viewers/view/window.hpp"

namespace millrace::view {

void Window::show_in_pane(Open& open, std::size_t place, const Shared& visual) {
    if (const auto found = open.frames.find(place); found != open.frames.end()) {
        if (!found->second->show_visual(visual))
            tell_problem(tr("An item of %1 can't be shown.").arg(open.name));
        return;
    }
    if (registry_.viewers_of(*visual).empty()) {
        tell_problem(tr("%1 can't be shown: there is no viewer for it.").arg(open.name));
        return;
    }
    auto* frame = new viewers::Pane(layer_of(open, place), registry_, this);
    // What has a place in the 3D view is here for its list.
    if (std::holds_alternative<visual::Boxes3d>(*visual))
        frame->choose(registry_.viewers_of(*visual).back().title);
    Open* from = &open;
    connect(frame, &viewers::Pane::viewer_changed, this,
            [from, place](viewers::Viewer* viewer) { from->panes[place] = viewer; });
    connect(frame, &viewers::Pane::viewer_made, this, [this, from, place](viewers::Viewer* viewer) {
        connect(viewer, &viewers::Viewer::status_changed, statusBar(),
                [this](const QString& text) { statusBar()->showMessage(text); });
        if (auto* tensor = qobject_cast<viewers::TensorView*>(viewer)) {
            const auto number = static_cast<std::size_t>(
                std::ranges::find_if(open_, [from](const auto& one) { return one.get() == from; }) -
                open_.begin());
            connect(tensor, &viewers::TensorView::slice_wanted, this,
                    [this, number, place](const auto& index) { load_part(number, place, index); });
        }
        follow(viewer);
    });
    if (!frame->show_visual(visual)) {
        tell_problem(tr("An item of %1 can't be shown.").arg(open.name));
        delete frame;
        return;
    }
    open.frames[place] = frame;
    panes_.push_back(frame);
    arrange();
}

/// Another part of a tensor that is too large to be held as a whole.
void Window::load_part(std::size_t number, std::size_t place,
                       const std::vector<std::int64_t>& index) {
    const Open& open = *open_[number];
    const Source* source = sources_[open.source].get();
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

std::vector<viewers::Viewer*> Window::viewers_of(const QString& stream) const {
    std::vector<viewers::Viewer*> found;
    for (std::size_t i = 0; i < open_.size(); ++i) {
        if (open_[i]->name != stream) continue;
        for (const auto& [place, pane] : open_[i]->panes) found.push_back(pane);
        if (!plots_) continue;
        for (viewers::Viewer* plot : plots_->viewers_of(i)) found.push_back(plot);
    }
    return found;
}

QWidget* Window::framed(const QString& title, QWidget* content) {
    auto* frame = new QWidget(this);
    auto* column = new QVBoxLayout(frame);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    auto* label = new QLabel(title, frame);
    label->setContentsMargins(8, 3, 8, 3);
    label->setTextFormat(Qt::PlainText);
    label->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    column->addWidget(label);
    column->addWidget(content, 1);
    return frame;
}

/// Whether the panes hold images far wider than high, as those of cars' cameras are.
bool Window::has_wide_images() const {
    constexpr double kWide = 1.7;
    for (const auto& open : open_) {
        for (const auto& [place, pane] : open->panes) {
            const auto* image = place < open->shown.size()
                                    ? std::get_if<visual::Raster>(open->shown[place].get())
                                    : nullptr;
            if (image && image->width > kWide * image->height) return true;
        }
    }
    return false;
}

/// The 3D view large, panes in one or two columns beside it, or under it when images are wide;
/// without a 3D view all are of one size.
void Window::arrange() {
    if (panes_.empty()) return;
    const std::size_t first = space_ ? 1 : 0;
    const std::size_t count = panes_.size() - first;
    const bool below = space_ && has_wide_images();
    const Qt::Orientation across = below ? Qt::Vertical : Qt::Horizontal;
    auto* whole = new QSplitter(across, this);
    if (space_) whole->addWidget(panes_.front());
    constexpr std::size_t kStack = 3;  // panes of a column, or of a row under the 3D view
    const std::size_t stacks = space_ ? (count + kStack - 1) / kStack
                                      : static_cast<std::size_t>(std::ceil(std::sqrt(count)));
    const std::size_t each = stacks == 0 ? 0 : (count + stacks - 1) / stacks;
    for (std::size_t i = 0; i < stacks; ++i) {
        auto* stack = new QSplitter(below ? Qt::Horizontal : Qt::Vertical, whole);
        for (std::size_t k = i * each; k < std::min(count, (i + 1) * each); ++k)
            stack->addWidget(panes_[first + k]);
    }
    QList<int> sizes(whole->count(), 100);
    if (space_ && count > 0) sizes[0] = stacks == 1 ? 180 : 130;
    whole->setSizes(sizes);
    for (QWidget* pane : panes_) pane->show();
    QWidget* before = takeCentralWidget();
    setCentralWidget(whole);
    if (before == empty_)
        empty_->hide();
    else if (before)
        before->deleteLater();
    whole->show();
}

bool Window::settled() const {
    for (const auto& open : open_) {
        for (const auto& [place, pane] : open->panes) {
            const auto* images = qobject_cast<viewers::ImageWorkspace*>(pane);
            if (images && images->isVisible() && !images->settled()) return false;
        }
    }
    const auto* difference = qobject_cast<const viewers::CloudWorkspace*>(difference_pane_);
    return background_.idle() && (!space_ || space_->view()->settled()) &&
           (!difference || difference->view()->settled()) &&
           (calibration_dock_->isHidden() || calibration_->settled());
}

}  // namespace millrace::view
