// millrace nodes
#include <map>

#include <fmt/format.h>

#include "engine/cli/node_example.hpp"
#include "engine/cli/node_page.hpp"
#include "engine/cli/session.hpp"
#include "engine/cli/text_table.hpp"
#include "engine/visual/io/files.hpp"

namespace millrace::cli {
namespace {

namespace fs = std::filesystem;
using engine::NodeType;

using Groups = std::map<std::string, std::vector<const NodeType*>>;

/// All types, or those of one family, whose ids begin with its name.
Groups by_group(const engine::Registry& registry, const std::string& family = {}) {
    Groups groups;
    for (const NodeType* type : registry.types()) {
        if (family.empty() || type->spec.id.starts_with(family + "."))
            groups[type->spec.group].push_back(type);
    }
    return groups;
}

/// The doc's first sentence.
std::string first_sentence(const std::string& doc) {
    const auto end = doc.find(". ");
    return end == std::string::npos ? doc : doc.substr(0, end + 1);
}

constexpr std::string_view kIndexHead = R"(# Node types

A page for each node type, written by `millrace nodes --markdown DIR` from the type's own table;
`millrace nodes TYPE` shows the same in a terminal.

- **Payload**: name and layout version of what a port takes or gives. A letter such as `T` stands for
  any payload, the same one wherever it occurs on the page. `[N]` is the number of points or rows.
- **Inputs** take one packet of each item unless they say otherwise. A *latch* holds a value that may
  come at another rate, such as a calibration; a *feedback* input gets the answer to the item before.
- **Parameters** that are *hot* take effect at the next item of a graph that runs, *warm* ones restart
  the node, *cold* ones the run. `--set NODE.PARAMETER=VALUE` sets one on the command line.
- **Examples** are whole graphs: save one to a file and `millrace run` it.
)";

int show_one(const Call& call, const engine::Registry& registry, const std::string& id) {
    const NodeType* type = registry.find(id);
    if (!type) {
        const std::string near = registry.nearest(id);
        throw usage_error("E-CLI-010", fmt::format("There is no node type \"{}\"", id),
                          "a node type of the engine or of a plug-in", id,
                          near.empty() ? "`millrace nodes` lists them."
                                       : fmt::format("Did you mean \"{}\"?", near));
    }
    if (call.json()) {
        engine::Object page = page_value(*type);
        if (const auto example = example_of(*type, registry))
            page["example"] = engine::parse_json(engine::write_graph(*example), "example");
        call.print_json(std::move(page), 0);
    } else {
        call.output().write(page_text(*type, registry));
    }
    return 0;
}

int write_pages(const Call& call, const engine::Registry& registry, const fs::path& folder) {
    visual::make_folders(folder);
    std::string index(kIndexHead);
    for (const auto& [group, types] : by_group(registry)) {
        index += fmt::format("\n## {}\n\n", group);
        for (const NodeType* type : types) {
            const std::string name = type->spec.id + ".md";
            index += fmt::format("- [{}]({}) — {}\n", type->spec.id, name,
                                 first_sentence(type->spec.doc));
            visual::write_file_atomically(folder / name, page_markdown(*type, registry),
                                          visual::Durability::Process);
        }
    }
    visual::write_file_atomically(folder / "README.md", index, visual::Durability::Process);
    message(fmt::format("{} pages written to {}", registry.types().size() + 1, folder.string()));
    if (call.json()) call.print_json({{"folder", folder.string()}}, 0);
    return 0;
}

int list_types(const Call& call, const Groups& groups) {
    engine::Array list;
    bool first = true;
    for (const auto& [group, types] : groups) {
        TextTable table({"", "", ""});
        for (const NodeType* type : types) {
            table.add({"  " + type->spec.id, type->spec.title, first_sentence(type->spec.doc)});
            list.push_back(page_value(*type));
        }
        if (!call.json()) {
            call.output().write((first ? "" : "\n") + group + "\n" +
                                table.text(call.output().columns()));
        }
        first = false;
    }
    if (call.json()) call.print_json({{"nodes", std::move(list)}}, 0);
    return 0;
}

}  // namespace

int nodes_command(const Call& call) {
    const auto catalogue = known_catalogue();
    const engine::Registry& registry = catalogue->registry;
    if (call.flag("names")) {
        for (const NodeType* type : registry.types()) call.output().line(type->spec.id);
        return 0;
    }
    if (const auto folder = call.text("markdown")) return write_pages(call, registry, *folder);
    if (call.arguments().empty()) return list_types(call, by_group(registry));
    const std::string& name = call.arguments().front();
    if (const Groups family = by_group(registry, name); !family.empty() && !registry.find(name))
        return list_types(call, family);
    return show_one(call, registry, name);
}

}  // namespace millrace::cli
