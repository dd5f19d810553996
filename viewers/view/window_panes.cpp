// The panes of the window: which viewer shows what, and how they share the place.
#include <QDockWidget>
#include <QLabel>
#include <QStackedWidget>
#include <QStatusBar>
#include <algorithm>

#include "viewers/cloud/cloud_workspace.hpp"
#include "viewers/common/viewer_stack.hpp"
#include "viewers/tensor/tensor_view.hpp"
#include "viewers/view/calibration_panel.hpp"
#include "viewers/view/memory.hpp"
#include "viewers/view/plots.hpp"
#include "viewers/view/window.hpp"

namespace millrace::view {

void Window::show_in_pane(Open& open, std::size_t place, const Shared& visual) {
    if (const auto found = open.stacks.find(place); found != open.stacks.end()) {
        if (!found->second->show_visual(visual))
            tell_problem(tr("An item of %1 can't be shown.").arg(open.name));
        return;
    }
    if (registry_.viewers_of(*visual).empty()) {
        tell_problem(tr("%1 can't be shown: there is no viewer for it.").arg(open.name));
        return;
    }
    auto* stack = new viewers::ViewerStack(registry_, this);
    Pane* pane = framed(layer_of(open, place), stack);
    pane->add_to_title(stack->choice());
    // What has a place in the 3D view is here for its list.
    if (std::holds_alternative<visual::Boxes3d>(*visual))
        stack->choose(registry_.viewers_of(*visual).back().title);
    Open* from = &open;
    connect(stack, &viewers::ViewerStack::viewer_changed, this,
            [from, place](viewers::Viewer* viewer) { from->panes[place] = viewer; });
    connect(stack, &viewers::ViewerStack::viewer_made, this,
            [this, from, place](viewers::Viewer* viewer) {
                connect(viewer, &viewers::Viewer::status_changed, statusBar(),
                        [this](const QString& text) { statusBar()->showMessage(text); });
                if (auto* tensor = qobject_cast<viewers::TensorView*>(viewer)) {
                    const auto found = std::ranges::find_if(
                        open_, [from](const auto& one) { return one.get() == from; });
                    const auto number = static_cast<std::size_t>(found - open_.begin());
                    connect(tensor, &viewers::TensorView::slice_wanted, this,
                            [this, number, place](const auto& index) {
                                load_part(number, place, index);
                            });
                }
                follow(viewer);
            });
    if (!stack->show_visual(visual)) {
        tell_problem(tr("An item of %1 can't be shown.").arg(open.name));
        open.panes.erase(place);
        delete pane;
        return;
    }
    open.stacks[place] = stack;
    area_->add(pane);
    arrange();
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

Pane* Window::framed(const QString& title, QWidget* content) {
    return new Pane(title, content, area_);
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

/// As it was left the last time with these panes; else by the rule, unless somebody has arranged
/// them by hand meanwhile.
void Window::arrange() {
    if (const QByteArray before = remembered_panes(*area_); !before.isEmpty())
        area_->restore(before);
    else if (!area_->by_hand())
        area_->arrange(has_wide_images());
    apply_visibility();
}

/// The 3D view and the wall of plots are there as long as anything in them is.
void Window::apply_visibility() {
    const auto any_shown = [this](const auto& fits) {
        return std::ranges::any_of(open_, [&](const auto& open) {
            return open->visible && std::ranges::any_of(open->shown, [&](const Shared& shown) {
                       return fits(*shown);
                   });
        });
    };
    if (space_) area_->set_open(area_->pane_of(space_), any_shown(belongs_in_space));
    if (plots_) {
        area_->set_open(area_->pane_of(plots_), any_shown([](const visual::Visual& shown) {
                            return std::holds_alternative<visual::Series>(shown);
                        }));
    }
    const auto& panes = area_->panes();
    const bool any = std::ranges::any_of(panes, &Pane::open);
    if (!any && !panes.empty())
        empty_->setText(tr("Everything is hidden: tick in the tree what to show."));
    if (!panes.empty())
        center_->setCurrentWidget(any ? static_cast<QWidget*>(area_)
                                      : static_cast<QWidget*>(empty_));
}

/// What is not seen draws nothing, and is not waited for.
bool Window::settled() const {
    const auto viewers = findChildren<viewers::Viewer*>();
    const auto done = [](const viewers::Viewer* viewer) {
        return !viewer->isVisible() || viewer->settled();
    };
    return background_.idle() && retries_ == 0 && making_ == 0 &&
           std::ranges::all_of(viewers, done) &&
           (calibration_dock_->isHidden() || calibration_->settled());
}

}  // namespace millrace::view
