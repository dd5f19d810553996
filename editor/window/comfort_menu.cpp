// What makes the window comfortable: the command palette, settings, finding in the graph, the
// worker's place, the picture of the canvas.
#include <QDockWidget>
#include <QMenuBar>
#include <QPlainTextEdit>
#include <QStatusBar>
#include <QUndoStack>

#include "editor/canvas/canvas_view.hpp"
#include "editor/comfort/canvas_bars.hpp"
#include "editor/comfort/command_palette.hpp"
#include "editor/comfort/file_watch.hpp"
#include "editor/comfort/find_bar.hpp"
#include "editor/comfort/remote_paths.hpp"
#include "editor/comfort/settings_dialog.hpp"
#include "editor/comfort/shortcut_keys.hpp"
#include "editor/comfort/workers.hpp"
#include "editor/window/comfort.hpp"
#include "editor/window/window.hpp"

namespace millrace::editor {
namespace {

/// Why a command can't be used now, as far as the state of the window says.
QString reason_of(const EditorWindow& window, const QAction& action) {
    if (const QString own = action.property("reason").toString(); !own.isEmpty()) return own;
    const QString name = action.objectName();
    const bool running = const_cast<EditorWindow&>(window).session().is_running();
    if (name == u"undo") return EditorWindow::tr("nothing to undo");
    if (name == u"redo") return EditorWindow::tr("nothing to redo");
    if (name == u"leave") return EditorWindow::tr("this is the outermost graph");
    if (name.startsWith(u"run") && running) return EditorWindow::tr("a run is under way");
    if ((name == u"stop" || name == u"pause") && !running) return EditorWindow::tr("nothing runs");
    if (name == u"step")
        return running ? EditorWindow::tr("pause the run first") : EditorWindow::tr("nothing runs");
    return {};
}

}  // namespace

void EditorWindow::make_comfort() {
    comfort_ = std::make_unique<Comfort>();
    comfort_->watch = new FileWatch(this);
    comfort_->bars = new CanvasBars(view_);
    comfort_->file_bar = comfort_->bars->add_notice("file-bar");
    comfort_->save_bar = comfort_->bars->add_notice("save-bar");
    comfort_->worker_bar = comfort_->bars->add_notice("worker-bar");
    comfort_->find = new FindBar(view_);
    comfort_->bars->add_corner(comfort_->find);
    comfort_->commands = new CommandPalette(
        this, [this](const QAction& action) { return reason_of(*this, action); });
    comfort_->paths = new RemotePaths(&session_, this);
    comfort_->workers = new Workers(&session_, this);
    watch_file();
    make_worker_menu();
    make_comfort_actions();
    make_help_menu();
    // The panels are commands, too; their keys can be set.
    for (QDockWidget* dock : findChildren<QDockWidget*>())
        if (dock->toggleViewAction()->objectName().isEmpty())
            dock->toggleViewAction()->setObjectName("panel_" + dock->objectName());
    // Last: every command there is has its default keys now.
    comfort_->keys = new ShortcutKeys(this);
}

void EditorWindow::make_comfort_actions() {
    QMenu* edit = menu_with("undo");
    edit->addSeparator();
    add(edit, "find", tr("&Find in the graph…"), {QKeySequence("Ctrl+F")}, [this] {
        show_canvas();
        comfort_->find->open();
    });
    add(edit, "find_next", tr("Find the &next"), {QKeySequence("F3")},
        [this] { comfort_->find->go(1); });
    add(edit, "find_previous", tr("Find the one &before"), {QKeySequence("Shift+F3")},
        [this] { comfort_->find->go(-1); });
    edit->addSeparator();
    add(edit, "commands", tr("C&ommand palette…"), {QKeySequence("Ctrl+Shift+P")},
        [this] { comfort_->commands->open(); });
    add(edit, "settings", tr("&Settings…"), {QKeySequence("Ctrl+,")},
        [this] { show_settings(static_cast<int>(SettingsDialog::Page::Appearance)); });

    QMenu* file = menu_with("quit");
    QAction* exporting = add(file, "export_picture", tr("&Export a picture…"),
                             {QKeySequence("Ctrl+Alt+E")}, [this] { export_picture(); });
    file->insertAction(action("quit"), exporting);
    file->insertSeparator(action("quit"));

    QMenu* view = menu_with("show_all");
    add(view, "show_log", tr("Show the &log"), {QKeySequence("Ctrl+`")}, [this] { toggle_log(); });
}

void EditorWindow::toggle_log() {
    auto* dock = findChild<QDockWidget*>("log");
    // Behind another tab it is not seen, though it counts as visible.
    const bool seen = dock->isVisible() && !log_->visibleRegion().isEmpty();
    dock->setVisible(!seen);
    if (!seen) dock->raise();
}

void EditorWindow::show_settings(int page) {
    // Made anew each time, as it shows what stands in the settings and the cache now.
    if (!comfort_->settings) {
        comfort_->settings = new SettingsDialog(this, comfort_->keys, comfort_->workers);
        comfort_->settings->setAttribute(Qt::WA_DeleteOnClose);
    }
    comfort_->settings->show_page(static_cast<SettingsDialog::Page>(page));
    comfort_->settings->show();
    comfort_->settings->raise();
    comfort_->settings->activateWindow();
}

void EditorWindow::make_worker_menu() {
    Workers* workers = comfort_->workers;
    statusBar()->addPermanentWidget(workers->label());
    comfort_->paths->set_host(workers->host());
    QMenu* run = menu_with("run");
    run->addSeparator();
    QMenu* menu = run->addMenu(tr("&Worker"));
    menu->setObjectName("worker-menu");
    connect(menu, &QMenu::aboutToShow, this, [workers, menu] { workers->fill(menu); });
    const auto settings = [this] { show_settings(static_cast<int>(SettingsDialog::Page::Runs)); };
    connect(workers, &Workers::settings_wanted, this, settings);
    connect(workers, &Workers::chosen, this, [this, workers] {
        comfort_->paths->set_host(workers->host());
        comfort_->worker_bar->dismiss();
        tell(workers->is_remote() ? tr("Graphs run on %1 now.").arg(workers->host())
                                  : tr("Graphs run on this machine now."));
    });
    connect(&session_, &Session::catalogue, comfort_->worker_bar, &NoticeBar::dismiss);
    connect(workers, &Workers::unreachable, this,
            [=, this](const QString& host, const QString& why) {
                comfort_->worker_bar->tell(tr("No worker on %1: %2").arg(host, why.simplified()),
                                           {{tr("Try again"), [this] { session_.start(); }},
                                            {tr("Use this machine"),
                                             [this, workers] {
                                                 if (workers->choose({})) session_.start();
                                             }},
                                            {tr("Settings…"), settings, true}});
            });
}

}  // namespace millrace::editor
