#include "editor/canvas/canvas_scene.hpp"

#include <QGraphicsView>
#include <QPainter>
#include <algorithm>
#include <cmath>
#include <iterator>
#include <set>
#include <tuple>

#include "editor/canvas/frame_item.hpp"
#include "editor/canvas/items.hpp"
#include "editor/document/edits.hpp"
#include "engine/graph/bends.hpp"
#include "engine/graph/scope.hpp"

namespace millrace::editor {
namespace {

constexpr double kGrid = 20, kColumn = 260;

/// Of a file that anybody may have written: where numbers are still told apart by less than a
/// pixel.
QPointF within_reach(const std::array<double, 2>& place) {
    static constexpr double kFarthest = 1e7;
    const auto number = [](double value) {
        return std::isfinite(value) ? std::clamp(value, -kFarthest, kFarthest) : 0;
    };
    return {number(place[0]), number(place[1])};
}

/// Finds keys that are asked for in rising order by walking along, not from the top each time. What
/// is put in behind the last key asked for is not seen.
template <class Map>
auto along(Map& map) {
    return [&map, at = map.begin()](const std::string& key) mutable {
        while (at != map.end() && at->first < key) ++at;
        return at != map.end() && at->first == key ? at : map.end();
    };
}

NodeItem* node_item(QGraphicsItem* item) { return qgraphicsitem_cast<NodeItem*>(item); }

WireStatus status_of(const std::map<std::string, WireStatus>& all, const engine::Wire& wire) {
    if (all.empty()) return {};
    const auto found = all.find(to_text(wire.from) + " -> " + to_text(wire.to));
    return found == all.end() ? WireStatus() : found->second;
}

}  // namespace

CanvasScene::CanvasScene(Document* document, QObject* parent)
    : QGraphicsScene(parent), document_(document), catalogue_(std::make_shared<const Catalogue>()) {
    // Items move often and the index would be made anew each time; searching thousands is quick.
    setItemIndexMethod(QGraphicsScene::NoIndex);
    connect(document, &Document::changed, this, [this] { synchronise(); });
    routing_.setSingleShot(true);
    routing_.setInterval(60);
    connect(&routing_, &QTimer::timeout, this, &CanvasScene::route_wires);
    connect(document, &Document::started, this, [this] {
        status_.clear();
        wire_status_.clear();
        heat_.clear();
        viewed_.clear();
        set_path({});
    });
    connect(this, &QGraphicsScene::selectionChanged, this, &CanvasScene::selection_is_changed);
    synchronise();
}

CanvasScene::~CanvasScene() {
    // Selection changes while items die are nobody's business.
    disconnect(this, nullptr, nullptr, nullptr);
}

void CanvasScene::set_catalogue(std::shared_ptr<const Catalogue> catalogue) {
    catalogue_ = std::move(catalogue);
    faces_stale_ = true;
    synchronise();
}

void CanvasScene::set_path(const GraphPath& path) {
    path_ = path;
    faces_stale_ = true;
    clearSelection();
    for (auto& [id, item] : nodes_) {
        removeItem(item);
        delete item;
    }
    nodes_.clear();
    for (auto* frames : {&backdrops_, &notes_}) {
        for (auto& [id, item] : *frames) {
            removeItem(item);
            delete item;
        }
        frames->clear();
    }
    synchronise();
    Q_EMIT path_changed();
}

NodeItem* CanvasScene::node(const std::string& id) const {
    const auto found = nodes_.find(id);
    return found == nodes_.end() ? nullptr : found->second;
}

std::vector<NodeItem*> CanvasScene::nodes() const {
    std::vector<NodeItem*> all;
    for (const auto& [id, item] : nodes_) all.push_back(item);
    return all;
}

/// Brings the items in step with the graph: makes, moves, changes and removes what differs.
void CanvasScene::synchronise() {
    if (!graph()) {
        // An undo has taken the subgraph away that was shown.
        GraphPath outer = path_;
        while (!outer.empty() && !document_->graph_at(outer)) outer.pop_back();
        set_path(outer);
        return;
    }
    const engine::Graph& graph = *this->graph();
    for (auto item = nodes_.begin(); item != nodes_.end();) {
        if (graph.nodes.contains(item->first)) {
            ++item;
            continue;
        }
        removeItem(item->second);
        delete item->second;
        item = nodes_.erase(item);
    }
    std::erase_if(faced_nodes_, [&](const auto& faced) { return !nodes_.contains(faced.first); });
    const std::set<std::string> touched = rewired(graph);
    double unplaced = 0;
    auto old_faces = along(faced_nodes_);
    auto places = along(graph.layout);
    for (const auto& [id, node] : graph.nodes) {
        NodeItem*& item = nodes_[id];
        if (!item) {
            item = new NodeItem(id);
            addItem(item);
        }
        const auto faced = old_faces(id);
        const bool same = faced != faced_nodes_.end() && faced->second == node;
        if (faces_stale_ || !same || engine::is_call(node) || touched.contains(id))
            item->set_face(face_of(document_->graph(), path_, graph, id, *catalogue_));
        if (!same) faced_nodes_.insert_or_assign(id, node);
        const auto place = places(id);
        if (place != graph.layout.end())
            item->setPos(within_reach(place->second));
        else if (item->pos().isNull())
            item->setPos(kColumn * unplaced++, 0);
        const auto status = status_.find(id);
        item->set_status(status == status_.end() ? NodeStatus() : status->second);
        const auto heat = heat_.find(id);
        item->set_heat(heat == heat_.end() ? QColor() : heat->second);
    }
    if (faced_wires_ != graph.wires) faced_wires_ = graph.wires;
    faces_stale_ = false;
    synchronise_wires(graph);
    synchronise_frames(graph);
    const QRectF all = itemsBoundingRect();
    setSceneRect(all.adjusted(-4000, -4000, 4000, 4000));
}

/// Nodes whose wires differ from those that their faces were made with.
std::set<std::string> CanvasScene::rewired(const engine::Graph& graph) const {
    std::set<std::string> nodes;
    if (faces_stale_ || graph.wires == faced_wires_) return nodes;
    using Ends = std::pair<const engine::Endpoint*, const engine::Endpoint*>;
    const auto sorted = [](const std::vector<engine::Wire>& wires, auto before) {
        std::vector<Ends> all;
        for (const engine::Wire& wire : wires) all.emplace_back(&wire.from, &wire.to);
        std::ranges::sort(all, before);
        return all;
    };
    const auto before = [](const Ends& a, const Ends& b) {
        return std::tie(*a.first, *a.second) < std::tie(*b.first, *b.second);
    };
    std::vector<Ends> differing;
    std::ranges::set_symmetric_difference(sorted(faced_wires_, before), sorted(graph.wires, before),
                                          std::back_inserter(differing), before);
    for (const auto& [from, to] : differing) {
        nodes.insert(from->node);
        nodes.insert(to->node);
    }
    return nodes;
}

void CanvasScene::synchronise_wires(const engine::Graph& graph) {
    onto_ = nullptr;
    const bool is_new = wires_.empty();
    while (wires_.size() > graph.wires.size()) {
        removeItem(wires_.back());
        delete wires_.back();
        wires_.pop_back();
    }
    const auto bends = all_bends(graph);
    const auto bends_of = [&](const engine::Wire& wire) {
        std::vector<QPointF> places;
        if (bends.empty()) return places;
        if (const auto found = bends.find(wire_key(wire)); found != bends.end())
            for (const auto& place : found->second) places.push_back(within_reach(place));
        return places;
    };
    for (std::size_t i = 0; i < graph.wires.size(); ++i) {
        const engine::Wire& wire = graph.wires[i];
        if (i == wires_.size()) {
            wires_.push_back(new WireItem(wire));
            addItem(wires_.back());
        } else if (!(wires_[i]->wire() == wire)) {
            wires_[i]->setSelected(false);
            wires_[i]->set_wire(wire);
        }
        WireItem& item = *wires_[i];
        const NodeItem *from = node(wire.from.node), *to = node(wire.to.node);
        item.setVisible(from && to);
        if (!from || !to) continue;
        const PortFace* output = from->face().output(wire.from.port);
        const PortFace* input = to->face().input(wire.to.port);
        const bool fits_there = output && input && fits(input->type, output->type);
        std::string type = output ? output->type : std::string();
        if (type.find('/') == type.npos && input) type = input->type;
        item.set_look(fits_there ? look_of(type).color : QColor(0xe0524d),
                      input ? input->sync : engine::Sync::Stream);
        item.set_bends(bends_of(wire));
        item.set_ends(from->end_of(wire.from.port, true), to->end_of(wire.to.port, false));
        item.set_viewed(std::ranges::find(viewed_, wire.from) != viewed_.end());
        item.set_status(status_of(wire_status_, wire));
    }
    if (is_new)
        route_wires();
    else
        routing_.start();
}

void CanvasScene::synchronise_frames(const engine::Graph& graph) {
    const auto keep = [this](auto& items, const auto& there, FrameItem::Kind kind, auto show) {
        for (auto item = items.begin(); item != items.end();) {
            if (there.contains(item->first)) {
                ++item;
                continue;
            }
            removeItem(item->second);
            delete item->second;
            item = items.erase(item);
        }
        for (const auto& [id, value] : there) {
            FrameItem*& item = items[id];
            if (!item) {
                item = new FrameItem(kind, id);
                addItem(item);
            }
            show(*item, value);
        }
    };
    keep(backdrops_, graph.backdrops, FrameItem::Kind::Backdrop,
         [](FrameItem& item, const engine::Backdrop& value) { item.show_backdrop(value); });
    keep(notes_, graph.notes, FrameItem::Kind::Note,
         [](FrameItem& item, const engine::Note& value) { item.show_note(value); });
}

std::vector<FrameItem*> CanvasScene::selected_frames() const {
    std::vector<FrameItem*> frames;
    for (QGraphicsItem* item : selectedItems())
        if (auto* frame = qgraphicsitem_cast<FrameItem*>(item)) frames.push_back(frame);
    return frames;
}

std::vector<std::string> CanvasScene::selected_nodes() const {
    std::vector<std::string> ids;
    for (QGraphicsItem* item : selectedItems())
        if (const NodeItem* node = node_item(item)) ids.push_back(node->id());
    std::ranges::sort(ids);
    return ids;
}

std::vector<engine::Wire> CanvasScene::selected_wires() const {
    std::vector<engine::Wire> wires;
    for (QGraphicsItem* item : selectedItems())
        if (const auto* wire = qgraphicsitem_cast<WireItem*>(item)) wires.push_back(wire->wire());
    return wires;
}

void CanvasScene::select_nodes(const std::vector<std::string>& ids) {
    {
        const QSignalBlocker quiet(this);
        clearSelection();
        for (const std::string& id : ids)
            if (NodeItem* item = node(id)) item->setSelected(true);
    }
    Q_EMIT selectionChanged();
}

void CanvasScene::set_status(const std::map<std::string, NodeStatus>& status) {
    status_ = status;
    for (auto& [id, item] : nodes_) {
        const auto found = status_.find(id);
        item->set_status(found == status_.end() ? NodeStatus() : found->second);
    }
}

void CanvasScene::set_wire_status(const std::map<std::string, WireStatus>& status) {
    wire_status_ = status;
    for (WireItem* wire : wires_) wire->set_status(status_of(wire_status_, wire->wire()));
}

void CanvasScene::set_heat(const std::map<std::string, QColor>& colors) {
    heat_ = colors;
    for (auto& [id, item] : nodes_) {
        const auto found = heat_.find(id);
        item->set_heat(found == heat_.end() ? QColor() : found->second);
    }
}

void CanvasScene::set_viewed(const std::vector<engine::Endpoint>& outputs) {
    viewed_ = outputs;
    for (WireItem* wire : wires_)
        wire->set_viewed(std::ranges::find(viewed_, wire->wire().from) != viewed_.end());
}

std::optional<PortRef> CanvasScene::port_at(QPointF place) const {
    for (QGraphicsItem* item : items(place, Qt::IntersectsItemBoundingRect)) {
        const NodeItem* node = node_item(item);
        if (!node) continue;
        if (auto port = node->port_at(node->mapFromScene(place))) return port;
    }
    return {};
}

QString CanvasScene::misfit(const PortRef& from, const PortRef& to) const {
    if (from.output == to.output)
        return from.output ? tr("Two outputs can't be joined.") : tr("Two inputs can't be joined.");
    const PortRef& out = from.output ? from : to;
    const PortRef& in = from.output ? to : from;
    const NodeItem *source = node(out.node), *target = node(in.node);
    if (!source || !target) return tr("There is no such node.");
    const PortFace* output = source->face().output(out.port);
    const PortFace* input = target->face().input(in.port);
    if (!output || !input) return tr("There is no such port.");
    if (!fits(input->type, output->type))
        return tr("%1 gives %2, but %3 takes %4.")
            .arg(QString::fromStdString(out.port), QString::fromStdString(output->type),
                 QString::fromStdString(in.port), QString::fromStdString(input->type));
    return {};
}

QString CanvasScene::refusal(const PortRef& from, const PortRef& to) const {
    if (const QString why = misfit(from, to); !why.isEmpty()) return why;
    const PortRef& out = from.output ? from : to;
    const PortRef& in = from.output ? to : from;
    const PortFace* input = node(in.node)->face().input(in.port);
    if (input->sync != engine::Sync::Feedback && leads_to(*graph(), in.node, out.node))
        return tr("This would close a loop; loops go through feedback inputs (↺).");
    return {};
}

void CanvasScene::connect_ports(const PortRef& from, const PortRef& to) {
    if (const QString why = refusal(from, to); !why.isEmpty()) {
        Q_EMIT hint(why);
        return;
    }
    const PortRef& out = from.output ? from : to;
    const PortRef& in = from.output ? to : from;
    edit(tr("Connect"), [&](engine::Graph& graph) {
        editor::connect(graph, {out.node, out.port}, {in.node, in.port});
    });
}

void CanvasScene::drawBackground(QPainter* painter, const QRectF& rect) {
    const QPalette palette = views().isEmpty() ? QPalette() : views().front()->palette();
    painter->fillRect(rect, palette.color(QPalette::Base));
    const QTransform to_view = painter->worldTransform();
    double step = kGrid;
    while (step * to_view.m11() < 14) step *= 5;
    QColor dot = palette.color(QPalette::PlaceholderText);
    dot.setAlpha(130);
    // Whole pixels: thousands of round dots would cost more than all nodes in sight.
    painter->save();
    painter->resetTransform();
    painter->setRenderHint(QPainter::Antialiasing, false);
    for (double x = std::floor(rect.left() / step) * step; x < rect.right(); x += step)
        for (double y = std::floor(rect.top() / step) * step; y < rect.bottom(); y += step)
            painter->fillRect(QRect(to_view.map(QPointF(x, y)).toPoint(), QSize(1, 1)), dot);
    painter->restore();
}

}  // namespace millrace::editor
