// The editor's window: canvas in the middle, inspector, wires, problems and log around it, and the
// commands that join them. Owns the document and the session with the worker. Window thread only.
#pragma once

#include <QMainWindow>
#include <QTimer>

#include "editor/catalogue/catalogue.hpp"
#include "editor/document/document.hpp"
#include "editor/document/journal.hpp"
#include "editor/session/session.hpp"
#include "viewers/registry.hpp"
#include "viewers/theme.hpp"

class QLabel;
class QPlainTextEdit;
class QProgressBar;
class QStackedWidget;

namespace millrace::editor {

class CanvasScene;
class CanvasView;
struct Comfort;
class CompareDialog;
class Inspector;
class NumericWires;
class Previews;
class ProblemsPanel;
class RunMonitor;
class RunOverlay;
class RunScrubber;
class RunsPanel;
class SearchPalette;
class WelcomePage;
class WireHover;
class WirePanel;
struct PortRef;

class EditorWindow : public QMainWindow {
    Q_OBJECT

public:
    /// `worker` starts a worker; empty: the program `millrace` beside this one.
    explicit EditorWindow(QStringList worker = {}, QWidget* parent = nullptr);
    ~EditorWindow() override;

    Document& document() { return document_; }
    Session& session() { return session_; }
    CanvasView* canvas() const { return view_; }
    CanvasScene* scene() const { return scene_; }
    Inspector* inspector() const { return inspector_; }
    WirePanel* wires() const { return wires_; }
    ProblemsPanel* problems() const { return problems_; }
    SearchPalette* palette_popup() const { return search_; }
    RunMonitor* monitor() const { return monitor_; }
    RunOverlay* overlay() const { return overlay_; }
    WireHover* hover() const { return hover_; }
    Previews* previews() const { return previews_; }
    RunsPanel* runs() const { return runs_; }
    RunScrubber* scrubber() const { return scrubber_; }
    NumericWires* numeric_wires() const { return numeric_; }
    /// Palette of commands, keys, help, bars over the canvas.
    const Comfort& comfort() const { return *comfort_; }
    /// Null until two runs were compared.
    CompareDialog* comparison() const { return comparison_; }

    /// Asks about unsaved changes first. False when the file can't be opened or the user says no.
    bool open(const QString& file);
    /// What the file held earlier takes the document's place, as a step that Undo takes back.
    bool open_version(const QString& version);
    /// A copy of a ready-made graph, without a file of its own.
    bool open_template(const QString& file, bool run);
    /// Work that was not saved when its editor ended.
    bool recover(const Recovered& recovered);
    bool shows_welcome() const;
    bool save();
    bool save_as();
    void run(const QStringList& until = {});
    /// Runs until these frozen nodes, given as the run names them, and keeps what they give.
    void run_to_freeze(const QStringList& nodes);
    /// Wires behind `branch` are painted by their error against those behind `reference`, both
    /// nodes of the run.
    void set_reference_branch(const QString& reference, const QString& branch);
    /// Opens the help at a page: "first-steps", "nodes/points.crop", "graphs/fusion"; at its first
    /// page when `page` is empty, and at a page that says so when there is none of that name.
    void show_help(const QString& page = {});
    /// An action by its object name, as in "run".
    QAction* action(const QString& name) const { return findChild<QAction*>(name); }

protected:
    void showEvent(QShowEvent* event) override;
    void changeEvent(QEvent* event) override;
    void closeEvent(QCloseEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

private:
    /// The menu in which the action of this name stands; null when in none.
    QMenu* menu_with(const char* action) const;
    QAction* add(QWidget* menu, const char* name, const QString& text,
                 const QList<QKeySequence>& keys, std::function<void()> work);
    void make_docks();
    void make_file_menu();
    void make_versions_menu(QMenu* menu);
    void make_edit_menu();
    void make_view_menu();
    void make_run_menu();
    void draw_run_icons();
    /// The selected nodes as the run names them: of each call that leads to the graph shown.
    QStringList selected_in_run() const;
    void make_graph_menu();
    void make_state_menu(QMenu* menu);
    void toggle_frozen();
    void make_breadcrumbs();
    void enter_subgraph();
    void leave_subgraph();
    void add_backdrop();
    void add_note();
    void connect_canvas();
    void connect_session();
    void take_catalogue(std::shared_ptr<const Catalogue> catalogue);
    void make_running();
    void make_running_actions();
    void make_slot_actions();
    void make_runs();
    void make_runs_actions();
    void show_runs_place();
    void ask_to_record(RunRequest& request) const;
    void open_run(const QString& folder);
    void resume_run(const QString& folder);
    void set_reference_run(const QString& folder);
    void choose_branches();
    void compare_runs(const QString& a, const QString& b);
    void send_to_viewer(const engine::Endpoint& output);
    void look_at(const engine::Endpoint& output);
    void show_viewed();
    void run_from();
    void toggle_previews();
    void show_progress();
    void show_state();
    void update_title();
    bool may_leave();
    bool save_to(const QString& file);
    void show_canvas();
    void make_welcome();
    void add_node(const QString& type, QPointF place, const QString& port);
    void make_comfort();
    void make_comfort_actions();
    void make_help_menu();
    void make_worker_menu();
    void keep_mine();
    void count_as_unsaved();
    void watch_file();
    void note_file();
    void tell_of_disk();
    void reload();
    void show_differences();
    bool open_picture(const QString& file);
    void export_picture();
    void show_settings(int page);
    void toggle_log();
    void make_arrange_menu();
    void search_splice(const engine::Wire& wire, QPointF place);
    void end_splice(engine::Graph& graph, const engine::Wire& wire, const std::string& added,
                    const std::string& input);
    void connect_selected();
    void select_place(const QString& where);
    void tell(const QString& text);

    Document document_;
    Journal journal_;
    Versions versions_;
    Session session_;
    QStackedWidget* stack_;
    WelcomePage* welcome_;
    std::shared_ptr<const Catalogue> catalogue_;
    viewers::Registry viewers_;
    CanvasScene* scene_;
    CanvasView* view_;
    Inspector* inspector_;
    WirePanel* wires_;
    ProblemsPanel* problems_;
    SearchPalette* search_;
    RunMonitor* monitor_ = nullptr;
    RunOverlay* overlay_ = nullptr;
    WireHover* hover_ = nullptr;
    Previews* previews_ = nullptr;
    RunsPanel* runs_ = nullptr;
    RunScrubber* scrubber_ = nullptr;
    NumericWires* numeric_ = nullptr;
    CompareDialog* comparison_ = nullptr;
    bool laid_out_ = false;      ///< shown once, so that the docks have sizes
    QString runs_of_;            ///< the file whose runs are listed
    bool freezing_ = false;      ///< the run that was asked for last is to freeze nodes
    bool diverge_next_ = false;  ///< the comparison under way is to show where the runs part
    QPlainTextEdit* log_;
    QLabel* state_;
    QWidget* breadcrumbs_ = nullptr;
    QProgressBar* progress_;
    QTimer validate_timer_;
    QByteArray file_bytes_;             ///< of the file as it was read or written last
    std::unique_ptr<PortRef> pending_;  ///< the wire that waits for the node chosen in the palette
    std::unique_ptr<Comfort> comfort_;
    std::unique_ptr<engine::Wire> splice_;  ///< the wire in whose middle that node is put
};

}  // namespace millrace::editor
