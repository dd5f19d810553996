// What happens to the document's file outside of this program: it is told of in a bar over the
// canvas, nothing is read over unsaved edits, and nothing is lost.
#include <QApplication>
#include <QDialog>
#include <QDialogButtonBox>
#include <QFileInfo>
#include <QLocale>
#include <QMenu>
#include <QPlainTextEdit>
#include <QVBoxLayout>
#include <QWindow>

#include "editor/comfort/canvas_bars.hpp"
#include "editor/comfort/file_watch.hpp"
#include "editor/panels/problems_panel.hpp"
#include "editor/window/comfort.hpp"
#include "editor/window/window.hpp"

namespace millrace::editor {
namespace {

constexpr qsizetype kMostValue = 200;

QString shown(const engine::Value& value) {
    const QString text = QString::fromStdString(engine::to_json(value)).simplified();
    return text.size() > kMostValue ? text.left(kMostValue) + QChar(0x2026) : text;
}

}  // namespace

void EditorWindow::watch_file() {
    FileWatch* watch = comfort_->watch;
    connect(&document_, &Document::started, this, [this] {
        comfort_->save_bar->dismiss();  // it speaks of the document before
        note_file();
    });
    connect(watch, &FileWatch::noticed, this, [this] { tell_of_disk(); });
    // Folders of the network send no notices; who comes back to the window wants to know.
    connect(qApp, &QApplication::focusWindowChanged, watch, [watch](const QWindow* window) {
        if (window) watch->look();
    });
}

void EditorWindow::tell_of_disk() {
    FileWatch* watch = comfort_->watch;
    const QString name = QFileInfo(watch->file()).fileName();
    if (!QFileInfo::exists(watch->file())) {
        // Only here is it left, so closing must ask.
        count_as_unsaved();
        comfort_->file_bar->tell(
            tr("%1 is not there any more. What you see is kept here.").arg(name),
            {{tr("Save it again"), [this] { save_to(document_.file()); }},
             {tr("Save as…"), [this] { save_as(); }}});
        return;
    }
    if (watch->on_disk() == file_bytes_) return comfort_->file_bar->dismiss();
    const QString edits =
        document_.is_modified()
            ? tr(" You have unsaved changes; Undo brings them back after a reload.")
            : QString();
    comfort_->file_bar->tell(tr("%1 changed on disk.").arg(name) + edits,
                             {{tr("Reload"), [this] { reload(); }},
                              {tr("Keep mine"), [this] { keep_mine(); }},
                              {tr("Show what differs"), [this] { show_differences(); }, true}});
}

/// Saving over the other version is what is asked for then; it is kept among the versions all the
/// same.
void EditorWindow::keep_mine() {
    comfort_->watch->accept();
    file_bytes_ = comfort_->watch->on_disk();
    count_as_unsaved();
}

/// Only here is it left: closing asks, and a crash does not lose it.
void EditorWindow::count_as_unsaved() {
    document_.history().resetClean();
    journal_.flush();
}

/// As a step of the history: what was here before is one Undo away.
void EditorWindow::reload() {
    const QByteArray bytes = comfort_->watch->on_disk();
    engine::ReadGraph read =
        engine::read_graph(bytes.toStdString(), document_.file().toStdString());
    problems_->set_graph_problems(read.problems);
    if (engine::any_errors(read.problems)) {
        comfort_->file_bar->tell(
            tr("The file on disk is no graph any more: see the problems. What you see is kept."),
            {{tr("Keep mine"), [this] { keep_mine(); }}});
        return;
    }
    document_.edit(tr("Reload"), [&](engine::Graph& graph) { graph = std::move(read.graph); });
    document_.history().setClean();
    note_file();
    tell(tr("Reloaded."));
}

/// What the file held each time before it was saved over, newest first.
void EditorWindow::make_versions_menu(QMenu* menu) {
    QMenu* earlier = menu->addMenu(tr("Earlier &versions"));
    earlier->setObjectName("versions");
    connect(earlier, &QMenu::aboutToShow, this, [this, earlier] {
        earlier->clear();
        for (const QString& version : versions_.of(document_.file())) {
            const QString when =
                QLocale().toString(QFileInfo(version).lastModified(), QLocale::ShortFormat);
            connect(earlier->addAction(tr("Saved over at %1").arg(when)), &QAction::triggered, this,
                    [this, version] { open_version(version); });
        }
        if (earlier->isEmpty()) earlier->addAction(tr("None yet"))->setEnabled(false);
    });
}

bool EditorWindow::open_version(const QString& version) {
    engine::ReadGraph read = engine::load_graph(version.toStdString());
    if (engine::any_errors(read.problems)) {
        problems_->set_graph_problems(read.problems);
        tell(tr("That version can't be read: see the problems."));
        return false;
    }
    document_.edit(tr("Earlier version"),
                   [&](engine::Graph& graph) { graph = std::move(read.graph); });
    tell(tr("This is the earlier version; Undo brings back what was here."));
    return true;
}

void EditorWindow::show_differences() {
    const engine::ReadGraph read = engine::read_graph(comfort_->watch->on_disk().toStdString(),
                                                      document_.file().toStdString());
    QStringList lines;
    if (engine::any_errors(read.problems)) {
        for (const engine::Problem& problem : read.problems)
            lines << QString::fromStdString(engine::to_text(problem));
    } else {
        for (const engine::Difference& one : engine::diff(document_.graph(), read.graph)) {
            const QString where = QString::fromStdString(one.where);
            switch (one.kind) {
                case engine::DiffKind::Added:
                    lines << tr("only on disk:  %1  %2").arg(where, shown(one.after));
                    break;
                case engine::DiffKind::Removed:
                    lines << tr("only here:  %1  %2").arg(where, shown(one.before));
                    break;
                case engine::DiffKind::Changed:
                    lines << tr("%1:  here %2, on disk %3")
                                 .arg(where, shown(one.before), shown(one.after));
                    break;
            }
        }
        if (lines.isEmpty())
            lines << tr("Both mean the same: only places, titles, notes or the form differ.");
    }
    auto* dialog = new QDialog(this);
    dialog->setObjectName("differences");
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setWindowTitle(tr("What differs"));
    auto* text = new QPlainTextEdit(lines.join('\n'));
    text->setReadOnly(true);
    text->setLineWrapMode(QPlainTextEdit::NoWrap);
    text->setAccessibleName(tr("What differs"));
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close);
    connect(buttons, &QDialogButtonBox::rejected, dialog, &QDialog::reject);
    auto* column = new QVBoxLayout(dialog);
    column->addWidget(text, 1);
    column->addWidget(buttons);
    dialog->resize(760, 420);
    dialog->show();
}

}  // namespace millrace::editor
