// What a program with windows asks of its process.
#pragma once

namespace millrace::viewers {

/// Has freed memory joined at once. Otherwise small pieces of, say, a large graph that was closed
/// are kept apart until some later allocation joins all of them, which can stop the window for 100
/// ms.
void free_memory_steadily();

/// Milliseconds since the process was made, by the system's count (10 ms fine), for programs that
/// tell how fast they start.
double milliseconds_of_life();

}  // namespace millrace::viewers
