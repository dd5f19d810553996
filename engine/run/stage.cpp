#include "engine/run/stage.hpp"

#include <algorithm>

#include "engine/run/executor.hpp"
#include "engine/run/keys.hpp"

namespace millrace::engine {
namespace {

constexpr int kTurn = 512;      // items a coordinator handles before it lets others have the thread
constexpr int kWakeEvery = 16;  // light items given out before their consumers are woken

}  // namespace

Stage::Stage(Executor& owner, int number) : executor(owner), index(number) {
    const PlanStage& planned = executor.plan.stages[static_cast<std::size_t>(number)];
    for (int node : planned.nodes) nodes.push_back(executor.nodes[static_cast<std::size_t>(node)].get());
    const PlanNode& first = *nodes.front()->plan;
    const PlanNode& last = *nodes.back()->plan;
    source_ = first.type->source;
    parallel_ = planned.parallel;
    light_ = planned.light;
    join_ = first.type->spec.join;
    resource_ = first.type->spec.resource;
    numbers_outputs_ = !source_ && first.type->spec.rate == Rate::New;
    closes_groups_ = first.type->spec.rate == Rate::Parent;
    generator_source_ = source_ && first.type->generator;
    call_rate_ = first.call_rate;
    out_rate_ = last.out_rate;
    outputs.resize(last.outputs.size());
    inputs.resize(first.inputs.size());
    keys_wanted_ = executor.options.cache != nullptr || executor.freezes;
    for (std::size_t i = 1; i < nodes.size(); ++i) {
        const PlanNode& next = *nodes[i]->plan;
        const auto wire = std::ranges::find_if(next.inputs, [](int index) { return index >= 0; });
        const auto to_port = static_cast<std::size_t>(wire - next.inputs.begin());
        links_.push_back({static_cast<std::size_t>(executor.plan.wires[static_cast<std::size_t>(*wire)].from_port), to_port,
                          next.type->spec.inputs[to_port].optional});
    }
    const int slots = parallel_ && !generator_source_ ? std::max(1, executor.threads) : 1;
    finishes_apart_ = slots == 1 && numbers_outputs_ && (resource_ == Resource::Wait || resource_ == Resource::Compute) &&
                      std::ranges::any_of(nodes, [](const NodeState* node) { return node->plan->type->has_finish; });
    for (int i = 0; i < slots; ++i) slots_.push_back(std::make_unique<Slot>());
}

void Stage::activate() {
    if (pending_.fetch_add(1, std::memory_order_acq_rel) == 0) {
        executor.busy();
        executor.submit(*this);
    }
}

void Stage::run() {
    while (true) {
        const std::uint64_t seen = pending_.load(std::memory_order_acquire);
        int turn = 0;
        while (turn < kTurn && advance()) {
            if (!light_ || ++turn % kWakeEvery == 0) wake_consumers();
            if (!light_) ++turn;
        }
        wake_consumers();
        if (turn >= kTurn) {
            executor.submit(*this);  // still counted as pending and busy
            return;
        }
        std::uint64_t expected = seen;
        if (pending_.compare_exchange_strong(expected, 0, std::memory_order_acq_rel)) break;
    }
    executor.idle();
}

/// One step of the stage, whichever is possible; false when none is.
bool Stage::advance() {
    if (executor.stopping()) return false;
    if (ended()) {
        drain();
        // Calls begun beyond the end of a source come back and are let go.
        while (used_ > 0 && slots_[first_]->work.load(std::memory_order_acquire) == Work::Done) {
            slots_[first_]->kind = SlotKind::Mark;
            complete(*slots_[first_]);
        }
        return false;
    }
    if (used_ > 0) {
        Slot& oldest = *slots_[first_];
        if (oldest.work.load(std::memory_order_acquire) == Work::Done && give(oldest)) {
            complete(oldest);
            return true;
        }
        if (oldest.work.load(std::memory_order_acquire) == Work::Free) return dispatch(oldest);
    }
    if (used_ == slots_.size()) return false;
    if (used_ > 0) {
        // One that could not get cores waits at the end; nothing may overtake it.
        Slot& newest = *slots_[(first_ + used_ - 1) % slots_.size()];
        if (newest.work.load(std::memory_order_acquire) == Work::Free) return dispatch(newest);
        if (newest.kind == SlotKind::End) return false;
    }
    if (has_hot_.load(std::memory_order_acquire) && used_ == 0) apply_hot_parameters();
    if (has_hot_.load(std::memory_order_acquire)) return false;
    if (!outputs.empty() && used_ == 0 && outputs_closed() && (source_ || nodes.back()->plan->type->pure)) {
        become_ended();
        source_done_ = true;
        return true;
    }
    Slot& slot = *slots_[(first_ + used_) % slots_.size()];
    if (!take(slot)) return false;
    ++used_;
    dispatch(slot);
    return true;
}

void Stage::queue_hot_parameter(int node_in_stage, std::string name, Value value) {
    {
        const std::scoped_lock lock(hot_mutex_);
        hot_.push_back({node_in_stage, std::move(name), std::move(value)});
        has_hot_.store(true, std::memory_order_release);
    }
    activate();
}

/// A changed parameter means a new copy of the node; items under way keep the old one.
void Stage::apply_hot_parameters() {
    std::vector<HotChange> changes;
    {
        const std::scoped_lock lock(hot_mutex_);
        changes.swap(hot_);
        has_hot_.store(false, std::memory_order_release);
    }
    for (HotChange& change : changes) {
        NodeState& node = *nodes[static_cast<std::size_t>(change.node)];
        std::shared_ptr<NodeInstance> copy = node.instance->clone();
        set_param(*node.plan->type->spec.param(change.name), copy->object(), change.value);
        node.instance = std::move(copy);
        if (node.keyed) node.key = node_key(*node.plan, *node.instance, executor.intra_threads);
        executor.note({{"event", "hot_parameter"},
                       {"node", node.plan->id},
                       {"parameter", change.name},
                       {"value", change.value},
                       {"item", static_cast<std::int64_t>(admitted_)}});
    }
}

}  // namespace millrace::engine
