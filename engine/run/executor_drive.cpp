// The control thread of a run: starts the nodes, waits for quiet, and then decides whether the run is over, has a
// checkpoint due, needs room on a wire, or has stalled.
#include <algorithm>
#include <fstream>

#include <fmt/format.h>

#include "engine/run/call_context.hpp"
#include "engine/run/checkpoint.hpp"
#include "engine/run/executor.hpp"
#include "engine/run/frozen.hpp"
#include "engine/run/keys.hpp"
#include "engine/visual/io/files.hpp"

namespace millrace::engine {
namespace {

constexpr std::size_t kWidest = std::size_t{1} << 16;
constexpr auto kTick = std::chrono::milliseconds(100);

/// Resident bytes of this process.
std::size_t resident_bytes() {
    std::ifstream statm("/proc/self/statm");
    std::size_t total = 0;
    std::size_t resident = 0;
    statm >> total >> resident;
    return resident * 4096;
}

}  // namespace

void Executor::start_nodes() {
    for (auto& node : nodes) {
        if (stopping()) return;
        if (node->frozen && node->frozen->is_whole()) continue;  // it is not called
        try {
            CallContext context(*this, *node, 0);
            set_library_threads(intra_threads);
            node->instance->start(context);
        } catch (...) {
            report_failure(*node, current_problem(), 0, true);
        }
    }
    if (stopping()) return;
    for (auto& stage : stages) {
        if (!stage->source_) continue;
        const NodeState& source = *stage->nodes.front();
        const bool frozen = source.frozen && source.frozen->is_whole();
        stage->count_ = frozen ? source.frozen->items() : source.instance->count();
        stage->nodes.front()->source_items = stage->count_.value_or(0);
    }
    prepare_keys(*this);
}

void Executor::drive() {
    note({{"event", "started"},
          {"nodes", static_cast<std::int64_t>(plan.nodes.size())},
          {"threads", threads},
          {"intra_threads", intra_threads},
          {"seed", static_cast<std::int64_t>(options.seed)}});
    const auto guarded = [this](auto&& step) {
        if (stopping()) return;
        try {
            step();
        } catch (...) {
            {
                const std::scoped_lock lock(notes_mutex_);
                failure_ = current_problem();
            }
            stop(RunStatus::Failed);
        }
    };
    guarded([this] {
        if (!options.out.empty()) visual::make_folders(options.out / "artifacts");
    });
    if (options.resume) guarded([this] { Checkpoint::find(*this); });
    guarded([this] {
        metrics_.open(options.out, Checkpoint::metrics_length(*this));
        cut_logs();
    });
    guarded([this] { open_frozen(); });
    start_nodes();
    if (resuming()) guarded([this] { Checkpoint::restore(*this); });
    for (const auto& node : nodes) {
        const NodeType& type = *node->plan->type;
        if (!type.parallel && !type.has_save && unsavable_.empty()) unsavable_ = node->plan->id;
    }
    for (auto& stage : stages) stage->activate();
    std::unique_lock lock(mutex_);
    while (true) {
        changed_.wait_for(lock, kTick, [this] { return attention_; });
        attention_ = false;
        lock.unlock();
        watch_limits();
        const std::uint64_t resumed = resumed_;
        const bool quiet = activity_.load(std::memory_order_acquire) == 0;
        const bool goes_on = !quiet || settle(resumed);
        lock.lock();
        if (!goes_on) break;
    }
    lock.unlock();
    ended_ns_ = (std::chrono::steady_clock::now() - started_).count();
    if (!failure_ && (status == RunStatus::Running || status == RunStatus::Paused)) guarded([this] { finish_frozen(); });
    if (status == RunStatus::Running || status == RunStatus::Paused) {
        status = failure_ ? RunStatus::Failed : RunStatus::Succeeded;
    }
    finish_files();
    note({{"event", "finished"}, {"status", std::string(to_text(status.load()))}});
}

bool Executor::settle(std::uint64_t resumed) {
    if (stopping() || all_ended()) return false;
    if (gated_) {
        take_checkpoint();
        gated_ = false;
        wake_sources();
        return true;
    }
    if (paused_) return true;
    // The pause may have ended since quiet was found; all may even be done since then.
    if (activity_.load(std::memory_order_acquire) != 0 || resumed_ != resumed) return true;
    if (widen()) return true;
    report_stall();
    return false;
}

bool Executor::all_ended() const {
    return std::ranges::all_of(stages, [](const auto& stage) { return stage->ended(); });
}

void Executor::wake_sources() {
    for (auto& stage : stages) {
        if (stage->is_source() || stage->numbers_outputs_) stage->activate();
    }
}

void Executor::watch_limits() {
    const auto now = std::chrono::steady_clock::now();
    if (options.timeout.count() > 0 && now - started_ > options.timeout && !stopping()) {
        {
            const std::scoped_lock lock(notes_mutex_);
            failure_ = Problem{.code = "E-RUN-004",
                               .what = "The run took longer than it may",
                               .expected = fmt::format("at most {} s", options.timeout.count() / 1000.0),
                               .found = fmt::format("{:.1f} s", seconds()),
                               .mend = "Raise --timeout, or see run.json for the slowest node."};
        }
        stop(RunStatus::TimedOut);
    }
    if (options.memory_budget > 0 && !stopping() && resident_bytes() > options.memory_budget) {
        {
            const std::scoped_lock lock(notes_mutex_);
            failure_ = Problem{.code = "E-MEM-002",
                               .what = "The run is over its memory budget",
                               .expected = fmt::format("at most {} MB", options.memory_budget >> 20),
                               .found = fmt::format("{} MB", resident_bytes() >> 20),
                               .mend = "Lower --in-flight or wire capacities, or raise --memory."};
        }
        stop(RunStatus::OutOfMemory);
    }
    const bool due = options.checkpoint_interval.count() > 0 && now - last_checkpoint_ > options.checkpoint_interval;
    if (due && !options.out.empty() && unsavable_.empty() && !stopping()) {
        last_checkpoint_ = now;
        gated_ = true;
        // An already quiet run notices at once: settle() follows.
    }
}

void Executor::take_checkpoint() {
    for (const auto& stage : stages) {
        while (checkpoint_due_item_ > 0 && stage->is_source() && stage->admitted_ >= checkpoint_due_item_) {
            checkpoint_due_item_ += options.checkpoint_items;
        }
    }
    try {
        Checkpoint::write(*this);
        note({{"event", "checkpoint"}});
    } catch (const std::exception&) {
        const std::scoped_lock lock(notes_mutex_);
        Problem problem = current_problem();
        problem.severity = Severity::Warning;
        problems_.push_back(std::move(problem));
    }
}

bool Executor::widen() {
    WireQueue* narrowest = nullptr;
    const PlanWire* wire = nullptr;
    for (std::size_t i = 0; i < queues.size(); ++i) {
        if (!queues[i] || !queues[i]->full() || queues[i]->capacity() >= kWidest) continue;
        if (narrowest && queues[i]->capacity() >= narrowest->capacity()) continue;
        narrowest = queues[i].get();
        wire = &plan.wires[i];
    }
    if (narrowest) {
        narrowest->grow(narrowest->capacity() * 2);
        ++widened_;
        note({{"event", "capacity_raised"},
              {"wire", wire_name(plan, *wire)},
              {"capacity", static_cast<std::int64_t>(narrowest->capacity())}});
        stages[static_cast<std::size_t>(plan.nodes[wire->from].stage)]->activate();
        return true;
    }
    for (auto& rate : rates) {
        if (!rate->waiting.load() || rate->in_flight > static_cast<int>(kWidest)) continue;
        rate->in_flight = rate->in_flight * 2;
        rate->waiting = false;
        note({{"event", "capacity_raised"},
              {"items_of", rate->origin->nodes.front()->plan->id},
              {"in_flight", rate->in_flight.load()}});
        rate->origin->activate();
        return true;
    }
    return false;
}

void Executor::report_stall() {
    std::string starving;
    std::string full;
    for (const auto& stage : stages) {
        if (stage->ended() || stage->is_source()) continue;
        for (std::size_t port = 0; port < stage->inputs.size(); ++port) {
            const InPort& input = stage->inputs[port];
            if (!input.queue || input.queue->front() || !starving.empty()) continue;
            const PlanNode& node = *stage->nodes.front()->plan;
            starving = node.id + "." + node.type->spec.inputs[port].name;
        }
    }
    for (std::size_t i = 0; i < queues.size(); ++i) {
        if (queues[i] && queues[i]->full()) full += (full.empty() ? "" : ", ") + wire_name(plan, plan.wires[i]);
    }
    {
        const std::scoped_lock lock(notes_mutex_);
        failure_ = Problem{.code = "E-RUN-003",
                           .what = "The run has stalled: nothing runs and nothing can begin",
                           .expected = "every node to answer every item",
                           .found = full.empty() ? "no full wire" : "full: " + full,
                           .where = starving.empty() ? "the graph" : starving,
                           .mend = "Look at the node named here, and at what feeds it."};
    }
    note({{"event", "stall"}, {"where", starving}, {"full", full}});
    stop(RunStatus::Stalled);
}

}  // namespace millrace::engine
