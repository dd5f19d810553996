// The commands of the editor's window: menus, keys, docks.
#include <QActionGroup>
#include <QApplication>
#include <QClipboard>
#include <QDockWidget>
#include <QFileDialog>
#include <QLabel>
#include <QMenuBar>
#include <QMimeData>
#include <QPlainTextEdit>
#include <QProgressBar>
#include <QSettings>
#include <QStatusBar>
#include <QToolBar>

#include "editor/canvas/canvas_view.hpp"
#include "editor/canvas/frame_item.hpp"
#include "editor/document/edits.hpp"
#include "editor/inspector/inspector.hpp"
#include "editor/panels/problems_panel.hpp"
#include "editor/panels/search_palette.hpp"
#include "editor/panels/wire_panel.hpp"
#include "editor/window/window.hpp"
#include "viewers/common/signs.hpp"

namespace millrace::editor {
namespace {

constexpr double kPasteStep = 40;
// Pixels at first; what somebody makes of them is remembered.
constexpr int kBottomHeight = 150, kInspectorShare = 360, kViewerShare = 420;

}  // namespace

QMenu* EditorWindow::menu_with(const char* action) const {
    for (const QAction* entry : menuBar()->actions())
        if (entry->menu() && entry->menu()->actions().contains(this->action(action)))
            return entry->menu();
    return nullptr;
}

QAction* EditorWindow::add(QWidget* menu, const char* name, const QString& text,
                           const QList<QKeySequence>& keys, std::function<void()> work) {
    auto* action = new QAction(text, this);
    action->setObjectName(name);
    action->setShortcuts(keys);
    QString tip = text;
    tip.remove('&');
    if (!keys.isEmpty())
        tip = tr("%1 (%2)").arg(tip, keys.front().toString(QKeySequence::NativeText));
    action->setToolTip(tip);
    if (work) connect(action, &QAction::triggered, this, std::move(work));
    menu->addAction(action);
    return action;
}

void EditorWindow::make_docks() {
    const auto dock = [this](const char* name, const QString& title, QWidget* content,
                             Qt::DockWidgetArea area) {
        auto* made = new QDockWidget(title, this);
        made->setObjectName(name);
        made->setWidget(content);
        addDockWidget(area, made);
        return made;
    };
    inspector_ = new Inspector(&document_);
    wires_ = new WirePanel(&session_, &viewers_);
    problems_ = new ProblemsPanel;
    log_ = new QPlainTextEdit;
    log_->setReadOnly(true);
    log_->setMaximumBlockCount(5000);
    log_->setAccessibleName(tr("Log"));
    dock("inspector", tr("Inspector"), inspector_, Qt::RightDockWidgetArea);
    auto* problems = dock("problems", tr("Problems"), problems_, Qt::BottomDockWidgetArea);
    auto* log = dock("log", tr("Log"), log_, Qt::BottomDockWidgetArea);
    tabifyDockWidget(problems, log);
    problems->raise();
    auto* wires = dock("wires", tr("Viewer"), wires_, Qt::RightDockWidgetArea);
    wires->setMinimumWidth(420);
    connect(problems_, &ProblemsPanel::count_changed, problems, [problems](int errors) {
        problems->setWindowTitle(errors == 0 ? tr("Problems") : tr("Problems (%1)").arg(errors));
    });
    state_ = new QLabel;
    // As wide as its longest text, so that it isn't cut before the bar is laid out anew.
    state_->setMinimumWidth(state_->fontMetrics().horizontalAdvance(tr("Worker starts…")));
    state_->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    progress_ = new QProgressBar;
    progress_->setRange(0, 0);
    progress_->setMaximumWidth(140);
    progress_->setTextVisible(false);
    statusBar()->addPermanentWidget(progress_);
    statusBar()->addPermanentWidget(state_);
}

void EditorWindow::make_file_menu() {
    QMenu* menu = menuBar()->addMenu(tr("&File"));
    add(menu, "new", tr("&New"), {QKeySequence::New}, [this] {
        if (may_leave()) document_.start({}, {});
    });
    add(menu, "open", tr("&Open…"), {QKeySequence::Open}, [this] {
        const QString file = QFileDialog::getOpenFileName(
            this, tr("Open a graph"), {},
            tr("Graphs and pictures that carry one (*.json *.png *.svg)"));
        if (!file.isEmpty()) open(file);
    });
    add(menu, "save", tr("&Save"), {QKeySequence::Save}, [this] { save(); });
    add(menu, "save_as", tr("Save &as…"), {QKeySequence::SaveAs}, [this] { save_as(); });
    make_versions_menu(menu);
    menu->addSeparator();
    add(menu, "quit", tr("&Quit"), {QKeySequence::Quit}, [this] { close(); });
}

void EditorWindow::make_edit_menu() {
    QMenu* menu = menuBar()->addMenu(tr("&Edit"));
    QUndoStack& history = document_.history();
    QAction* undo = history.createUndoAction(this, tr("&Undo"));
    undo->setObjectName("undo");
    undo->setShortcut(QKeySequence("Ctrl+Z"));
    QAction* redo = history.createRedoAction(this, tr("&Redo"));
    redo->setObjectName("redo");
    redo->setShortcuts({QKeySequence("Ctrl+Shift+Z"), QKeySequence("Ctrl+Y")});
    menu->addActions({undo, redo});
    menu->addSeparator();
    const auto copy = [this] {
        const auto selected = scene_->selected_nodes();
        if (selected.empty()) return false;
        QApplication::clipboard()->setText(
            QString::fromStdString(copy_nodes(*scene_->graph(), selected)));
        return true;
    };
    const auto remove = [this](const QString& name) {
        const auto nodes = scene_->selected_nodes();
        const auto wires = scene_->selected_wires();
        std::vector<std::pair<FrameItem::Kind, std::string>> frames;
        for (const FrameItem* frame : scene_->selected_frames())
            frames.emplace_back(frame->kind(), frame->id());
        scene_->edit(name, [&](engine::Graph& graph) {
            for (const auto& [kind, id] : frames)
                kind == FrameItem::Kind::Backdrop ? graph.backdrops.erase(id)
                                                  : graph.notes.erase(id);
            remove_nodes(graph, nodes);
            for (const engine::Wire& wire : wires) editor::disconnect(graph, wire.from, wire.to);
        });
    };
    const auto paste = [this](const std::string& text, bool keep_inputs) {
        try {
            std::vector<std::string> added;
            scene_->edit(tr("Paste"), [&](engine::Graph& graph) {
                added = paste_nodes(graph, text, {kPasteStep, kPasteStep}, keep_inputs);
            });
            scene_->select_nodes(added);
        } catch (const engine::Error& error) {
            tell(tr("The clipboard holds no nodes: %1")
                     .arg(QString::fromStdString(error.problem().what)));
        }
    };
    add(menu, "cut", tr("Cu&t"), {QKeySequence::Cut}, [=, this] {
        if (copy()) remove(tr("Cut"));
    });
    add(menu, "copy", tr("&Copy"), {QKeySequence::Copy}, [copy] { copy(); });
    add(menu, "paste", tr("&Paste"), {QKeySequence::Paste},
        [=] { paste(QApplication::clipboard()->text().toStdString(), false); });
    add(menu, "paste_keep", tr("Paste with &inputs"), {QKeySequence("Ctrl+Shift+V")},
        [=] { paste(QApplication::clipboard()->text().toStdString(), true); });
    add(menu, "duplicate", tr("&Duplicate"), {QKeySequence("Ctrl+D")}, [=, this] {
        const auto selected = scene_->selected_nodes();
        if (!selected.empty()) paste(copy_nodes(*scene_->graph(), selected), true);
    });
    add(menu, "delete", tr("D&elete"), {QKeySequence(Qt::Key_Delete)},
        [=] { remove(tr("Delete")); });
    add(menu, "select_all", tr("Select &all"), {QKeySequence::SelectAll}, [this] {
        std::vector<std::string> all;
        for (const auto& [id, node] : scene_->graph()->nodes) all.push_back(id);
        scene_->select_nodes(all);
    });
}

void EditorWindow::make_run_menu() {
    QMenu* menu = menuBar()->addMenu(tr("&Run"));
    add(menu, "run", tr("&Run"), {QKeySequence("Ctrl+Return"), QKeySequence("Ctrl+Enter")},
        [this] { run(); });
    add(menu, "run_to", tr("Run to &selection"), {QKeySequence("Ctrl+E")}, [this] {
        const QStringList until = selected_in_run();
        if (until.isEmpty())
            tell(tr("Select the nodes to run to."));
        else
            run(until);
    });
    add(menu, "pause", tr("&Pause"), {QKeySequence("Ctrl+Shift+Return")}, [this] {
        session_.state() == Session::State::Paused ? session_.go_on() : session_.pause();
    });
    add(menu, "step", tr("Step an &item"), {QKeySequence("F10")}, [this] { session_.step(); });
    add(menu, "stop", tr("S&top"),
        {QKeySequence("Ctrl+Alt+Return"), QKeySequence("Ctrl+Alt+Enter")},
        [this] { session_.stop(); });
    auto* bar = addToolBar(tr("Run"));
    bar->setObjectName("run-bar");
    bar->setMovable(false);
    bar->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    for (const char* name : {"run", "pause", "step", "stop"}) bar->addAction(action(name));
    draw_run_icons();
}

void EditorWindow::draw_run_icons() {
    using viewers::PlayerSign;
    const bool paused = session_.state() == Session::State::Paused;
    for (const auto& [name, sign] :
         {std::pair{"run", PlayerSign::Play},
          std::pair{"pause", paused ? PlayerSign::Play : PlayerSign::Pause},
          std::pair{"step", PlayerSign::Next}, std::pair{"stop", PlayerSign::Stop}})
        if (QAction* made = action(name))
            made->setIcon(viewers::player_icon(sign, palette(), devicePixelRatioF()));
}

/// At first the canvas and what is looked at get the room; what somebody makes of it is kept.
void EditorWindow::showEvent(QShowEvent* event) {
    QMainWindow::showEvent(event);
    if (std::exchange(laid_out_, true) || QSettings().contains("editor/state")) return;
    resizeDocks({findChild<QDockWidget*>("problems")}, {kBottomHeight}, Qt::Vertical);
    resizeDocks({findChild<QDockWidget*>("inspector"), findChild<QDockWidget*>("wires")},
                {kInspectorShare, kViewerShare}, Qt::Vertical);
}

void EditorWindow::changeEvent(QEvent* event) {
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::StyleChange)
        draw_run_icons();
    QMainWindow::changeEvent(event);
}

void EditorWindow::make_view_menu() {
    QMenu* menu = menuBar()->addMenu(tr("&View"));
    add(menu, "show_all", tr("Show &all"), {QKeySequence(Qt::Key_Home)},
        [this] { view_->show_all(); });
    add(menu, "show_selection", tr("Show &selection"), {QKeySequence(Qt::Key_F)},
        [this] { view_->show_selection(); });
    add(menu, "zoom_100", tr("&100 %"), {QKeySequence("Ctrl+0")}, [this] { view_->set_zoom(1); });
    menu->addSeparator();
    for (QDockWidget* dock : findChildren<QDockWidget*>())
        menu->addAction(dock->toggleViewAction());
    menu->addSeparator();
    auto* themes = new QActionGroup(this);
    for (const auto& [theme, name, text] :
         {std::tuple{viewers::Theme::Dark, "theme_dark", tr("&Dark")},
          std::tuple{viewers::Theme::Light, "theme_light", tr("&Light")},
          std::tuple{viewers::Theme::HighContrast, "theme_contrast", tr("&High contrast")}}) {
        QAction* action = add(menu, name, text, {}, [theme = theme] {
            viewers::apply_theme(*qApp, theme);
            QSettings().setValue("editor/theme", viewers::name_of(theme));
        });
        action->setCheckable(true);
        themes->addAction(action);
        if (viewers::theme_named(QSettings().value("editor/theme").toString()) == theme)
            action->trigger();
    }
}

}  // namespace millrace::editor
