#include "viewers/view/calibration_widgets.hpp"

#include <QGuiApplication>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>
#include <QStyle>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>

namespace millrace::view {
namespace {

constexpr int kUsual = 10;  ///< steps of a key or a notch

int steps_of(Qt::KeyboardModifiers modifiers) {
    return modifiers & Qt::ControlModifier ? 1 : kUsual;
}

}  // namespace

FineSlider::FineSlider(QWidget* parent) : QSlider(Qt::Horizontal, parent) {
    setRange(-kSteps, kSteps);
    setSingleStep(kUsual);
    setPageStep(10 * kUsual);
    setMinimumWidth(120);
}

int FineSlider::inset() const { return style()->pixelMetric(QStyle::PM_SliderLength) / 2; }

/// Ctrl with an arrow is a fine step here, whatever the window does with it elsewhere.
bool FineSlider::event(QEvent* event) {
    if (event->type() == QEvent::ShortcutOverride) {
        const int key = static_cast<QKeyEvent*>(event)->key();
        if (key == Qt::Key_Left || key == Qt::Key_Right || key == Qt::Key_Up ||
            key == Qt::Key_Down) {
            event->accept();
            return true;
        }
    }
    return QSlider::event(event);
}

void FineSlider::keyPressEvent(QKeyEvent* event) {
    const int step = steps_of(event->modifiers());
    if (event->key() == Qt::Key_Left || event->key() == Qt::Key_Down)
        setValue(value() - step);
    else if (event->key() == Qt::Key_Right || event->key() == Qt::Key_Up)
        setValue(value() + step);
    else
        QSlider::keyPressEvent(event);
}

void FineSlider::wheelEvent(QWheelEvent* event) {
    // A wheel that passes over the panel must not change the calibration.
    if (!hasFocus()) {
        event->ignore();
        return;
    }
    setValue(value() + static_cast<int>(std::lround(event->angleDelta().y() / 120.0 *
                                                    steps_of(event->modifiers()))));
    event->accept();
}

void FineSlider::mousePressEvent(QMouseEvent* event) {
    QSlider::mousePressEvent(event);
    dragged_from_ = event->position();
    dragged_ = value();
}

void FineSlider::mouseMoveEvent(QMouseEvent* event) {
    if (!isSliderDown()) {
        QSlider::mouseMoveEvent(event);
        return;
    }
    const double room = std::max(1, width() - 2 * inset());
    const double fine = event->modifiers() & Qt::ControlModifier ? 0.1 : 1;
    const double way = event->position().x() - dragged_from_.x();
    dragged_from_ = event->position();
    dragged_ = std::clamp(dragged_ + way * fine * 2 * kSteps / room, -1.0 * kSteps, 1.0 * kSteps);
    setSliderPosition(static_cast<int>(std::lround(dragged_)));
}

FineBox::FineBox(QWidget* parent) : QDoubleSpinBox(parent) {
    setKeyboardTracking(false);
    setAlignment(Qt::AlignRight);
    setFocusPolicy(Qt::StrongFocus);
}

/// Undo is the panel's: a step of the calibration, not of the text in the box.
bool FineBox::event(QEvent* event) {
    if (event->type() == QEvent::ShortcutOverride) {
        const auto* key = static_cast<QKeyEvent*>(event);
        if (key->matches(QKeySequence::Undo) || key->matches(QKeySequence::Redo)) {
            event->ignore();
            return false;
        }
    }
    return QDoubleSpinBox::event(event);
}

void FineBox::stepBy(int steps) {
    // Qt multiplies the steps by ten while Ctrl is held.
    const bool fine = QGuiApplication::keyboardModifiers() & Qt::ControlModifier;
    const double share = fine ? (std::abs(steps) >= 10 ? 0.01 : 0.1) : 1;
    setValue(value() + steps * singleStep() * share);
    selectAll();
}

ScorePlot::ScorePlot(const FineSlider* slider, QWidget* parent) : QWidget(parent), slider_(slider) {
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    connect(slider_, &QSlider::valueChanged, this, [this] { update(); });
    connect(slider_, &QSlider::sliderMoved, this, [this] { update(); });
}

void ScorePlot::set_scores(std::vector<double> scores, double low, double high) {
    scores_ = std::move(scores);
    low_ = low;
    high_ = high;
    stale_ = false;
    update();
}

void ScorePlot::set_stale(bool stale) {
    if (stale_ == stale) return;
    stale_ = stale;
    update();
}

std::optional<double> ScorePlot::peak() const {
    if (scores_.size() < 2) return {};
    const auto best = std::ranges::max_element(scores_) - scores_.begin();
    return 2 * static_cast<double>(best) / static_cast<double>(scores_.size() - 1) - 1;
}

void ScorePlot::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF ground = QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5);
    painter.setPen(Qt::NoPen);
    painter.setBrush(palette().base());
    painter.drawRoundedRect(ground, 3, 3);
    const double inset = slider_->inset(), room = std::max(1.0, width() - 2 * inset);
    const auto across = [&](double share) { return inset + (share + 1) / 2 * room; };
    QColor faint = palette().color(QPalette::Text);
    faint.setAlpha(50);
    painter.setPen(QPen(faint, 1));
    painter.drawLine(QPointF(across(0), 2), QPointF(across(0), height() - 2));
    const QColor accent = palette().color(QPalette::Highlight);
    painter.setPen(QPen(accent, 1.5));
    const double now = across(static_cast<double>(slider_->sliderPosition()) / FineSlider::kSteps);
    painter.drawLine(QPointF(now, 1), QPointF(now, height() - 1));
    if (scores_.size() < 2 || !(high_ > low_)) return;
    const auto upwards = [&](double score) {
        return height() - 4 -
               std::clamp((score - low_) / (high_ - low_), 0.0, 1.0) * (height() - 8);
    };
    QPainterPath path;
    for (std::size_t i = 0; i < scores_.size(); ++i) {
        const QPointF at(
            across(2 * static_cast<double>(i) / static_cast<double>(scores_.size() - 1) - 1),
            upwards(scores_[i]));
        i == 0 ? path.moveTo(at) : path.lineTo(at);
    }
    QColor ink = palette().color(QPalette::Text);
    if (stale_) ink.setAlpha(110);
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(ink, 1.3));
    painter.drawPath(path);
    painter.setPen(Qt::NoPen);
    painter.setBrush(stale_ ? ink : QColor(46, 160, 90));
    painter.drawEllipse(QPointF(across(*peak()), upwards(std::ranges::max(scores_))), 3, 3);
}

}  // namespace millrace::view
