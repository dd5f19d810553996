#include <algorithm>
#include <fstream>
#include <utility>

#include <fmt/format.h>

#include "engine/graph/fields.hpp"
#include "engine/graph/graph.hpp"
#include "engine/value_parse.hpp"

namespace millrace::engine {
namespace {

bool good_id(std::string_view id) {
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_' || c == '-' || c == '/';
    };
    return !id.empty() && id.size() <= 4096 && id.front() != '/' && id.back() != '/' &&
           id.find("//") == std::string_view::npos && std::ranges::all_of(id, allowed);
}

void check_id(Fields& fields, const std::string& id) {
    if (good_id(id)) return;
    fields.report("E-GRAPH-004", "The id has characters that an id can't have",
                  "letters, digits, _ and -, parted by /", shortened(id),
                  fields.inside("nodes." + id), "Rename it.");
}

std::optional<Endpoint> endpoint(Fields& fields, const Value& value, std::string_view name) {
    if (value.is_string()) {
        if (auto end = endpoint_from(value.as_string())) return end;
    }
    fields.wrong("\"node.port\"", value, name);
    return {};
}

/// Gives a mode that is not known back, to be kept: a newer program may have written it.
std::optional<Value> read_mode(Fields& fields, GraphNode& node) {
    auto mode = fields.take("mode");
    if (!mode) return {};
    if (*mode == Value("mute")) {
        node.mode = NodeMode::Mute;
    } else if (*mode == Value("bypass")) {
        node.mode = NodeMode::Bypass;
    } else if (*mode == Value("freeze")) {
        node.mode = NodeMode::Freeze;
    } else {
        fields.wrong("\"mute\", \"bypass\" or \"freeze\"", *mode, "mode");
        return mode;
    }
    return {};
}

GraphNode read_node(Value value, std::string where, Findings& findings) {
    Fields fields(std::move(value), std::move(where), findings);
    GraphNode node;
    if (auto type = fields.take("type");
        !type || (type->is_string() && type->as_string().empty())) {
        if (fields.is_object()) {
            fields.report("E-GRAPH-005", "The node has no type", "\"type\": \"family.name\"",
                          "none", fields.where(), "Give it a type, or remove it.");
        }
    } else if (type->is_string()) {
        node.type = type->as_string();
    } else {
        fields.wrong("a text", *type, "type");
    }
    node.version = fields.integer("version", 1).value_or(1);
    node.title = fields.text("title");
    node.subgraph = fields.text("subgraph");
    node.params = fields.object("params");
    node.on_error = static_cast<OnError>(fields.choice("on_error", {"stop", "skip", "retry"}));
    node.retries = fields.integer("retries", 0).value_or(0);
    auto unknown_mode = read_mode(fields, node);
    node.frozen = fields.text("frozen");
    node.extra = fields.rest();
    if (unknown_mode) node.extra["mode"] = *std::move(unknown_mode);
    return node;
}

std::optional<Endpoint> wire_end(Fields& fields, std::string_view name) {
    if (const auto value = fields.take(name)) return endpoint(fields, *value, name);
    fields.report("E-GRAPH-008", fmt::format("The wire has no \"{}\"", name), "\"node.port\"",
                  "nothing", fields.where(), "Name the port, or delete the wire.");
    return {};
}

std::optional<Wire> read_wire(Value value, std::string where, Findings& findings) {
    Fields fields(std::move(value), std::move(where), findings);
    if (!fields.is_object()) return {};
    Wire wire;
    auto from = wire_end(fields, "from");
    auto to = wire_end(fields, "to");
    wire.capacity = fields.integer("capacity", 1);
    wire.policy =
        static_cast<Policy>(fields.choice("policy", {"block", "drop_oldest", "latest_only"}));
    wire.extra = fields.rest();
    if (!from || !to) return {};
    wire.from = *std::move(from);
    wire.to = *std::move(to);
    return wire;
}

Promoted read_promoted(Value value, std::string where, Findings& findings) {
    Fields fields(std::move(value), std::move(where), findings);
    Promoted promoted;
    if (const auto of = fields.take("of"); of && !of->is_string()) {
        fields.wrong("a text", *of, "of");
    } else if (fields.is_object()) {
        if (of) promoted.of = of->as_string();
        if (!endpoint_from(promoted.of)) {
            fields.report("E-GRAPH-006", "The promoted parameter names nothing",
                          "\"of\": \"node.parameter\"", of ? shortened(promoted.of) : "nothing",
                          fields.where());
        }
    }
    promoted.label = fields.text("label");
    promoted.extra = fields.rest();
    return promoted;
}

Backdrop read_backdrop(Value value, std::string where, Findings& findings) {
    Fields fields(std::move(value), std::move(where), findings);
    Backdrop backdrop;
    backdrop.title = fields.text("title");
    backdrop.color = fields.text("color");
    backdrop.rect = fields.numbers<4>("rect");
    backdrop.extra = fields.rest();
    return backdrop;
}

Note read_note(Value value, std::string where, Findings& findings) {
    Fields fields(std::move(value), std::move(where), findings);
    Note note;
    note.text = fields.text("text");
    note.rect = fields.numbers<4>("rect");
    note.extra = fields.rest();
    return note;
}

Graph read_body(Fields& fields);

Subgraph read_subgraph(Value value, std::string where, Findings& findings) {
    Fields fields(std::move(value), std::move(where), findings);
    Subgraph subgraph;
    for (auto& [name, ends] : fields.object("inputs")) {
        std::vector<Endpoint>& inner = subgraph.inputs[name];
        const Array list = ends.is_array() ? std::move(ends.as_array()) : Array{std::move(ends)};
        for (const Value& value_of_end : list) {
            if (auto end = endpoint(fields, value_of_end, "inputs." + name))
                inner.push_back(*std::move(end));
        }
    }
    for (const auto& [name, value_of_end] : fields.object("outputs")) {
        if (auto end = endpoint(fields, value_of_end, "outputs." + name))
            subgraph.outputs[name] = *std::move(end);
    }
    subgraph.graph = read_body(fields);
    return subgraph;
}

void read_wires(Fields& fields, Graph& graph) {
    auto wires = fields.take("wires");
    if (!wires) return;
    if (!wires->is_array()) return fields.wrong("a list of wires", *wires, "wires");
    std::size_t number = 0;
    for (Value& value : wires->as_array()) {
        std::string where = fields.inside(fmt::format("wires[{}]", number++));
        if (auto wire = read_wire(std::move(value), std::move(where), fields.findings())) {
            graph.wires.push_back(*std::move(wire));
        }
    }
}

/// Reads each member of a section by `read`.
template <class Map, class Read>
void read_section(Fields& fields, const char* section, Map& map, const Read& read) {
    for (auto& [name, value] : fields.object(section)) {
        map[name] = read(std::move(value), fields.inside(fmt::format("{}.{}", section, name)),
                         fields.findings());
    }
}

/// The sections that a document and a subgraph share.
Graph read_body(Fields& fields) {
    Graph graph;
    graph.meta = fields.object("meta");
    graph.required = fields.take("requires").value_or(Value());
    read_section(fields, "parameters", graph.parameters, read_promoted);
    read_section(fields, "nodes", graph.nodes, read_node);
    for (const auto& [id, node] : graph.nodes) check_id(fields, id);
    read_wires(fields, graph);
    read_section(fields, "subgraphs", graph.subgraphs, read_subgraph);
    read_section(fields, "backdrops", graph.backdrops, read_backdrop);
    read_section(fields, "notes", graph.notes, read_note);
    for (const auto& [id, value] : fields.object("layout")) {
        graph.layout[id] = fields.numbers_of<2>(value, "layout." + id);
    }
    graph.extra = fields.rest();
    return graph;
}

void check_schema(Fields& fields) {
    const auto schema = fields.take("schema");
    if (schema && schema->is_string() && schema->as_string() == kSchema) return;
    const std::string found = !schema               ? "nothing"
                              : schema->is_string() ? shortened(schema->as_string())
                                                    : fmt::format("no text but {}", schema->kind());
    if (found.starts_with("millrace/")) {
        fields.report("E-GRAPH-002", "The document is of a version that this program does not know",
                      std::string(kSchema), found, "schema",
                      "Open it with the Millrace that wrote it, or a newer one.");
    } else {
        fields.report("E-GRAPH-001", "The file is no Millrace graph",
                      fmt::format("\"schema\": \"{}\"", kSchema), found, "schema",
                      "Check that this is the right file.");
    }
}

/// The whole of a file, or of a pipe, up to the most that a document may have and one byte more.
std::string read_text(std::istream& stream, std::size_t most) {
    constexpr std::size_t kBlock = 1 << 16;
    std::string text;
    while (stream && text.size() <= most) {
        const std::size_t before = text.size();
        text.resize(before + std::min(kBlock, most + 1 - before));
        stream.read(text.data() + before, static_cast<std::streamsize>(text.size() - before));
        text.resize(before + static_cast<std::size_t>(stream.gcount()));
    }
    return text;
}

}  // namespace

std::string_view to_text(NodeMode mode) {
    switch (mode) {
        case NodeMode::Mute:
            return "mute";
        case NodeMode::Bypass:
            return "bypass";
        case NodeMode::Freeze:
            return "freeze";
        case NodeMode::Normal:
            break;
    }
    return {};
}

std::string to_text(const Endpoint& endpoint) { return endpoint.node + "." + endpoint.port; }

std::optional<Endpoint> endpoint_from(std::string_view text) {
    const auto dot = text.rfind('.');
    if (dot == std::string_view::npos || dot == 0 || dot + 1 == text.size()) return {};
    return Endpoint{std::string(text.substr(0, dot)), std::string(text.substr(dot + 1))};
}

ReadGraph read_graph(std::string_view text, std::string_view name) {
    ReadGraph result;
    try {
        Value value = parse_document(text, name, result.problems);
        Findings findings;
        Fields fields(std::move(value), "", findings);
        if (fields.is_object()) {
            check_schema(fields);
            result.graph = read_body(fields);
        }
        for (Problem& problem : findings.take()) {
            problem.where = problem.where.empty() ? std::string(name)
                                                  : fmt::format("{}: {}", name, problem.where);
            result.problems.push_back(std::move(problem));
        }
    } catch (const Error& error) {
        result.problems.push_back(error.problem());
    }
    make_harmless(result.problems, false);
    return result;
}

ReadGraph load_graph(const std::filesystem::path& file) {
    std::error_code error;
    const bool folder = std::filesystem::is_directory(file, error);
    std::ifstream stream;
    if (!folder) stream.open(file, std::ios::binary);
    if (folder || !stream) {
        const bool there = std::filesystem::exists(file, error);
        return {{},
                {{.code = "E-FILE-001",
                  .what = "The graph file can't be opened",
                  .expected = "a file that can be read",
                  .found = folder  ? "a folder"
                           : there ? "no permission to read it"
                                   : "no such file",
                  .where = file.string(),
                  .mend = "Check the path."}}};
    }
    // One byte more than allowed, so that the parser says what is wrong; of a pipe nobody knows the
    // size.
    return read_graph(read_text(stream, DocumentLimits().text.max_bytes), file.string());
}

}  // namespace millrace::engine
