// The texts of resources/corpora/small-text, which the build puts into the library, so that a first
// run needs no files. They live as long as the program; any thread.
#pragma once

#include <string_view>

namespace millrace::ops {

struct SmallText {
    std::string_view language;     ///< paragraphs between empty lines
    std::string_view translation;  ///< English, a tab, Romanian; one pair a line
    std::string_view summaries;    ///< JSON lines with "text" and "summary"
    std::string_view questions;    ///< JSON lines, as questions.hpp says
};

SmallText small_text();

}  // namespace millrace::ops
