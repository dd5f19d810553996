// The commands that keep nodes from running without taking them out.
#include <QMenu>

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
    mute->setStatusTip(tr("Neither the selected nodes run nor what needs them"));
    bypass->setStatusTip(tr("Wires go past the selected nodes as if they were not there"));
    mute->setCheckable(true);
    bypass->setCheckable(true);
    const auto refresh = [=, this] {
        const engine::Graph* graph = scene_->graph();
        const auto selected = scene_->selected_nodes();
        mute->setChecked(graph && all_have_mode(*graph, selected, NodeMode::Mute));
        bypass->setChecked(graph && all_have_mode(*graph, selected, NodeMode::Bypass));
    };
    connect(scene_, &CanvasScene::selection_is_changed, this, refresh);
    connect(&document_, &Document::changed, this, refresh);
    for (QAction* action : {mute, bypass}) connect(action, &QAction::triggered, this, refresh);
}

}  // namespace millrace::editor
