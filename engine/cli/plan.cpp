// millrace plan
#include <algorithm>

#include <fmt/format.h>

#include "engine/cli/session.hpp"
#include "engine/cli/text_table.hpp"
#include "engine/observe/report.hpp"

namespace millrace::cli {
namespace {

using engine::Array;
using engine::Object;
using engine::Plan;

std::string rate_name(const Plan& plan, int rate) {
    if (rate < 0) return "-";
    const engine::PlanRate& of = plan.rates[static_cast<std::size_t>(rate)];
    return "items of " + plan.nodes[static_cast<std::size_t>(of.origin)].id;
}

std::string_view policy_name(engine::Policy policy) {
    return policy == engine::Policy::Block        ? "block"
           : policy == engine::Policy::DropOldest ? "drop oldest"
                                                  : "latest only";
}

/// Empty for a node that holds none.
std::string_view resource_name(engine::Resource resource) {
    return resource == engine::Resource::None ? std::string_view() : to_text(resource);
}

std::string ways_of(const engine::PlanStage& stage) {
    return stage.light ? "light" : stage.parallel ? "several at once" : "one at a time";
}

std::string reason_of(const engine::PlanIdle& node) {
    return node.mode == engine::NodeMode::Mute     ? "muted"
           : node.mode == engine::NodeMode::Bypass ? "bypassed"
                                                   : "waits for " + node.because;
}

Object to_object(const Plan& plan) {
    Array stages;
    for (const engine::PlanStage& stage : plan.stages) {
        Array ids;
        for (int node : stage.nodes)
            ids.emplace_back(plan.nodes[static_cast<std::size_t>(node)].id);
        stages.push_back(Object{
            {"nodes", std::move(ids)}, {"parallel", stage.parallel}, {"light", stage.light}});
    }
    Object nodes;
    for (const engine::PlanNode& node : plan.nodes) {
        nodes[node.id] = Object{
            {"type", node.type->spec.id}, {"version", node.type->spec.version},
            {"stage", node.stage},        {"call_rate", node.call_rate},
            {"out_rate", node.out_rate},  {"parallel", node.type->parallel},
            {"pure", node.type->pure},    {"resource", resource_name(node.type->spec.resource)},
            {"params", node.params}};
    }
    Array wires;
    for (const engine::PlanWire& wire : plan.wires) {
        wires.push_back(Object{{"wire", wire_name(plan, wire)},
                               {"type", wire.type},
                               {"sync", to_text(wire.sync)},
                               {"policy", policy_name(wire.policy)},
                               {"capacity", wire.capacity},
                               {"inlined", wire.inlined},
                               {"rate", wire.rate}});
    }
    Array rates;
    for (const engine::PlanRate& rate : plan.rates) {
        rates.push_back(Object{{"origin", plan.nodes[static_cast<std::size_t>(rate.origin)].id},
                               {"parent", rate.parent},
                               {"depth", rate.depth},
                               {"in_flight", rate.in_flight}});
    }
    Array idle;
    for (const engine::PlanIdle& node : plan.idle)
        idle.push_back(Object{{"node", node.id}, {"reason", reason_of(node)}});
    return {{"nodes", std::move(nodes)},   {"idle", std::move(idle)},
            {"stages", std::move(stages)}, {"wires", std::move(wires)},
            {"rates", std::move(rates)},   {"problems", engine::to_value(plan.problems)}};
}

void print_plan(const Plan& plan, Output& output) {
    TextTable stages({"stage", "node", "type", "runs", "called for", "resource"});
    for (std::size_t i = 0; i < plan.stages.size(); ++i) {
        bool first = true;
        for (int index : plan.stages[i].nodes) {
            const engine::PlanNode& node = plan.nodes[static_cast<std::size_t>(index)];
            stages.add({first ? std::to_string(i) : "", node.id, node.type->spec.id,
                        first ? ways_of(plan.stages[i]) : "inlined",
                        rate_name(plan, node.call_rate),
                        std::string(resource_name(node.type->spec.resource))});
            first = false;
        }
    }
    TextTable wires({"wire", "payload", "sync", "capacity", "policy"});
    for (const engine::PlanWire& wire : plan.wires) {
        wires.add({wire_name(plan, wire), wire.type.empty() ? "any" : wire.type,
                   std::string(to_text(wire.sync)),
                   wire.inlined ? "inlined" : std::to_string(wire.capacity),
                   wire.inlined ? "" : std::string(policy_name(wire.policy))});
    }
    TextTable rates({"rate", "from", "items in flight"});
    for (std::size_t i = 0; i < plan.rates.size(); ++i) {
        rates.add({rate_name(plan, static_cast<int>(i)), rate_name(plan, plan.rates[i].parent),
                   std::to_string(plan.rates[i].in_flight)});
    }
    output.write(stages.text() + "\n" + wires.text() + "\n" + rates.text());
    if (plan.idle.empty()) return;
    TextTable idle({"not run", "reason"});
    for (const engine::PlanIdle& node : plan.idle) idle.add({node.id, reason_of(node)});
    output.write("\n" + idle.text());
}

}  // namespace

int plan_command(const Call& call) {
    const auto catalogue = known_catalogue();
    const std::string& file = call.arguments().front();
    const Document document = open_document(call, file, catalogue->registry);
    stop_on_errors(document.problems);
    const engine::RunOptions options =
        run_options(call, document.file, call.text("out").value_or("run"));
    const Plan plan = engine::plan_run(document.graph, catalogue->registry, options);
    stop_on_errors(plan.problems);
    if (call.json())
        call.print_json(to_object(plan), 0);
    else
        print_plan(plan, call.output());
    return 0;
}

}  // namespace millrace::cli
