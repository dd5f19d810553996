// How the views of one item follow each other: an image into its camera's frustum, a point to its
// pixel, a pixel to the point that it shows.
#include "viewers/cloud/cloud_workspace.hpp"
#include "viewers/image/image_view.hpp"
#include "viewers/view/window.hpp"

namespace millrace::view {
namespace {

constexpr double kReach = 6;  ///< pixels of the image round the pointer

}  // namespace

void Window::link_images() {
    lay_over_images();
    if (!space_) return;
    for (const auto& open : open_) {
        for (std::size_t place = 0; place < open->shown.size(); ++place) {
            const auto* camera = std::get_if<visual::Camera>(open->shown[place].get());
            if (!camera) continue;
            const QString layer =
                place == 0 ? open->name : tr("%1 (%2)").arg(open->name).arg(place + 1);
            for (const auto& other : open_) {
                for (const Shared& shown : other->shown) {
                    const auto* image = std::get_if<visual::Raster>(shown.get());
                    if (!image || image->frame != camera->name || camera->name.empty()) continue;
                    space_->view()->set_camera_image(
                        layer, std::shared_ptr<const visual::Raster>(shown, image));
                }
            }
        }
    }
}

/// Points and boxes as the image's camera sees them, and the boxes found in the image itself.
void Window::lay_over_images() {
    for (const auto& open : open_) {
        for (const auto& [place, pane] : open->panes) {
            auto* view = qobject_cast<viewers::ImageView*>(pane);
            const auto* image = place < open->shown.size()
                                    ? std::get_if<visual::Raster>(open->shown[place].get())
                                    : nullptr;
            if (!view || !image) continue;
            view->set_overlay(image->frame.empty() ? nullptr : overlay_for(image->frame));
        }
    }
}

std::shared_ptr<const viewers::ImageOverlay> Window::overlay_for(const std::string& name) {
    auto overlay = std::make_shared<viewers::ImageOverlay>();
    if (const Projection* projection = projection_for(name)) {
        overlay->dots.reserve(projection->pixels().size());
        for (const Projection::Pixel& pixel : projection->pixels())
            overlay->dots.push_back({pixel.x, pixel.y, pixel.depth, pixel.point});
    }
    const visual::Camera* camera = camera_named(name);
    const auto add = [&](viewers::ImageOverlay::Outline outline) {
        if (!outline.lines.empty()) overlay->outlines.push_back(std::move(outline));
    };
    for (const auto& open : open_) {
        if (!open->visible) continue;
        for (const Shared& shown : open->shown) {
            if (const auto* boxes = std::get_if<visual::Boxes2d>(shown.get());
                boxes && boxes->frame == name) {
                for (const auto& box : boxes->boxes) add(viewers::outline_of(box));
            }
            const auto* boxes = std::get_if<visual::Boxes3d>(shown.get());
            if (!boxes || !camera) continue;
            if (!camera->parent_frame.empty() && camera->parent_frame != boxes->frame) continue;
            for (const auto& box : boxes->boxes) add(outline_of(*camera, box));
        }
    }
    return overlay;
}

const visual::Camera* Window::camera_named(const std::string& name) const {
    const visual::Camera* camera = nullptr;
    for (const auto& open : open_) {
        if (!open->visible) continue;
        for (const Shared& shown : open->shown) {
            const auto* found = std::get_if<visual::Camera>(shown.get());
            if (found && found->name == name) camera = found;
        }
    }
    return camera;
}

const Projection* Window::projection_for(const std::string& name) {
    auto& projection = projections_[name];
    if (projection) return projection.get();
    const visual::Camera* camera = camera_named(name);
    Shared cloud;
    if (!camera) return nullptr;
    for (const auto& open : open_) {
        if (!open->visible) continue;
        for (const Shared& shown : open->shown) {
            const auto* found = std::get_if<visual::Cloud>(shown.get());
            if (found && !cloud && found->frame == camera->parent_frame) cloud = shown;
        }
    }
    if (!cloud) return nullptr;
    projection = std::make_unique<Projection>(cloud, *camera);
    return projection.get();
}

void Window::hovered_image(const Open& open, const std::optional<viewers::Selection>& selection) {
    if (!space_) return;
    std::optional<viewers::Selection> mark;
    for (const Shared& shown : open.shown) {
        const auto* image = std::get_if<visual::Raster>(shown.get());
        if (!image || !selection || image->frame.empty()) continue;
        const Projection* projection = projection_for(image->frame);
        const auto pixel =
            projection ? projection->at(selection->x, selection->y, kReach) : std::nullopt;
        if (!pixel) continue;
        std::string frame;
        for (const auto& other : open_) {
            for (const Shared& item : other->shown) {
                if (const auto* cloud = std::get_if<visual::Cloud>(item.get()))
                    frame = cloud->frame;
            }
        }
        mark = viewers::Selection{.kind = viewers::Selection::Kind::Point,
                                  .frame = QString::fromStdString(frame),
                                  .index = static_cast<qint64>(pixel->point),
                                  .x = 0,
                                  .y = 0};
    }
    space_->view()->mark(mark);
}

void Window::hovered_space(const std::optional<viewers::Selection>& selection) {
    for (const auto& open : open_) {
        for (const auto& [place, pane] : open->panes) {
            const auto* image = place < open->shown.size()
                                    ? std::get_if<visual::Raster>(open->shown[place].get())
                                    : nullptr;
            if (!image || image->frame.empty()) continue;
            std::optional<viewers::Selection> mark;
            const Projection* projection =
                selection && selection->kind == viewers::Selection::Kind::Point &&
                        selection->index >= 0
                    ? projection_for(image->frame)
                    : nullptr;
            if (const auto pixel =
                    projection ? projection->of(static_cast<std::uint32_t>(selection->index))
                               : std::nullopt) {
                mark = viewers::Selection{.kind = viewers::Selection::Kind::Pixel,
                                          .frame = QString::fromStdString(image->frame),
                                          .index = -1,
                                          .x = static_cast<double>(pixel->x),
                                          .y = static_cast<double>(pixel->y)};
            }
            pane->mark(mark);
        }
    }
}

}  // namespace millrace::view
