#include "editor/window/window.hpp"

#include <QCloseEvent>
#include <QCoreApplication>
#include <QDragEnterEvent>
#include <QLabel>
#include <QMimeData>
#include <QPlainTextEdit>
#include <QProgressBar>
#include <QSettings>
#include <QStackedWidget>
#include <QStatusBar>

#include "editor/canvas/canvas_view.hpp"
#include "editor/canvas/items.hpp"
#include "editor/document/edits.hpp"
#include "editor/inspector/inspector.hpp"
#include "editor/panels/problems_panel.hpp"
#include "editor/panels/search_palette.hpp"
#include "editor/panels/wire_panel.hpp"
#include "editor/session/run_monitor.hpp"
#include "editor/session/run_names.hpp"
#include "editor/window/comfort.hpp"
#include "editor/window/welcome_page.hpp"

namespace millrace::editor {
namespace {

QStringList worker_beside_us() {
    return {QCoreApplication::applicationDirPath() + "/millrace", "worker"};
}

}  // namespace

EditorWindow::EditorWindow(QStringList worker, QWidget* parent)
    : QMainWindow(parent),
      journal_(&document_),
      session_(worker.isEmpty() ? worker_beside_us() : std::move(worker)),
      stack_(new QStackedWidget),
      welcome_(new WelcomePage),
      catalogue_(std::make_shared<const Catalogue>()),
      scene_(new CanvasScene(&document_, this)),
      view_(new CanvasView(scene_)),
      search_(new SearchPalette(this)) {
    viewers::add_viewers(viewers_);
    setObjectName("millrace-editor");
    setAcceptDrops(true);
    stack_->addWidget(welcome_);
    stack_->addWidget(view_);
    setCentralWidget(stack_);
    make_welcome();
    make_docks();
    make_file_menu();
    make_edit_menu();
    make_graph_menu();
    make_arrange_menu();
    make_run_menu();
    make_breadcrumbs();
    make_view_menu();
    make_running();
    make_runs();
    make_comfort();
    connect_canvas();
    connect_session();
    resize(1600, 980);
    const QSettings settings;
    restoreGeometry(settings.value("editor/geometry").toByteArray());
    restoreState(settings.value("editor/state").toByteArray());
    if (auto kept = Catalogue::kept()) take_catalogue(std::move(kept));
    connect(&document_, &Document::file_changed, this, [this] { update_title(); });
    connect(&document_, &Document::started, this, [this] {
        show_canvas();
        validate_timer_.start();
    });
    connect(&journal_, &Journal::failed, this, [this](const QString& why) {
        tell(tr("Changes can't be kept beside the settings: %1").arg(why));
    });
    connect(&document_, &Document::changed, this, [this](bool meaning) {
        update_title();
        if (meaning) validate_timer_.start();
    });
    validate_timer_.setSingleShot(true);
    validate_timer_.setInterval(300);
    connect(&validate_timer_, &QTimer::timeout, this, [this] {
        if (!document_.graph().nodes.empty())
            session_.validate(document_.graph(), document_.file());
        else
            problems_->set_graph_problems({});
    });
    update_title();
    show_state();
    // The window first: the worker loads its plug-ins beside it.
    QTimer::singleShot(0, this, [this] { session_.start(); });
}

EditorWindow::~EditorWindow() {
    session_.disconnect(this);
    document_.disconnect(this);
}

void EditorWindow::connect_canvas() {
    connect(scene_, &CanvasScene::selection_is_changed, this, [this] {
        const auto selected = scene_->selected_nodes();
        inspector_->show_node(scene_->path(),
                              selected.size() == 1 ? selected.front() : std::string());
    });
    connect(scene_, &CanvasScene::wire_activated, this,
            [this](const engine::Endpoint& output) { look_at(output); });
    connect(scene_, &CanvasScene::hint, this, [this](const QString& text) { tell(text); });
    const auto search = [this](QPointF place) {
        // Of a wire that is selected alone, what fits into it.
        const auto wires = scene_->selected_wires();
        if (wires.size() == 1 && scene_->selected_nodes().empty())
            return search_splice(wires.front(), place);
        search_->open(catalogue_, view_->mapToGlobal(view_->mapFromScene(place)), place);
    };
    connect(scene_, &CanvasScene::search_wanted, this, search);
    connect(view_, &CanvasView::search_wanted, this, search);
    connect(scene_, &CanvasScene::wire_dropped, this, [this](const PortRef& from, QPointF place) {
        const NodeItem* item = scene_->node(from.node);
        if (!item) return;
        pending_ = std::make_unique<PortRef>(from);
        splice_.reset();
        search_->open(catalogue_, view_->mapToGlobal(view_->mapFromScene(place)), place, from,
                      from.output ? item->face().output(from.port) : item->face().input(from.port));
    });
    connect(search_, &SearchPalette::chosen, this, &EditorWindow::add_node);
    connect(wires_, &WirePanel::outputs_changed, this, [this] { show_viewed(); });
    connect(scene_, &CanvasScene::path_changed, this, [this] { show_viewed(); });
    connect(&document_, &Document::changed, this, [this](bool meaning) {
        if (meaning) show_viewed();
    });
    connect(wires_, &WirePanel::status, this, [this](const QString& text) { tell(text); });
    connect(problems_, &ProblemsPanel::place_wanted, this, &EditorWindow::select_place);
    connect(inspector_, &Inspector::hot_parameter_changed, this,
            [this](const QString& node, const QString& name, const engine::Value& value) {
                // What goes on may be the run of a document that was shown before.
                if (!monitor_->is_of_document()) return;
                // In a subgraph, of each call that leads here.
                for (const std::string& prefix : run_prefixes(document_.graph(), scene_->path()))
                    session_.set_parameter(QString::fromStdString(prefix) + node, name, value);
            });
}

void EditorWindow::connect_session() {
    connect(&session_, &Session::catalogue, this, [this](const engine::Value& tables) {
        take_catalogue(std::make_shared<const Catalogue>(tables));
        Catalogue::keep(tables);
        problems_->set_worker_problem({});
        validate_timer_.start();
    });
    connect(&session_, &Session::state_changed, this, [this] { show_state(); });
    connect(&session_, &Session::problems, this,
            [this](const std::vector<engine::Problem>& problems) {
                problems_->set_graph_problems(problems);
            });
    connect(&session_, &Session::run_started, this, [this](int, const QString& out) {
        problems_->clear_run_problems();
        log_->appendPlainText(tr("Run in %1").arg(out));
    });
    connect(&session_, &Session::event, this, [this](const engine::Value& event) {
        const engine::Value* kind = event.find("event");
        if (!kind || !kind->is_string()) return;
        const auto text = [&](const char* name) {
            const engine::Value* found = event.find(name);
            return found && found->is_string() ? found->as_string() : std::string();
        };
        if (kind->as_string() == "node_error")
            problems_->add_run_problem({.code = text("code"),
                                        .what = text("what"),
                                        .found = text("found"),
                                        .where = text("node")});
        if (kind->as_string() == "warning" || kind->as_string() == "log")
            log_->appendPlainText(QString::fromStdString(text("node") + ": " + text("text")));
    });
    connect(&session_, &Session::run_ended, this,
            [this](const QString& status, const QString& out) {
                log_->appendPlainText(tr("Run ended: %1 %2").arg(status, out));
                if (!std::exchange(freezing_, false)) return tell(tr("Run ended: %1").arg(status));
                tell(status == QLatin1String("succeeded")
                         ? tr("Frozen: the results of this run are kept until they are thawed.")
                         : tr("Nothing was frozen, as the run did not come to its end: %1")
                               .arg(status));
            });
    connect(&session_, &Session::died, this, [this](const engine::Problem& problem) {
        problems_->set_worker_problem(problem);
        tell(QString::fromStdString(problem.what));
    });
    connect(&session_, &Session::log, this,
            [this](const QString& text) { log_->appendPlainText(text.trimmed()); });
}

void EditorWindow::take_catalogue(std::shared_ptr<const Catalogue> catalogue) {
    catalogue_ = std::move(catalogue);
    scene_->set_catalogue(catalogue_);
    inspector_->set_catalogue(catalogue_);
}

void EditorWindow::show_state() {
    using State = Session::State;
    const State state = session_.state();
    const auto text = [&] {
        switch (state) {
            case State::Off:
                return tr("No worker");
            case State::Starting:
                return tr("Worker starts…");
            case State::Ready:
                return tr("Ready");
            case State::Running:
                return tr("Running");
            case State::Paused:
                return tr("Paused");
            case State::Stopping:
                return tr("Stopping…");
        }
        return QString();
    };
    state_->setText(text());
    progress_->setVisible(session_.is_running());
    action("run")->setEnabled(!session_.is_running());
    action("run_to")->setEnabled(!session_.is_running());
    action("stop")->setEnabled(session_.is_running());
    action("pause")->setEnabled(state == State::Running || state == State::Paused);
    action("pause")->setText(state == State::Paused ? tr("&Continue") : tr("&Pause"));
    action("step")->setEnabled(state == State::Paused);
    draw_run_icons();
}

void EditorWindow::update_title() {
    setWindowTitle(tr("%1[*] – Millrace").arg(document_.title()));
    setWindowFilePath(document_.file());
    setWindowModified(document_.is_modified());
}

void EditorWindow::tell(const QString& text) { statusBar()->showMessage(text); }

void EditorWindow::add_node(const QString& type, QPointF place, const QString& port) {
    const engine::NodeType* found = catalogue_->find(type.toStdString());
    if (!found) return;
    std::string added;
    const auto pending = std::move(pending_);
    const auto spliced = std::move(splice_);
    scene_->edit(tr("Add %1").arg(QString::fromStdString(found->spec.title)),
                 [&](engine::Graph& graph) {
                     added = editor::add_node(graph, found->spec.id, found->spec.version,
                                              {place.x(), place.y()});
                     if (!pending || port.isEmpty()) return;
                     if (spliced) return end_splice(graph, *spliced, added, port.toStdString());
                     const engine::Endpoint near{pending->node, pending->port};
                     const engine::Endpoint far{added, port.toStdString()};
                     if (pending->output)
                         editor::connect(graph, near, far);
                     else
                         editor::connect(graph, far, near);
                 });
    scene_->select_nodes({added});
}

void EditorWindow::select_place(const QString& where) {
    // "node, item 3", "node.port", "call/node.param": the longest part that is a node.
    std::string id = where.section(',', 0, 0).trimmed().toStdString();
    while (!id.empty() && !scene_->node(id)) {
        const auto cut = id.find_last_of("./");
        id = cut == id.npos ? std::string() : id.substr(0, cut);
    }
    if (id.empty()) return;
    scene_->select_nodes({id});
    view_->show_selection();
}

void EditorWindow::run(const QStringList& until) {
    if (document_.graph().nodes.empty()) {
        tell(tr("There is nothing to run: add nodes with Tab."));
        return;
    }
    RunRequest request{.until = until};
    freezing_ = false;
    ask_to_record(request);
    session_.run(document_.graph(), document_.file(), request);
}

QStringList EditorWindow::selected_in_run() const {
    QStringList nodes;
    for (const std::string& prefix : run_prefixes(document_.graph(), scene_->path()))
        for (const std::string& id : scene_->selected_nodes())
            nodes << QString::fromStdString(prefix + id);
    return nodes;
}

void EditorWindow::run_to_freeze(const QStringList& nodes) {
    RunRequest request{.until = nodes, .freeze = nodes};
    freezing_ = true;
    ask_to_record(request);
    session_.run(document_.graph(), document_.file(), request);
}

void EditorWindow::closeEvent(QCloseEvent* event) {
    if (!may_leave()) {
        event->ignore();
        return;
    }
    QSettings settings;
    settings.setValue("editor/geometry", saveGeometry());
    settings.setValue("editor/state", saveState());
    event->accept();
}

void EditorWindow::dragEnterEvent(QDragEnterEvent* event) {
    if (event->mimeData()->hasUrls()) event->acceptProposedAction();
}

void EditorWindow::dropEvent(QDropEvent* event) {
    for (const QUrl& url : event->mimeData()->urls()) {
        if (!url.isLocalFile()) continue;
        open(url.toLocalFile());
        return;
    }
}

}  // namespace millrace::editor
