#include "viewers/cloud/splat_canvas.hpp"

#include <QElapsedTimer>
#include <QWidget>
#include <algorithm>
#include <utility>

#include "viewers/cloud/picture.hpp"

namespace millrace::viewers {

void Pace::note(std::size_t points, double milliseconds) {
    constexpr double kPictureMs = 30;
    constexpr std::size_t kLeast = 200'000;
    // Learned from full budgets alone: a picture of few points says nothing about many.
    if (points < budget_ / 2) return;
    const double factor = std::clamp(kPictureMs / std::max(milliseconds, 0.1), 0.5, 2.0);
    budget_ =
        std::clamp(static_cast<std::size_t>(static_cast<double>(budget_) * factor), kLeast, most_);
}

void SplatCanvas::draw(const Task& task, bool changed) {
    const bool fresh = changed || !renderer_.projector() || task.size != size_;
    // What is painted over the points, like a mark that follows the pointer, needs no new picture.
    if (!fresh && renderer_.complete()) return;
    const std::size_t before = fresh ? 0 : renderer_.drawn();
    scene_ = task.scene, view_ = task.view, style_ = task.style, size_ = task.size;
    QElapsedTimer clock;
    clock.start();
    renderer_.draw(scene_, view_, style_, size_.width(), size_.height(), pace_.budget());
    pace_.note(renderer_.drawn() - std::min(before, renderer_.drawn()),
               static_cast<double>(clock.nsecsElapsed()) / 1e6);
}

void SplatCanvas::paint(QWidget& view, const PaintOver& over) {
    QPainter painter(&view);
    paint_frame(painter, renderer_.frame(), view.devicePixelRatioF());
    over(painter);
}

std::optional<visual::Picked> SplatCanvas::pick(int x, int y, int radius, bool whole) const {
    if (renderer_.complete() || !whole) return renderer_.pick(x, y, radius);
    // The sample that is drawn may show what the whole hides.
    return visual::pick(scene_, view_, style_, size_.width(), size_.height(), x, y, radius);
}

std::vector<visual::LabelAnchor> SplatCanvas::label_anchors() {
    if (!renderer_.projector()) return {};
    return visual::label_anchors(scene_, *renderer_.projector(), renderer_.frame());
}

}  // namespace millrace::viewers
