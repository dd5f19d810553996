// Reading the CSV that runs write (RFC 4180). Plain function, any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace millrace::cli {

/// Rows of fields without their quotes; a last line without its end counts. A quote that is never
/// closed takes what follows into its field.
std::vector<std::vector<std::string>> csv_rows(std::string_view text);

}  // namespace millrace::cli
