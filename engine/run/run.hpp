// One execution of a graph. Thread-safe: control calls may come from any thread; the callbacks of taps and observers
// come from worker threads, one at a time for an observer.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/plan/plan.hpp"

namespace millrace::engine {

class CacheStore;

enum class RunStatus { Ready, Running, Paused, Succeeded, Failed, Stopped, Stalled, TimedOut, OutOfMemory };
std::string_view to_text(RunStatus status);

struct RunOptions {
    std::uint64_t seed = 0;
    int threads = 0;           ///< cores the run may use; 0: as many as there are
    int intra_threads = 0;     ///< cores one compute call may use; 0: threads
    int in_flight = 0;         ///< see PlanOptions
    bool inline_chains = true;
    bool keep_going = false;   ///< nodes whose error policy is stop skip the item instead
    std::vector<std::string> until;
    PathRoots roots;
    std::filesystem::path out; ///< run folder; empty: none, and sinks fail
    bool resume = false;       ///< go on from the newest checkpoint in `out`, if there is one
    /// Run folders of the other processes that train with this one: a checkpoint counts if each of them has one of its
    /// number, since all go on from the same place. Checkpoints are then to be taken by items.
    std::vector<std::filesystem::path> companions;
    std::chrono::milliseconds checkpoint_interval{30'000};  ///< 0: none by time
    std::uint64_t checkpoint_items = 0;                     ///< also after so many items of a source; 0: none
    std::size_t checkpoints_kept = 2;                       ///< the newest, at least 1
    std::chrono::milliseconds timeout{0};                   ///< 0: none
    std::size_t memory_budget = 0;                          ///< resident bytes; 0: none
    CacheStore* cache = nullptr;                            ///< shared between runs; nullptr: no caching
    std::vector<std::string> freeze;  ///< frozen nodes ("all": each) that are called, what they give becoming their sets
    std::filesystem::path frozen;   ///< where these lie; empty: default_frozen_folder()
    bool trace = false;
    bool start_paused = false;
};

struct NodeFigures {
    std::string id;
    std::uint64_t items = 0;     ///< items answered
    std::uint64_t expected = 0;  ///< items there will be, where the source they come from knows; else 0
    std::uint64_t executed = 0;  ///< calls made
    std::uint64_t cached = 0;    ///< items answered from the cache, or from what was frozen
    std::uint64_t deferred = 0;  ///< calls that nobody needed: light ones, and those before frozen nodes
    std::uint64_t repeated = 0;  ///< calls of light nodes made in an earlier run too, whose results are not kept
    std::uint64_t none = 0, skipped = 0, errors = 0, retries = 0;
    double busy_seconds = 0;     ///< in the call; sampled for light nodes
    double blocked_seconds = 0;  ///< waiting for room on an output wire
    double progress = 0;         ///< of the present call
    std::string cache_note;      ///< why the last item was or was not taken from the cache
};

struct WireFigures {
    std::string name;
    std::size_t waiting = 0, capacity = 0;
    std::uint64_t dropped = 0;
};

struct RunFigures {
    RunStatus status = RunStatus::Ready;
    double seconds = 0;
    std::vector<NodeFigures> nodes;
    std::vector<WireFigures> wires;
};

struct TraceSpan {
    int node = 0;
    std::uint64_t item = 0;
    std::uint64_t thread = 0;
    double start_us = 0, duration_us = 0;
};

struct RunResult {
    RunStatus status = RunStatus::Ready;
    std::vector<Problem> problems;   ///< the first error of a failed run first; then skipped items, warnings
    RunFigures figures;
    std::vector<TraceSpan> trace;
    bool resumed = false;
    std::string resume_note;         ///< why a resume began at item 0, if it did
};

/// What a tap sees: packets as calls end, at most `per_second`. A node that works on several items at once may give a
/// later item before an earlier one.
struct TapOptions {
    double per_second = 0;  ///< 0: every packet
    /// Gives packets as they travel: one may still have to be loaded or computed, which Run::whole() does.
    bool deferred = false;
};
using TapCallback = std::function<void(std::uint64_t item, const Packet& packet)>;

/// Events of a run as JSON objects with "event" and "seconds": started, node_error, skipped, warning, log, metric,
/// capacity_raised, hot_parameter, checkpoint, stall, finished.
using EventCallback = std::function<void(const Object& event)>;

class Run {
public:
    /// Throws Error when the plan has errors (the first of them).
    Run(Plan plan, const Registry& registry, RunOptions options);
    ~Run();
    Run(const Run&) = delete;
    Run& operator=(const Run&) = delete;

    void on_event(EventCallback callback);
    /// Watches an output ("node.port"); gives a number for untap(). Throws Error E-PLAN-003 for an unknown one.
    int tap(const Endpoint& output, TapOptions options, TapCallback callback);
    void untap(int number);
    /// The packet itself, of one that a tap gave as it travels; empty for none. Any thread, while this run exists. Throws
    /// Error when it can't be had.
    static Packet whole(const Packet& packet);

    void start();
    /// Until the run has ended; it cannot be started again.
    RunResult wait();
    /// Acknowledged at once; wait() returns when the calls under way have ended.
    void stop();
    void pause();
    void go_on();
    /// While paused: lets every source emit one more item.
    void step();
    /// A hot parameter, from the next item the node begins. Problem E-PARAM-006 for one that is warm or cold.
    std::optional<Problem> set_parameter(std::string_view node, std::string_view name, const Value& value);

    RunFigures figures() const;
    RunStatus status() const;
    const Plan& plan() const;
    const RunOptions& options() const;

private:
    std::unique_ptr<class Executor> executor_;
};

/// Whether a frozen node, or the call that it lies in, is one of those to freeze anew.
bool is_to_freeze(const RunOptions& options, std::string_view id);

/// Plans with the run's options; what Run's constructor wants. Besides what make_plan() reports: frozen nodes whose sets
/// can't be used (E-FREEZE-001, -003), nodes to freeze that are not frozen ones (E-FREEZE-004).
Plan plan_run(const Graph& graph, const Registry& registry, const RunOptions& options);

}  // namespace millrace::engine
