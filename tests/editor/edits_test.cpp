// Changes of graphs without a window.
#include "editor/document/edits.hpp"

#include <gtest/gtest.h>

#include "engine/problem.hpp"

namespace millrace::editor {
namespace {

TEST(Edits, IdsAreMadeFree) {
    engine::Graph graph;
    EXPECT_EQ(add_node(graph, "points.crop", 1, {0, 0}), "crop");
    EXPECT_EQ(add_node(graph, "points.crop", 1, {0, 0}), "crop_2");
    EXPECT_EQ(free_id(graph, "crop_2"), "crop_3");
    EXPECT_EQ(free_id(graph, "other"), "other");
}

TEST(Edits, AnInputTakesOneWire) {
    engine::Graph graph;
    connect(graph, {"a", "o"}, {"c", "i"});
    graph.wires[0].capacity = 7;
    connect(graph, {"b", "o"}, {"c", "i"});
    ASSERT_EQ(graph.wires.size(), 1U);
    EXPECT_EQ(graph.wires[0].from.node, "b");
    EXPECT_EQ(graph.wires[0].capacity, 7);
    disconnect(graph, {"b", "o"}, {"c", "i"});
    EXPECT_TRUE(graph.wires.empty());
}

TEST(Edits, WaysAreFound) {
    engine::Graph graph;
    connect(graph, {"a", "o"}, {"b", "i"});
    connect(graph, {"b", "o"}, {"c", "i"});
    EXPECT_TRUE(leads_to(graph, "a", "c"));
    EXPECT_TRUE(leads_to(graph, "a", "a"));
    EXPECT_FALSE(leads_to(graph, "c", "a"));
}

TEST(Edits, ARemovedNodeLeavesNothingBehind) {
    engine::Graph graph;
    add_node(graph, "t.a", 1, {0, 0});
    add_node(graph, "t.b", 1, {0, 0});
    connect(graph, {"a", "o"}, {"b", "i"});
    graph.parameters["p"].of = "a.k";
    graph.parameters["q"].of = "b.k";
    remove_nodes(graph, {"a"});
    EXPECT_EQ(graph.nodes.size(), 1U);
    EXPECT_TRUE(graph.wires.empty());
    EXPECT_FALSE(graph.layout.contains("a"));
    EXPECT_EQ(graph.parameters.size(), 1U);
}

TEST(Edits, DefaultsAreNotWritten) {
    engine::Graph graph;
    add_node(graph, "t.a", 1, {0, 0});
    set_param(graph, "a", "k", 3, 1);
    EXPECT_EQ(graph.nodes["a"].params.at("k"), engine::Value(3));
    set_param(graph, "a", "k", 1, 1);
    EXPECT_TRUE(graph.nodes["a"].params.empty());
    set_param(graph, "missing", "k", 3, 1);
    EXPECT_EQ(graph.nodes.size(), 1U);
}

TEST(Edits, CopiesGetNewIdsAndKeepTheirWires) {
    engine::Graph graph;
    add_node(graph, "t.a", 1, {0, 0});
    add_node(graph, "t.b", 1, {100, 0});
    add_node(graph, "t.c", 1, {200, 0});
    connect(graph, {"a", "o"}, {"b", "i"});
    connect(graph, {"b", "o"}, {"c", "i"});
    const std::string text = copy_nodes(graph, {"b", "c"});
    const auto plain = paste_nodes(graph, text, {10, 20});
    EXPECT_EQ(plain, (std::vector<std::string>{"b_2", "c_2"}));
    EXPECT_EQ(graph.wires.size(), 3U);
    EXPECT_EQ(graph.wires.back().from.node, "b_2");
    EXPECT_EQ(graph.layout.at("b_2"), (std::array<double, 2>{110, 20}));
    const auto kept = paste_nodes(graph, text, {10, 20}, true);
    ASSERT_EQ(kept.size(), 2U);
    EXPECT_EQ(graph.wires.size(), 5U);
    EXPECT_EQ(graph.wires.back().from.node, "a");
    EXPECT_EQ(graph.wires.back().to.node, kept[0]);
    EXPECT_THROW(paste_nodes(graph, "no graph", {0, 0}), engine::Error);
}

}  // namespace
}  // namespace millrace::editor
