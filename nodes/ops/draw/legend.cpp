#include "nodes/ops/draw/legend.hpp"

#include <algorithm>
#include <cmath>

namespace millrace::ops {

double letter_height(int width, int height) {
    return std::clamp(std::sqrt(double(width) * double(height)) / 80, 7.0, 30.0);
}

std::optional<Area> draw_legend(Pen& pen, const ColorScale& scale, std::string_view title) {
    constexpr Rgb kPanel = {14, 16, 21}, kInk = {228, 231, 237};
    const double letter = letter_height(pen.width(), pen.height());
    const double bar_height = std::round(std::min(pen.height() * 0.6, 26 * letter));
    const auto ticks = scale.ticks(std::max(2, int(bar_height / (letter * 4))));
    double widest = 0;
    for (const auto& [value, text] : ticks)
        widest = std::max(widest, Pen::text_width(text, letter));
    const double bar_width = letter * 1.1, gap = letter * 0.8, margin = letter;
    const double title_width = Pen::text_width(title, letter);
    const double title_height = title.empty() ? 0 : letter * 2;
    const double panel_width = std::max(widest + gap + bar_width, title_width) + 2 * margin;
    const double panel_height = bar_height + title_height + 2.2 * margin;
    if (panel_width > pen.width() / 3.0 || panel_height > pen.height() || bar_height < 5 * letter)
        return {};

    const double right = pen.width() - margin * 0.6, left = right - panel_width;
    const double top = std::round((pen.height() - panel_height) / 2);
    pen.panel(pixel_at(left, top), pixel_at(right, top + panel_height), letter * 0.6, kPanel, 0.78);
    if (!title.empty()) {
        pen.text(title, pixel_at(right - margin - title_width, top + margin + letter), letter,
                 kInk);
    }
    const double bar_top = std::round(top + 1.1 * margin + title_height);
    const double bar_right = std::round(right - margin), bar_left = bar_right - bar_width;
    for (double row = 0; row < bar_height; ++row) {
        const double v = bar_top + row;
        const std::array<Pixel, 4> strip = {pixel_at(bar_left, v), pixel_at(bar_right, v),
                                            pixel_at(bar_right, v + 1), pixel_at(bar_left, v + 1)};
        pen.fill(strip, scale.at(1 - (row + 0.5) / bar_height));
    }
    double last = 1e9;
    for (const auto& [value, text] : ticks) {
        const double v = bar_top + bar_height * (1 - scale.place(value));
        pen.line(pixel_at(bar_left - gap * 0.5, v), pixel_at(bar_left - 1, v), kInk, 1, 0.8);
        // Round numbers of a logarithmic scale crowd at its end.
        if (last - v < letter * 1.6) continue;
        last = v;
        const double baseline =
            std::clamp(v + letter / 2, bar_top + letter * 0.5, bar_top + bar_height + letter * 0.5);
        pen.text(text, pixel_at(bar_left - gap - Pen::text_width(text, letter), baseline), letter,
                 kInk);
    }
    return Area{left, top, right, top + panel_height};
}

}  // namespace millrace::ops
