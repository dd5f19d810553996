#include "engine/node/adapt.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "engine/node/params.hpp"

namespace millrace::engine::adapt {
namespace {

[[noreturn]] void broken_spec(const NodeType& type, std::string what, std::string expected, std::string found) {
    throw Error({.code = "E-NODE-001",
                 .what = std::move(what),
                 .expected = std::move(expected),
                 .found = std::move(found),
                 .where = type.spec.id,
                 .mend = "Make spec() of the node type agree with its call operator."});
}

/// A list says in the spec what it is a list of, which its C++ type cannot.
std::string with_elements(const std::string& stated, const std::string& type) {
    return type == "list/1" && stated.starts_with("list<") ? stated : type;
}

bool is_family_name(std::string_view id) {
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
    };
    const auto dot = id.find('.');
    return dot != std::string_view::npos && dot > 0 && dot + 1 < id.size() && std::ranges::all_of(id, allowed);
}

/// A name may stand once among the inputs, once among the outputs and once among the parameters and their aliases.
void check_unique(const NodeType& type, std::string_view kind, std::vector<std::string> names) {
    std::ranges::sort(names);
    if (!names.empty() && names.front().empty())
        broken_spec(type, fmt::format("{} without a name", kind), "a name", "none");
    if (const auto twice = std::ranges::adjacent_find(names); twice != names.end())
        broken_spec(type, fmt::format("{} of the same name", kind), "different names", *twice);
}

void check_names(const NodeType& type) {
    const auto names = [](const auto& items) {
        std::vector<std::string> list;
        for (const auto& item : items) list.push_back(item.name);
        return list;
    };
    check_unique(type, "Inputs", names(type.spec.inputs));
    check_unique(type, "Outputs", names(type.spec.outputs));
    std::vector<std::string> params = names(type.spec.params);
    for (const ParamSpec& param : type.spec.params)
        params.insert(params.end(), param.aliases.begin(), param.aliases.end());
    check_unique(type, "Parameters", std::move(params));
    for (const std::string& alias : type.spec.aliases) {
        if (!is_family_name(alias)) broken_spec(type, "An alias is not family.name", "a-z, 0-9, _ and a dot", alias);
    }
}

/// The table must fit the fields, and the fields' first values the table.
void check_params(const NodeType& type) {
    const auto node = type.make();
    for (const ParamSpec& param : type.spec.params) {
        if (!param.field) broken_spec(type, "Parameter without a field", "&Node::member", param.name);
        if (param.field.kind() == ParamKind::Choice && param.choices.empty())
            broken_spec(type, "An enumeration needs the names of its values", "choices", param.name);
        const Value value = stored_value(param, node->object());
        if (auto problem = set_param(param, node->object(), value)) {
            broken_spec(type, fmt::format("The default of \"{}\" is not allowed: {}", param.name, problem->what),
                        problem->expected, problem->found);
        }
    }
}

void check_migrations(const NodeType& type) {
    std::vector<int> from;
    for (const Migration& migration : type.spec.migrations) {
        if (migration.from < 1 || migration.from >= type.spec.version || !migration.apply) {
            broken_spec(type, "A migration starts from no older version",
                        fmt::format("from 1 to {}, with what to do", type.spec.version - 1),
                        fmt::format("from {}", migration.from));
        }
        from.push_back(migration.from);
    }
    std::ranges::sort(from);
    if (const auto twice = std::ranges::adjacent_find(from); twice != from.end())
        broken_spec(type, "Two migrations from one version", "one", std::to_string(*twice));
}

}  // namespace

void complete(NodeType& type, const Ports& ports) {
    NodeSpec& spec = type.spec;
    const auto& [inputs, absentable, outputs] = ports;
    if (!is_family_name(spec.id)) broken_spec(type, "The id is not family.name", "a-z, 0-9, _ and a dot", spec.id);
    if (inputs.size() != spec.inputs.size() || outputs.size() != spec.outputs.size()) {
        broken_spec(type, "spec() and the call operator have different ports",
                    fmt::format("{} inputs and {} outputs, as the call operator has", inputs.size(), outputs.size()),
                    fmt::format("{} inputs and {} outputs in spec()", spec.inputs.size(), spec.outputs.size()));
    }
    for (std::size_t port = 0; port < inputs.size(); ++port) {
        InputSpec& input = spec.inputs[port];
        if (inputs[port]) input.type = with_elements(input.type, inputs[port]->name);
        if (input.sync == Sync::Feedback) input.optional = true;
        if (input.optional && !absentable[port] && input.first.is_null()) {
            broken_spec(type, fmt::format("The input \"{}\" may be absent, which its argument can't say", input.name),
                        "const T*, std::shared_ptr<const T> or const Packet&", "a value or reference");
        }
    }
    for (std::size_t port = 0; port < outputs.size(); ++port) {
        if (outputs[port]) spec.outputs[port].type = with_elements(spec.outputs[port].type, outputs[port]->name);
    }
    check_names(type);
    check_params(type);
    if (!spec.gathers.empty() && spec.gathers != "*") {
        const ParamSpec* param = spec.param(spec.gathers);
        if (!param || param->field.kind() != ParamKind::Int)
            broken_spec(type, "gathers names no integer parameter", "an integer parameter or \"*\"", spec.gathers);
    }
    check_migrations(type);
    type.source = std::ranges::none_of(
        spec.inputs, [](const InputSpec& input) { return input.sync == Sync::Stream; });
    type.pure = spec.pure.value_or(type.parallel && !type.source && !spec.outputs.empty());
    if (type.finish_gives && spec.rate == Rate::Same && !type.source) {
        broken_spec(type, "finish() gives results, but every item has been answered by then", "Rate::New", "Rate::Same");
    }
    if (type.generator && spec.rate == Rate::Same && !type.source) {
        broken_spec(type, "The call gives many results for one item", "Rate::New", "Rate::Same");
    }
    if (type.pure && !type.parallel) broken_spec(type, "A pure node needs a const call operator", "const", "non-const");
}

}  // namespace millrace::engine::adapt
