#include <algorithm>

#include <fmt/format.h>

#include "engine/plan/builder.hpp"

namespace millrace::engine::planning {
namespace {

constexpr int kDefaultCapacity = 8;
constexpr std::int64_t kLargestGather = 1 << 20;

int add_rate(Builder& builder, int origin, int parent) {
    Plan& plan = builder.plan;
    PlanRate rate;
    rate.origin = origin;
    rate.parent = parent;
    const int number = static_cast<int>(plan.rates.size());
    rate.root = parent < 0 ? number : plan.rates[parent].root;
    rate.depth = parent < 0 ? 0 : plan.rates[parent].depth + 1;
    rate.in_flight = builder.options.in_flight > 0 ? builder.options.in_flight : std::max(8, 2 * builder.options.threads);
    const PlanNode& node = plan.nodes[origin];
    if (const std::string& name = node.type->spec.gathers; parent >= 0 && !name.empty() && name != "*") {
        const ParamSpec* param = node.type->spec.param(name);
        const Value value = param->field.get(node.instance->object());
        rate.gathers = static_cast<int>(std::clamp<std::int64_t>(value.is_int() ? value.as_int() : 1, 1, kLargestGather));
    }
    plan.rates.push_back(rate);
    return number;
}

bool gathers_all(const Builder& builder, int rate) {
    return builder.plan.nodes[builder.plan.rates[rate].origin].type->spec.gathers == "*";
}

bool derives_from(const Plan& plan, int rate, int ancestor) {
    while (rate >= 0 && rate != ancestor) rate = plan.rates[rate].parent;
    return rate == ancestor;
}

std::string rate_name(const Plan& plan, int rate) { return "the items of " + plan.nodes[plan.rates[rate].origin].id; }

/// Rate of the stream inputs, or -1 after reporting.
int common_rate(Builder& builder, const PlanNode& node) {
    const Plan& plan = builder.plan;
    int first = -1;
    for (int index : node.inputs) {
        if (index < 0 || plan.wires[index].sync != Sync::Stream) continue;
        const PlanWire& wire = plan.wires[index];
        if (first < 0) {
            first = index;
        } else if (wire.rate >= 0 && plan.wires[first].rate >= 0 && wire.rate != plan.wires[first].rate) {
            builder.report({.code = "E-PLAN-008",
                            .what = "The inputs come at different rates",
                            .expected = fmt::format("{} on every stream input, as on \"{}\"",
                                                    rate_name(plan, plan.wires[first].rate),
                                                    builder.input(plan.wires[first]).name),
                            .found = fmt::format("{} on \"{}\"", rate_name(plan, wire.rate), builder.input(wire).name),
                            .where = node.id + "." + builder.input(wire).name,
                            .cause = "a batcher, splitter or second source numbers its items anew",
                            .mend = "Join them with control.zip, close a split with control.collect, or use a latch input."});
            return -1;
        }
    }
    if (first < 0) {
        // A required input without a wire has been reported already.
        for (const InputSpec& input : node.type->spec.inputs) {
            if (input.sync == Sync::Stream && !input.optional) return -1;
        }
        builder.report({.code = "E-PLAN-005",
                        .what = "No stream input is connected, so the node would never be called",
                        .expected = "a wire into a stream input",
                        .found = "no wire",
                        .where = node.id,
                        .mend = "Connect one, or delete the node."});
        return -1;
    }
    return plan.wires[first].rate;
}

void assign_rates(Builder& builder, int index) {
    Plan& plan = builder.plan;
    PlanNode& node = plan.nodes[index];
    const NodeSpec& spec = node.type->spec;
    if (node.type->source || spec.join != Join::Aligned) {
        node.call_rate = node.out_rate = add_rate(builder, index, -1);
    } else {
        node.call_rate = node.out_rate = common_rate(builder, node);
        if (node.call_rate >= 0 && spec.rate == Rate::New) {
            node.out_rate = add_rate(builder, index, node.call_rate);
        } else if (node.call_rate >= 0 && spec.rate == Rate::Parent) {
            node.out_rate = plan.rates[node.call_rate].parent;
            plan.rates[node.call_rate].marks = true;
            if (node.out_rate < 0) {
                builder.report({.code = "E-PLAN-015",
                                .what = "There is no split to close here",
                                .expected = "items that a splitter such as control.split made",
                                .found = rate_name(plan, node.call_rate),
                                .where = node.id,
                                .mend = "Put it behind control.split, or use control.batch."});
            }
        }
    }
    for (const auto& port : node.outputs) {
        for (int wire : port) plan.wires[wire].rate = node.out_rate;
    }
}

void bind_latch(Builder& builder, PlanWire& wire) {
    Plan& plan = builder.plan;
    const int consumer = plan.nodes[wire.to].call_rate;
    if (wire.rate < 0 || consumer < 0) return;
    if (wire.rate == consumer) wire.bind = Bind::Item;
    if (wire.rate == consumer || plan.rates[wire.rate].root != plan.rates[consumer].root) return;
    wire.bind = Bind::Stamp;
    std::int64_t needed = 1;
    for (int rate = wire.rate; plan.rates[rate].depth > 0; rate = plan.rates[rate].parent) {
        plan.rates[rate].marks = true;
        if (derives_from(plan, consumer, rate)) continue;
        if (gathers_all(builder, rate) && !builder.input(wire).optional) {
            builder.report({.code = "E-PLAN-009",
                            .what = fmt::format("The latch \"{}\" gets its value only when the stream that waits for it has ended",
                                                builder.input(wire).name),
                            .expected = "a value from another source, or one that comes before the end",
                            .found = fmt::format("{}, which gives results at the end of {}",
                                                 plan.nodes[plan.rates[rate].origin].id,
                                                 rate_name(plan, plan.rates[rate].parent)),
                            .where = plan.nodes[wire.to].id + "." + builder.input(wire).name,
                            .mend = "Feed the latch from a second source node that reads the same data."});
            return;
        }
        needed = std::min(needed * plan.rates[rate].gathers, kLargestGather);
    }
    // Until the first value is there, the items that make it must fit on the wires beside the latch.
    const int root = plan.rates[wire.rate].root;
    for (PlanRate& rate : plan.rates) {
        if (rate.root == root) rate.in_flight = std::max(rate.in_flight, static_cast<int>(needed) + 1);
    }
    for (PlanWire& other : plan.wires) {
        if (other.rate >= 0 && plan.rates[other.rate].root == root && other.policy == Policy::Block) {
            other.capacity = std::max(other.capacity, static_cast<int>(needed) + 1);
        }
    }
}

void check_wire(Builder& builder, const PlanWire& wire) {
    const Plan& plan = builder.plan;
    if (wire.rate < 0) return;
    if (wire.sync == Sync::Feedback && plan.nodes[wire.to].call_rate >= 0 && wire.rate != plan.nodes[wire.to].call_rate) {
        builder.report({.code = "E-PLAN-010",
                        .what = "The feedback comes at another rate than the node is called",
                        .expected = rate_name(plan, plan.nodes[wire.to].call_rate),
                        .found = rate_name(plan, wire.rate),
                        .where = plan.nodes[wire.to].id + "." + builder.input(wire).name,
                        .mend = "Take the feedback from a node that answers each item of the loop."});
    }
    if (wire.policy != Policy::Block && (plan.rates[wire.rate].marks || wire.sync == Sync::Feedback)) {
        builder.report({.code = "E-PLAN-011",
                        .what = "A wire that drops packets cannot stand here",
                        .expected = "policy block",
                        .found = wire.policy == Policy::DropOldest ? "drop_oldest" : "latest_only",
                        .where = wire_name(plan, wire),
                        .cause = wire.sync == Sync::Feedback ? "each item of a loop needs its answer"
                                                             : "the items' borders are needed further down",
                        .mend = "Use the policy block here, and drop before the split."});
    }
}

}  // namespace

void infer_rates(Builder& builder) {
    Plan& plan = builder.plan;
    for (PlanWire& wire : plan.wires) {
        if (wire.policy == Policy::LatestOnly) wire.capacity = 1;
        if (wire.capacity == 0) wire.capacity = kDefaultCapacity;
    }
    for (std::size_t node = 0; node < plan.nodes.size(); ++node) assign_rates(builder, static_cast<int>(node));
    for (PlanWire& wire : plan.wires) {
        if (wire.sync == Sync::Latch) bind_latch(builder, wire);
    }
    for (const PlanWire& wire : plan.wires) check_wire(builder, wire);
}

}  // namespace millrace::engine::planning
