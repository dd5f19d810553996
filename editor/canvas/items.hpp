// What the canvas paints: one item a node and one a wire, so that graphs of thousands stay fluid;
// ports are no items of their own. Owned by the scene.
#pragma once

#include <QGraphicsItem>

#include "editor/canvas/canvas_scene.hpp"
#include "engine/graph/bends.hpp"

namespace millrace::editor {

class NodeItem : public QGraphicsItem {
public:
    enum { Type = UserType + 1 };
    explicit NodeItem(std::string id) : id_(std::move(id)) {
        setFlags(ItemIsSelectable | ItemSendsGeometryChanges);
        setAcceptHoverEvents(true);
        setZValue(1);
    }
    int type() const override { return Type; }
    const std::string& id() const { return id_; }
    const NodeFace& face() const { return face_; }
    void set_face(NodeFace face);
    void set_status(const NodeStatus& status);
    const NodeStatus& status() const { return status_; }
    /// The colour of the body; an invalid one is the theme's.
    void set_heat(const QColor& color);
    /// While a wire is drawn: what can't take it is dimmed.
    void set_dimmed(bool dimmed);
    /// The port within reach of a point of the item.
    std::optional<PortRef> port_at(QPointF place) const;
    QPointF end_of(std::string_view port, bool output) const;

    QRectF boundingRect() const override;
    QPainterPath shape() const override;
    void paint(QPainter* painter, const QStyleOptionGraphicsItem* option, QWidget* widget) override;

private:
    void paint_ports(QPainter* painter, double detail, const QPalette& palette) const;

    std::string id_;
    NodeFace face_;
    NodeStatus status_;
    QColor heat_;
    bool dimmed_ = false;
};

/// What an overlay makes of a wire.
struct WirePaint {
    QColor color = {};     ///< not valid: the type's own
    bool hatched = false;  ///< nothing is known of it
    QString note = {};     ///< its tooltip
};

class WireItem : public QGraphicsItem {
public:
    enum { Type = UserType + 2 };
    explicit WireItem(engine::Wire wire) : wire_(std::move(wire)) {
        setFlags(ItemIsSelectable);
        setAcceptHoverEvents(true);
    }
    int type() const override { return Type; }
    const engine::Wire& wire() const { return wire_; }
    void set_wire(engine::Wire wire) { wire_ = std::move(wire); }
    void set_look(const QColor& color, engine::Sync sync);
    void set_ends(QPointF from, QPointF to);
    /// Places that the wire passes through, each drawn as a dot.
    void set_bends(std::vector<QPointF> bends);
    const std::vector<QPointF>& bends() const { return bends_; }
    /// Where it goes until its ends or bends change.
    void set_way(const std::vector<engine::Cubic>& way);
    QPointF from() const { return from_; }
    QPointF to() const { return to_; }
    std::optional<std::size_t> bend_at(QPointF place) const;
    const QPainterPath& path() const { return path_; }
    /// Drawn as under the pointer: what is let go lands on it.
    void set_marked(bool marked);
    void set_viewed(bool viewed);
    void set_status(const WireStatus& status);
    const WireStatus& status() const { return status_; }
    void set_paint(const WirePaint& paint);
    const WirePaint& paint_of_overlay() const { return paint_; }

    QRectF boundingRect() const override;
    QPainterPath shape() const override;
    void paint(QPainter* painter, const QStyleOptionGraphicsItem* option, QWidget* widget) override;

protected:
    void hoverEnterEvent(QGraphicsSceneHoverEvent* event) override;
    void hoverLeaveEvent(QGraphicsSceneHoverEvent* event) override;

private:
    void take_path(QPainterPath path);

    engine::Wire wire_;
    QColor color_;
    engine::Sync sync_ = engine::Sync::Stream;
    QPointF from_, to_;
    std::vector<QPointF> bends_;
    QPainterPath path_;
    mutable QPainterPath shape_;  ///< made when first asked for: stroking is slow
    WireStatus status_;
    WirePaint paint_;
    bool hovered_ = false, viewed_ = false;
};

/// Draws the mark of a port round a point.
void paint_port(QPainter* painter, QPointF at, const TypeLook& look, bool filled, double size);

}  // namespace millrace::editor
