// Below a node's parameters: its problems with their fixes, what it did in the run, its inputs and
// outputs with what passed last, what it wrote, and its reference page. Asks the worker for
// sketches only while the section of inputs and outputs is open. Window thread only.
#pragma once

#include <QWidget>
#include <map>

#include "editor/canvas/canvas_scene.hpp"
#include "editor/session/run_monitor.hpp"

class QLabel;
class QPlainTextEdit;

namespace millrace::editor {

class Section;
class SketchBars;

class NodeDetail : public QWidget {
    Q_OBJECT

public:
    explicit NodeDetail(Document* document, QWidget* parent = nullptr);
    ~NodeDetail() override;

    void set_run(RunMonitor* monitor, Session* session);
    /// An empty id: no node, and nothing is asked of the worker.
    void show_node(const GraphPath& path, const std::string& id,
                   std::shared_ptr<const Catalogue> catalogue);
    void set_problems(const std::vector<engine::Problem>& problems);
    /// The figures as text, a line each.
    QString figures() const;

Q_SIGNALS:
    void look_wanted(const millrace::engine::Endpoint& output);
    void help_wanted(const QString& type);
    /// A node is to be chosen for an input.
    void connection_wanted(const millrace::editor::PortRef& input);

private:
    struct Port {
        engine::Endpoint output;  ///< of the graph shown, whose packets it sees
        int subscription = 0;
        QLabel* text = nullptr;
        SketchBars* bars = nullptr;
    };
    const engine::Graph* graph() const { return document_->graph_at(path_); }
    std::string prefix() const;
    void rebuild_problems();
    void rebuild_ports();
    void add_port(Section* section, const QString& name, const std::string& type,
                  const QString& doc, const std::optional<engine::Endpoint>& output);
    void watch_ports();
    void refresh_run();
    void take(const SeenPacket& packet);

    Document* document_;
    RunMonitor* monitor_ = nullptr;
    Session* session_ = nullptr;
    std::shared_ptr<const Catalogue> catalogue_;
    GraphPath path_;
    std::string id_;
    std::vector<engine::Problem> problems_;
    std::vector<Port> ports_;
    std::string shown_ports_;  ///< what the section of ports was made of
    Section *problem_section_, *figures_section_, *ports_section_, *log_section_,
        *reference_section_;
    QLabel* figures_;
    QLabel* reference_;
    QPlainTextEdit* log_;
};

}  // namespace millrace::editor
