#include "nodes/ops/kernels/workspace.hpp"

#include <oneapi/tbb/info.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/task_arena.h>

#include <algorithm>
#include <atomic>

#include "nodes/ops/kernels/aligned.hpp"

namespace millrace::ops {

/// An arena of its own, so that a waiting thread takes up no other work in between.
struct ProductWorkspace::Crew {
    explicit Crew(int count)
        : threads(count), arena(std::min(count, tbb::info::default_concurrency())) {}
    int threads;
    tbb::task_arena arena;
};

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
    if (!crew_ || crew_->threads != threads) crew_ = std::make_unique<Crew>(threads);
    std::atomic<std::int64_t> next = 0;
    crew_->arena.execute([&] {
        tbb::parallel_for(
            0, threads,
            [&](int) {
                const int thread = tbb::this_task_arena::current_thread_index();
                while (true) {
                    const std::int64_t i = next.fetch_add(1, std::memory_order_relaxed);
                    if (i >= count) return;
                    each(context, thread, i);
                }
            },
            tbb::simple_partitioner());
    });
}

}  // namespace millrace::ops
