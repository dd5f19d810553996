// millrace new
#include <algorithm>

#include <fmt/format.h>

#include "engine/cli/parse.hpp"
#include "engine/cli/session.hpp"
#include "engine/cli/text_table.hpp"
#include "engine/plan/keep_files.hpp"

namespace millrace::cli {
namespace {

namespace fs = std::filesystem;
using Template = std::pair<std::string, fs::path>;

std::string title_of(const engine::Graph& graph) {
    const auto title = graph.meta.find("title");
    return title != graph.meta.end() && title->second.is_string() ? title->second.as_string() : "";
}

int list_templates(const Call& call, const std::vector<Template>& known) {
    TextTable table({"template", "title"});
    engine::Array list;
    table.add({"empty", "A graph without nodes"});
    for (const auto& [name, file] : known) {
        const std::string title = title_of(engine::load_graph(file).graph);
        table.add({name, title});
        list.push_back(engine::Object{{"name", name}, {"title", title}, {"file", file.string()}});
    }
    if (call.json())
        call.print_json({{"templates", std::move(list)}}, 0);
    else
        call.output().write(table.text());
    return 0;
}

/// By its whole name, or by the last part of it where that is unique.
engine::Graph template_named(const std::string& name, const std::vector<Template>& known) {
    if (name == "empty") return {};
    std::vector<const Template*> fitting;
    std::vector<std::string> names = {"empty"};
    for (const Template& entry : known) {
        names.push_back(entry.first);
        if (entry.first == name) fitting.assign(1, &entry);
        if (entry.first == name) break;
        if (fs::path(entry.first).filename() == name) fitting.push_back(&entry);
    }
    if (fitting.size() != 1) {
        if (fitting.size() > 1) {
            names.clear();
            for (const Template* entry : fitting) names.push_back(entry->first);
            throw usage_error("E-CLI-008", fmt::format("Several templates end in \"{}\"", name),
                              fmt::format("one of {}", fmt::join(names, ", ")), name,
                              "Give the whole name.");
        }
        const auto within = std::ranges::find_if(
            names, [&](const std::string& known) { return known.starts_with(name + "/"); });
        throw usage_error("E-CLI-008", fmt::format("There is no template \"{}\"", name),
                          "the name of a template", name,
                          within != names.end()
                              ? fmt::format("Did you mean \"{}\"?", *within)
                              : did_you_mean(name, names, "`millrace new` lists them."));
    }
    engine::ReadGraph read = engine::load_graph(fitting.front()->second);
    stop_on_errors(read.problems);
    const auto catalogue = known_catalogue();
    engine::keep_files(read.graph, fitting.front()->second.parent_path(),
                       [&](std::string_view id) { return catalogue->registry.find(id); });
    return std::move(read.graph);
}

}  // namespace

int new_command(const Call& call) {
    const std::vector<Template> known = templates();
    if (call.arguments().empty()) return list_templates(call, known);
    const std::string& name = call.arguments().front();
    engine::Graph graph = template_named(name, known);
    if (const auto title = call.text("title")) graph.meta["title"] = *title;
    const fs::path file = call.arguments().size() > 1
                              ? fs::path(call.arguments()[1])
                              : fs::path(fs::path(name).filename().string() + ".json");
    std::error_code ignored;
    if (fs::exists(file, ignored) && !call.flag("overwrite")) {
        throw usage_error("E-CLI-006", "The file is there already", "a new file", file.string(),
                          "Choose another name, or replace it with --overwrite.");
    }
    engine::save_graph(graph, file);
    if (call.json())
        call.print_json({{"file", file.string()}}, 0);
    else
        call.output().line(file.string());
    return 0;
}

}  // namespace millrace::cli
