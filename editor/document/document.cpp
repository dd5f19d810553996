#include "editor/document/document.hpp"

#include <QFileInfo>
#include <utility>

#include "engine/graph/bends.hpp"
#include "engine/graph/delta.hpp"

namespace millrace::editor {
namespace {

template <class G>
G* find_graph(G& graph, const GraphPath& path) {
    G* at = &graph;
    for (const std::string& name : path) {
        const auto found = at->subgraphs.find(name);
        if (found == at->subgraphs.end()) return nullptr;
        at = &found->second.graph;
    }
    return at;
}

}  // namespace

const engine::Graph* graph_at(const engine::Graph& graph, const GraphPath& path) {
    return find_graph(graph, path);
}

engine::Graph* graph_at(engine::Graph& graph, const GraphPath& path) {
    return find_graph(graph, path);
}

/// What one step keeps. The first redo() comes from pushing it and makes the change.
class Document::Step : public QUndoCommand {
public:
    Step(Document* document, const QString& text, engine::GraphDelta delta, QString merge)
        : QUndoCommand(text), document_(document), merge_(std::move(merge)) {
        merging_ = document->merging_;
        deltas_.push_back(std::move(delta));
    }

    int id() const override { return merge_.isEmpty() ? -1 : 1; }

    bool mergeWith(const QUndoCommand* other) override {
        const auto* next = static_cast<const Step*>(other);
        if (next->merge_ != merge_ || next->merging_ != merging_) return false;
        // One delta from the state before the first to that after the last.
        engine::Graph after = document_->graph_, before = after;
        for (auto delta = next->deltas_.rbegin(); delta != next->deltas_.rend(); ++delta)
            delta->revert(before);
        for (auto delta = deltas_.rbegin(); delta != deltas_.rend(); ++delta) delta->revert(before);
        deltas_.clear();
        deltas_.push_back(engine::GraphDelta::between(before, after));
        if (deltas_.front().empty()) setObsolete(true);
        return true;
    }

    void redo() override { change(true); }
    void undo() override { change(false); }

private:
    void change(bool forward) {
        engine::Graph graph = document_->graph_;
        bool meaning = false;
        for (const engine::GraphDelta& delta : deltas_) {
            meaning = meaning || !delta.is_layout_only();
            if (forward)
                delta.apply(graph);
            else
                delta.revert(graph);
        }
        document_->put(std::move(graph), meaning);
    }

    Document* document_;
    std::vector<engine::GraphDelta> deltas_;
    QString merge_;
    int merging_ = 0;
};

Document::Document(QObject* parent) : QObject(parent) {
    connect(&history_, &QUndoStack::cleanChanged, this, &Document::file_changed);
}

bool Document::edit(const QString& text, const Change& change, const QString& merge) {
    engine::Graph after = graph_;
    change(after);
    engine::GraphDelta delta = engine::GraphDelta::between(graph_, after);
    if (delta.empty()) return false;
    history_.push(new Step(this, text, std::move(delta), merge));
    return true;
}

bool Document::edit_at(const GraphPath& path, const QString& text, const Change& change,
                       const QString& merge) {
    return edit(
        text,
        [&](engine::Graph& graph) {
            if (engine::Graph* at = editor::graph_at(graph, path)) {
                change(*at);
                prune_bends(*at);
            }
        },
        merge);
}

void Document::end_merging() { ++merging_; }

void Document::put(engine::Graph graph, bool meaning) {
    graph_ = std::move(graph);
    Q_EMIT changed(meaning);
}

QString Document::title() const {
    const auto title = graph_.meta.find("title");
    if (title != graph_.meta.end() && title->second.is_string() &&
        !title->second.as_string().empty())
        return QString::fromStdString(title->second.as_string());
    return file_.isEmpty() ? tr("Untitled") : QFileInfo(file_).completeBaseName();
}

void Document::start(engine::Graph graph, const QString& file) {
    graph_ = std::move(graph);
    file_ = file.isEmpty() ? QString() : QFileInfo(file).absoluteFilePath();
    history_.clear();
    history_.setClean();
    Q_EMIT started();
    Q_EMIT file_changed();
}

Document::Opened Document::open(const QString& file) {
    engine::ReadGraph read = engine::load_graph(file.toStdString());
    // With errors what was read may lack parts of the file, and saving it would lose them.
    if (engine::any_errors(read.problems)) return {false, std::move(read.problems)};
    start(std::move(read.graph), file);
    return {true, std::move(read.problems)};
}

void Document::save(const QString& file) {
    engine::save_graph(graph_, file.toStdString());
    file_ = QFileInfo(file).absoluteFilePath();
    history_.setClean();
    Q_EMIT file_changed();
}

}  // namespace millrace::editor
