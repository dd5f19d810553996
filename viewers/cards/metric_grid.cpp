#include "viewers/cards/metric_grid.hpp"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QLocale>
#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>
#include <QScrollBar>
#include <QToolTip>
#include <algorithm>
#include <cmath>

namespace millrace::viewers {
namespace {

constexpr int kGap = 10, kMargin = 12, kPadding = 12, kLeastWidth = 190;

}  // namespace

MetricGrid::MetricGrid(QWidget* parent) : QAbstractScrollArea(parent) {
    setFrameShape(QFrame::NoFrame);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(tr("Cards"));
    viewport()->setMouseTracking(true);
}

void MetricGrid::set_metrics(std::vector<Metric> metrics, const MetricHistory& history) {
    metrics_ = std::move(metrics);
    history_ = history;
    current_ = std::clamp(current_, 0, std::max(0, static_cast<int>(metrics_.size()) - 1));
    hovered_ = -1;
    set_range();
    viewport()->update();
}

QFont MetricGrid::large() const {
    QFont large = font();
    large.setPointSizeF(font().pointSizeF() * 1.9);
    large.setWeight(QFont::DemiBold);
    return large;
}

QSize MetricGrid::card_size() const {
    const int count = columns();
    const int width = (viewport()->width() - 2 * kMargin - (count - 1) * kGap) / count;
    return {std::max(80, width),
            2 * fontMetrics().height() + QFontMetrics(large()).height() + 2 * kPadding + 4};
}

int MetricGrid::columns() const {
    const int fits = (viewport()->width() - 2 * kMargin + kGap) / (kLeastWidth + kGap);
    const auto count = static_cast<int>(metrics_.size());
    // Few cards don't stretch over a wide window.
    return std::max(1, std::min(fits, std::max(count, 3)));
}

QRect MetricGrid::place_of(int card) const {
    const QSize size = card_size();
    const int count = columns();
    return {kMargin + card % count * (size.width() + kGap),
            kMargin + card / count * (size.height() + kGap) - verticalScrollBar()->value(),
            size.width(), size.height()};
}

void MetricGrid::set_range() {
    const int count = columns();
    const int rows = (static_cast<int>(metrics_.size()) + count - 1) / count;
    const int total = rows * (card_size().height() + kGap) - kGap + 2 * kMargin;
    verticalScrollBar()->setRange(0, std::max(0, total - viewport()->height()));
    verticalScrollBar()->setPageStep(viewport()->height());
    verticalScrollBar()->setSingleStep(card_size().height() / 3);
}

QString MetricGrid::shown_value(const Metric& metric) {
    if (!std::isfinite(metric.value))
        return std::isnan(metric.value) ? tr("NaN") : (metric.value < 0 ? tr("-∞") : tr("∞"));
    if (metric.value == std::floor(metric.value) && std::abs(metric.value) < 1e12)
        return QLocale().toString(static_cast<qlonglong>(metric.value));
    return QLocale().toString(metric.value, 'g', std::abs(metric.value) < 1e5 ? 5 : 6);
}

QString MetricGrid::shown_change(const Metric& metric) const {
    const auto change = history_.change(metric.name);
    if (!change) return {};
    if (*change == 0) return tr("unchanged");
    const QString sign = *change > 0 ? QStringLiteral("▲ ") : QStringLiteral("▼ ");
    QString text = sign + QLocale().toString(std::abs(*change), 'g', 3);
    const double before = metric.value - *change;
    const double percent = 100 * *change / std::abs(before);
    if (std::isfinite(percent) && std::abs(percent) < 1000) {
        const bool small = std::abs(percent) < 0.1;
        text += tr("  (%1%2 %)")
                    .arg(percent > 0 ? "+" : "−")
                    .arg(QLocale().toString(std::abs(percent), small ? 'g' : 'f', small ? 2 : 1));
    }
    return text;
}

QString MetricGrid::described(int card) const {
    if (card < 0 || card >= static_cast<int>(metrics_.size())) return {};
    const Metric& metric = metrics_[static_cast<std::size_t>(card)];
    QString text = QStringLiteral("%1   %2").arg(QString::fromStdString(metric.name),
                                                 QString::fromStdString(metric.text));
    if (!metric.unit.empty()) text += ' ' + QString::fromStdString(metric.unit);
    if (const QString change = shown_change(metric); !change.isEmpty())
        text += tr("   %1 against the item shown before").arg(change);
    const auto& seen = history_.values(metric.name);
    double low = 0, high = 0;
    std::size_t finite = 0;
    for (const double value : seen) {
        if (!std::isfinite(value)) continue;
        low = finite == 0 ? value : std::min(low, value);
        high = finite == 0 ? value : std::max(high, value);
        ++finite;
    }
    if (finite > 1)
        text += tr("   %1 to %2 over the last %3 items shown")
                    .arg(QLocale().toString(low, 'g', 6), QLocale().toString(high, 'g', 6))
                    .arg(finite);
    return text;
}

void MetricGrid::paintEvent(QPaintEvent* event) {
    QPainter painter(viewport());
    painter.setRenderHint(QPainter::Antialiasing);
    painter.fillRect(event->rect(), palette().color(QPalette::Window));
    if (metrics_.empty()) {
        painter.setPen(palette().color(QPalette::PlaceholderText));
        painter.drawText(viewport()->rect(), Qt::AlignCenter, tr("There are no metrics."));
        return;
    }
    for (int card = 0; card < static_cast<int>(metrics_.size()); ++card) {
        if (place_of(card).intersects(event->rect())) paint_card(painter, card);
    }
}

void MetricGrid::paint_card(QPainter& painter, int card) const {
    const Metric& metric = metrics_[static_cast<std::size_t>(card)];
    const QRectF area = QRectF(place_of(card)).adjusted(0.5, 0.5, -0.5, -0.5);
    const QColor faint = palette().color(QPalette::PlaceholderText);
    QColor border = faint;
    border.setAlphaF(0.45F);
    const bool current = card == current_ && hasFocus();
    painter.setPen(current ? QPen(palette().color(QPalette::Highlight), 1.8)
                           : QPen(card == hovered_ ? faint : border, 1));
    painter.setBrush(palette().base());
    painter.drawRoundedRect(area, 6, 6);
    const QRectF inner = area.adjusted(kPadding, kPadding - 2, -kPadding, -kPadding + 2);
    const QFontMetricsF small(font());
    painter.setFont(font());
    painter.setPen(faint);
    painter.drawText(
        inner, Qt::AlignTop | Qt::AlignLeft,
        small.elidedText(QString::fromStdString(metric.name), Qt::ElideMiddle, inner.width()));
    QFont font = large();
    const QString value = shown_value(metric), unit = QString::fromStdString(metric.unit);
    const double unit_width = unit.isEmpty() ? 0 : small.horizontalAdvance(unit) + 6;
    while (QFontMetricsF(font).horizontalAdvance(value) + unit_width > inner.width() &&
           font.pointSizeF() > 8)
        font.setPointSizeF(font.pointSizeF() - 1);
    painter.setFont(font);
    painter.setPen(palette().color(QPalette::WindowText));
    const QRectF line(inner.left(), inner.top() + small.height() + 2, inner.width(),
                      QFontMetricsF(large()).height());
    const double base = line.top() + QFontMetricsF(large()).ascent();
    painter.drawText(QPointF(line.left(), base), value);
    if (!unit.isEmpty()) {
        const double x = line.left() + QFontMetricsF(font).horizontalAdvance(value) + 6;
        painter.setFont(this->font());
        painter.setPen(faint);
        painter.drawText(QPointF(x, base),
                         small.elidedText(unit, Qt::ElideRight, inner.right() - x));
    }
    painter.setFont(this->font());
    const QString change = shown_change(metric);
    const double wide = small.horizontalAdvance(change);
    painter.setPen(palette().color(QPalette::WindowText));
    painter.drawText(inner, Qt::AlignBottom | Qt::AlignLeft, change);
    const QRectF spark(inner.left() + wide + (wide > 0 ? 12 : 0), inner.bottom() - small.height(),
                       inner.width() - wide - (wide > 0 ? 12 : 0), small.height());
    if (spark.width() > 30) paint_line(painter, spark, history_.values(metric.name));
}

void MetricGrid::paint_line(QPainter& painter, const QRectF& area,
                            const std::deque<double>& values) const {
    double low = 0, high = 0;
    bool any = false;
    for (const double value : values) {
        if (!std::isfinite(value)) continue;
        low = any ? std::min(low, value) : value;
        high = any ? std::max(high, value) : value;
        any = true;
    }
    if (!any || values.size() < 2) return;
    const double step = area.width() / static_cast<double>(values.size() - 1);
    QPainterPath path;
    bool pen_down = false;
    QPointF last;
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (!std::isfinite(values[i])) {
            pen_down = false;
            continue;
        }
        const double share = high > low ? (values[i] / 2 - low / 2) / (high / 2 - low / 2) : 0.5;
        last = QPointF(area.left() + static_cast<double>(i) * step,
                       area.bottom() - 2 - share * (area.height() - 4));
        pen_down ? path.lineTo(last) : path.moveTo(last);
        pen_down = true;
    }
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(palette().color(QPalette::Highlight), 1.5));
    painter.drawPath(path);
    if (!std::isfinite(values.back())) return;
    painter.setBrush(palette().color(QPalette::Highlight));
    painter.setPen(Qt::NoPen);
    painter.drawEllipse(last, 2.6, 2.6);
}

void MetricGrid::go_to(int card) {
    if (metrics_.empty()) return;
    current_ = std::clamp(card, 0, static_cast<int>(metrics_.size()) - 1);
    const QRect place = place_of(current_);
    if (place.top() < 0)
        verticalScrollBar()->setValue(verticalScrollBar()->value() + place.top() - kMargin);
    else if (place.bottom() > viewport()->height())
        verticalScrollBar()->setValue(verticalScrollBar()->value() + place.bottom() -
                                      viewport()->height() + kMargin);
    viewport()->update();
    Q_EMIT pointed(current_);
}

void MetricGrid::resizeEvent(QResizeEvent*) { set_range(); }

void MetricGrid::keyPressEvent(QKeyEvent* event) {
    switch (event->key()) {
        case Qt::Key_Left:
            return go_to(current_ - 1);
        case Qt::Key_Right:
            return go_to(current_ + 1);
        case Qt::Key_Up:
            return go_to(current_ - columns() < 0 ? current_ : current_ - columns());
        case Qt::Key_Down:
            return go_to(current_ + columns() >= static_cast<int>(metrics_.size())
                             ? current_
                             : current_ + columns());
        case Qt::Key_Home:
            return go_to(0);
        case Qt::Key_End:
            return go_to(static_cast<int>(metrics_.size()) - 1);
        default:
            QAbstractScrollArea::keyPressEvent(event);
    }
}

int MetricGrid::card_at(QPoint place) const {
    for (int card = 0; card < static_cast<int>(metrics_.size()); ++card) {
        if (place_of(card).contains(place)) return card;
    }
    return -1;
}

void MetricGrid::mousePressEvent(QMouseEvent* event) {
    if (const int card = card_at(event->pos()); card >= 0) go_to(card);
}

void MetricGrid::mouseMoveEvent(QMouseEvent* event) {
    const int card = card_at(event->pos());
    if (card == hovered_) return;
    hovered_ = card;
    viewport()->update();
    Q_EMIT pointed(card);
}

bool MetricGrid::viewportEvent(QEvent* event) {
    if (event->type() == QEvent::Leave && hovered_ >= 0) {
        hovered_ = -1;
        viewport()->update();
        Q_EMIT pointed(-1);
    }
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        QString text;
        for (const QString& part : described(card_at(help->pos())).split(QStringLiteral("   ")))
            text += QStringLiteral("<div>%1</div>").arg(part.toHtmlEscaped());
        QToolTip::showText(help->globalPos(), card_at(help->pos()) < 0 ? QString() : text, this);
        return true;
    }
    return QAbstractScrollArea::viewportEvent(event);
}

void MetricGrid::changeEvent(QEvent* event) {
    QAbstractScrollArea::changeEvent(event);
    if (event->type() == QEvent::FontChange) set_range();
}

}  // namespace millrace::viewers
