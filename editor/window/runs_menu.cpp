// What the window has around recorded runs: the list of runs, comparing two, wires painted by their
// error, going through a run's items, and what is recorded.
#include <QActionGroup>
#include <QDir>
#include <QDockWidget>
#include <QFileInfo>
#include <QMenuBar>
#include <QSettings>
#include <QStackedWidget>
#include <QVBoxLayout>
#include <algorithm>

#include "editor/canvas/canvas_view.hpp"
#include "editor/panels/problems_panel.hpp"
#include "editor/panels/runs_panel.hpp"
#include "editor/panels/wire_panel.hpp"
#include "editor/runs/compare_dialog.hpp"
#include "editor/runs/numeric_wires.hpp"
#include "editor/runs/run_scrubber.hpp"
#include "editor/session/run_monitor.hpp"
#include "editor/window/window.hpp"

namespace millrace::editor {
void EditorWindow::make_runs() {
    runs_ = new RunsPanel;
    auto* dock = new QDockWidget(tr("Runs"), this);
    dock->setObjectName("runs");
    dock->setWidget(runs_);
    addDockWidget(Qt::BottomDockWidgetArea, dock);
    if (auto* problems = findChild<QDockWidget*>("problems")) {
        tabifyDockWidget(problems, dock);
        problems->raise();
    }
    numeric_ = new NumericWires(view_, this);
    // The timeline lies under the canvas.
    QWidget* middle = takeCentralWidget();
    auto* column = new QWidget;
    auto* layout = new QVBoxLayout(column);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(middle, 1);
    scrubber_ = new RunScrubber(&session_, scene_, wires_, numeric_);
    layout->addWidget(scrubber_);
    setCentralWidget(column);
    middle->show();

    connect(runs_, &RunsPanel::told, this, [this](const QString& text) { tell(text); });
    connect(runs_, &RunsPanel::open_wanted, this, &EditorWindow::open_run);
    connect(runs_, &RunsPanel::resume_wanted, this, &EditorWindow::resume_run);
    connect(runs_, &RunsPanel::scrub_wanted, scrubber_, &RunScrubber::open);
    connect(runs_, &RunsPanel::reference_chosen, this, &EditorWindow::set_reference_run);
    connect(runs_, &RunsPanel::compare_wanted, this, &EditorWindow::compare_runs);
    connect(scrubber_, &RunScrubber::told, this, [this](const QString& text) { tell(text); });
    connect(scrubber_, &RunScrubber::closed, this, [this] {
        numeric_->set_run(monitor_->folder());
        Q_EMIT monitor_->changed();  // the last run's state again
    });
    connect(&session_, &Session::run_started, this, [this](int, const QString& out) {
        scrubber_->close_run();
        runs_->add_own(out);
        show_runs_place();
    });
    connect(&session_, &Session::run_ended, this, [this](const QString&, const QString& out) {
        if (!out.isEmpty() && !scrubber_->is_open() && monitor_->is_of_document())
            numeric_->set_run(out);
        runs_->refresh();
    });
    connect(monitor_, &RunMonitor::changed, this, [this] {
        if (!monitor_->is_live()) return;
        std::uint64_t items = 0;
        for (const auto& [name, node] : monitor_->nodes()) items = std::max(items, node.items);
        runs_->set_live(monitor_->folder(), monitor_->seconds(), items);
    });
    connect(&document_, &Document::file_changed, this, [this] {
        if (document_.file() != runs_of_) show_runs_place();
    });
    connect(&document_, &Document::started, this, [this] {
        // What belongs to another graph says nothing of this one.
        runs_->forget_graph();
        numeric_->clear_branches();
        numeric_->set_reference({});
        numeric_->set_run({});
        show_runs_place();
    });
    make_runs_actions();
    show_runs_place();
}

void EditorWindow::make_runs_actions() {
    QMenu* runs = menu_with("run");
    QMenu* views = menu_with("show_all");
    runs->addSeparator();
    for (const auto& [name, text, tip, standard] :
         {std::tuple{"record_sketches", tr("Record s&ketches of all wires"),
                     tr("About a kilobyte a packet: enough to compare runs and to go back through "
                        "them"),
                     true},
          std::tuple{"record_visuals", tr("Record &visuals of viewed wires"),
                     tr("What the viewers show, so that going through the run shows it again"),
                     false},
          std::tuple{"keep_packets", tr("Keep whole pac&kets of all wires"),
                     tr("Comparisons are exact then, and cases hold their inputs; takes as much "
                        "room as the data"),
                     false}}) {
        QAction* made = add(runs, name, text, {}, [] {});
        made->setCheckable(true);
        made->setToolTip(tip);
        const QString key = QString("runs/") + name;
        made->setChecked(QSettings().value(key, standard).toBool());
        connect(made, &QAction::toggled, this, [key](bool on) { QSettings().setValue(key, on); });
    }
    runs->addSeparator();
    add(runs, "find_divergence", tr("Find where it &diverges from the reference"),
        {QKeySequence("Ctrl+Shift+D")}, [this] {
            const QString run = numeric_->run();
            if (runs_->reference().isEmpty() || run.isEmpty() || run == runs_->reference())
                return tell(tr("Choose a reference in the Runs panel, then run the graph again."));
            diverge_next_ = true;
            compare_runs(runs_->reference(), run);
        });
    views->addSeparator();
    auto* errors = views->addMenu(tr("Paint wires by &error"));
    auto* group = new QActionGroup(this);
    for (const auto& [by, name, text] :
         {std::tuple{ErrorBy::Off, "wire_error_off", tr("&Off")},
          std::tuple{ErrorBy::Sqnr, "wire_error_sqnr", tr("&SQNR")},
          std::tuple{ErrorBy::Cosine, "wire_error_cosine", tr("&Cosine")},
          std::tuple{ErrorBy::Saturation, "wire_error_saturation", tr("S&aturation")}}) {
        QAction* made = add(errors, name, text, {}, [this, by = by] { numeric_->set_by(by); });
        made->setCheckable(true);
        made->setChecked(by == ErrorBy::Off);
        group->addAction(made);
    }
    errors->addSeparator();
    add(errors, "reference_branch", tr("Against another &branch…"), {},
        [this] { choose_branches(); })
        ->setToolTip(
            tr("Select the first node or subgraph of each of two branches that do the same"));
    views->addAction(findChild<QDockWidget*>("runs")->toggleViewAction());
}

/// Of the two selected nodes one begins the reference; which one is asked.
void EditorWindow::choose_branches() {
    const QStringList selected = selected_in_run();
    if (selected.size() != 2) {
        numeric_->clear_branches();
        return tell(
            tr("The reference is a run again. For two branches of one run select the first "
               "node of each."));
    }
    QMenu menu;
    for (const QString& name : selected)
        menu.addAction(tr("“%1” is the reference").arg(name))->setData(name);
    const QAction* chosen = menu.exec(QCursor::pos());
    if (!chosen) return;
    const QString reference = chosen->data().toString();
    set_reference_branch(reference, selected[0] == reference ? selected[1] : selected[0]);
}

void EditorWindow::set_reference_branch(const QString& reference, const QString& branch) {
    if (!numeric_->set_branches(reference.toStdString(), branch.toStdString()))
        return tell(tr("No wire of “%1” has a counterpart behind “%2”.").arg(branch, reference));
    if (numeric_->by() == ErrorBy::Off) action("wire_error_sqnr")->trigger();
    tell(tr("“%1” is compared with “%2” in this run and the next ones.").arg(branch, reference));
}

/// Where this graph's runs are looked for: beside it, and where the worker puts them.
void EditorWindow::show_runs_place() {
    runs_of_ = document_.file();
    QStringList folders;
    if (!runs_of_.isEmpty()) folders << QFileInfo(runs_of_).absolutePath() + "/runs";
    folders << QDir::currentPath() + "/runs";
    if (!monitor_->folder().isEmpty()) folders << QFileInfo(monitor_->folder()).absolutePath();
    folders.removeDuplicates();
    runs_->set_place(folders, runs_of_);
}

/// What the menu asks to be recorded.
void EditorWindow::ask_to_record(RunRequest& request) const {
    if (action("record_sketches")->isChecked()) request.sketches = {"all"};
    if (action("keep_packets")->isChecked()) request.keep = {"all"};
    if (!action("record_visuals")->isChecked()) return;
    for (const engine::Endpoint& output : wires_->outputs())
        request.record_visuals << QString::fromStdString(to_text(output));
}

void EditorWindow::open_run(const QString& folder) {
    if (!may_leave()) return;
    try {
        engine::Graph graph =
            anchored(graph_of_run(folder), read_entry(folder.toStdString()).graph_file);
        const QString name = QFileInfo(folder).fileName();
        graph.meta["title"] = tr("Run %1").arg(name).toStdString();
        document_.start(std::move(graph), {});
        runs_->add_own(folder);
        runs_->refresh();
        view_->show_all();
    } catch (const engine::Error& error) {
        problems_->set_graph_problems({error.problem()});
        tell(tr("The run's graph can't be opened: see the problems."));
    }
}

void EditorWindow::resume_run(const QString& folder) {
    if (session_.is_running()) return tell(tr("Another run is under way."));
    try {
        // What goes on is the graph that ran, whatever became of it on the canvas.
        const engine::Graph graph = graph_of_run(folder);
        const RunEntry entry = read_entry(folder.toStdString());
        const QString& file = entry.graph_file;
        // A checkpoint belongs to its seed and its nodes.
        RunRequest request{.until = entry.until,
                           .seed = static_cast<std::uint64_t>(entry.seed),
                           .out = folder,
                           .resume = true};
        ask_to_record(request);
        request.record_visuals.clear();
        session_.run(graph, QFileInfo(file).isAbsolute() ? file : document_.file(), request);
    } catch (const engine::Error& error) {
        problems_->add_run_problem(error.problem());
        tell(QString::fromStdString(error.problem().what));
    }
}

void EditorWindow::set_reference_run(const QString& folder) {
    runs_->set_reference(folder);
    numeric_->clear_branches();
    numeric_->set_reference(folder);
    if (folder.isEmpty()) return;
    tell(tr("%1 is the reference: View > Paint wires by error shows how far others are from it.")
             .arg(QFileInfo(folder).fileName()));
}

void EditorWindow::compare_runs(const QString& a, const QString& b) {
    if (!comparison_) {
        comparison_ = new CompareDialog(this);
        connect(comparison_, &CompareDialog::place_wanted, this, &EditorWindow::select_place);
        connect(comparison_, &CompareDialog::compared, this, [this] {
            if (!std::exchange(diverge_next_, false) || comparison_->go_to_divergence()) return;
            const QString& problem = comparison_->result().problem;
            tell(problem.isEmpty()
                     ? tr("The run agrees with the reference wherever both were recorded.")
                     : problem);
        });
    }
    comparison_->compare(a, b);
    comparison_->show();
    comparison_->raise();
}

}  // namespace millrace::editor
