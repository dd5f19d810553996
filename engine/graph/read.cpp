#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

#include <fmt/format.h>

#include "engine/graph/graph.hpp"

namespace millrace::engine {
namespace {

/// Takes fields out of an object one by one; what is left at the end is unknown and is kept.
class Fields {
public:
    Fields(const Value& value, std::string where, std::vector<Problem>& problems)
        : where_(std::move(where)), problems_(problems) {
        if (value.is_object()) left_ = value.as_object();
        else wrong("an object", value);
    }

    std::optional<Value> take(std::string_view name) {
        const auto found = left_.find(name);
        if (found == left_.end()) return {};
        Value value = std::move(found->second);
        left_.erase(found);
        return value;
    }
    std::string text(std::string_view name) {
        const auto value = take(name);
        if (!value) return {};
        if (value->is_string()) return value->as_string();
        wrong("a text", *value, name);
        return {};
    }
    std::optional<int> integer(std::string_view name, int low) {
        const auto value = take(name);
        if (!value) return {};
        if (value->is_int() && value->as_int() >= low && value->as_int() <= 1'000'000'000) {
            return static_cast<int>(value->as_int());
        }
        wrong(fmt::format("an integer from {}", low), *value, name);
        return {};
    }
    Object object(std::string_view name) {
        const auto value = take(name);
        if (!value) return {};
        if (value->is_object()) return value->as_object();
        wrong("an object", *value, name);
        return {};
    }
    template <std::size_t N>
    std::array<double, N> numbers(std::string_view name) {
        const auto value = take(name);
        return value ? numbers_of<N>(*value, name) : std::array<double, N>{};
    }
    template <std::size_t N>
    std::array<double, N> numbers_of(const Value& value, std::string_view name) {
        std::array<double, N> list{};
        const bool good = value.is_array() && value.as_array().size() == N &&
                          std::ranges::all_of(value.as_array(), [](const Value& item) { return item.is_number(); });
        if (!good) {
            wrong(fmt::format("a list of {} numbers", N), value, name);
            return list;
        }
        for (std::size_t i = 0; i < N; ++i) list[i] = value.as_array()[i].as_double();
        return list;
    }
    /// Index of a text among names; 0 when absent or wrong.
    int choice(std::string_view name, std::initializer_list<std::string_view> names) {
        const auto value = take(name);
        if (!value) return 0;
        int index = 0;
        for (std::string_view known : names) {
            if (value->is_string() && value->as_string() == known) return index;
            ++index;
        }
        std::string expected;
        for (std::string_view known : names) expected += (expected.empty() ? "" : ", ") + std::string(known);
        wrong("one of " + expected, *value, name);
        return 0;
    }
    Object rest() { return std::move(left_); }
    const std::string& where() const { return where_; }
    std::string inside(std::string_view name) const { return where_.empty() ? std::string(name) : where_ + "." + std::string(name); }

    void wrong(std::string expected, const Value& found, std::string_view name = {}) {
        std::string text = to_json(found);
        if (text.size() > 60) text = text.substr(0, 57) + "...";
        report("E-GRAPH-003", "The field has the wrong kind", std::move(expected),
               fmt::format("{} ({})", text, found.kind()), name.empty() ? where_ : inside(name));
    }
    void report(std::string code, std::string what, std::string expected, std::string found, std::string where,
                std::string mend = "Correct the file.") {
        problems_.push_back({.code = std::move(code),
                             .what = std::move(what),
                             .expected = std::move(expected),
                             .found = std::move(found),
                             .where = std::move(where),
                             .mend = std::move(mend)});
    }
    std::vector<Problem>& problems() { return problems_; }

private:
    Object left_;
    std::string where_;
    std::vector<Problem>& problems_;
};

bool good_id(std::string_view id) {
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '/';
    };
    return !id.empty() && id.size() <= 4096 && id.front() != '/' && id.back() != '/' &&
           id.find("//") == std::string_view::npos && std::ranges::all_of(id, allowed);
}

void check_id(Fields& fields, const std::string& id) {
    if (good_id(id)) return;
    fields.report("E-GRAPH-004", "The id has characters that an id can't have", "letters, digits, _ and -, parted by /",
                  id, fields.inside(id), "Rename it.");
}

std::optional<Endpoint> endpoint(Fields& fields, const Value& value, std::string_view name) {
    if (value.is_string()) {
        if (auto end = endpoint_from(value.as_string())) return end;
    }
    fields.wrong("\"node.port\"", value, name);
    return {};
}

GraphNode read_node(const Value& value, const std::string& where, std::vector<Problem>& problems) {
    Fields fields(value, where, problems);
    GraphNode node;
    node.type = fields.text("type");
    if (node.type.empty() && value.is_object()) {
        fields.report("E-GRAPH-005", "The node has no type", "\"type\": \"family.name\"", "none", where, "Give it a type, or remove it.");
    }
    node.version = fields.integer("version", 1).value_or(1);
    node.title = fields.text("title");
    node.subgraph = fields.text("subgraph");
    node.params = fields.object("params");
    node.on_error = static_cast<OnError>(fields.choice("on_error", {"stop", "skip", "retry"}));
    node.retries = fields.integer("retries", 0).value_or(0);
    node.extra = fields.rest();
    return node;
}

std::optional<Wire> read_wire(const Value& value, const std::string& where, std::vector<Problem>& problems) {
    Fields fields(value, where, problems);
    if (!value.is_object()) return {};
    Wire wire;
    const auto from = endpoint(fields, fields.take("from").value_or(Value()), "from");
    const auto to = endpoint(fields, fields.take("to").value_or(Value()), "to");
    if (from) wire.from = *from;
    if (to) wire.to = *to;
    wire.capacity = fields.integer("capacity", 1);
    wire.policy = static_cast<Policy>(fields.choice("policy", {"block", "drop_oldest", "latest_only"}));
    wire.extra = fields.rest();
    if (!from || !to) return {};
    return wire;
}

Graph read_body(Fields& fields);

Subgraph read_subgraph(const Value& value, const std::string& where, std::vector<Problem>& problems) {
    Fields fields(value, where, problems);
    Subgraph subgraph;
    for (const auto& [name, ends] : fields.object("inputs")) {
        const Array list = ends.is_array() ? ends.as_array() : Array{ends};
        for (const Value& end : list) {
            if (auto inner = endpoint(fields, end, "inputs." + name)) subgraph.inputs[name].push_back(*inner);
        }
    }
    for (const auto& [name, end] : fields.object("outputs")) {
        if (auto inner = endpoint(fields, end, "outputs." + name)) subgraph.outputs[name] = *inner;
    }
    subgraph.graph = read_body(fields);
    return subgraph;
}

/// The sections that a document and a subgraph share.
Graph read_body(Fields& fields) {
    Graph graph;
    std::vector<Problem>& problems = fields.problems();
    graph.meta = fields.object("meta");
    graph.required = fields.take("requires").value_or(Value());
    for (const auto& [name, value] : fields.object("parameters")) {
        Fields inner(value, fields.inside("parameters." + name), problems);
        Promoted promoted;
        promoted.of = inner.text("of");
        promoted.label = inner.text("label");
        promoted.extra = inner.rest();
        if (promoted.of.rfind('.') == std::string::npos && value.is_object()) {
            inner.report("E-GRAPH-006", "The promoted parameter names nothing", "\"of\": \"node.parameter\"", promoted.of, inner.where());
        }
        graph.parameters[name] = std::move(promoted);
    }
    for (const auto& [id, value] : fields.object("nodes")) {
        check_id(fields, id);
        graph.nodes[id] = read_node(value, fields.inside("nodes." + id), problems);
    }
    if (const auto wires = fields.take("wires")) {
        if (!wires->is_array()) fields.wrong("a list of wires", *wires, "wires");
        else {
            std::size_t number = 0;
            for (const Value& value : wires->as_array()) {
                const std::string where = fields.inside(fmt::format("wires[{}]", number++));
                if (auto wire = read_wire(value, where, problems)) graph.wires.push_back(*std::move(wire));
            }
        }
    }
    for (const auto& [name, value] : fields.object("subgraphs")) {
        graph.subgraphs[name] = read_subgraph(value, fields.inside("subgraphs." + name), problems);
    }
    for (const auto& [id, value] : fields.object("backdrops")) {
        Fields inner(value, fields.inside("backdrops." + id), problems);
        Backdrop backdrop;
        backdrop.title = inner.text("title");
        backdrop.color = inner.text("color");
        backdrop.rect = inner.numbers<4>("rect");
        backdrop.extra = inner.rest();
        graph.backdrops[id] = std::move(backdrop);
    }
    for (const auto& [id, value] : fields.object("notes")) {
        Fields inner(value, fields.inside("notes." + id), problems);
        Note note;
        note.text = inner.text("text");
        note.rect = inner.numbers<4>("rect");
        note.extra = inner.rest();
        graph.notes[id] = std::move(note);
    }
    for (const auto& [id, value] : fields.object("layout")) {
        graph.layout[id] = fields.numbers_of<2>(value, "layout." + id);
    }
    graph.extra = fields.rest();
    return graph;
}

void check_schema(Fields& fields) {
    const auto schema = fields.take("schema");
    if (schema && schema->is_string() && schema->as_string() == kSchema) return;
    const std::string found = !schema ? "none" : schema->is_string() ? schema->as_string() : to_json(*schema);
    if (found.starts_with("millrace/")) {
        fields.report("E-GRAPH-002", "The document is of a version that this program does not know", std::string(kSchema), found,
                      "schema", "Open it with the Millrace that wrote it, or a newer one.");
    } else {
        fields.report("E-GRAPH-001", "The file is no Millrace graph", fmt::format("\"schema\": \"{}\"", kSchema), found, "schema",
                      "Check that this is the right file.");
    }
}

}  // namespace

std::string to_text(const Endpoint& endpoint) { return endpoint.node + "." + endpoint.port; }

std::optional<Endpoint> endpoint_from(std::string_view text) {
    const auto dot = text.rfind('.');
    if (dot == std::string_view::npos || dot == 0 || dot + 1 == text.size()) return {};
    return Endpoint{std::string(text.substr(0, dot)), std::string(text.substr(dot + 1))};
}

ReadGraph read_graph(std::string_view text, std::string_view name) {
    ReadGraph result;
    try {
        const Value value = parse_json(text, name);
        Fields fields(value, "", result.problems);
        if (value.is_object()) {
            check_schema(fields);
            result.graph = read_body(fields);
        }
    } catch (const Error& error) {
        result.problems.push_back(error.problem());
        return result;
    }
    for (Problem& problem : result.problems) {
        problem.where = problem.where.empty() ? std::string(name) : fmt::format("{}: {}", name, problem.where);
    }
    return result;
}

ReadGraph load_graph(const std::filesystem::path& file) {
    std::error_code error;
    std::ifstream stream(file, std::ios::binary);
    if (!stream || std::filesystem::is_directory(file, error)) {
        return {{},
                {{.code = "E-FILE-001",
                  .what = "The graph file can't be opened",
                  .expected = "a file that can be read",
                  .found = std::filesystem::exists(file, error) ? "a folder, or no permission" : "no such file",
                  .where = file.string(),
                  .mend = "Check the path."}}};
    }
    const JsonLimits limits;
    const auto size = std::filesystem::file_size(file, error);
    if (!error && size > limits.max_bytes) {
        return {{},
                {{.code = "E-JSON-005",
                  .what = "The text is too long",
                  .expected = fmt::format("at most {} bytes", limits.max_bytes),
                  .found = fmt::format("{} bytes", size),
                  .where = file.string(),
                  .mend = "Check that this is the right file."}}};
    }
    std::ostringstream text;
    text << stream.rdbuf();
    return read_graph(text.view(), file.string());
}

}  // namespace millrace::engine
