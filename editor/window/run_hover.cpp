#include "editor/window/run_hover.hpp"

#include <QLocale>
#include <QMouseEvent>

#include "editor/canvas/items.hpp"
#include "editor/canvas/status_of_run.hpp"
#include "editor/panels/wire_card.hpp"

namespace millrace::editor {
namespace {

constexpr int kDelay_ms = 200;
constexpr double kPerSecond = 5;

}  // namespace

WireHover::WireHover(CanvasView* view, Session* session, RunMonitor* monitor, QObject* parent)
    : QObject(parent),
      view_(view),
      scene_(view->canvas()),
      session_(session),
      monitor_(monitor),
      card_(new WireCard(view)) {
    view->viewport()->installEventFilter(this);
    view->installEventFilter(this);
    delay_.setSingleShot(true);
    delay_.setInterval(kDelay_ms);
    connect(&delay_, &QTimer::timeout, this, [this] {
        if (waiting_) show(*waiting_, pointer_);
    });
    connect(session, &Session::packet, this, [this](const SeenPacket& packet) {
        if (!shown_ || packet.subscription != subscription_) return;
        seen_ = true;
        card_->show_packet(packet);
    });
    connect(monitor, &RunMonitor::changed, this, [this] {
        if (shown_) show_flow();
    });
    connect(scene_, &CanvasScene::selection_is_changed, this, [this] {
        if (held_) hide();
    });
    connect(scene_, &CanvasScene::path_changed, this, &WireHover::hide);
    connect(scene_->document(), &Document::changed, this, &WireHover::hide);
}

bool WireHover::is_shown() const { return shown_.has_value(); }

void WireHover::hide() {
    delay_.stop();
    waiting_.reset();
    if (!shown_) return;
    shown_.reset();
    held_ = false;
    card_->hide();
    session_->unsubscribe(subscription_);
    subscription_ = 0;
}

std::optional<WireHover::Target> WireHover::target_at(QPoint place) const {
    const QPointF at = view_->mapToScene(place);
    const engine::Graph* graph = scene_->graph();
    if (!graph) return {};
    if (const auto port = scene_->port_at(at)) {
        if (port->output) return Target{.from = {port->node, port->port}, .wire = {}};
        for (const engine::Wire& wire : graph->wires)
            if (wire.to == engine::Endpoint{port->node, port->port})
                return Target{.from = wire.from, .wire = wire};
        return {};
    }
    for (QGraphicsItem* item : scene_->items(at)) {
        if (qgraphicsitem_cast<NodeItem*>(item)) return {};
        if (const auto* wire = qgraphicsitem_cast<WireItem*>(item))
            return Target{.from = wire->wire().from, .wire = wire->wire()};
    }
    return {};
}

bool WireHover::eventFilter(QObject* watched, QEvent* event) {
    switch (event->type()) {
        case QEvent::MouseMove: {
            const auto* mouse = static_cast<QMouseEvent*>(event);
            if (held_ || watched != view_->viewport()) break;
            const auto target =
                mouse->buttons() == Qt::NoButton ? target_at(mouse->pos()) : std::nullopt;
            pointer_ = mouse->globalPosition().toPoint();
            if (!target) {
                hide();
            } else if (!shown_ || *shown_ != *target) {
                hide();
                waiting_ = target;
                delay_.start();
            }
            break;
        }
        case QEvent::Leave:
        case QEvent::Wheel:
        case QEvent::MouseButtonPress:
        case QEvent::Hide:
            if (!held_ || event->type() != QEvent::Leave) hide();
            break;
        case QEvent::FocusOut: {
            // A window that comes or goes, as the card itself does, does not leave the canvas.
            const auto why = static_cast<QFocusEvent*>(event)->reason();
            if (held_ && why != Qt::ActiveWindowFocusReason && why != Qt::PopupFocusReason) hide();
            break;
        }
        case QEvent::KeyPress:
            if (held_ && static_cast<QKeyEvent*>(event)->key() == Qt::Key_Escape) hide();
            break;
        default:
            break;
    }
    return QObject::eventFilter(watched, event);
}

bool WireHover::toggle_selected() {
    if (shown_ && held_) {
        hide();
        return true;
    }
    hide();
    const auto wires = scene_->selected_wires();
    const auto nodes = scene_->selected_nodes();
    Target target;
    QPointF place;
    if (wires.size() == 1) {
        target = {.from = wires.front().from, .wire = wires.front()};
        const NodeItem *from = scene_->node(target.from.node),
                       *to = scene_->node(wires.front().to.node);
        if (!from || !to) return false;
        place =
            (from->end_of(target.from.port, true) + to->end_of(wires.front().to.port, false)) / 2;
    } else if (nodes.size() == 1 && scene_->node(nodes.front()) &&
               !scene_->node(nodes.front())->face().outputs.empty()) {
        const NodeItem* node = scene_->node(nodes.front());
        target.from = {nodes.front(), node->face().outputs.front().name};
        place = node->end_of(target.from.port, true);
    } else {
        return false;
    }
    held_ = true;
    show(target, view_->viewport()->mapToGlobal(view_->mapFromScene(place)));
    return true;
}

void WireHover::show(const Target& target, QPoint global) {
    waiting_.reset();
    shown_ = target;
    seen_ = false;
    const NodeItem* from = scene_->node(target.from.node);
    const PortFace* output = from ? from->face().output(target.from.port) : nullptr;
    QString title = QString::fromStdString(to_text(target.from)),
            doc = output ? output->doc : QString();
    if (target.wire) {
        title += QStringLiteral(" → ") + QString::fromStdString(to_text(target.wire->to));
        const NodeItem* to = scene_->node(target.wire->to.node);
        const PortFace* input = to ? to->face().input(target.wire->to.port) : nullptr;
        if (doc.isEmpty() && input) doc = input->doc;
    }
    card_->begin(title, output ? QString::fromStdString(output->type) : QString(), doc);
    const auto name = run_output(scene_->document()->graph(), scene_->path(), target.from);
    run_output_ = name ? to_text(*name) : std::string();
    if (name)
        subscription_ =
            session_->subscribe(QString::fromStdString(run_output_), false, true, kPerSecond);
    show_flow();
    if (monitor_->status().isEmpty())
        card_->show_hint(tr("Run the graph to see what passes here."));
    else if (monitor_->is_live())
        card_->show_hint(tr("Nothing has passed since the pointer came."));
    else
        ask_recorded();
    card_->place_at(global);
}

void WireHover::show_flow() {
    QStringList parts;
    const engine::Graph& root = scene_->document()->graph();
    if (const auto end = engine::endpoint_from(run_output_))
        if (const RunNode* node = monitor_->node(end->node)) {
            parts << item_count(node->items);
            if (monitor_->is_live() && node->per_second > 0)
                parts << tr("%1 a second").arg(node->per_second, 0, 'g', 3);
        }
    // Of an output all its wires count: the fullest holds the others up.
    const RunWire* fullest = nullptr;
    std::uint64_t dropped = 0;
    bool stalled = false;
    const engine::Graph* graph = scene_->graph();
    if (shown_ && graph) {
        const auto prefixes = run_prefixes(root, scene_->path());
        for (const engine::Wire& wire : graph->wires) {
            if (shown_->wire ? !(wire == *shown_->wire) : !(wire.from == shown_->from)) continue;
            for (const std::string& name : run_wires(root, scene_->path(), wire, prefixes)) {
                const RunWire* one = monitor_->wire(name);
                if (!one) continue;
                dropped += one->dropped;
                stalled = stalled || monitor_->is_stalled(name);
                if (!fullest || one->waiting > fullest->waiting) fullest = one;
            }
        }
    }
    if (fullest && monitor_->is_live())
        parts << tr("queue %1/%2").arg(fullest->waiting).arg(fullest->capacity);
    if (dropped > 0) parts << tr("%1 dropped").arg(dropped);
    if (stalled) parts << tr("full at the standstill");
    card_->show_flow(parts.join(QStringLiteral(" · ")));
}

/// After a run: what it kept of the last item, if it kept sketches of this output.
void WireHover::ask_recorded() {
    const auto end = engine::endpoint_from(run_output_);
    const RunNode* node = end ? monitor_->node(end->node) : nullptr;
    card_->show_hint(tr("Nothing was kept of this wire. Click it to look at it in the next run."));
    if (!node || node->items == 0 || monitor_->folder().isEmpty()) return;
    const auto item = static_cast<std::int64_t>(node->items - 1);
    session_->call("runs/item",
                   {{"folder", monitor_->folder().toStdString()},
                    {"output", run_output_},
                    {"item", item},
                    {"bytes", 1}},
                   [self = QPointer<WireHover>(this), item,
                    asked = run_output_](const Session::Answer& answer) {
                       if (!self || answer.problem || self->seen_ || !self->shown_ ||
                           self->run_output_ != asked)
                           return;
                       const engine::Value* sketch = answer.result.find("sketch");
                       if (!sketch || !sketch->is_object()) return;
                       SeenPacket packet;
                       packet.item = static_cast<std::uint64_t>(item);
                       packet.sketch = *sketch;
                       if (const engine::Value* type = sketch->find("type");
                           type && type->is_string())
                           packet.type = QString::fromStdString(type->as_string());
                       self->card_->show_packet(packet);
                   });
}

}  // namespace millrace::editor
