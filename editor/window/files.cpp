// How documents come into the window and go out of it: files, templates, pictures, recovered work.
#include <QFile>
#include <QFileDialog>
#include <QFileInfo>
#include <QGraphicsScene>
#include <QMessageBox>
#include <QSaveFile>
#include <QStackedWidget>
#include <filesystem>

#include "editor/canvas/canvas_scene.hpp"
#include "editor/canvas/canvas_view.hpp"
#include "editor/comfort/canvas_bars.hpp"
#include "editor/comfort/file_watch.hpp"
#include "editor/comfort/graph_picture.hpp"
#include "editor/panels/problems_panel.hpp"
#include "editor/window/comfort.hpp"
#include "editor/window/welcome_page.hpp"
#include "editor/window/window.hpp"
#include "engine/plan/keep_files.hpp"

namespace millrace::editor {
namespace {

QByteArray bytes_of(const QString& file) {
    QFile in(file);
    return in.open(QIODevice::ReadOnly) ? in.readAll() : QByteArray();
}

/// Whether nobody may write the file: replacing it would pass over that, as a rename asks only the
/// folder.
bool is_read_only(const QString& file) {
    // Not what this user may: the administrator may everything, and means the mark all the same.
    constexpr auto kAnybody = QFile::WriteOwner | QFile::WriteGroup | QFile::WriteOther;
    return QFile::exists(file) &&
           (!QFileInfo(file).isWritable() || !(QFile::permissions(file) & kAnybody));
}

/// What a problem says in one line, with what the system had to say.
QString line_of(const engine::Problem& problem) {
    const std::string& detail = problem.found.empty() ? problem.cause : problem.found;
    return QString::fromStdString(detail.empty() ? problem.what : problem.what + ": " + detail);
}

/// What the graph wants to be looked at first, so that something is to be seen without knowing
/// where to click.
std::vector<engine::Endpoint> shown_first(const engine::Graph& graph) {
    std::vector<engine::Endpoint> outputs;
    const auto show = graph.meta.find("show");
    if (show == graph.meta.end() || !show->second.is_array()) return outputs;
    for (const engine::Value& name : show->second.as_array()) {
        const auto output =
            name.is_string() ? engine::endpoint_from(name.as_string()) : std::nullopt;
        if (output && graph.nodes.contains(output->node)) outputs.push_back(*output);
    }
    return outputs;
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

/// What the file holds now is what the document knows of it.
void EditorWindow::note_file() {
    file_bytes_ = document_.file().isEmpty() ? QByteArray() : bytes_of(document_.file());
    if (!comfort_) return;
    comfort_->watch->watch(document_.file(), file_bytes_);
    comfort_->file_bar->dismiss();
}

bool EditorWindow::open(const QString& file) {
    if (is_picture(file)) return open_picture(file);
    if (!may_leave()) return false;
    const Document::Opened opened = document_.open(file);
    problems_->set_graph_problems(opened.problems);
    if (!opened.opened) {
        tell(tr("%1 can't be opened: see the problems.").arg(QFileInfo(file).fileName()));
        return false;
    }
    note_recent(document_.file());
    for (const engine::Endpoint& output : shown_first(document_.graph())) look_at(output);
    return true;
}

/// A copy of the graph that a picture carries, without a file of its own.
bool EditorWindow::open_picture(const QString& file) {
    engine::ReadGraph read;
    try {
        read = engine::read_graph(graph_in_picture(file).toStdString(), file.toStdString());
    } catch (const engine::Error& error) {
        problems_->set_graph_problems({error.problem()});
        tell(line_of(error.problem()));
        return false;
    }
    if (!engine::any_errors(read.problems) && !may_leave()) return false;
    problems_->set_graph_problems(read.problems);
    if (engine::any_errors(read.problems)) {
        tell(tr("The graph in %1 can't be opened: see the problems.")
                 .arg(QFileInfo(file).fileName()));
        return false;
    }
    document_.start(std::move(read.graph), {});
    return true;
}

bool EditorWindow::open_template(const QString& file, bool run) {
    if (!may_leave()) return false;
    engine::ReadGraph read = engine::load_graph(file.toStdString());
    if (engine::any_errors(read.problems)) {
        problems_->set_graph_problems(read.problems);
        return false;
    }
    engine::keep_files(read.graph, std::filesystem::path(file.toStdString()).parent_path(),
                       [this](std::string_view id) { return scene_->catalogue().find(id); });
    document_.start(std::move(read.graph), {});
    for (const engine::Endpoint& output : shown_first(document_.graph())) look_at(output);
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
    QString why;
    if (is_read_only(file)) {
        why = tr("nobody may write the file");
    } else {
        try {
            versions_.keep(file);
            document_.save(file);
            note_file();
            note_recent(document_.file());
            comfort_->save_bar->dismiss();
            tell(tr("Saved."));
            return true;
        } catch (const engine::Error& error) {
            why = line_of(error.problem());
        } catch (const std::exception& error) {
            why = QString::fromUtf8(error.what());
        }
    }
    // Not a dialog: the document stays as it is, and the bar until it is saved somewhere.
    comfort_->save_bar->tell(
        tr("%1 was not saved: %2. The changes are kept here and in the journal.")
            .arg(QFileInfo(file).fileName(), why),
        {{tr("Try again"), [this, file] { save_to(file); }},
         {tr("Save as…"), [this] { save_as(); }}});
    return false;
}

void EditorWindow::export_picture() {
    if (document_.graph().nodes.empty()) return tell(tr("There is nothing to export yet."));
    QString chosen;
    const QString png = tr("PNG picture (*.png)"), svg = tr("SVG drawing (*.svg)");
    QString file =
        QFileDialog::getSaveFileName(this, tr("Export a picture that carries the graph"),
                                     document_.title() + ".png", png + ";;" + svg, &chosen);
    if (file.isEmpty()) return;
    if (!is_picture(file)) file += chosen == svg ? ".svg" : ".png";
    const QByteArray graph = QByteArray::fromStdString(engine::write_graph(document_.graph()));
    QString why;
    try {
        const QByteArray bytes = file.endsWith(".svg", Qt::CaseInsensitive)
                                     ? svg_of(*scene_, graph)
                                     : png_of(*scene_, graph);
        QSaveFile out(file);
        if (out.open(QIODevice::WriteOnly) && out.write(bytes) == bytes.size() && out.commit())
            return tell(
                tr("Exported to %1. Opening or dropping it brings the graph back.").arg(file));
        why = out.errorString();
    } catch (const engine::Error& error) {
        why = line_of(error.problem());
    }
    comfort_->save_bar->tell(tr("%1 was not written: %2.").arg(QFileInfo(file).fileName(), why),
                             {{tr("Export again…"), [this] { export_picture(); }}});
}

}  // namespace millrace::editor
