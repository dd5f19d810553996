#include "editor/panels/ab_view.hpp"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <algorithm>

#include "editor/session/thumbnail.hpp"

namespace millrace::editor {
namespace {

constexpr double kStep = 0.05;  ///< of the divider by a key

}  // namespace

AbView::AbView(QWidget* parent) : QWidget(parent) {
    setFocusPolicy(Qt::StrongFocus);
    setMinimumSize(120, 90);
    setAccessibleName(tr("Two images compared"));
}

void AbView::show_pair(Shared a, const QString& name_a, Shared b, const QString& name_b) {
    const auto put = [](Side& side, Shared visual, const QString& name) {
        if (visual != side.visual) side.image = QImage();
        side.visual = std::move(visual);
        side.name = name;
    };
    put(sides_[0], std::move(a), name_a);
    put(sides_[1], std::move(b), name_b);
    update();
}

void AbView::set_mode(Mode mode) {
    mode_ = mode;
    setCursor(mode == Mode::Wipe ? Qt::SplitHCursor : Qt::ArrowCursor);
    update();
}

void AbView::set_divider(double share) {
    divider_ = std::clamp(share, 0.0, 1.0);
    update();
}

void AbView::fit(Side& side) const {
    if (!side.image.isNull() || !side.visual) return;
    if (const auto* raster = std::get_if<visual::Raster>(side.visual.get()))
        side.image = raster_image(*raster, size() * devicePixelRatioF());
}

void AbView::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.fillRect(rect(), palette().color(QPalette::Base));
    painter.setRenderHint(QPainter::SmoothPixmapTransform);
    const int middle = mode_ == Mode::Wipe ? static_cast<int>(width() * divider_)
                                           : (mode_ == Mode::A ? width() : 0);
    const std::array<QRect, 2> parts = {QRect(0, 0, middle, height()),
                                        QRect(middle, 0, width() - middle, height())};
    for (std::size_t i = 0; i < 2; ++i) {
        if (parts[i].width() <= 0) continue;
        fit(sides_[i]);
        painter.setClipRect(parts[i]);
        const QImage& image = sides_[i].image;
        if (!image.isNull()) {
            // Both fill the same place, whatever their sizes, so that the same spot lies under
            // the divider.
            const QSizeF fitted = QSizeF(image.size()).scaled(size(), Qt::KeepAspectRatio);
            painter.drawImage(
                QRectF(QPointF((width() - fitted.width()) / 2, (height() - fitted.height()) / 2),
                       fitted),
                image);
        }
        const QString name = tr("%1: %2").arg(i == 0 ? tr("A") : tr("B"), sides_[i].name);
        QFont small = font();
        small.setPixelSize(11);
        painter.setFont(small);
        const double width = QFontMetricsF(small).horizontalAdvance(name) + 12;
        const QRectF plate(i == 0 ? parts[0].left() + 6 : parts[1].right() - width - 6, 6, width,
                           18);
        painter.setPen(Qt::NoPen);
        painter.setBrush(QColor(0, 0, 0, 170));
        painter.drawRoundedRect(plate, 4, 4);
        painter.setPen(Qt::white);
        painter.drawText(plate, Qt::AlignCenter, name);
    }
    painter.setClipping(false);
    if (mode_ == Mode::Wipe) {
        painter.setPen(QPen(palette().color(QPalette::Highlight), 2));
        painter.drawLine(middle, 0, middle, height());
    }
}

void AbView::resizeEvent(QResizeEvent* event) {
    for (Side& side : sides_) side.image = QImage();
    QWidget::resizeEvent(event);
}

void AbView::mousePressEvent(QMouseEvent* event) { mouseMoveEvent(event); }

void AbView::mouseMoveEvent(QMouseEvent* event) {
    if (mode_ == Mode::Wipe && event->buttons() & Qt::LeftButton && width() > 0)
        set_divider(event->position().x() / width());
}

void AbView::keyPressEvent(QKeyEvent* event) {
    if (mode_ == Mode::Wipe && event->key() == Qt::Key_Left)
        set_divider(divider_ - kStep);
    else if (mode_ == Mode::Wipe && event->key() == Qt::Key_Right)
        set_divider(divider_ + kStep);
    else
        QWidget::keyPressEvent(event);
}

}  // namespace millrace::editor
