#include <algorithm>
#include <queue>

#include <fmt/format.h>

#include "engine/plan/builder.hpp"

namespace millrace::engine::planning {
namespace {

/// Follows producers that are still waiting until one repeats: the cycle, in the direction of its wires.
std::vector<int> cycle_among(const Plan& plan, const std::vector<int>& waiting) {
    const int first = static_cast<int>(std::ranges::find_if(waiting, [](int n) { return n > 0; }) - waiting.begin());
    std::vector<int> path;
    std::vector<bool> seen(plan.nodes.size(), false);
    int node = first;
    while (!seen[node]) {
        seen[node] = true;
        path.push_back(node);
        for (int wire : plan.nodes[node].inputs) {
            if (wire < 0 || plan.wires[wire].sync == Sync::Feedback || waiting[plan.wires[wire].from] == 0) continue;
            node = plan.wires[wire].from;
            break;
        }
    }
    path.erase(path.begin(), std::ranges::find(path, node));
    std::ranges::reverse(path);
    return path;
}

void report_cycle(Builder& builder, const std::vector<int>& waiting) {
    std::string names;
    const std::vector<int> cycle = cycle_among(builder.plan, waiting);
    constexpr std::size_t kMostNamed = 20;
    for (std::size_t i = 0; i < std::min(cycle.size(), kMostNamed); ++i) names += builder.plan.nodes[cycle[i]].id + " -> ";
    if (cycle.size() > kMostNamed) names += fmt::format("... {} more ... -> ", cycle.size() - kMostNamed);
    names += builder.plan.nodes[cycle.front()].id;
    builder.report({.code = "E-PLAN-006",
                    .what = "The wires form a cycle",
                    .expected = "every cycle passes through a feedback input",
                    .found = names,
                    .where = builder.plan.nodes[cycle.front()].id,
                    .mend = "Remove one of these wires, or close the loop through a feedback input (control.feedback)."});
}

/// Renumbers the nodes so that `order` becomes 0, 1, 2 …
void renumber(Builder& builder, const std::vector<int>& order) {
    Plan& plan = builder.plan;
    std::vector<int> place(order.size());
    std::vector<PlanNode> sorted;
    sorted.reserve(order.size());
    for (std::size_t i = 0; i < order.size(); ++i) {
        place[order[i]] = static_cast<int>(i);
        sorted.push_back(std::move(plan.nodes[order[i]]));
    }
    plan.nodes = std::move(sorted);
    for (PlanWire& wire : plan.wires) {
        wire.from = place[wire.from];
        wire.to = place[wire.to];
    }
    for (auto& [id, node] : builder.index) node = place[node];
}

}  // namespace

bool sort_nodes(Builder& builder) {
    Plan& plan = builder.plan;
    std::vector<int> waiting(plan.nodes.size(), 0);
    for (const PlanWire& wire : plan.wires) {
        if (wire.sync != Sync::Feedback) ++waiting[wire.to];
    }
    // The smallest id first, so that a plan does not depend on the order of the file.
    std::priority_queue<int, std::vector<int>, std::greater<>> ready;
    for (std::size_t node = 0; node < plan.nodes.size(); ++node) {
        if (waiting[node] == 0) ready.push(static_cast<int>(node));
    }
    std::vector<int> order;
    while (!ready.empty()) {
        const int node = ready.top();
        ready.pop();
        order.push_back(node);
        for (const auto& port : plan.nodes[node].outputs) {
            for (int wire : port) {
                if (plan.wires[wire].sync != Sync::Feedback && --waiting[plan.wires[wire].to] == 0) {
                    ready.push(plan.wires[wire].to);
                }
            }
        }
    }
    if (order.size() != plan.nodes.size()) {
        report_cycle(builder, waiting);
        return false;
    }
    renumber(builder, order);
    return true;
}

}  // namespace millrace::engine::planning
