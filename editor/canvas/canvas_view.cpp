#include "editor/canvas/canvas_view.hpp"

#include <QKeyEvent>
#include <QScrollBar>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>

#include "editor/canvas/items.hpp"

namespace millrace::editor {
namespace {

constexpr double kLeastZoom = 0.05, kMostZoom = 3;

}  // namespace

CanvasView::CanvasView(CanvasScene* scene, QWidget* parent)
    : QGraphicsView(scene, parent), canvas_(scene) {
    setRenderHint(QPainter::Antialiasing);
    setDragMode(QGraphicsView::RubberBandDrag);
    setTransformationAnchor(QGraphicsView::NoAnchor);
    setViewportUpdateMode(QGraphicsView::SmartViewportUpdate);
    setOptimizationFlag(QGraphicsView::DontAdjustForAntialiasing);
    setOptimizationFlag(QGraphicsView::DontSavePainterState);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setFrameShape(QFrame::NoFrame);
    setMouseTracking(true);
    setAccessibleName(tr("Canvas"));
    connect(scene->document(), &Document::started, this, [this] {
        fitted_ = false;
        if (isVisible()) show_all();
    });
}

void CanvasView::fit(const QRectF& rect) {
    if (rect.isEmpty() || viewport()->width() < 10) return;
    const double zoom =
        std::min({static_cast<double>(viewport()->width()) / (rect.width() + 80),
                  static_cast<double>(viewport()->height()) / (rect.height() + 80), 1.0});
    setTransform(QTransform::fromScale(std::clamp(zoom, kLeastZoom, kMostZoom),
                                       std::clamp(zoom, kLeastZoom, kMostZoom)));
    centerOn(rect.center());
    fitted_ = true;
}

void CanvasView::show_all() { fit(canvas_->itemsBoundingRect()); }

void CanvasView::show_selection() {
    QRectF rect;
    for (const std::string& id : canvas_->selected_nodes())
        rect |= canvas_->node(id)->sceneBoundingRect();
    fit(rect.isEmpty() ? canvas_->itemsBoundingRect() : rect);
}

void CanvasView::set_zoom(double zoom) {
    zoom_by(zoom / this->zoom(), viewport()->rect().center());
}

void CanvasView::zoom_by(double factor, QPointF fixed) {
    const double next = std::clamp(zoom() * factor, kLeastZoom, kMostZoom);
    const QPointF before = mapToScene(fixed.toPoint());
    setTransform(QTransform::fromScale(next, next));
    const QPointF moved = mapToScene(fixed.toPoint()) - before;
    horizontalScrollBar()->setValue(horizontalScrollBar()->value() -
                                    static_cast<int>(std::lround(moved.x() * next)));
    verticalScrollBar()->setValue(verticalScrollBar()->value() -
                                  static_cast<int>(std::lround(moved.y() * next)));
}

QPointF CanvasView::insertion_place() const {
    const QPoint pointer = viewport()->mapFromGlobal(QCursor::pos());
    return mapToScene(viewport()->rect().contains(pointer) ? pointer : viewport()->rect().center());
}

void CanvasView::wheelEvent(QWheelEvent* event) {
    zoom_by(std::pow(1.0015, event->angleDelta().y()), event->position());
    event->accept();
}

void CanvasView::mousePressEvent(QMouseEvent* event) {
    if (event->button() == Qt::MiddleButton || event->button() == Qt::RightButton) {
        panning_ = true;
        last_ = event->pos();
        setCursor(Qt::ClosedHandCursor);
        event->accept();
        return;
    }
    QGraphicsView::mousePressEvent(event);
}

void CanvasView::mouseMoveEvent(QMouseEvent* event) {
    if (panning_) {
        const QPoint by = event->pos() - last_;
        last_ = event->pos();
        horizontalScrollBar()->setValue(horizontalScrollBar()->value() - by.x());
        verticalScrollBar()->setValue(verticalScrollBar()->value() - by.y());
        event->accept();
        return;
    }
    QGraphicsView::mouseMoveEvent(event);
}

void CanvasView::mouseReleaseEvent(QMouseEvent* event) {
    if (panning_ && !(event->buttons() & (Qt::MiddleButton | Qt::RightButton))) {
        panning_ = false;
        unsetCursor();
        event->accept();
        return;
    }
    QGraphicsView::mouseReleaseEvent(event);
}

void CanvasView::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Tab) {
        Q_EMIT search_wanted(insertion_place());
        event->accept();
        return;
    }
    QGraphicsView::keyPressEvent(event);
}

/// Tab opens the palette and must not move the focus.
bool CanvasView::focusNextPrevChild(bool) { return false; }

void CanvasView::showEvent(QShowEvent* event) {
    QGraphicsView::showEvent(event);
    if (!fitted_) show_all();
}

}  // namespace millrace::editor
