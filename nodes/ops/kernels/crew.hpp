// Threads that help with the parts of one product after another. A step of generation has some
// hundred products of 10 to 500 microseconds with less than that between them; a thread that must
// be woken for each comes too late for most. So helpers look for the next product for a short while
// before they sleep. One crew serves one caller at a time.
#pragma once

#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

namespace millrace::ops::kernels {

class Crew {
public:
    /// The caller's thread and helpers, `threads` together, but not more than there are cores.
    explicit Crew(int threads);
    ~Crew();

    int threads() const { return threads_; }

    /// each(context, thread, i), which must not throw, for every i below `count`. Helpers that have
    /// not come by the time all parts are handed out are not waited for.
    void run(std::int64_t count, const void* context, void (*each)(const void*, int, std::int64_t));

private:
    /// Jobs so far, whether the last still has parts to hand out, and how many helpers are at it:
    /// in one word, so that a late helper can't begin with what is over.
    static constexpr std::uint64_t kHelper = 1, kOpen = 1 << 16, kJob = 1 << 17;
    static constexpr std::uint64_t kHelpers = kOpen - 1;

    void help(int thread);
    bool join(std::uint64_t& seen);
    void take_parts(int thread);

    const int threads_;
    const void* context_ = nullptr;
    void (*each_)(const void*, int, std::int64_t) = nullptr;
    std::int64_t count_ = 0;
    alignas(64) std::atomic<std::int64_t> next_ = 0;
    alignas(64) std::atomic<std::uint64_t> state_ = 0;
    alignas(64) std::atomic<std::uint32_t> calls_ = 0;  ///< what sleepers wait on
    std::atomic<int> sleepers_ = 0;
    std::atomic<bool> ending_ = false;
    std::vector<std::thread> helpers_;
};

}  // namespace millrace::ops::kernels
