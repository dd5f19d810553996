#include "viewers/tensor/value_histogram.hpp"

#include <QMouseEvent>
#include <QPainter>
#include <algorithm>
#include <cmath>

namespace millrace::viewers {

ValueHistogram::ValueHistogram(QWidget* parent) : QWidget(parent) {
    setMouseTracking(true);
    setMinimumSize(120, 96);
    setAccessibleName(tr("Histogram"));
}

void ValueHistogram::set_counts(const ValueCounts& counts) {
    counts_ = counts;
    update();
}

void ValueHistogram::set_tone(const HeatTone& tone) {
    if (tone == tone_) return;
    tone_ = tone;
    update();
}

void ValueHistogram::set_logarithmic(bool on) {
    logarithmic_ = on;
    update();
}

QRectF ValueHistogram::bars() const {
    return QRectF(rect()).adjusted(1, fontMetrics().height() + 2, -1,
                                   -(fontMetrics().height() + 6.0));
}

double ValueHistogram::height_of(std::uint64_t count, std::uint64_t most) const {
    const auto n = static_cast<double>(count),
               all = static_cast<double>(std::max<std::uint64_t>(1, most));
    if (!logarithmic_) return n / all;
    return std::log1p(n) / std::log1p(all);
}

QString ValueHistogram::told_at(double x) const {
    const QRectF area = bars();
    if (counts_.counts.empty() || x < area.left() || x >= area.right()) return {};
    const auto bins = static_cast<double>(counts_.counts.size());
    const auto bin = static_cast<std::size_t>((x - area.left()) / area.width() * bins);
    const auto edge = [&](std::size_t i) {
        const double share = static_cast<double>(i) / bins;
        return counts_.low * (1 - share) + counts_.high * share;
    };
    const std::uint64_t count = counts_.counts[std::min(bin, counts_.counts.size() - 1)];
    const double low = edge(bin), high = edge(bin + 1);
    // A bin for each integer.
    if (high - low == 1) return tr("%1: %L2").arg(short_text(low + 0.5, 12)).arg(count);
    return tr("%1 to %2: %L3").arg(short_text(low, 4), short_text(high, 4)).arg(count);
}

void ValueHistogram::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const QRectF area = bars();
    painter.fillRect(area, palette().base());
    const QColor faint = palette().color(QPalette::PlaceholderText);
    if (counts_.counts.empty()) {
        painter.setPen(faint);
        painter.drawText(area, Qt::AlignCenter, tr("no finite numbers"));
        return;
    }
    const std::uint64_t most = *std::ranges::max_element(counts_.counts);
    const double density = devicePixelRatioF();
    const auto pixels = static_cast<std::size_t>(std::max(1.0, area.width() * density));
    const std::size_t bins = counts_.counts.size();
    const auto& map = tensor_map(tone_.map);
    // A column of pixels shows the highest of its bins, so that none vanishes between them.
    for (std::size_t x = 0; x < pixels; ++x) {
        const std::size_t from = x * bins / pixels,
                          to = std::max(from + 1, (x + 1) * bins / pixels);
        std::uint64_t count = 0;
        for (std::size_t bin = from; bin < std::min(to, bins); ++bin)
            count = std::max(count, counts_.counts[bin]);
        if (count == 0) continue;
        const double share = (static_cast<double>(x) + 0.5) / static_cast<double>(pixels);
        const double value = counts_.low * (1 - share) + counts_.high * share;
        const double high = std::max(1 / density, height_of(count, most) * area.height());
        const QColor color = tone_.tiles.empty() ? QColor(tensor_color(map, tone_.range, value))
                                                 : palette().color(QPalette::Highlight);
        painter.fillRect(QRectF(area.left() + static_cast<double>(x) / density,
                                area.bottom() - high, 1 / density, high),
                         color);
    }
    const QColor ink = palette().color(QPalette::WindowText);
    const double width = counts_.high / 2 - counts_.low / 2;
    if (tone_.tiles.empty() && width > 0) {
        painter.setPen(QPen(ink, 1, Qt::DashLine));
        for (const double end : {tone_.range.first, tone_.range.second}) {
            const double share = (end / 2 - counts_.low / 2) / width;
            if (share < 0 || share > 1) continue;
            const double x = std::clamp(area.left() + share * area.width(), area.left() + 0.5,
                                        area.right() - 0.5);
            painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()));
        }
    }
    painter.setPen(faint);
    painter.drawLine(area.bottomLeft(), area.bottomRight());
    painter.setPen(ink);
    const QRectF below(area.left(), area.bottom() + 3, area.width(), fontMetrics().height() + 1);
    painter.drawText(below, Qt::AlignLeft, short_text(counts_.low, 4));
    painter.drawText(below, Qt::AlignRight, short_text(counts_.high, 4));
    const QString told = over_ >= 0 ? told_at(over_) : QString();
    painter.setPen(told.isEmpty() ? faint : ink);
    painter.drawText(QRectF(area.left(), 0, area.width(), fontMetrics().height()), Qt::AlignLeft,
                     told.isEmpty() ? tr("highest bar: %L1").arg(most) : told);
}

void ValueHistogram::mouseMoveEvent(QMouseEvent* event) {
    over_ = event->position().x();
    update();
}

void ValueHistogram::leaveEvent(QEvent*) {
    over_ = -1;
    update();
}

}  // namespace millrace::viewers
