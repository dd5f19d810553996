#include "engine/node/adapt.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace millrace::engine::adapt {
namespace {

std::string shown(const Value& value) {
    std::string text = to_json(value);
    if (text.size() > 60) text = text.substr(0, 57) + "...";
    return fmt::format("{} ({})", text, value.kind());
}

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

}  // namespace

void wrong_value(std::string_view expected, const Value& found) {
    throw Error({.code = "E-PARAM-002",
                 .what = "The value has the wrong kind",
                 .expected = std::string(expected),
                 .found = shown(found)});
}

std::vector<double> numbers(const Value& value) {
    if (!value.is_array()) wrong_value("a list of numbers", value);
    std::vector<double> list;
    list.reserve(value.as_array().size());
    for (const Value& item : value.as_array()) {
        if (!item.is_number()) wrong_value("a list of numbers", value);
        list.push_back(item.as_double());
    }
    return list;
}

std::int64_t integer(const Value& value, std::int64_t low, std::int64_t high) {
    if (value.is_double() && std::nearbyint(value.as_double()) == value.as_double() &&
        std::abs(value.as_double()) < 9e15) {
        return integer(Value(static_cast<std::int64_t>(value.as_double())), low, high);
    }
    if (!value.is_int()) wrong_value("an integer", value);
    if (value.as_int() < low || value.as_int() > high) {
        wrong_value(fmt::format("an integer from {} to {}", low, high), value);
    }
    return value.as_int();
}

void complete(NodeType& type, const std::vector<const PayloadType*>& inputs,
              const std::vector<const PayloadType*>& outputs) {
    NodeSpec& spec = type.spec;
    if (!is_family_name(spec.id)) broken_spec(type, "The id is not family.name", "a-z, 0-9, _ and a dot", spec.id);
    if (inputs.size() != spec.inputs.size() || outputs.size() != spec.outputs.size()) {
        broken_spec(type, "spec() and the call operator have different ports",
                    fmt::format("{} inputs and {} outputs, as the call operator has", inputs.size(), outputs.size()),
                    fmt::format("{} inputs and {} outputs in spec()", spec.inputs.size(), spec.outputs.size()));
    }
    for (std::size_t port = 0; port < inputs.size(); ++port) {
        if (inputs[port]) spec.inputs[port].type = with_elements(spec.inputs[port].type, inputs[port]->name);
        if (spec.inputs[port].sync == Sync::Feedback) spec.inputs[port].optional = true;
    }
    for (std::size_t port = 0; port < outputs.size(); ++port) {
        if (outputs[port]) spec.outputs[port].type = with_elements(spec.outputs[port].type, outputs[port]->name);
    }
    for (const ParamSpec& param : spec.params) {
        if (!param.field) broken_spec(type, "Parameter without a field", "&Node::member", param.name);
        if (param.field.kind() == ParamKind::Choice && param.choices.empty()) {
            broken_spec(type, "An enumeration needs the names of its values", "choices", param.name);
        }
    }
    if (!spec.gathers.empty() && spec.gathers != "*" && !spec.param(spec.gathers)) {
        broken_spec(type, "gathers names no parameter", "an integer parameter or \"*\"", spec.gathers);
    }
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
