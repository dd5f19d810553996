// Commands on what is selected on the canvas, each one step of the history; and strokes and dots
// on wires.
#include <QGraphicsPathItem>
#include <QPen>
#include <algorithm>
#include <cmath>

#include "editor/canvas/canvas_scene.hpp"
#include "editor/canvas/items.hpp"
#include "editor/document/edits.hpp"
#include "engine/graph/bends.hpp"

namespace millrace::editor {

NodeBoxes CanvasScene::boxes() const {
    NodeBoxes all;
    for (const auto& [id, item] : nodes_) {
        const NodeFace& face = item->face();
        NodeBox& box = all[id];
        box = {item->pos().x(), item->pos().y(), face.size.width(), face.size.height(), {}, {}};
        for (const PortFace& port : face.inputs) box.inputs[port.name] = port.at.y();
        for (const PortFace& port : face.outputs) box.outputs[port.name] = port.at.y();
    }
    return all;
}

std::set<engine::Endpoint> CanvasScene::feedback_inputs() const {
    std::set<engine::Endpoint> all;
    for (const auto& [id, item] : nodes_)
        for (const PortFace& port : item->face().inputs)
            if (port.sync == engine::Sync::Feedback) all.insert({id, port.name});
    return all;
}

MayJoin CanvasScene::may_join() const {
    return [this](const engine::Graph& graph, const engine::Endpoint& from,
                  const engine::Endpoint& to) {
        if (!misfit({from.node, from.port, true}, {to.node, to.port, false}).isEmpty())
            return false;
        const PortFace* input = node(to.node)->face().input(to.port);
        return input->sync == engine::Sync::Feedback || !leads_to(graph, to.node, from.node);
    };
}

std::vector<std::pair<engine::Endpoint, engine::Endpoint>> CanvasScene::joinable(
    const std::string& from, const std::string& to) const {
    std::vector<std::pair<engine::Endpoint, engine::Endpoint>> pairs;
    const NodeItem *source = node(from), *target = node(to);
    if (!source || !target) return pairs;
    for (const PortFace& output : source->face().outputs)
        for (const PortFace& input : target->face().inputs) {
            const engine::Endpoint start{from, output.name}, end{to, input.name};
            const bool there = std::ranges::any_of(graph()->wires, [&](const engine::Wire& wire) {
                return wire.from == start && wire.to == end;
            });
            if (!there && refusal({from, output.name, true}, {to, input.name, false}).isEmpty())
                pairs.emplace_back(start, end);
        }
    return pairs;
}

void CanvasScene::lay_out() {
    std::vector<std::string> ids = selected_nodes();
    if (ids.size() < 2) {
        ids.clear();
        for (const auto& [id, item] : nodes_) ids.push_back(id);
    }
    edit(tr("Lay out"),
         [&](engine::Graph& graph) { auto_layout(graph, ids, boxes(), feedback_inputs()); });
}

void CanvasScene::align_selected(Alignment alignment) {
    const auto ids = selected_nodes();
    if (ids.size() < 2) return Q_EMIT hint(tr("Select two or more nodes to align them."));
    edit(tr("Align"), [&](engine::Graph& graph) { align(graph, ids, boxes(), alignment); });
}

void CanvasScene::distribute_selected(Direction direction) {
    const auto ids = selected_nodes();
    if (ids.size() < 3) return Q_EMIT hint(tr("Select three or more nodes to distribute them."));
    edit(tr("Distribute"),
         [&](engine::Graph& graph) { distribute(graph, ids, boxes(), direction); });
}

void CanvasScene::remove_and_heal_selected() {
    const auto ids = selected_nodes();
    if (ids.empty()) return Q_EMIT hint(tr("Select the nodes to remove from their wires."));
    edit(tr("Remove and join the wires"),
         [&](engine::Graph& graph) { remove_and_heal(graph, ids, may_join()); });
}

void CanvasScene::extract_selected() {
    const auto ids = selected_nodes();
    if (ids.empty()) return Q_EMIT hint(tr("Select the nodes to take off their wires."));
    edit(tr("Take off the wires"), [&](engine::Graph& graph) { detach(graph, ids, may_join()); });
}

void CanvasScene::nudge_selected(QPointF by) {
    const auto ids = selected_nodes();
    if (ids.empty()) return;
    edit(
        tr("Move"),
        [&](engine::Graph& graph) {
            for (const std::string& id : ids) {
                const QPointF place = node(id)->pos() + by;
                graph.layout[id] = {place.x(), place.y()};
            }
        },
        QStringLiteral("nudge"));
}

void CanvasScene::go(QPointF direction) {
    const auto selected = selected_nodes();
    const auto middle = [](const NodeItem* item) {
        return item->pos() + QPointF(item->face().size.width(), item->face().size.height()) / 2;
    };
    std::string best;
    double least = 0;
    const NodeItem* from = selected.empty() ? nullptr : node(selected.front());
    for (const auto& [id, item] : nodes_) {
        if (item == from) continue;
        // With nothing selected the first node that is read: the leftmost, then the topmost.
        const QPointF way = from ? middle(item) - middle(from) : QPointF();
        const double along = from ? QPointF::dotProduct(way, direction) : 1;
        if (along <= 0) continue;
        const double aside = std::abs(way.x() * direction.y() - way.y() * direction.x());
        const double cost = from ? along + 2 * aside : item->pos().x() + item->pos().y() / 4;
        if (!best.empty() && (cost > least || (cost == least && id > best))) continue;
        best = id;
        least = cost;
    }
    if (!best.empty()) select_nodes({best});
}

WireItem* CanvasScene::wire_at(QPointF place) const {
    for (QGraphicsItem* item : items(place)) {
        if (qgraphicsitem_cast<NodeItem*>(item)) return nullptr;
        if (auto* wire = qgraphicsitem_cast<WireItem*>(item)) return wire;
    }
    return nullptr;
}

void CanvasScene::toggle_bend(const engine::Wire& wire, QPointF place) {
    engine::Bends bends = bends_of(*graph(), wire);
    const auto near = std::ranges::find_if(bends, [&](const auto& bend) {
        return std::hypot(bend[0] - place.x(), bend[1] - place.y()) < 10;
    });
    const bool there = near != bends.end();
    if (there) {
        bends.erase(near);
    } else {
        // Between the two dots whose way over the new one is the least detour.
        const NodeItem *from = node(wire.from.node), *to = node(wire.to.node);
        if (!from || !to) return;
        std::vector<QPointF> stops = {from->end_of(wire.from.port, true)};
        for (const auto& [x, y] : bends) stops.emplace_back(x, y);
        stops.push_back(to->end_of(wire.to.port, false));
        std::size_t best = 0;
        double least = -1;
        for (std::size_t i = 0; i + 1 < stops.size(); ++i) {
            const double detour = QLineF(stops[i], place).length() +
                                  QLineF(place, stops[i + 1]).length() -
                                  QLineF(stops[i], stops[i + 1]).length();
            if (least >= 0 && detour >= least) continue;
            least = detour;
            best = i;
        }
        bends.insert(bends.begin() + static_cast<std::ptrdiff_t>(best),
                     {std::round(place.x()), std::round(place.y())});
    }
    edit(there ? tr("Remove a reroute dot") : tr("Add a reroute dot"),
         [&](engine::Graph& graph) { set_bends(graph, wire, bends); });
}

bool CanvasScene::press_bend(QPointF place) {
    const WireItem* wire = wire_at(place);
    const auto index = wire ? wire->bend_at(place) : std::nullopt;
    if (!index) return false;
    bend_ = GrabbedBend{wire->wire(), *index};
    return true;
}

void CanvasScene::move_bend(QPointF place) {
    for (WireItem* item : wires_) {
        if (!(item->wire() == bend_->wire) || bend_->index >= item->bends().size()) continue;
        std::vector<QPointF> bends = item->bends();
        bends[bend_->index] = place;
        item->set_bends(std::move(bends));
    }
}

void CanvasScene::begin_cut(QPointF place) {
    stroke_ = std::make_unique<QGraphicsPathItem>(QPainterPath(place));
    QPen pen(QColor(0xe0524d), 2, Qt::DashLine);
    pen.setCosmetic(true);
    stroke_->setPen(pen);
    stroke_->setZValue(6);
    addItem(stroke_.get());
    Q_EMIT hint(tr("Wires that the stroke crosses are cut."));
}

void CanvasScene::cut_to(QPointF place) {
    if (!stroke_) return;
    QPainterPath path = stroke_->path();
    path.lineTo(place);
    stroke_->setPath(path);
}

void CanvasScene::end_cut() {
    if (!stroke_) return;
    const QPainterPath stroke = stroke_->path();
    stroke_.reset();
    Q_EMIT hint({});
    const auto segments = [](const QPainterPath& path) {
        std::vector<QLineF> lines;
        for (const QPolygonF& polygon : path.toSubpathPolygons())
            for (qsizetype i = 1; i < polygon.size(); ++i)
                lines.emplace_back(polygon[i - 1], polygon[i]);
        return lines;
    };
    const std::vector<QLineF> knife = segments(stroke);
    std::vector<engine::Wire> cut;
    for (const WireItem* item : wires_) {
        if (!item->isVisible() ||
            !item->path()
                 .controlPointRect()
                 .adjusted(-1, -1, 1, 1)
                 .intersects(stroke.controlPointRect().adjusted(-1, -1, 1, 1)))
            continue;
        const auto crosses = [&](const QLineF& line) {
            return std::ranges::any_of(knife, [&](const QLineF& blade) {
                return line.intersects(blade, nullptr) == QLineF::BoundedIntersection;
            });
        };
        if (std::ranges::any_of(segments(item->path()), crosses)) cut.push_back(item->wire());
    }
    if (cut.empty()) return;
    edit(tr("Cut wires"), [&](engine::Graph& graph) {
        for (const engine::Wire& wire : cut) editor::disconnect(graph, wire.from, wire.to);
    });
}

}  // namespace millrace::editor
