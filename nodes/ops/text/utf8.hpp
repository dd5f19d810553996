// Text as Unicode code points, for the metrics. For the sources of this folder. Plain functions,
// any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace millrace::ops {

/// The code points of UTF-8 text. Throws Error E-TEXT-001 for bytes that are none; `name` says
/// which text it is.
std::vector<char32_t> code_points(std::string_view text, std::string_view name);

/// Pieces between runs of Unicode white space. Throws E-TEXT-001.
std::vector<std::string> split_words(std::string_view text, std::string_view name);

/// The text without the white space at its end. Throws E-TEXT-001.
std::string_view without_last_spaces(std::string_view text, std::string_view name);

/// Lower case by Unicode's rules of no language in particular. Throws E-TEXT-001, and E-TEXT-005
/// from 2 GiB on.
std::string lower_case(std::string_view text, std::string_view name);

}  // namespace millrace::ops
