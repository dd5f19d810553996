// What the canvas paints: one item a node and one a wire, so that graphs of thousands stay fluid;
// ports are no items of their own. Owned by the scene.
#pragma once

#include <QGraphicsItem>

#include "editor/canvas/canvas_scene.hpp"

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
    void paint_badge(QPainter* painter) const;

    std::string id_;
    NodeFace face_;
    NodeStatus status_;
    bool dimmed_ = false;
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
    void set_viewed(bool viewed);

    QRectF boundingRect() const override;
    QPainterPath shape() const override;
    void paint(QPainter* painter, const QStyleOptionGraphicsItem* option, QWidget* widget) override;

protected:
    void hoverEnterEvent(QGraphicsSceneHoverEvent* event) override;
    void hoverLeaveEvent(QGraphicsSceneHoverEvent* event) override;

private:
    engine::Wire wire_;
    QColor color_;
    engine::Sync sync_ = engine::Sync::Stream;
    QPointF from_, to_;
    QPainterPath path_;
    bool hovered_ = false, viewed_ = false;
};

/// Draws the mark of a port round a point.
void paint_port(QPainter* painter, QPointF at, const TypeLook& look, bool filled, double size);

}  // namespace millrace::editor
