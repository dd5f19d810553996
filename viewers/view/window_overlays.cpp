// What lies over the images and in the frusta: points and boxes as a camera sees them, and the
// image in its camera.
#include <algorithm>

#include "viewers/cloud/cloud_workspace.hpp"
#include "viewers/image/image_workspace.hpp"
#include "viewers/view/window.hpp"

namespace millrace::view {
namespace {

/// The camera's pixels as those of an image that is shown smaller than it was taken.
std::shared_ptr<const viewers::ImageOverlay> scaled(
    std::shared_ptr<const viewers::ImageOverlay> overlay, double scale) {
    if (scale == 1) return overlay;
    auto small = std::make_shared<viewers::ImageOverlay>(*overlay);
    for (viewers::ImageOverlay::Dot& dot : small->dots) {
        dot.x *= static_cast<float>(scale);
        dot.y *= static_cast<float>(scale);
    }
    for (viewers::ImageOverlay::Outline& outline : small->outlines) {
        for (QLineF& line : outline.lines) line = QLineF(line.p1() * scale, line.p2() * scale);
        outline.label_at *= scale;
    }
    return small;
}

}  // namespace

double reduction_of(const visual::Raster& image) {
    return image.full_width > 0 ? static_cast<double>(image.width) / image.full_width : 1;
}

void Window::link_images() {
    lay_over_images();
    if (!space_) return;
    for (const auto& open : open_) {
        for (std::size_t place = 0; place < open->shown.size(); ++place) {
            const auto* camera = std::get_if<visual::Camera>(open->shown[place].get());
            if (!camera) continue;
            const QString layer = layer_of(*open, place);
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
            auto* view = viewers::image_view_of(pane);
            const auto* image = place < open->shown.size()
                                    ? std::get_if<visual::Raster>(open->shown[place].get())
                                    : nullptr;
            if (!view || !image) continue;
            view->set_item_name(name_of(*open));
            view->set_overlay(image->frame.empty()
                                  ? nullptr
                                  : scaled(overlay_for(image->frame), reduction_of(*image)));
            view->offer_layers(layers_for(*open, image->frame));
        }
    }
}

/// The item that a stream shows, by its file's name or its number.
QString Window::name_of(const Open& open) const {
    if (const Stream* stream = stream_of(open)) {
        const auto at = std::ranges::lower_bound(stream->items, open.wanted.value_or(0));
        const auto place = static_cast<qsizetype>(at - stream->items.begin());
        if (place < stream->labels.size()) return stream->labels[place];
    }
    return tr("%1, item %2").arg(open.name).arg(open.wanted.value_or(0));
}

/// Masks and maps of the same frame from other streams.
std::vector<viewers::ImageView::Offer> Window::layers_for(const Open& own,
                                                          const std::string& frame) const {
    std::vector<viewers::ImageView::Offer> offers;
    for (const auto& open : open_) {
        if (open.get() == &own) continue;
        for (std::size_t place = 0; place < open->shown.size(); ++place) {
            const auto* raster = std::get_if<visual::Raster>(open->shown[place].get());
            if (!raster || raster->channels != 1 || raster->frame != frame) continue;
            offers.push_back({layer_of(*open, place),
                              std::shared_ptr<const visual::Raster>(open->shown[place], raster)});
        }
    }
    return offers;
}

std::shared_ptr<const viewers::ImageOverlay> Window::overlay_for(const std::string& name) {
    auto overlay = std::make_shared<viewers::ImageOverlay>();
    if (const Projection* projection = projection_for(name)) {
        overlay->dots.reserve(projection->pixels().size());
        for (const Projection::Pixel& pixel : projection->pixels())
            overlay->dots.push_back({pixel.x, pixel.y, pixel.depth, pixel.point});
    }
    const visual::Camera* camera = camera_named(name);
    const auto add = [&](viewers::ImageOverlay::Outline outline, const std::string& frame,
                         const QString& layer, std::size_t index) {
        if (outline.lines.empty()) return;
        outline.frame = QString::fromStdString(frame);
        outline.layer = layer;
        outline.index = static_cast<qint64>(index);
        overlay->outlines.push_back(std::move(outline));
    };
    for (const auto& open : open_) {
        if (!open->visible) continue;
        for (std::size_t place = 0; place < open->shown.size(); ++place) {
            const visual::Visual* shown = open->shown[place].get();
            if (const auto* flat = std::get_if<visual::Boxes2d>(shown);
                flat && flat->frame == name) {
                for (std::size_t i = 0; i < flat->boxes.size(); ++i)
                    add(viewers::outline_of(flat->boxes[i]), name, layer_of(*open, place), i);
            }
            const auto* boxes = std::get_if<visual::Boxes3d>(shown);
            if (!boxes || !camera) continue;
            if (!camera->parent_frame.empty() && camera->parent_frame != boxes->frame) continue;
            for (std::size_t i = 0; i < boxes->boxes.size(); ++i)
                add(outline_of(*camera, boxes->boxes[i]), boxes->frame, layer_of(*open, place), i);
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
    if (!camera) return nullptr;
    const Shared cloud = cloud_for(*camera).second;
    if (!cloud) return nullptr;
    projection = std::make_unique<Projection>(cloud, *camera);
    return projection.get();
}

}  // namespace millrace::view
