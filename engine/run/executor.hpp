// All of one run: the stages on their TBB flow graph, and what they share. Private to engine/run/.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "engine/run/cores.hpp"
#include "engine/run/metric_log.hpp"
#include "engine/run/run.hpp"
#include "engine/run/stage.hpp"

namespace millrace::engine {

struct RateState {
    std::vector<Stage*> terminals;        ///< stages that complete its items
    Stage* origin = nullptr;
    std::atomic<std::uint64_t> issued = 0;
    std::atomic<bool> waiting = false;
    std::atomic<int> in_flight = 0;
};

struct Tap {
    int number = 0;
    int node = 0, port = 0;
    std::chrono::nanoseconds period{0};
    bool deferred = false;
    std::chrono::steady_clock::time_point last{};
    TapCallback callback;
};

class Executor {
public:
    Executor(Plan plan, const Registry& registry, RunOptions options);
    ~Executor();

    void start();
    RunResult wait();
    void stop(RunStatus why);
    void pause();
    void go_on();
    void step();
    std::optional<Problem> set_parameter(std::string_view node, std::string_view name, const Value& value);
    int tap(const Endpoint& output, TapOptions options, TapCallback callback);
    void untap(int number);
    RunFigures figures() const;

    // For stages.
    bool stopping() const { return stopping_.load(std::memory_order_acquire); }
    bool resuming() const { return checkpoint_ != nullptr; }
    /// Whether a source may emit item `number` now.
    bool may_issue(std::uint64_t number);
    void submit(Stage& stage);                      ///< a TBB task for its coordinator
    void submit_call(Stage& stage, Slot& slot);     ///< a call beside the coordinator
    void submit_to(CallThreads& calls, Stage& stage, Slot& slot);
    /// Ends the stage's nodes on a thread of its own, so that those that wait for other processes can't keep each other
    /// from ending, in whatever order each process comes to them.
    void finish_apart(Stage& stage, Slot& slot);
    void busy() { activity_.fetch_add(1, std::memory_order_relaxed); }
    void idle();
    void item_done(int rate);
    bool rate_full(int rate);
    void report_failure(const NodeState& node, const Problem& problem, std::uint64_t item, bool stops);
    void note(Object event);
    void warn(const NodeState& node, std::string_view text);
    void feed_taps(const NodeState& node, std::uint64_t item, const std::vector<Packet>& packets);
    void span(const NodeState& node, std::uint64_t item, std::int64_t start_ns, std::int64_t end_ns);
    void log_line(const NodeState& node, std::string_view line);
    void metric(const NodeState& node, std::uint64_t item, std::string_view name, double value);
    double seconds() const;

    const Plan plan;
    const Registry& registry;
    const RunOptions options;
    int threads = 1;
    int intra_threads = 1;
    bool tracing = false;
    bool freezes = false;                            ///< some node is frozen
    std::vector<std::unique_ptr<NodeState>> nodes;
    std::vector<std::unique_ptr<Stage>> stages;
    std::vector<std::unique_ptr<WireQueue>> queues;  ///< by wire; null where inlined
    std::vector<std::unique_ptr<RateState>> rates;
    std::unique_ptr<Cores> cores;                    ///< null when nothing needs accounting
    std::unique_ptr<CallThreads> blocking;           ///< null when nothing may block
    std::unique_ptr<CallThreads> computing;          ///< null unless a compute call may use several cores
    EventCallback event_callback;
    std::atomic<RunStatus> status = RunStatus::Ready;

private:
    friend class Checkpoint;
    void connect();
    void open_frozen();                               ///< sets of frozen nodes, and what is not needed for them
    void finish_frozen();
    void start_nodes();
    void find_terminals();
    void wake_sources();
    bool all_ended() const;
    void drive();                                     ///< the control thread's whole life
    /// Nothing runs; false when the run is over. `resumed`: resumed_ before that was found.
    bool settle(std::uint64_t resumed);
    bool widen();                                     ///< Parks (1995): lets a full wire grow; false when none is
    void report_stall();
    void take_checkpoint();
    void watch_limits();
    void write_log(int node);                         ///< what waits of its lines; notes_mutex_ is held
    void cut_logs();                                  ///< of a run that goes on, to where its checkpoint was
    Value told();                                     ///< for a checkpoint: problems, warnings, lengths of logs
    void restore_told(const Value& told);
    void finish_files();
    RunResult collect();

    std::atomic<bool> stopping_ = false;
    std::atomic<std::int64_t> activity_ = 0;
    std::atomic<bool> gated_ = false;                 ///< for a checkpoint
    std::atomic<bool> paused_ = false;
    std::atomic<std::uint64_t> resumed_ = 0;          ///< how often a pause has ended
    std::atomic<std::uint64_t> allowed_ = 0;          ///< items a source may have emitted while paused
    std::atomic<std::uint64_t> checkpoint_due_item_ = 0;
    std::chrono::steady_clock::time_point started_, last_checkpoint_;
    std::atomic<std::int64_t> ended_ns_ = 0;          ///< after the start; 0 while it runs
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    bool attention_ = false;       ///< something for the control thread; guarded by mutex_
    std::thread control_;
    std::mutex finishing_mutex_;
    std::vector<std::jthread> finishing_;  ///< at most one a stage, begun once

    mutable std::mutex notes_mutex_;
    std::vector<Problem> problems_;
    std::map<std::string, std::uint64_t> warnings_;
    std::optional<Problem> failure_;
    std::vector<TraceSpan> trace_;
    std::mutex taps_mutex_;
    std::vector<std::shared_ptr<Tap>> taps_;
    int next_tap_ = 1;
    std::uint64_t widened_ = 0;
    std::unique_ptr<struct CheckpointContents> checkpoint_;  ///< to go on from
    std::string resume_note_;
    std::string unsavable_;                           ///< node that cannot save its state
    MetricLog metrics_;
    std::map<int, std::string> log_lines_;            ///< not yet written

    struct Flow;  ///< the TBB part
    std::unique_ptr<Flow> flow_;
};

/// Nanoseconds of the steady clock.
std::int64_t now_ns();

}  // namespace millrace::engine
