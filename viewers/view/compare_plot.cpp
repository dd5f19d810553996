#include "viewers/view/compare_plot.hpp"

#include <QHelpEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>
#include <algorithm>
#include <cmath>

namespace millrace::view {
namespace {

using visual::Verdict;

constexpr double kMargin = 4, kFoot = 16;

/// Heights by the logarithm, so that small errors show beside large ones; without errors a stub.
struct Scale {
    double low = 0, high = 0;
    explicit Scale(const std::vector<ItemSummary>& items) {
        bool any = false;
        for (const ItemSummary& item : items) {
            const double error = item.figures.max_abs;
            if (!(error > 0) || std::isinf(error)) continue;
            low = any ? std::min(low, error) : error;
            high = any ? std::max(high, error) : error;
            any = true;
        }
    }
    double share(const ItemSummary& item) const {
        const double error = item.figures.max_abs;
        if (item.verdict == Verdict::Incomparable || std::isinf(error)) return 1;
        if (!(error > 0)) return 0.04;
        if (high <= low) return 1;
        return 0.2 + 0.8 * std::log(error / low) / std::log(high / low);
    }
};

}  // namespace

QColor verdict_color(Verdict verdict, bool dark) {
    switch (verdict) {
        case Verdict::Equal:
            return dark ? QColor(0x2f, 0xa3, 0x5e) : QColor(0x1f, 0x84, 0x48);
        case Verdict::Within:
            return dark ? QColor(0x2b, 0x93, 0xa8) : QColor(0x1b, 0x76, 0x8a);
        case Verdict::Beyond:
            return dark ? QColor(0xd6, 0x48, 0x4f) : QColor(0xc2, 0x2f, 0x38);
        case Verdict::Incomparable:
            return dark ? QColor(0xa8, 0x7a, 0x1f) : QColor(0x8f, 0x64, 0x10);
    }
    return {};
}

ComparePlot::ComparePlot(QWidget* parent) : QWidget(parent) {
    setAccessibleName(tr("Largest error of each item"));
    setCursor(Qt::PointingHandCursor);
}

void ComparePlot::set_items(const std::vector<ItemSummary>* items) {
    items_ = items;
    update();
}

void ComparePlot::set_current(std::optional<quint64> item) {
    if (item == current_) return;
    current_ = item;
    update();
}

QRectF ComparePlot::field() const {
    return {kMargin, kMargin, std::max(1.0, width() - 2 * kMargin),
            std::max(1.0, height() - 2 * kMargin - kFoot)};
}

std::optional<std::size_t> ComparePlot::place_at(double x) const {
    if (!items_ || items_->empty()) return {};
    const QRectF area = field();
    const double share = (x - area.left()) / area.width();
    const auto place =
        static_cast<std::ptrdiff_t>(std::floor(share * static_cast<double>(items_->size())));
    return static_cast<std::size_t>(
        std::clamp<std::ptrdiff_t>(place, 0, static_cast<std::ptrdiff_t>(items_->size()) - 1));
}

void ComparePlot::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const QRectF area = field();
    painter.fillRect(area, palette().color(QPalette::Base));
    if (!items_ || items_->empty()) {
        painter.setPen(palette().color(QPalette::PlaceholderText));
        painter.drawText(rect(), Qt::AlignCenter, tr("No items are checked yet."));
        return;
    }
    const bool dark = palette().color(QPalette::Window).lightness() < 128;
    const Scale scale(*items_);
    const double step = area.width() / static_cast<double>(items_->size());
    const double gap = step > 3 ? 1 : 0;
    // Of many items that share a pixel the worst is seen.
    std::ptrdiff_t last_pixel = -1;
    const ItemSummary* worst = nullptr;
    const auto draw = [&](std::ptrdiff_t pixel, const ItemSummary& item) {
        const double height = std::max(2.0, area.height() * scale.share(item));
        painter.fillRect(QRectF(area.left() + static_cast<double>(pixel), area.bottom() - height,
                                std::max(1.0, step - gap), height),
                         verdict_color(item.verdict, dark));
    };
    for (std::size_t i = 0; i < items_->size(); ++i) {
        const ItemSummary& item = (*items_)[i];
        const auto pixel = static_cast<std::ptrdiff_t>(static_cast<double>(i) * step);
        if (pixel != last_pixel && worst) draw(last_pixel, *worst);
        if (pixel != last_pixel || item.worse_than(*worst)) worst = &item;
        last_pixel = pixel;
    }
    if (worst) draw(last_pixel, *worst);
    if (current_) {
        const auto found = std::ranges::find(*items_, *current_, &ItemSummary::item_a);
        if (found != items_->end()) {
            const double x =
                area.left() + (static_cast<double>(found - items_->begin()) + 0.5) * step;
            painter.setPen(QPen(palette().color(QPalette::WindowText), 1.5));
            painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom() + 3));
        }
    }
    painter.setPen(palette().color(QPalette::PlaceholderText));
    const QRectF foot(area.left(), area.bottom() + 2, area.width(), kFoot);
    painter.drawText(foot, Qt::AlignLeft | Qt::AlignVCenter,
                     QString::number(items_->front().item_a));
    painter.drawText(foot, Qt::AlignRight | Qt::AlignVCenter,
                     QString::number(items_->back().item_a));
    if (scale.high > 0)
        painter.drawText(foot, Qt::AlignCenter,
                         tr("largest |a − b| %1").arg(figure_text(scale.high)));
}

void ComparePlot::mousePressEvent(QMouseEvent* event) {
    if (const auto place = place_at(event->position().x())) Q_EMIT clicked(*place);
}

bool ComparePlot::event(QEvent* event) {
    if (event->type() != QEvent::ToolTip) return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    if (const auto place = place_at(help->pos().x())) {
        const ItemSummary& item = (*items_)[*place];
        QToolTip::showText(help->globalPos(),
                           tr("item %1: %2, largest |a − b| %3")
                               .arg(item.item_a)
                               .arg(verdict_text(item.verdict), figure_text(item.figures.max_abs)),
                           this);
    }
    return true;
}

}  // namespace millrace::view
