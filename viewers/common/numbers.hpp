// Numbers in the texts of tables, and shapes as texts. Plain functions, any thread.
#pragma once

#include <QString>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace millrace::viewers {

/// A text that is a number and nothing else, blanks round it aside; whatever the locale.
std::optional<double> number_of(std::string_view text);

/// "1 × 64 × 56 × 56", unknown (negative) sizes as ?; empty without axes.
QString shape_text(const std::vector<std::int64_t>& shape);

}  // namespace millrace::viewers
