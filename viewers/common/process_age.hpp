// How long this process lives: for programs that tell how fast they start.
#pragma once

namespace millrace::viewers {

/// Milliseconds since the process was made, by the system's count (10 ms fine).
double milliseconds_of_life();

}  // namespace millrace::viewers
