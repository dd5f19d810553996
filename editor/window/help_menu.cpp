// The help's window and menu, and the page of keys that is made from the commands as they are now.
#include <QMenuBar>
#include <QMessageBox>

#include "editor/canvas/canvas_scene.hpp"
#include "editor/help/help_window.hpp"
#include "editor/inspector/inspector.hpp"
#include "editor/window/comfort.hpp"
#include "editor/window/gallery.hpp"
#include "editor/window/window.hpp"
#include "engine/version.hpp"
#include "viewers/common/shortcuts.hpp"

namespace millrace::editor {
namespace {

/// What the canvas takes without being a command of a menu.
QString gestures() {
    const std::pair<QString, QString> list[] = {
        {EditorWindow::tr("Add a node"), EditorWindow::tr("Tab, or double-click")},
        {EditorWindow::tr("Zoom"), EditorWindow::tr("wheel")},
        {EditorWindow::tr("Move the view"),
         EditorWindow::tr("drag with the middle or right button")},
        {EditorWindow::tr("Select several"), EditorWindow::tr("drag on the empty canvas")},
        {EditorWindow::tr("Move what is selected"), EditorWindow::tr("arrows, with Shift farther")},
        {EditorWindow::tr("Cut wires"),
         EditorWindow::tr("Ctrl and a stroke with the right button")},
        {EditorWindow::tr("Look at a wire"), EditorWindow::tr("click on it")}};
    QString text;
    for (const auto& [what, how] : list) text += "| " + what + " | " + how + " |\n";
    return text;
}

QString shortcuts_page(const QWidget& window) {
    QString page = "# " + EditorWindow::tr("Keyboard shortcuts") + "\n\n" +
                   EditorWindow::tr(
                       "Keys of the menus can be changed: Edit › Settings › Shortcuts. Those of "
                       "viewers and the mouse are fixed. Ctrl+Shift+P finds a command by its "
                       "name.") +
                   "\n\n## " + EditorWindow::tr("On the canvas") + "\n\n| | |\n|---|---|\n" +
                   gestures();
    // A group's commands may stand apart, as those of submenus do.
    QStringList groups;
    QHash<QString, QString> rows;
    for (const viewers::Command& command : viewers::commands_of(window)) {
        const QString keys = viewers::keys_of(*command.action);
        if (keys.isEmpty()) continue;
        if (!rows.contains(command.group)) groups << command.group;
        QString text = command.text, shown = keys;
        text.replace('|', "\\|");
        shown.replace('|', "\\|");
        // A backtick is marked with two around it.
        shown = shown.contains('`') ? "`` " + shown + " ``" : '`' + shown + '`';
        const QString row = "| " + text + " | " + shown + " |\n";
        // Viewers of one kind have the same keys.
        if (!rows[command.group].contains(row)) rows[command.group] += row;
    }
    for (const QString& group : groups)
        page += "\n## " + group + "\n\n| | |\n|---|---|\n" + rows[group];
    return page;
}

}  // namespace

void EditorWindow::show_help(const QString& page) {
    if (!comfort_->help) {
        HelpPages pages(help_folder(), graphs_folder());
        pages.set_shortcuts([this] { return shortcuts_page(*this); });
        comfort_->help = new HelpWindow(std::move(pages), this);
        comfort_->help->setWindowFlag(Qt::Window);
        connect(comfort_->help, &HelpWindow::graph_wanted, this,
                [this](const QString& file) { open_template(file, false); });
        connect(&session_, &Session::catalogue, comfort_->help, [this] {
            comfort_->help->pages().set_catalogue(catalogue_);
            comfort_->help->refresh();
        });
        comfort_->help->pages().set_catalogue(catalogue_);
        comfort_->help->refresh();
    }
    // First, so that pictures are made for the width that there is.
    comfort_->help->show();
    if (!page.isEmpty() || comfort_->help->page().isEmpty())
        comfort_->help->open(page.isEmpty() ? QStringLiteral("first-steps") : page);
    comfort_->help->raise();
    comfort_->help->activateWindow();
}

void EditorWindow::make_help_menu() {
    QMenu* menu = menuBar()->addMenu(tr("&Help"));
    add(menu, "help", tr("&Help"), {QKeySequence(Qt::Key_F1)}, [this] { show_help(); });
    add(menu, "help_node", tr("Help on the &selected node"), {QKeySequence("Shift+F1")}, [this] {
        const auto selected = scene_->selected_nodes();
        const engine::Graph* graph = scene_->graph();
        if (selected.size() != 1 || !graph || !graph->nodes.contains(selected.front()))
            return tell(tr("Select one node to read about its type."));
        show_help("nodes/" + QString::fromStdString(graph->nodes.at(selected.front()).type));
    });
    add(menu, "help_keys", tr("&Keyboard shortcuts"), {}, [this] { show_help("shortcuts"); });
    menu->addSeparator();
    add(menu, "about", tr("&About Millrace"), {}, [this] {
        const std::string_view version = engine::version();
        QMessageBox::about(
            this, tr("About Millrace"),
            tr("<b>Millrace %1</b><br>A workbench for efficient AI: pipelines that are drawn, run "
               "and looked into.")
                .arg(QString::fromUtf8(version.data(), static_cast<qsizetype>(version.size()))));
    });
}

}  // namespace millrace::editor
