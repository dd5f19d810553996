// How the views of one item follow each other: what is pointed at or picked in one is marked in all
// others. A point shows its pixel in each image, a pixel the point it shows or its ray, a box
// itself.
#include <algorithm>

#include "viewers/cloud/cloud_workspace.hpp"
#include "viewers/image/image_workspace.hpp"
#include "viewers/view/window.hpp"

namespace millrace::view {
namespace {

constexpr double kReach = 6;  ///< pixels of the image round the pointer

using viewers::Selection;

}  // namespace

bool are_boxes(const visual::Visual& visual) {
    return std::holds_alternative<visual::Boxes2d>(visual) ||
           std::holds_alternative<visual::Boxes3d>(visual);
}

QString Window::layer_of(const Open& open, std::size_t place) const {
    return place == 0 ? open.name : tr("%1 (%2)").arg(open.name).arg(place + 1);
}

std::pair<QString, Shared> Window::cloud_for(const visual::Camera& camera) const {
    for (const auto& open : open_) {
        if (!open->visible) continue;
        for (std::size_t place = 0; place < open->shown.size(); ++place) {
            const auto* cloud = std::get_if<visual::Cloud>(open->shown[place].get());
            if (cloud && cloud->frame == camera.parent_frame)
                return {layer_of(*open, place), open->shown[place]};
        }
    }
    return {};
}

void Window::follow(viewers::Viewer* viewer) {
    connect(viewer, &viewers::Viewer::hovered, this,
            [this](const auto& selection) { point_at(selection); });
    connect(viewer, &viewers::Viewer::selected, this,
            [this](const Selection& selection) { pick(selection); });
    connect(viewer, &viewers::Viewer::activated, this,
            [this, viewer](const Selection& selection) { reveal(viewer, selection); });
    if (auto* space = qobject_cast<viewers::CloudView*>(viewer)) {
        // A click beside everything, or another item: nothing is picked any more.
        connect(space, &viewers::CloudView::card_changed, this, [this, space] {
            if (!space->card().empty() || !selected_) return;
            selected_.reset();
            show_marks();
        });
    }
}

Selection Window::resolved(const Selection& selection) {
    const std::string frame = selection.frame.toStdString();
    if (selection.kind != Selection::Kind::Pixel || frame.empty()) return selection;
    const Projection* projection = projection_for(frame);
    double scale = 1;
    for (const auto& open : open_) {
        for (const Shared& shown : open->shown) {
            const auto* image = std::get_if<visual::Raster>(shown.get());
            if (image && image->frame == frame) scale = reduction_of(*image);
        }
    }
    const auto pixel = projection && scale > 0 ? projection->at(selection.x / scale,
                                                                selection.y / scale, kReach / scale)
                                               : std::nullopt;
    const visual::Camera* camera = camera_named(frame);
    if (!pixel || !camera) return selection;
    return {.kind = Selection::Kind::Point,
            .frame = QString::fromStdString(camera->parent_frame),
            .index = static_cast<qint64>(pixel->point),
            .layer = cloud_for(*camera).first};
}

std::optional<Selection> Window::pixel_of(const Selection& point,
                                          const visual::Camera& camera) const {
    for (const auto& open : open_) {
        for (std::size_t place = 0; place < open->shown.size(); ++place) {
            const auto* cloud = std::get_if<visual::Cloud>(open->shown[place].get());
            if (!cloud || !open->visible || point.index < 0) continue;
            const bool meant = point.layer.isEmpty() ? cloud->frame == point.frame.toStdString()
                                                     : layer_of(*open, place) == point.layer;
            const auto index = static_cast<std::size_t>(point.index);
            if (!meant || index >= cloud->points.size()) continue;
            if (!camera.parent_frame.empty() && cloud->frame != camera.parent_frame) continue;
            const visual::Point& p = cloud->points[index];
            const auto at =
                visual::Pinhole(camera).pixel({static_cast<double>(p.x) + cloud->origin[0],
                                               static_cast<double>(p.y) + cloud->origin[1],
                                               static_cast<double>(p.z) + cloud->origin[2]});
            if (!at.inside) return {};
            return Selection{.kind = Selection::Kind::Pixel,
                             .frame = QString::fromStdString(camera.name),
                             .index = -1,
                             .x = at.x,
                             .y = at.y};
        }
    }
    return {};
}

void Window::point_at(const std::optional<Selection>& selection) {
    hovered_ = selection ? std::optional(resolved(*selection)) : std::nullopt;
    show_marks();
}

void Window::pick(const Selection& selection) {
    const Selection chosen = resolved(selection);
    selected_ = chosen;
    // A pixel without a point has no card; its ray is shown.
    if (space_ && chosen.kind != Selection::Kind::Pixel) space_->view()->select(chosen);
    selected_ = chosen;
    show_marks();
}

void Window::reveal(viewers::Viewer* from, const Selection& selection) {
    const Selection chosen = resolved(selection);
    pick(selection);
    if (space_ && from != space_->view()) space_->view()->reveal(chosen);
    for (const auto& open : open_) {
        for (const auto& [place, pane] : open->panes) {
            auto* view = viewers::image_view_of(pane);
            const auto* image = place < open->shown.size()
                                    ? std::get_if<visual::Raster>(open->shown[place].get())
                                    : nullptr;
            const visual::Camera* camera = image ? camera_named(image->frame) : nullptr;
            if (!view || view == from) continue;
            if (chosen.kind == Selection::Kind::Box) {
                if (view->overlay() && viewers::outline_of(*view->overlay(), chosen))
                    view->reveal(chosen);
            } else if (chosen.kind == Selection::Kind::Point && camera) {
                if (auto pixel = pixel_of(chosen, *camera)) {
                    pixel->x *= reduction_of(*image);
                    pixel->y *= reduction_of(*image);
                    view->reveal(*pixel);
                }
            }
        }
    }
}

/// What is pointed at, otherwise what is picked.
void Window::show_marks() {
    const std::optional<Selection>& shown = hovered_ ? hovered_ : selected_;
    if (space_) space_->view()->mark(shown);
    for (const auto& open : open_) {
        for (const auto& [place, pane] : open->panes) {
            const auto* image = place < open->shown.size()
                                    ? std::get_if<visual::Raster>(open->shown[place].get())
                                    : nullptr;
            if (place < open->shown.size() && are_boxes(*open->shown[place]))
                pane->mark(shown && shown->kind == Selection::Kind::Box ? shown : std::nullopt);
            if (!image || image->frame.empty()) continue;
            std::optional<Selection> mark;
            const visual::Camera* camera = camera_named(image->frame);
            if (shown && shown->kind == Selection::Kind::Point && camera)
                mark = pixel_of(*shown, *camera);
            if (mark) {
                mark->x *= reduction_of(*image);
                mark->y *= reduction_of(*image);
            }
            if (shown && shown->kind == Selection::Kind::Box) mark = shown;
            pane->mark(mark);
        }
    }
}

}  // namespace millrace::view
