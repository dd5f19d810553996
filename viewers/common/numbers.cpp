#include "viewers/common/numbers.hpp"

#include <QStringList>
#include <algorithm>
#include <cctype>
#include <charconv>
#include <limits>

namespace millrace::viewers {

std::optional<double> number_of(std::string_view text) {
    while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front())))
        text.remove_prefix(1);
    while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())))
        text.remove_suffix(1);
    if (text.starts_with('+')) text.remove_prefix(1);
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (end != text.data() + text.size() || text.empty()) return {};
    if (error == std::errc::result_out_of_range) {
        const bool tiny = text.find("e-") != text.npos || text.find("E-") != text.npos;
        const double huge = std::numeric_limits<double>::infinity();
        return tiny ? 0 : text.starts_with('-') ? -huge : huge;
    }
    return error == std::errc() ? std::optional(value) : std::nullopt;
}

QString shape_text(const std::vector<std::int64_t>& shape) {
    constexpr std::size_t kMost = 12;
    QStringList sizes;
    for (std::size_t i = 0; i < std::min(kMost, shape.size()); ++i)
        sizes << (shape[i] < 0 ? QStringLiteral("?") : QString::number(shape[i]));
    if (shape.size() > kMost) sizes << QStringLiteral("…");
    return sizes.join(QStringLiteral(" × "));
}

}  // namespace millrace::viewers
