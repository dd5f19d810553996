// The selected node: the form made from its type's table alone, and below it what is known of the
// node otherwise. Each change is an edit of the document; while a graph runs, hot parameters also
// go to the worker. Window thread only.
#pragma once

#include <QScrollArea>
#include <functional>
#include <map>

#include "editor/canvas/canvas_scene.hpp"

class QVBoxLayout;

namespace millrace::editor {

class NodeDetail;
class ParamRow;
class RunMonitor;
class Session;

class Inspector : public QScrollArea {
    Q_OBJECT

public:
    Inspector(Document* document, QWidget* parent = nullptr);

    void set_catalogue(std::shared_ptr<const Catalogue> catalogue);
    /// Shows a node of the graph at a path; nothing when `id` is empty.
    void show_node(const GraphPath& path, const std::string& id);
    const std::string& node() const { return id_; }
    /// Where figures and sketches come from.
    void set_run(RunMonitor* monitor, Session* session);
    /// All that are known now, of any node.
    void set_problems(const std::vector<engine::Problem>& problems);
    NodeDetail* detail() const { return detail_; }
    /// The row of a parameter; null when the node has none of that name.
    ParamRow* row(const std::string& param) const;
    /// Shows a parameter at the outside of its graph, or no longer. On the document itself it is
    /// what a run's --set names.
    void toggle_outside(const std::string& param);
    /// The parameter whose field has the keyboard; empty when none has.
    std::string focused_param() const;

Q_SIGNALS:
    /// A hot parameter has another value now.
    void hot_parameter_changed(const QString& node, const QString& name,
                               const millrace::engine::Value& value);
    void help_wanted(const QString& type);
    /// An output of the graph shown is to be looked at.
    void look_wanted(const millrace::engine::Endpoint& output);
    /// A node is to be chosen for an input.
    void connection_wanted(const millrace::editor::PortRef& input);

private:
    void rebuild();
    void commit_typed();
    void refresh();
    void change(const ParamRow& row, const engine::Value& value);
    const engine::GraphNode* graph_node() const;
    void add_head(QVBoxLayout* column, const engine::GraphNode& node, const engine::NodeType* type);
    void add_params(QVBoxLayout* column, const engine::NodeType& type);
    void add_promoted(QVBoxLayout* column, const engine::GraphNode& call);
    void add_row(QVBoxLayout* column, const engine::ParamSpec& spec, const engine::Value& standard);

    Document* document_;
    std::shared_ptr<const Catalogue> catalogue_;
    GraphPath path_;
    std::string id_;
    std::string shown_type_;
    std::map<std::string, ParamRow*> rows_;
    NodeDetail* detail_;
    QVBoxLayout* form_;  ///< what is made anew for each node
};

}  // namespace millrace::editor
