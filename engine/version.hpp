// Which release of Millrace this is.
#pragma once

#include <string_view>

namespace millrace::engine {

/// "0.1.0".
std::string_view version();

/// Version of the objects that --json and --events print, and of run.json.
inline constexpr int kReportSchema = 1;

}  // namespace millrace::engine
