// The commands on the graph's structure: subgraphs, backdrops, notes, and the way in and out.
#include <QDropEvent>
#include <QInputDialog>
#include <QMenuBar>
#include <QMimeData>
#include <QToolBar>
#include <QToolButton>

#include "editor/canvas/canvas_view.hpp"
#include "editor/canvas/frame_item.hpp"
#include "editor/canvas/items.hpp"
#include "editor/document/edits.hpp"
#include "editor/document/subgraphs.hpp"
#include "editor/inspector/inspector.hpp"
#include "editor/inspector/param_row.hpp"
#include "editor/window/window.hpp"

namespace millrace::editor {
namespace {

constexpr double kMargin = 40;

template <class Map>
std::string free_key(const Map& taken, const std::string& wanted) {
    std::string key = wanted;
    for (int number = 2; taken.contains(key); ++number) key = wanted + '_' + std::to_string(number);
    return key;
}

/// A place on which the name of a parameter can be dropped.
class ParameterDrop : public QObject {
public:
    ParameterDrop(QWidget* target, std::function<void(const QString&)> take)
        : QObject(target), take_(std::move(take)) {
        target->setAcceptDrops(true);
        target->installEventFilter(this);
    }

protected:
    bool eventFilter(QObject*, QEvent* event) override {
        if (event->type() != QEvent::DragEnter && event->type() != QEvent::DragMove &&
            event->type() != QEvent::Drop)
            return false;
        auto* drop = static_cast<QDropEvent*>(event);
        if (!drop->mimeData()->hasFormat(ParamRow::kMime)) return false;
        drop->acceptProposedAction();
        if (event->type() == QEvent::Drop)
            take_(QString::fromUtf8(drop->mimeData()->data(ParamRow::kMime)));
        return true;
    }

private:
    std::function<void(const QString&)> take_;
};

/// What people type as a name, as an id: letters, digits and underscores.
std::string id_of(const QString& text) {
    std::string id;
    for (const QChar c : text.simplified())
        id += c.isLetterOrNumber() && c.unicode() < 128 ? static_cast<char>(c.toLower().toLatin1())
                                                        : '_';
    return id.empty() ? "subgraph" : id;
}

}  // namespace

void EditorWindow::make_graph_menu() {
    QMenu* menu = menuBar()->addMenu(tr("&Graph"));
    add(menu, "add_node", tr("&Add a node…"), {}, [this] {
        Q_EMIT view_->search_wanted(view_->insertion_place());
    })->setToolTip(tr("Add a node (Tab)"));
    menu->addSeparator();
    add(menu, "subgraph", tr("Make a &subgraph"), {QKeySequence("Ctrl+Shift+G")}, [this] {
        const auto selected = scene_->selected_nodes();
        if (selected.empty()) return tell(tr("Select the nodes of the subgraph."));
        bool good = false;
        const QString name = QInputDialog::getText(this, tr("Make a subgraph"), tr("Name:"),
                                                   QLineEdit::Normal, tr("part"), &good);
        if (!good) return;
        std::string call;
        scene_->edit(tr("Make a subgraph"), [&](engine::Graph& graph) {
            call = make_subgraph(graph, selected, id_of(name));
        });
        scene_->select_nodes({call});
    });
    add(menu, "dissolve", tr("&Dissolve the subgraph"), {QKeySequence("Ctrl+Alt+G")}, [this] {
        for (const std::string& id : scene_->selected_nodes()) {
            const auto node = scene_->graph()->nodes.find(id);
            if (node == scene_->graph()->nodes.end()) continue;
            const engine::Subgraph* called =
                called_subgraph(document_.graph(), scene_->path(), node->second.subgraph);
            if (!called) continue;
            const engine::Subgraph content = *called;
            std::vector<std::string> added;
            scene_->edit(tr("Dissolve"),
                         [&](engine::Graph& graph) { added = dissolve(graph, id, content); });
            scene_->select_nodes(added);
        }
    });
    add(menu, "enter", tr("&Enter the subgraph"), {QKeySequence(Qt::Key_Down)},
        [this] { enter_subgraph(); });
    add(menu, "leave", tr("&Leave the subgraph"), {QKeySequence(Qt::Key_Up)},
        [this] { leave_subgraph(); });
    add(menu, "promote", tr("Show the &parameter outside"), {QKeySequence("Ctrl+Alt+P")}, [this] {
        const std::string param = inspector_->focused_param();
        if (param.empty()) return tell(tr("Put the cursor into the parameter's field first."));
        inspector_->toggle_outside(param);
    });
    menu->addSeparator();
    make_state_menu(menu);
    menu->addSeparator();
    add(menu, "backdrop", tr("&Backdrop"), {QKeySequence("Ctrl+G")}, [this] { add_backdrop(); });
    add(menu, "note", tr("&Note"), {QKeySequence("Shift+N")}, [this] { add_note(); });
    connect(scene_, &CanvasScene::node_activated, this, [this](const QString& id) {
        scene_->select_nodes({id.toStdString()});
        enter_subgraph();
    });
    connect(scene_, &CanvasScene::frame_activated, this, [this](FrameItem* frame) {
        const std::string id = frame->id();
        const bool backdrop = frame->kind() == FrameItem::Kind::Backdrop;
        const engine::Graph& graph = *scene_->graph();
        const QString before = QString::fromStdString(backdrop ? graph.backdrops.at(id).title
                                                               : graph.notes.at(id).text);
        bool good = false;
        const QString text =
            backdrop ? QInputDialog::getText(this, tr("Backdrop"), tr("Title:"), QLineEdit::Normal,
                                             before, &good)
                     : QInputDialog::getMultiLineText(this, tr("Note"), tr("Text:"), before, &good);
        if (!good) return;
        scene_->edit(tr("Change the text"), [&](engine::Graph& changed) {
            (backdrop ? changed.backdrops.at(id).title : changed.notes.at(id).text) =
                text.toStdString();
        });
    });
}

void EditorWindow::enter_subgraph() {
    const auto selected = scene_->selected_nodes();
    if (selected.size() != 1) return tell(tr("Select a subgraph to enter it."));
    const auto node = scene_->graph()->nodes.find(selected.front());
    if (node == scene_->graph()->nodes.end() || node->second.subgraph.empty()) return;
    GraphPath path;
    if (!called_subgraph(document_.graph(), scene_->path(), node->second.subgraph, &path)) return;
    path.push_back(node->second.subgraph);
    scene_->set_path(path);
    view_->show_all();
}

void EditorWindow::leave_subgraph() {
    GraphPath path = scene_->path();
    if (path.empty()) return;
    const std::string left = path.back();
    path.pop_back();
    scene_->set_path(path);
    view_->show_all();
    for (const auto& [id, node] : scene_->graph()->nodes) {
        if (node.subgraph != left) continue;
        scene_->select_nodes({id});
        break;
    }
}

/// Round the selected nodes, or in the middle of the view.
void EditorWindow::add_backdrop() {
    QRectF rect;
    for (const std::string& id : scene_->selected_nodes())
        rect |= QRectF(scene_->node(id)->pos(), scene_->node(id)->face().size);
    if (rect.isEmpty()) rect = QRectF(view_->insertion_place(), QSizeF(360, 220));
    rect.adjust(-kMargin, -kMargin - kFrameTitle, kMargin, kMargin);
    scene_->edit(tr("Add a backdrop"), [&](engine::Graph& graph) {
        graph.backdrops[free_key(graph.backdrops, "backdrop")] = {
            .title = tr("Backdrop").toStdString(),
            .rect = {rect.x(), rect.y(), rect.width(), rect.height()}};
    });
}

void EditorWindow::add_note() {
    bool good = false;
    const QString text = QInputDialog::getMultiLineText(this, tr("Note"), tr("Text:"), {}, &good);
    if (!good || text.isEmpty()) return;
    const QPointF place = view_->insertion_place();
    scene_->edit(tr("Add a note"), [&](engine::Graph& graph) {
        graph.notes[free_key(graph.notes, "note")] = {.text = text.toStdString(),
                                                      .rect = {place.x(), place.y(), 260, 120}};
    });
}

/// Where the canvas is: the document, and the subgraphs on the way in.
void EditorWindow::make_breadcrumbs() {
    auto* bar = new QToolBar(tr("Where the canvas is"), this);
    bar->setObjectName("breadcrumbs");
    bar->setMovable(false);
    addToolBarBreak();
    addToolBar(bar);
    breadcrumbs_ = bar;
    const auto refresh = [this, bar] {
        bar->clear();
        bar->setVisible(!scene_->path().empty());
        for (std::size_t depth = 0; depth <= scene_->path().size(); ++depth) {
            const QString name =
                depth == 0 ? document_.title() : QString::fromStdString(scene_->path()[depth - 1]);
            QAction* step = bar->addAction(depth == 0 ? name : QStringLiteral("› ") + name);
            connect(step, &QAction::triggered, this, [this, depth] {
                GraphPath path = scene_->path();
                path.resize(std::min(depth, path.size()));
                // After the bar is done with this action, which goes.
                QMetaObject::invokeMethod(
                    this,
                    [this, path] {
                        scene_->set_path(path);
                        view_->show_all();
                    },
                    Qt::QueuedConnection);
            });
            // A parameter that is dropped here is shown on the calls that lie in this graph.
            if (depth < scene_->path().size())
                new ParameterDrop(bar->widgetForAction(step), [this, depth](const QString& text) {
                    const auto end = engine::endpoint_from(text.toStdString());
                    if (!end) return;
                    const GraphPath path = scene_->path();
                    document_.edit(tr("Show outside"), [&](engine::Graph& graph) {
                        promote_to(graph, path, end->node, end->port, depth);
                    });
                });
        }
        action("leave")->setEnabled(!scene_->path().empty());
    };
    connect(scene_, &CanvasScene::path_changed, this, refresh);
    refresh();
}

}  // namespace millrace::editor
