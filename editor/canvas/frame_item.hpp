// Backdrops (coloured boxes with a title, behind the nodes) and notes (texts) on the canvas. Owned
// by the scene; a frame that is dragged tells the scene, which commits it.
#pragma once

#include <QGraphicsItem>

#include "engine/graph/graph.hpp"

namespace millrace::editor {

class FrameItem : public QGraphicsItem {
public:
    enum { Type = UserType + 3 };
    enum class Kind { Backdrop, Note };
    FrameItem(Kind kind, std::string id);
    int type() const override { return Type; }
    Kind kind() const { return kind_; }
    const std::string& id() const { return id_; }

    void show_backdrop(const engine::Backdrop& backdrop);
    void show_note(const engine::Note& note);
    QRectF rect() const { return {pos(), size_}; }
    void set_rect(const QRectF& rect);
    /// Whether a place of the scene is at the corner by which the frame is resized, or, of a
    /// backdrop, on its title: elsewhere it lets the pointer through to what lies on it.
    bool is_corner(QPointF place) const;
    bool is_grip(QPointF place) const;

    QRectF boundingRect() const override;
    QPainterPath shape() const override;
    void paint(QPainter* painter, const QStyleOptionGraphicsItem* option, QWidget* widget) override;

private:
    Kind kind_;
    std::string id_;
    QString text_;
    QColor color_;
    QSizeF size_;
};

inline constexpr double kFrameTitle = 30, kFrameCorner = 18;
inline constexpr double kLeastFrame = 80;

}  // namespace millrace::editor
