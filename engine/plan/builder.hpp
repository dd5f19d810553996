// The planner's steps share this state; see plan.cpp for their order.
#pragma once

#include <map>

#include "engine/plan/plan.hpp"

namespace millrace::engine::planning {

struct Builder {
    const Registry& registry;
    const PlanOptions& options;
    Plan plan;
    std::map<std::string, int> index;  ///< of plan.nodes by id
    std::vector<Problem> expanding;    ///< found while expanding subgraphs

    void report(Problem problem) { plan.problems.push_back(std::move(problem)); }
    const InputSpec& input(const PlanWire& wire) const {
        return plan.nodes[wire.to].type->spec.inputs[wire.to_port];
    }
    const OutputSpec& output(const PlanWire& wire) const {
        return plan.nodes[wire.from].type->spec.outputs[wire.from_port];
    }
};

/// Takes out what the nodes' modes keep from running and joins wires past bypassed nodes; tells of it in plan.idle.
/// `until` loses what can't be run until, and names what feeds a bypassed node in its stead.
void apply_modes(Builder& builder, Expanded& expanded, std::vector<std::string>& until);
/// Nodes with parameters set and wires between existing ports.
void add_nodes(Builder& builder, const Graph& graph);
void add_wires(Builder& builder, const Graph& graph);
/// What nodes write in the artifacts folder: inside it, and nowhere two of them.
void check_artifacts(Builder& builder);
/// Reorders the nodes; reports a cycle that passes through no feedback input. False when there is one.
bool sort_nodes(Builder& builder);
/// Payload types along the wires, type variables of generic ports bound.
void check_types(Builder& builder);
/// Rates, latches, feedback, marks and capacities.
void infer_rates(Builder& builder);
/// Chains of light nodes become one stage.
void form_stages(Builder& builder);

}  // namespace millrace::engine::planning
