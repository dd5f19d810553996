// Counts what a piece of code takes from the heap by operator new, on any thread of the program.
#pragma once

#include <cstdint>

namespace millrace::testing {

/// Calls of operator new so far.
std::int64_t allocations();

}  // namespace millrace::testing
