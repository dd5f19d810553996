#include "nodes/ops/draw/labels.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace millrace::ops {

bool Labels::is_free(const Area& area) const {
    constexpr double kGap = 1;  // pixels between two labels
    return std::ranges::none_of(taken_, [&](const Area& other) {
        return area.left < other.right + kGap && other.left < area.right + kGap &&
               area.top < other.bottom + kGap && other.top < area.bottom + kGap;
    });
}

void Labels::draw(Pen& pen) {
    // A rank that is no number comes last: it would leave the order undefined.
    std::ranges::stable_sort(labels_, {}, [](const Label& label) {
        return std::isnan(label.rank) ? std::numeric_limits<double>::infinity() : label.rank;
    });
    for (const Label& label : labels_) {
        const Pixel size = Pen::tag_size(label.words, label.letter);
        const double most_left = pen.width() - 1.0 - size.u, most_down = pen.height() - 1.0;
        if (label.words.empty() || most_left < 1 || most_down < size.v + 1) continue;
        for (const Pixel corner : label.corners) {
            if (!std::isfinite(corner.u) || !std::isfinite(corner.v)) continue;
            const double left = std::clamp<double>(corner.u, 1, most_left);
            const double bottom = std::clamp<double>(corner.v, size.v + 1.0, most_down);
            const Area area = {left, bottom - size.v, left + size.u, bottom};
            if (!is_free(area)) continue;
            taken_.push_back(area);
            pen.tag(label.words, pixel_at(left, bottom), label.letter, label.color);
            break;
        }
    }
}

std::string box_words(const std::string& label, double score, double distance) {
    std::string words = label;
    if (score < 1) words += fmt::format("{}{:.0f}%", words.empty() ? "" : " ", score * 100);
    if (std::isfinite(distance))
        words += fmt::format("{}{:.1f} m", words.empty() ? "" : " ", distance);
    return words;
}

}  // namespace millrace::ops
