// Boxes as lists beside the images and the 3D view that show them: when lists are opened.
#include <algorithm>

#include "viewers/cards/boxes_view.hpp"
#include "viewers/cloud/cloud_workspace.hpp"
#include "viewers/common/pane.hpp"
#include "viewers/view/window.hpp"

namespace millrace::view {
/// Lists are opened when asked for, and for boxes in pixels that lie over no image.
bool Window::belongs_in_list(const visual::Visual& visual) const {
    if (!are_boxes(visual)) return false;
    if (lists_boxes_) return true;
    return std::holds_alternative<visual::Boxes2d>(visual) &&
           std::ranges::all_of(open_, [](const auto& open) {
               return std::ranges::all_of(open->shown, [](const Shared& shown) {
                   return std::holds_alternative<visual::Boxes2d>(*shown);
               });
           });
}

void Window::list_boxes(bool lists) {
    lists_boxes_ = lists;
    for (const auto& open : open_) {
        for (std::size_t place = 0; place < open->shown.size(); ++place) {
            if (!are_boxes(*open->shown[place])) continue;
            if (lists && open->visible) {
                show_in_pane(*open, place, open->shown[place]);
            } else if (const auto found = open->frames.find(place);
                       found != open->frames.end() && !belongs_in_list(*open->shown[place])) {
                std::erase(panes_, found->second);
                found->second->deleteLater();
                open->frames.erase(found);
                open->panes.erase(place);
            }
        }
    }
    arrange();
}

}  // namespace millrace::view
