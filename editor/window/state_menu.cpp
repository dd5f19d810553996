// The commands that keep nodes from running without taking them out.
#include <QMenu>
#include <QUuid>

#include "editor/canvas/canvas_scene.hpp"
#include "editor/document/states.hpp"
#include "editor/window/window.hpp"

namespace millrace::editor {

void EditorWindow::make_state_menu(QMenu* menu) {
    using engine::NodeMode;
    const auto toggle = [this](NodeMode mode, const QString& name) {
        const auto selected = scene_->selected_nodes();
        if (selected.empty())
            tell(tr("Select the nodes first."));
        else
            scene_->edit(name, [&](engine::Graph& graph) { toggle_mode(graph, selected, mode); });
    };
    QAction* mute = add(menu, "mute", tr("&Mute"), {QKeySequence("Ctrl+M")},
                        [=, this] { toggle(NodeMode::Mute, tr("Mute")); });
    QAction* bypass = add(menu, "bypass", tr("B&ypass"), {QKeySequence("Ctrl+B")},
                          [=, this] { toggle(NodeMode::Bypass, tr("Bypass")); });
    QAction* frozen = add(menu, "freeze", tr("&Freeze"), {QKeySequence("Ctrl+Shift+M")},
                          [this] { toggle_frozen(); });
    frozen->setStatusTip(
        tr("The selected nodes keep the results they have now, whatever changes before them"));
    frozen->setCheckable(true);
    mute->setStatusTip(tr("Neither the selected nodes run nor what needs them"));
    bypass->setStatusTip(tr("Wires go past the selected nodes as if they were not there"));
    mute->setCheckable(true);
    bypass->setCheckable(true);
    const auto refresh = [=, this] {
        const engine::Graph* graph = scene_->graph();
        const auto selected = scene_->selected_nodes();
        mute->setChecked(graph && all_have_mode(*graph, selected, NodeMode::Mute));
        bypass->setChecked(graph && all_have_mode(*graph, selected, NodeMode::Bypass));
        frozen->setChecked(graph && all_have_mode(*graph, selected, NodeMode::Freeze));
    };
    connect(scene_, &CanvasScene::selection_is_changed, this, refresh);
    connect(&document_, &Document::changed, this, refresh);
    for (QAction* action : {mute, bypass, frozen})
        connect(action, &QAction::triggered, this, refresh);
}

/// What is frozen is what a run gives now: from the cache where nothing changed since it was seen.
void EditorWindow::toggle_frozen() {
    const auto selected = scene_->selected_nodes();
    const engine::Graph* graph = scene_->graph();
    if (selected.empty() || !graph) return tell(tr("Select the nodes first."));
    if (all_have_mode(*graph, selected, engine::NodeMode::Freeze)) {
        scene_->edit(tr("Thaw"), [&](engine::Graph& changed) {
            toggle_mode(changed, selected, engine::NodeMode::Freeze);
        });
        return tell(tr("Thawed: they run again."));
    }
    if (session_.is_running())
        return tell(
            tr("Freezing runs the graph as far as the selected nodes: stop this run first."));
    scene_->edit(tr("Freeze"), [&](engine::Graph& changed) {
        freeze(changed, selected,
               [] { return QUuid::createUuid().toString(QUuid::Id128).toStdString(); });
    });
    run_to_freeze(selected_in_run());
    tell(tr("Freezing: the graph runs as far as the selected nodes."));
}

}  // namespace millrace::editor
