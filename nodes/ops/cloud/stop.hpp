// How a long loop learns that its result is no longer wanted. Asked every few thousand steps; a
// function that is told to stop returns early, and what it returns is thrown away.
#pragma once

#include <cstddef>
#include <functional>

namespace millrace::ops {

/// True once the caller wants the work ended; must be callable from the working thread.
using StopAsk = std::function<bool()>;

inline bool never_stop() { return false; }

/// Asks by work done rather than by rounds of a loop, whose cost may vary a thousandfold with the
/// data.
class StopWatch {
public:
    explicit StopWatch(const StopAsk& stop) : stop_(stop) {}

    /// Adds `steps` (distances computed, about a nanosecond each); true from when the caller wants
    /// the work ended. Asks at the first call, then about every millisecond.
    bool stopped_after(std::size_t steps) {
        work_ += steps;
        if (!stopped_ && work_ >= kStepsPerAsk) {
            work_ = 0;
            stopped_ = stop_();
        }
        return stopped_;
    }
    bool stopped() const { return stopped_; }

private:
    static constexpr std::size_t kStepsPerAsk = 1'000'000;

    const StopAsk& stop_;
    std::size_t work_ = kStepsPerAsk;
    bool stopped_ = false;
};

}  // namespace millrace::ops
