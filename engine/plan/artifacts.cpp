#include <filesystem>

#include <fmt/format.h>

#include "engine/plan/builder.hpp"

namespace millrace::engine::planning {
namespace {

/// The name as the artifacts folder knows it, or empty after reporting that it is no name inside.
std::string inside(Builder& builder, const PlanNode& node, const ParamSpec& param) {
    const std::string text = node.params.at(param.name).as_string();
    const std::filesystem::path path = std::filesystem::path(text).lexically_normal();
    const bool file = param.writes == Writes::File;
    const bool good = !text.empty() && !path.is_absolute() && *path.begin() != ".." &&
                      !(file && (!path.has_filename() || path == "."));
    if (good) return path.has_filename() ? path.string() : path.parent_path().string();
    builder.report(
        {.code = "E-PATH-002",
         .what = "The path is no place inside the run's artifacts folder",
         .expected = file ? "the name of a file inside it" : "the name of a folder inside it",
         .found = text,
         .where = node.id + "." + param.name,
         .mend =
             fmt::format("Choose a plain name, such as \"{}\".", file ? "table.csv" : "images")});
    return {};
}

/// Nodes that fill one folder alike: of one type, with the same choices.
std::string kind_of(const PlanNode& node, const std::string& folder) {
    std::string kind = folder + "\n" + node.type->spec.id;
    for (const ParamSpec& param : node.type->spec.params) {
        if (!param.choices.empty()) kind += "\n" + node.params.at(param.name).as_string();
    }
    return kind;
}

}  // namespace

void check_artifacts(Builder& builder) {
    std::map<std::string, const PlanNode*> files, folders;
    for (const PlanNode& node : builder.plan.nodes) {
        for (const ParamSpec& param : node.type->spec.params) {
            if (param.writes == Writes::Nothing || param.field.kind() != ParamKind::Text) continue;
            const std::string name = inside(builder, node, param);
            if (name.empty()) continue;
            const bool file = param.writes == Writes::File;
            const auto [first, is_first] =
                file ? files.emplace(name, &node) : folders.emplace(kind_of(node, name), &node);
            if (is_first) continue;
            builder.report(
                {.code = file ? "E-PLAN-017" : "W-PLAN-018",
                 .what = file ? "Two nodes write to one file" : "Two nodes fill one folder",
                 .expected = file ? "a file of its own for each"
                                  : "a folder of its own for each, or different names",
                 .found = fmt::format("\"{}\", which {} writes to, too", name, first->second->id),
                 .where = node.id + "." + param.name,
                 .cause = file ? "" : "items of one name overwrite one another",
                 .mend = fmt::format("Set another {} in one of them.", param.name),
                 .severity = file ? Severity::Error : Severity::Warning});
        }
    }
}

}  // namespace millrace::engine::planning
