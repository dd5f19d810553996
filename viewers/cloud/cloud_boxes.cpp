// Boxes of the cloud viewer: which one lies under the pointer, picking, and bringing what was
// selected elsewhere into sight.
#include <algorithm>
#include <cmath>
#include <limits>

#include "viewers/cloud/cloud_view.hpp"
#include "viewers/cloud/picture.hpp"

namespace millrace::viewers {
namespace {

using visual::operator+;
using visual::operator-;
using visual::operator*;

constexpr double kReach = 4;              ///< logical pixels beside an edge
constexpr std::size_t kMostBoxes = 3000;  ///< whose edges are looked at while the pointer moves

double distance_to(const QLineF& line, QPointF place) {
    const QPointF along = line.p2() - line.p1(), to = place - line.p1();
    const double size = QPointF::dotProduct(along, along);
    const double share =
        size > 0 ? std::clamp(QPointF::dotProduct(to, along) / size, 0.0, 1.0) : 0.0;
    const QPointF off = to - along * share;
    return std::hypot(off.x(), off.y());
}

}  // namespace

std::optional<CloudView::BoxPlace> CloudView::box_at(
    QPointF place, const std::optional<visual::Picked>& seen) const {
    if (!overlays_.boxes) return {};
    if (const PlacedLabel* label = label_at(place)) {
        if (const SceneLayers::Layer* layer = layers_.box_layer(label->layer))
            return BoxPlace{layer->name, label->box};
    }
    if (!chooser_.canvas().projector()) return {};
    const visual::Projector& projector = this->projector();
    // A box farther away than the point under the pointer is not what is meant.
    const double limit =
        seen ? projector.to_camera(seen->world)[2] : std::numeric_limits<double>::infinity();
    std::optional<BoxPlace> best;
    double nearest = kReach;
    std::size_t looked = 0;
    for (const SceneLayers::Layer& layer : layers_.all()) {
        if (!layer.visible || !layer.boxes()) continue;
        const visual::Matrix4 pose = layers_.world_from(layer.frame());
        const auto& boxes = layer.boxes()->boxes;
        for (std::size_t box = 0; box < boxes.size() && looked < kMostBoxes; ++box, ++looked) {
            const double radius = visual::length(
                {boxes[box].size[0] / 2, boxes[box].size[1] / 2, boxes[box].size[2] / 2});
            const visual::Vector3 middle = visual::transform(pose, boxes[box].center);
            if (!(projector.to_camera(middle)[2] - radius <= limit)) continue;
            for (int from = 0; from < 8; ++from) {
                for (const int bit : {1, 2, 4}) {
                    if (from & bit) continue;
                    const auto at = [&](int corner) {
                        return visual::transform(pose, visual::corner(boxes[box], corner));
                    };
                    const auto line =
                        projected_line(projector, at(from), at(from | bit), devicePixelRatioF());
                    const double away = line ? distance_to(*line, place) : nearest;
                    if (!(away < nearest)) continue;
                    nearest = away;
                    best = BoxPlace{layer.name, box};
                }
            }
        }
    }
    return best;
}

std::optional<CloudView::BoxPlace> CloudView::box_of(const Selection& selection) const {
    if (selection.kind != Selection::Kind::Box || selection.index < 0) return {};
    const auto index = static_cast<std::size_t>(selection.index);
    for (const SceneLayers::Layer& layer : layers_.all()) {
        if (!layer.boxes() || index >= layer.boxes()->boxes.size()) continue;
        if (!selection.layer.isEmpty() && layer.name != selection.layer) continue;
        if (selection.frame.isEmpty() || layer.frame() == selection.frame.toStdString())
            return BoxPlace{layer.name, index};
    }
    return {};
}

Selection CloudView::selection_of(const BoxPlace& box) const {
    const SceneLayers::Layer* layer = layers_.find(box.first);
    return {.kind = Selection::Kind::Box,
            .frame = layer ? QString::fromStdString(layer->frame()) : QString(),
            .index = static_cast<qint64>(box.second),
            .layer = box.first};
}

std::optional<std::size_t> CloudView::picked_box() const {
    return picked_box_ ? std::optional(picked_box_->second) : std::nullopt;
}

void CloudView::pick_box(const BoxPlace& box) {
    select(selection_of(box));
    Q_EMIT selected(selection_of(box));
}

void CloudView::hover_box(const BoxPlace& box) {
    if (hovered_box_ == box) return;
    hovered_box_ = box;
    hovered_.reset();
    const auto& boxes = layers_.find(box.first)->boxes()->boxes;
    set_status(tr("%1   %2, box %3").arg(label_text(boxes[box.second]), box.first).arg(box.second));
    Q_EMIT hovered(selection_of(box));
    update();
}

void CloudView::select(const Selection& selection) {
    picked_.reset();
    picked_box_ = box_of(selection);
    const SceneLayers::Layer* layer = nullptr;
    if (picked_box_) {
        card_ = box_card(layers_, *layers_.find(picked_box_->first), picked_box_->second);
        note_picked();
        Q_EMIT card_changed();
        update();
        return;
    }
    for (std::size_t i = 0; selection.kind == Selection::Kind::Point; ++i) {
        layer = layers_.cloud_layer(i);
        if (!layer) break;
        const bool meant = selection.layer.isEmpty()
                               ? layer->frame() == selection.frame.toStdString()
                               : layer->name == selection.layer;
        if (!meant || selection.index < 0 ||
            static_cast<std::size_t>(selection.index) >= layer->cloud()->points.size())
            continue;
        const auto index = static_cast<std::uint32_t>(selection.index);
        picked_ = visual::Picked{
            .layer = i, .index = index, .world = world_position(layers_, *layer, index)};
        break;
    }
    card_ = picked_ ? point_card(layers_, *layer, picked_->index) : Card{};
    note_picked();
    Q_EMIT card_changed();
    update();
}

}  // namespace millrace::viewers
