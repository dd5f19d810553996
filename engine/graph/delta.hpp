// What turns one document into another, and back: what an undo step keeps. Holds the parts that
// differ alone, so that thousands of steps over a large document stay small. A value.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/graph/graph.hpp"

namespace millrace::engine {

class GraphDelta {
public:
    static GraphDelta between(const Graph& before, const Graph& after);

    /// `graph` must be what the other side of the delta was: before for apply(), after for
    /// revert(). Both give the very value the other document had, order of wires included.
    void apply(Graph& graph) const { change(graph, false); }
    void revert(Graph& graph) const { change(graph, true); }

    bool empty() const;
    /// Whether nothing but places, backdrops and notes differ.
    bool is_layout_only() const;

private:
    template <class T>
    struct Entry {
        std::string key;
        std::optional<T> before, after;
    };
    template <class T>
    using Entries = std::vector<Entry<T>>;
    struct PlacedWire {
        std::size_t place = 0;
        Wire wire;
    };
    struct Nested {
        std::string name;
        std::shared_ptr<const GraphDelta> graph;
        std::pair<std::map<std::string, std::vector<Endpoint>>, std::map<std::string, Endpoint>>
            ports_before, ports_after;
    };
    template <class T>
    using Both = std::optional<std::pair<T, T>>;

    void change(Graph& graph, bool back) const;
    void compare_wires(const std::vector<Wire>& before, const std::vector<Wire>& after);
    void compare_subgraphs(const Graph& before, const Graph& after);

    Both<Object> meta_, extra_;
    Both<Value> required_;
    Entries<Promoted> parameters_;
    Entries<GraphNode> nodes_;
    Entries<Backdrop> backdrops_;
    Entries<Note> notes_;
    Entries<std::array<double, 2>> layout_;
    Entries<Subgraph> subgraphs_;              ///< added and removed ones
    std::vector<Nested> nested_;               ///< those that are in both and differ
    std::vector<PlacedWire> removed_, added_;  ///< rising places, in the old and in the new list
};

}  // namespace millrace::engine
