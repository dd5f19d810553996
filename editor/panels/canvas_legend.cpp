#include "editor/panels/canvas_legend.hpp"

#include <QEvent>
#include <QPainter>

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
    painter.setRenderHint(QPainter::Antialiasing);
    QColor plate = palette().color(QPalette::Window);
    plate.setAlpha(235);
    painter.setBrush(plate);
    painter.setPen(palette().color(QPalette::Mid));
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6);
    painter.setPen(palette().color(QPalette::WindowText));
    QFont small = font();
    small.setPixelSize(11);
    painter.setFont(small);
    const QRectF inner = QRectF(rect()).adjusted(10, 6, -10, -6);
    painter.drawText(inner, Qt::AlignTop | Qt::AlignLeft, title_);
    const QRectF bar(inner.left(), inner.top() + 18, inner.width(), 10);
    const QColor base = palette().color(QPalette::Button);
    // The colours of the nodes themselves.
    for (int i = 0; i < static_cast<int>(bar.width()); ++i)
        painter.fillRect(QRectF(bar.left() + i, bar.top(), 1, bar.height()),
                         heat_color(i / (bar.width() - 1), base));
    painter.drawText(inner, Qt::AlignBottom | Qt::AlignLeft, low_);
    painter.drawText(inner, Qt::AlignBottom | Qt::AlignRight, high_);
}

}  // namespace millrace::editor
