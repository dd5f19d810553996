// Text as Unicode code points, for the metrics. For the sources of this folder.
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

/// Lower case by the simple one-to-one rule for the Latin, Greek, Cyrillic and Armenian blocks;
/// other scripts have no case or stay as they are. Throws E-TEXT-001.
std::string lower_case(std::string_view text, std::string_view name);

}  // namespace millrace::ops
