// Numbers as programs write them, in the texts of tables. Plain functions, any thread.
#pragma once

#include <optional>
#include <string_view>

namespace millrace::viewers {

/// A text that is a number and nothing else, blanks round it aside; whatever the locale.
std::optional<double> number_of(std::string_view text);

}  // namespace millrace::viewers
