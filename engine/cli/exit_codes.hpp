// The program's exit codes, and the one place that decides which one problems give.
#pragma once

#include <vector>

#include "engine/problem.hpp"
#include "engine/run/run.hpp"

namespace millrace::cli {

enum Exit : int {
    kGood = 0,
    kNodeFailed = 1,
    kUsage = 2,
    kInvalidGraph = 3,
    kMissing = 4,
    kBeyondTolerance = 5,
    kStalled = 6,
    kMemory = 7,
    kInternal = 70,
    kInterrupted = 130
};

/// Of problems found before anything ran: warnings give kGood; a missing plug-in comes before what
/// follows from it.
int exit_of(const std::vector<engine::Problem>& problems);

/// Of a run that has ended. `lenient_errors` is whether --keep-going let nodes fail that would have
/// stopped the run.
int exit_of(const engine::RunResult& result, bool lenient_errors);

}  // namespace millrace::cli
