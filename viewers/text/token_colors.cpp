#include "viewers/text/token_colors.hpp"

#include <QPainter>
#include <algorithm>
#include <array>
#include <cmath>

namespace millrace::viewers {
namespace {

constexpr int kBar = 120;  ///< pixels

using Ramp = std::array<QRgb, 4>;

/// Knots at 0, 1/3, 2/3 and 1 of the strength; the first is the ground itself.
Ramp warm(bool dark) {
    return dark ? Ramp{0, 0x4d4118, 0x96591a, 0xd0422e} : Ramp{0, 0xfff1bd, 0xffc578, 0xf4805f};
}

Ramp cool(bool dark) {
    return dark ? Ramp{0, 0x17404a, 0x1a669a, 0x2f86f0} : Ramp{0, 0xd9f1f5, 0x9dd2f4, 0x62a3f5};
}

QColor along(const Ramp& ramp, double strength, const QColor& ground) {
    const double place = std::clamp(strength, 0.0, 1.0) * 3;
    const auto knot = static_cast<std::size_t>(std::min(2.0, std::floor(place)));
    const double part = place - static_cast<double>(knot);
    const QColor from = knot == 0 ? ground : QColor(ramp[knot]), to(ramp[knot + 1]);
    const auto mix = [part](int a, int b) {
        return static_cast<int>(std::lround(a + part * (b - a)));
    };
    return {mix(from.red(), to.red()), mix(from.green(), to.green()), mix(from.blue(), to.blue())};
}

}  // namespace

bool is_dark(const QPalette& palette) { return palette.color(QPalette::Base).lightness() < 128; }

QColor ink_on(const QColor& ground) {
    const double light = 0.299 * ground.red() + 0.587 * ground.green() + 0.114 * ground.blue();
    return light < 140 ? QColor(0xf4f6f8) : QColor(0x15181c);
}

QString score_text(double score) {
    if (score == 0) return QStringLiteral("0");
    const double size = std::abs(score);
    if (size >= 1e5 || size < 1e-3) return QString::number(score, 'g', 4);
    return QString::number(score, 'f', size >= 100 ? 1 : size >= 1 ? 2 : 4);
}

QColor TokenColors::ground(double score, const QPalette& palette) const {
    const bool dark = is_dark(palette);
    const QColor base = palette.color(QPalette::Base);
    // Halves, so that the distance of the ends can't overflow.
    const double share = (score / 2 - range.first / 2) / (range.second / 2 - range.first / 2);
    if (diverging) return along(score < 0 ? warm(dark) : cool(dark), std::abs(2 * share - 1), base);
    return along(high_is_strong ? cool(dark) : warm(dark), high_is_strong ? share : 1 - share,
                 base);
}

TokenLegend::TokenLegend(QWidget* parent) : QWidget(parent) {
    setAccessibleName(tr("Legend"));
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
}

void TokenLegend::set(const TokenColors& colors, const QString& title, bool negated,
                      bool low_clipped, bool high_clipped) {
    colors_ = colors;
    title_ = title;
    negated_ = negated;
    const double sign = negated ? -1 : 1;
    low_ = (low_clipped ? (negated ? QStringLiteral("≥ ") : QStringLiteral("≤ ")) : QString()) +
           score_text(sign * colors.range.first);
    high_ = (high_clipped ? (negated ? QStringLiteral("≤ ") : QStringLiteral("≥ ")) : QString()) +
            score_text(sign * colors.range.second);
    // Small numbers stand left, whatever their sign.
    if (negated) std::swap(low_, high_);
    setToolTip(tr("%1 from %2 to %3").arg(title_, low_, high_));
    updateGeometry();
    update();
}

QSize TokenLegend::sizeHint() const {
    const QFontMetrics metrics = fontMetrics();
    return {metrics.horizontalAdvance(title_) + metrics.horizontalAdvance(low_) +
                metrics.horizontalAdvance(high_) + kBar + 30,
            metrics.height() + 6};
}

void TokenLegend::paintEvent(QPaintEvent*) {
    if (title_.isEmpty()) return;
    QPainter painter(this);
    const QFontMetrics metrics = fontMetrics();
    int x = 4;
    const auto write = [&](const QString& text, const QColor& color) {
        painter.setPen(color);
        const int width = metrics.horizontalAdvance(text);
        painter.drawText(QRect(x, 0, width + 2, height()), Qt::AlignVCenter, text);
        x += width + 7;
    };
    write(title_, palette().color(QPalette::PlaceholderText));
    write(low_, palette().color(QPalette::WindowText));
    const QRect bar(x, (height() - 11) / 2, kBar, 11);
    for (int i = 0; i < kBar; ++i) {
        const double share = (i + 0.5) / kBar;
        const double score = colors_.range.first * (negated_ ? share : 1 - share) +
                             colors_.range.second * (negated_ ? 1 - share : share);
        painter.fillRect(bar.left() + i, bar.top(), 1, bar.height(),
                         colors_.ground(score, palette()));
    }
    painter.setPen(palette().color(QPalette::PlaceholderText));
    painter.drawRect(bar.adjusted(-1, -1, 0, 0));
    x += kBar + 7;
    write(high_, palette().color(QPalette::WindowText));
}

}  // namespace millrace::viewers
