// The form of the selected node, made from its type's table alone. Each change is an edit of the
// document; while a graph runs, hot parameters also go to the worker. Window thread only.
#pragma once

#include <QScrollArea>
#include <functional>
#include <map>

#include "editor/canvas/canvas_scene.hpp"

class QVBoxLayout;

namespace millrace::editor {

class ParamRow;

class Inspector : public QScrollArea {
    Q_OBJECT

public:
    Inspector(Document* document, QWidget* parent = nullptr);

    void set_catalogue(std::shared_ptr<const Catalogue> catalogue);
    /// Shows a node of the graph at a path; nothing when `id` is empty.
    void show_node(const GraphPath& path, const std::string& id);
    const std::string& node() const { return id_; }
    /// The row of a parameter; null when the node has none of that name.
    ParamRow* row(const std::string& param) const;

Q_SIGNALS:
    /// A hot parameter has another value now.
    void hot_parameter_changed(const QString& node, const QString& name,
                               const millrace::engine::Value& value);
    void help_wanted(const QString& type);

private:
    void rebuild();
    void refresh();
    void change(const engine::ParamSpec& spec, const engine::Value& value);
    const engine::GraphNode* graph_node() const;
    void add_head(QVBoxLayout* column, const engine::GraphNode& node, const engine::NodeType* type);
    void add_params(QVBoxLayout* column, const engine::NodeType& type);

    Document* document_;
    std::shared_ptr<const Catalogue> catalogue_;
    GraphPath path_;
    std::string id_;
    std::string shown_type_;
    std::map<std::string, ParamRow*> rows_;
};

}  // namespace millrace::editor
