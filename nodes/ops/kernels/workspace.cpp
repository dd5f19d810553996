#include "nodes/ops/kernels/workspace.hpp"

#include <algorithm>
#include <thread>

#include "nodes/ops/kernels/aligned.hpp"
#include "nodes/ops/kernels/crew.hpp"

namespace millrace::ops {

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

void ProductWorkspace::run_parts(int threads, std::int64_t count, const void* context,
                                 void (*each)(const void*, int, std::int64_t)) {
    static const int cores = std::max(1U, std::thread::hardware_concurrency());
    const int useful = std::min(threads, cores);
    if (!crew_ || crew_->threads() != useful) {
        crew_.reset();
        crew_ = std::make_unique<kernels::Crew>(useful);
    }
    crew_->run(count, context, each);
}

}  // namespace millrace::ops
