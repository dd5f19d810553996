#include "nodes/ops/kernels/crew.hpp"

#include <chrono>
#include <system_error>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace millrace::ops::kernels {
namespace {

/// Longer than what lies between two products of a step, and too short to be missed by others.
constexpr std::chrono::microseconds kLookFor{100};
constexpr int kLooksAYield = 64;

void relax() {
#if defined(__x86_64__)
    _mm_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
}

}  // namespace

Crew::Crew(int threads) : threads_(threads) {
    helpers_.reserve(threads - 1);
    try {
        for (int thread = 1; thread < threads; ++thread) {
            helpers_.emplace_back([this, thread] { help(thread); });
        }
    } catch (const std::system_error&) {
        // The system gives no more threads: those that there are do the work.
    }
}

Crew::~Crew() {
    ending_ = true;
    calls_.fetch_add(1);
    calls_.notify_all();
    for (std::thread& helper : helpers_) helper.join();
}

void Crew::run(std::int64_t count, const void* context,
               void (*each)(const void*, int, std::int64_t)) {
    context_ = context;
    each_ = each;
    count_ = count;
    next_.store(0, std::memory_order_relaxed);
    state_.fetch_add(kJob + kOpen);
    if (sleepers_.load() > 0) {
        calls_.fetch_add(1);
        calls_.notify_all();
    }
    take_parts(0);
    std::uint64_t state = state_.fetch_sub(kOpen) - kOpen;
    for (int looks = 1; (state & kHelpers) != 0; ++looks) {
        looks % kLooksAYield == 0 ? std::this_thread::yield() : relax();
        state = state_.load(std::memory_order_acquire);
    }
}

void Crew::take_parts(int thread) {
    while (true) {
        const std::int64_t i = next_.fetch_add(1, std::memory_order_relaxed);
        if (i >= count_) return;
        each_(context_, thread, i);
    }
}

/// Whether there was a job other than `seen` with parts left; this helper is then at it.
bool Crew::join(std::uint64_t& seen) {
    std::uint64_t state = state_.load(std::memory_order_acquire);
    while ((state & kOpen) != 0 && state / kJob != seen) {
        if (state_.compare_exchange_weak(state, state + kHelper)) {
            seen = state / kJob;
            return true;
        }
    }
    return false;
}

void Crew::help(int thread) {
    using Clock = std::chrono::steady_clock;
    std::uint64_t seen = 0;
    Clock::time_point until = Clock::now() + kLookFor;
    for (int looks = 1; !ending_; ++looks) {
        if (join(seen)) {
            take_parts(thread);
            state_.fetch_sub(kHelper);
            until = Clock::now() + kLookFor;
            continue;
        }
        if (looks % kLooksAYield != 0) {
            relax();
            continue;
        }
        std::this_thread::yield();
        if (Clock::now() < until) continue;
        // A job that begins between the look and the sleep finds the sleeper counted, or is seen.
        const std::uint32_t calls = calls_.load();
        sleepers_.fetch_add(1);
        const std::uint64_t state = state_.load();
        const bool none = (state & kOpen) == 0 || state / kJob == seen;
        if (none && !ending_) calls_.wait(calls);
        sleepers_.fetch_sub(1);
        until = Clock::now() + kLookFor;
    }
}

}  // namespace millrace::ops::kernels
