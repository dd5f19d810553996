// The timeline of a run in Chrome's trace event format, which Perfetto and chrome://tracing open: a
// track per thread, a bar per call.
#pragma once

#include <string>

#include "engine/run/run.hpp"

namespace millrace::engine {

/// The whole file. Threads are numbered in the order of their first call.
std::string chrome_trace(const RunResult& result, const Plan& plan, std::string_view title);

}  // namespace millrace::engine
