#include "engine/node/params.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include <fmt/format.h>

#include "engine/graph/graph.hpp"

namespace millrace::engine {
namespace {

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
    return text;
}

/// "0 to 500 m", "at least 1", "a finite number".
std::string interval(const ParamSpec& param) {
    const bool low = std::isfinite(param.range.low);
    const bool high = std::isfinite(param.range.high);
    const std::string unit = param.unit.empty() ? "" : " " + param.unit;
    if (low && high) return fmt::format("{} to {}{}", param.range.low, param.range.high, unit);
    if (low) return fmt::format("at least {}{}", param.range.low, unit);
    if (high) return fmt::format("at most {}{}", param.range.high, unit);
    return "a number";
}

std::optional<Problem> out_of_range(const ParamSpec& param, const Value& value) {
    const auto bad = [&](double number) -> std::optional<Problem> {
        if (number >= param.range.low && number <= param.range.high) return {};
        const std::string expected = interval(param);
        return Problem{.code = "E-PARAM-003",
                       .what = "The value lies outside the parameter's range",
                       .expected = expected,
                       .found = fmt::format("{}", number),
                       .mend = fmt::format("Set it to {}.", expected)};
    };
    if (value.is_number()) return bad(value.as_double());
    if (value.is_array()) {
        for (const Value& item : value.as_array()) {
            if (auto problem = bad((item.is_array() ? item.as_array()[1] : item).as_double())) return problem;
        }
    }
    return {};
}

std::optional<Problem> not_a_choice(const ParamSpec& param, const Value& value) {
    const std::string found = value.is_string() ? value.as_string() : to_json(value);
    const std::string near = nearest_of(found, param.choices);
    return Problem{.code = "E-PARAM-004",
                   .what = "The value is none of the choices",
                   .expected = joined(param.choices),
                   .found = found,
                   .mend = near.empty() ? "Choose one of the listed values." : fmt::format("Did you mean \"{}\"?", near)};
}

}  // namespace

ResolvedPath resolve(const Path& path, const PathRoots& roots) {
    namespace fs = std::filesystem;
    if (path.text.empty()) return {};
    if (path.text.find('\0') != std::string::npos) {
        // The system would read the path to that character alone: "..\0" climbs without saying so.
        return {{}, Problem{.code = "E-PATH-004",
                            .what = "The path holds a zero character",
                            .expected = "a path as the system knows it",
                            .found = path.text.substr(0, path.text.find('\0')) + "\\0...",
                            .mend = "Remove it."}};
    }
    fs::path root = roots.document;
    fs::path rest = path.text;
    std::string root_name = "the graph's folder";
    if (path.text.starts_with("${")) {
        const auto close = path.text.find('}');
        const std::string name = path.text.substr(2, close == std::string::npos ? close : close - 2);
        const auto found = roots.named.find(name);
        if (close == std::string::npos || found == roots.named.end()) {
            std::vector<std::string> names;
            for (const auto& entry : roots.named) names.push_back(entry.first);
            return {{}, Problem{.code = "E-PATH-001",
                                .what = "The path starts with an unknown root",
                                .expected = "one of " + joined(names),
                                .found = path.text,
                                .mend = fmt::format("Name the folder with --root {}=DIR.", name)}};
        }
        root = found->second;
        root_name = "${" + name + "}";
        rest = fs::path(path.text.substr(close + 1)).relative_path();
    } else if (rest.is_absolute()) {
        return {rest.lexically_normal(), {}};
    }
    const fs::path inside = rest.lexically_normal();
    if (!inside.empty() && *inside.begin() == "..") {
        return {{}, Problem{.code = "E-PATH-002",
                            .what = "The path climbs out of its root",
                            .expected = "a path inside " + root_name,
                            .found = path.text,
                            .mend = "Use a named root (--root data=DIR and \"${data}/…\") or set the path on the "
                                    "command line."}};
    }
    return {(root / inside).lexically_normal(), {}};
}

Value stored_value(const ParamSpec& param, const void* node) {
    Value value = param.field.get(node);
    if (param.field.kind() == ParamKind::Choice) {
        const auto index = static_cast<std::size_t>(value.as_int());
        return index < param.choices.size() ? Value(param.choices[index]) : value;
    }
    return value;
}

std::optional<Problem> set_param(const ParamSpec& param, void* node, const Value& value) {
    try {
        if (param.field.kind() == ParamKind::Choice) {
            const auto found = value.is_string() ? std::ranges::find(param.choices, value.as_string())
                                                 : param.choices.end();
            if (found == param.choices.end()) return not_a_choice(param, value);
            param.field.set(node, static_cast<std::int64_t>(found - param.choices.begin()));
            return {};
        }
        if (param.field.kind() == ParamKind::Text && !param.choices.empty() &&
            (!value.is_string() || std::ranges::find(param.choices, value.as_string()) == param.choices.end())) {
            return not_a_choice(param, value);
        }
        const Value accepted = param.field.type().accept(value);
        if (auto problem = out_of_range(param, accepted)) return problem;
        param.field.set(node, accepted);
        return {};
    } catch (const Error& error) {
        return error.problem();
    }
}

std::vector<Problem> set_params(const NodeType& type, NodeInstance& node, const Object& params,
                                const std::string& node_id) {
    std::vector<Problem> problems;
    std::set<const ParamSpec*> set_by_former;
    for (const auto& [name, value] : params) {
        const ParamSpec* param = type.spec.param(name);
        if (!param) {
            std::vector<std::string> names;
            for (const ParamSpec& known : type.spec.params) names.push_back(known.name);
            const std::string near = nearest_of(name, names);
            problems.push_back({.code = "E-PARAM-001",
                                .what = fmt::format("{} has no parameter \"{}\"", type.spec.id, name),
                                .expected = names.empty() ? "no parameters" : "one of " + joined(names),
                                .found = name,
                                .where = node_id,
                                .mend = near.empty() ? "Remove it, or see `millrace nodes " + type.spec.id + "`."
                                                     : fmt::format("Did you mean \"{}\"?", near)});
            continue;
        }
        const bool former = name != param->name;
        if (former && (params.contains(param->name) || !set_by_former.insert(param).second)) {
            problems.push_back({.code = "E-PARAM-007",
                                .what = "The parameter is set twice, once by a former name",
                                .expected = fmt::format("only \"{}\"", param->name),
                                .found = name,
                                .where = node_id + "." + name,
                                .mend = fmt::format("Remove \"{}\".", name)});
            continue;
        }
        if (auto problem = set_param(*param, node.object(), value)) {
            problem->where = node_id + "." + name;
            problems.push_back(*std::move(problem));
        }
    }
    for (Problem& problem : node.check()) {
        problem.where = problem.where.empty() ? node_id : node_id + "." + problem.where;
        if (problem.code.empty()) problem.code = "E-PARAM-005";
        problems.push_back(std::move(problem));
    }
    return problems;
}

Object all_params(const NodeType& type, NodeInstance& node) {
    Object params;
    for (const ParamSpec& param : type.spec.params) params[param.name] = stored_value(param, node.object());
    return params;
}

std::vector<Problem> resolve_paths(const NodeType& type, NodeInstance& node, const PathRoots& roots,
                                   const std::string& node_id) {
    std::vector<Problem> problems;
    for (const ParamSpec& param : type.spec.params) {
        if (param.field.kind() != ParamKind::Path) continue;
        const std::string text = param.field.get(node.object()).as_string();
        ResolvedPath resolved = resolve({text}, roots);
        if (resolved.problem) {
            resolved.problem->where = node_id + "." + param.name;
            problems.push_back(*std::move(resolved.problem));
            continue;
        }
        std::error_code ignored;
        const bool missing = !text.empty() && !std::filesystem::exists(resolved.path, ignored);
        if ((param.required_path && text.empty()) || ((param.required_path || param.existing_path) && missing)) {
            problems.push_back({.code = "E-FILE-001",
                                .what = text.empty() ? "A file or folder is needed" : "No such file or folder",
                                .expected = param.doc,
                                .found = text.empty() ? "nothing" : resolved.path.string(),
                                .where = node_id + "." + param.name,
                                .mend = fmt::format("Set it with --set {}.{}=PATH.", node_id, param.name)});
        }
        if (!text.empty()) param.field.set(node.object(), resolved.path.string());
    }
    return problems;
}

}  // namespace millrace::engine
