// Counts what a test program takes from operator new, so that a test can tell whether a reader
// takes memory for what a hostile header promises. Replaces the program's operator new; counts all
// threads.
#pragma once

#include <cstddef>

namespace millrace::visual::testing {

/// Watches from its making on; one at a time.
class MemoryProbe {
public:
    MemoryProbe();
    /// The most bytes that were held at once since then, above what was held at the beginning.
    std::size_t peak() const;

private:
    std::size_t before_;
};

}  // namespace millrace::visual::testing
