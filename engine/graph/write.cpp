#include <algorithm>
#include <cmath>
#include <tuple>

#include <fmt/format.h>

#include "engine/graph/graph.hpp"
#include "engine/hash.hpp"
#include "engine/visual/io/files.hpp"

namespace millrace::engine {
namespace {

template <std::size_t N>
Value list_of(const std::array<double, N>& numbers) {
    Array list;
    for (double number : numbers) {
        // Whole positions are written as integers: they are what a canvas with a grid gives. JSON
        // has no infinity; a place that got lost must not make a file that nobody can read.
        if (!std::isfinite(number))
            list.emplace_back(0);
        else if (std::abs(number) < 1e15 && number == std::trunc(number))
            list.emplace_back(static_cast<std::int64_t>(number));
        else
            list.emplace_back(number);
    }
    return list;
}

void set_text(Object& object, const char* name, const std::string& text) {
    if (!text.empty()) object[name] = text;
}

/// What a part of a document is written as. Words for people (titles, labels) are no part of the
/// meaning.
Value value_of(const GraphNode& node, bool meaning_only) {
    Object object = node.extra;
    object["type"] = node.type;
    object["version"] = node.version;
    if (!meaning_only) set_text(object, "title", node.title);
    set_text(object, "subgraph", node.subgraph);
    if (!node.params.empty()) object["params"] = node.params;
    if (node.on_error != OnError::Stop)
        object["on_error"] = node.on_error == OnError::Skip ? "skip" : "retry";
    if (node.retries != 0) object["retries"] = node.retries;
    if (node.mode != NodeMode::Normal) object["mode"] = std::string(to_text(node.mode));
    set_text(object, "frozen", node.frozen);
    return object;
}

Value value_of(const Wire& wire) {
    Object object = wire.extra;
    object["from"] = to_text(wire.from);
    object["to"] = to_text(wire.to);
    if (wire.capacity) object["capacity"] = *wire.capacity;
    if (wire.policy != Policy::Block)
        object["policy"] = wire.policy == Policy::DropOldest ? "drop_oldest" : "latest_only";
    return object;
}

Value value_of(const Promoted& promoted, bool meaning_only) {
    Object object = promoted.extra;
    object["of"] = promoted.of;
    if (!meaning_only) set_text(object, "label", promoted.label);
    return object;
}

Value value_of(const Backdrop& backdrop, bool) {
    Object object = backdrop.extra;
    object["title"] = backdrop.title;
    set_text(object, "color", backdrop.color);
    object["rect"] = list_of(backdrop.rect);
    return object;
}

Value value_of(const Note& note, bool) {
    Object object = note.extra;
    object["text"] = note.text;
    object["rect"] = list_of(note.rect);
    return object;
}

std::string indent(int depth) { return std::string(static_cast<std::size_t>(depth) * 2, ' '); }

/// One line, with a space after each comma and colon.
void write_line(const Value& value, std::string& out) {
    if (value.is_object()) {
        out += '{';
        bool first = true;
        for (const auto& [name, member] : value.as_object()) {
            if (!first) out += ", ";
            first = false;
            out += to_json(name) + ": ";
            write_line(member, out);
        }
        out += '}';
    } else if (value.is_array()) {
        out += '[';
        for (std::size_t i = 0; i < value.as_array().size(); ++i) {
            if (i > 0) out += ", ";
            write_line(value.as_array()[i], out);
        }
        out += ']';
    } else {
        out += to_json(value);
    }
}

/// One member a line, to any depth; lists stay on a line.
void write_open(const Value& value, int depth, std::string& out) {
    if (!value.is_object() || value.as_object().empty()) return write_line(value, out);
    out += "{\n";
    bool first = true;
    for (const auto& [name, member] : value.as_object()) {
        if (!first) out += ",\n";
        first = false;
        out += indent(depth + 1) + to_json(name) + ": ";
        write_open(member, depth + 1, out);
    }
    out += "\n" + indent(depth) + "}";
}

/// Sections with one thing a line.
template <class Items>
void write_lines(const Items& items, int depth, std::string& out) {
    out += "{\n";
    bool first = true;
    for (const auto& [name, item] : items) {
        if (!first) out += ",\n";
        first = false;
        out += indent(depth + 1) + to_json(name) + ": ";
        write_line(item, out);
    }
    out += "\n" + indent(depth) + "}";
}

class BodyWriter {
public:
    BodyWriter(int depth, std::string& out, bool meaning_only)
        : depth_(depth), out_(out), meaning_only_(meaning_only) {}

    void write(const Graph& graph) {
        if (!meaning_only_ && !graph.meta.empty()) open("meta", graph.meta);
        if (!graph.required.is_null()) open("requires", graph.required);
        if (!graph.parameters.empty()) lines("parameters", values(graph.parameters));
        if (!graph.nodes.empty()) open("nodes", Object(values(graph.nodes)));
        if (!graph.wires.empty()) wires(graph.wires);
        if (!graph.subgraphs.empty()) subgraphs(graph.subgraphs);
        if (!meaning_only_ && !graph.backdrops.empty()) lines("backdrops", values(graph.backdrops));
        if (!meaning_only_ && !graph.notes.empty()) lines("notes", values(graph.notes));
        for (const auto& [name, value] : graph.extra) open(name, value);
        if (!meaning_only_ && !graph.layout.empty()) {
            Object layout;
            for (const auto& [id, place] : graph.layout) layout[id] = list_of(place);
            lines("layout", layout);
        }
    }

    void section(std::string_view name) {
        if (!first_) out_ += ",\n";
        first_ = false;
        out_ += indent(depth_ + 1) + to_json(Value(name)) + ": ";
    }
    void open(std::string_view name, const Value& value) {
        section(name);
        write_open(value, depth_ + 1, out_);
    }
    void lines(std::string_view name, const Object& items) {
        section(name);
        write_lines(items, depth_ + 1, out_);
    }

private:
    template <class Items>
    Object values(const Items& items) const {
        Object object;
        for (const auto& [name, item] : items) object[name] = value_of(item, meaning_only_);
        return object;
    }
    void wires(std::vector<Wire> list) {
        std::ranges::stable_sort(list, {},
                                 [](const Wire& wire) { return std::tie(wire.to, wire.from); });
        section("wires");
        out_ += "[\n";
        for (std::size_t i = 0; i < list.size(); ++i) {
            out_ += indent(depth_ + 2);
            write_line(value_of(list[i]), out_);
            out_ += i + 1 < list.size() ? ",\n" : "\n";
        }
        out_ += indent(depth_ + 1) + "]";
    }
    void subgraphs(const std::map<std::string, Subgraph>& all) {
        section("subgraphs");
        out_ += "{\n";
        bool first = true;
        for (const auto& [name, subgraph] : all) {
            if (!first) out_ += ",\n";
            first = false;
            out_ += indent(depth_ + 2) + to_json(Value(name)) + ": ";
            if (subgraph == Subgraph()) {
                out_ += "{}";
                continue;
            }
            out_ += "{\n";
            BodyWriter inner(depth_ + 2, out_, meaning_only_);
            if (!subgraph.inputs.empty()) {
                Object inputs;
                for (const auto& [port, ends] : subgraph.inputs) {
                    Array list;
                    for (const Endpoint& end : ends) list.emplace_back(to_text(end));
                    inputs[port] = std::move(list);
                }
                inner.lines("inputs", inputs);
            }
            if (!subgraph.outputs.empty()) {
                Object outputs;
                for (const auto& [port, end] : subgraph.outputs) outputs[port] = to_text(end);
                inner.lines("outputs", outputs);
            }
            inner.write(subgraph.graph);
            out_ += "\n" + indent(depth_ + 2) + "}";
        }
        out_ += "\n" + indent(depth_ + 1) + "}";
    }

    int depth_;
    std::string& out_;
    bool meaning_only_;
    bool first_ = true;
};

std::string written(const Graph& graph, bool meaning_only) {
    std::string out = "{\n";
    BodyWriter writer(0, out, meaning_only);
    writer.section("schema");
    out += to_json(Value(kSchema));
    writer.write(graph);
    out += "\n}\n";
    return out;
}

}  // namespace

bool operator==(const Graph& a, const Graph& b) {
    return a.meta == b.meta && a.required == b.required && a.parameters == b.parameters &&
           a.nodes == b.nodes && a.wires == b.wires && a.subgraphs == b.subgraphs &&
           a.backdrops == b.backdrops && a.notes == b.notes && a.layout == b.layout &&
           a.extra == b.extra;
}

std::string write_graph(const Graph& graph) { return written(graph, false); }

Hash128 meaning_hash(const Graph& graph) { return hash_text(written(graph, true)); }

void save_graph(const Graph& graph, const std::filesystem::path& file) {
    const std::string text = write_graph(graph);
    // Compared in canonical form, so that another order of wires or other spaces are no difference.
    const ReadGraph present = load_graph(file);
    if (present.problems.empty() && write_graph(present.graph) == text) return;
    visual::write_file_atomically(file, text);
}

}  // namespace millrace::engine
