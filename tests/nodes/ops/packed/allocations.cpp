#include "tests/nodes/ops/packed/allocations.hpp"

#include <atomic>
#include <cerrno>
#include <cstdlib>

// The C library's own, which a program's functions of the usual names stand before.
extern "C" {
void* __libc_malloc(std::size_t bytes);
void* __libc_calloc(std::size_t count, std::size_t bytes);
void* __libc_realloc(void* memory, std::size_t bytes);
void* __libc_memalign(std::size_t alignment, std::size_t bytes);
}

namespace {

constinit std::atomic<std::int64_t> count = 0;

}  // namespace

extern "C" {

void* malloc(std::size_t bytes) noexcept {
    ++count;
    return __libc_malloc(bytes);
}

void* calloc(std::size_t elements, std::size_t bytes) noexcept {
    ++count;
    return __libc_calloc(elements, bytes);
}

void* realloc(void* memory, std::size_t bytes) noexcept {
    ++count;
    return __libc_realloc(memory, bytes);
}

void* memalign(std::size_t alignment, std::size_t bytes) noexcept {
    ++count;
    return __libc_memalign(alignment, bytes);
}

void* aligned_alloc(std::size_t alignment, std::size_t bytes) noexcept {
    return memalign(alignment, bytes);
}

int posix_memalign(void** memory, std::size_t alignment, std::size_t bytes) noexcept {
    void* taken = memalign(alignment, bytes);
    if (!taken) return ENOMEM;
    *memory = taken;
    return 0;
}

}  // extern "C"

namespace millrace::testing {

std::int64_t allocations() { return count; }

}  // namespace millrace::testing
