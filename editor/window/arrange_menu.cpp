// The commands that arrange nodes and wires: menu Arrange, and the keys of the canvas for them.
#include <QMenu>
#include <QMenuBar>
#include <QSettings>

#include "editor/canvas/canvas_view.hpp"
#include "editor/canvas/items.hpp"
#include "editor/canvas/minimap.hpp"
#include "editor/document/edits.hpp"
#include "editor/panels/search_palette.hpp"
#include "editor/window/window.hpp"

namespace millrace::editor {

void EditorWindow::make_arrange_menu() {
    QMenu* menu = menuBar()->addMenu(tr("&Arrange"));
    add(menu, "lay_out", tr("&Lay out"), {QKeySequence("Ctrl+L")}, [this] {
        scene_->lay_out();
        if (scene_->selected_nodes().size() < 2) view_->show_all();
    });
    menu->addSeparator();
    const auto align = [&](const char* name, const QString& text, const char* key,
                           Alignment alignment) {
        add(menu, name, text, {QKeySequence(key)},
            [this, alignment] { scene_->align_selected(alignment); });
    };
    align("align_left", tr("Align l&eft"), "Ctrl+Shift+Left", Alignment::Left);
    align("align_right", tr("Align &right"), "Ctrl+Shift+Right", Alignment::Right);
    align("align_top", tr("Align &top"), "Ctrl+Shift+Up", Alignment::Top);
    align("align_bottom", tr("Align &bottom"), "Ctrl+Shift+Down", Alignment::Bottom);
    align("align_column", tr("Centre in a &column"), "Shift+C", Alignment::Column);
    align("align_row", tr("Centre in a ro&w"), "Shift+R", Alignment::Row);
    add(menu, "distribute_across", tr("Distribute &horizontally"), {QKeySequence("Shift+H")},
        [this] { scene_->distribute_selected(Direction::Across); });
    add(menu, "distribute_down", tr("Distribute &vertically"), {QKeySequence("Shift+V")},
        [this] { scene_->distribute_selected(Direction::Down); });
    menu->addSeparator();
    add(menu, "select_upstream", tr("Select &upstream"), {QKeySequence("Ctrl+[")}, [this] {
        scene_->select_nodes(with_upstream(*scene_->graph(), scene_->selected_nodes()));
    });
    add(menu, "select_downstream", tr("Select &downstream"), {QKeySequence("Ctrl+]")}, [this] {
        scene_->select_nodes(with_downstream(*scene_->graph(), scene_->selected_nodes()));
    });
    menu->addSeparator();
    add(menu, "connect_selected", tr("C&onnect two nodes"), {QKeySequence(Qt::Key_C)},
        [this] { connect_selected(); });
    add(menu, "remove_heal", tr("Remove and &join the wires"),
        {QKeySequence("Ctrl+Del"), QKeySequence("Shift+Del")},
        [this] { scene_->remove_and_heal_selected(); });
    add(menu, "extract", tr("Take o&ff the wires"), {QKeySequence("Ctrl+Alt+X")},
        [this] { scene_->extract_selected(); });
    add(menu, "add_bend", tr("Add a reroute &dot"), {QKeySequence("Ctrl+Alt+B")}, [this] {
        const auto wires = scene_->selected_wires();
        if (wires.empty()) return tell(tr("Select a wire: a click on it does."));
        for (const engine::Wire& wire : wires) {
            const NodeItem *from = scene_->node(wire.from.node), *to = scene_->node(wire.to.node);
            if (!from || !to) continue;
            scene_->toggle_bend(
                wire, (from->end_of(wire.from.port, true) + to->end_of(wire.to.port, false)) / 2);
        }
    });
    const auto go = [&](const char* name, const QString& text, const char* key, QPointF way) {
        QAction* action = add(menu, name, text, {QKeySequence(key)}, [this, way] {
            scene_->go(way);
            for (const std::string& id : scene_->selected_nodes())
                view_->ensureVisible(scene_->node(id), 40, 40);
        });
        return action;
    };
    menu->addSeparator();
    go("go_left", tr("Go to the node at the left"), "Alt+Left", {-1, 0});
    go("go_right", tr("Go to the node at the right"), "Alt+Right", {1, 0});
    go("go_up", tr("Go to the node above"), "Alt+Up", {0, -1});
    go("go_down", tr("Go to the node below"), "Alt+Down", {0, 1});
    menu->addSeparator();
    auto* map = new Minimap(view_);
    QAction* shown = add(menu, "minimap", tr("Show the &map"), {QKeySequence("M")}, {});
    shown->setCheckable(true);
    shown->setChecked(QSettings().value("editor/minimap", true).toBool());
    map->set_wanted(shown->isChecked());
    connect(shown, &QAction::toggled, map, [map](bool on) {
        QSettings().setValue("editor/minimap", on);
        map->set_wanted(on);
    });
    connect(scene_, &CanvasScene::splice_wanted, this, &EditorWindow::search_splice);
}

void EditorWindow::search_splice(const engine::Wire& wire, QPointF place) {
    const NodeItem* from = scene_->node(wire.from.node);
    if (!from) return;
    pending_ = std::make_unique<PortRef>(PortRef{wire.from.node, wire.from.port, true});
    splice_ = std::make_unique<engine::Wire>(wire);
    search_->open(catalogue_, view_->mapToGlobal(view_->mapFromScene(place)), place, *pending_,
                  from->face().output(wire.from.port));
}

/// After a node was chosen for the middle of a wire: its output goes where the wire led.
void EditorWindow::end_splice(engine::Graph& graph, const engine::Wire& wire,
                              const std::string& added, const std::string& input) {
    const engine::NodeType* type = catalogue_->find(graph.nodes.at(added).type);
    const NodeItem* to = scene_->node(wire.to.node);
    const PortFace* wanted = to ? to->face().input(wire.to.port) : nullptr;
    if (!type || !wanted) return;
    const std::string output =
        fitting_port(*type, {wire.to.node, wire.to.port, false}, wanted->type);
    if (output.empty())
        return tell(tr("The node has no output for %1, which stays as it was.")
                        .arg(QString::fromStdString(to_text(wire.to))));
    splice(graph, wire, added, input, output);
}

/// The only pair of ports that fits, or a menu of all there are.
void EditorWindow::connect_selected() {
    const auto selected = scene_->selected_nodes();
    if (selected.size() != 2) return tell(tr("Select two nodes to connect them."));
    // Wires run from left to right; the other way only when nothing fits so.
    std::string from = selected[0], to = selected[1];
    if (scene_->node(to)->pos().x() < scene_->node(from)->pos().x()) std::swap(from, to);
    auto pairs = scene_->joinable(from, to);
    if (pairs.empty()) pairs = scene_->joinable(to, from);
    if (pairs.empty())
        return tell(tr("No output of %1 or %2 fits an input of the other.")
                        .arg(QString::fromStdString(from), QString::fromStdString(to)));
    const auto join = [this](const std::pair<engine::Endpoint, engine::Endpoint>& pair) {
        scene_->connect_ports({pair.first.node, pair.first.port, true},
                              {pair.second.node, pair.second.port, false});
    };
    if (pairs.size() == 1) return join(pairs.front());
    auto* choices = new QMenu(this);
    choices->setObjectName("connect_menu");
    choices->setAttribute(Qt::WA_DeleteOnClose);
    for (const auto& pair : pairs)
        choices->addAction(
            QString::fromStdString(to_text(pair.first) + " → " + to_text(pair.second)), this,
            [join, pair] { join(pair); });
    choices->popup(view_->mapToGlobal(view_->mapFromScene(scene_->node(to)->pos())));
    choices->setActiveAction(choices->actions().front());
}

}  // namespace millrace::editor
