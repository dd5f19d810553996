// The graph as items: nodes, wires, backdrops, notes. The scene owns nothing of the document: it
// reads what is there, keeps items by id in step with it, and turns gestures into edits. Shows one
// graph, the document's or a nested one. Window thread only.
#pragma once

#include <QGraphicsScene>
#include <QTimer>
#include <memory>
#include <optional>
#include <set>
#include <unordered_map>

#include "editor/canvas/node_face.hpp"
#include "editor/canvas/status_values.hpp"
#include "editor/document/arrange.hpp"
#include "editor/document/document.hpp"
#include "editor/document/wiring.hpp"

namespace millrace::editor {

class FrameItem;
class NodeItem;
class WireItem;

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
    /// By "node.port -> node.port".
    void set_wire_status(const std::map<std::string, WireStatus>& status);
    /// Nodes' bodies in these colours; the others as they are.
    void set_heat(const std::map<std::string, QColor>& colors);
    /// Wires that are looked at: their outputs are drawn with a mark.
    void set_viewed(const std::vector<engine::Endpoint>& outputs);

    /// Why a wire can't be made; empty when it can.
    QString refusal(const PortRef& from, const PortRef& to) const;
    /// Makes a wire, replacing the one that enters the input now.
    void connect_ports(const PortRef& from, const PortRef& to);
    std::optional<PortRef> port_at(QPointF place) const;

    /// Commits places after items were moved by hand.
    void commit_moves();

    // What commands need to know of the nodes that are shown.
    NodeBoxes boxes() const;
    std::set<engine::Endpoint> feedback_inputs() const;
    MayJoin may_join() const;
    /// Input and output by which a node fits into a wire.
    struct SplicePorts {
        std::string input, output;
    };
    std::optional<SplicePorts> splice_ports(const NodeFace& face, const engine::Wire& wire) const;
    /// Outputs of one node that may feed inputs of another and don't yet.
    std::vector<std::pair<engine::Endpoint, engine::Endpoint>> joinable(
        const std::string& from, const std::string& to) const;

    // Commands on the selection; each is one step of the history.
    void lay_out();
    void align_selected(Alignment alignment);
    void distribute_selected(Direction direction);
    void remove_and_heal_selected();
    void extract_selected();
    void nudge_selected(QPointF by);
    /// Selects the nearest node that way; the direction's length doesn't matter.
    void go(QPointF direction);
    /// Leads a wire through a place, or takes the dot away that is there.
    void toggle_bend(const engine::Wire& wire, QPointF place);

    // A stroke that cuts the wires it crosses.
    void begin_cut(QPointF place);
    void cut_to(QPointF place);
    void end_cut();

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
    /// A node is to be chosen for the middle of a wire.
    void splice_wanted(const millrace::engine::Wire& wire, QPointF place);

protected:
    void drawBackground(QPainter* painter, const QRectF& rect) override;
    void mousePressEvent(QGraphicsSceneMouseEvent* event) override;
    void mouseMoveEvent(QGraphicsSceneMouseEvent* event) override;
    void mouseReleaseEvent(QGraphicsSceneMouseEvent* event) override;
    void mouseDoubleClickEvent(QGraphicsSceneMouseEvent* event) override;

private:
    void synchronise();
    void synchronise_wires(const engine::Graph& graph);
    std::set<std::string> rewired(const engine::Graph& graph) const;
    void synchronise_frames(const engine::Graph& graph);
    void move_grabbed(QPointF by);
    void move_wires();
    /// Leads wires round the nodes that they would run behind.
    void route_wires();
    bool press_frame(QPointF place);
    void show_candidates(const PortRef& from);
    void end_wire_drag();
    /// refusal() less the loops.
    QString misfit(const PortRef& from, const PortRef& to) const;
    QPointF snapped(QPointF by, bool free);
    void begin_drag();
    void end_drag();
    void show_splice();
    WireItem* wire_at(QPointF place) const;
    bool press_bend(QPointF place);
    void move_bend(QPointF place);

    Document* document_;
    std::shared_ptr<const Catalogue> catalogue_;
    GraphPath path_;
    std::unordered_map<std::string, NodeItem*> nodes_;
    std::vector<WireItem*> wires_;
    QTimer routing_;  ///< runs out when nothing has moved for a moment
    std::map<std::string, FrameItem*> backdrops_, notes_;
    // What the faces were made of, so that only those are made anew that differ.
    std::map<std::string, engine::GraphNode> faced_nodes_;
    std::vector<engine::Wire> faced_wires_;
    bool faces_stale_ = true;
    std::map<std::string, NodeStatus> status_;
    std::map<std::string, WireStatus> wire_status_;
    std::map<std::string, QColor> heat_;
    std::vector<engine::Endpoint> viewed_;

    std::optional<PortRef> dragging_;  ///< where the wire that is being drawn begins
    std::unique_ptr<QGraphicsPathItem> drawn_;
    // What is dragged, as it was when the button went down.
    std::map<std::string, QPointF> places_before_;
    std::map<FrameItem*, QRectF> frames_before_;
    FrameItem* resized_ = nullptr;
    bool moved_ = false;        ///< the pointer went far enough to mean it
    bool extracting_ = false;   ///< what is dragged leaves its wires
    WireItem* onto_ = nullptr;  ///< the wire that takes the dragged node when it is let go
    struct GrabbedBend {
        engine::Wire wire;
        std::size_t index = 0;
    };
    std::optional<GrabbedBend> bend_;
    std::unique_ptr<QGraphicsPathItem> guides_, stroke_;
};

/// The curve of a wire between two ends; `from` leaves to the right, `to` is entered from the left.
/// On its way it passes through `bends`.
QPainterPath wire_path(QPointF from, QPointF to, const std::vector<QPointF>& bends = {});

}  // namespace millrace::editor
