// How documents come into the window and go out of it: files, templates, recovered work.
#include <QFile>
#include <QFileDialog>
#include <QFileInfo>
#include <QMessageBox>
#include <QStackedWidget>

#include "editor/canvas/canvas_view.hpp"
#include "editor/panels/problems_panel.hpp"
#include "editor/window/welcome_page.hpp"
#include "editor/window/window.hpp"

namespace millrace::editor {
namespace {

QByteArray bytes_of(const QString& file) {
    QFile in(file);
    return in.open(QIODevice::ReadOnly) ? in.readAll() : QByteArray();
}

}  // namespace

void EditorWindow::make_welcome() {
    connect(welcome_, &WelcomePage::open_wanted, this, [this](const QString& file) { open(file); });
    connect(welcome_, &WelcomePage::template_wanted, this, &EditorWindow::open_template);
    connect(welcome_, &WelcomePage::new_wanted, this, [this] { action("new")->trigger(); });
    connect(welcome_, &WelcomePage::browse_wanted, this, [this] { action("open")->trigger(); });
    connect(welcome_, &WelcomePage::recovery_wanted, this, &EditorWindow::recover);
}

bool EditorWindow::shows_welcome() const { return stack_->currentWidget() == welcome_; }

void EditorWindow::show_canvas() {
    stack_->setCurrentWidget(view_);
    view_->setFocus();
}

bool EditorWindow::may_leave() {
    if (!document_.is_modified()) return true;
    const auto answer = QMessageBox::question(
        this, tr("Unsaved changes"), tr("Save the changes of %1?").arg(document_.title()),
        QMessageBox::Save | QMessageBox::Discard | QMessageBox::Cancel, QMessageBox::Save);
    if (answer == QMessageBox::Save) return save();
    return answer == QMessageBox::Discard;
}

bool EditorWindow::open(const QString& file) {
    if (!may_leave()) return false;
    const Document::Opened opened = document_.open(file);
    problems_->set_graph_problems(opened.problems);
    if (!opened.opened) {
        tell(tr("%1 can't be opened: see the problems.").arg(QFileInfo(file).fileName()));
        return false;
    }
    file_bytes_ = bytes_of(document_.file());
    note_recent(document_.file());
    return true;
}

bool EditorWindow::open_template(const QString& file, bool run) {
    if (!may_leave()) return false;
    engine::ReadGraph read = engine::load_graph(file.toStdString());
    if (engine::any_errors(read.problems)) {
        problems_->set_graph_problems(read.problems);
        return false;
    }
    document_.start(std::move(read.graph), {});
    if (run) this->run();
    return true;
}

bool EditorWindow::recover(const Recovered& recovered) {
    if (!may_leave()) return false;
    try {
        engine::Graph graph = Journal::read(recovered);
        engine::ReadGraph before;
        if (!recovered.file.isEmpty()) before = engine::load_graph(recovered.file.toStdString());
        // The file's state first, so that what was recovered can be undone and is not yet saved.
        document_.start(std::move(before.graph), recovered.file);
        document_.edit(tr("Recover"), [&](engine::Graph& now) { now = graph; });
        file_bytes_ = bytes_of(document_.file());
        journal_.flush();
        Journal::discard(recovered);
        return true;
    } catch (const engine::Error& error) {
        QMessageBox::warning(this, tr("Not recovered"), QString::fromUtf8(error.what()));
        return false;
    }
}

bool EditorWindow::save() {
    return document_.file().isEmpty() ? save_as() : save_to(document_.file());
}

bool EditorWindow::save_as() {
    const QString file = QFileDialog::getSaveFileName(
        this, tr("Save the graph"),
        document_.file().isEmpty() ? document_.title() + ".json" : document_.file(),
        tr("Graphs (*.json)"));
    return !file.isEmpty() && save_to(file);
}

bool EditorWindow::save_to(const QString& file) {
    // Somebody else's changes must not be lost either.
    if (file == document_.file() && QFile::exists(file) && bytes_of(file) != file_bytes_ &&
        QMessageBox::question(this, tr("The file has changed"),
                              tr("%1 was changed by another program since it was opened. Save over "
                                 "it? (The other version is kept.)")
                                  .arg(QFileInfo(file).fileName())) != QMessageBox::Yes)
        return false;
    try {
        versions_.keep(file);
        document_.save(file);
        file_bytes_ = bytes_of(file);
        note_recent(document_.file());
        tell(tr("Saved."));
        return true;
    } catch (const engine::Error& error) {
        QMessageBox::warning(this, tr("Not saved"), QString::fromUtf8(error.what()));
        return false;
    }
}

}  // namespace millrace::editor
