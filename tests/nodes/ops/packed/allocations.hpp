// Counts what a piece of code takes from the heap, on any thread of the program and in any library:
// malloc, calloc, realloc and the aligned ones, which operator new comes down to.
#pragma once

#include <cstdint>

namespace millrace::testing {

/// Calls so far.
std::int64_t allocations();

}  // namespace millrace::testing
