// The graph as items: nodes, wires, backdrops, notes. The scene owns nothing of the document: it
// reads what is there, keeps items by id in step with it, and turns gestures into edits. Shows one
// graph, the document's or a nested one. Window thread only.
#pragma once

#include <QGraphicsScene>
#include <memory>
#include <optional>
#include <unordered_map>

#include "editor/canvas/node_face.hpp"
#include "editor/document/document.hpp"

namespace millrace::editor {

class FrameItem;
class NodeItem;
class WireItem;

/// How a node stands in a run.
enum class NodeState { Idle, Waiting, Running, Done, Cached, Skipped, Failed };

/// What is told of a node while a graph runs.
struct NodeStatus {
    NodeState state = NodeState::Idle;
    std::uint64_t items = 0, errors = 0, skipped = 0;
    double progress = -1;  ///< 0 to 1; negative when not known
    double busy_seconds = 0;
    friend bool operator==(const NodeStatus&, const NodeStatus&) = default;
};

/// One end of a wire as pointed at.
struct PortRef {
    std::string node, port;
    bool output = false;
    friend bool operator==(const PortRef&, const PortRef&) = default;
};

class CanvasScene : public QGraphicsScene {
    Q_OBJECT

public:
    explicit CanvasScene(Document* document, QObject* parent = nullptr);
    ~CanvasScene() override;

    void set_catalogue(std::shared_ptr<const Catalogue> catalogue);
    const Catalogue& catalogue() const { return *catalogue_; }
    Document* document() const { return document_; }

    const GraphPath& path() const { return path_; }
    void set_path(const GraphPath& path);
    /// The graph that is shown; null when an undo has taken it away.
    const engine::Graph* graph() const { return document_->graph_at(path_); }
    bool edit(const QString& text, const Document::Change& change, const QString& merge = {}) {
        return document_->edit_at(path_, text, change, merge);
    }

    NodeItem* node(const std::string& id) const;
    std::vector<NodeItem*> nodes() const;
    std::vector<std::string> selected_nodes() const;
    std::vector<engine::Wire> selected_wires() const;
    std::vector<FrameItem*> selected_frames() const;
    void select_nodes(const std::vector<std::string>& ids);

    void set_status(const std::map<std::string, NodeStatus>& status);
    /// Wires that are looked at: their outputs are drawn with a mark.
    void set_viewed(const std::vector<engine::Endpoint>& outputs);

    /// Why a wire can't be made; empty when it can.
    QString refusal(const PortRef& from, const PortRef& to) const;
    /// Makes a wire, replacing the one that enters the input now.
    void connect_ports(const PortRef& from, const PortRef& to);
    std::optional<PortRef> port_at(QPointF place) const;

    /// Commits places after items were moved by hand.
    void commit_moves();

Q_SIGNALS:
    void wire_activated(const millrace::engine::Endpoint& output);
    void node_activated(const QString& id);
    /// A backdrop or note was double-clicked: its text is to be changed.
    void frame_activated(millrace::editor::FrameItem* frame);
    void path_changed();
    void selection_is_changed();
    void hint(const QString& text);
    /// A wire was let go over empty canvas.
    void wire_dropped(const millrace::editor::PortRef& from, QPointF place);
    void search_wanted(QPointF place);

protected:
    void drawBackground(QPainter* painter, const QRectF& rect) override;
    void mousePressEvent(QGraphicsSceneMouseEvent* event) override;
    void mouseMoveEvent(QGraphicsSceneMouseEvent* event) override;
    void mouseReleaseEvent(QGraphicsSceneMouseEvent* event) override;
    void mouseDoubleClickEvent(QGraphicsSceneMouseEvent* event) override;

private:
    void synchronise();
    void synchronise_wires(const engine::Graph& graph);
    void synchronise_frames(const engine::Graph& graph);
    void move_grabbed(QPointF by);
    void move_wires();
    bool press_frame(QPointF place);
    void show_candidates(const PortRef& from);
    void end_wire_drag();

    Document* document_;
    std::shared_ptr<const Catalogue> catalogue_;
    GraphPath path_;
    std::unordered_map<std::string, NodeItem*> nodes_;
    std::vector<WireItem*> wires_;
    std::map<std::string, FrameItem*> backdrops_, notes_;
    std::map<std::string, NodeStatus> status_;
    std::vector<engine::Endpoint> viewed_;

    std::optional<PortRef> dragging_;  ///< where the wire that is being drawn begins
    std::unique_ptr<QGraphicsPathItem> drawn_;
    // What is dragged, as it was when the button went down.
    std::map<std::string, QPointF> places_before_;
    std::map<FrameItem*, QRectF> frames_before_;
    FrameItem* resized_ = nullptr;
};

/// The curve of a wire between two ends; `from` leaves to the right, `to` is entered from the left.
QPainterPath wire_path(QPointF from, QPointF to);

}  // namespace millrace::editor
