// Frozen nodes at run time: what they gave is given again, what leads to them alone is not called,
// and a run that is asked to freeze keeps what they give.
#include <algorithm>

#include "engine/run/deferred.hpp"
#include "engine/run/executor.hpp"
#include "engine/run/frozen.hpp"
#include "engine/run/keys.hpp"
#include "engine/run/stage.hpp"

namespace millrace::engine {
namespace {

class KeptResult final : public Deferred {
public:
    KeptResult(std::shared_ptr<CacheEntry> entry, std::size_t port, const PayloadLookup& types)
        : entry_(std::move(entry)), port_(port), types_(types) {}
    Packet get() override {
        const std::scoped_lock lock(mutex_);
        if (packet_) return packet_;
        try {
            return packet_ = entry_->load(port_, types_);
        } catch (const Error& error) {
            Problem problem = error.problem();
            problem.code = "E-FREEZE-003";
            problem.what = "A frozen result is damaged";
            problem.mend = "Thaw the node, or freeze it anew.";
            throw Error(std::move(problem));
        }
    }

private:
    std::shared_ptr<CacheEntry> entry_;
    std::size_t port_;
    const PayloadLookup& types_;
    std::mutex mutex_;
    Packet packet_;
};

}  // namespace

void Executor::open_frozen() {
    if (!freezes) return;
    const std::filesystem::path folder = frozen_folder(options);
    for (auto& node : nodes) {
        const std::string& name = node->plan->frozen;
        if (name.empty()) continue;
        node->frozen = is_to_freeze(options, node->plan->id)
                           ? FrozenSet::begin(folder, name, *node->plan->type)
                           : FrozenSet::open(folder, name, *node->plan->type);
    }
    // From the end of the plan, where consumers come first. Feedback wires lead backwards, to nodes
    // not yet looked at, which then count as in need.
    for (auto node = nodes.rbegin(); node != nodes.rend(); ++node) {
        NodeState& state = **node;
        bool any = false;
        bool all = !state.frozen && cacheable(*state.plan);
        for (const std::vector<int>& wires : state.plan->outputs) {
            for (const int wire : wires) {
                const NodeState& reader =
                    *nodes[static_cast<std::size_t>(plan.wires[static_cast<std::size_t>(wire)].to)];
                any = true;
                all = all && (reader.needless || (reader.frozen && reader.frozen->is_whole()));
            }
        }
        state.needless = any && all;
    }
}

void Executor::finish_frozen() {
    for (auto& node : nodes)
        if (node->frozen && !node->frozen->is_whole()) node->frozen->finish(node->items);
}

bool Stage::give_frozen(Slot& slot, NodeState& node, Results& results,
                        std::vector<Hash128>& out_keys) {
    try {
        const std::uint64_t item = slot.head.item;
        const auto entry = node.frozen->find(item);
        if (!entry || entry->ports() != results.packets.size()) {
            slot.head.answer = Answer::None;
            count(node.none, 1, parallel_);
            return false;
        }
        count(node.cached, 1, true);
        const Hash128 key = node.frozen->key(item);
        for (std::size_t port = 0; port < results.packets.size(); ++port) {
            if (entry->empty(port)) continue;
            out_keys[port] = port_key(key, port);
            results.packets[port] =
                defer(std::make_shared<KeptResult>(entry, port, executor.registry));
        }
        return true;
    } catch (...) {
        fail(slot, node, current_problem());
        return false;
    }
}

bool Stage::keep_frozen(Slot& slot, NodeState& node, Results& results) {
    try {
        for (Packet& packet : results.packets) packet = resolved(packet);
        node.frozen->put(slot.head.item, results.packets);
        return true;
    } catch (...) {
        fail(slot, node, current_problem());
        return false;
    }
}

}  // namespace millrace::engine
