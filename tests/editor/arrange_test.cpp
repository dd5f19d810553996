// Places of nodes, wires that are healed, dots on wires: on values alone.
#include "editor/document/arrange.hpp"

#include <gtest/gtest.h>

#include "editor/document/document.hpp"
#include "editor/document/edits.hpp"
#include "editor/document/wiring.hpp"
#include "engine/graph/bends.hpp"
#include "engine/hash.hpp"

namespace millrace::editor {
namespace {

/// a to b to c to d, and a to d; every node with ports "in", "in2" and "out".
engine::Graph chain() {
    engine::Graph graph;
    for (const char* id : {"a", "b", "c", "d"}) {
        graph.nodes[id] = {.type = "x.y"};
        graph.layout[id] = {500, 300};  // all in one heap
    }
    connect(graph, {"a", "out"}, {"b", "in"});
    connect(graph, {"b", "out"}, {"c", "in"});
    connect(graph, {"c", "out"}, {"d", "in"});
    connect(graph, {"a", "out"}, {"d", "in2"});
    return graph;
}

NodeBoxes boxes_of(const engine::Graph& graph, double width = 190, double height = 100) {
    NodeBoxes boxes;
    for (const auto& [id, node] : graph.nodes) {
        const auto& [x, y] = graph.layout.at(id);
        boxes[id] = {x, y, width, height, {{"in", 50}, {"in2", 72}}, {{"out", 50}}};
    }
    return boxes;
}

std::vector<std::string> ids_of(const engine::Graph& graph) {
    std::vector<std::string> ids;
    for (const auto& [id, node] : graph.nodes) ids.push_back(id);
    return ids;
}

bool overlap(const NodeBox& a, const NodeBox& b) {
    return a.left < b.left + b.width && b.left < a.left + a.width && a.top < b.top + b.height &&
           b.top < a.top + a.height;
}

const MayJoin kAnything = [](const engine::Graph& graph, const engine::Endpoint& from,
                             const engine::Endpoint& to) {
    return !leads_to(graph, to.node, from.node);
};

TEST(AutoLayout, ColumnsFollowTheWiresAndAChainIsStraight) {
    engine::Graph graph = chain();
    auto_layout(graph, ids_of(graph), boxes_of(graph), {});
    for (const auto& [left, right] : {std::pair{"a", "b"}, {"b", "c"}, {"c", "d"}}) {
        EXPECT_GE(graph.layout.at(right)[0], graph.layout.at(left)[0] + 190 + 60);
        EXPECT_NEAR(graph.layout.at(right)[1], graph.layout.at(left)[1], 12);
    }
    // The upper left corner of them all stays.
    EXPECT_EQ(graph.layout.at("a")[0], 500);
    const NodeBoxes after = boxes_of(graph);
    for (const auto& [one, box] : after)
        for (const auto& [other, another] : after)
            EXPECT_TRUE(one == other || !overlap(box, another)) << one << " " << other;
}

TEST(AutoLayout, AWirePastOtherNodesIsLedRoundThem) {
    engine::Graph graph = chain();
    auto_layout(graph, ids_of(graph), boxes_of(graph), {});
    // a to d lies in the way of b and c; the others need no dots.
    const engine::Bends dots = bends_of(graph, graph.wires[3]);
    ASSERT_GE(dots.size(), 2U);
    EXPECT_EQ(all_bends(graph).size(), 1U);
    for (const auto& [x, y] : dots) {
        for (const auto& [id, box] : boxes_of(graph)) {
            const bool within =
                x > box.left && x < box.left + box.width && y > box.top && y < box.top + box.height;
            EXPECT_FALSE(within) << id << " at " << x << ", " << y;
        }
    }
    // Laid out again it is the same, and dots that are not needed any more go.
    const auto before = graph.layout;
    auto_layout(graph, ids_of(graph), boxes_of(graph), {});
    EXPECT_EQ(graph.layout, before);
    const engine::Wire wire = graph.wires[3];
    remove_nodes(graph, {"b", "c"});
    auto_layout(graph, ids_of(graph), boxes_of(graph), {});
    EXPECT_TRUE(bends_of(graph, wire).empty());
}

TEST(AutoLayout, AFeedbackWireLeadsBack) {
    engine::Graph graph = chain();
    connect(graph, {"d", "out"}, {"b", "in2"});
    auto_layout(graph, ids_of(graph), boxes_of(graph), {{"b", "in2"}});
    EXPECT_LT(graph.layout.at("b")[0], graph.layout.at("c")[0]);
    EXPECT_LT(graph.layout.at("c")[0], graph.layout.at("d")[0]);
}

TEST(AutoLayout, OnlyWhatIsWantedMoves) {
    engine::Graph graph = chain();
    graph.layout["c"] = {-300, 40};
    auto_layout(graph, {"a", "b"}, boxes_of(graph), {});
    EXPECT_EQ(graph.layout.at("c"), (std::array<double, 2>{-300, 40}));
    EXPECT_EQ(graph.layout.at("d"), (std::array<double, 2>{500, 300}));
    EXPECT_GT(graph.layout.at("b")[0], graph.layout.at("a")[0] + 190);
}

TEST(AutoLayout, ABackdropStaysRoundItsNodesAndOthersStayOffIt) {
    engine::Graph graph = chain();
    graph.layout = {{"a", {0, 0}}, {"b", {300, 0}}, {"c", {300, 200}}, {"d", {900, 0}}};
    graph.backdrops["frame"] = {.title = "Middle", .rect = {260, -60, 280, 400}};
    graph.notes["note"] = {.text = "on it", .rect = {270, -50, 40, 20}};
    auto_layout(graph, ids_of(graph), boxes_of(graph), {});
    const auto& frame = graph.backdrops.at("frame").rect;
    for (const auto& [id, box] : boxes_of(graph)) {
        const bool inside = box.left >= frame[0] && box.top >= frame[1] &&
                            box.left + box.width <= frame[0] + frame[2] &&
                            box.top + box.height <= frame[1] + frame[3];
        const bool apart = !overlap(box, {frame[0], frame[1], frame[2], frame[3], {}, {}});
        EXPECT_TRUE(id == "b" || id == "c" ? inside : apart) << id;
    }
    EXPECT_EQ(graph.notes.at("note").rect[0], frame[0] + 10);
    EXPECT_EQ(graph.notes.at("note").rect[1], frame[1] + 10);
}

TEST(AutoLayout, LargeGraphsAndNoneAreQuick) {
    engine::Graph graph;
    auto_layout(graph, {}, {}, {});
    EXPECT_EQ(graph, engine::Graph());
    for (int i = 0; i < 600; ++i) {
        const std::string id = "n" + std::to_string(i);
        graph.nodes[id] = {.type = "x.y"};
        graph.layout[id] = {0, 0};
        if (i > 2) connect(graph, {"n" + std::to_string(i / 3), "out"}, {id, "in"});
        if (i > 9) connect(graph, {"n" + std::to_string(i - 7), "out"}, {id, "in2"});
    }
    auto_layout(graph, ids_of(graph), boxes_of(graph), {});
    for (const engine::Wire& wire : graph.wires)
        EXPECT_LT(graph.layout.at(wire.from.node)[0], graph.layout.at(wire.to.node)[0]);
}

TEST(Align, EdgesAndCentres) {
    engine::Graph graph = chain();
    graph.layout = {{"a", {0, 10}}, {"b", {300, 50}}, {"c", {70, 200}}, {"d", {900, 900}}};
    NodeBoxes boxes = boxes_of(graph);
    boxes["b"].width = 250;
    const std::vector<std::string> ids = {"a", "b", "c"};
    engine::Graph left = graph, right = graph, row = graph;
    align(left, ids, boxes, Alignment::Left);
    EXPECT_EQ(left.layout.at("b"), (std::array<double, 2>{0, 50}));
    EXPECT_EQ(left.layout.at("d"), graph.layout.at("d"));
    align(right, ids, boxes, Alignment::Right);
    EXPECT_EQ(right.layout.at("b")[0], 300);
    EXPECT_EQ(right.layout.at("c")[0], 360);
    align(row, ids, boxes, Alignment::Row);
    for (const std::string& id : ids) EXPECT_EQ(row.layout.at(id)[1], 105);
}

TEST(Align, GapsBecomeEqualAndTheOutermostStay) {
    engine::Graph graph = chain();
    graph.layout = {{"a", {0, 0}}, {"b", {210, 50}}, {"c", {700, 200}}, {"d", {990, 900}}};
    distribute(graph, ids_of(graph), boxes_of(graph), Direction::Across);
    EXPECT_EQ(graph.layout.at("a")[0], 0);
    EXPECT_EQ(graph.layout.at("b")[0], 330);
    EXPECT_EQ(graph.layout.at("c")[0], 660);
    EXPECT_EQ(graph.layout.at("d")[0], 990);
    EXPECT_EQ(graph.layout.at("c")[1], 200);
    engine::Graph two = graph;
    distribute(two, {"a", "d"}, boxes_of(graph), Direction::Across);
    EXPECT_EQ(two, graph);
}

TEST(Wiring, ANodeGoesIntoAWire) {
    engine::Graph graph = chain();
    graph.nodes["new"] = {.type = "x.y"};
    graph.wires[1].capacity = 7;  // b to c
    splice(graph, graph.wires[1], "new", "in", "out");
    EXPECT_EQ(graph.wires.size(), 5U);
    EXPECT_EQ(graph.wires[1].from, (engine::Endpoint{"new", "out"}));
    EXPECT_EQ(graph.wires[1].capacity, 7);
    EXPECT_EQ(graph.wires[4].from, (engine::Endpoint{"b", "out"}));
    EXPECT_EQ(graph.wires[4].to, (engine::Endpoint{"new", "in"}));
}

TEST(Wiring, RemovedNodesLeaveTheirWiresJoined) {
    engine::Graph graph = chain();
    remove_and_heal(graph, {"b", "c"}, kAnything);
    ASSERT_EQ(graph.wires.size(), 2U);
    EXPECT_EQ(graph.nodes.size(), 2U);
    for (const engine::Wire& wire : graph.wires) {
        EXPECT_EQ(wire.from, (engine::Endpoint{"a", "out"}));
        EXPECT_EQ(wire.to.node, "d");
    }
    engine::Graph other = chain();
    remove_and_heal(other, {"b"}, [](const auto&, const auto&, const auto&) { return false; });
    EXPECT_EQ(other.wires.size(), 2U);
}

TEST(Wiring, NodesAreTakenOffTogether) {
    engine::Graph graph = chain();
    detach(graph, {"b", "c"}, kAnything);
    EXPECT_TRUE(graph.nodes.contains("b"));
    ASSERT_EQ(graph.wires.size(), 3U);
    EXPECT_TRUE(leads_to(graph, "b", "c"));
    EXPECT_FALSE(leads_to(graph, "a", "b"));
    EXPECT_FALSE(leads_to(graph, "c", "d"));
}

TEST(Wiring, WhatLiesBeforeAndBehind) {
    const engine::Graph graph = chain();
    EXPECT_EQ(with_upstream(graph, {"c"}), (std::vector<std::string>{"a", "b", "c"}));
    EXPECT_EQ(with_downstream(graph, {"c"}), (std::vector<std::string>{"c", "d"}));
    EXPECT_TRUE(with_upstream(graph, {}).empty());
}

TEST(Bends, AreLayoutAloneAndKeptInTheFile) {
    engine::Graph graph = chain();
    const engine::Hash128 before = engine::meaning_hash(graph);
    engine::Bends bends;
    for (int i = 0; i < 12; ++i) bends.push_back({i * 10.0, 5});
    set_bends(graph, graph.wires[0], bends);
    EXPECT_EQ(engine::meaning_hash(graph), before);
    const engine::ReadGraph read = engine::read_graph(engine::write_graph(graph), "test");
    EXPECT_TRUE(read.problems.empty());
    EXPECT_EQ(bends_of(read.graph, graph.wires[0]), bends);
    EXPECT_TRUE(bends_of(read.graph, graph.wires[1]).empty());
    EXPECT_EQ(engine::write_graph(read.graph), engine::write_graph(graph));
}

TEST(Bends, GoWithTheirWireAndComeBackWithIt) {
    Document document;
    document.start(chain(), {});
    const engine::Wire wire = document.graph().wires[0];
    bool meaning = true;
    QObject::connect(&document, &Document::changed, [&](bool means) { meaning = means; });
    document.edit_at({}, "dot", [&](engine::Graph& graph) { set_bends(graph, wire, {{1, 2}}); });
    EXPECT_FALSE(meaning);
    document.edit_at({}, "cut",
                     [&](engine::Graph& graph) { disconnect(graph, wire.from, wire.to); });
    EXPECT_TRUE(all_bends(document.graph()).empty());
    document.history().undo();
    EXPECT_EQ(bends_of(document.graph(), wire), (engine::Bends{{1, 2}}));
    document.history().undo();
    EXPECT_EQ(document.graph(), chain());
}

TEST(Bends, OtherEntriesOfTheLayoutAreNoDots) {
    engine::Graph graph = chain();
    graph.layout["a -> b"] = {1, 1};
    graph.layout["q.out -> b.in #0"] = {1, 1};
    graph.layout["q.out -> b.in #x"] = {1, 1};
    const engine::Graph before = graph;
    prune_bends(graph);
    EXPECT_EQ(graph, before);
    EXPECT_TRUE(all_bends(graph).empty());
}

}  // namespace
}  // namespace millrace::editor
