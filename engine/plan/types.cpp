#include "engine/plan/types.hpp"

#include <optional>

#include <fmt/format.h>

#include "engine/plan/builder.hpp"

namespace millrace::engine::planning {
namespace {

/// Payload names carry a version ("image/1"); anything else in a generic port is a variable.
bool is_variable(const std::string& type) { return type.find('/') == std::string::npos && !type.empty(); }

/// "list<T>" taken apart; nullopt for other types.
std::optional<std::string> element_of(const std::string& type) {
    if (!type.starts_with("list<") || !type.ends_with('>')) return {};
    return type.substr(5, type.size() - 6);
}

}  // namespace

std::string substitute(const std::string& type, const Bindings& bindings) {
    if (const auto element = element_of(type)) {
        const std::string inner = substitute(*element, bindings);
        return inner.empty() ? "list/1" : "list<" + inner + ">";
    }
    if (!is_variable(type)) return type;
    const auto found = bindings.find(type);
    return found == bindings.end() ? "" : found->second;
}

bool fits(const std::string& wanted, const std::string& given, Bindings& bindings) {
    if (wanted.empty() || given.empty()) return true;
    const auto wanted_element = element_of(wanted);
    const auto given_element = element_of(given);
    if (wanted_element) {
        if (given == "list/1") return true;
        return given_element && fits(*wanted_element, *given_element, bindings);
    }
    if (wanted == "list/1") return given == "list/1" || given_element.has_value();
    if (is_variable(wanted)) {
        const auto [entry, added] = bindings.try_emplace(wanted, given);
        return added || entry->second == given;
    }
    return wanted == given;
}

void check_types(Builder& builder) {
    Plan& plan = builder.plan;
    std::vector<Bindings> bindings(plan.nodes.size());
    for (std::size_t n = 0; n < plan.nodes.size(); ++n) {
        PlanNode& node = plan.nodes[n];
        const auto check = [&](int index) {
            const PlanWire& wire = plan.wires[index];
            const InputSpec& input = builder.input(wire);
            if (fits(input.type, wire.type, bindings[n])) return;
            const std::string wanted = substitute(input.type, bindings[n]);
            builder.report({.code = "E-PLAN-007",
                            .what = fmt::format("The wire into \"{}\" carries another type", input.name),
                            .expected = wanted.empty() ? input.type : wanted,
                            .found = fmt::format("{} (from {}.{})", wire.type, plan.nodes[wire.from].id,
                                                 builder.output(wire).name),
                            .where = node.id + "." + input.name,
                            .mend = "Connect an output of the expected type, or put a node between that converts."});
        };
        for (int wire : node.inputs) {
            if (wire >= 0 && plan.wires[wire].sync != Sync::Feedback) check(wire);
        }
        for (std::size_t port = 0; port < node.outputs.size(); ++port) {
            const std::string type = substitute(node.type->spec.outputs[port].type, bindings[n]);
            for (int wire : node.outputs[port]) {
                plan.wires[wire].type = type;
                // Its consumer comes earlier in the order, so it is looked at from this end.
                if (plan.wires[wire].sync == Sync::Feedback) {
                    const PlanWire& back = plan.wires[wire];
                    if (!fits(builder.input(back).type, type, bindings[back.to])) {
                        builder.report({.code = "E-PLAN-007",
                                        .what = "The feedback wire carries another type",
                                        .expected = builder.input(back).type,
                                        .found = type,
                                        .where = plan.nodes[back.to].id + "." + builder.input(back).name,
                                        .mend = "Connect an output of the expected type."});
                    }
                }
            }
        }
    }
}

}  // namespace millrace::engine::planning
