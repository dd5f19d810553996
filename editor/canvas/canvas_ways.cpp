// Wires of the canvas that go round nodes instead of behind them.
#include "editor/canvas/canvas_scene.hpp"

#include <algorithm>

#include "editor/canvas/items.hpp"
#include "engine/graph/way.hpp"

namespace millrace::editor {

void CanvasScene::route_wires() {
    // A wire must not get out of the way of the node that is to be dropped on it.
    if (moved_) return;
    std::vector<engine::Box> boxes;
    for (const auto& [id, item] : nodes_) {
        const QRectF box(item->pos(), item->face().size);
        boxes.push_back({box.left(), box.top(), box.right(), box.bottom()});
    }
    const engine::Boxes in_the_way(std::move(boxes));
    for (WireItem* wire : wires_) {
        if (!wire->isVisible() || !wire->bends().empty()) continue;
        const NodeItem* from = node(wire->wire().from.node);
        if (!from) continue;
        const std::vector<PortFace>& outputs = from->face().outputs;
        const auto port = std::ranges::find(outputs, wire->wire().from.port, &PortFace::name);
        wire->set_way(engine::way_of({wire->from().x(), wire->from().y()},
                                     {wire->to().x(), wire->to().y()}, in_the_way,
                                     static_cast<int>(port - outputs.begin())));
    }
}

}  // namespace millrace::editor
