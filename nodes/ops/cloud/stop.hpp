// How a long loop learns that its result is no longer wanted. Asked every few thousand steps; a
// function that is told to stop returns early, and what it returns is thrown away.
#pragma once

#include <functional>

namespace millrace::ops {

/// True once the caller wants the work ended; must be callable from the working thread.
using StopAsk = std::function<bool()>;

inline bool never_stop() { return false; }

}  // namespace millrace::ops
