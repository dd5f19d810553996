#include "engine/cli/exit_codes.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "engine/cli/table.hpp"

namespace millrace::cli {

using engine::Problem;
using engine::RunStatus;

namespace {

int exit_of(const Problem& problem) {
    const std::string_view code = problem.code;
    if (code == "E-CLI-011" || code == "E-CLI-012" || code == "E-CLI-017" || code == "E-PLAN-001")
        return kMissing;
    if (code == "E-FILE-003") return kUsage;  // writing to a place that was named
    // A model's checkpoint that is not there, or not all of it.
    if (code == "E-CKPT-020" || code == "E-CKPT-023") return kMissing;
    if (code.starts_with("E-FILE") || code == "E-TYPE-002" || code == "E-FREEZE-001")
        return kMissing;
    if (code.starts_with("E-CLI") || code == "E-FREEZE-004" || code == "E-PARAM-010" ||
        code == "E-CKPT-002" || code == "E-CACHE-002")
        return kUsage;
    if (code.starts_with("E-MEM") || code == "E-CKPT-028") return kMemory;
    if (code.starts_with("E-INTERNAL")) return kInternal;
    if (code.starts_with("E-NODE") || code.starts_with("E-RUN") || code.starts_with("E-CKPT-00"))
        return kNodeFailed;
    return kInvalidGraph;
}

}  // namespace

int exit_of(const std::vector<Problem>& problems) {
    // A node of an unknown type leaves its neighbours unconnected, so the missing plug-in is the
    // cause to name.
    int worst = kGood;
    for (const Problem& problem : problems) {
        if (problem.severity != engine::Severity::Error) continue;
        if (problem.code == "E-PLAN-001") return kMissing;
        const int code = exit_of(problem);
        // Otherwise the graph's own faults come before files that are not there yet.
        if (worst == kGood || worst == kMissing) worst = code;
    }
    return worst;
}

int exit_of(const engine::RunResult& result, bool lenient_errors) {
    switch (result.status) {
        case RunStatus::Succeeded:
            return lenient_errors ? kNodeFailed : kGood;
        case RunStatus::Stopped:
            return kInterrupted;
        case RunStatus::Stalled:
        case RunStatus::TimedOut:
            return kStalled;
        case RunStatus::OutOfMemory:
            return kMemory;
        case RunStatus::Failed: {
            if (result.problems.empty()) return kNodeFailed;
            const Problem& problem = result.problems.front();
            const int code = exit_of(problem);
            // A file that is there but malformed or can't be written, or anything else a node says
            // of its data: the node failed.
            constexpr std::array<std::string_view, 6> kAbsent = {
                "E-FILE-001", "E-FILE-004", "E-FILE-040", "E-FILE-041", "E-CKPT-020", "E-CKPT-023"};
            const bool absent = std::ranges::find(kAbsent, problem.code) != kAbsent.end();
            const bool of_the_node = code == kInvalidGraph || problem.code == "E-FILE-003" ||
                                     (code == kMissing && !absent);
            return of_the_node ? kNodeFailed : code;
        }
        default:
            return kInternal;
    }
}

const std::vector<ExitMeaning>& exit_meanings() {
    static const std::vector<ExitMeaning> meanings = {
        {kGood, "good"},
        {kNodeFailed, "a node failed"},
        {kUsage, "wrong use of the command line, or a place that can't be written to"},
        {kInvalidGraph, "the graph is not valid"},
        {kMissing, "a plug-in, model or input is missing"},
        {kBeyondTolerance, "a comparison lies beyond its tolerance"},
        {kStalled, "the run stalled or took too long"},
        {kMemory, "the memory budget was exceeded"},
        {kInternal, "a defect of the program"},
        {kInterrupted, "interrupted by a signal"},
    };
    return meanings;
}

}  // namespace millrace::cli
