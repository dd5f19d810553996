// What is dragged keeps to lines: to edges and centres of other nodes, to where a wire of it runs
// straight, else to the grid; and the wire that it would be put into.
#include <QGraphicsPathItem>
#include <QGraphicsView>
#include <QPen>
#include <cmath>
#include <limits>

#include "editor/canvas/canvas_scene.hpp"
#include "editor/canvas/frame_item.hpp"
#include "editor/canvas/items.hpp"

namespace millrace::editor {
namespace {

constexpr double kGrid = 20, kReachPixels = 7;

/// The nearest line along one axis.
struct Nearest {
    double by, distance;
    bool found = false;
    QLineF guide = {};

    void offer(double shift, double wanted, const QLineF& line) {
        const double off = std::abs(shift - wanted);
        if (off >= distance) return;
        distance = off;
        by = shift;
        guide = line;
        found = true;
    }
};

}  // namespace

/// The move that is nearest to the pointer's and lies on lines; draws those it keeps to. `free`:
/// to whole units alone.
QPointF CanvasScene::snapped(QPointF by, bool free) {
    guides_.reset();
    if (free) return {std::round(by.x()), std::round(by.y())};
    QRectF rect;
    for (const auto& [id, place] : places_before_)
        if (const NodeItem* item = node(id)) rect |= QRectF(place, item->face().size);
    for (const auto& [frame, before] : frames_before_) rect |= before;
    const double zoom = views().isEmpty() ? 1 : views().front()->transform().m11();
    const double reach = kReachPixels / std::max(0.05, zoom);
    Nearest x{by.x(), reach}, y{by.y(), reach};
    const QRectF at = rect.translated(by);
    // Lines of what is far off would only confuse.
    const QRectF near = at.adjusted(-900, -600, 900, 600);
    for (const auto& [id, item] : nodes_) {
        if (places_before_.contains(id)) continue;
        const QRectF other(item->pos(), item->face().size);
        if (!near.intersects(other)) continue;
        const double top = std::min(at.top(), other.top()),
                     left = std::min(at.left(), other.left());
        const double bottom = std::max(at.bottom(), other.bottom());
        const double right = std::max(at.right(), other.right());
        const auto upright = [&](double own, double line) {
            x.offer(line - own, by.x(), {line, top, line, bottom});
        };
        const auto level = [&](double own, double line) {
            y.offer(line - own, by.y(), {left, line, right, line});
        };
        upright(rect.left(), other.left());
        upright(rect.right(), other.right());
        upright(rect.center().x(), other.center().x());
        level(rect.top(), other.top());
        level(rect.bottom(), other.bottom());
    }
    for (const WireItem* wire : wires_) {
        const engine::Wire& ends = wire->wire();
        const auto from = places_before_.find(ends.from.node);
        const auto to = places_before_.find(ends.to.node);
        if ((from == places_before_.end()) == (to == places_before_.end())) continue;
        const NodeItem *source = node(ends.from.node), *target = node(ends.to.node);
        if (!source || !target || !wire->bends().empty()) continue;
        QPointF start = source->end_of(ends.from.port, true);
        QPointF end = target->end_of(ends.to.port, false);
        // As they were when the button went down.
        if (from != places_before_.end()) start += from->second - source->pos();
        if (to != places_before_.end()) end += to->second - target->pos();
        const bool moves_end = to != places_before_.end();
        const double line = moves_end ? start.y() : end.y();
        y.offer(
            line - (moves_end ? end.y() : start.y()), by.y(),
            {start.x() + (moves_end ? 0 : by.x()), line, end.x() + (moves_end ? by.x() : 0), line});
    }
    const auto on_grid = [](double begin, double wanted) {
        return std::round((begin + wanted) / kGrid) * kGrid - begin;
    };
    const QPointF result(x.found ? x.by : on_grid(rect.left(), by.x()),
                         y.found ? y.by : on_grid(rect.top(), by.y()));
    if (!x.found && !y.found) return result;
    QPainterPath lines;
    for (const Nearest* one : {&x, &y}) {
        if (!one->found) continue;
        lines.moveTo(one->guide.p1());
        lines.lineTo(one->guide.p2());
    }
    guides_ = std::make_unique<QGraphicsPathItem>(lines);
    QPen pen(QColor(0xff5fa2), 1.2, Qt::DashLine);
    pen.setCosmetic(true);
    guides_->setPen(pen);
    guides_->setZValue(5);
    addItem(guides_.get());
    return result;
}

std::optional<CanvasScene::SplicePorts> CanvasScene::splice_ports(const NodeFace& face,
                                                                  const engine::Wire& wire) const {
    const NodeItem *from = node(wire.from.node), *to = node(wire.to.node);
    const PortFace* given = from ? from->face().output(wire.from.port) : nullptr;
    const PortFace* wanted = to ? to->face().input(wire.to.port) : nullptr;
    if (!given || !wanted) return {};
    // An exact type before an open one.
    const auto best = [](const std::vector<PortFace>& ports, const std::string& type, auto good) {
        const PortFace* found = nullptr;
        for (const PortFace& port : ports) {
            if (port.sync == engine::Sync::Feedback || !good(port)) continue;
            if (!found || (found->type != type && port.type == type)) found = &port;
        }
        return found;
    };
    const PortFace* input = best(face.inputs, given->type, [&](const PortFace& port) {
        return fits(port.type, given->type);
    });
    const PortFace* output = best(face.outputs, wanted->type, [&](const PortFace& port) {
        return fits(wanted->type, port.type);
    });
    if (!input || !output) return {};
    return SplicePorts{input->name, output->name};
}

/// Marks the wire under the middle of a single node without wires that fits into it.
void CanvasScene::show_splice() {
    WireItem* found = nullptr;
    if (places_before_.size() == 1 && frames_before_.empty()) {
        const std::string& id = places_before_.begin()->first;
        const NodeItem* item = node(id);
        bool wired = !item;
        for (const WireItem* wire : wires_)
            wired = wired || wire->wire().from.node == id || wire->wire().to.node == id;
        const QRectF body = item ? QRectF(item->pos(), item->face().size) : QRectF();
        const QRectF heart = body.adjusted(body.width() / 5, body.height() / 5, -body.width() / 5,
                                           -body.height() / 5);
        if (!wired)
            for (WireItem* wire : wires_) {
                // A wire that lies level has no height, and what is empty intersects nothing.
                const QRectF about = wire->path().controlPointRect().adjusted(-1, -1, 1, 1);
                if (!wire->isVisible() || !about.intersects(heart) ||
                    !wire->shape().intersects(heart) || !splice_ports(item->face(), wire->wire()))
                    continue;
                found = wire;
                break;
            }
    }
    if (found == onto_) return;
    if (onto_) onto_->set_marked(false);
    onto_ = found;
    if (onto_) onto_->set_marked(true);
    Q_EMIT hint(onto_ ? tr("Let go to put the node into this wire.") : QString());
}

}  // namespace millrace::editor
