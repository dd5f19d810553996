// How a stage has an item worked on: calls, retries, the error border, the cache.
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <new>

#include <fmt/format.h>

#include "engine/run/cache.hpp"
#include "engine/run/call_context.hpp"
#include "engine/run/deferred.hpp"
#include "engine/run/executor.hpp"
#include "engine/run/frozen.hpp"
#include "engine/run/keys.hpp"
#include "engine/run/stage.hpp"

namespace millrace::engine {
namespace {

constexpr std::uint64_t kSampleLight = 64;  // a clock reading costs as much as a light call

/// A pure call that is made only when somebody reads its result: a light node's, one that leads to frozen nodes alone, or
/// one whose stored result turns out to be damaged.
class LateCall {
public:
    /// `counted`: where it counts until it is made.
    LateCall(Executor& executor, NodeState& node, std::atomic<std::uint64_t>& counted, std::shared_ptr<NodeInstance> instance,
             std::vector<Packet> inputs, std::uint64_t item, const Hash128& key)
        : executor_(executor),
          node_(node),
          counted_(counted),
          instance_(std::move(instance)),
          inputs_(std::move(inputs)),
          item_(item),
          key_(key) {}

    Packet get(std::size_t port) {
        const std::scoped_lock lock(mutex_);
        if (!made_) make();
        return results_.packets[port];
    }

private:
    void make() {
        made_ = true;
        results_.packets.resize(node_.plan->outputs.size());
        for (std::size_t i = 0; i < inputs_.size(); ++i) {
            inputs_[i] = resolved(inputs_[i]);
            if (node_.plan->inputs[i] >= 0 && !inputs_[i] && !node_.plan->type->spec.inputs[i].optional) return;
        }
        CallContext context(executor_, node_, item_);
        instance_->call(inputs_, results_, context);
        const bool repeated = key_ && node_.plan->type->spec.light && !executor_.options.cache->note_light(key_);
        count(repeated ? node_.repeated : node_.executed, 1, true);
        counted_.fetch_sub(1, std::memory_order_relaxed);
        inputs_.clear();
    }

    Executor& executor_;
    NodeState& node_;
    std::atomic<std::uint64_t>& counted_;
    std::shared_ptr<NodeInstance> instance_;
    std::vector<Packet> inputs_;
    std::uint64_t item_;
    Hash128 key_;
    std::mutex mutex_;
    bool made_ = false;
    Results results_;
};

class LateResult final : public Deferred {
public:
    LateResult(std::shared_ptr<LateCall> call, std::size_t port) : call_(std::move(call)), port_(port) {}
    Packet get() override { return call_->get(port_); }

private:
    std::shared_ptr<LateCall> call_;
    std::size_t port_;
};

class StoredResult final : public Deferred {
public:
    StoredResult(std::shared_ptr<CacheEntry> entry, std::size_t port, const PayloadLookup& types,
                 std::shared_ptr<LateCall> otherwise)
        : entry_(std::move(entry)), port_(port), types_(types), otherwise_(std::move(otherwise)) {}
    Packet get() override {
        const std::scoped_lock lock(mutex_);
        if (packet_) return packet_;
        try {
            packet_ = entry_->load(port_, types_);
        } catch (const Error&) {
            // Damaged: load() has removed the file, and what made it can make it again.
            packet_ = otherwise_->get(port_);
        }
        return packet_;
    }

private:
    std::shared_ptr<CacheEntry> entry_;
    std::size_t port_;
    const PayloadLookup& types_;
    std::shared_ptr<LateCall> otherwise_;
    std::mutex mutex_;
    Packet packet_;
};

/// Gives results that are computed when somebody reads them.
void put_off(Slot& slot, NodeState& node, const std::shared_ptr<NodeInstance>& instance, const std::vector<Packet>& in,
             const Hash128& key, Executor& executor, Results& results) {
    const auto call = std::make_shared<LateCall>(executor, node, node.deferred, instance, in, slot.head.item, key);
    count(node.deferred, 1, true);
    for (std::size_t port = 0; port < results.packets.size(); ++port)
        results.packets[port] = defer(std::make_shared<LateResult>(call, port));
}

}  // namespace

Problem current_problem() {
    try {
        throw;
    } catch (const Error& error) {
        return error.problem();
    } catch (const std::bad_alloc&) {
        return {.code = "E-MEM-001",
                .what = "The node asked for more memory than there is",
                .mend = "Use smaller inputs, or fewer items in flight (--in-flight)."};
    } catch (const std::filesystem::filesystem_error& error) {
        return {.code = "E-FILE-006",
                .what = "A file or folder can't be used",
                .found = error.code().message(),
                .where = error.path1().string(),
                .mend = "Check that it is there, its permissions, and the space on the disk."};
    } catch (const std::exception& error) {
        std::string what = error.what();
        if (what.size() > 2000) what = what.substr(0, 2000) + " …";
        return {.code = "E-NODE-020", .what = "The node failed: " + what};
    } catch (...) {
        return {.code = "E-NODE-020", .what = "The node threw something that is no std::exception"};
    }
}

bool Stage::dispatch(Slot& slot) {
    slot.results.packets.clear();
    slot.results.generator.reset();
    slot.results.ended = false;
    const bool call = slot.kind == SlotKind::Item && slot.head.answer == Answer::Value;
    if (slot.kind == SlotKind::End && finishes_apart_) {
        slot.work.store(Work::Working, std::memory_order_release);
        executor.finish_apart(*this, slot);
        return true;
    }
    if (!call) {
        if (slot.kind == SlotKind::Item) {
            for (NodeState* node : nodes) {
                count(node->items, 1, parallel_);
                count(slot.head.answer == Answer::None ? node->none : node->skipped, 1, parallel_);
            }
        }
        slot.work.store(Work::Done, std::memory_order_release);
        return true;
    }
    if (units_ > 0 && !executor.cores->take(units_, this, [this] { activate(); })) return false;
    slot.work.store(Work::Working, std::memory_order_release);
    if (resource_ == Resource::Disk || resource_ == Resource::Wait) executor.submit_to(*executor.blocking, *this, slot);
    else if (resource_ == Resource::Compute && executor.computing) executor.submit_to(*executor.computing, *this, slot);
    else if (parallel_ && slots_.size() > 1) executor.submit_call(*this, slot);
    else work(slot);
    return true;
}

/// The body of a call, on whatever thread it was given to.
void Stage::work(Slot& slot) {
    if (!light_) set_library_threads(resource_ == Resource::Compute ? executor.intra_threads : 1);
    if (executor.stopping()) {
        slot.head.answer = Answer::None;
        slot.results.packets.assign(outputs.size(), Packet());
    } else {
        call_chain(slot);
    }
    if (units_ > 0) executor.cores->give_back(units_);
    slot.work.store(Work::Done, std::memory_order_release);
}

void Stage::call_chain(Slot& slot) {
    // A parallel stage's calls run beside one another, so each has its own buffers; a serial one reuses the slot's.
    std::vector<Packet>& in = slot.inputs;
    std::vector<Hash128>& keys = slot.keys;
    for (std::size_t position = 0; position < nodes.size(); ++position) {
        NodeState& node = *nodes[position];
        count(node.items, 1, parallel_);
        if (slot.head.answer != Answer::Value) {
            count(slot.head.answer == Answer::None ? node.none : node.skipped, 1, parallel_);
            continue;
        }
        if (!call_node(slot, position, in, keys, slot.results, slot.out_keys)) continue;
        if (slot.results.ended) {
            // The call that finds the end of a source's data is none of its items.
            node.items.fetch_sub(1, std::memory_order_relaxed);
            node.executed.fetch_sub(1, std::memory_order_relaxed);
            break;
        }
        if (node.tapped.load(std::memory_order_relaxed) && !numbers_outputs_) {
            executor.feed_taps(node, slot.head.item, slot.results.packets);
        }
        if (position + 1 == nodes.size()) break;
        const Link& link = links_[position];
        Packet packet = std::move(slot.results.packets[link.from_port]);
        const Hash128 key = keys_wanted_ ? slot.out_keys[link.from_port] : Hash128();
        const std::size_t ports = nodes[position + 1]->plan->inputs.size();
        if (in.size() != ports || ports > 1) {
            in.assign(ports, Packet());
            keys.assign(ports, Hash128());
        }
        if (!packet && !link.optional) slot.head.answer = Answer::None;
        in[link.to_port] = std::move(packet);
        keys[link.to_port] = key;
    }
    // The inputs must not outlive the call, though the result may still wait for room.
    for (Packet& packet : in) packet = Packet();
}

/// Loads or computes what was put off; false when there is nothing to call the node with.
bool Stage::resolve_inputs(Slot& slot, NodeState& node, std::vector<Packet>& in) {
    try {
        for (std::size_t i = 0; i < in.size(); ++i) {
            if (!is_deferred(in[i])) continue;
            in[i] = resolved(in[i]);
            if (in[i] || node.plan->type->spec.inputs[i].optional) continue;
            slot.head.answer = Answer::None;
            count(node.none, 1, parallel_);
            return false;
        }
        return true;
    } catch (...) {
        fail(slot, node, current_problem());
        return false;
    }
}

bool Stage::call_node(Slot& slot, std::size_t position, std::vector<Packet>& in, std::vector<Hash128>& keys,
                      Results& results, std::vector<Hash128>& out_keys) {
    NodeState& node = *nodes[position];
    const std::size_t ports = node.plan->outputs.size();
    results.packets.resize(ports);
    for (Packet& packet : results.packets) packet = Packet();
    if (keys_wanted_ || out_keys.size() != ports) out_keys.assign(ports, Hash128());
    if (node.frozen && node.frozen->is_whole()) return give_frozen(slot, node, results, out_keys);
    if (node.needless) {
        put_off(slot, node, slot.instances[position], in, {}, executor, results);
        return true;
    }
    if (!call_thawed(slot, position, in, keys, results, out_keys)) return false;
    return !node.frozen || results.ended || keep_frozen(slot, node, results);
}

bool Stage::call_thawed(Slot& slot, std::size_t position, std::vector<Packet>& in, std::vector<Hash128>& keys,
                        Results& results, std::vector<Hash128>& out_keys) {
    NodeState& node = *nodes[position];
    const NodeType& type = *node.plan->type;
    const std::size_t ports = node.plan->outputs.size();
    const bool caching = keys_wanted_ && node.keyed;
    Hash128 key;
    if (caching) {
        key = call_key(executor, node, slot.head.item, in, keys, *slot.instances[position]);
        if (key) {
            for (std::size_t port = 0; port < ports; ++port) out_keys[port] = port_key(key, port);
        }
    }
    if (key && type.spec.light) {
        put_off(slot, node, slot.instances[position], in, key, executor, results);
        return true;
    }
    if (key) {
        if (const auto entry = executor.options.cache->find(key); entry && entry->ports() == ports) {
            count(node.cached, 1, true);
            const auto again = std::make_shared<LateCall>(executor, node, node.cached, slot.instances[position], in,
                                                          slot.head.item, key);
            for (std::size_t port = 0; port < ports; ++port) {
                if (entry->empty(port)) continue;
                results.packets[port] = defer(std::make_shared<StoredResult>(entry, port, executor.registry, again));
            }
            return true;
        }
    }
    if (keys_wanted_ && !resolve_inputs(slot, node, in)) return false;
    call_guarded(slot, node, slot.instances[position], in, results);
    if (slot.head.answer != Answer::Value) return false;
    if (key && !results.ended) executor.options.cache->put(key, results.packets);
    if (!key && node.watched) {
        for (std::size_t port = 0; port < ports; ++port) {
            if (results.packets[port]) out_keys[port] = results.packets[port].hash();
        }
    }
    return true;
}

/// The error border round every call. Light calls are short, so what most of them don't need is kept out of their way.
void Stage::call_guarded(Slot& slot, NodeState& node, std::shared_ptr<NodeInstance>& instance,
                         const std::vector<Packet>& in, Results& results) {
    const bool timed = !light_ || executor.tracing || node.executed.load(std::memory_order_relaxed) % kSampleLight == 0;
    if (timed || node.plan->retries > 0) return call_measured(slot, node, instance, in, results, timed);
    count(node.executed, 1, parallel_);
    try {
        CallContext context(executor, node, slot.head.item);
        instance->call(in, results, context);
    } catch (...) {
        fail(slot, node, current_problem());
    }
}

void Stage::call_measured(Slot& slot, NodeState& node, std::shared_ptr<NodeInstance>& instance,
                          const std::vector<Packet>& in, Results& results, bool timed) {
    const int attempts = 1 + node.plan->retries;
    std::shared_ptr<NodeInstance> before;
    if (attempts > 1 && !node.plan->type->parallel) before = instance->clone();
    for (int attempt = 1;; ++attempt) {
        const std::int64_t start = timed ? now_ns() : 0;
        std::optional<Problem> problem;
        count(node.executed, 1, parallel_);
        try {
            CallContext context(executor, node, slot.head.item);
            instance->call(in, results, context);
        } catch (...) {
            problem = current_problem();
        }
        if (timed) {
            const std::int64_t end = now_ns();
            const std::uint64_t weight = light_ && !executor.tracing ? kSampleLight : 1;
            count(node.busy_ns, static_cast<std::uint64_t>(end - start) * weight, parallel_);
            if (executor.tracing) executor.span(node, slot.head.item, start, end);
        }
        if (!problem) return;
        if (attempt == attempts || executor.stopping()) return fail(slot, node, *problem);
        count(node.retries, 1, parallel_);
        results.packets.assign(results.packets.size(), Packet());
        results.generator.reset();
        if (before) {
            // A stateful node tries again from the state it had before the call.
            instance = before;
            node.instance = instance;
            before = instance->clone();
        }
    }
}

void Stage::fail(Slot& slot, NodeState& node, const Problem& problem) {
    slot.head.answer = Answer::Skipped;
    slot.results.packets.assign(slot.results.packets.size(), Packet());
    slot.results.generator.reset();
    count(node.errors, 1, parallel_);
    if (executor.stopping()) return;
    const bool stops = node.plan->on_error != OnError::Skip && !executor.options.keep_going;
    slot.head.reason = std::make_shared<const std::string>(
        fmt::format("{} failed: {} {}", node.plan->id, problem.code, problem.what));
    executor.report_failure(node, problem, slot.head.item, stops);
}

void Stage::finish_nodes(Slot& slot) {
    if (finishes_apart_) set_library_threads(resource_ == Resource::Compute ? executor.intra_threads : 1);
    slot.results.packets.assign(outputs.size(), Packet());
    slot.out_keys.assign(outputs.size(), Hash128());
    if (executor.stopping()) return;
    for (NodeState* node : nodes) {
        if (!node->plan->type->has_finish || closes_groups_) continue;
        try {
            CallContext context(executor, *node, admitted_);
            node->instance->finish(slot.results, context);
        } catch (...) {
            fail(slot, *node, current_problem());
        }
    }
    slot.results.ended = false;
}

void Stage::close_group(Slot& slot) {
    const int depth = executor.plan.rates[call_rate_].depth;
    if (slot.head.level + 1 != depth) return;
    slot.results.packets.assign(outputs.size(), Packet());
    slot.out_keys.assign(outputs.size(), Hash128());
    try {
        CallContext context(executor, *nodes.back(), slot.head.item);
        nodes.back()->instance->finish(slot.results, context);
    } catch (...) {
        fail(slot, *nodes.back(), current_problem());
        slot.head.group = Answer::Skipped;
    }
}

}  // namespace millrace::engine
