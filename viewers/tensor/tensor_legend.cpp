#include "viewers/tensor/tensor_legend.hpp"

#include <QPainter>
#include <algorithm>

namespace millrace::viewers {

TensorLegend::TensorLegend(QWidget* parent) : QWidget(parent) {
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setAccessibleName(tr("Legend of the colours"));
}

void TensorLegend::set(const HeatTone& tone, const visual::TensorStatistics& statistics) {
    if (tone == tone_ && statistics == statistics_) return;
    tone_ = tone;
    statistics_ = statistics;
    update();
}

void TensorLegend::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    constexpr double kMargin = 10, kSwatch = 12, kSpace = 8, kLongestBar = 280;
    double right = width() - kMargin;
    const QColor ink = palette().color(QPalette::WindowText);
    const auto middle = [this](double high) { return (height() - high) / 2; };
    const auto swatch = [&](QRgb color, const QString& text) {
        const double wide = fontMetrics().horizontalAdvance(text);
        right -= wide;
        painter.setPen(ink);
        painter.drawText(QRectF(right, 0, wide + 1, height()), Qt::AlignVCenter, text);
        right -= kSwatch + 5;
        painter.fillRect(QRectF(right, middle(kSwatch), kSwatch, kSwatch), QColor(color));
        right -= kSpace + 4;
    };
    if (statistics_.negative_infinite > 0)
        swatch(kNegativeColor, tr("−∞ (%1)").arg(statistics_.negative_infinite));
    if (statistics_.positive_infinite > 0)
        swatch(kPositiveColor, tr("+∞ (%1)").arg(statistics_.positive_infinite));
    if (statistics_.nan > 0) swatch(kNanColor, tr("NaN (%1)").arg(statistics_.nan));
    if (statistics_.finite() == 0) return;
    const bool tiles = !tone_.tiles.empty();
    const QString low = tiles ? tr("least of a tile") : short_text(tone_.range.first, 4),
                  high = tiles ? tr("greatest") : short_text(tone_.range.second, 4);
    const double left_text = fontMetrics().horizontalAdvance(low),
                 right_text = fontMetrics().horizontalAdvance(high);
    const double room =
        std::min(kLongestBar, right - kMargin - left_text - right_text - 2 * kSpace);
    if (room < 20) return;
    const QRectF bar(kMargin + left_text + kSpace, middle(kSwatch), room, kSwatch);
    painter.setPen(ink);
    painter.drawText(QRectF(kMargin, 0, left_text + 1, height()), Qt::AlignVCenter, low);
    painter.drawText(QRectF(bar.right() + kSpace, 0, right_text + 1, height()), Qt::AlignVCenter,
                     high);
    const auto& map = tensor_map(tone_.map);
    const double density = devicePixelRatioF();
    const int steps = static_cast<int>(room * density);
    for (int i = 0; i < steps; ++i)
        painter.fillRect(QRectF(bar.left() + i / density, bar.top(), 1 / density + 0.01, kSwatch),
                         QColor(map[static_cast<std::size_t>(i * 255 / std::max(1, steps - 1))]));
}

}  // namespace millrace::viewers
