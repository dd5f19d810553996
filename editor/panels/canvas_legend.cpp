#include "editor/panels/canvas_legend.hpp"

#include <QEvent>
#include <QPainter>

#include "editor/canvas/legend_paint.hpp"
#include "editor/canvas/status_of_run.hpp"

namespace millrace::editor {
namespace {

constexpr int kEdge = 12;

}  // namespace

CanvasLegend::CanvasLegend(QWidget* canvas) : QWidget(canvas) {
    setAttribute(Qt::WA_TransparentForMouseEvents);
    setObjectName("canvas-legend");
    resize(sizeHint());
    canvas->installEventFilter(this);
    hide();
}

void CanvasLegend::show_scale(const QString& title, const QString& low, const QString& high) {
    title_ = title;
    low_ = low;
    high_ = high;
    setAccessibleName(tr("%1: %2 to %3").arg(title, low, high));
    setVisible(!title.isEmpty());
    place();
    update();
}

void CanvasLegend::place() {
    move(kEdge, parentWidget()->height() - height() - kEdge);
    raise();
}

bool CanvasLegend::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::Resize) place();
    return QWidget::eventFilter(watched, event);
}

void CanvasLegend::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const QRectF inner = begin_legend(painter, *this);
    painter.drawText(inner, Qt::AlignTop | Qt::AlignLeft, title_);
    const QRectF bar(inner.left(), inner.top() + 18, inner.width(), 10);
    // The colours of the nodes themselves.
    draw_scale(painter, bar, [base = palette().color(QPalette::Button)](double share) {
        return heat_color(share, base);
    });
    painter.drawText(inner, Qt::AlignBottom | Qt::AlignLeft, low_);
    painter.drawText(inner, Qt::AlignBottom | Qt::AlignRight, high_);
}

}  // namespace millrace::editor
