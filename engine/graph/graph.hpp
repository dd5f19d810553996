// The document: a graph as a value. Copying it is how to run it, to undo and to diff. Holds what a file says,
// known or not: unknown types, ports and fields are kept and written back. Knows no node type.
#pragma once

#include <array>
#include <compare>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/problem.hpp"
#include "engine/value.hpp"

namespace millrace::engine {

/// "node.port", split at the last dot; a node inside a subgraph is "call/node".
struct Endpoint {
    std::string node, port;
    friend auto operator<=>(const Endpoint&, const Endpoint&) = default;
};
std::string to_text(const Endpoint& endpoint);
/// std::nullopt when there is no dot or a part is empty.
std::optional<Endpoint> endpoint_from(std::string_view text);

enum class OnError { Stop, Skip, Retry };
enum class Policy { Block, DropOldest, LatestOnly };
/// What a run does with a node. Mute: it does not run, nor does who needs an output of it at a required input; at an
/// optional one nothing counts as connected. Bypass: it does not run, and each output carries what the first connected
/// input of the same payload type carries, feedback inputs apart, as if the node were taken out and the wires joined; an
/// output without such an input behaves as muted. On a subgraph call or for-each: all within is muted; or it is bypassed
/// by its ports, the inputs in the order of their names. Freeze: it is not called; for each item it gives what it gave when
/// it was frozen, see engine/run/frozen.hpp. On a subgraph call the nodes that give its outputs are frozen; a for-each
/// can't be.
enum class NodeMode { Normal, Mute, Bypass, Freeze };
/// As documents write it; empty for Normal.
std::string_view to_text(NodeMode mode);

struct GraphNode {
    std::string type;
    int version = 1;
    std::string title = {};     ///< shown instead of the type's; the id is stable over renames
    std::string subgraph = {};  ///< of control.subgraph and control.for_each: a name in Graph::subgraphs
    Object params = {};         ///< only what differs from the default
    OnError on_error = OnError::Stop;
    int retries = 0;            ///< of OnError::Retry
    NodeMode mode = NodeMode::Normal;
    std::string frozen;  ///< of Freeze: the name of the set of kept results; kept without a meaning otherwise
    Object extra = {};          ///< unknown fields, and a "mode" that is not known
    friend bool operator==(const GraphNode&, const GraphNode&) = default;
};

struct Wire {
    Endpoint from, to;
    std::optional<int> capacity = {};  ///< packets that may wait; the planner chooses when unset
    Policy policy = Policy::Block;
    Object extra = {};
    friend bool operator==(const Wire&, const Wire&) = default;
};

/// A parameter shown at the outside under a name of its own.
struct Promoted {
    std::string of;  ///< "node.param"; the node may be a subgraph call whose parameter is itself promoted
    std::string label = {};
    Object extra = {};
    friend bool operator==(const Promoted&, const Promoted&) = default;
};

struct Backdrop {
    std::string title, color = {};
    std::array<double, 4> rect = {};  ///< x y width height
    Object extra = {};
    friend bool operator==(const Backdrop&, const Backdrop&) = default;
};

struct Note {
    std::string text;
    std::array<double, 4> rect = {};
    Object extra = {};
    friend bool operator==(const Note&, const Note&) = default;
};

struct Subgraph;

struct Graph {
    Object meta;                                  ///< title, about, …
    Value required = {};                          ///< the section "requires"
    std::map<std::string, Promoted> parameters;
    std::map<std::string, GraphNode> nodes;       ///< by id
    std::vector<Wire> wires;                      ///< sorted by (to, from) when written
    std::map<std::string, Subgraph> subgraphs;    ///< by name; visible to this graph and everything nested in it
    std::map<std::string, Backdrop> backdrops;
    std::map<std::string, Note> notes;
    std::map<std::string, std::array<double, 2>> layout;
    Object extra;                                 ///< unknown sections

    friend bool operator==(const Graph&, const Graph&);
};

struct Subgraph {
    std::map<std::string, std::vector<Endpoint>> inputs;  ///< outer port name to inner input ports
    std::map<std::string, Endpoint> outputs;              ///< outer port name to inner output port
    Graph graph;
    friend bool operator==(const Subgraph&, const Subgraph&) = default;
};

/// What reading gave: the graph as far as it could be understood, and every problem found.
struct ReadGraph {
    Graph graph;
    std::vector<Problem> problems;
};

inline constexpr std::string_view kSchema = "millrace/1";

/// Reads a document. Never throws for bad content: problems say what (E-JSON-…, E-GRAPH-0xx).
ReadGraph read_graph(std::string_view text, std::string_view name);
/// Reads a file; E-FILE-001 when it can't be opened.
ReadGraph load_graph(const std::filesystem::path& file);

/// The canonical text: sections in fixed order with the layout last, members sorted, one attribute a line,
/// shortest round-trip numbers, newline at the end.
std::string write_graph(const Graph& graph);

/// Writes atomically (temporary file, fsync, rename). A file that already says the same is left untouched, so an
/// unchanged document keeps its bytes however it was formatted. Throws Error (E-FILE-00x).
void save_graph(const Graph& graph, const std::filesystem::path& file);

/// Replaces every subgraph call and for-each by its content, to any depth; inner nodes become "call/node".
/// A for-each becomes control.split ("call/split", list in "items", elements out "item") and one control.collect per
/// output ("call/collect_NAME", in "item", out "items"). Values of promoted parameters are applied. Unknown
/// subgraphs, ports and promoted names, one id twice and a subgraph in itself are reported (E-GRAPH-006, 02x).
/// Within a muted call every node is muted; the content of a bypassed one stays and is told by its ports.
struct Expanded {
    struct Ports {
        std::map<std::string, std::vector<Endpoint>> inputs;  ///< outer port name to inner input ports
        std::map<std::string, Endpoint> outputs;              ///< outer port name to inner output port
    };
    Graph graph;                            ///< without subgraphs; calls that can't be expanded stay
    std::map<std::string, Ports> bypassed;  ///< calls of NodeMode::Bypass, by their whole id
    std::set<std::string> muted;            ///< calls of NodeMode::Mute
    std::vector<Problem> problems;
};
Expanded expand(const Graph& graph);

/// Sets `path` ("node.param", "call/node.param", or the name of a promoted parameter) in the graph, through
/// subgraph calls. Problem E-PARAM-010 names the nearest path when there is none.
std::optional<Problem> set_parameter(Graph& graph, std::string_view path, Value value);

enum class DiffKind { Added, Removed, Changed };
struct Difference {
    DiffKind kind;
    std::string where;  ///< "nodes.project.params.camera", "wires.a.x -> b.y", …
    Value before, after;
};
/// Differences in meaning: not in layout, backdrops, notes, titles, labels, meta, order and formatting.
std::vector<Difference> diff(const Graph& before, const Graph& after);

/// Hash of the meaning: equal exactly when diff() finds no difference.
struct Hash128 meaning_hash(const Graph& graph);

/// The nearest of `candidates` to a misspelt `word` (Damerau-Levenshtein, at most a third of its length), or empty.
std::string nearest_of(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace millrace::engine
