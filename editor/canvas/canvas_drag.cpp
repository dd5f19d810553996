// The canvas under the mouse: wires that are drawn, nodes and frames that are moved.
#include <QGraphicsSceneMouseEvent>
#include <algorithm>
#include <cmath>

#include "editor/canvas/canvas_scene.hpp"
#include "editor/canvas/frame_item.hpp"
#include "editor/canvas/items.hpp"
#include "editor/document/edits.hpp"
#include "engine/graph/bends.hpp"

namespace millrace::editor {
namespace {

constexpr double kGrid = 20;

NodeItem* node_item(QGraphicsItem* item) { return qgraphicsitem_cast<NodeItem*>(item); }

}  // namespace

/// Dims the nodes that no wire from here can reach.
void CanvasScene::show_candidates(const PortRef& from) {
    // Of all at once: asking refusal() for each port would walk the graph for each.
    const auto around =
        from.output ? with_upstream(*graph(), {from.node}) : with_downstream(*graph(), {from.node});
    const std::set<std::string> loops(around.begin(), around.end());
    const PortFace* own = node(from.node)->face().input(from.port);
    const bool back = !from.output && own && own->sync == engine::Sync::Feedback;
    for (auto& [id, item] : nodes_) {
        bool possible = id == from.node;
        const auto& ports = from.output ? item->face().inputs : item->face().outputs;
        for (const PortFace& port : ports)
            possible =
                possible || ((back || port.sync == engine::Sync::Feedback || !loops.contains(id)) &&
                             misfit(from, {id, port.name, !from.output}).isEmpty());
        item->set_dimmed(!possible);
    }
}

void CanvasScene::end_wire_drag() {
    dragging_.reset();
    drawn_.reset();
    for (auto& [id, item] : nodes_) item->set_dimmed(false);
}

void CanvasScene::commit_moves() {
    // What is resized keeps to the grid; what is moved was snapped on its way.
    const auto snapped = [this](double number) {
        return resized_ ? std::round(number / kGrid) * kGrid : std::round(number);
    };
    std::map<std::string, std::array<double, 2>> moved;
    QPointF by;
    for (const auto& [id, before] : places_before_) {
        NodeItem* item = node(id);
        if (!item || item->pos() == before) continue;
        moved[id] = {snapped(item->pos().x()), snapped(item->pos().y())};
        by = QPointF(moved[id][0], moved[id][1]) - before;
    }
    // Dots go along with wires of which both ends do.
    std::map<std::string, std::pair<engine::Wire, engine::Bends>> bends;
    for (const WireItem* item : wires_) {
        const engine::Wire& wire = item->wire();
        if (item->bends().empty() || !moved.contains(wire.from.node) ||
            !moved.contains(wire.to.node))
            continue;
        engine::Bends& places =
            bends.try_emplace(wire_key(wire), wire, engine::Bends()).first->second.second;
        for (const auto& [x, y] : bends_of(*graph(), wire))
            places.push_back({x + by.x(), y + by.y()});
    }
    const std::string dropped = places_before_.empty() ? "" : places_before_.begin()->first;
    const NodeItem* single = places_before_.size() == 1 ? node(dropped) : nullptr;
    const std::optional<engine::Wire> onto = onto_ ? std::optional(onto_->wire()) : std::nullopt;
    const auto ports = single && onto ? splice_ports(single->face(), *onto) : std::nullopt;
    const bool extracting = extracting_ && moved_;
    end_drag();
    std::map<std::string, std::array<double, 4>> backdrops, notes;
    for (const auto& [frame, before] : frames_before_) {
        const QRectF now = frame->rect();
        if (now == before) continue;
        auto& changed = frame->kind() == FrameItem::Kind::Backdrop ? backdrops : notes;
        changed[frame->id()] = {snapped(now.x()), snapped(now.y()), snapped(now.width()),
                                snapped(now.height())};
    }
    const QString name = resized_     ? tr("Resize")
                         : ports      ? tr("Put into a wire")
                         : extracting ? tr("Take off the wires")
                                      : tr("Move");
    places_before_.clear();
    frames_before_.clear();
    resized_ = nullptr;
    if (moved.empty() && backdrops.empty() && notes.empty()) return;
    edit(
        name,
        [&](engine::Graph& graph) {
            for (const auto& [id, place] : moved) graph.layout[id] = place;
            for (const auto& [id, rect] : backdrops) graph.backdrops[id].rect = rect;
            for (const auto& [id, rect] : notes) graph.notes[id].rect = rect;
            for (const auto& [key, places] : bends) set_bends(graph, places.first, places.second);
            if (ports) splice(graph, *onto, dropped, ports->input, ports->output);
        },
        extracting ? QStringLiteral("extract") : QString());
    if (extracting) document_->end_merging();
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

/// The pointer has gone far enough for a click no more.
void CanvasScene::begin_drag() {
    moved_ = true;
    if (!extracting_) return;
    std::vector<std::string> ids;
    for (const auto& [id, place] : places_before_) ids.push_back(id);
    // One step together with the move, which follows.
    document_->end_merging();
    edit(
        tr("Take off the wires"), [&](engine::Graph& graph) { detach(graph, ids, may_join()); },
        QStringLiteral("extract"));
}

void CanvasScene::end_drag() {
    moved_ = extracting_ = false;
    if (onto_) onto_->set_marked(false);
    onto_ = nullptr;
    guides_.reset();
    bend_.reset();
    routing_.start();
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
    end_drag();
    if (event->button() == Qt::LeftButton && press_bend(event->scenePos())) {
        event->accept();
        return;
    }
    if (event->button() == Qt::LeftButton && press_frame(event->scenePos())) {
        event->accept();
        return;
    }
    QGraphicsScene::mousePressEvent(event);
    // Beside the nodes a rubber band begins, which may add to the selection.
    const auto under = items(event->scenePos());
    if (event->button() == Qt::LeftButton && std::ranges::any_of(under, node_item))
        for (const std::string& id : selected_nodes()) places_before_[id] = node(id)->pos();
    extracting_ = !places_before_.empty() && event->modifiers() & Qt::AltModifier;
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
    if (bend_) {
        move_bend(event->scenePos());
        event->accept();
        return;
    }
    if ((!places_before_.empty() || !frames_before_.empty()) && event->buttons() & Qt::LeftButton) {
        const QPoint far = event->screenPos() - event->buttonDownScreenPos(Qt::LeftButton);
        if (!moved_ && far.manhattanLength() < 4) return event->accept();
        if (!moved_) begin_drag();
        move_grabbed(resized_ ? by
                              : snapped(by, !extracting_ && event->modifiers() & Qt::AltModifier));
        show_splice();
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
        else if (target && from.output)  // a click: what leaves there may have no wire
            Q_EMIT wire_activated({from.node, from.port});
        else if (over_nothing)
            Q_EMIT wire_dropped(from, event->scenePos());
        Q_EMIT hint({});
        return;
    }
    QGraphicsScene::mouseReleaseEvent(event);
    if (bend_) {
        const GrabbedBend grabbed = *bend_;
        const WireItem* item = nullptr;
        for (const WireItem* wire : wires_)
            if (wire->wire() == grabbed.wire) item = wire;
        end_drag();
        if (!item) return;
        engine::Bends places;
        for (const QPointF& bend : item->bends())
            places.push_back({std::round(bend.x()), std::round(bend.y())});
        edit(tr("Move a reroute dot"),
             [&](engine::Graph& graph) { set_bends(graph, grabbed.wire, places); });
        return;
    }
    commit_moves();
    if (event->button() == Qt::LeftButton && !(event->modifiers() & Qt::AltModifier) &&
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
        if (const auto* wire = qgraphicsitem_cast<WireItem*>(item)) {
            if (event->modifiers() & Qt::AltModifier)
                toggle_bend(wire->wire(), event->scenePos());
            else
                Q_EMIT splice_wanted(wire->wire(), event->scenePos());
            return;
        }
        if (auto* frame = qgraphicsitem_cast<FrameItem*>(item);
            frame && frame->is_grip(event->scenePos())) {
            Q_EMIT frame_activated(frame);
            return;
        }
    }
    Q_EMIT search_wanted(event->scenePos());
}

}  // namespace millrace::editor
