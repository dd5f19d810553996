// The runtime of one stage: a serial coordinator that takes items from its input wires in order, has them worked on
// (inline, or several at once), and gives the results out in order when the output wires have room.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "engine/run/message.hpp"
#include "engine/run/run.hpp"
#include "engine/run/wire_queue.hpp"

namespace millrace::engine {

class Executor;
class FrozenSet;
class Stage;

/// A node at run time. Counters are written by the stage's coordinator and its calls, read by anybody.
struct NodeState {
    int index = 0;
    const PlanNode* plan = nullptr;
    std::shared_ptr<NodeInstance> instance;
    Hash128 key;           ///< of type, version, build and parameters
    bool keyed = false;    ///< outputs have cache keys
    std::shared_ptr<FrozenSet> frozen;  ///< whose results it gives, or, not whole yet, what it gives goes into
    bool needless = false; ///< leads to frozen nodes alone: called only when somebody looks
    bool watched = false;  ///< outputs are asked for their keys although the node is not pure: content hashes
    std::atomic<std::uint64_t> items = 0, executed = 0, cached = 0, deferred = 0, repeated = 0, none = 0, skipped = 0, errors = 0,
                               retries = 0, busy_ns = 0, blocked_ns = 0;
    std::atomic<double> progress = 0;
    std::atomic<std::uint64_t> source_items = 0;  ///< of a source that knows; else 0
    std::atomic<bool> tapped = false;
};

/// The exception under way as a problem; only inside a catch clause.
Problem current_problem();

/// Adds without the cost of a locked instruction where only one thread writes.
inline void count(std::atomic<std::uint64_t>& counter, std::uint64_t amount, bool shared) {
    if (shared) counter.fetch_add(amount, std::memory_order_relaxed);
    else counter.store(counter.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
}

struct InPort {
    WireQueue* queue = nullptr;
    Stage* producer = nullptr;
    Sync sync = Sync::Stream;
    Bind bind = Bind::Order;
    bool optional = false;
    bool root_rate = false;        ///< the wire's rate is a source's own
    bool ended = false;
    Packet value;                  ///< held by a latch or feedback
    Hash128 key;
    std::uint64_t taken = 0;       ///< items taken from a latch or feedback wire
    std::uint64_t complete_to = 0; ///< Bind::Stamp: every value from source items below this has come
    std::uint64_t last_item = 0;   ///< Bind::Item: one past the last item taken
};

struct OutWire {
    WireQueue* queue = nullptr;
    Stage* consumer = nullptr;
};

enum class Work : std::uint8_t { Free, Working, Done };
enum class SlotKind : std::uint8_t { Item, Mark, End };
enum class Phase : std::uint8_t { Begin, Values, Border, Ending };

/// One item under way in a stage.
struct Slot {
    std::atomic<Work> work = Work::Free;
    SlotKind kind = SlotKind::Item;
    Phase phase = Phase::Begin;
    Message head;                ///< item, stamp, answer and reason; level and group of a mark
    std::vector<Packet> inputs;
    std::vector<Hash128> keys;   ///< of the inputs
    std::vector<std::shared_ptr<NodeInstance>> instances;  ///< as they were when the item was taken
    Results results;
    std::vector<Hash128> out_keys;
    std::uint64_t given = 0;     ///< results of the generator so far
};

class Stage {
public:
    Stage(Executor& executor, int index);

    /// Something may have become possible: input, room, a finished call, cores. Any thread.
    void activate();
    /// The body of the stage's TBB node.
    void run();

    bool is_source() const { return source_; }
    bool ended() const { return ended_.load(std::memory_order_acquire); }
    void queue_hot_parameter(int node_in_stage, std::string name, Value value);

    Executor& executor;
    const int index;
    std::vector<NodeState*> nodes;
    std::vector<InPort> inputs;                ///< of the first node
    std::vector<std::vector<OutWire>> outputs; ///< of the last node
    std::atomic<std::uint64_t> done = 0;       ///< items of the call rate completed

    Object save();
    void load(const Object& saved);

private:
    friend class Checkpoint;
    friend class Executor;

    bool advance();
    // taking (stage_take.cpp)
    bool take(Slot& slot);
    bool take_source(Slot& slot);
    bool take_aligned(Slot& slot);
    bool take_zip(Slot& slot);
    bool take_alternate(Slot& slot);
    bool bind_latches(std::uint64_t item, std::uint64_t stamp, bool& starved);
    bool bind_latch(InPort& port, std::uint64_t item, std::uint64_t stamp);
    bool take_feedback();
    void pop(InPort& port);
    void fill_held(Slot& slot);
    void drain();
    // working (stage_work.cpp)
    bool dispatch(Slot& slot);
    void work(Slot& slot);
    void call_chain(Slot& slot);
    bool resolve_inputs(Slot& slot, NodeState& node, std::vector<Packet>& in);
    bool call_node(Slot& slot, std::size_t position, std::vector<Packet>& inputs, std::vector<Hash128>& keys,
                   Results& results, std::vector<Hash128>& out_keys);
    bool call_thawed(Slot& slot, std::size_t position, std::vector<Packet>& inputs, std::vector<Hash128>& keys,
                     Results& results, std::vector<Hash128>& out_keys);
    // frozen nodes (stage_frozen.cpp)
    bool give_frozen(Slot& slot, NodeState& node, Results& results, std::vector<Hash128>& out_keys);
    bool keep_frozen(Slot& slot, NodeState& node, Results& results);
    void call_guarded(Slot& slot, NodeState& node, std::shared_ptr<NodeInstance>& instance,
                      const std::vector<Packet>& inputs, Results& results);
    void call_measured(Slot& slot, NodeState& node, std::shared_ptr<NodeInstance>& instance,
                       const std::vector<Packet>& inputs, Results& results, bool timed);
    void fail(Slot& slot, NodeState& node, const Problem& problem);
    void finish_nodes(Slot& slot);
    void close_group(Slot& slot);
    // giving (stage_give.cpp)
    bool give(Slot& slot);
    bool give_values(Slot& slot);
    bool give_one(Slot& slot);
    bool room();
    bool rate_room();
    void push_all(const Message& pattern, std::vector<Packet>* packets, const std::vector<Hash128>* keys);
    void complete(Slot& slot);
    void become_ended();
    bool outputs_closed() const;
    void wake_consumers();
    void apply_hot_parameters();

    std::vector<std::unique_ptr<Slot>> slots_;
    std::size_t first_ = 0;   ///< oldest slot in use
    std::size_t used_ = 0;
    bool source_ = false;
    bool parallel_ = false;
    bool light_ = false;
    bool numbers_outputs_ = false;  ///< Rate::New
    bool closes_groups_ = false;    ///< Rate::Parent
    bool finishes_apart_ = false;   ///< finish() may be long or wait for another process: on a thread of its own
    bool generator_source_ = false;
    Join join_ = Join::Aligned;
    Resource resource_ = Resource::None;
    int units_ = 0;                 ///< cores to take for a call; 0: not accounted
    int call_rate_ = -1, out_rate_ = -1;

    std::uint64_t admitted_ = 0;    ///< items taken; of a source, the next item's number
    std::uint64_t out_items_ = 0;   ///< Rate::New, zip, alternate: next number
    std::uint64_t replay_ = 0;      ///< results of a resumed generator source to leave out
    std::optional<std::uint64_t> count_;  ///< items the source has, where it knows
    bool source_done_ = false;
    std::size_t turn_ = 0;          ///< Join::Alternate
    bool woke_ = false;
    std::int64_t blocked_since_ = 0;
    /// Inside a chain one wire leads from node to node.
    struct Link {
        std::size_t from_port, to_port;
        bool optional;
    };
    std::vector<Link> links_;
    bool keys_wanted_ = false;      ///< a cache or a frozen set is in use
    std::atomic<bool> ended_ = false;
    std::atomic<std::uint64_t> pending_ = 0;

    struct HotChange {
        int node;
        std::string name;
        Value value;
    };
    std::mutex hot_mutex_;
    std::vector<HotChange> hot_;
    std::atomic<bool> has_hot_ = false;
};

}  // namespace millrace::engine
