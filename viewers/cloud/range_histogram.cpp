#include "viewers/cloud/range_histogram.hpp"

#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>
#include <algorithm>
#include <cmath>

#include "viewers/cloud/legend.hpp"

namespace millrace::viewers {
namespace {

constexpr double kReach = 7;    ///< pixels beside a handle that still hold it
constexpr double kMargin = 10;  ///< so that numbers at the ends aren't cut

}  // namespace

RangeHistogram::RangeHistogram(QWidget* parent) : QWidget(parent) {
    setMouseTracking(true);
    setMinimumSize(120, 90);
    setToolTip(tr("Drag the ends of the colour map, or what lies between them"));
}

void RangeHistogram::set_counts(std::vector<std::uint64_t> counts, double low, double high) {
    counts_ = std::move(counts);
    curves_.clear();
    low_ = low, high_ = high;
    update();
}

void RangeHistogram::set_map(visual::Map map, bool reversed) {
    map_ = map, reversed_ = reversed;
    update();
}

void RangeHistogram::set_curves(std::vector<Curve> curves, double low, double high) {
    curves_ = std::move(curves);
    counts_.clear();
    low_ = low, high_ = high;
    update();
}

void RangeHistogram::set_handles(bool on) {
    handles_ = on;
    update();
}

void RangeHistogram::set_logarithmic(bool on) {
    logarithmic_ = on;
    update();
}

void RangeHistogram::set_ends(std::pair<double, double> ends) {
    ends_ = ends;
    update();
}

QRectF RangeHistogram::bars() const {
    return QRectF(rect()).adjusted(kMargin, 2, -kMargin, -(fontMetrics().height() + 8.0));
}

double RangeHistogram::place_of(double value) const {
    const QRectF area = bars();
    return area.left() + (value - low_) / (high_ - low_) * area.width();
}

double RangeHistogram::value_at(double x) const {
    const QRectF area = bars();
    return low_ + (x - area.left()) / area.width() * (high_ - low_);
}

RangeHistogram::Handle RangeHistogram::handle_at(QPointF place) const {
    if (!(low_ < high_) || !handles_) return Handle::None;
    const double first = std::abs(place.x() - place_of(ends_.first)),
                 second = std::abs(place.x() - place_of(ends_.second));
    if (std::min(first, second) <= kReach) return first < second ? Handle::Low : Handle::High;
    const double value = value_at(place.x());
    return value > ends_.first && value < ends_.second ? Handle::Both : Handle::None;
}

double RangeHistogram::height_of(std::uint64_t count) const {
    // Roots: a street's histogram is one peak, beside which everything else vanishes.
    const auto number = static_cast<double>(count);
    return logarithmic_ ? std::log1p(number) : std::sqrt(number);
}

void RangeHistogram::paint_bars(QPainter& painter, const QRectF& area) const {
    const visual::MapTable& table = visual::map_table(map_);
    const double most = height_of(std::max<std::uint64_t>(1, *std::ranges::max_element(counts_)));
    const double width = area.width() / static_cast<double>(counts_.size());
    for (std::size_t i = 0; i < counts_.size(); ++i) {
        const double x = area.left() + static_cast<double>(i) * width;
        const double share = std::clamp(
            (value_at(x + width / 2) - ends_.first) / (ends_.second - ends_.first), 0.0, 1.0);
        const visual::Rgb& c =
            table[static_cast<std::size_t>((reversed_ ? 1 - share : share) * 255 + 0.5)];
        const double height = height_of(counts_[i]) / most * area.height();
        painter.fillRect(QRectF(x, area.bottom() - height, width + 0.5, height),
                         QColor(c[0], c[1], c[2]));
    }
}

void RangeHistogram::paint_curves(QPainter& painter, const QRectF& area) const {
    double most = height_of(1);
    for (const Curve& curve : curves_) {
        for (const std::uint64_t count : curve.counts) most = std::max(most, height_of(count));
    }
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    for (const Curve& curve : curves_) {
        if (curve.counts.empty()) continue;
        const double width = area.width() / static_cast<double>(curve.counts.size());
        QPainterPath path(area.bottomLeft());
        for (std::size_t i = 0; i < curve.counts.size(); ++i) {
            const double y = area.bottom() - height_of(curve.counts[i]) / most * area.height();
            path.lineTo(area.left() + static_cast<double>(i) * width, y);
            path.lineTo(area.left() + static_cast<double>(i + 1) * width, y);
        }
        path.lineTo(area.bottomRight());
        QColor fill = curve.color;
        fill.setAlphaF(curves_.size() > 1 ? 0.30F : 0.55F);
        painter.fillPath(path, fill);
        painter.strokePath(path, QPen(curve.color, 1));
    }
    painter.restore();
}

void RangeHistogram::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const QRectF area = bars();
    painter.fillRect(area, palette().base());
    const QColor ink = palette().color(QPalette::WindowText);
    if (!(low_ < high_) || (counts_.empty() && curves_.empty())) {
        painter.setPen(palette().color(QPalette::PlaceholderText));
        painter.drawText(area, Qt::AlignCenter, tr("no values"));
        return;
    }
    curves_.empty() ? paint_bars(painter, area) : paint_curves(painter, area);
    painter.setPen(palette().color(QPalette::PlaceholderText));
    painter.drawLine(area.bottomLeft(), area.bottomRight());
    const auto marks = ticks(low_, high_, 5);
    const double step = marks.size() > 1 ? marks[1] - marks[0] : 0;
    double taken = -1e9;
    for (const double mark : marks) {
        const QString text = tick_text(mark, step);
        const double wide = fontMetrics().horizontalAdvance(text);
        const double x = place_of(mark);
        const double left = std::clamp(x - wide / 2, 0.0, std::max(0.0, this->width() - wide));
        painter.setPen(ink);
        painter.drawLine(QPointF(x, area.bottom()), QPointF(x, area.bottom() + 3));
        if (left < taken + 4) continue;
        taken = left + wide;
        painter.drawText(QRectF(left, area.bottom() + 4, wide + 1, fontMetrics().height()),
                         Qt::AlignLeft, text);
    }
    if (!handles_) return;
    painter.setRenderHint(QPainter::Antialiasing);
    const QColor accent = palette().highlight().color();
    for (const double end : {ends_.first, ends_.second}) {
        const double x = std::clamp(place_of(end), area.left(), area.right());
        painter.setPen(QPen(ink, 1.5));
        painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()));
        painter.setBrush(accent);
        painter.drawEllipse(QPointF(x, area.bottom()), 5, 5);
    }
}

void RangeHistogram::mousePressEvent(QMouseEvent* event) {
    held_ = event->button() == Qt::LeftButton ? handle_at(event->position()) : Handle::None;
    held_at_ = value_at(event->position().x());
}

void RangeHistogram::mouseMoveEvent(QMouseEvent* event) {
    if (held_ == Handle::None) {
        const Handle over = handle_at(event->position());
        setCursor(over == Handle::None   ? Qt::ArrowCursor
                  : over == Handle::Both ? Qt::SizeAllCursor
                                         : Qt::SizeHorCursor);
        return;
    }
    const double value = value_at(event->position().x()), least = (high_ - low_) / 500;
    auto [low, high] = ends_;
    if (held_ == Handle::Low) low = std::clamp(value, low_, high - least);
    if (held_ == Handle::High) high = std::clamp(value, low + least, high_);
    if (held_ == Handle::Both) {
        const double by =
            std::clamp(value - held_at_, std::min(low_ - low, 0.0), std::max(high_ - high, 0.0));
        low += by, high += by;
        held_at_ += by;
    }
    if (std::pair(low, high) == ends_ || !(low < high)) return;
    ends_ = {low, high};
    update();
    Q_EMIT ends_changed(low, high);
}

void RangeHistogram::mouseReleaseEvent(QMouseEvent*) { held_ = Handle::None; }

}  // namespace millrace::viewers
