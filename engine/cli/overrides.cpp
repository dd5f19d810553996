#include "engine/cli/overrides.hpp"

#include <filesystem>

#include <fmt/format.h>

#include "engine/cli/call.hpp"

namespace millrace::cli {
namespace {

using engine::Error;
using engine::Graph;
using engine::Value;

/// All that a path on the command line could have meant.
std::vector<std::string> known_paths(const Graph& graph, const engine::Registry& registry) {
    std::vector<std::string> known;
    for (const auto& [name, promoted] : graph.parameters) known.push_back(name);
    for (const auto& [id, node] : engine::expand(graph).graph.nodes) {
        const engine::NodeType* type = registry.find(node.type);
        if (!type) continue;
        for (const engine::ParamSpec& param : type->spec.params)
            known.push_back(id + "." + param.name);
    }
    return known;
}

Error unknown_path(const std::string& path, const Graph& graph, const engine::Registry& registry) {
    const std::string near = engine::nearest_of(path, known_paths(graph, registry));
    return usage_error(
        "E-PARAM-010", fmt::format("There is no parameter \"{}\"", path),
        "NODE.PARAM, or the name of a promoted parameter", path,
        near.empty()
            ? "See `millrace plan` for the nodes and `millrace nodes TYPE` for their parameters."
            : fmt::format("Did you mean \"{}\"?", near));
}

/// Where a path leads in the graph as it runs: the table entry, or nullptr when the node's type is
/// not known here.
const engine::ParamSpec* parameter_at(const Graph& graph, const std::string& path,
                                      const engine::Registry& registry) {
    // Set to something no file holds and looked for: so every way a path can lead there is covered.
    const Value mark("\x01millrace: the parameter being looked for");
    Graph trial = graph;
    if (auto problem = engine::set_parameter(trial, path, mark))
        throw unknown_path(path, graph, registry);
    for (const auto& [id, node] : engine::expand(trial).graph.nodes) {
        for (const auto& [name, value] : node.params) {
            if (value != mark) continue;
            const engine::NodeType* type = registry.find(node.type);
            if (!type) return nullptr;
            if (const engine::ParamSpec* param = type->spec.param(name)) return param;
            throw unknown_path(path, graph, registry);
        }
    }
    throw unknown_path(path, graph, registry);
}

Value from_the_current_folder(const std::string& text) {
    if (text.empty() || text.starts_with("${")) return text;
    std::string path = text;
    if (text.starts_with("~/")) {
        if (const char* home = std::getenv("HOME")) path = std::string(home) + text.substr(1);
    }
    return std::filesystem::absolute(path).lexically_normal().string();
}

Value value_of(const std::string& text, const engine::ParamSpec* param) {
    Value value(text);
    try {
        value = engine::parse_json(text, "--set");
    } catch (const Error&) {
        // Not JSON, so a text.
    }
    if (!param) return value;
    const engine::ParamKind kind = param->field.kind();
    const bool textual = kind == engine::ParamKind::Text || kind == engine::ParamKind::Path ||
                         kind == engine::ParamKind::Choice;
    if (textual && !value.is_string()) value = text;  // a file may be named 7
    return kind == engine::ParamKind::Path ? from_the_current_folder(value.as_string()) : value;
}

}  // namespace

void apply_overrides(Graph& graph, const std::vector<std::string>& settings,
                     const engine::Registry& registry) {
    for (const std::string& setting : settings) {
        const auto equals = setting.find('=');
        if (equals == std::string::npos || equals == 0) {
            throw usage_error("E-CLI-004", "--set needs a parameter and a value",
                              "NODE.PARAM=VALUE", setting, "Write --set node.param=value.");
        }
        const std::string path = setting.substr(0, equals);
        const engine::ParamSpec* param = parameter_at(graph, path, registry);
        if (auto problem =
                engine::set_parameter(graph, path, value_of(setting.substr(equals + 1), param)))
            throw Error(*problem);
    }
}

}  // namespace millrace::cli
