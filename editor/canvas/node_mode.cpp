#include "editor/canvas/node_mode.hpp"

#include <QCoreApplication>
#include <QPainter>
#include <QPainterPath>
#include <QPalette>
#include <algorithm>
#include <cmath>

#include "editor/canvas/canvas_scene.hpp"

namespace millrace::editor {
namespace {

constexpr double kBadge = 9, kBadgeFromRight = 18;

QColor color_of(engine::NodeMode mode) {
    return mode == engine::NodeMode::Mute     ? QColor(0x6b7280)
           : mode == engine::NodeMode::Bypass ? QColor(0x9333ea)
                                              : QColor(0x0284c7);
}

/// As the planner chooses: the first connected input of the same payload type.
void add_passes(NodeFace& face, const engine::Graph& graph, const std::string& id) {
    const auto connected = [&](const std::string& port) {
        return std::ranges::any_of(graph.wires, [&](const engine::Wire& wire) {
            return wire.to.node == id && wire.to.port == port;
        });
    };
    for (const PortFace& output : face.outputs) {
        const auto input = std::ranges::find_if(face.inputs, [&](const PortFace& port) {
            return port.type == output.type && connected(port.name);
        });
        if (input != face.inputs.end()) face.passes.emplace_back(input->at, output.at);
    }
}

/// Along the edge of the header, above the names of the ports.
QPainterPath past_names(QPointF from, QPointF to) {
    const double top = kNodeHeader + 2, room = 16;
    QPainterPath path(from);
    path.cubicTo(QPointF(from.x() + 7, from.y()), QPointF(from.x() + 4, top),
                 QPointF(from.x() + room, top));
    path.lineTo(to.x() - room, top);
    path.cubicTo(QPointF(to.x() - 4, top), QPointF(to.x() - 7, to.y()), to);
    return path;
}

}  // namespace

void add_mode(NodeFace& face, const engine::Graph& graph, const std::string& id) {
    face.mode = graph.nodes.at(id).mode;
    if (face.mode == engine::NodeMode::Normal) return;
    if (face.mode == engine::NodeMode::Bypass) add_passes(face, graph, id);
    const QString state = face.mode == engine::NodeMode::Mute
                              ? QCoreApplication::translate("NodeMode", "muted")
                          : face.mode == engine::NodeMode::Bypass
                              ? QCoreApplication::translate("NodeMode", "bypassed")
                              : QCoreApplication::translate("NodeMode", "frozen");
    face.subtitle = state + QStringLiteral(" · ") + face.subtitle;
}

double opacity_of(engine::NodeMode mode) {
    return mode == engine::NodeMode::Mute ? 0.4 : mode == engine::NodeMode::Bypass ? 0.65 : 1;
}

void paint_node_mode(QPainter* painter, const NodeFace& face, const QPalette& palette) {
    if (face.mode == engine::NodeMode::Normal) return;
    painter->setBrush(Qt::NoBrush);
    const QColor color = color_of(face.mode);
    for (const auto& [from, to] : face.passes) {
        const QPainterPath way = past_names(from, to);
        painter->setPen(QPen(palette.color(QPalette::Button), 5));
        painter->drawPath(way);
        painter->setPen(QPen(color.lighter(130), 1.8));
        painter->drawPath(way);
    }
    const QPointF middle(face.size.width() - kBadgeFromRight, 0);
    painter->setPen(QPen(palette.color(QPalette::Base), 1.5));
    painter->setBrush(color);
    painter->drawEllipse(middle, kBadge, kBadge);
    painter->setPen(QPen(Qt::white, 1.8, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    painter->setBrush(Qt::NoBrush);
    if (face.mode == engine::NodeMode::Mute) {
        painter->drawEllipse(middle, 4.8, 4.8);
        painter->drawLine(middle + QPointF(-3.4, -3.4), middle + QPointF(3.4, 3.4));
        return;
    }
    if (face.mode == engine::NodeMode::Freeze) {
        // A snowflake of three strokes.
        for (const double angle : {0.0, M_PI / 3, 2 * M_PI / 3}) {
            const QPointF arm(5.2 * std::sin(angle), 5.2 * std::cos(angle));
            painter->drawLine(middle - arm, middle + arm);
        }
        return;
    }
    // An arrow that leaps over what is not run.
    QPainterPath leap(middle + QPointF(-5, 2.5));
    leap.quadTo(middle + QPointF(0, -8), middle + QPointF(5, 2.5));
    painter->drawPath(leap);
    painter->drawPolyline(QPolygonF{middle + QPointF(1.2, 1.8), middle + QPointF(5, 2.5),
                                    middle + QPointF(5.2, -1.8)});
}

}  // namespace millrace::editor
