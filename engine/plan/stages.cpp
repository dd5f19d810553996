#include <algorithm>

#include "engine/plan/builder.hpp"

namespace millrace::engine::planning {
namespace {

/// The only wire that leaves the node, or -1.
int only_output(const PlanNode& node) {
    int only = -1;
    for (const auto& port : node.outputs) {
        for (int wire : port) {
            if (only >= 0) return -1;
            only = wire;
        }
    }
    return only;
}

bool simple(const PlanNode& node) {
    return node.type->spec.join == Join::Aligned && node.type->spec.rate == Rate::Same && !node.type->generator;
}

/// Whether `node` can run as a function call at the end of its producer's stage; gives the wire, or -1.
int inline_wire(const Plan& plan, const PlanNode& node) {
    if (!node.type->spec.light || !simple(node) || node.type->source) return -1;
    int wire = -1;
    for (int input : node.inputs) {
        if (input < 0) continue;
        if (wire >= 0) return -1;
        wire = input;
    }
    if (wire < 0) return -1;
    const PlanWire& planned = plan.wires[wire];
    // A wire whose capacity or policy somebody chose stays a queue.
    if (planned.sync != Sync::Stream || planned.policy != Policy::Block || planned.chosen) return -1;
    const PlanNode& producer = plan.nodes[planned.from];
    if (!simple(producer) || only_output(producer) != wire) return -1;
    const PlanStage& stage = plan.stages[producer.stage];
    if (stage.parallel && !node.type->parallel) return -1;
    return wire;
}

}  // namespace

void form_stages(Builder& builder) {
    Plan& plan = builder.plan;
    for (std::size_t n = 0; n < plan.nodes.size(); ++n) {
        PlanNode& node = plan.nodes[n];
        const int wire = builder.options.inline_chains ? inline_wire(plan, node) : -1;
        if (wire >= 0) {
            plan.wires[wire].inlined = true;
            node.stage = plan.nodes[plan.wires[wire].from].stage;
            plan.stages[node.stage].nodes.push_back(static_cast<int>(n));
            continue;
        }
        node.stage = static_cast<int>(plan.stages.size());
        const bool light = node.type->spec.light;
        const bool looped = std::ranges::any_of(node.inputs, [&](int input) {
            return input >= 0 && plan.wires[input].sync == Sync::Feedback;
        });
        plan.stages.push_back({.nodes = {static_cast<int>(n)}, .parallel = node.type->parallel && !light && !looped, .light = light});
    }
}

}  // namespace millrace::engine::planning
