// Boxes as lists beside the images and the 3D view that show them: when lists are opened.
#include <algorithm>

#include "viewers/cards/boxes_view.hpp"
#include "viewers/cloud/cloud_workspace.hpp"
#include "viewers/common/viewer_stack.hpp"
#include "viewers/view/window.hpp"

namespace millrace::view {

/// Boxes lie in space or over images, and have lists beside these when asked for.
bool Window::belongs_in_pane(const visual::Visual& visual) const {
    if (are_boxes(visual)) return lists_boxes_;
    return !std::holds_alternative<visual::Series>(visual) &&  // on the wall of plots
           !std::holds_alternative<visual::Cloud>(visual) &&
           !std::holds_alternative<visual::Polyline>(visual) &&
           !std::holds_alternative<visual::Camera>(visual);
}

/// Boxes in pixels that are all there is lie over no image.
void Window::list_lone_boxes() {
    const bool alone = std::ranges::all_of(open_, [](const auto& open) {
        return std::ranges::all_of(open->shown, [](const Shared& shown) {
            return std::holds_alternative<visual::Boxes2d>(*shown);
        });
    });
    if (!alone) return;
    for (const auto& open : open_) {
        for (std::size_t place = 0; place < open->shown.size() && open->visible; ++place) {
            if (!open->stacks.contains(place)) show_in_pane(*open, place, open->shown[place]);
        }
    }
}

void Window::list_boxes(bool lists) {
    lists_boxes_ = lists;
    for (const auto& open : open_) {
        for (std::size_t place = 0; place < open->shown.size(); ++place) {
            if (!are_boxes(*open->shown[place])) continue;
            const auto found = open->stacks.find(place);
            if (lists && open->visible) {
                show_in_pane(*open, place, open->shown[place]);
            } else if (!lists && found != open->stacks.end()) {
                area_->remove(area_->pane_of(found->second));
                open->stacks.erase(found);
                open->panes.erase(place);
            }
        }
    }
    list_lone_boxes();
    arrange();
}

}  // namespace millrace::view
