// Muted and bypassed nodes: what is planned, what is told, and that it is what a document without
// them gives.
#include <fmt/format.h>

#include "engine/plan/plan.hpp"
#include "engine/run/cache.hpp"
#include "tests/engine/support.hpp"

namespace millrace::engine::testing {
namespace {

class Modes : public ::testing::Test {
protected:
    Plan plan(const Graph& graph, std::vector<std::string> until = {}) {
        return make_plan(graph, runner.registry, {.until = std::move(until)});
    }
    static std::vector<std::string> ids(const Plan& plan) {
        std::vector<std::string> list;
        for (const PlanNode& node : plan.nodes) list.push_back(node.id);
        std::ranges::sort(list);
        return list;
    }
    static std::vector<std::string> told(const Plan& plan) {
        std::vector<std::string> list;
        for (const Problem& problem : plan.problems)
            list.push_back(problem.code + " " + problem.where);
        return list;
    }
    static std::vector<std::string> wires(const Plan& plan) {
        std::vector<std::string> list;
        for (const PlanWire& wire : plan.wires) list.push_back(wire_name(plan, wire));
        std::ranges::sort(list);
        return list;
    }
    using Names = std::vector<std::string>;
    Runner runner;
};

/// n -> a -> b -> c, and s = b + n (+ c).
Graph chain() {
    return graph_of(R"({"n": {"type": "control.counter", "params": {"items": 5}},
        "a": {"type": "test.heavy_add"}, "b": {"type": "test.heavy_add", "params": {"amount": 10}},
        "c": {"type": "test.heavy_add", "params": {"amount": 100}}, "s": {"type": "test.sum"}})",
                    {{"n.value", "a.value"},
                     {"a.value", "b.value"},
                     {"b.value", "c.value"},
                     {"b.value", "s.a"},
                     {"n.value", "s.b"},
                     {"c.value", "s.c"}});
}

TEST_F(Modes, AMutedNodeStopsWhoNeedsItAndSaysSo) {
    Graph graph = chain();
    graph.nodes["a"].mode = NodeMode::Mute;
    const Plan made = plan(graph);
    EXPECT_TRUE(made.ok()) << problems_text(made.problems);
    EXPECT_EQ(ids(made), (Names{"n"}));
    EXPECT_EQ(told(made), (Names{"W-PLAN-020 b", "W-PLAN-020 c", "W-PLAN-020 s"}));
    EXPECT_EQ(made.problems[0].what, "Not run because a is muted");
    ASSERT_EQ(made.idle.size(), 4U);
    EXPECT_EQ(made.idle[0].mode, NodeMode::Mute);
    EXPECT_EQ(made.idle[3].because, "a");
    EXPECT_EQ(made.why_idle("a"), "a is muted");
    EXPECT_EQ(made.why_idle("s"), "s waits for a, which does not run");
    EXPECT_EQ(made.why_idle("n"), "");
}

TEST_F(Modes, AnOptionalInputOfAMutedNodeCountsAsNotConnected) {
    Graph graph = chain();
    graph.nodes["c"].mode = NodeMode::Mute;
    const Plan made = plan(graph);
    EXPECT_EQ(told(made), Names{});
    EXPECT_EQ(ids(made), (Names{"a", "b", "n", "s"}));
    runner.run(graph, {"s.value"});
    EXPECT_EQ(runner.numbers("s.value"), (std::vector<double>{11, 13, 15, 17, 19}));
}

TEST_F(Modes, ABypassedNodeIsAsIfItWereDeletedAndTheWiresJoined) {
    Graph graph = chain();
    graph.nodes["b"].mode = NodeMode::Bypass;
    const Plan made = plan(graph);
    EXPECT_EQ(told(made), Names{});
    EXPECT_EQ(wires(made), (Names{"a.value -> c.value", "a.value -> s.a", "c.value -> s.c",
                                  "n.value -> a.value", "n.value -> s.b"}));
    runner.run(graph, {"s.value"});
    EXPECT_EQ(runner.numbers("s.value"), (std::vector<double>{102, 105, 108, 111, 114}));
}

TEST_F(Modes, ResultsBehindABypassComeFromTheStoreOfTheHealedGraph) {
    const TemporaryFolder folder;
    CacheStore store(folder.path, 1 << 24);
    Graph healed = chain();
    healed.nodes.erase("b");
    healed.wires = graph_of("{}", {{"n.value", "a.value"},
                                   {"a.value", "c.value"},
                                   {"a.value", "s.a"},
                                   {"n.value", "s.b"},
                                   {"c.value", "s.c"}})
                       .wires;
    Graph bypassed = chain();
    bypassed.nodes["b"].mode = NodeMode::Bypass;
    runner.run(healed, {"s.value"}, {.cache = &store});
    const auto values = runner.numbers("s.value");
    ASSERT_EQ(values.size(), 5U);
    const RunResult result = runner.run(bypassed, {"s.value"}, {.cache = &store});
    for (const char* id : {"a", "c", "s"}) {
        EXPECT_EQ(figures_of(result, id).executed, 0U) << id;
        EXPECT_EQ(figures_of(result, id).cached, 5U) << id;
    }
}

TEST_F(Modes, SeveralBypassedNodesInARowArePassedTogether) {
    Graph graph = chain();
    graph.nodes["a"].mode = graph.nodes["b"].mode = graph.nodes["c"].mode = NodeMode::Bypass;
    EXPECT_EQ(wires(plan(graph)), (Names{"n.value -> s.a", "n.value -> s.b", "n.value -> s.c"}));
}

TEST_F(Modes, ABypassPassesOnTheFirstConnectedInputOfTheType) {
    Graph graph = chain();
    graph.nodes["s"].mode = NodeMode::Bypass;
    graph.nodes["end"].type = "test.add";
    graph.wires.push_back({{"s", "value"}, {"end", "value"}});
    EXPECT_TRUE(std::ranges::count(wires(plan(graph)), "b.value -> end.value"));
    std::erase_if(graph.wires, [](const Wire& wire) { return wire.to == Endpoint{"s", "a"}; });
    EXPECT_TRUE(std::ranges::count(wires(plan(graph)), "n.value -> end.value"));
}

TEST_F(Modes, ABypassedOutputWithNothingToPassOnIsTold) {
    Graph graph =
        graph_of(R"({"n": {"type": "control.counter"},
        "b": {"type": "control.batch"}, "l": {"type": "test.list_sum", "mode": "bypass"},
        "end": {"type": "test.add"}})",
                 {{"n.value", "b.item"}, {"b.items", "l.items"}, {"l.value", "end.value"}});
    const Plan made = plan(graph);
    EXPECT_TRUE(made.ok());
    EXPECT_EQ(told(made), (Names{"W-PLAN-021 l.value", "W-PLAN-020 end"}));
    EXPECT_EQ(ids(made), (Names{"b", "n"}));
    EXPECT_EQ(made.problems[0].expected, "a connected input of number/1");
}

TEST_F(Modes, GenericPortsPassOnWhatTheyAreBoundTo) {
    // A batch makes lists of what it gets: no input carries a list, so nothing passes.
    Graph graph =
        graph_of(R"({"n": {"type": "control.counter"}, "b": {"type": "control.batch"},
        "s": {"type": "control.split"}, "end": {"type": "test.add"}})",
                 {{"n.value", "b.item"}, {"b.items", "s.items"}, {"s.item", "end.value"}});
    graph.nodes["b"].mode = NodeMode::Bypass;
    EXPECT_EQ(told(plan(graph)), (Names{"W-PLAN-021 b.items", "W-PLAN-020 end", "W-PLAN-020 s"}));
}

TEST_F(Modes, RingsOfBypassedNodesEndInAWarningAndNotForEver) {
    Graph graph =
        graph_of(R"({"n": {"type": "control.counter"},
        "a": {"type": "test.add", "mode": "bypass"}, "b": {"type": "test.add", "mode": "bypass"},
        "end": {"type": "test.add"}})",
                 {{"a.value", "b.value"}, {"b.value", "a.value"}, {"b.value", "end.value"}});
    const Plan made = plan(graph);
    EXPECT_EQ(told(made), (Names{"W-PLAN-021 b.value", "W-PLAN-020 end"}));
    EXPECT_EQ(ids(made), (Names{"n"}));
}

TEST_F(Modes, RunningUntilWhatDoesNotRunIsAnError) {
    Graph graph = chain();
    graph.nodes["a"].mode = NodeMode::Mute;
    for (const char* id : {"a", "c"}) {
        const Plan made = plan(graph, {id});
        ASSERT_FALSE(made.ok());
        const auto error = std::ranges::find(made.problems, "E-PLAN-019", &Problem::code);
        ASSERT_NE(error, made.problems.end()) << problems_text(made.problems);
        EXPECT_EQ(error->found, "a is muted");
        EXPECT_EQ(error->where, id);
    }
    EXPECT_EQ(ids(plan(graph, {"n"})), (Names{"n"}));
}

TEST_F(Modes, RunningUntilABypassedNodeRunsWhatFeedsIt) {
    Graph graph = chain();
    graph.nodes["b"].mode = NodeMode::Bypass;
    const Plan made = plan(graph, {"b"});
    EXPECT_TRUE(made.ok()) << problems_text(made.problems);
    EXPECT_EQ(ids(made), (Names{"a", "n"}));
}

TEST_F(Modes, AGraphOfNothingButMutedNodesSaysSo) {
    Graph graph = graph_of(R"({"n": {"type": "control.counter", "mode": "mute"}})", {});
    EXPECT_EQ(told(plan(graph)), (Names{"E-PLAN-022 "}));
}

TEST_F(Modes, AMutedNodeMayHaveFaultsAndAnUnknownType) {
    Graph graph = chain();
    graph.nodes["broken"] = {.type = "no.such", .mode = NodeMode::Mute};
    EXPECT_EQ(told(plan(graph)), Names{});
    graph.nodes["broken"].mode = NodeMode::Bypass;
    EXPECT_EQ(told(plan(graph)), (Names{"E-PLAN-001 broken"}));
}

/// A call of "twice" between n and end, which adds to its input twice.
Graph with_call() {
    return graph_of(
        R"({"n": {"type": "control.counter", "params": {"items": 3}},
        "call": {"type": "control.subgraph", "subgraph": "twice"}, "end": {"type": "test.add"}})",
        {{"n.value", "call.in"}, {"call.out", "end.value"}},
        R"({"twice": {"inputs": {"in": "first.value"}, "outputs": {"out": "second.value"},
        "nodes": {"first": {"type": "test.add"}, "second": {"type": "test.add"}},
        "wires": [{"from": "first.value", "to": "second.value"}]}})");
}

TEST_F(Modes, AMutedCallMutesAllWithin) {
    Graph graph = with_call();
    graph.nodes["call"].mode = NodeMode::Mute;
    const Plan made = plan(graph);
    EXPECT_EQ(ids(made), (Names{"n"}));
    EXPECT_EQ(told(made), (Names{"W-PLAN-020 end"}));
    EXPECT_EQ(made.why_idle("call"), "call is muted");
    EXPECT_EQ(told(plan(graph, {"call"})).front(), "E-PLAN-019 call");
}

TEST_F(Modes, ABypassedCallIsPassedByItsPorts) {
    Graph graph = with_call();
    graph.nodes["call"].mode = NodeMode::Bypass;
    const Plan made = plan(graph);
    EXPECT_EQ(told(made), Names{});
    EXPECT_EQ(wires(made), (Names{"n.value -> end.value"}));
    EXPECT_EQ(ids(plan(graph, {"call"})), (Names{"n"}));
    runner.run(graph, {"end.value"});
    EXPECT_EQ(runner.numbers("end.value"), (std::vector<double>{1, 2, 3}));
}

TEST_F(Modes, NodesWithinACallHaveModesOfTheirOwn) {
    Graph graph = with_call();
    graph.subgraphs["twice"].graph.nodes["second"].mode = NodeMode::Bypass;
    runner.run(graph, {"end.value"});
    EXPECT_EQ(runner.numbers("end.value"), (std::vector<double>{2, 3, 4}));
    graph.subgraphs["twice"].graph.nodes["first"].mode = NodeMode::Bypass;
    graph.nodes["call"].mode = NodeMode::Bypass;
    runner.run(graph, {"end.value"});
    EXPECT_EQ(runner.numbers("end.value"), (std::vector<double>{1, 2, 3}));
}

TEST_F(Modes, ABypassedForEachPassesItsListOn) {
    Graph graph =
        graph_of(R"({"n": {"type": "control.counter", "params": {"items": 4}},
        "b": {"type": "control.batch", "params": {"size": 2}},
        "each": {"type": "control.for_each", "subgraph": "one", "mode": "bypass"},
        "l": {"type": "test.list_sum"}})",
                 {{"n.value", "b.item"}, {"b.items", "each.items"}, {"each.out", "l.items"}},
                 R"({"one": {"inputs": {"item": "add.value"}, "outputs": {"out": "add.value"},
        "nodes": {"add": {"type": "test.add"}}, "wires": []}})");
    EXPECT_EQ(wires(plan(graph)), (Names{"b.items -> l.items", "n.value -> b.item"}));
    runner.run(graph, {"l.value"});
    EXPECT_EQ(runner.numbers("l.value"), (std::vector<double>{1, 5}));
}

TEST_F(Modes, DroppingWiresBeforeABypassGoOnDropping) {
    Graph graph = chain();
    graph.nodes["b"].mode = NodeMode::Bypass;
    for (Wire& wire : graph.wires) {
        if (wire.to.node == "b") {
            wire.policy = Policy::LatestOnly;
            wire.capacity = 3;
        }
    }
    const Plan made = plan(graph);
    const auto found = std::ranges::find_if(made.wires, [&](const PlanWire& wire) {
        return wire_name(made, wire) == "a.value -> c.value";
    });
    ASSERT_NE(found, made.wires.end());
    EXPECT_EQ(found->policy, Policy::LatestOnly);
}

TEST_F(Modes, WhatStopsWithinAMutedCallNamesTheCall) {
    Graph graph = with_call();
    graph.nodes["call"].mode = NodeMode::Mute;
    const Plan made = plan(graph);
    ASSERT_EQ(made.problems.size(), 1U);
    EXPECT_EQ(made.problems[0].what, "Not run because call is muted");
    EXPECT_EQ(made.why_idle("end"), "end waits for call, which does not run");
}

TEST_F(Modes, LongChainsOfGenericNodesWithManyWaysAreFollowedOnce) {
    // Each select has two ways back: followed one by one they would be 2^200.
    Graph graph = graph_of(R"({"n": {"type": "control.counter", "params": {"items": 3}},
        "x": {"type": "control.select", "mode": "bypass"}, "end": {"type": "test.add"}})",
                           {});
    std::string before = "n.value";
    for (int i = 0; i < 200; ++i) {
        const std::string id = fmt::format("s{:03}", i);
        graph.nodes[id] = {.type = "control.select"};
        const std::size_t dot = before.find('.');
        const Endpoint from = {before.substr(0, dot), before.substr(dot + 1)};
        graph.wires.push_back({from, {id, "a"}});
        graph.wires.push_back({from, {id, "b"}});
        before = id + ".item";
    }
    graph.wires.push_back({{"s199", "item"}, {"x", "a"}});
    graph.wires.push_back({{"x", "item"}, {"end", "value"}});
    const Plan made = plan(graph);
    EXPECT_EQ(told(made), Names{});
    EXPECT_TRUE(std::ranges::count(wires(made), "s199.item -> end.value"));
}

TEST_F(Modes, LongChainsOfBypassedNodesCostTheirLength) {
    Graph graph = graph_of(R"({"n": {"type": "control.counter", "params": {"items": 3}},
        "end": {"type": "test.add"}})",
                           {});
    Endpoint before = {"n", "value"};
    for (int i = 0; i < 3000; ++i) {
        const std::string id = fmt::format("b{:04}", i);
        graph.nodes[id] = {.type = "test.add", .mode = NodeMode::Bypass};
        graph.wires.push_back({before, {id, "value"}});
        before = {id, "value"};
    }
    graph.wires.push_back({before, {"end", "value"}});
    EXPECT_EQ(wires(plan(graph)), (Names{"n.value -> end.value"}));
}

TEST_F(Modes, ABypassedLoopPassesTheItemAndNotWhatComesBack) {
    Graph graph = graph_of(R"({"n": {"type": "control.counter", "params": {"items": 3}},
        "loop": {"type": "control.feedback", "params": {"first": "-1"}, "mode": "bypass"},
        "add": {"type": "test.add"}, "end": {"type": "test.add"}})",
                           {{"n.value", "loop.item"},
                            {"loop.item", "add.value"},
                            {"add.value", "loop.back"},
                            {"add.value", "end.value"}});
    const Plan made = plan(graph);
    EXPECT_EQ(told(made), Names{});
    EXPECT_EQ(wires(made), (Names{"add.value -> end.value", "n.value -> add.value"}));
    // The item is the first input of the type that the answer has, too.
    graph.wires.push_back({{"loop", "previous"}, {"end", "value"}});
    std::erase_if(graph.wires, [](const Wire& wire) {
        return wire.from.node == "add" && wire.to.node == "end";
    });
    EXPECT_TRUE(std::ranges::count(wires(plan(graph)), "n.value -> end.value"));
}

}  // namespace
}  // namespace millrace::engine::testing
