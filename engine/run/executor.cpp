#include "engine/run/executor.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <oneapi/tbb/flow_graph.h>
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/task_arena.h>

#include "engine/run/checkpoint.hpp"


namespace millrace::engine {
namespace {

thread_local const Executor* inside = nullptr;  // whose TBB task this thread is in

int cores_of_machine() { return std::max(1, static_cast<int>(std::thread::hardware_concurrency())); }

}  // namespace

std::int64_t now_ns() {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(
               std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

/// Wires carry packets in queues of their own; what passes through TBB are activations, so that a stage that is
/// already at work takes the next item without a task of its own.
struct Executor::Flow {
    explicit Flow(Executor& owner)
        : control(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(owner.threads) + 1),
          arena(owner.threads, 0) {
        arena.execute([this] { graph = std::make_unique<tbb::flow::graph>(); });
        using tbb::flow::unlimited;
        for (auto& stage : owner.stages) {
            coordinators.push_back(std::make_unique<Coordinator>(*graph, unlimited, [s = stage.get()](char) {
                inside = &s->executor;
                s->run();
                inside = nullptr;
                return tbb::flow::continue_msg();
            }));
            calls.push_back(std::make_unique<Call>(*graph, unlimited, [s = stage.get()](Slot* slot) {
                inside = &s->executor;
                s->work(*slot);
                s->activate();
                s->executor.idle();
                inside = nullptr;
                return tbb::flow::continue_msg();
            }));
        }
    }
    ~Flow() {
        arena.execute([this] { graph->wait_for_all(); });
    }

    template <class Node, class Message>
    void put(const Executor& owner, Node& node, Message message) {
        if (inside == &owner) {
            node.try_put(message);
            return;
        }
        // From outside the arena try_put may wait for a place in it; a queued task never does.
        graph->reserve_wait();
        arena.enqueue([this, &node, message] {
            node.try_put(message);
            graph->release_wait();
        });
    }

    using Coordinator = tbb::flow::function_node<char, tbb::flow::continue_msg>;
    using Call = tbb::flow::function_node<Slot*, tbb::flow::continue_msg>;
    tbb::global_control control;
    tbb::task_arena arena;
    std::unique_ptr<tbb::flow::graph> graph;
    std::vector<std::unique_ptr<Coordinator>> coordinators;
    std::vector<std::unique_ptr<Call>> calls;
};

Executor::Executor(Plan made, const Registry& types, RunOptions chosen)
    : plan(std::move(made)), registry(types), options(std::move(chosen)), tracing(options.trace) {
    threads = options.threads > 0 ? options.threads : cores_of_machine();
    intra_threads = options.intra_threads > 0 ? options.intra_threads : threads;
    for (std::size_t i = 0; i < plan.nodes.size(); ++i) {
        auto node = std::make_unique<NodeState>();
        node->index = static_cast<int>(i);
        node->plan = &plan.nodes[i];
        node->instance = plan.nodes[i].instance;
        freezes = freezes || !plan.nodes[i].frozen.empty();
        nodes.push_back(std::move(node));
    }
    connect();
    find_terminals();
    flow_ = std::make_unique<Flow>(*this);
    paused_ = options.start_paused;
    if (options.checkpoint_items > 0) checkpoint_due_item_ = options.checkpoint_items;
}

Executor::~Executor() {
    stop(RunStatus::Stopped);
    if (control_.joinable()) control_.join();
    finishing_.clear();
    flow_.reset();
    blocking.reset();
    computing.reset();
}

void Executor::connect() {
    for (std::size_t i = 0; i < plan.stages.size(); ++i) {
        stages.push_back(std::make_unique<Stage>(*this, static_cast<int>(i)));
    }
    for (const PlanWire& wire : plan.wires) {
        if (wire.inlined) {
            queues.push_back(nullptr);
            continue;
        }
        queues.push_back(std::make_unique<WireQueue>(wire.capacity, wire.policy));
        Stage& from = *stages[static_cast<std::size_t>(plan.nodes[wire.from].stage)];
        Stage& to = *stages[static_cast<std::size_t>(plan.nodes[wire.to].stage)];
        from.outputs[static_cast<std::size_t>(wire.from_port)].push_back({queues.back().get(), &to});
        InPort& port = to.inputs[static_cast<std::size_t>(wire.to_port)];
        port.queue = queues.back().get();
        port.producer = &from;
        port.bind = wire.bind;
        port.root_rate = plan.rates[wire.rate].depth == 0;
    }
    bool account = false;
    const int units = std::min(intra_threads, threads);  // of a compute call
    for (const PlanNode& node : plan.nodes) {
        const Resource resource = node.type->spec.resource;
        account = account || resource == Resource::Compute || resource == Resource::Disk;
        if ((resource == Resource::Disk || resource == Resource::Wait) && !blocking) blocking = std::make_unique<CallThreads>(threads + 1);
        if (resource == Resource::Compute && units > 1 && !computing) computing = std::make_unique<CallThreads>(threads / units);
    }
    if (account) cores = std::make_unique<Cores>(threads);
    for (auto& stage : stages) {
        const NodeSpec& spec = stage->nodes.front()->plan->type->spec;
        for (std::size_t port = 0; port < spec.inputs.size(); ++port) {
            stage->inputs[port].sync = spec.inputs[port].sync;
            stage->inputs[port].optional = spec.inputs[port].optional;
            const Value& first = spec.inputs[port].first;
            if (spec.inputs[port].sync != Sync::Feedback || first.is_null()) continue;
            const bool number = spec.inputs[port].type == payload_type<double>().name;
            stage->inputs[port].value = number ? Packet::make<double>(first.as_double()) : Packet::make<Value>(first);
            stage->inputs[port].key = stage->inputs[port].value.hash();
        }
        if (account && !stage->light_ && spec.resource != Resource::Wait) {
            stage->units_ = spec.resource == Resource::Compute ? units : 1;
        }
    }
}

/// The stages that end the way of a rate's items: with them done, an item is no longer in flight. What only a dropping
/// wire reaches holds nobody up.
void Executor::find_terminals() {
    for (std::size_t number = 0; number < plan.rates.size(); ++number) {
        const int rate = static_cast<int>(number);
        auto state = std::make_unique<RateState>();
        state->in_flight = plan.rates[number].in_flight;
        state->origin = stages[static_cast<std::size_t>(plan.nodes[plan.rates[number].origin].stage)].get();
        std::set<Stage*> seen = {state->origin};
        std::vector<Stage*> open = {state->origin};
        while (!open.empty()) {
            Stage* stage = open.back();
            open.pop_back();
            bool goes_on = false;
            for (int wire_index = 0; wire_index < static_cast<int>(plan.wires.size()); ++wire_index) {
                const PlanWire& wire = plan.wires[static_cast<std::size_t>(wire_index)];
                if (wire.inlined || wire.rate != rate || wire.sync != Sync::Stream || wire.policy != Policy::Block) continue;
                if (plan.nodes[wire.from].stage != stage->index || plan.nodes[wire.to].call_rate != rate) continue;
                goes_on = true;
                Stage* next = stages[static_cast<std::size_t>(plan.nodes[wire.to].stage)].get();
                if (seen.insert(next).second) open.push_back(next);
            }
            if (!goes_on && stage != state->origin) state->terminals.push_back(stage);
        }
        rates.push_back(std::move(state));
    }
}

void Executor::start() {
    started_ = last_checkpoint_ = std::chrono::steady_clock::now();
    status = paused_ ? RunStatus::Paused : RunStatus::Running;
    control_ = std::thread([this] { drive(); });
}

RunResult Executor::wait() {
    if (control_.joinable()) control_.join();
    return collect();
}

void Executor::stop(RunStatus why) {
    if (!stopping_.exchange(true)) status = why;
    const std::scoped_lock lock(mutex_);
    attention_ = true;
    changed_.notify_all();
}

void Executor::pause() {
    allowed_ = 0;
    paused_ = true;
    RunStatus expected = RunStatus::Running;
    status.compare_exchange_strong(expected, RunStatus::Paused);
}

void Executor::go_on() {
    // Busy until the sources are awake: a quiet run that is no longer paused would count as stalled.
    busy();
    paused_ = false;
    RunStatus expected = RunStatus::Paused;
    status.compare_exchange_strong(expected, RunStatus::Running);
    wake_sources();
    ++resumed_;
    idle();
}

void Executor::step() {
    std::uint64_t most = 0;
    for (auto& stage : stages) {
        if (stage->is_source()) most = std::max(most, rates[static_cast<std::size_t>(stage->out_rate_)]->issued.load());
    }
    allowed_ = std::max(most, allowed_.load()) + 1;
    wake_sources();
}

bool Executor::may_issue(std::uint64_t number) {
    if (checkpoint_due_item_ > 0 && number >= checkpoint_due_item_ && !options.out.empty() && unsavable_.empty()) {
        // Reached by the first source; it and all others hold until the checkpoint is taken, which moves the mark.
        if (!gated_.exchange(true)) {
            const std::scoped_lock lock(mutex_);
            attention_ = true;
            changed_.notify_all();
        }
        return false;
    }
    if (gated_.load(std::memory_order_acquire)) return false;
    return !paused_.load(std::memory_order_acquire) || number < allowed_.load();
}

void Executor::submit(Stage& stage) { flow_->put(*this, *flow_->coordinators[static_cast<std::size_t>(stage.index)], '\0'); }

void Executor::submit_call(Stage& stage, Slot& slot) {
    busy();
    flow_->put(*this, *flow_->calls[static_cast<std::size_t>(stage.index)], &slot);
}

void Executor::submit_to(CallThreads& calls, Stage& stage, Slot& slot) {
    busy();
    calls.post([this, &stage, &slot] {
        stage.work(slot);
        stage.activate();
        idle();
    });
}

void Executor::finish_apart(Stage& stage, Slot& slot) {
    busy();
    const std::scoped_lock lock(finishing_mutex_);
    finishing_.emplace_back([this, &stage, &slot] {
        stage.finish_nodes(slot);
        slot.work.store(Work::Done, std::memory_order_release);
        stage.activate();
        idle();
    });
}

void Executor::idle() {
    if (activity_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
    const std::scoped_lock lock(mutex_);
    attention_ = true;
    changed_.notify_all();
}

void Executor::item_done(int rate) {
    if (rate < 0) return;
    RateState& state = *rates[static_cast<std::size_t>(rate)];
    if (state.waiting.load(std::memory_order_seq_cst) && state.waiting.exchange(false, std::memory_order_seq_cst)) {
        state.origin->activate();
    }
}

bool Executor::rate_full(int rate) {
    RateState& state = *rates[static_cast<std::size_t>(rate)];
    const auto full = [&] {
        const std::uint64_t issued = state.issued.load(std::memory_order_relaxed);
        const auto limit = static_cast<std::uint64_t>(state.in_flight.load(std::memory_order_relaxed));
        return std::ranges::any_of(state.terminals, [&](const Stage* stage) {
            return issued - std::min(issued, stage->done.load(std::memory_order_seq_cst)) >= limit && !stage->ended();
        });
    };
    if (!full()) return false;
    state.waiting.store(true, std::memory_order_seq_cst);
    if (full()) return true;
    state.waiting.store(false, std::memory_order_seq_cst);
    return false;
}

double Executor::seconds() const {
    const std::int64_t ended = ended_ns_.load();
    if (ended != 0) return static_cast<double>(ended) * 1e-9;
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - started_).count();
}

std::optional<Problem> Executor::set_parameter(std::string_view id, std::string_view name, const Value& value) {
    const int index = plan.find(id);
    if (index < 0) return Problem{.code = "E-PARAM-010", .what = "No such node", .found = std::string(id)};
    const PlanNode& node = plan.nodes[static_cast<std::size_t>(index)];
    const std::string where = node.id + "." + std::string(name);
    const ParamSpec* param = node.type->spec.param(name);
    if (!param) return Problem{.code = "E-PARAM-001", .what = "No such parameter", .where = where};
    if (param->change != Change::Hot || !node.type->copyable) {
        return Problem{.code = "E-PARAM-006",
                       .what = "The parameter can't be changed while the run goes on",
                       .expected = "a hot parameter",
                       .found = param->change == Change::Warm ? "warm: the node restarts" : "cold: the run restarts",
                       .where = where,
                       .mend = "Stop the run, change it and run again."};
    }
    // Tried on a copy first, so that a bad value never reaches the run.
    const std::unique_ptr<NodeInstance> trial = node.instance->clone();
    if (auto problem = set_param(*param, trial->object(), value)) {
        problem->where = where;
        return problem;
    }
    for (Problem& problem : trial->check()) {
        problem.where = where;
        return std::move(problem);
    }
    Stage& stage = *stages[static_cast<std::size_t>(node.stage)];
    const auto place = std::ranges::find(stage.nodes, nodes[static_cast<std::size_t>(index)].get());
    stage.queue_hot_parameter(static_cast<int>(place - stage.nodes.begin()), param->name, value);
    return {};
}

}  // namespace millrace::engine
