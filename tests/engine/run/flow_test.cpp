#include "tests/engine/support.hpp"

namespace millrace::engine::testing {
namespace {

std::vector<double> range(int from, int to) {
    std::vector<double> list;
    for (int i = from; i < to; ++i) list.push_back(i);
    return list;
}

class Flow : public ::testing::TestWithParam<std::tuple<int, bool>> {
protected:
    RunOptions options() const {
        RunOptions options;
        options.threads = std::get<0>(GetParam());
        options.inline_chains = std::get<1>(GetParam());
        return options;
    }
    Runner runner;
};

TEST_P(Flow, ChainGivesEveryItemInOrder) {
    const Graph graph = graph_of(R"({"n": {"type": "control.counter", "params": {"items": 1000}},
        "a": {"type": "test.add"}, "b": {"type": "test.heavy_add"}, "c": {"type": "test.add"}})",
                                 {{"n.value", "a.value"}, {"a.value", "b.value"}, {"b.value", "c.value"}});
    const RunResult result = runner.run(graph, {"c.value"}, options());
    EXPECT_EQ(result.status, RunStatus::Succeeded) << problems_text(result.problems);
    EXPECT_EQ(runner.numbers("c.value"), range(3, 1003));
    EXPECT_EQ(figures_of(result, "b").executed, 1000u);
    EXPECT_EQ(figures_of(result, "n").items, 1000u);
}

TEST_P(Flow, FanOutAndJoinMatchItems) {
    const Graph graph = graph_of(R"({"n": {"type": "control.counter", "params": {"items": 500}},
        "a": {"type": "test.heavy_add", "params": {"amount": 10}}, "b": {"type": "test.add"}, "s": {"type": "test.sum"}})",
                                 {{"n.value", "a.value"}, {"n.value", "b.value"}, {"a.value", "s.a"}, {"b.value", "s.b"}});
    runner.run(graph, {"s.value"}, options());
    std::vector<double> expected;
    for (int i = 0; i < 500; ++i) expected.push_back(2 * i + 11);
    EXPECT_EQ(runner.numbers("s.value"), expected);
}

TEST_P(Flow, ABranchThatGivesNothingStarvesNoJoin) {
    const Graph graph = graph_of(R"({"n": {"type": "control.counter", "params": {"items": 100}},
        "even": {"type": "test.even_only"}, "s": {"type": "test.sum"}})",
                                 {{"n.value", "even.value"}, {"n.value", "s.a"}, {"even.value", "s.b"}});
    const RunResult result = runner.run(graph, {"s.value"}, options());
    EXPECT_EQ(result.status, RunStatus::Succeeded);
    EXPECT_EQ(runner.numbers("s.value").size(), 50u);
    EXPECT_EQ(figures_of(result, "s").items, 100u);
    EXPECT_EQ(figures_of(result, "s").none, 50u);
}

TEST_P(Flow, AnOptionalInputIsAbsentForNone) {
    const Graph graph = graph_of(R"({"n": {"type": "control.counter", "params": {"items": 4}},
        "even": {"type": "test.even_only"}, "s": {"type": "test.sum"}})",
                                 {{"n.value", "even.value"}, {"n.value", "s.a"}, {"n.value", "s.b"}, {"even.value", "s.c"}});
    runner.run(graph, {"s.value"}, options());
    EXPECT_EQ(runner.numbers("s.value"), (std::vector<double>{0, 2, 6, 6}));
}

TEST_P(Flow, ABatchLargerThanTheItemsInFlightFeedsALatch) {
    RunOptions run = options();
    run.in_flight = 2;
    const Graph graph = graph_of(R"({"n": {"type": "control.counter", "params": {"items": 100}},
        "batch": {"type": "control.batch", "params": {"size": 32}}, "sum": {"type": "test.list_sum"},
        "use": {"type": "test.with_latch"}})",
                                 {{"n.value", "batch.item"}, {"batch.items", "sum.items"}, {"sum.value", "use.held"}, {"n.value", "use.value"}});
    const RunResult result = runner.run(graph, {"use.value"}, run);
    ASSERT_EQ(result.status, RunStatus::Succeeded) << problems_text(result.problems);
    const std::vector<double> got = runner.numbers("use.value");
    ASSERT_EQ(got.size(), 100u);
    // Batch k ends with item 32 k + 31 and holds from that item on; the items before the first batch wait for it.
    const auto sum = [](int first, int last) { return (first + last) * (last - first + 1) / 2.0; };
    for (int i = 0; i < 100; ++i) {
        const int batch = std::max(0, (i + 1) / 32 - 1);
        EXPECT_EQ(got[i], 1000 * sum(32 * batch, 32 * batch + 31) + i) << i;
    }
}

TEST_P(Flow, ALatchFromAnotherSourceIsBoundByNumberAndThenHolds) {
    const Graph graph = graph_of(R"({"n": {"type": "control.counter", "params": {"items": 20}},
        "m": {"type": "control.counter", "params": {"items": 3, "start": 1}}, "use": {"type": "test.with_latch"}})",
                                 {{"n.value", "use.value"}, {"m.value", "use.held"}});
    runner.run(graph, {"use.value"}, options());
    const std::vector<double> got = runner.numbers("use.value");
    ASSERT_EQ(got.size(), 20u);
    for (int i = 0; i < 20; ++i) EXPECT_EQ(got[i], 1000 * std::min(i + 1, 3) + i);
}

TEST_P(Flow, FeedbackCarriesTheAnswerOfTheItemBefore) {
    const Graph graph = graph_of(R"({"n": {"type": "control.counter", "params": {"items": 50}},
        "loop": {"type": "control.feedback", "params": {"first": "100"}}, "s": {"type": "test.sum"}})",
                                 {{"n.value", "loop.item"}, {"loop.item", "s.a"}, {"loop.previous", "s.b"}, {"s.value", "loop.back"}});
    const RunResult result = runner.run(graph, {"s.value"}, options());
    ASSERT_EQ(result.status, RunStatus::Succeeded) << problems_text(result.problems);
    std::vector<double> expected;
    double sum = 100;
    for (int i = 0; i < 50; ++i) expected.push_back(sum += i);
    EXPECT_EQ(runner.numbers("s.value"), expected);
}

TEST_P(Flow, ASkippedItemInsideALoopLeavesTheAnswerAsItWas) {
    FailAt::failed() = 0;
    Graph graph = graph_of(R"({"n": {"type": "control.counter", "params": {"items": 6}},
        "loop": {"type": "control.feedback", "params": {"first": "0"}},
        "fail": {"type": "test.fail_at", "params": {"at": 3}, "on_error": "skip"}, "s": {"type": "test.sum"}})",
                           {{"n.value", "loop.item"}, {"loop.item", "fail.value"}, {"fail.value", "s.a"}, {"loop.previous", "s.b"},
                            {"s.value", "loop.back"}});
    const RunResult result = runner.run(graph, {"s.value"}, options());
    EXPECT_EQ(result.status, RunStatus::Succeeded) << problems_text(result.problems);
    EXPECT_EQ(runner.numbers("s.value"), (std::vector<double>{0, 1, 3, 7, 12}));
    EXPECT_EQ(figures_of(result, "s").skipped, 1u);
    EXPECT_EQ(figures_of(result, "fail").errors, 1u);
}

TEST_P(Flow, BatchAndWindowFlushAndOverlap) {
    const Graph graph = graph_of(R"({"n": {"type": "control.counter", "params": {"items": 7}},
        "batch": {"type": "control.batch", "params": {"size": 3}}, "window": {"type": "control.window", "params": {"size": 3, "stride": 2}},
        "sparse": {"type": "control.window", "params": {"size": 1, "stride": 3}}})",
                                 {{"n.value", "batch.item"}, {"n.value", "window.item"}, {"n.value", "sparse.item"}});
    runner.run(graph, {"batch.items", "window.items", "sparse.items"}, options());
    using Lists = std::vector<std::vector<double>>;
    EXPECT_EQ(runner.lists["batch.items"], (Lists{{0, 1, 2}, {3, 4, 5}, {6}}));
    EXPECT_EQ(runner.lists["window.items"], (Lists{{0, 1, 2}, {2, 3, 4}, {4, 5, 6}}));
    EXPECT_EQ(runner.lists["sparse.items"], (Lists{{0}, {3}, {6}}));
}

TEST_P(Flow, SplitWorkAndCollectKeepsTheRate) {
    const Graph graph = graph_of(R"({"n": {"type": "control.counter", "params": {"items": 7}},
        "batch": {"type": "control.batch", "params": {"size": 3}},
        "each": {"type": "control.for_each", "subgraph": "double"}, "sum": {"type": "test.list_sum"},
        "raw": {"type": "test.list_sum"}, "s": {"type": "test.sum"}})",
                                 {{"n.value", "batch.item"}, {"batch.items", "each.items"}, {"each.out", "sum.items"},
                                  {"batch.items", "raw.items"}, {"sum.value", "s.a"}, {"raw.value", "s.b"}},
                                 R"({"double": {"inputs": {"item": ["x.value"]}, "outputs": {"out": "x.value"},
            "nodes": {"x": {"type": "test.even_only"}}, "wires": []}})");
    const RunResult result = runner.run(graph, {"s.value", "sum.value"}, options());
    ASSERT_EQ(result.status, RunStatus::Succeeded) << problems_text(result.problems);
    EXPECT_EQ(runner.numbers("sum.value"), (std::vector<double>{2, 4, 6}));
    EXPECT_EQ(runner.numbers("s.value"), (std::vector<double>{5, 16, 12}));
}

TEST_P(Flow, ZipMergeRepeatSwitchSelect) {
    const Graph graph = graph_of(R"({"n": {"type": "control.counter", "params": {"items": 5}},
        "m": {"type": "control.counter", "params": {"items": 3, "start": 10}},
        "zip": {"type": "control.zip"}, "s": {"type": "test.sum"}, "merge": {"type": "control.merge"},
        "repeat": {"type": "control.repeat", "params": {"times": 2}}, "keep": {"type": "test.add", "params": {"amount": 0}}})",
                                 {{"n.value", "zip.a"}, {"m.value", "zip.b"}, {"zip.a", "s.a"}, {"zip.b", "s.b"},
                                  {"n.value", "merge.a"}, {"m.value", "merge.b"}, {"merge.item", "repeat.item"}, {"repeat.item", "keep.value"}});
    const RunResult result = runner.run(graph, {"s.value", "merge.item", "keep.value"}, options());
    ASSERT_EQ(result.status, RunStatus::Succeeded) << problems_text(result.problems);
    EXPECT_EQ(runner.numbers("s.value"), (std::vector<double>{10, 12, 14}));
    EXPECT_EQ(runner.numbers("merge.item"), (std::vector<double>{0, 10, 1, 11, 2, 12, 3, 4}));
    EXPECT_EQ(runner.numbers("keep.value").size(), 16u);
}

TEST_P(Flow, AnEndlessSourceEndsWithTheShortestPartner) {
    const Graph graph = graph_of(R"({"n": {"type": "control.counter", "params": {"items": 2000000000}},
        "a": {"type": "test.heavy_add"}, "m": {"type": "control.counter", "params": {"items": 3}}, "zip": {"type": "control.zip"}})",
                                 {{"n.value", "a.value"}, {"a.value", "zip.a"}, {"m.value", "zip.b"}});
    const RunResult result = runner.run(graph, {"zip.a"}, options());
    EXPECT_EQ(result.status, RunStatus::Succeeded);
    EXPECT_EQ(runner.numbers("zip.a"), (std::vector<double>{1, 2, 3}));
    EXPECT_LT(figures_of(result, "n").items, 1000u);
}

TEST_P(Flow, ATotalComesAtTheEnd) {
    const Graph graph = graph_of(R"({"n": {"type": "control.counter", "params": {"items": 101}}, "t": {"type": "test.total"}})",
                                 {{"n.value", "t.value"}});
    runner.run(graph, {"t.value"}, options());
    EXPECT_EQ(runner.numbers("t.value"), (std::vector<double>{5050}));
}

TEST_P(Flow, AnEmptySourceEndsEverything) {
    const Graph graph = graph_of(R"({"n": {"type": "control.counter", "params": {"items": 0}}, "t": {"type": "test.total"},
        "b": {"type": "control.batch"}, "a": {"type": "test.heavy_add"}})",
                                 {{"n.value", "t.value"}, {"n.value", "b.item"}, {"n.value", "a.value"}});
    const RunResult result = runner.run(graph, {"t.value", "b.items"}, options());
    EXPECT_EQ(result.status, RunStatus::Succeeded);
    EXPECT_EQ(runner.numbers("t.value"), (std::vector<double>{0}));
    EXPECT_TRUE(runner.lists["b.items"].empty());
}

TEST_P(Flow, RandomNumbersDependOnSeedNodeAndItemAlone) {
    const Graph graph = graph_of(R"({"n": {"type": "control.counter", "params": {"items": 64}}, "r": {"type": "test.random"},
        "q": {"type": "test.random"}})",
                                 {{"n.value", "r.value"}, {"n.value", "q.value"}});
    RunOptions run = options();
    run.seed = 7;
    runner.run(graph, {"r.value", "q.value"}, run);
    const auto first = runner.numbers("r.value");
    EXPECT_NE(first, runner.numbers("q.value"));
    run.threads = 3;
    runner.run(graph, {"r.value"}, run);
    EXPECT_EQ(runner.numbers("r.value"), first);
    run.seed = 8;
    runner.run(graph, {"r.value"}, run);
    EXPECT_NE(runner.numbers("r.value"), first);
}

INSTANTIATE_TEST_SUITE_P(Threads, Flow, ::testing::Combine(::testing::Values(1, 2, 4), ::testing::Bool()));

}  // namespace
}  // namespace millrace::engine::testing
