// Expanding subgraphs: the same results and the same keys as the content written out, to any depth.
#include <gtest/gtest.h>

#include <algorithm>

#include "engine/run/cache.hpp"
#include "tests/engine/support.hpp"

namespace millrace::engine::testing {
namespace {

using Codes = std::vector<std::string>;

Codes codes_of(const std::vector<Problem>& problems) {
    Codes codes;
    for (const Problem& problem : problems) codes.push_back(problem.code);
    return codes;
}

GraphNode call_of(const std::string& subgraph) {
    GraphNode node;
    node.type = "control.subgraph";
    node.subgraph = subgraph;
    return node;
}

GraphNode node_of(const std::string& type, Object params = {}) {
    GraphNode node;
    node.type = type;
    node.params = std::move(params);
    return node;
}

/// counter -> call -> random, where each of `depth` levels adds one and declares the next inside of
/// itself. Every level promotes "amount" of the innermost one.
Graph nested(int depth) {
    Subgraph inner;
    for (int level = depth; level > 0; --level) {
        Subgraph subgraph;
        subgraph.graph.nodes["add"] = node_of("test.heavy_add");
        subgraph.inputs["in"] = {{"add", "value"}};
        subgraph.outputs["out"] = {"add", "value"};
        subgraph.graph.parameters["amount"].of = "add.amount";
        if (level < depth) {
            subgraph.graph.nodes["deeper"] = call_of("deeper");
            subgraph.graph.subgraphs["deeper"] = std::move(inner);
            subgraph.graph.wires.push_back({{"add", "value"}, {"deeper", "in"}});
            subgraph.outputs["out"] = {"deeper", "out"};
            subgraph.graph.parameters["amount"].of = "deeper.amount";
        }
        inner = std::move(subgraph);
    }
    Graph graph;
    graph.nodes["n"] = node_of("control.counter", {{"items", 5}});
    graph.nodes["call"] = call_of("deeper");
    graph.nodes["end"] = node_of("test.random");
    graph.subgraphs["deeper"] = std::move(inner);
    graph.wires = {{{"n", "value"}, {"call", "in"}}, {{"call", "out"}, {"end", "value"}}};
    return graph;
}

Graph written_and_read(const Graph& graph) {
    ReadGraph read = read_graph(write_graph(graph), "test");
    EXPECT_TRUE(read.problems.empty()) << problems_text(read.problems);
    return std::move(read.graph);
}

TEST(Expand, FiftyLevelsGiveTheResultsAndKeysOfTheFlatGraph) {
    constexpr int kDepth = 50;
    Graph graph = nested(kDepth);
    ASSERT_FALSE(set_parameter(graph, "call.amount", 1000.0));
    graph = written_and_read(graph);
    const Expanded expanded = expand(graph);
    ASSERT_TRUE(expanded.problems.empty()) << problems_text(expanded.problems);
    const Graph flat = written_and_read(expanded.graph);
    EXPECT_EQ(flat.nodes.size(), kDepth + 2u);
    EXPECT_TRUE(flat.subgraphs.empty());
    EXPECT_TRUE(expand(flat).problems.empty());

    const TemporaryFolder folder;
    CacheStore store(folder.path, 1 << 30);
    RunOptions options;
    options.cache = &store;
    Runner runner;
    const RunResult first = runner.run(graph, {"end.value"}, options);
    ASSERT_EQ(first.status, RunStatus::Succeeded) << problems_text(first.problems);
    const auto values = runner.numbers("end.value");
    ASSERT_EQ(values.size(), 5u);
    for (int i = 0; i < 5; ++i) EXPECT_EQ(static_cast<int>(values[i]), i + (kDepth - 1) + 1000);
    const RunResult second = runner.run(flat, {"end.value"}, options);
    EXPECT_EQ(runner.numbers("end.value"), values);
    for (const NodeFigures& node : second.figures.nodes) {
        EXPECT_EQ(node.id == "n" ? 0 : node.executed, 0u) << node.id << ": " << node.cache_note;
    }
    std::string deepest = "call";
    for (int level = 1; level < kDepth; ++level) deepest += "/deeper";
    EXPECT_EQ(flat.nodes.at(deepest + "/add").params.at("amount"), Value(1000.0));
}

TEST(Expand, LevelsHaveALimit) {
    EXPECT_TRUE(expand(nested(64)).problems.empty());
    EXPECT_EQ(codes_of(expand(nested(65)).problems), (Codes{"E-GRAPH-020"}));
}

TEST(Expand, ASubgraphInItselfIsReportedOnce) {
    Graph graph;
    graph.nodes["call"] = call_of("a");
    graph.subgraphs["a"].graph.nodes["x"] = call_of("b");
    graph.subgraphs["b"].graph.nodes["y"] = call_of("a");
    const Expanded expanded = expand(graph);
    ASSERT_EQ(codes_of(expanded.problems), (Codes{"E-GRAPH-020"}));
    EXPECT_EQ(expanded.problems[0].found, "a -> b -> a");
    EXPECT_EQ(expanded.problems[0].where, "call/x/y");
}

TEST(Expand, ANameInsideHidesTheOneOutside) {
    // "a" outside calls "a" inside, which is another subgraph; "b" is called from there and sees
    // its own surroundings.
    const Graph graph = graph_of(
        R"({"n": {"type": "control.counter", "params": {"items": 1}}, "call": {"type": "control.subgraph", "subgraph": "a"}})",
        {{"n.value", "call.in"}}, R"({
        "a": {"inputs": {"in": ["x.in"]}, "outputs": {"out": "y.out"},
              "nodes": {"x": {"type": "control.subgraph", "subgraph": "a"}, "y": {"type": "control.subgraph", "subgraph": "b"}},
              "wires": [{"from": "x.out", "to": "y.in"}],
              "subgraphs": {"a": {"inputs": {"in": ["n.value"]}, "outputs": {"out": "n.value"},
                                  "nodes": {"n": {"type": "test.add", "params": {"amount": 10}}}},
                            "c": {"inputs": {"in": ["n.value"]}, "outputs": {"out": "n.value"},
                                  "nodes": {"n": {"type": "test.add", "params": {"amount": 20}}}}}},
        "b": {"inputs": {"in": ["z.in"]}, "outputs": {"out": "z.out"}, "nodes": {"z": {"type": "control.subgraph", "subgraph": "c"}}},
        "c": {"inputs": {"in": ["n.value"]}, "outputs": {"out": "n.value"},
              "nodes": {"n": {"type": "test.add", "params": {"amount": 30}}}}})");
    Runner runner;
    runner.run(graph, {"call/y/z/n.value"});
    EXPECT_EQ(runner.numbers("call/y/z/n.value"), (std::vector<double>{40}));
}

TEST(Expand, ErrorPoliciesGoInwards) {
    Graph graph = nested(3);
    graph.nodes["call"].on_error = OnError::Retry;
    graph.nodes["call"].retries = 3;
    graph.subgraphs["deeper"].graph.nodes["add"].on_error = OnError::Skip;
    const Expanded expanded = expand(graph);
    EXPECT_EQ(expanded.graph.nodes.at("call/add").on_error, OnError::Skip);
    EXPECT_EQ(expanded.graph.nodes.at("call/deeper/deeper/add").on_error, OnError::Retry);
    EXPECT_EQ(expanded.graph.nodes.at("call/deeper/deeper/add").retries, 3);
    EXPECT_EQ(expanded.graph.nodes.at("end").on_error, OnError::Stop);
}

TEST(Expand, TwoNodesOfOneIdAreReported) {
    Graph graph = nested(1);
    graph.nodes["call/add"] = node_of("test.add");
    const Expanded expanded = expand(graph);
    ASSERT_EQ(codes_of(expanded.problems), (Codes{"E-GRAPH-024"}));
    EXPECT_EQ(expanded.problems[0].where, "call/add");

    Graph loop = graph_of(
        R"({"each": {"type": "control.for_each", "subgraph": "s"}})", {},
        R"({"s": {"inputs": {"item": ["split.value"]}, "outputs": {"o": "split.value"}, "nodes": {"split": {"type": "test.add"}}}})");
    EXPECT_EQ(codes_of(expand(loop).problems), (Codes{"E-GRAPH-024"}));
}

TEST(Expand, WrongPortsAndNamesAreReportedWhereTheyStand) {
    const Graph graph = graph_of(
        R"({"n": {"type": "control.counter"}, "a": {"type": "control.subgraph", "subgraph": "s"},
        "b": {"type": "control.subgraph", "subgraph": "S"}, "c": {"type": "test.add"}, "d": {"type": "test.add"}})",
        {{"n.value", "a.inn"}, {"a.outt", "c.value"}, {"n.value", "b.in"}, {"b.out", "d.value"}},
        R"({"s": {"inputs": {"in": ["x.value"]}, "outputs": {"out": "x.value"}, "nodes": {"x": {"type": "test.add"}}}})");
    Runner runner;
    const Plan plan = make_plan(graph, runner.registry, {});
    // The subgraph's own input has no wire indeed; nothing else follows from the three slips.
    EXPECT_EQ(codes_of(plan.problems),
              (Codes{"E-GRAPH-021", "E-GRAPH-022", "E-GRAPH-022", "E-PLAN-005"}))
        << problems_text(plan.problems);
    EXPECT_EQ(plan.problems.back().where, "a/x.value");
    const Graph inner = graph_of(
        R"({"n": {"type": "control.counter"}, "a": {"type": "control.subgraph", "subgraph": "s"}, "c": {"type": "test.add"}})",
        {{"n.value", "a.in"}, {"a.out", "c.value"}},
        R"({"s": {"inputs": {"in": ["x.value", "y.in"]}, "outputs": {"out": "y.ot"},
            "nodes": {"x": {"type": "test.add"}, "y": {"type": "control.subgraph", "subgraph": "t"}}},
            "t": {"inputs": {"i": ["z.value"]}, "outputs": {"o": "z.value"}, "nodes": {"z": {"type": "control.counter"}}}})");
    const Plan second = make_plan(inner, runner.registry, {});
    EXPECT_EQ(codes_of(second.problems), (Codes{"E-GRAPH-022", "E-GRAPH-022"}))
        << problems_text(second.problems);
    EXPECT_EQ(second.problems[0].where, "a/y");
}

TEST(Expand, ExponentialGrowthIsStopped) {
    // Thirty levels that call the next one ten times: 10^30 nodes, or none at all, or so many
    // wires.
    for (const bool with_nodes : {true, false}) {
        Graph graph;
        graph.nodes["call"] = call_of("s0");
        for (int level = 0; level < 30; ++level) {
            Subgraph& subgraph = graph.subgraphs["s" + std::to_string(level)];
            for (int i = 0; level < 29 && i < 10; ++i)
                subgraph.graph.nodes["c" + std::to_string(i)] =
                    call_of("s" + std::to_string(level + 1));
            if (with_nodes) subgraph.graph.nodes["n"] = node_of("control.counter");
        }
        EXPECT_EQ(codes_of(expand(graph).problems), (Codes{"E-GRAPH-025"}));
    }
    Graph wires;
    wires.nodes["n"] = node_of("control.counter");
    wires.nodes["call"] = call_of("s0");
    wires.wires = {{{"n", "value"}, {"call", "in"}}};
    for (int level = 0; level < 30; ++level) {
        Subgraph& subgraph = wires.subgraphs["s" + std::to_string(level)];
        if (level < 29)
            subgraph.graph.nodes["c"] = call_of("s" + std::to_string(level + 1));
        else
            subgraph.graph.nodes["c"] = node_of("test.add");
        subgraph.inputs["in"].assign(10, {"c", level < 29 ? "in" : "value"});
    }
    EXPECT_EQ(codes_of(expand(wires).problems), (Codes{"E-GRAPH-025"}));
    // A large parameter in something called often counts as what it is.
    Graph large;
    large.subgraphs["s"].graph.nodes["n"] =
        node_of("control.text", {{"text", std::string(1 << 20, 'x')}});
    for (int i = 0; i < 1000; ++i) large.nodes["c" + std::to_string(i)] = call_of("s");
    EXPECT_EQ(codes_of(expand(large).problems), (Codes{"E-GRAPH-025"}));
}

}  // namespace
}  // namespace millrace::engine::testing
