// The canvas under the mouse: wires that are drawn, nodes and frames that are moved.
#include <QGraphicsSceneMouseEvent>
#include <cmath>

#include "editor/canvas/canvas_scene.hpp"
#include "editor/canvas/frame_item.hpp"
#include "editor/canvas/items.hpp"
#include "editor/document/edits.hpp"

namespace millrace::editor {
namespace {

constexpr double kGrid = 20;

NodeItem* node_item(QGraphicsItem* item) { return qgraphicsitem_cast<NodeItem*>(item); }

}  // namespace

/// Dims the nodes that no wire from here can reach.
void CanvasScene::show_candidates(const PortRef& from) {
    for (auto& [id, item] : nodes_) {
        bool possible = id == from.node;
        const auto& ports = from.output ? item->face().inputs : item->face().outputs;
        for (const PortFace& port : ports)
            possible = possible || refusal(from, {id, port.name, !from.output}).isEmpty();
        item->set_dimmed(!possible);
    }
}

void CanvasScene::end_wire_drag() {
    dragging_.reset();
    drawn_.reset();
    for (auto& [id, item] : nodes_) item->set_dimmed(false);
}

void CanvasScene::commit_moves() {
    const auto snapped = [](double number) { return std::round(number / kGrid) * kGrid; };
    std::map<std::string, std::array<double, 2>> moved;
    for (const auto& [id, before] : places_before_) {
        NodeItem* item = node(id);
        if (item && item->pos() != before)
            moved[id] = {snapped(item->pos().x()), snapped(item->pos().y())};
    }
    std::map<std::string, std::array<double, 4>> backdrops, notes;
    for (const auto& [frame, before] : frames_before_) {
        const QRectF now = frame->rect();
        if (now == before) continue;
        auto& changed = frame->kind() == FrameItem::Kind::Backdrop ? backdrops : notes;
        changed[frame->id()] = {snapped(now.x()), snapped(now.y()), snapped(now.width()),
                                snapped(now.height())};
    }
    const QString name = resized_ ? tr("Resize") : tr("Move");
    places_before_.clear();
    frames_before_.clear();
    resized_ = nullptr;
    if (moved.empty() && backdrops.empty() && notes.empty()) return;
    edit(name, [&](engine::Graph& graph) {
        for (const auto& [id, place] : moved) graph.layout[id] = place;
        for (const auto& [id, rect] : backdrops) graph.backdrops[id].rect = rect;
        for (const auto& [id, rect] : notes) graph.notes[id].rect = rect;
    });
    synchronise();  // those that snapped back to where they were
}

/// The frame's corner resizes it; its title moves it, a backdrop with all that lies on it.
bool CanvasScene::press_frame(QPointF place) {
    for (QGraphicsItem* item : items(place)) {
        auto* frame = qgraphicsitem_cast<FrameItem*>(item);
        if (!frame) {
            if (node_item(item)) return false;
            continue;
        }
        if (!frame->is_grip(place)) continue;
        clearSelection();
        frame->setSelected(true);
        frames_before_[frame] = frame->rect();
        if (frame->is_corner(place)) {
            resized_ = frame;
            return true;
        }
        if (frame->kind() == FrameItem::Kind::Note) return true;
        for (auto& [id, node] : nodes_)
            if (frame->rect().contains(QRectF(node->pos(), node->face().size)))
                places_before_[id] = node->pos();
        for (auto* frames : {&backdrops_, &notes_})
            for (auto& [id, other] : *frames)
                if (other != frame && frame->rect().contains(other->rect()))
                    frames_before_[other] = other->rect();
        return true;
    }
    return false;
}

void CanvasScene::move_grabbed(QPointF by) {
    if (resized_) {
        const QRectF before = frames_before_[resized_];
        resized_->set_rect(
            {before.topLeft(), QSizeF(std::max(kLeastFrame, before.width() + by.x()),
                                      std::max(kLeastFrame / 2, before.height() + by.y()))});
        return;
    }
    for (const auto& [id, before] : places_before_)
        if (NodeItem* item = node(id)) item->setPos(before + by);
    for (const auto& [frame, before] : frames_before_) frame->set_rect(before.translated(by));
    move_wires();
}

/// Of the nodes that are dragged alone; the document hears of it when the button is let go.
void CanvasScene::move_wires() {
    for (WireItem* wire : wires_) {
        const engine::Wire& ends = wire->wire();
        if (!places_before_.contains(ends.from.node) && !places_before_.contains(ends.to.node))
            continue;
        const NodeItem *from = node(ends.from.node), *to = node(ends.to.node);
        if (from && to)
            wire->set_ends(from->end_of(ends.from.port, true), to->end_of(ends.to.port, false));
    }
}

void CanvasScene::mousePressEvent(QGraphicsSceneMouseEvent* event) {
    if (event->button() == Qt::LeftButton) {
        if (auto port = port_at(event->scenePos())) {
            // An input that has a wire gives it up, to be put elsewhere.
            if (!port->output) {
                for (const engine::Wire& wire : graph()->wires) {
                    if (wire.to != engine::Endpoint{port->node, port->port}) continue;
                    const engine::Wire taken = wire;
                    edit(tr("Disconnect"), [&](engine::Graph& graph) {
                        editor::disconnect(graph, taken.from, taken.to);
                    });
                    port = PortRef{taken.from.node, taken.from.port, true};
                    break;
                }
            }
            dragging_ = port;
            drawn_ = std::make_unique<QGraphicsPathItem>();
            drawn_->setZValue(2);
            addItem(drawn_.get());
            show_candidates(*port);
            mouseMoveEvent(event);
            event->accept();
            return;
        }
    }
    places_before_.clear();
    frames_before_.clear();
    resized_ = nullptr;
    if (event->button() == Qt::LeftButton && press_frame(event->scenePos())) {
        event->accept();
        return;
    }
    QGraphicsScene::mousePressEvent(event);
    if (event->button() == Qt::LeftButton)
        for (const std::string& id : selected_nodes()) places_before_[id] = node(id)->pos();
}

void CanvasScene::mouseMoveEvent(QGraphicsSceneMouseEvent* event) {
    if (dragging_) {
        const NodeItem* item = node(dragging_->node);
        if (!item) return end_wire_drag();
        const QPointF end = item->end_of(dragging_->port, dragging_->output);
        const PortFace* face = dragging_->output ? item->face().output(dragging_->port)
                                                 : item->face().input(dragging_->port);
        QPointF tip = event->scenePos();
        QColor color = face ? look_of(face->type).color : QColor(Qt::gray);
        QString why;
        if (const auto target = port_at(tip); target && *target != *dragging_) {
            why = refusal(*dragging_, *target);
            if (why.isEmpty())
                tip = node(target->node)->end_of(target->port, target->output);
            else
                color = QColor(0xe0524d);
        }
        drawn_->setPath(dragging_->output ? wire_path(end, tip) : wire_path(tip, end));
        drawn_->setPen(QPen(color, 2.4, why.isEmpty() ? Qt::SolidLine : Qt::DotLine));
        Q_EMIT hint(why);
        return;
    }
    const QPointF by = event->scenePos() - event->buttonDownScenePos(Qt::LeftButton);
    if ((!places_before_.empty() || !frames_before_.empty()) && event->buttons() & Qt::LeftButton) {
        move_grabbed(by);
        event->accept();
        return;
    }
    QGraphicsScene::mouseMoveEvent(event);
}

void CanvasScene::mouseReleaseEvent(QGraphicsSceneMouseEvent* event) {
    if (dragging_) {
        const PortRef from = *dragging_;
        const auto target = port_at(event->scenePos());
        const bool over_nothing = !target && items(event->scenePos()).size() <= 1;
        end_wire_drag();
        if (target && *target != from)
            connect_ports(from, *target);
        else if (over_nothing)
            Q_EMIT wire_dropped(from, event->scenePos());
        Q_EMIT hint({});
        return;
    }
    QGraphicsScene::mouseReleaseEvent(event);
    commit_moves();
    if (event->button() == Qt::LeftButton &&
        (event->screenPos() - event->buttonDownScreenPos(Qt::LeftButton)).manhattanLength() < 4) {
        for (QGraphicsItem* item : items(event->scenePos())) {
            if (node_item(item)) break;
            if (const auto* wire = qgraphicsitem_cast<WireItem*>(item)) {
                Q_EMIT wire_activated(wire->wire().from);
                break;
            }
        }
    }
}

void CanvasScene::mouseDoubleClickEvent(QGraphicsSceneMouseEvent* event) {
    for (QGraphicsItem* item : items(event->scenePos())) {
        if (const NodeItem* node = node_item(item)) {
            Q_EMIT node_activated(QString::fromStdString(node->id()));
            return;
        }
        if (qgraphicsitem_cast<WireItem*>(item)) return;
        if (auto* frame = qgraphicsitem_cast<FrameItem*>(item);
            frame && frame->is_grip(event->scenePos())) {
            Q_EMIT frame_activated(frame);
            return;
        }
    }
    Q_EMIT search_wanted(event->scenePos());
}

}  // namespace millrace::editor
