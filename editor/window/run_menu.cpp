// What the window has around a run: states on the canvas, progress and time left in the status
// bar, the card of a wire, previews, overlays, and the viewer's slots.
#include <QActionGroup>
#include <QLabel>
#include <QMenuBar>
#include <QMouseEvent>
#include <QProgressBar>
#include <QSettings>

#include "editor/canvas/canvas_view.hpp"
#include "editor/canvas/items.hpp"
#include "editor/canvas/status_preview.hpp"
#include "editor/document/wiring.hpp"
#include "editor/inspector/inspector.hpp"
#include "editor/panels/problems_panel.hpp"
#include "editor/panels/wire_panel.hpp"
#include "editor/window/run_hover.hpp"
#include "editor/window/run_overlay.hpp"
#include "editor/window/window.hpp"
#include "engine/graph/scope.hpp"

namespace millrace::editor {
namespace {

constexpr int kProgressSteps = 1000;

/// Ctrl+Shift+click on the canvas, before the canvas selects or drags by it.
class SlotClicks : public QObject {
public:
    SlotClicks(CanvasView* view, std::function<void(const engine::Endpoint&)> send)
        : QObject(view), view_(view), send_(std::move(send)) {
        view->viewport()->installEventFilter(this);
    }

protected:
    bool eventFilter(QObject*, QEvent* event) override {
        // The click belongs to this as a whole.
        if (event->type() == QEvent::MouseButtonRelease) return std::exchange(taken_, false);
        if (event->type() != QEvent::MouseButtonPress) return false;
        const auto* mouse = static_cast<QMouseEvent*>(event);
        if (mouse->button() != Qt::LeftButton ||
            mouse->modifiers() != (Qt::ControlModifier | Qt::ShiftModifier))
            return false;
        const QPointF at = view_->mapToScene(mouse->pos());
        const auto output = output_at(at);
        if (output) send_(*output);
        taken_ = output.has_value();
        return taken_;
    }

private:
    std::optional<engine::Endpoint> output_at(QPointF at) const {
        const CanvasScene* scene = view_->canvas();
        if (const auto port = scene->port_at(at)) {
            if (port->output) return engine::Endpoint{port->node, port->port};
            for (const engine::Wire& wire : scene->graph()->wires)
                if (wire.to == engine::Endpoint{port->node, port->port}) return wire.from;
        }
        for (QGraphicsItem* item : scene->items(at)) {
            if (const auto* wire = qgraphicsitem_cast<WireItem*>(item)) return wire->wire().from;
            const auto* node = qgraphicsitem_cast<NodeItem*>(item);
            if (node && !node->face().outputs.empty())
                return engine::Endpoint{node->id(), node->face().outputs.front().name};
            if (node) return {};
        }
        return {};
    }

    CanvasView* view_;
    std::function<void(const engine::Endpoint&)> send_;
    bool taken_ = false;
};

}  // namespace

void EditorWindow::make_running() {
    monitor_ = new RunMonitor(&session_, this);
    wires_->set_passed([this](const std::string& node) {
        const RunNode* found = monitor_->node(node);
        return found ? found->items : 0;
    });
    overlay_ = new RunOverlay(monitor_, &session_, view_, this);
    hover_ = new WireHover(view_, &session_, monitor_, this);
    previews_ = new Previews(scene_, &session_, this);
    inspector_->set_run(monitor_, &session_);
    connect(monitor_, &RunMonitor::changed, this, [this] { show_progress(); });
    connect(monitor_, &RunMonitor::stalled, problems_, &ProblemsPanel::add_run_problem);
    connect(&document_, &Document::started, this, [this] {
        wires_->leave_all();
        monitor_->clear();
    });
    connect(inspector_, &Inspector::look_wanted, this,
            [this](const engine::Endpoint& output) { send_to_viewer(output); });
    connect(inspector_, &Inspector::help_wanted, this,
            [this](const QString& type) { show_help("nodes/" + type); });
    connect(inspector_, &Inspector::connection_wanted, this, [this](const PortRef& port) {
        const NodeItem* node = scene_->node(port.node);
        if (!node) return;
        Q_EMIT scene_->wire_dropped(port, node->end_of(port.port, false) - QPointF(260, 40));
    });
    connect(problems_, &ProblemsPanel::problems_changed, inspector_, &Inspector::set_problems);
    make_running_actions();
    make_slot_actions();
}

void EditorWindow::make_running_actions() {
    QMenu* runs = menu_with("run");
    QMenu* views = menu_with("show_all");
    QAction* from = add(runs, "run_from", tr("Run &from the selection"),
                        {QKeySequence("Ctrl+Shift+E")}, [this] { run_from(); });
    from->setToolTip(
        tr("Runs the selected nodes and what follows them (Ctrl+Shift+E). Results of "
           "nodes that are the same as in an earlier run come from the cache."));
    runs->insertAction(action("pause"), from);
    const auto on_canvas = [this](QAction* made) {
        // The canvas's keys: the viewers have letters and digits of their own.
        view_->addAction(made);
        made->setShortcutContext(Qt::WidgetWithChildrenShortcut);
        return made;
    };
    views->addSeparator();
    QAction* preview = on_canvas(add(views, "preview", tr("&Preview on the node"),
                                     {QKeySequence(Qt::Key_P)}, [this] { toggle_previews(); }));
    preview->setToolTip(tr("A live picture of the selected nodes' first output (P)"));
    on_canvas(add(views, "wire_card", tr("Card of the &wire"), {QKeySequence(Qt::Key_I)}, [this] {
        if (!hover_->toggle_selected()) tell(tr("Select a wire or a node to see what passes."));
    }));
    auto* colors = views->addMenu(tr("&Colour nodes by"));
    auto* group = new QActionGroup(this);
    for (const auto& [by, name, text] :
         {std::tuple{ColorBy::Off, "color_by_off", tr("&Off")},
          std::tuple{ColorBy::Cost, "color_by_cost", tr("&Cost")},
          std::tuple{ColorBy::Memory, "color_by_memory", tr("&Memory")},
          std::tuple{ColorBy::Errors, "color_by_errors", tr("&Failed and skipped items")}}) {
        QAction* made =
            add(colors, name, text, {}, [this, by = by] { overlay_->set_color_by(by); });
        made->setCheckable(true);
        made->setChecked(by == ColorBy::Off);
        group->addAction(made);
    }
}

void EditorWindow::make_slot_actions() {
    new SlotClicks(view_, [this](const engine::Endpoint& output) { send_to_viewer(output); });
    QMenu* views = menu_with("show_all");
    auto* menu = views->addMenu(tr("&Viewer slots"));
    const auto on_canvas = [this](QAction* made, QWidget* also) {
        for (QWidget* widget : {static_cast<QWidget*>(view_), also})
            if (widget) widget->addAction(made);
        made->setShortcutContext(Qt::WidgetShortcut);
    };
    on_canvas(
        add(menu, "send_to_slot", tr("&Send the selection to a slot"), {QKeySequence(Qt::Key_V)},
            [this] {
                const auto wires = scene_->selected_wires();
                const auto nodes = scene_->selected_nodes();
                if (!wires.empty()) return send_to_viewer(wires.front().from);
                const NodeItem* node = nodes.empty() ? nullptr : scene_->node(nodes.front());
                if (!node || node->face().outputs.empty())
                    return tell(tr("Select a wire, or a node with an output."));
                send_to_viewer({nodes.front(), node->face().outputs.front().name});
            }),
        nullptr);
    for (int slot = 1; slot <= WirePanel::kSlots; ++slot) {
        const QByteArray name = QByteArrayLiteral("slot_") + QByteArray::number(slot);
        on_canvas(
            add(menu, name.constData(), tr("Slot &%1").arg(slot), {QKeySequence(Qt::Key_0 + slot)},
                [this, slot] {
                    if (!wires_->choose_slot(slot))
                        tell(tr("Slot %1 is empty: Ctrl+Shift+click on a wire or node fills it.")
                                 .arg(slot));
                }),
            nullptr);
    }
    const auto compare = [this](bool wipe) {
        if (!wires_->compare(wipe))
            tell(tr("A and B are the two slots that were chosen last; both need an image."));
    };
    menu->addSeparator();
    on_canvas(add(menu, "compare_ab", tr("&A or B"), {QKeySequence(Qt::Key_Q)},
                  [compare] { compare(false); }),
              wires_);
    on_canvas(add(menu, "compare_wipe", tr("&Wipe between A and B"), {QKeySequence(Qt::Key_W)},
                  [compare] { compare(true); }),
              wires_);
}

/// An output of the graph that is shown, as the run knows it.
void EditorWindow::send_to_viewer(const engine::Endpoint& output) {
    const auto name = run_output(document_.graph(), scene_->path(), output);
    if (!name) return tell(tr("%1 leads nowhere.").arg(QString::fromStdString(to_text(output))));
    const int slot = wires_->send_to_slot(*name);
    if (slot > 0)
        tell(tr("%1 is in viewer slot %2.").arg(QString::fromStdString(to_text(*name))).arg(slot));
}

void EditorWindow::look_at(const engine::Endpoint& output) {
    if (const auto name = run_output(document_.graph(), scene_->path(), output))
        wires_->look_at(*name);
}

/// Marks the wires of the shown graph whose outputs are looked at.
void EditorWindow::show_viewed() {
    const auto looked = wires_->outputs();
    std::vector<engine::Endpoint> marked;
    const engine::Graph* graph = scene_->graph();
    if (!looked.empty() && graph) {
        const auto prefixes = run_prefixes(document_.graph(), scene_->path());
        for (const engine::Wire& wire : graph->wires) {
            const auto name = run_output(document_.graph(), scene_->path(), wire.from, prefixes);
            if (name && std::ranges::find(looked, *name) != looked.end())
                marked.push_back(wire.from);
        }
    }
    scene_->set_viewed(marked);
}

/// The selection and all that its results reach; of a nested graph all that follows the calls.
void EditorWindow::run_from() {
    std::vector<std::string> from = scene_->selected_nodes();
    if (from.empty()) return tell(tr("Select the nodes to run from."));
    if (!scene_->path().empty()) {
        // What follows a nested node lies in the graphs around it, too.
        run();
        return tell(
            tr("Inside a subgraph the whole graph runs; what is unchanged comes from the "
               "cache."));
    }
    // As the run has them: calls are what lies in them, and what is muted keeps others from
    // running.
    const engine::Graph graph = engine::expand(document_.graph()).graph;
    std::set<std::string> stopped;  // by what is muted, as the planner told
    for (const engine::Problem& problem : problems_->graph_problems())
        if (problem.code == "W-PLAN-020") stopped.insert(problem.where);
    QStringList until;
    for (const std::string& id : with_downstream(document_.graph(), from))
        for (const std::string& start : {id, id + "/"})
            for (auto node = graph.nodes.lower_bound(start);
                 node != graph.nodes.end() &&
                 (start == id ? node->first == id : node->first.starts_with(start));
                 ++node)
                if ((node->second.mode == engine::NodeMode::Normal ||
                     node->second.mode == engine::NodeMode::Freeze) &&
                    !stopped.contains(node->first))
                    until << QString::fromStdString(node->first);
    until.removeDuplicates();
    if (until.isEmpty()) return tell(tr("Nothing in the selection runs."));
    run(until);
    tell(
        tr("Runs from the selection on: what feeds it comes from the cache where it is unchanged, "
           "and so does what follows."));
}

void EditorWindow::toggle_previews() {
    const auto selected = scene_->selected_nodes();
    if (selected.empty()) return tell(tr("Select the nodes whose preview is wanted."));
    const bool on = !std::ranges::all_of(
        selected, [this](const std::string& id) { return previews_->is_on(id); });
    for (const std::string& id : selected) previews_->set_on(id, on);
}

void EditorWindow::show_progress() {
    const double done = monitor_->progress();
    progress_->setRange(0, done < 0 ? 0 : kProgressSteps);
    if (done >= 0) progress_->setValue(static_cast<int>(done * kProgressSteps));
    if (!monitor_->is_live()) return;
    QString text = monitor_->is_paused() ? tr("Paused") : tr("Running");
    text += tr(" · %1").arg(short_time(monitor_->seconds()));
    if (done >= 0) text += tr(" · %1 %").arg(done * 100, 0, 'f', 0);
    if (const double left = monitor_->seconds_left(); left >= 0 && !monitor_->is_paused())
        text += tr(" · %1 left").arg(short_time(left));
    if (session_.state() != Session::State::Stopping) state_->setText(text);
}

}  // namespace millrace::editor
