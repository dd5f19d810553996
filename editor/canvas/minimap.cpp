#include "editor/canvas/minimap.hpp"

#include <QMouseEvent>
#include <QPainter>
#include <algorithm>

#include "editor/canvas/canvas_view.hpp"
#include "editor/canvas/frame_item.hpp"
#include "editor/canvas/items.hpp"

namespace millrace::editor {
namespace {

constexpr int kWidth = 220, kHeight = 150, kEdge = 12, kInset = 6;

}  // namespace

// On the viewport, not over it: what lies over a viewport keeps it from scrolling its pixels, and
// all in sight would be painted anew for each step of a pan.
Minimap::Minimap(CanvasView* view) : QWidget(view->viewport()), view_(view) {
    setObjectName("minimap");
    setAccessibleName(tr("Map of the graph"));
    setToolTip(tr("Click or drag to move the view"));
    setCursor(Qt::PointingHandCursor);
    setFocusPolicy(Qt::NoFocus);
    resize(kWidth, kHeight);
    view->viewport()->installEventFilter(this);
    CanvasScene* scene = view->canvas();
    connect(scene->document(), &Document::changed, this, [this] { invalidate(); });
    connect(scene, &CanvasScene::path_changed, this, [this] { invalidate(); });
    connect(view, &CanvasView::view_changed, this, [this] {
        place();  // it was scrolled along
        update();
    });
    invalidate();
}

void Minimap::set_wanted(bool wanted) {
    wanted_ = wanted;
    invalidate();
}

void Minimap::invalidate() {
    stale_ = true;
    setVisible(wanted_ && view_->canvas()->graph() && !view_->canvas()->graph()->nodes.empty());
    place();
    update();
}

void Minimap::place() {
    const QWidget* port = view_->viewport();
    move(port->width() - width() - kEdge, port->height() - height() - kEdge);
    raise();
}

bool Minimap::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::Resize) place();
    if (event->type() == QEvent::PaletteChange) invalidate();
    return QWidget::eventFilter(watched, event);
}

QRectF Minimap::to_map(const QRectF& scene) const {
    const QPointF corner((width() - shown_.width() * scale_) / 2,
                         (height() - shown_.height() * scale_) / 2);
    return {corner + (scene.topLeft() - shown_.topLeft()) * scale_, scene.size() * scale_};
}

void Minimap::paint_nodes() {
    stale_ = false;
    shown_ = {};
    const auto nodes = view_->canvas()->nodes();
    for (const NodeItem* node : nodes) shown_ |= QRectF(node->pos(), node->face().size);
    for (QGraphicsItem* item : view_->canvas()->items())
        if (const auto* frame = qgraphicsitem_cast<FrameItem*>(item)) shown_ |= frame->rect();
    scale_ = std::min({(kWidth - 2 * kInset) / std::max(1.0, shown_.width()),
                       (kHeight - 2 * kInset) / std::max(1.0, shown_.height()), 0.2});
    const double ratio = devicePixelRatioF();
    nodes_ = QPixmap(size() * ratio);
    nodes_.setDevicePixelRatio(ratio);
    nodes_.fill(Qt::transparent);
    QPainter painter(&nodes_);
    painter.setRenderHint(QPainter::Antialiasing);
    QColor plate = palette().color(QPalette::Window);
    plate.setAlpha(225);
    painter.setPen(palette().color(QPalette::Mid));
    painter.setBrush(plate);
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6);
    painter.setRenderHint(QPainter::Antialiasing, false);
    for (QGraphicsItem* item : view_->canvas()->items()) {
        const auto* frame = qgraphicsitem_cast<FrameItem*>(item);
        if (!frame) continue;
        QColor color = palette().color(QPalette::Highlight);
        color.setAlpha(40);
        painter.fillRect(to_map(frame->rect()), color);
    }
    for (const NodeItem* node : nodes) {
        QRectF box = to_map({node->pos(), node->face().size});
        box.setSize(box.size().expandedTo(QSizeF(2, 2)));
        painter.fillRect(box, node->face().color);
    }
}

void Minimap::paintEvent(QPaintEvent*) {
    if (stale_) paint_nodes();
    QPainter painter(this);
    painter.drawPixmap(0, 0, nodes_);
    const QRectF seen = to_map(view_->mapToScene(view_->viewport()->rect()).boundingRect())
                            .intersected(QRectF(rect()).adjusted(2, 2, -2, -2));
    QColor veil = palette().color(QPalette::Highlight);
    painter.setPen(QPen(veil, 1.5));
    veil.setAlpha(28);
    painter.setBrush(veil);
    if (!seen.isEmpty()) painter.drawRect(seen);
}

void Minimap::move_view(QPoint to) {
    if (stale_) paint_nodes();
    const QPointF corner = to_map({shown_.topLeft(), QSizeF()}).topLeft();
    view_->centerOn(shown_.topLeft() + (QPointF(to) - corner) / scale_);
}

void Minimap::mousePressEvent(QMouseEvent* event) {
    if (event->button() == Qt::LeftButton) move_view(event->pos());
    event->accept();
}

void Minimap::mouseMoveEvent(QMouseEvent* event) {
    if (event->buttons() & Qt::LeftButton) move_view(event->pos());
    event->accept();
}

void Minimap::wheelEvent(QWheelEvent* event) { event->accept(); }

}  // namespace millrace::editor
