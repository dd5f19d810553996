#include "engine/cli/node_page.hpp"

#include <cmath>
#include <optional>
#include <sstream>

#include <fmt/format.h>

#include "engine/cli/node_example.hpp"
#include "engine/cli/text_table.hpp"
#include "engine/node/params.hpp"

namespace millrace::cli {
namespace {

using engine::Array;
using engine::NodeType;
using engine::Object;
using engine::ParamSpec;

constexpr std::size_t kPageWidth = 100;

std::string range_text(const ParamSpec& param) {
    if (!param.choices.empty()) return fmt::format("{}", fmt::join(param.choices, ", "));
    const bool low = std::isfinite(param.range.low);
    const bool high = std::isfinite(param.range.high);
    if (low && high) return fmt::format("{} to {}", param.range.low, param.range.high);
    if (low) return fmt::format("from {}", param.range.low);
    return high ? fmt::format("to {}", param.range.high) : "";
}

std::string type_name(const std::string& type) { return type.empty() ? "any" : type; }

std::string note_on(const engine::InputSpec& input) {
    std::string note = input.sync == engine::Sync::Stream ? "" : std::string(to_text(input.sync));
    if (input.optional) note += note.empty() ? "optional" : ", optional";
    if (!input.first.is_null())
        note += (note.empty() ? "" : ", ") + fmt::format("first {}", to_json(input.first));
    return note;
}

/// How the node behaves in a run, in words.
std::vector<std::string> facts(const NodeType& type) {
    const engine::NodeSpec& spec = type.spec;
    std::vector<std::string> list;
    list.emplace_back(type.parallel ? "runs for several items at once"
                                    : "runs for one item at a time");
    if (type.source && !spec.outputs.empty())
        list.emplace_back(type.has_count ? "a source that knows how many items it has"
                                         : "a source");
    list.emplace_back(type.pure ? "pure: its results can be stored and used again"
                                : "not pure: never stored");
    if (spec.light && !type.source) list.emplace_back("light: runs inline in its producer's task");
    if (spec.random) list.emplace_back("draws random numbers, by seed, node and item");
    if (type.has_save) list.emplace_back("keeps state, which checkpoints save");
    if (type.generator) list.emplace_back("one call can give many results");
    if (type.has_finish) list.emplace_back("acts at the end of the stream");
    if (spec.rate == engine::Rate::New) list.emplace_back("numbers its outputs anew");
    if (spec.rate == engine::Rate::Parent)
        list.emplace_back("gives one answer per item of the stream that was split");
    if (spec.join == engine::Join::Zip)
        list.emplace_back("pairs inputs of different rates by their order");
    if (spec.join == engine::Join::Alternate) list.emplace_back("takes its inputs in turn");
    using enum engine::Resource;
    if (spec.resource == Compute) list.emplace_back("takes as many cores as one call may use");
    if (spec.resource == Gpu) list.emplace_back("holds the GPU");
    if (spec.resource == Disk) list.emplace_back("reads or writes files, on a thread of its own");
    if (spec.resource == Wait)
        list.emplace_back("waits for something else, on a thread of its own");
    if (!spec.worst_time.empty())
        list.push_back("cannot be stopped in the middle: " + spec.worst_time);
    return list;
}

struct Parameter {
    const ParamSpec* spec;
    std::string standard;  ///< the default, as JSON
};

std::vector<Parameter> parameters(const NodeType& type) {
    const auto node = type.make();
    std::vector<Parameter> list;
    for (const ParamSpec& param : type.spec.params)
        list.push_back({&param, to_json(engine::stored_value(param, node->object()))});
    return list;
}

/// The parameter's documentation with what else must be known of it.
std::string what_of(const ParamSpec& param) {
    std::vector<std::string> notes;
    if (param.required_path) notes.emplace_back("must be set, and exist");
    if (param.existing_path) notes.emplace_back("must exist when set");
    if (param.advanced) notes.emplace_back("advanced");
    if (!param.aliases.empty())
        notes.push_back(fmt::format("formerly {}", fmt::join(param.aliases, ", ")));
    return notes.empty() ? param.doc : fmt::format("{} ({})", param.doc, fmt::join(notes, "; "));
}

std::string from_text(const NodeType& type) {
    return type.plugin.empty() ? "the engine" : type.plugin;
}

/// The example as a whole document, or empty.
std::string example_text(const NodeType& type, const engine::Registry& registry) {
    const std::optional<engine::Graph> graph = example_of(type, registry);
    return graph ? engine::write_graph(*graph) : "";
}

std::string indented(const std::string& text) {
    std::string out;
    bool begins = true;
    for (char c : text) {
        if (begins && c != '\n') out += "  ";
        out += c;
        begins = c == '\n';
    }
    return out;
}

std::string paragraph(const std::string& text) {
    return fmt::format("{}\n", fmt::join(wrapped(text, kPageWidth), "\n"));
}

/// A line of figures for each parameter, and below it what it does.
std::string parameters_text(const NodeType& type) {
    const std::vector<Parameter> list = parameters(type);
    if (list.empty()) return {};
    constexpr std::size_t kIndent = 6;
    TextTable table({"  name", "kind", "default", "unit", "change", "range or choices"});
    for (const Parameter& param : list) {
        table.add({"  " + param.spec->name, std::string(to_text(param.spec->field.kind())),
                   param.standard, param.spec->unit, std::string(to_text(param.spec->change)),
                   range_text(*param.spec)});
    }
    std::istringstream lines(table.text());
    std::string line;
    std::getline(lines, line);
    std::string text = "\nParameters\n" + line + "\n";
    for (const Parameter& param : list) {
        std::getline(lines, line);
        text += line + "\n";
        for (const std::string& part : wrapped(what_of(*param.spec), kPageWidth - kIndent))
            text += std::string(kIndent, ' ') + part + "\n";
    }
    return text;
}

std::string cell(std::string text) {
    for (std::size_t at = 0; (at = text.find('|', at)) != std::string::npos; at += 2)
        text.insert(at, "\\");
    return text.empty() ? " " : text;
}

std::string row(const std::vector<std::string>& cells) {
    std::string text = "|";
    for (const std::string& one : cells) text += " " + cell(one) + " |";
    return text + "\n";
}

std::string markdown_head(const std::vector<std::string>& heads) {
    std::string text = row(heads) + "|";
    for (std::size_t i = 0; i < heads.size(); ++i) text += "---|";
    return text + "\n";
}

}  // namespace

std::string page_text(const NodeType& type, const engine::Registry& registry) {
    const engine::NodeSpec& spec = type.spec;
    std::string text = fmt::format("{}  —  {}\n\n{}\n", spec.id, spec.title, paragraph(spec.doc));
    text += fmt::format("Group    {}\nVersion  {}\nFrom     {}\n", spec.group, spec.version,
                        from_text(type));
    if (!spec.aliases.empty()) text += fmt::format("Formerly {}\n", fmt::join(spec.aliases, ", "));
    if (!spec.tags.empty()) text += fmt::format("Tags     {}\n", fmt::join(spec.tags, ", "));
    if (!spec.source.empty()) {
        const auto lines = wrapped(spec.source, kPageWidth - 9);
        text += fmt::format("Source   {}\n", fmt::join(lines, "\n         "));
    }
    TextTable inputs({"", "", "", ""});
    for (const auto& input : spec.inputs)
        inputs.add({"  " + input.name, type_name(input.type), note_on(input), input.doc});
    TextTable outputs({"", "", ""});
    for (const auto& output : spec.outputs)
        outputs.add({"  " + output.name, type_name(output.type), output.doc});
    if (!inputs.empty()) text += "\nInputs\n" + inputs.text(kPageWidth);
    if (!outputs.empty()) text += "\nOutputs\n" + outputs.text(kPageWidth);
    text += parameters_text(type);
    text += "\nBehaviour\n";
    for (const std::string& fact : facts(type)) text += "  " + fact + "\n";
    if (const std::string example = example_text(type, registry); !example.empty())
        text += "\nExample\n" + indented(example);
    return text;
}

std::string page_markdown(const NodeType& type, const engine::Registry& registry) {
    const engine::NodeSpec& spec = type.spec;
    std::string text = fmt::format("# {}\n\n`{}` · {} · version {} · {}\n\n{}\n", spec.title,
                                   spec.id, spec.group, spec.version, from_text(type), spec.doc);
    if (!spec.aliases.empty())
        text += fmt::format("\nFormerly `{}`.\n", fmt::join(spec.aliases, "`, `"));
    if (!spec.source.empty()) text += fmt::format("\nSource: {}\n", spec.source);
    if (!spec.tags.empty()) text += fmt::format("\nTags: {}\n", fmt::join(spec.tags, ", "));
    if (!spec.inputs.empty())
        text += "\n## Inputs\n\n" + markdown_head({"name", "payload", "", "what"});
    for (const auto& input : spec.inputs)
        text += row(
            {"`" + input.name + "`", "`" + type_name(input.type) + "`", note_on(input), input.doc});
    if (!spec.outputs.empty())
        text += "\n## Outputs\n\n" + markdown_head({"name", "payload", "what"});
    for (const auto& output : spec.outputs)
        text += row({"`" + output.name + "`", "`" + type_name(output.type) + "`", output.doc});
    if (!spec.params.empty()) {
        text += "\n## Parameters\n\n" + markdown_head({"name", "kind", "default", "unit",
                                                       "range or choices", "change", "what"});
    }
    for (const Parameter& param : parameters(type)) {
        text += row({"`" + param.spec->name + "`", std::string(to_text(param.spec->field.kind())),
                     "`" + param.standard + "`", param.spec->unit, range_text(*param.spec),
                     std::string(to_text(param.spec->change)), what_of(*param.spec)});
    }
    text += "\n## Behaviour\n\n";
    for (const std::string& fact : facts(type)) text += "- " + fact + "\n";
    if (const std::string example = example_text(type, registry); !example.empty())
        text += "\n## Example\n\n```json\n" + example + "```\n";
    return text;
}

engine::Object page_value(const NodeType& type) {
    const engine::NodeSpec& spec = type.spec;
    Array inputs;
    for (const auto& input : spec.inputs) {
        inputs.push_back(Object{{"name", input.name},
                                {"type", input.type},
                                {"sync", to_text(input.sync)},
                                {"optional", input.optional},
                                {"first", input.first},
                                {"doc", input.doc}});
    }
    Array outputs;
    for (const auto& output : spec.outputs)
        outputs.push_back(
            Object{{"name", output.name}, {"type", output.type}, {"doc", output.doc}});
    Array params;
    for (const Parameter& param : parameters(type)) {
        Array choices;
        for (const std::string& choice : param.spec->choices) choices.emplace_back(choice);
        Object object{{"name", param.spec->name},
                      {"kind", to_text(param.spec->field.kind())},
                      {"default", engine::parse_json(param.standard, "default")},
                      {"unit", param.spec->unit},
                      {"change", to_text(param.spec->change)},
                      {"choices", std::move(choices)},
                      {"doc", param.spec->doc}};
        if (std::isfinite(param.spec->range.low)) object["low"] = param.spec->range.low;
        if (std::isfinite(param.spec->range.high)) object["high"] = param.spec->range.high;
        params.push_back(std::move(object));
    }
    Array aliases;
    for (const std::string& alias : spec.aliases) aliases.emplace_back(alias);
    Array behaviour;
    for (std::string& fact : facts(type)) behaviour.emplace_back(std::move(fact));
    return {{"id", spec.id},
            {"title", spec.title},
            {"group", spec.group},
            {"doc", spec.doc},
            {"version", spec.version},
            {"plugin", type.plugin},
            {"aliases", aliases},
            {"source", spec.source},
            {"inputs", std::move(inputs)},
            {"outputs", std::move(outputs)},
            {"params", std::move(params)},
            {"behaviour", std::move(behaviour)}};
}

}  // namespace millrace::cli
