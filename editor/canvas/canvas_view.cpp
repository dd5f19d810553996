#include "editor/canvas/canvas_view.hpp"

#include <QKeyEvent>
#include <QScrollBar>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>

#include "editor/canvas/items.hpp"
#include "editor/canvas/minimap.hpp"

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
    const QRect port = viewport()->rect();
    if (rect.isEmpty() || port.width() < 10) return;
    fit_into(port, rect);
    const auto* map = viewport()->findChild<Minimap*>();
    if (map && map->isVisible() && covers_nodes(map->geometry())) {
        // Above the map or left of it, where there is more room for the graph.
        const QRect above(0, 0, port.width(), map->y()), beside(0, 0, map->x(), port.height());
        fit_into(zoom_for(above, rect) > zoom_for(beside, rect) ? above : beside, rect);
    }
    fitted_ = true;
    Q_EMIT view_changed();
}

double CanvasView::zoom_for(const QRect& area, const QRectF& rect) {
    const double zoom = std::min({static_cast<double>(area.width()) / (rect.width() + 80),
                                  static_cast<double>(area.height()) / (rect.height() + 80), 1.0});
    return std::clamp(zoom, kLeastZoom, kMostZoom);
}

void CanvasView::fit_into(const QRect& area, const QRectF& rect) {
    const double zoom = zoom_for(area, rect);
    setTransform(QTransform::fromScale(zoom, zoom));
    const QPointF beside = QPointF(viewport()->rect().center() - area.center()) / zoom;
    centerOn(rect.center() + beside);
}

bool CanvasView::covers_nodes(const QRect& part) const {
    const QRectF there = mapToScene(part).boundingRect();
    return std::ranges::any_of(canvas_->items(), [&](const QGraphicsItem* item) {
        return qgraphicsitem_cast<const NodeItem*>(item) &&
               item->sceneBoundingRect().intersects(there);
    });
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
    Q_EMIT view_changed();
}

QPointF CanvasView::insertion_place() const {
    const QPoint pointer = viewport()->mapFromGlobal(QCursor::pos());
    return mapToScene(viewport()->rect().contains(pointer) ? pointer : viewport()->rect().center());
}

void CanvasView::wheelEvent(QWheelEvent* event) {
    zoom_by(std::pow(1.0015, event->angleDelta().y()), event->position());
    event->accept();
}

/// Across and down at once: after a first scroll there is something to be painted, which keeps a
/// second one from moving the pixels that are there.
void CanvasView::pan_by(QPoint by) {
    gathering_ = true;
    gathered_ = {};
    horizontalScrollBar()->setValue(horizontalScrollBar()->value() + by.x());
    verticalScrollBar()->setValue(verticalScrollBar()->value() + by.y());
    gathering_ = false;
    if (!gathered_.isNull()) scrollContentsBy(gathered_.x(), gathered_.y());
}

void CanvasView::scrollContentsBy(int dx, int dy) {
    if (gathering_) {
        gathered_ += QPoint(dx, dy);
        return;
    }
    QGraphicsView::scrollContentsBy(dx, dy);
    Q_EMIT view_changed();
}

void CanvasView::mousePressEvent(QMouseEvent* event) {
    if (event->button() == Qt::RightButton && event->modifiers() & Qt::ControlModifier) {
        cutting_ = true;
        canvas_->begin_cut(mapToScene(event->pos()));
        setCursor(Qt::CrossCursor);
        event->accept();
        return;
    }
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
    if (cutting_) {
        canvas_->cut_to(mapToScene(event->pos()));
        event->accept();
        return;
    }
    if (panning_) {
        const QPoint by = event->pos() - last_;
        last_ = event->pos();
        pan_by(-by);
        event->accept();
        return;
    }
    QGraphicsView::mouseMoveEvent(event);
}

void CanvasView::mouseReleaseEvent(QMouseEvent* event) {
    if (cutting_ && event->button() == Qt::RightButton) {
        cutting_ = false;
        unsetCursor();
        canvas_->cut_to(mapToScene(event->pos()));
        canvas_->end_cut();
        event->accept();
        return;
    }
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
    if (moves_nodes(*event)) {
        const int key = event->key();
        const double step = event->modifiers() & Qt::ShiftModifier ? 100 : 20;
        canvas_->nudge_selected({key == Qt::Key_Left    ? -step
                                 : key == Qt::Key_Right ? step
                                                        : 0,
                                 key == Qt::Key_Up     ? -step
                                 : key == Qt::Key_Down ? step
                                                       : 0});
        event->accept();
        return;
    }
    QGraphicsView::keyPressEvent(event);
}

/// Arrows move what is selected. Down and Up also enter and leave subgraphs: Down enters a call
/// that is selected alone, Up leaves when nothing is selected.
bool CanvasView::moves_nodes(const QKeyEvent& event) const {
    const int key = event.key();
    if (key != Qt::Key_Left && key != Qt::Key_Right && key != Qt::Key_Up && key != Qt::Key_Down)
        return false;
    if (event.modifiers() & ~(Qt::ShiftModifier | Qt::KeypadModifier)) return false;
    const auto selected = canvas_->selected_nodes();
    if (selected.empty()) return false;
    return key != Qt::Key_Down || event.modifiers() & Qt::ShiftModifier || selected.size() > 1 ||
           !canvas_->node(selected.front())->face().is_call;
}

bool CanvasView::event(QEvent* event) {
    if (event->type() == QEvent::ShortcutOverride && moves_nodes(*static_cast<QKeyEvent*>(event))) {
        event->accept();
        return true;
    }
    return QGraphicsView::event(event);
}

/// Tab opens the palette and must not move the focus.
bool CanvasView::focusNextPrevChild(bool) { return false; }

void CanvasView::showEvent(QShowEvent* event) {
    QGraphicsView::showEvent(event);
    if (!fitted_) show_all();
}

}  // namespace millrace::editor
