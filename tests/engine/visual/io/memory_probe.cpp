#include "tests/engine/visual/io/memory_probe.hpp"

#include <malloc.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <new>

namespace millrace::visual::testing {
namespace {

std::atomic<std::size_t> held = 0, most = 0;

void count(void* block) {
    const std::size_t now = held += malloc_usable_size(block);
    std::size_t seen = most;
    while (now > seen && !most.compare_exchange_weak(seen, now)) {
    }
}

void* take_or_none(std::size_t size) noexcept {
    // More than any test needs is refused here rather than tried: on a machine that overcommits, it
    // would seem to work.
    constexpr std::size_t kMost = std::size_t{1} << 32;
    void* block = size > kMost ? nullptr : std::malloc(std::max<std::size_t>(size, 1));
    if (block) count(block);
    return block;
}

void* take(std::size_t size) {
    void* block = take_or_none(size);
    if (!block) throw std::bad_alloc();
    return block;
}

void give(void* block) noexcept {
    if (!block) return;
    held -= malloc_usable_size(block);
    std::free(block);
}

}  // namespace

MemoryProbe::MemoryProbe() : before_(held) { most = before_; }

std::size_t MemoryProbe::peak() const { return most - before_; }

}  // namespace millrace::visual::testing

void* operator new(std::size_t size) { return millrace::visual::testing::take(size); }
void* operator new[](std::size_t size) { return millrace::visual::testing::take(size); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
    return millrace::visual::testing::take_or_none(size);
}
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept {
    return millrace::visual::testing::take_or_none(size);
}
void operator delete(void* block) noexcept { millrace::visual::testing::give(block); }
void operator delete[](void* block) noexcept { millrace::visual::testing::give(block); }
void operator delete(void* block, std::size_t) noexcept { millrace::visual::testing::give(block); }
void operator delete[](void* block, std::size_t) noexcept {
    millrace::visual::testing::give(block);
}
