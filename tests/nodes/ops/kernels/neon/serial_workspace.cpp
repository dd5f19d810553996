// A workspace without threads, for builds that have no oneTBB.
#include "nodes/ops/kernels/aligned.hpp"
#include "nodes/ops/kernels/workspace.hpp"

namespace millrace::ops {

struct ProductWorkspace::Crew {};

ProductWorkspace::ProductWorkspace() = default;
ProductWorkspace::~ProductWorkspace() = default;
ProductWorkspace::ProductWorkspace(ProductWorkspace&&) noexcept = default;
ProductWorkspace& ProductWorkspace::operator=(ProductWorkspace&&) noexcept = default;

std::uint8_t* ProductWorkspace::take(std::int64_t bytes) {
    if (bytes > bytes_) {
        memory_ = kernels::aligned_zeros(bytes);
        bytes_ = bytes;
    }
    return memory_.get();
}

/// Takes turns between the thread numbers, so that scratch memory of several is used.
void ProductWorkspace::run_parts(int threads, std::int64_t count, const void* context,
                                 void (*each)(const void*, int, std::int64_t)) {
    for (std::int64_t i = 0; i < count; ++i) each(context, static_cast<int>(i % threads), i);
}

}  // namespace millrace::ops
