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
class Inspector;
class ProblemsPanel;
class SearchPalette;
class WelcomePage;
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

    /// Asks about unsaved changes first. False when the file can't be opened or the user says no.
    bool open(const QString& file);
    /// A copy of a ready-made graph, without a file of its own.
    bool open_template(const QString& file, bool run);
    /// Work that was not saved when its editor ended.
    bool recover(const Recovered& recovered);
    bool shows_welcome() const;
    bool save();
    bool save_as();
    void run(const QStringList& until = {});
    /// An action by its object name, as in "run".
    QAction* action(const QString& name) const { return findChild<QAction*>(name); }

protected:
    void closeEvent(QCloseEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

private:
    QAction* add(QWidget* menu, const char* name, const QString& text,
                 const QList<QKeySequence>& keys, std::function<void()> work);
    void make_docks();
    void make_file_menu();
    void make_edit_menu();
    void make_view_menu();
    void make_run_menu();
    void make_graph_menu();
    void make_breadcrumbs();
    void enter_subgraph();
    void leave_subgraph();
    void add_backdrop();
    void add_note();
    void connect_canvas();
    void connect_session();
    void take_catalogue(std::shared_ptr<const Catalogue> catalogue);
    void take_figures(const engine::Value& figures);
    void show_state();
    void update_title();
    bool may_leave();
    bool save_to(const QString& file);
    void show_canvas();
    void make_welcome();
    void add_node(const QString& type, QPointF place, const QString& port);
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
    QPlainTextEdit* log_;
    QLabel* state_;
    QWidget* breadcrumbs_ = nullptr;
    QProgressBar* progress_;
    QTimer validate_timer_;
    QByteArray file_bytes_;             ///< of the file as it was read or written last
    std::unique_ptr<PortRef> pending_;  ///< the wire that waits for the node chosen in the palette
};

}  // namespace millrace::editor
