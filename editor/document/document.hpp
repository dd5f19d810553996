// One graph that is being edited: the document's value, its file, and the history of its changes.
// Everything that shows the graph reads it here and changes it through edit(), so that one history
// covers all there is: nodes, wires, places, subgraphs. Owned by the window; window thread only.
#pragma once

#include <QObject>
#include <QString>
#include <QUndoStack>
#include <functional>
#include <vector>

#include "engine/graph/graph.hpp"
#include "engine/problem.hpp"

namespace millrace::editor {

/// Names of subgraphs from the outermost inwards, each declared in the one before; empty for the
/// document's own graph.
using GraphPath = std::vector<std::string>;

/// The graph at a path; null when there is none.
const engine::Graph* graph_at(const engine::Graph& graph, const GraphPath& path);
engine::Graph* graph_at(engine::Graph& graph, const GraphPath& path);

class Document : public QObject {
    Q_OBJECT

public:
    using Change = std::function<void(engine::Graph&)>;

    explicit Document(QObject* parent = nullptr);

    const engine::Graph& graph() const { return graph_; }
    const engine::Graph* graph_at(const GraphPath& path) const {
        return editor::graph_at(graph_, path);
    }

    /// Runs `change` on a copy of the graph; what differs then becomes one step of the history,
    /// named `text`. Steps that follow each other with the same `merge` key (not empty) become one:
    /// a slider that is dragged. False, and no step, when nothing differs.
    bool edit(const QString& text, const Change& change, const QString& merge = {});
    /// The same for one of the nested graphs; nothing happens when there is none at the path.
    bool edit_at(const GraphPath& path, const QString& text, const Change& change,
                 const QString& merge = {});
    /// The next step is not merged with the last one.
    void end_merging();
    /// Undo, redo, and the list of steps. Its clean state is that of the file.
    QUndoStack& history() { return history_; }
    bool is_modified() const { return !history_.isClean(); }

    /// Absolute; empty when the document was never saved.
    const QString& file() const { return file_; }
    /// The title in the graph's meta data, or the file's name.
    QString title() const;

    /// Begins anew with this graph: an empty history.
    void start(engine::Graph graph, const QString& file);
    /// Reads a file. What is wrong with it is returned; when it holds errors that make it no
    /// document at all, nothing changes and `opened` is false.
    struct Opened {
        bool opened = false;
        std::vector<engine::Problem> problems;
    };
    Opened open(const QString& file);
    /// Writes atomically. Throws engine::Error (E-FILE-00x), and everything stays as it was.
    void save(const QString& file);

Q_SIGNALS:
    /// The graph differs; `meaning` is false when only places, backdrops or notes do.
    void changed(bool meaning);
    /// Another document is here now; changed() is not sent besides.
    void started();
    /// Name, or whether it is modified.
    void file_changed();

private:
    class Step;
    void put(engine::Graph graph, bool meaning);

    engine::Graph graph_;
    QString file_;
    QUndoStack history_;
    int merging_ = 0;  ///< changes when steps are to be kept apart
};

}  // namespace millrace::editor
