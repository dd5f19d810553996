// What undo keeps: from one document to another and back, to the same value.
#include "engine/graph/delta.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "engine/random.hpp"

namespace millrace::engine {
namespace {

Graph small() {
    Graph graph;
    graph.meta["title"] = "a";
    for (const char* id : {"a", "b", "c"}) {
        graph.nodes[id] = {.type = "test.node"};
        graph.layout[id] = {0, 0};
    }
    graph.wires = {{.from = {"a", "out"}, .to = {"b", "in"}},
                   {.from = {"b", "out"}, .to = {"c", "in"}}};
    graph.subgraphs["inner"].graph.nodes["x"] = {.type = "test.node"};
    return graph;
}

void expect_both_ways(const Graph& before, const Graph& after) {
    const GraphDelta delta = GraphDelta::between(before, after);
    Graph graph = before;
    delta.apply(graph);
    EXPECT_EQ(graph, after);
    EXPECT_EQ(write_graph(graph), write_graph(after));
    delta.revert(graph);
    EXPECT_EQ(graph, before);
    EXPECT_EQ(delta.empty(), before == after);
}

TEST(GraphDelta, NothingDiffers) { expect_both_ways(small(), small()); }

TEST(GraphDelta, EveryPartGoesBothWays) {
    const Graph before = small();
    const auto with = [&](auto change) {
        Graph after = before;
        change(after);
        SCOPED_TRACE(write_graph(after));
        expect_both_ways(before, after);
        expect_both_ways(after, before);
        return GraphDelta::between(before, after);
    };
    EXPECT_TRUE(with([](Graph& g) { g.layout["a"] = {3, 4}; }).is_layout_only());
    EXPECT_TRUE(with([](Graph& g) { g.notes["n"].text = "hello"; }).is_layout_only());
    EXPECT_TRUE(with([](Graph& g) { g.backdrops["n"].title = "hello"; }).is_layout_only());
    EXPECT_TRUE(with([](Graph& g) {
                    g.subgraphs["inner"].graph.layout["x"] = {1, 1};
                }).is_layout_only());
    EXPECT_FALSE(with([](Graph& g) { g.nodes["a"].params["k"] = 3; }).is_layout_only());
    EXPECT_FALSE(with([](Graph& g) { g.nodes.erase("a"); }).is_layout_only());
    EXPECT_FALSE(with([](Graph& g) { g.meta["about"] = "x"; }).is_layout_only());
    EXPECT_FALSE(with([](Graph& g) { g.required["plugins"] = "x"; }).is_layout_only());
    EXPECT_FALSE(with([](Graph& g) { g.parameters["p"].of = "a.k"; }).is_layout_only());
    EXPECT_FALSE(with([](Graph& g) { g.subgraphs.erase("inner"); }).is_layout_only());
    EXPECT_FALSE(with([](Graph& g) {
                     g.subgraphs["inner"].outputs["o"] = {"x", "out"};
                 }).is_layout_only());
    EXPECT_FALSE(
        with([](Graph& g) { g.subgraphs["inner"].graph.nodes.erase("x"); }).is_layout_only());
    EXPECT_FALSE(with([](Graph& g) { g.wires.erase(g.wires.begin()); }).is_layout_only());
    EXPECT_FALSE(with([](Graph& g) { std::ranges::reverse(g.wires); }).is_layout_only());
    EXPECT_FALSE(with([](Graph& g) { g.wires[0].capacity = 4; }).is_layout_only());
    EXPECT_FALSE(with([](Graph& g) { g.wires.push_back(g.wires[0]); }).is_layout_only());
}

/// Wires are kept in their order, wherever some go and others come.
TEST(GraphDelta, AnyChangeOfWiresGoesBothWays) {
    Random random(7, "wires", 0);
    for (int round = 0; round < 400; ++round) {
        Graph before, after;
        for (Graph* graph : {&before, &after}) {
            const int count = static_cast<int>(random.uniform(0, 9));
            for (int i = 0; i < count; ++i) {
                const auto name = [&] {
                    return std::string(
                        1, static_cast<char>('a' + static_cast<int>(random.uniform(0, 4))));
                };
                graph->wires.push_back({.from = {name(), "o"}, .to = {name(), "i"}});
            }
        }
        expect_both_ways(before, after);
        if (HasFailure()) return;
    }
}

}  // namespace
}  // namespace millrace::engine
