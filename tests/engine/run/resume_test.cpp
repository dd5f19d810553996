// Checkpoints, resuming after a kill, the content cache.
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <iterator>

#include "engine/run/cache.hpp"
#include "tests/engine/support.hpp"

namespace millrace::engine::testing {
namespace {

std::string text_of(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

/// Windows, half batches, a loop, random numbers and sinks.
Graph long_graph() {
    return graph_of(R"({"n": {"type": "control.counter", "params": {"items": 3000}}, "r": {"type": "test.random"},
        "batch": {"type": "control.batch", "params": {"size": 7}}, "sum": {"type": "test.list_sum"}, "sums": {"type": "test.lines"},
        "window": {"type": "control.window", "params": {"size": 5, "stride": 3}}, "wsum": {"type": "test.list_sum"}, "wsums": {"type": "test.lines"},
        "loop": {"type": "control.feedback", "params": {"first": "1"}}, "add": {"type": "test.sum"}, "adds": {"type": "test.lines"},
        "total": {"type": "test.total"}, "totals": {"type": "test.lines"}, "held": {"type": "test.with_latch"}, "helds": {"type": "test.lines"}})",
                    {{"n.value", "r.value"}, {"r.value", "batch.item"}, {"batch.items", "sum.items"}, {"sum.value", "sums.value"},
                     {"r.value", "window.item"}, {"window.items", "wsum.items"}, {"wsum.value", "wsums.value"},
                     {"n.value", "loop.item"}, {"loop.item", "add.a"}, {"loop.previous", "add.b"}, {"add.value", "loop.back"},
                     {"add.value", "adds.value"}, {"r.value", "total.value"}, {"total.value", "totals.value"},
                     {"r.value", "held.value"}, {"sum.value", "held.held"}, {"held.value", "helds.value"}});
}

const std::vector<std::string> kFiles = {"sums.txt", "wsums.txt", "adds.txt", "totals.txt", "helds.txt"};

RunOptions options_for(const std::filesystem::path& out, bool resume) {
    RunOptions options;
    options.threads = 2;
    options.out = out;
    options.seed = 5;
    options.checkpoint_items = 150;
    options.resume = resume;
    return options;
}

/// The program again, as a process of its own: threads do not survive a fork.
pid_t start_child(const std::filesystem::path& out, bool resume) {
    const pid_t child = fork();
    if (child != 0) return child;
    setenv("MILLRACE_TEST_OUT", out.c_str(), 1);
    setenv("MILLRACE_TEST_RESUME", resume ? "1" : "0", 1);
    execl("/proc/self/exe", "child", "--gtest_filter=Resume.DISABLED_Child", "--gtest_also_run_disabled_tests",
          "--gtest_brief=1", nullptr);
    _exit(127);
}

/// What the children of the next test run.
TEST(Resume, DISABLED_Child) {
    const char* out = std::getenv("MILLRACE_TEST_OUT");
    ASSERT_NE(out, nullptr);
    Runner runner;
    const RunResult result = runner.run(long_graph(), {}, options_for(out, std::string(std::getenv("MILLRACE_TEST_RESUME")) == "1"));
    EXPECT_EQ(result.status, RunStatus::Succeeded) << problems_text(result.problems);
}

TEST(Resume, AKilledRunGoesOnToTheSameBytes) {
    TemporaryFolder folder;
    Runner runner;
    const Graph graph = long_graph();
    const auto start = std::chrono::steady_clock::now();
    const RunResult whole = runner.run(graph, {}, options_for(folder.path / "whole", false));
    ASSERT_EQ(whole.status, RunStatus::Succeeded) << problems_text(whole.problems);
    const auto whole_us = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - start).count();
    int resumed_runs = 0;
    for (int attempt = 0; attempt < 10; ++attempt) {
        const auto out = folder.path / ("killed" + std::to_string(attempt));
        // Killed again and again, at other moments each time, until a run gets through.
        for (int round = 0; round < 4; ++round) {
            const pid_t child = start_child(out, round > 0);
            ASSERT_GE(child, 0);
            // Seeded moments from the first instant to half a run.
            usleep(static_cast<useconds_t>(whole_us * (1 + 7919 * (attempt * 4 + round) % 97) / 120));
            kill(child, SIGKILL);
            int status = 0;
            waitpid(child, &status, 0);
            if (WIFEXITED(status)) {
                EXPECT_EQ(WEXITSTATUS(status), 0);
                break;
            }
        }
        const RunResult resumed = runner.run(graph, {}, options_for(out, true));
        ASSERT_EQ(resumed.status, RunStatus::Succeeded) << problems_text(resumed.problems);
        resumed_runs += resumed.resumed;
        for (const std::string& file : kFiles) {
            EXPECT_TRUE(text_of(out / "artifacts" / file) == text_of(folder.path / "whole" / "artifacts" / file)) << file << " " << attempt;
        }
        EXPECT_TRUE(text_of(out / "metrics.csv") == text_of(folder.path / "whole" / "metrics.csv")) << attempt;
    }
    EXPECT_GT(resumed_runs, 5);
    EXPECT_GT(text_of(folder.path / "whole" / "metrics.csv").size(), 1000u);
}

TEST(Resume, AnotherGraphOrSeedIsRefused) {
    TemporaryFolder folder;
    Runner runner;
    const Graph graph = long_graph();
    runner.run(graph, {}, options_for(folder.path, false));
    RunOptions other = options_for(folder.path, true);
    other.seed = 6;
    const RunResult result = runner.run(graph, {}, other);
    EXPECT_EQ(result.status, RunStatus::Failed);
    EXPECT_EQ(result.problems.at(0).code, "E-CKPT-002");
}

TEST(Resume, ADamagedCheckpointIsPassedOver) {
    TemporaryFolder folder;
    Runner runner;
    const Graph graph = long_graph();
    runner.run(graph, {}, options_for(folder.path, false));
    const std::string before = text_of(folder.path / "artifacts" / "sums.txt");
    const std::string metrics = text_of(folder.path / "metrics.csv");
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder.path / "checkpoints")) {
        if (entry.path().extension() == ".ckpt") files.push_back(entry.path());
    }
    ASSERT_EQ(files.size(), 2u);
    std::ranges::sort(files);
    std::filesystem::resize_file(files[1], std::filesystem::file_size(files[1]) / 2);
    const RunResult result = runner.run(graph, {}, options_for(folder.path, true));
    EXPECT_EQ(result.status, RunStatus::Succeeded) << problems_text(result.problems);
    EXPECT_TRUE(result.resumed);
    EXPECT_TRUE(text_of(folder.path / "artifacts" / "sums.txt") == before);
    EXPECT_TRUE(text_of(folder.path / "metrics.csv") == metrics);
}

class Cache : public ::testing::Test {
protected:
    Cache() : store(folder.path, 64 << 20) {}
    RunResult run(const Graph& graph, std::uint64_t seed = 1) {
        RunOptions options;
        options.cache = &store;
        options.seed = seed;
        return runner.run(graph, {"e.value"}, options);
    }
    static std::map<std::string, std::uint64_t> executed(const RunResult& result) {
        std::map<std::string, std::uint64_t> counts;
        for (const NodeFigures& node : result.figures.nodes) counts[node.id] = node.executed;
        return counts;
    }
    TemporaryFolder folder;
    CacheStore store;
    Runner runner;
    //  n -> a -> b -> e(sum)      a, b, c heavy; light in between
    //    -> l -> c ---^
    Graph graph = graph_of(R"({"n": {"type": "control.counter", "params": {"items": 6}}, "a": {"type": "test.heavy_add"}, "b": {"type": "test.heavy_add"},
        "l": {"type": "test.add"}, "c": {"type": "test.heavy_add"}, "e": {"type": "test.sum"}, "r": {"type": "test.random"}})",
                           {{"n.value", "a.value"}, {"a.value", "b.value"}, {"n.value", "l.value"}, {"l.value", "c.value"}, {"b.value", "e.a"}, {"c.value", "e.b"},
                            {"n.value", "r.value"}});
    using Counts = std::map<std::string, std::uint64_t>;
};

TEST_F(Cache, AnUnchangedRunExecutesNothing) {
    run(graph);
    const auto first = runner.numbers("e.value");
    const RunResult again = run(graph);
    EXPECT_EQ(executed(again), (Counts{{"a", 0}, {"b", 0}, {"c", 0}, {"e", 0}, {"l", 0}, {"n", 0}, {"r", 0}}));
    EXPECT_EQ(runner.numbers("e.value"), first);
}

TEST_F(Cache, AChangeExecutesExactlyItsCone) {
    run(graph);
    graph.nodes["b"].params["amount"] = 5.0;
    EXPECT_EQ(executed(run(graph)), (Counts{{"a", 0}, {"b", 6}, {"c", 0}, {"e", 6}, {"l", 0}, {"n", 0}, {"r", 0}}));
    graph.nodes["c"].params["amount"] = 5.0;
    // The light node in front of the changed one is called again, since its result is not kept; so is the light source.
    // Both stand under a figure of their own, so that those executed are the changed cone and nothing else.
    const RunResult result = run(graph);
    EXPECT_EQ(executed(result), (Counts{{"a", 0}, {"b", 0}, {"c", 6}, {"e", 6}, {"l", 0}, {"n", 0}, {"r", 0}}));
    EXPECT_EQ(figures_of(result, "l").repeated, 6u);
    EXPECT_EQ(figures_of(result, "n").repeated, 6u);
}

TEST_F(Cache, RandomNodesDependOnTheSeed) {
    run(graph, 1);
    EXPECT_EQ(executed(run(graph, 2))["r"], 6u);
    EXPECT_EQ(executed(run(graph, 1))["r"], 0u);
}

TEST_F(Cache, ExpandingASubgraphChangesNoKey) {
    Graph nested = graph_of(R"({"n": {"type": "control.counter", "params": {"items": 6}}, "call": {"type": "control.subgraph", "subgraph": "s"}})",
                            {{"n.value", "call.in"}},
                            R"({"s": {"inputs": {"in": ["r.value"]}, "outputs": {"out": "r.value"}, "nodes": {"r": {"type": "test.random"}}, "wires": []}})");
    const Graph flat = graph_of(R"({"n": {"type": "control.counter", "params": {"items": 6}}, "call/r": {"type": "test.random"}})", {{"n.value", "call/r.value"}});
    RunOptions options;
    options.cache = &store;
    runner.run(nested, {"call/r.value"}, options);
    const auto values = runner.numbers("call/r.value");
    const RunResult result = runner.run(flat, {"call/r.value"}, options);
    EXPECT_EQ(figures_of(result, "call/r").executed, 0u);
    EXPECT_EQ(runner.numbers("call/r.value"), values);
}

TEST_F(Cache, DamagedEntriesAreComputedAnew) {
    run(graph);
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder.path)) {
        if (!entry.is_regular_file()) continue;
        std::fstream file(entry.path(), std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(-3, std::ios::end);
        file.put('\x7f');
    }
    for (int round = 0; round < 2; ++round) {
        const RunResult result = run(graph);
        EXPECT_EQ(result.status, RunStatus::Succeeded) << problems_text(result.problems);
        EXPECT_EQ(runner.numbers("e.value"), (std::vector<double>{4, 6, 8, 10, 12, 14}));
    }
}

TEST_F(Cache, KeepsToItsLimit) {
    CacheStore small(folder.path / "small", 20'000);
    graph.nodes["n"].params["items"] = 400;
    RunOptions options;
    options.cache = &small;
    runner.run(graph, {}, options);
    EXPECT_LE(small.usage().bytes, 40'000u);
    small.shrink(5'000);
    EXPECT_LE(small.usage().bytes, 5'000u);
}

}  // namespace
}  // namespace millrace::engine::testing
