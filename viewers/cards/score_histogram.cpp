#include "viewers/cards/score_histogram.hpp"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <algorithm>
#include <cmath>

namespace millrace::viewers {
namespace {

constexpr std::size_t kBins = 50;
constexpr double kMargin = 7;

}  // namespace

ScoreHistogram::ScoreHistogram(QWidget* parent) : QWidget(parent), counts_(kBins, 0) {
    setFocusPolicy(Qt::StrongFocus);
    setMinimumSize(120, 46);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setAccessibleName(tr("Least score"));
    setToolTip(
        tr("Boxes below the handle are left out of the list: drag it, or use the arrow keys"));
}

void ScoreHistogram::set_scores(const std::vector<double>& scores) {
    const bool unset = threshold_ <= low_;
    low_ = 0, high_ = 1;
    for (const double score : scores) {
        if (!std::isfinite(score)) continue;
        low_ = std::min(low_, score);
        high_ = std::max(high_, score);
    }
    counts_.assign(kBins, 0);
    for (const double score : scores) {
        if (!std::isfinite(score)) continue;
        const double share = (score / 2 - low_ / 2) / (high_ / 2 - low_ / 2);
        ++counts_[std::min(kBins - 1, static_cast<std::size_t>(share * kBins))];
    }
    // A handle that left nothing out goes on doing so.
    threshold_ = unset ? low_ : std::clamp(threshold_, low_, high_);
    update();
}

void ScoreHistogram::set_threshold(double threshold) {
    const double wanted = std::clamp(threshold, low_, high_);
    if (wanted == threshold_ || std::isnan(wanted)) return;
    threshold_ = wanted;
    update();
    Q_EMIT threshold_changed(threshold_);
}

QRectF ScoreHistogram::bars() const {
    return QRectF(rect()).adjusted(kMargin, 3, -kMargin, -(fontMetrics().height() + 4.0));
}

double ScoreHistogram::value_at(double x) const {
    const QRectF area = bars();
    const double share = std::clamp((x - area.left()) / area.width(), 0.0, 1.0);
    return low_ * (1 - share) + high_ * share;
}

void ScoreHistogram::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const QRectF area = bars();
    painter.fillRect(area, palette().base());
    const QColor accent = palette().color(QPalette::Highlight);
    QColor faint = palette().color(QPalette::PlaceholderText);
    const double share = (threshold_ / 2 - low_ / 2) / (high_ / 2 - low_ / 2);
    const double at = area.left() + share * area.width();
    const double most = std::sqrt(
        static_cast<double>(std::max<std::size_t>(1, *std::ranges::max_element(counts_))));
    const double width = area.width() / kBins;
    QColor out = faint;
    out.setAlphaF(0.45F);
    for (std::size_t i = 0; i < kBins; ++i) {
        const double x = area.left() + static_cast<double>(i) * width;
        const double high = std::sqrt(static_cast<double>(counts_[i])) / most * (area.height() - 2);
        if (counts_[i] == 0) continue;
        painter.fillRect(
            QRectF(x, area.bottom() - std::max(1.0, high), width - 0.5, std::max(1.0, high)),
            x + width / 2 < at ? out : accent);
    }
    painter.setPen(faint);
    painter.drawLine(area.bottomLeft(), area.bottomRight());
    const auto text = [](double value) { return QString::number(value, 'g', 3); };
    const QRectF below(area.left() - kMargin, area.bottom() + 2, width * kBins + 2 * kMargin,
                       fontMetrics().height() + 2);
    const QString now =
        threshold_ > low_ ? tr("score ≥ %1").arg(text(threshold_)) : tr("all scores");
    const double wide = fontMetrics().horizontalAdvance(now);
    const double left = std::clamp(at - wide / 2, below.left(), below.right() - wide);
    const double low_wide = fontMetrics().horizontalAdvance(text(low_)),
                 high_wide = fontMetrics().horizontalAdvance(text(high_));
    if (left > below.left() + low_wide + 6) painter.drawText(below, Qt::AlignLeft, text(low_));
    if (left + wide < below.right() - high_wide - 6)
        painter.drawText(below, Qt::AlignRight, text(high_));
    painter.setPen(palette().color(QPalette::WindowText));
    painter.drawText(QRectF(left, below.top(), wide + 2, below.height()), Qt::AlignLeft, now);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(palette().color(QPalette::WindowText), hasFocus() ? 2 : 1.4));
    painter.drawLine(QPointF(at, area.top()), QPointF(at, area.bottom()));
    painter.setBrush(accent);
    painter.drawEllipse(QPointF(at, area.bottom()), 4.5, 4.5);
}

void ScoreHistogram::mousePressEvent(QMouseEvent* event) {
    if (event->button() == Qt::LeftButton) set_threshold(value_at(event->position().x()));
}

void ScoreHistogram::mouseMoveEvent(QMouseEvent* event) {
    if (event->buttons().testFlag(Qt::LeftButton)) set_threshold(value_at(event->position().x()));
}

void ScoreHistogram::keyPressEvent(QKeyEvent* event) {
    const double step = (high_ - low_) / 100;
    switch (event->key()) {
        case Qt::Key_Left:
        case Qt::Key_Down:
            return set_threshold(threshold_ - step);
        case Qt::Key_Right:
        case Qt::Key_Up:
            return set_threshold(threshold_ + step);
        case Qt::Key_PageDown:
            return set_threshold(threshold_ - 10 * step);
        case Qt::Key_PageUp:
            return set_threshold(threshold_ + 10 * step);
        case Qt::Key_Home:
            return set_threshold(low_);
        case Qt::Key_End:
            return set_threshold(high_);
        default:
            QWidget::keyPressEvent(event);
    }
}

void ScoreHistogram::focusInEvent(QFocusEvent*) { update(); }

void ScoreHistogram::focusOutEvent(QFocusEvent*) { update(); }

}  // namespace millrace::viewers
