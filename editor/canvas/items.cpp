#include "editor/canvas/items.hpp"

#include <QGraphicsSceneHoverEvent>
#include <QPainter>
#include <QStyleOptionGraphicsItem>
#include <QWidget>
#include <cmath>
#include <numbers>

namespace millrace::editor {
namespace {

constexpr double kRound = 6, kPortSize = 5.5, kReach = 11;
constexpr double kFullDetail = 0.55, kSomeDetail = 0.22;  ///< zoom from which texts are drawn

QFont font_of(int pixels, bool bold = false) {
    QFont font;
    font.setPixelSize(pixels);
    font.setBold(bold);
    return font;
}

QColor state_color(NodeState state) {
    switch (state) {
        case NodeState::Waiting:
            return QColor(0x8a919a);
        case NodeState::Running:
            return QColor(0x3d8bff);
        case NodeState::Done:
            return QColor(0x35b26a);
        case NodeState::Cached:
            return QColor(0x2fa7b5);
        case NodeState::Skipped:
            return QColor(0xd6a53c);
        case NodeState::Failed:
            return QColor(0xe0524d);
        case NodeState::Idle:
            break;
    }
    return {};
}

}  // namespace

void paint_port(QPainter* painter, QPointF at, const TypeLook& look, bool filled, double size) {
    painter->setPen(QPen(look.color, 1.6));
    painter->setBrush(filled ? QBrush(look.color) : painter->background());
    const auto polygon = [&](int corners, double turn) {
        QPolygonF shape;
        for (int i = 0; i < corners; ++i) {
            const double angle = turn + i * 2 * std::numbers::pi / corners;
            shape << at + QPointF(std::cos(angle), std::sin(angle)) * size;
        }
        painter->drawPolygon(shape);
    };
    switch (look.shape) {
        case PortShape::Circle:
            painter->drawEllipse(at, size - 0.5, size - 0.5);
            break;
        case PortShape::Square:
            painter->drawRect(QRectF(at - QPointF(size, size) * 0.82, QSizeF(size, size) * 1.64));
            break;
        case PortShape::Diamond:
            polygon(4, 0);
            break;
        case PortShape::Triangle:
            polygon(3, 0);
            break;
        case PortShape::Hexagon:
            polygon(6, 0);
            break;
    }
}

void NodeItem::set_face(NodeFace face) {
    prepareGeometryChange();
    face_ = std::move(face);
    setToolTip(QString());
    update();
}

void NodeItem::set_status(const NodeStatus& status) {
    if (status == status_) return;
    status_ = status;
    update();
}

void NodeItem::set_dimmed(bool dimmed) {
    if (dimmed == dimmed_) return;
    dimmed_ = dimmed;
    setOpacity(dimmed ? 0.35 : 1);
}

std::optional<PortRef> NodeItem::port_at(QPointF place) const {
    const auto within = [&](const PortFace& port) {
        return std::hypot(port.at.x() - place.x(), port.at.y() - place.y()) <= kReach;
    };
    for (const PortFace& port : face_.inputs)
        if (within(port)) return PortRef{id_, port.name, false};
    for (const PortFace& port : face_.outputs)
        if (within(port)) return PortRef{id_, port.name, true};
    return {};
}

QPointF NodeItem::end_of(std::string_view port, bool output) const {
    const PortFace* found = output ? face_.output(port) : face_.input(port);
    const QPointF at =
        found ? found->at : QPointF(output ? face_.size.width() : 0, kNodeHeader / 2);
    return mapToScene(at);
}

QRectF NodeItem::boundingRect() const {
    return QRectF(QPointF(0, 0), face_.size).adjusted(-kReach, -kReach, kReach, kReach);
}

QPainterPath NodeItem::shape() const {
    QPainterPath path;
    path.addRect(QRectF(QPointF(0, 0), face_.size));
    return path;
}

void NodeItem::paint(QPainter* painter, const QStyleOptionGraphicsItem* option, QWidget* widget) {
    const QPalette palette = widget ? widget->palette() : option->palette;
    const double detail = option->levelOfDetailFromTransform(painter->worldTransform());
    const QRectF body(QPointF(0, 0), face_.size);
    const QColor fill = palette.color(QPalette::Button);
    const QColor header = face_.known ? face_.color : QColor(0xb3443f);
    painter->setRenderHint(QPainter::Antialiasing, detail > kSomeDetail);
    if (detail <= kSomeDetail) {
        painter->fillRect(body, fill);
        painter->fillRect(QRectF(0, 0, body.width(), std::min(kNodeHeader, body.height())), header);
        if (status_.state != NodeState::Idle)
            painter->fillRect(QRectF(0, body.height() - 12, body.width(), 12),
                              state_color(status_.state));
        if (isSelected()) {
            painter->setPen(QPen(palette.color(QPalette::Highlight), 8));
            painter->setBrush(Qt::NoBrush);
            painter->drawRect(body);
        }
        return;
    }
    painter->setPen(Qt::NoPen);
    painter->setBrush(fill);
    painter->drawRoundedRect(body, kRound, kRound);
    painter->setBrush(header);
    QPainterPath top;
    top.setFillRule(Qt::WindingFill);
    top.addRoundedRect(QRectF(0, 0, body.width(), kNodeHeader), kRound, kRound);
    top.addRect(QRectF(0, kRound, body.width(), kNodeHeader - kRound));
    painter->drawPath(top);
    const bool selected = isSelected();
    QColor border = palette.color(QPalette::Window).darker(160);
    if (status_.state == NodeState::Failed) border = state_color(NodeState::Failed);
    if (selected) border = palette.color(QPalette::Highlight);
    painter->setPen(QPen(border, selected ? 2.5 : 1.2, face_.known ? Qt::SolidLine : Qt::DashLine));
    painter->setBrush(Qt::NoBrush);
    painter->drawRoundedRect(body, kRound, kRound);
    if (detail > kFullDetail) {
        painter->setPen(Qt::white);
        painter->setFont(font_of(13, true));
        const QFontMetricsF metrics(painter->font());
        const double room = body.width() - 20 - (status_.state == NodeState::Idle ? 0 : 22);
        painter->drawText(QRectF(10, 3, room, 19), Qt::AlignVCenter | Qt::AlignLeft,
                          metrics.elidedText(face_.title, Qt::ElideRight, room));
        painter->setPen(QColor(255, 255, 255, 190));
        painter->setFont(font_of(10));
        painter->drawText(QRectF(10, 20, room, 15), Qt::AlignVCenter | Qt::AlignLeft,
                          face_.subtitle);
        painter->setPen(palette.color(QPalette::PlaceholderText));
        painter->setFont(font_of(11));
        double y = body.height() - 8 - static_cast<double>(face_.lines.size()) * kLineStep;
        for (const QString& line : face_.lines) {
            painter->drawText(QRectF(12, y, body.width() - 24, kLineStep),
                              Qt::AlignVCenter | Qt::AlignLeft, line);
            y += kLineStep;
        }
    }
    paint_ports(painter, detail, palette);
    if (status_.state != NodeState::Idle) paint_badge(painter);
}

void NodeItem::paint_ports(QPainter* painter, double detail, const QPalette& palette) const {
    painter->setBackground(palette.color(QPalette::Base));
    const auto name_of = [&](const PortFace& port) {
        QString name = QString::fromStdString(port.name);
        if (port.sync == engine::Sync::Latch) name += QStringLiteral(" ⇢");
        if (port.sync == engine::Sync::Feedback) name += QStringLiteral(" ↺");
        return name;
    };
    painter->setFont(font_of(12));
    const double width = face_.size.width();
    for (const PortFace& port : face_.inputs) {
        paint_port(painter, port.at, look_of(port.type), !port.optional, kPortSize);
        if (detail <= kFullDetail) continue;
        painter->setPen(port.known ? palette.color(QPalette::ButtonText) : QColor(0xe0524d));
        painter->drawText(QRectF(12, port.at.y() - 10, width - 24, 20),
                          Qt::AlignVCenter | Qt::AlignLeft, name_of(port));
    }
    for (const PortFace& port : face_.outputs) {
        paint_port(painter, port.at, look_of(port.type), true, kPortSize);
        if (detail <= kFullDetail) continue;
        painter->setPen(port.known ? palette.color(QPalette::ButtonText) : QColor(0xe0524d));
        painter->drawText(QRectF(12, port.at.y() - 10, width - 24, 20),
                          Qt::AlignVCenter | Qt::AlignRight, name_of(port));
    }
}

/// A disc in the header's corner: colour and sign say the state, a bar along the bottom the
/// progress.
void NodeItem::paint_badge(QPainter* painter) const {
    const QPointF middle(face_.size.width() - 17, kNodeHeader / 2);
    painter->setPen(QPen(Qt::white, 1.4));
    painter->setBrush(state_color(status_.state));
    painter->drawEllipse(middle, 8.5, 8.5);
    painter->setPen(QPen(Qt::white, 1.8, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    painter->setBrush(Qt::NoBrush);
    const auto line = [&](std::initializer_list<QPointF> points) {
        QPolygonF shape;
        for (const QPointF& point : points) shape << middle + point;
        painter->drawPolyline(shape);
    };
    switch (status_.state) {
        case NodeState::Waiting:
            line({{-3, -4}, {3, -4}, {-3, 4}, {3, 4}, {-3, -4}});
            break;
        case NodeState::Running:
            painter->setBrush(Qt::white);
            painter->drawPolygon(QPolygonF{middle + QPointF(-2.5, -4), middle + QPointF(4, 0),
                                           middle + QPointF(-2.5, 4)});
            break;
        case NodeState::Done:
            line({{-4, 0}, {-1, 3.5}, {4, -3}});
            break;
        case NodeState::Cached:
            line({{0, -4.5}, {-3, 1}, {0.5, 0.5}, {-0.5, 4.5}});
            break;
        case NodeState::Skipped:
            line({{-4, -3}, {0, 0}, {-4, 3}});
            line({{0, -3}, {4, 0}, {0, 3}});
            break;
        case NodeState::Failed:
            line({{-3, -3}, {3, 3}});
            line({{3, -3}, {-3, 3}});
            break;
        case NodeState::Idle:
            break;
    }
    if (status_.progress >= 0 && status_.state == NodeState::Running) {
        const QRectF bar(kRound, face_.size.height() - 4, face_.size.width() - 2 * kRound, 3);
        painter->fillRect(bar, QColor(0, 0, 0, 90));
        painter->fillRect(
            QRectF(bar.topLeft(), QSizeF(bar.width() * std::min(1.0, status_.progress), 3)),
            state_color(NodeState::Running));
    }
}

QPainterPath wire_path(QPointF from, QPointF to) {
    QPainterPath path(from);
    const double distance = std::hypot(to.x() - from.x(), to.y() - from.y());
    const double reach =
        std::clamp((to.x() - from.x()) * 0.5, std::min(distance * 0.4, 110.0), 220.0);
    path.cubicTo(from + QPointF(reach, 0), to - QPointF(reach, 0), to);
    return path;
}

void WireItem::set_look(const QColor& color, engine::Sync sync) {
    color_ = color;
    sync_ = sync;
    update();
}

void WireItem::set_ends(QPointF from, QPointF to) {
    if (from == from_ && to == to_ && !path_.isEmpty()) return;
    prepareGeometryChange();
    from_ = from;
    to_ = to;
    path_ = wire_path(from, to);
}

void WireItem::set_viewed(bool viewed) {
    viewed_ = viewed;
    update();
}

QRectF WireItem::boundingRect() const { return path_.controlPointRect().adjusted(-9, -9, 9, 9); }

QPainterPath WireItem::shape() const {
    QPainterPathStroker stroker;
    stroker.setWidth(12);
    return stroker.createStroke(path_);
}

void WireItem::paint(QPainter* painter, const QStyleOptionGraphicsItem* option, QWidget* widget) {
    const QPalette palette = widget ? widget->palette() : option->palette;
    const double detail = option->levelOfDetailFromTransform(painter->worldTransform());
    if (detail <= kSomeDetail) {
        painter->setRenderHint(QPainter::Antialiasing, false);
        painter->setPen(QPen(isSelected() ? palette.color(QPalette::Highlight) : color_, 0));
        painter->drawLine(from_, to_);
        return;
    }
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setBrush(Qt::NoBrush);
    const double width = hovered_ || isSelected() ? 3.4 : 2;
    if (isSelected()) {
        painter->setPen(QPen(palette.color(QPalette::Highlight), width + 3.5));
        painter->drawPath(path_);
    }
    const Qt::PenStyle dash = sync_ == engine::Sync::Latch      ? Qt::DashLine
                              : sync_ == engine::Sync::Feedback ? Qt::DashDotLine
                                                                : Qt::SolidLine;
    painter->setPen(QPen(hovered_ ? color_.lighter(125) : color_, width, dash, Qt::RoundCap));
    painter->drawPath(path_);
    if (!viewed_) return;
    // An eye at the middle: this wire is looked at.
    const QPointF middle = path_.pointAtPercent(0.5);
    painter->setPen(QPen(color_, 1.5));
    painter->setBrush(palette.color(QPalette::Base));
    painter->drawEllipse(middle, 9, 6);
    painter->setBrush(color_);
    painter->drawEllipse(middle, 2.6, 2.6);
}

void WireItem::hoverEnterEvent(QGraphicsSceneHoverEvent*) {
    hovered_ = true;
    update();
}

void WireItem::hoverLeaveEvent(QGraphicsSceneHoverEvent*) {
    hovered_ = false;
    update();
}

}  // namespace millrace::editor
