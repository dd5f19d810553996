// Cameras' colours on the points of the 3D view: found beside the window thread whenever cloud,
// image or camera change, while they are asked for.
#include <QAction>
#include <QCheckBox>
#include <QSignalBlocker>
#include <QStatusBar>

#include "engine/visual/calibrate/paint.hpp"
#include "viewers/cloud/cloud_workspace.hpp"
#include "viewers/view/calibration_panel.hpp"
#include "viewers/view/window.hpp"

namespace millrace::view {
namespace {

constexpr visual::Color kUnseen = {112, 117, 126, 255};  ///< of points without a camera's colour

}  // namespace

bool Window::can_paint() const {
    for (const auto& open : open_) {
        for (const Shared& visual : open->shown) {
            const auto* camera = std::get_if<visual::Camera>(visual.get());
            if (!open->visible || !camera || camera->name.empty()) continue;
            if (!cloud_for(*camera).second) continue;
            for (const auto& other : open_) {
                for (const Shared& image : other->shown) {
                    if (other->visible && is_image_of(*image, camera->name)) return true;
                }
            }
        }
    }
    return false;
}

void Window::set_painting(bool on) {
    if (on != painting_) {
        if (on && !can_paint())
            statusBar()->showMessage(tr("No camera with an image looks at the points shown."));
        if (space_ && (!on || can_paint())) {
            visual::Style style = space_->view()->style();
            if (on) coloring_before_ = style.coloring;
            if (!on) style.coloring = coloring_before_;
            if (on) style.coloring.by = visual::ColorBy::Painted;
            space_->view()->set_style(style);
        }
    }
    follow_painting();
}

/// The style says whether points are painted, whoever changed it.
void Window::follow_painting() {
    const bool on = space_ && space_->view()->style().coloring.by == visual::ColorBy::Painted;
    const bool changed = on != painting_;
    painting_ = on;
    const QSignalBlocker no_action(paint_action_), no_box(calibration_->colors());
    paint_action_->setChecked(on);
    calibration_->colors()->setChecked(on);
    if (changed) paint_clouds();
}

void Window::paint_clouds() {
    if (!painting_) return;
    std::vector<visual::CameraImage> cameras;
    std::vector<std::pair<QString, Shared>> clouds;
    for (const auto& open : open_) {
        for (std::size_t place = 0; open->visible && place < open->shown.size(); ++place) {
            const Shared& visual = open->shown[place];
            if (std::holds_alternative<visual::Cloud>(*visual))
                clouds.emplace_back(layer_of(*open, place), visual);
            const auto* camera = std::get_if<visual::Camera>(visual.get());
            if (!camera || camera->name.empty()) continue;
            for (const auto& other : open_) {
                for (const Shared& image : other->shown) {
                    if (other->visible && is_image_of(*image, camera->name))
                        cameras.push_back(
                            {*camera, {image, std::get_if<visual::Raster>(image.get())}});
                }
            }
        }
    }
    background_.run(
        "paint",
        [this, cameras, clouds](const std::stop_token& stop) -> viewers::Background::Finish {
            std::map<QString, Paint> paints;
            for (const auto& [layer, item] : clouds) {
                if (stop.stop_requested()) return {};
                auto painted =
                    visual::paint_by_cameras(std::get<visual::Cloud>(*item), cameras, kUnseen);
                paints[layer] = {item, std::make_shared<const std::vector<std::uint32_t>>(
                                           std::move(painted.colors))};
            }
            return [this, paints = std::move(paints)]() mutable {
                paints_ = std::move(paints);
                apply_paints();
            };
        });
}

/// A cloud's layer shows a new item when its tree is made, before or after it is painted.
void Window::apply_paints() {
    for (const auto& [layer, paint] : paints_) {
        const auto* shown = space_ ? space_->view()->layers().find(layer) : nullptr;
        if (shown && shown->item == paint.item)
            space_->view()->set_layer_paint(layer, paint.colors);
    }
}

}  // namespace millrace::view
