#include "viewers/model/graph_canvas.hpp"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>

namespace millrace::viewers {
namespace {

constexpr double kLeastZoom = 0.001, kMostZoom = 4, kReadable = 0.28;
constexpr int kMargin = 16;

}  // namespace

GraphCanvas::GraphCanvas(QWidget* parent) : QWidget(parent) {
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setMinimumSize(160, 120);
    setAccessibleName(tr("Graph of the model"));
}

void GraphCanvas::set_drawing(Model model, Drawing drawing) {
    const bool first = !drawing_ || drawing_->graph.nodes.empty();
    model_ = std::move(model);
    drawing_ = std::move(drawing);
    most_parameters_ = 0;
    for (const auto& node : drawing_->graph.nodes)
        most_parameters_ = std::max(most_parameters_, node.parameters);
    chosen_ = hovered_ = marked_ = -1;
    found_.clear();
    if (first)
        show_first();
    else if (fitted_)
        fit();
    update();
}

void GraphCanvas::choose(int node, bool into_sight) {
    if (node != chosen_) {
        chosen_ = node;
        update();
    }
    if (into_sight && node >= 0) bring_into_sight(node);
}

void GraphCanvas::set_found(std::set<int> nodes) {
    found_ = std::move(nodes);
    update();
}

void GraphCanvas::set_marked(int node) {
    if (node == marked_) return;
    marked_ = node;
    update();
}

void GraphCanvas::zoom_by(double factor, std::optional<QPointF> fixed) {
    const QPointF middle(width() / 2.0, height() / 2.0), at = fixed.value_or(middle);
    const QPointF under = center_ + (at - middle) / zoom_;
    zoom_ = std::clamp(zoom_ * factor, kLeastZoom, kMostZoom);
    center_ = under - (at - middle) / zoom_;
    fitted_ = false;
    update();
}

void GraphCanvas::fit() {
    fitted_ = true;
    if (!drawing_ || drawing_->graph.nodes.empty()) return;
    const visual::GraphSize& size = drawing_->layout.size;
    zoom_ = std::clamp(std::min((width() - 2.0 * kMargin) / std::max(1.0, size.width),
                                (height() - 2.0 * kMargin) / std::max(1.0, size.height)),
                       kLeastZoom, 1.25);
    center_ = QPointF(size.width / 2, size.height / 2);
    update();
}

void GraphCanvas::show_first() {
    fit();
    if (zoom_ >= kReadable || !drawing_ || drawing_->graph.nodes.empty()) return;
    const auto& layout = drawing_->layout;
    const auto top = std::ranges::min_element(layout.centers, {}, &visual::GraphPoint::y);
    zoom_ = 0.8;
    center_ = QPointF(top->x, top->y + height() / zoom_ / 2 - drawing_->box.height);
    fitted_ = false;
    update();
}

QPointF GraphCanvas::on_screen(const visual::GraphPoint& point) const {
    return (QPointF(point.x, point.y) - center_) * zoom_ + QPointF(width() / 2.0, height() / 2.0);
}

QRectF GraphCanvas::box_of(int node) const {
    const visual::GraphPoint& at = drawing_->layout.centers[static_cast<std::size_t>(node)];
    const visual::GraphSize& box = drawing_->box;
    return {at.x - box.width / 2, at.y - box.height / 2, box.width, box.height};
}

QRectF GraphCanvas::place_of(int node) const {
    const QRectF box = box_of(node);
    return {on_screen({box.x(), box.y()}), box.size() * zoom_};
}

int GraphCanvas::node_at(QPointF place) const {
    if (!drawing_) return -1;
    for (int node = 0; node < static_cast<int>(drawing_->graph.nodes.size()); ++node) {
        if (place_of(node).adjusted(-1, -1, 1, 1).contains(place)) return node;
    }
    return -1;
}

void GraphCanvas::bring_into_sight(int node) {
    const QRectF place = place_of(node), whole = QRectF(rect()).adjusted(8, 8, -8, -8);
    if (whole.contains(place) && zoom_ >= kReadable) return;
    zoom_ = std::max(zoom_, 0.7);
    center_ = box_of(node).center();
    fitted_ = false;
    update();
}

std::vector<int> GraphCanvas::neighbours(int node, bool below) const {
    std::vector<int> found;
    for (const auto& [from, to] : drawing_->graph.edges) {
        if ((below ? from : to) == node) found.push_back(below ? to : from);
    }
    const auto& centers = drawing_->layout.centers;
    const visual::GraphPoint& own = centers[static_cast<std::size_t>(node)];
    std::ranges::stable_sort(found, {}, [&](int other) {
        const visual::GraphPoint& there = centers[static_cast<std::size_t>(other)];
        return std::hypot(there.x - own.x, there.y - own.y);
    });
    return found;
}

void GraphCanvas::walk(Qt::Key key) {
    if (!drawing_ || drawing_->graph.nodes.empty()) return;
    const auto count = static_cast<int>(drawing_->graph.nodes.size());
    int next = -1;
    if (chosen_ < 0) {
        next = 0;
    } else if (key == Qt::Key_Home || key == Qt::Key_End) {
        next = key == Qt::Key_Home ? 0 : count - 1;
    } else if (key == Qt::Key_Up || key == Qt::Key_Down) {
        const auto near = neighbours(chosen_, key == Qt::Key_Down);
        if (!near.empty()) next = near.front();
    } else {
        const auto& layout = drawing_->layout;
        const auto own = static_cast<std::size_t>(chosen_);
        double least = 0;
        for (int node = 0; node < count; ++node) {
            const auto other = static_cast<std::size_t>(node);
            if (layout.rows[other] != layout.rows[own]) continue;
            const double by = layout.centers[other].x - layout.centers[own].x;
            const double far = key == Qt::Key_Right ? by : -by;
            if (far > 0 && (next < 0 || far < least)) next = node, least = far;
        }
    }
    if (next < 0) return;
    choose(next, true);
    Q_EMIT chosen(next);
}

void GraphCanvas::wheelEvent(QWheelEvent* event) {
    zoom_by(std::pow(1.0016, event->angleDelta().y()), event->position());
}

void GraphCanvas::mousePressEvent(QMouseEvent* event) {
    grabbed_ = event->position();
    dragging_ = false;
    if (event->button() != Qt::LeftButton) return;
    const int node = node_at(event->position());
    if (node < 0) return;
    choose(node, false);
    Q_EMIT chosen(node);
}

void GraphCanvas::mouseMoveEvent(QMouseEvent* event) {
    if (event->buttons() & (Qt::LeftButton | Qt::MiddleButton)) {
        const QPointF by = event->position() - grabbed_;
        if (!dragging_ && by.manhattanLength() < 4) return;
        dragging_ = true;
        setCursor(Qt::ClosedHandCursor);
        center_ -= by / zoom_;
        grabbed_ = event->position();
        fitted_ = false;
        update();
        return;
    }
    hover(node_at(event->position()));
}

void GraphCanvas::mouseReleaseEvent(QMouseEvent*) {
    dragging_ = false;
    unsetCursor();
}

void GraphCanvas::mouseDoubleClickEvent(QMouseEvent* event) {
    const int node = node_at(event->position());
    if (node >= 0) Q_EMIT activated(node);
}

void GraphCanvas::keyPressEvent(QKeyEvent* event) {
    switch (event->key()) {
        case Qt::Key_Up:
        case Qt::Key_Down:
        case Qt::Key_Left:
        case Qt::Key_Right:
        case Qt::Key_Home:
        case Qt::Key_End:
            return walk(static_cast<Qt::Key>(event->key()));
        case Qt::Key_PageUp:
        case Qt::Key_PageDown:
            center_.ry() += (event->key() == Qt::Key_PageUp ? -0.8 : 0.8) * height() / zoom_;
            fitted_ = false;
            return update();
        default:
            QWidget::keyPressEvent(event);
    }
}

void GraphCanvas::leaveEvent(QEvent*) { hover(-1); }

void GraphCanvas::resizeEvent(QResizeEvent*) {
    if (fitted_) fit();
}

void GraphCanvas::hover(int node) {
    if (node == hovered_) return;
    hovered_ = node;
    setCursor(node >= 0 ? Qt::PointingHandCursor : Qt::ArrowCursor);
    update();
    Q_EMIT hovered_node(node);
}

}  // namespace millrace::viewers
