#include "nodes/ops/kernels/aligned.hpp"

#include <sys/mman.h>

#include <cstdlib>
#include <cstring>
#include <new>

namespace millrace::ops::kernels {

std::shared_ptr<std::uint8_t> aligned_zeros(std::int64_t bytes) {
    constexpr std::int64_t kHugePage = 2 << 20;
    const std::int64_t alignment = bytes >= 2 * kHugePage ? kHugePage : 64;
    const std::int64_t size = (bytes + alignment - 1) / alignment * alignment;
    void* memory = std::aligned_alloc(alignment, size > 0 ? size : alignment);
    if (!memory) throw std::bad_alloc();
    // A wish; without it everything works, slower.
    if (alignment == kHugePage) madvise(memory, size, MADV_HUGEPAGE);
    std::memset(memory, 0, size > 0 ? size : alignment);
    return {static_cast<std::uint8_t*>(memory), [](std::uint8_t* taken) { std::free(taken); }};
}

}  // namespace millrace::ops::kernels
