// From a document to what runs: nodes with their parameters set, wires with capacities, rates, and stages (nodes
// that run as one task). Making a plan reports every problem there is and computes nothing.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/graph/graph.hpp"
#include "engine/node/params.hpp"
#include "engine/node/registry.hpp"

namespace millrace::engine {

struct PlanOptions {
    int threads = 1;                 ///< calls of one const node that may run at once
    int in_flight = 0;               ///< items a source may have under way; 0: twice the threads, at least 8
    bool inline_chains = true;
    std::vector<std::string> until;  ///< run only what these nodes need; empty: everything
    PathRoots roots;
    bool check_files = true;
};

struct PlanNode {
    std::string id;
    const NodeType* type = nullptr;
    std::shared_ptr<NodeInstance> instance;
    Object params;                               ///< all, in stored form, paths as written
    OnError on_error = OnError::Stop;
    int retries = 0;
    std::string frozen;                          ///< the set that it gives the results of, see engine/run/frozen.hpp
    std::vector<int> inputs;                     ///< wire per input port, -1 when not connected
    std::vector<std::vector<int>> outputs;       ///< wires per output port
    int call_rate = -1;                          ///< rate of the items it is called for; of a source, its own
    int out_rate = -1;
    int stage = -1;
};

/// How a latch finds the value that an item sees.
enum class Bind {
    Item,   ///< same rate: the value of the item itself, or the last one before it
    Stamp,  ///< common source: the last value made from source items up to the item's own
    Order   ///< other source: the value of the same number, or the last there is
};

struct PlanWire {
    int from = -1, from_port = -1, to = -1, to_port = -1;
    int capacity = 0;
    Policy policy = Policy::Block;
    Sync sync = Sync::Stream;
    int rate = -1;
    bool chosen = false;        ///< somebody set its capacity
    bool inlined = false;       ///< a function call inside a stage
    Bind bind = Bind::Order;    ///< of a latch
    std::string type;           ///< payload name, or empty when only the run can tell
};

struct PlanRate {
    int origin = -1;    ///< node that numbers its items
    int parent = -1;    ///< rate it was split or batched from
    int root = -1;      ///< rate of the source at the beginning
    int depth = 0;
    bool marks = false; ///< carries the borders of its parents' items, for collectors and latches
    int in_flight = 0;
    int gathers = 1;    ///< items of the parent that one item may need
};

/// Consecutive nodes that run as one task.
struct PlanStage {
    std::vector<int> nodes;
    bool parallel = false;  ///< several items at once
    bool light = false;
};

/// A node of the document that is not part of the plan because of a mode.
struct PlanIdle {
    std::string id;
    NodeMode mode = NodeMode::Normal;  ///< its own; Normal for one that needs what does not run
    std::string because = {};          ///< the node that it waits for in vain, when its own mode is Normal
};

struct Plan {
    std::vector<PlanNode> nodes;  ///< in an order in which every wire but feedback goes forward
    std::vector<PlanWire> wires;
    std::vector<PlanRate> rates;
    std::vector<PlanStage> stages;
    std::vector<PlanIdle> idle;  ///< by id
    std::vector<Problem> problems;

    bool ok() const { return !any_errors(problems); }
    int find(std::string_view node_id) const;  ///< index, or -1
    /// Why a node, or a call with all its content, does not run; empty when no mode keeps it from it.
    std::string why_idle(std::string_view node_id) const;
};

/// Expands subgraphs, applies the nodes' modes, checks everything, infers rates and forms stages. With errors the plan
/// must not be run. What is muted or bypassed is left out, so the keys of what runs are those of a document where it
/// was deleted (and the wires joined). Who is not run for want of a muted node is told by W-PLAN-020, a bypassed output
/// with nothing to pass on by W-PLAN-021; running until a muted node is E-PLAN-019.
Plan make_plan(const Graph& graph, const Registry& registry, const PlanOptions& options);

/// Why nodes of this type can't be frozen ("it numbers items anew"); empty when they can.
std::string why_not_frozen(const NodeType& type);

/// Of frozen results: 1 to 64 letters, digits, _ and -.
bool is_set_name(std::string_view name);

/// "node.port" of a wire's ends.
std::string wire_name(const Plan& plan, const PlanWire& wire);

}  // namespace millrace::engine
