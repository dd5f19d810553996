// Subgraphs are made and dissolved without changing what runs.
#include "editor/document/subgraphs.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "editor/document/edits.hpp"
#include "engine/graph/graph.hpp"

namespace millrace::editor {
namespace {

/// a -> b -> c -> d, a -> c as well.
engine::Graph chain() {
    engine::Graph graph;
    for (const char* id : {"a", "b", "c", "d"}) add_node(graph, std::string("t.") + id, 1, {0, 0});
    connect(graph, {"a", "o"}, {"b", "i"});
    connect(graph, {"a", "o"}, {"c", "j"});
    connect(graph, {"b", "o"}, {"c", "i"});
    connect(graph, {"c", "o"}, {"d", "i"});
    graph.nodes["b"].params["k"] = 7;
    graph.parameters["knob"] = {.of = "b.k", .label = "Knob"};
    return graph;
}

/// Wires of the expanded graph by ids without the names of calls.
std::vector<std::string> flat_wires(const engine::Graph& graph) {
    const engine::Expanded expanded = engine::expand(graph);
    EXPECT_TRUE(expanded.problems.empty());
    std::vector<std::string> wires;
    const auto plain = [](const std::string& id) { return id.substr(id.rfind('/') + 1); };
    for (const engine::Wire& wire : expanded.graph.wires)
        wires.push_back(plain(wire.from.node) + "." + wire.from.port + ">" + plain(wire.to.node) +
                        "." + wire.to.port);
    std::ranges::sort(wires);
    return wires;
}

TEST(Subgraphs, MakingOneKeepsWhatRuns) {
    engine::Graph graph = chain();
    const auto before = flat_wires(graph);
    const std::string call = make_subgraph(graph, {"b", "c", "missing"}, "part");
    EXPECT_EQ(call, "part");
    EXPECT_EQ(graph.nodes.size(), 3U);
    const engine::Subgraph& part = graph.subgraphs.at("part");
    EXPECT_EQ(part.graph.nodes.size(), 2U);
    EXPECT_EQ(part.inputs.size(), 1U) << "one output of a feeds both";
    EXPECT_EQ(part.outputs.size(), 1U);
    EXPECT_EQ(flat_wires(graph), before);
    // A value set from outside still reaches the node.
    EXPECT_FALSE(engine::set_parameter(graph, "knob", 9));
    const engine::Expanded expanded = engine::expand(graph);
    EXPECT_EQ(expanded.graph.nodes.at("part/b").params.at("k"), engine::Value(9));
}

TEST(Subgraphs, DissolvingGivesTheNodesBack) {
    engine::Graph graph = chain();
    const auto before = flat_wires(graph);
    make_subgraph(graph, {"b", "c"}, "part");
    engine::set_parameter(graph, "knob", 9);
    const engine::Subgraph part = graph.subgraphs.at("part");
    const auto ids = dissolve(graph, "part", part);
    EXPECT_EQ(ids, (std::vector<std::string>{"b", "c"}));
    EXPECT_EQ(flat_wires(graph), before);
    EXPECT_TRUE(graph.subgraphs.empty());
    EXPECT_EQ(graph.parameters.at("knob").of, "b.k");
    EXPECT_EQ(graph.nodes.at("b").params.at("k"), engine::Value(9));
}

TEST(Subgraphs, NestedOnesToo) {
    engine::Graph graph = chain();
    const auto before = flat_wires(graph);
    make_subgraph(graph, {"b", "c"}, "inner");
    make_subgraph(graph, {"a", "inner"}, "outer");
    EXPECT_EQ(flat_wires(graph), before);
    const engine::Subgraph outer = graph.subgraphs.at("outer");
    dissolve(graph, "outer", outer);
    EXPECT_EQ(flat_wires(graph), before);
}

TEST(Subgraphs, NothingSelectedMakesNone) {
    engine::Graph graph = chain();
    EXPECT_EQ(make_subgraph(graph, {"missing"}, "part"), "");
    EXPECT_EQ(graph, chain());
}

TEST(Subgraphs, ParametersAreShownOutsideOnce) {
    engine::Graph graph = chain();
    EXPECT_EQ(promote(graph, "b", "k"), "knob");
    EXPECT_EQ(promote(graph, "c", "k"), "k");
    EXPECT_EQ(promote(graph, "d", "k"), "k_2");
    EXPECT_EQ(promoted_name(graph, "d", "k"), "k_2");
    demote(graph, "k");
    EXPECT_EQ(promoted_name(graph, "c", "k"), std::nullopt);
}

}  // namespace
}  // namespace millrace::editor
