// Frozen nodes: they give what they gave, whatever becomes of what leads to them; what is kept,
// what is refused.
#include "engine/run/frozen.hpp"

#include "engine/observe/manifest.hpp"
#include "tests/engine/support.hpp"

namespace millrace::engine::testing {
namespace {

namespace fs = std::filesystem;
using Numbers = std::vector<double>;

class Frozen : public ::testing::Test {
protected:
    /// n -> a -> b -> c and s = n + b; b is frozen.
    static Graph chain() {
        Graph graph = graph_of(R"({"n": {"type": "control.counter", "params": {"items": 4}},
            "a": {"type": "test.heavy_add"}, "b": {"type": "test.heavy_add", "params": {"amount": 10}},
            "c": {"type": "test.heavy_add", "params": {"amount": 100}}, "s": {"type": "test.sum"}})",
                               {{"n.value", "a.value"},
                                {"a.value", "b.value"},
                                {"b.value", "c.value"},
                                {"n.value", "s.a"},
                                {"b.value", "s.b"}});
        freeze(graph, "b");
        return graph;
    }
    static void freeze(Graph& graph, const std::string& id) {
        graph.nodes.at(id).mode = NodeMode::Freeze;
        graph.nodes.at(id).frozen = "set-of-" + id;
    }
    RunOptions options(std::vector<std::string> freeze = {}) const {
        return {.freeze = std::move(freeze), .frozen = folder.path / "frozen"};
    }
    RunResult run(const Graph& graph, const std::vector<std::string>& outputs,
                  std::vector<std::string> freeze = {}) {
        return runner.run(graph, outputs, options(std::move(freeze)));
    }
    std::vector<std::string> told(const Graph& graph, std::vector<std::string> freeze = {}) {
        std::vector<std::string> list;
        for (const Problem& problem :
             plan_run(graph, runner.registry, options(std::move(freeze))).problems)
            list.push_back(problem.code + " " + problem.where);
        return list;
    }
    using Names = std::vector<std::string>;
    TemporaryFolder folder;
    Runner runner;
};

TEST_F(Frozen, GivesWhatItGaveAndWhatLeadsToItAloneIsNotCalled) {
    Graph graph = chain();
    run(graph, {"c.value"}, {"b"});
    EXPECT_EQ(runner.numbers("c.value"), (Numbers{111, 112, 113, 114}));
    graph.nodes["a"].params["amount"] = 50;
    graph.nodes["b"].params["amount"] = 60;
    graph.nodes["c"].params["amount"] = 1000;
    const RunResult result = run(graph, {"c.value", "s.value"});
    EXPECT_EQ(result.status, RunStatus::Succeeded) << problems_text(result.problems);
    EXPECT_EQ(runner.numbers("c.value"), (Numbers{1011, 1012, 1013, 1014}));
    EXPECT_EQ(runner.numbers("s.value"), (Numbers{11, 13, 15, 17})) << "each item meets its own";
    EXPECT_EQ(figures_of(result, "a").executed, 0U);
    EXPECT_EQ(figures_of(result, "a").deferred, 4U);
    EXPECT_EQ(figures_of(result, "b").executed, 0U);
    EXPECT_EQ(figures_of(result, "b").cached, 4U);
    EXPECT_EQ(figures_of(result, "c").executed, 4U);
    EXPECT_EQ(figures_of(result, "n").executed, 4U) << "s needs it";
    // Who looks at a wire before it sees what is there now.
    run(graph, {"a.value"});
    EXPECT_EQ(runner.numbers("a.value"), (Numbers{50, 51, 52, 53}));
    // Thawed, it is called again.
    graph.nodes["b"].mode = NodeMode::Normal;
    run(graph, {"b.value"});
    EXPECT_EQ(runner.numbers("b.value"), (Numbers{110, 111, 112, 113}));
}

TEST_F(Frozen, WhatFollowsIsCachedUntilItIsFrozenAnew) {
    CacheStore store(folder.path / "cache", 1 << 24);
    Graph graph = chain();
    RunOptions with_store = options({"b"});
    with_store.cache = &store;
    runner.run(graph, {"c.value"}, with_store);
    with_store.freeze = {};
    runner.run(graph, {"c.value"}, with_store);
    graph.nodes["a"].params["amount"] = 2;
    RunResult result = runner.run(graph, {"c.value"}, with_store);
    EXPECT_EQ(figures_of(result, "c").cached, 4U);
    EXPECT_EQ(runner.numbers("c.value"), (Numbers{111, 112, 113, 114}));
    const auto told =
        explain(store, "g.json", plan_run(graph, runner.registry, with_store), with_store, 0);
    EXPECT_FALSE(told.empty());
    with_store.freeze = {"all"};
    runner.run(graph, {"c.value"}, with_store);
    EXPECT_EQ(runner.numbers("c.value"), (Numbers{112, 113, 114, 115}));
    with_store.freeze = {};
    result = runner.run(graph, {"c.value"}, with_store);
    EXPECT_EQ(figures_of(result, "b").executed, 0U);
    EXPECT_EQ(runner.numbers("c.value"), (Numbers{112, 113, 114, 115}));
}

TEST_F(Frozen, ASourceIsFrozenWithItsItems) {
    Graph graph = chain();
    graph.nodes["b"].mode = NodeMode::Normal;
    freeze(graph, "n");
    run(graph, {}, {"n"});
    graph.nodes["n"].params = {{"items", 9}, {"start", 500.0}};
    const RunResult result = run(graph, {"n.value"});
    EXPECT_EQ(runner.numbers("n.value"), (Numbers{0, 1, 2, 3}));
    EXPECT_EQ(figures_of(result, "n").expected, 4U);
}

TEST_F(Frozen, ItemsWithoutAResultStayWithoutOne) {
    Graph graph = graph_of(
        R"({"n": {"type": "control.counter", "params": {"items": 5}}, "e": {"type": "test.even_only"},
        "c": {"type": "test.heavy_add"}})",
        {{"n.value", "e.value"}, {"e.value", "c.value"}});
    freeze(graph, "c");
    run(graph, {}, {"c"});
    graph.nodes["c"].params["amount"] = 77;
    const RunResult result = run(graph, {"c.value"});
    EXPECT_EQ(result.status, RunStatus::Succeeded) << problems_text(result.problems);
    EXPECT_EQ(runner.numbers("c.value"), (Numbers{1, 3, 5}));
    EXPECT_EQ(figures_of(result, "c").none, 2U);
}

TEST_F(Frozen, MoreItemsThanWereFrozenAreAnErrorAndFewerAreNone) {
    Graph graph = chain();
    run(graph, {}, {"b"});
    graph.nodes["n"].params["items"] = 2;
    run(graph, {"c.value"});
    EXPECT_EQ(runner.numbers("c.value"), (Numbers{111, 112}));
    graph.nodes["n"].params["items"] = 5;
    const RunResult result = run(graph, {});
    EXPECT_EQ(result.status, RunStatus::Failed);
    ASSERT_FALSE(result.problems.empty());
    EXPECT_EQ(result.problems[0].code, "E-FREEZE-002");
    EXPECT_EQ(result.problems[0].where, "b, item 4");
}

TEST_F(Frozen, WhatIsNotHereIsToldBeforeTheRun) {
    EXPECT_EQ(told(chain()), (Names{"E-FREEZE-001 b"}));
    EXPECT_EQ(told(chain(), {"b"}), Names{});
    EXPECT_EQ(told(chain(), {"a"}), (Names{"E-FREEZE-001 b"}));
    run(chain(), {}, {"all"});
    EXPECT_EQ(told(chain()), Names{});
    EXPECT_EQ(told(chain(), {"a"}), (Names{"E-FREEZE-004 a"}));
    Graph other = chain();
    other.nodes["b"].type = "test.add";
    EXPECT_EQ(told(other), (Names{"E-FREEZE-003 b"}));
}

TEST_F(Frozen, AFreezeThatDoesNotComeToItsEndChangesNothing) {
    Graph graph = chain();
    run(graph, {}, {"b"});
    graph.nodes["a"].params["amount"] = 5;
    graph.nodes["f"].type = "test.fail_at";
    graph.wires.push_back({{"n", "value"}, {"f", "value"}});
    FailAt::failed() = 0;
    EXPECT_EQ(run(graph, {}, {"b"}).status, RunStatus::Failed);
    graph.nodes.erase("f");
    graph.wires.pop_back();
    run(graph, {"b.value"});
    EXPECT_EQ(runner.numbers("b.value"), (Numbers{11, 12, 13, 14}));
    EXPECT_EQ(std::distance(fs::directory_iterator(folder.path / "frozen"), {}), 1)
        << "nothing half made is left";
}

TEST_F(Frozen, OnlyWhatIsNamedIsFrozenAnew) {
    Graph graph = chain();
    freeze(graph, "a");
    run(graph, {}, {"all"});
    graph.nodes["a"].params["amount"] = 5;
    graph.nodes["b"].params["amount"] = 20;
    run(graph, {}, {"b"});
    run(graph, {"b.value"});
    EXPECT_EQ(runner.numbers("b.value"), (Numbers{21, 22, 23, 24}));
}

TEST_F(Frozen, WhatCannotBeFrozenSaysWhy) {
    Graph graph = graph_of(
        R"({"n": {"type": "control.counter"}, "b": {"type": "control.batch"}, "l": {"type": "test.lines"},
        "t": {"type": "test.total"}})",
        {{"n.value", "b.item"}, {"n.value", "l.value"}, {"n.value", "t.value"}});
    for (const char* id : {"b", "l", "t"}) freeze(graph, id);
    const Plan plan = plan_run(graph, runner.registry, options());
    std::map<std::string, std::string> found;
    for (const Problem& problem : plan.problems)
        if (problem.code == "E-PLAN-023") found[problem.where] = problem.found;
    EXPECT_EQ(found["b"], "it numbers items anew");
    EXPECT_EQ(found["l"], "it has no outputs");
    EXPECT_EQ(found["t"], "it numbers items anew");
    for (const char* name : {"", "../up", "a/b", ".", "with space"}) {
        Graph named = chain();
        named.nodes["b"].frozen = name;
        EXPECT_EQ(told(named), (Names{"E-PLAN-024 b"})) << name;
    }
}

TEST_F(Frozen, DamagedSetsAreToldAndNeverRead) {
    run(chain(), {}, {"b"});
    const fs::path set = folder.path / "frozen" / "set-of-b";
    for (const auto& file : fs::recursive_directory_iterator(set)) {
        if (!file.is_regular_file() || file.path().filename() == "set.json") continue;
        std::fstream stream(file.path(), std::ios::in | std::ios::out | std::ios::binary);
        stream.seekp(-1, std::ios::end);
        stream.put('~');
    }
    const RunResult result = run(chain(), {});
    EXPECT_EQ(result.status, RunStatus::Failed);
    ASSERT_FALSE(result.problems.empty());
    EXPECT_EQ(result.problems[0].code, "E-FREEZE-003");
    // Once more: what is gone by now is no item that had no result.
    const RunResult again = run(chain(), {});
    ASSERT_FALSE(again.problems.empty());
    EXPECT_EQ(again.problems[0].code, "E-FREEZE-003");
    for (const auto& file : fs::recursive_directory_iterator(set))
        if (file.is_regular_file() && file.path().filename() != "set.json")
            std::ofstream(file.path()) << "cut";
    EXPECT_EQ(run(chain(), {}).status, RunStatus::Failed);
    for (const char* text :
         {"", "[]", "{}", R"({"type": "test.heavy_add", "items": -1})",
          R"({"type": 3, "items": 4})", R"({"type": "test.heavy_add", "items": 4})",
          R"({"type": "test.heavy_add", "items": 4, "results": [[2, 9]]})",
          R"({"type": "test.heavy_add", "items": 4, "results": [[2, 3], [0, 1]]})"}) {
        std::ofstream(set / "set.json", std::ios::trunc) << text;
        EXPECT_FALSE(plan_run(chain(), runner.registry, options()).ok()) << text;
    }
}

/// Two calls of "twice" in a row.
Graph with_calls() {
    return graph_of(
        R"({"n": {"type": "control.counter", "params": {"items": 3}},
        "one": {"type": "control.subgraph", "subgraph": "twice"}, "two": {"type": "control.subgraph", "subgraph": "twice"},
        "end": {"type": "test.heavy_add"}})",
        {{"n.value", "one.in"}, {"one.out", "two.in"}, {"two.out", "end.value"}},
        R"({"twice": {"inputs": {"in": "first.value"}, "outputs": {"out": "second.value"},
        "nodes": {"first": {"type": "test.heavy_add"}, "second": {"type": "test.heavy_add"}},
        "wires": [{"from": "first.value", "to": "second.value"}]}})");
}

TEST_F(Frozen, ACallIsFrozenByWhatGivesItsOutputs) {
    Graph graph = with_calls();
    freeze(graph, "two");
    run(graph, {"end.value"}, {"two"});
    EXPECT_EQ(runner.numbers("end.value"), (Numbers{5, 6, 7}));
    graph.subgraphs["twice"].graph.nodes["first"].params["amount"] = 40;
    const RunResult result = run(graph, {"end.value"});
    EXPECT_EQ(runner.numbers("end.value"), (Numbers{5, 6, 7}));
    for (const char* id : {"one/first", "one/second", "two/first", "two/second"})
        EXPECT_EQ(figures_of(result, id).executed, 0U) << id;
    EXPECT_EQ(figures_of(result, "n").executed, 0U) << "nobody needs it";
}

TEST_F(Frozen, ANodeWithinASubgraphHasASetPerCall) {
    Graph graph = with_calls();
    freeze(graph.subgraphs["twice"].graph, "second");
    run(graph, {"one/second.value", "two/second.value"}, {"all"});
    EXPECT_EQ(runner.numbers("one/second.value"), (Numbers{2, 3, 4}));
    EXPECT_EQ(runner.numbers("two/second.value"), (Numbers{4, 5, 6}));
    graph.nodes["n"].params["start"] = 100.0;
    run(graph, {"one/second.value", "two/second.value"});
    EXPECT_EQ(runner.numbers("one/second.value"), (Numbers{2, 3, 4}));
    EXPECT_EQ(runner.numbers("two/second.value"), (Numbers{4, 5, 6}));
}

TEST_F(Frozen, ALoopAsAWholeIsRefused) {
    Graph graph =
        graph_of(R"({"n": {"type": "control.counter"}, "b": {"type": "control.batch"},
        "each": {"type": "control.for_each", "subgraph": "one"}, "l": {"type": "test.list_sum"}})",
                 {{"n.value", "b.item"}, {"b.items", "each.items"}, {"each.out", "l.items"}},
                 R"({"one": {"inputs": {"item": "add.value"}, "outputs": {"out": "add.value"},
        "nodes": {"add": {"type": "test.add"}}, "wires": []}})");
    freeze(graph, "each");
    const auto problems = told(graph);
    EXPECT_TRUE(std::ranges::count(problems, "E-GRAPH-026 each"))
        << ::testing::PrintToString(problems);
    graph.nodes["each"].mode = NodeMode::Normal;
    freeze(graph, "l");
    run(graph, {}, {"l"});
    graph.nodes["n"].params["start"] = 9.0;
    run(graph, {"l.value"});
    EXPECT_EQ(runner.numbers("l.value").front(), 36)
        << "1 to 8, though the counter begins at 9 now";
}

TEST_F(Frozen, TheDocumentKeepsModeAndName) {
    const Graph graph = chain();
    const ReadGraph read = read_graph(write_graph(graph), "again");
    EXPECT_TRUE(read.problems.empty()) << problems_text(read.problems);
    EXPECT_EQ(read.graph, graph);
    EXPECT_NE(write_graph(graph).find(R"("mode": "freeze")"), std::string::npos);
}

}  // namespace
}  // namespace millrace::engine::testing
