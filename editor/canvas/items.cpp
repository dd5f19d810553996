#include "editor/canvas/items.hpp"

#include <QGraphicsSceneHoverEvent>
#include <QPainter>
#include <QStyleOptionGraphicsItem>
#include <QWidget>
#include <cmath>
#include <numbers>

#include "editor/canvas/node_mode.hpp"
#include "editor/canvas/status_paint.hpp"
#include "editor/canvas/wire_sight.hpp"
#include "engine/graph/bends.hpp"

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
    update();
}

void NodeItem::set_status(const NodeStatus& status) {
    if (status == status_) return;
    status_ = status;
    setToolTip(status_.note);
    update();
}

void NodeItem::set_heat(const QColor& color) {
    if (color == heat_) return;
    heat_ = color;
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
    return QRectF(QPointF(0, 0), face_.size).adjusted(-kReach, -kReach, kReach, kStatusBelow);
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
    const QColor fill = heat_.isValid() ? heat_ : palette.color(QPalette::Button);
    QColor header = face_.known ? face_.color : QColor(0xb3443f);
    // In the high-contrast look its white text must stand out by 4.5 : 1.
    const bool contrast = palette.color(QPalette::Window).lightness() == 0;
    if (contrast) header = header.darker(150);
    painter->setRenderHint(QPainter::Antialiasing, detail > kSomeDetail);
    const double opacity = painter->opacity();
    painter->setOpacity(opacity * opacity_of(face_.mode));
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
        painter->setOpacity(opacity);
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
    if (contrast) border = palette.color(QPalette::Text);  // nothing is darker than black
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
    if (detail <= kFullDetail) {
        // The title alone, as large on the screen as it is from there on.
        painter->setPen(Qt::white);
        painter->setFont(font_of(std::min(24, static_cast<int>(13 * kFullDetail / detail)), true));
        const QRectF room(8, 0, body.width() - 16, kNodeHeader);
        painter->drawText(
            room, Qt::AlignVCenter | Qt::AlignLeft,
            QFontMetricsF(painter->font()).elidedText(face_.title, Qt::ElideRight, room.width()));
    }
    paint_ports(painter, detail, palette);
    paint_node_status(painter, face_.size, status_, detail, palette);
    painter->setOpacity(opacity);
    paint_node_mode(painter, face_, palette);
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

QPainterPath wire_path(QPointF from, const std::vector<engine::Cubic>& curve) {
    QPainterPath path(from);
    const auto point = [](const engine::Place& place) { return QPointF(place[0], place[1]); };
    for (const engine::Cubic& part : curve)
        path.cubicTo(point(part.first), point(part.second), point(part.end));
    return path;
}

QPainterPath wire_path(QPointF from, QPointF to, const std::vector<QPointF>& bends) {
    engine::Bends dots;
    for (const QPointF& bend : bends) dots.push_back({bend.x(), bend.y()});
    return wire_path(from, engine::wire_curve({from.x(), from.y()}, {to.x(), to.y()}, dots));
}

void WireItem::set_look(const QColor& color, engine::Sync sync) {
    color_ = color;
    sync_ = sync;
    update();
}

void WireItem::set_ends(QPointF from, QPointF to) {
    if (from == from_ && to == to_ && !path_.isEmpty()) return;
    from_ = from;
    to_ = to;
    take_path(wire_path(from, to, bends_));
}

void WireItem::set_bends(std::vector<QPointF> bends) {
    if (bends == bends_) return;
    bends_ = std::move(bends);
    take_path(wire_path(from_, to_, bends_));
}

void WireItem::set_way(const std::vector<engine::Cubic>& way) {
    QPainterPath path = wire_path(from_, way);
    if (path != path_) take_path(std::move(path));
}

void WireItem::take_path(QPainterPath path) {
    prepareGeometryChange();
    path_ = std::move(path);
    shape_.clear();
}

std::optional<std::size_t> WireItem::bend_at(QPointF place) const {
    constexpr double kNear = 9;
    for (std::size_t i = 0; i < bends_.size(); ++i)
        if (QLineF(bends_[i], place).length() <= kNear) return i;
    return {};
}

void WireItem::set_marked(bool marked) {
    hovered_ = marked;
    update();
}

void WireItem::set_viewed(bool viewed) {
    viewed_ = viewed;
    update();
}

void WireItem::set_paint(const WirePaint& paint) {
    paint_ = paint;
    setToolTip(paint.note);
    update();
}

void WireItem::set_status(const WireStatus& status) {
    if (status == status_) return;
    status_ = status;
    update();
}

QRectF WireItem::boundingRect() const {
    return path_.controlPointRect().adjusted(-34, -24, 34, 24);
}

QPainterPath WireItem::shape() const {
    if (shape_.isEmpty()) {
        QPainterPathStroker stroker;
        stroker.setWidth(12);
        shape_ = stroker.createStroke(path_);
        shape_.setFillRule(Qt::WindingFill);
        for (const QPointF& bend : bends_) shape_.addEllipse(bend, 8, 8);
    }
    return shape_;
}

void WireItem::paint(QPainter* painter, const QStyleOptionGraphicsItem* option, QWidget* widget) {
    const QPalette palette = widget ? widget->palette() : option->palette;
    const double detail = option->levelOfDetailFromTransform(painter->worldTransform());
    const QColor look = paint_.color.isValid() ? paint_.color : color_;
    if (detail <= kSomeDetail) {
        painter->setRenderHint(QPainter::Antialiasing, false);
        painter->setPen(QPen(isSelected() ? palette.color(QPalette::Highlight) : look, 0));
        QPointF at = from_;
        for (const QPointF& bend : bends_) {
            painter->drawLine(at, bend);
            at = bend;
        }
        painter->drawLine(at, to_);
        return;
    }
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setBrush(Qt::NoBrush);
    const double width = (hovered_ || isSelected() ? 3.4 : 2) + width_of(status_) +
                         (paint_.color.isValid() ? 2.5 : 0);
    const QPainterPath path = part_in_sight(path_, *painter, widget);
    if (isSelected()) {
        painter->setPen(QPen(palette.color(QPalette::Highlight), width + 3.5));
        painter->drawPath(path);
    }
    const Qt::PenStyle dash = sync_ == engine::Sync::Latch      ? Qt::DashLine
                              : sync_ == engine::Sync::Feedback ? Qt::DashDotLine
                                                                : Qt::SolidLine;
    QPen pen(hovered_ ? look.lighter(125) : look, width, dash, Qt::RoundCap);
    if (paint_.hatched) pen.setBrush(QBrush(look, Qt::BDiagPattern));
    painter->setPen(pen);
    painter->drawPath(path);
    if (!bends_.empty()) {
        painter->setPen(QPen(isSelected() ? palette.color(QPalette::Highlight) : color_, 2));
        painter->setBrush(palette.color(QPalette::Base));
        for (const QPointF& bend : bends_) painter->drawEllipse(bend, 5, 5);
        painter->setBrush(Qt::NoBrush);
    }
    paint_wire_status(painter, path_, status_, detail, palette);
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
