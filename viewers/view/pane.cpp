#include "viewers/view/pane.hpp"

#include <QApplication>
#include <QHBoxLayout>
#include <QKeySequence>
#include <QLabel>
#include <QMouseEvent>
#include <QPainter>
#include <QToolButton>
#include <QVBoxLayout>

namespace millrace::view {
namespace {

constexpr int kFrame = 2;  ///< pixels round the pane
constexpr int kIcon = 14;

enum class Sign { Maximise, Restore, Close };

QString with_key(const QString& text, const char* key) {
    return text.arg(QKeySequence(QLatin1String(key)).toString(QKeySequence::NativeText));
}

QIcon icon_of(Sign sign, const QPalette& palette, double ratio) {
    QPixmap pixmap(QSize(kIcon, kIcon) * ratio);
    pixmap.setDevicePixelRatio(ratio);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(palette.color(QPalette::WindowText), 1.4));
    switch (sign) {
        case Sign::Maximise:
            painter.drawRect(QRectF(3, 3, 8, 8));
            break;
        case Sign::Restore:
            painter.drawRect(QRectF(2.5, 5, 6.5, 6.5));
            painter.drawPolyline(QPolygonF({{5, 5}, {5, 2.5}, {11.5, 2.5}, {11.5, 9}, {9, 9}}));
            break;
        case Sign::Close:
            painter.drawLine(QPointF(3.5, 3.5), QPointF(10.5, 10.5));
            painter.drawLine(QPointF(10.5, 3.5), QPointF(3.5, 10.5));
            break;
    }
    return pixmap;
}

}  // namespace

Pane::Pane(const QString& title, QWidget* content, QWidget* parent)
    : QFrame(parent), content_(content), bar_(new QWidget(this)) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(kFrame, kFrame, kFrame, kFrame);
    column->setSpacing(0);
    row_ = new QHBoxLayout(bar_);
    row_->setContentsMargins(8, 1, 2, 1);
    row_->setSpacing(2);
    label_ = new QLabel(bar_);
    label_->setTextFormat(Qt::PlainText);
    label_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    row_->addWidget(label_, 1);
    const auto button = [this](const QString& tip) {
        auto* made = new QToolButton(bar_);
        made->setAutoRaise(true);
        made->setFocusPolicy(Qt::NoFocus);  // their keys are in the View menu
        made->setIconSize({kIcon, kIcon});
        made->setToolTip(tip);
        made->setAccessibleName(tip);
        row_->addWidget(made);
        return made;
    };
    maximise_ = button(with_key(tr("Maximise (%1)"), "Ctrl+Return"));
    close_ = button(with_key(tr("Close (%1)"), "Ctrl+W"));
    connect(maximise_, &QToolButton::clicked, this, &Pane::maximise_wanted);
    connect(close_, &QToolButton::clicked, this, &Pane::close_wanted);
    column->addWidget(bar_);
    column->addWidget(content, 1);
    bar_->installEventFilter(this);
    label_->installEventFilter(this);
    set_title(title);
    draw_icons();
}

void Pane::set_title(const QString& title) {
    title_ = title;
    setAccessibleName(title);
    label_->setText(title);
    label_->setToolTip(title);
}

void Pane::add_to_title(QWidget* widget) { row_->insertWidget(row_->count() - 2, widget); }

void Pane::take_focus() {
    QWidget* target = content_;
    while (target->focusProxy()) target = target->focusProxy();
    if (!(target->focusPolicy() & Qt::TabFocus)) {
        for (QWidget* child : content_->findChildren<QWidget*>()) {
            if (!(child->focusPolicy() & Qt::TabFocus) || !child->isVisibleTo(content_)) continue;
            target = child;
            break;
        }
    }
    target->setFocus(Qt::ShortcutFocusReason);
}

void Pane::set_maximised(bool maximised) {
    if (maximised == maximised_) return;
    maximised_ = maximised;
    maximise_->setToolTip(
        with_key(maximised ? tr("Restore (%1)") : tr("Maximise (%1)"), "Ctrl+Return"));
    maximise_->setAccessibleName(maximise_->toolTip());
    draw_icons();
}

void Pane::set_focused(bool focused) {
    if (focused == focused_) return;
    focused_ = focused;
    QFont font = label_->font();
    font.setBold(focused);
    label_->setFont(font);
    update();
}

void Pane::draw_icons() {
    const double ratio = devicePixelRatioF();
    maximise_->setIcon(icon_of(maximised_ ? Sign::Restore : Sign::Maximise, palette(), ratio));
    close_->setIcon(icon_of(Sign::Close, palette(), ratio));
}

void Pane::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.fillRect(bar_->geometry(), palette().color(QPalette::Button));
    if (!focused_) return;
    painter.setPen(QPen(palette().color(QPalette::Highlight), kFrame));
    painter.drawRect(
        QRectF(rect()).adjusted(kFrame / 2.0, kFrame / 2.0, -kFrame / 2.0, -kFrame / 2.0));
}

void Pane::changeEvent(QEvent* event) {
    if (event->type() == QEvent::PaletteChange) draw_icons();
    QFrame::changeEvent(event);
}

bool Pane::eventFilter(QObject* watched, QEvent* event) {
    if (watched != bar_ && watched != label_) return QFrame::eventFilter(watched, event);
    if (event->type() == QEvent::MouseButtonDblClick) {
        pressing_ = false;
        Q_EMIT maximise_wanted();
        return true;
    }
    if (event->type() == QEvent::MouseButtonPress) {
        const auto* mouse = static_cast<QMouseEvent*>(event);
        pressing_ = mouse->button() == Qt::LeftButton;
        pressed_ = mouse->globalPosition().toPoint();
        take_focus();
        return true;
    }
    if (event->type() == QEvent::MouseMove && pressing_) {
        const auto* mouse = static_cast<QMouseEvent*>(event);
        if ((mouse->globalPosition().toPoint() - pressed_).manhattanLength() <
            QApplication::startDragDistance())
            return true;
        pressing_ = false;
        Q_EMIT drag_wanted();
        return true;
    }
    if (event->type() == QEvent::MouseButtonRelease) pressing_ = false;
    return QFrame::eventFilter(watched, event);
}

}  // namespace millrace::view
