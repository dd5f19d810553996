// Error policies, stop, pause, step, hot parameters, dropping wires, cores.
#include <future>
#include <mutex>
#include <set>
#include <thread>

#include "engine/run/executor.hpp"
#include "tests/engine/support.hpp"

namespace millrace::engine::testing {
namespace {

/// Waits inside the call until the test opens the gate.
struct Gate {
    static NodeSpec spec() {
        return {.id = "test.gate",
                .title = "Gate",
                .group = "Test",
                .doc = "Waits.",
                .inputs = {{"value", "a number"}},
                .outputs = {{"value", "the same"}},
                .resource = Resource::Wait};
    }
    double operator()(const double& value, RunContext& context) {
        std::unique_lock lock(mutex());
        ++entered();
        condition().notify_all();
        while (!open() && !context.stop_requested()) condition().wait_for(lock, std::chrono::milliseconds(5));
        return value;
    }
    State save() const { return {}; }
    void load(const State&) {}
    static std::mutex& mutex() {
        static std::mutex instance;
        return instance;
    }
    static std::condition_variable& condition() {
        static std::condition_variable instance;
        return instance;
    }
    static bool& open() {
        static bool flag = false;
        return flag;
    }
    static int& entered() {
        static int count = 0;
        return count;
    }
    static void reset(bool now_open) {
        const std::scoped_lock lock(mutex());
        open() = now_open;
        entered() = 0;
    }
    static void let_through() {
        const std::scoped_lock lock(mutex());
        open() = true;
        condition().notify_all();
    }
    static void await_entry() {
        std::unique_lock lock(mutex());
        condition().wait(lock, [] { return entered() > 0; });
    }
};

/// Counts how many cores such calls use at once.
struct Compute {
    static NodeSpec spec() {
        return {.id = "test.compute",
                .title = "Compute",
                .group = "Test",
                .doc = "Spins on all its cores.",
                .inputs = {{"value", "a number"}},
                .outputs = {{"value", "the same"}},
                .resource = Resource::Compute};
    }
    double operator()(const double& value, RunContext& context) const {
        const int cores = context.intra_threads();
        const int now = used().fetch_add(cores) + cores;
        int most = peak().load();
        while (now > most && !peak().compare_exchange_weak(most, now)) {}
        {
            const std::scoped_lock lock(met_mutex());
            met().insert(std::this_thread::get_id());
        }
        double sum = 0;
        for (int i = 0; i < 20000; ++i) sum += i * 1e-9;
        used().fetch_sub(cores);
        return value + sum * 0;
    }
    static std::atomic<int>& used() {
        static std::atomic<int> count = 0;
        return count;
    }
    static std::atomic<int>& peak() {
        static std::atomic<int> count = 0;
        return count;
    }
    static std::set<std::thread::id>& met() {
        static std::set<std::thread::id> threads;
        return threads;
    }
    static std::mutex& met_mutex() {
        static std::mutex mutex;
        return mutex;
    }
};

class Control : public ::testing::Test {
protected:
    Control() {
        runner.registry.add<Gate>();
        runner.registry.add<Compute>();
        FailAt::failed() = 0;
    }
    Runner runner;
};

TEST_F(Control, StopPolicyEndsTheRunAndNamesNodeAndItem) {
    const Graph graph = graph_of(R"({"n": {"type": "control.counter"}, "f": {"type": "test.fail_at"}})", {{"n.value", "f.value"}});
    const RunResult result = runner.run(graph, {"f.value"});
    EXPECT_EQ(result.status, RunStatus::Failed);
    ASSERT_FALSE(result.problems.empty());
    EXPECT_EQ(result.problems[0].where, "f, item 3");
    EXPECT_NE(result.problems[0].what.find("asked to fail"), std::string::npos);
    EXPECT_EQ(runner.numbers("f.value"), (std::vector<double>{0, 1, 2}));
}

TEST_F(Control, SkipPolicyPassesTheReasonDown) {
    const Graph graph = graph_of(R"({"n": {"type": "control.counter"}, "f": {"type": "test.fail_at", "on_error": "skip"}, "a": {"type": "test.heavy_add"}})",
                                 {{"n.value", "f.value"}, {"f.value", "a.value"}});
    const RunResult result = runner.run(graph, {"a.value"});
    EXPECT_EQ(result.status, RunStatus::Succeeded);
    EXPECT_EQ(runner.numbers("a.value").size(), 9u);
    EXPECT_EQ(figures_of(result, "a").skipped, 1u);
    EXPECT_EQ(figures_of(result, "f").errors, 1u);
}

TEST_F(Control, RetryTriesAgainAndThenStops) {
    const Graph graph = graph_of(R"({"n": {"type": "control.counter"}, "f": {"type": "test.fail_at", "on_error": "retry", "retries": 2, "params": {"times": 2}}})",
                                 {{"n.value", "f.value"}});
    RunResult result = runner.run(graph, {"f.value"});
    EXPECT_EQ(result.status, RunStatus::Succeeded) << problems_text(result.problems);
    EXPECT_EQ(figures_of(result, "f").retries, 2u);
    EXPECT_EQ(runner.numbers("f.value").size(), 10u);
    FailAt::failed() = 0;
    Graph fewer = graph;
    fewer.nodes["f"].retries = 1;
    result = runner.run(fewer, {"f.value"});
    EXPECT_EQ(result.status, RunStatus::Failed);
}

TEST_F(Control, StopIsAcknowledgedWhileANodeIsBusy) {
    Gate::reset(false);
    const Graph graph = graph_of(R"({"n": {"type": "control.counter"}, "g": {"type": "test.gate"}})", {{"n.value", "g.value"}});
    RunOptions options;
    options.threads = 2;
    engine::Run run(plan_run(graph, runner.registry, options), runner.registry, options);
    run.start();
    Gate::await_entry();
    run.stop();
    EXPECT_EQ(run.status(), RunStatus::Stopped);
    EXPECT_EQ(run.wait().status, RunStatus::Stopped);
}

TEST_F(Control, PauseStepAndGoOn) {
    const Graph graph = graph_of(R"({"n": {"type": "control.counter", "params": {"items": 100}}, "a": {"type": "test.heavy_add"}})",
                                 {{"n.value", "a.value"}});
    RunOptions options;
    options.threads = 2;
    options.start_paused = true;
    engine::Run run(plan_run(graph, runner.registry, options), runner.registry, options);
    std::promise<void> first;
    std::promise<void> second;
    std::atomic<int> seen = 0;
    run.tap({"a", "value"}, {}, [&](std::uint64_t, const Packet&) {
        const int count = ++seen;
        if (count == 1) first.set_value();
        if (count == 2) second.set_value();
    });
    run.start();
    EXPECT_EQ(run.status(), RunStatus::Paused);
    run.step();
    first.get_future().wait();
    run.step();
    second.get_future().wait();
    EXPECT_EQ(seen, 2);
    run.go_on();
    EXPECT_EQ(run.wait().status, RunStatus::Succeeded);
    EXPECT_EQ(seen, 100);
}

TEST_F(Control, ARunThatGoesOnIsNeverTakenForStalled) {
    // The control thread looks whether all is quiet while another one ends the pause.
    const Graph graph = graph_of(R"({"n": {"type": "control.counter", "params": {"items": 3}}, "a": {"type": "test.heavy_add"}})",
                                 {{"n.value", "a.value"}});
    RunOptions options;
    options.threads = 2;
    options.start_paused = true;
    for (int i = 0; i < 300; ++i) {
        engine::Run run(plan_run(graph, runner.registry, options), runner.registry, options);
        run.start();
        if (i % 3 == 0) std::this_thread::yield();
        if (i % 3 == 1) run.step();
        run.go_on();
        ASSERT_EQ(run.wait().status, RunStatus::Succeeded) << i;
    }
}

TEST_F(Control, AHotParameterHoldsFromOneItemOn) {
    const Graph graph = graph_of(R"({"n": {"type": "control.counter", "params": {"items": 40}}, "a": {"type": "test.heavy_add", "params": {"amount": 0}}})",
                                 {{"n.value", "a.value"}});
    RunOptions options;
    options.threads = 2;
    options.start_paused = true;
    engine::Run run(plan_run(graph, runner.registry, options), runner.registry, options);
    std::mutex mutex;
    std::map<std::uint64_t, double> got;
    std::promise<void> ten;
    run.tap({"a", "value"}, {}, [&](std::uint64_t item, const Packet& packet) {
        const std::scoped_lock lock(mutex);
        got[item] = packet.as<double>();
        if (got.size() == 1) ten.set_value();
    });
    std::int64_t from = -1;
    run.on_event([&](const Object& event) {
        if (event.at("event") == Value("hot_parameter")) from = event.at("item").as_int();
    });
    run.start();
    run.step();
    ten.get_future().wait();
    EXPECT_EQ(run.set_parameter("a", "amont", 5)->code, "E-PARAM-001");
    EXPECT_EQ(run.set_parameter("n", "items", 5)->code, "E-PARAM-006");
    EXPECT_EQ(run.set_parameter("a", "amount", "x")->code, "E-PARAM-002");
    EXPECT_FALSE(run.set_parameter("a", "amount", 1000));
    run.go_on();
    run.wait();
    ASSERT_EQ(got.size(), 40u);
    ASSERT_GE(from, 1);
    for (const auto& [item, value] : got) {
        EXPECT_EQ(value, static_cast<double>(item) + (static_cast<std::int64_t>(item) >= from ? 1000 : 0)) << item;
    }
}

TEST_F(Control, DroppingWiresCountWhatTheyDropAndStillAnswerEveryItem) {
    for (const Policy policy : {Policy::DropOldest, Policy::LatestOnly}) {
        Gate::reset(false);
        Graph graph = graph_of(R"({"n": {"type": "control.counter", "params": {"items": 200}}, "a": {"type": "test.heavy_add"}, "g": {"type": "test.gate"}})",
                               {{"n.value", "a.value"}, {"a.value", "g.value"}});
        for (Wire& wire : graph.wires) {
            if (wire.to.node == "g") {
                wire.policy = policy;
                wire.capacity = 4;
            }
        }
        RunOptions options;
        options.threads = 2;
        engine::Run run(plan_run(graph, runner.registry, options), runner.registry, options);
        std::atomic<int> received = 0;
        std::promise<void> all_sent;
        run.tap({"g", "value"}, {}, [&](std::uint64_t, const Packet&) { ++received; });
        std::atomic<int> sent = 0;
        run.tap({"a", "value"}, {}, [&](std::uint64_t, const Packet&) {
            if (++sent == 200) all_sent.set_value();
        });
        run.start();
        all_sent.get_future().wait();
        Gate::let_through();
        const RunResult result = run.wait();
        EXPECT_EQ(result.status, RunStatus::Succeeded);
        std::uint64_t dropped = 0;
        for (const WireFigures& wire : result.figures.wires) dropped += wire.dropped;
        EXPECT_EQ(dropped + static_cast<std::uint64_t>(received), 200u);
        EXPECT_GE(dropped, 190u);
        EXPECT_EQ(figures_of(result, "g").items, 200u);
        EXPECT_EQ(figures_of(result, "g").skipped, dropped);
    }
}

TEST_F(Control, ComputeNodesNeverUseMoreCoresThanThereAre) {
    const Graph graph = graph_of(R"({"n": {"type": "control.counter", "params": {"items": 300}}, "a": {"type": "test.compute"}, "b": {"type": "test.compute"},
        "s": {"type": "test.sum"}})",
                                 {{"n.value", "a.value"}, {"n.value", "b.value"}, {"a.value", "s.a"}, {"b.value", "s.b"}});
    for (const int intra : {1, 2, 4}) {
        Compute::peak() = 0;
        Compute::met().clear();
        RunOptions options;
        options.threads = 4;
        options.intra_threads = intra;
        const RunResult result = runner.run(graph, {"s.value"}, options);
        EXPECT_EQ(result.status, RunStatus::Succeeded);
        EXPECT_LE(Compute::peak(), 4) << intra;
        // Each thread that they meet has a team of the libraries' threads for good.
        if (intra > 1) EXPECT_LE(Compute::met().size(), 4u / static_cast<unsigned>(intra)) << intra;
        EXPECT_EQ(runner.numbers("s.value").size(), 300u);
    }
}

TEST_F(Control, ATimeoutEndsTheRun) {
    Gate::reset(false);
    const Graph graph = graph_of(R"({"n": {"type": "control.counter"}, "g": {"type": "test.gate"}})", {{"n.value", "g.value"}});
    RunOptions options;
    options.timeout = std::chrono::milliseconds(50);
    const RunResult result = runner.run(graph, {}, options);
    EXPECT_EQ(result.status, RunStatus::TimedOut);
    EXPECT_EQ(result.problems.at(0).code, "E-RUN-004");
}

TEST_F(Control, AFullWireGrowsRatherThanStall) {
    // The loop's body needs more items on the side branch than its wire was given.
    Graph graph = graph_of(R"({"n": {"type": "control.counter", "params": {"items": 64}}, "b": {"type": "control.batch", "params": {"size": 16}},
        "r": {"type": "control.split"}, "w": {"type": "test.with_latch"}, "l": {"type": "test.list_sum"}})",
                           {{"n.value", "b.item"}, {"b.items", "r.items"}, {"b.items", "l.items"}, {"l.value", "w.held"}, {"r.item", "w.value"}});
    for (Wire& wire : graph.wires) wire.capacity = 1;
    const RunResult result = runner.run(graph, {"w.value"});
    EXPECT_EQ(result.status, RunStatus::Succeeded) << problems_text(result.problems);
    EXPECT_EQ(runner.numbers("w.value").size(), 64u);
}

TEST_F(Control, InFlightItemsAreBounded) {
    Gate::reset(false);
    const Graph graph = graph_of(R"({"n": {"type": "control.counter", "params": {"items": 1000}}, "a": {"type": "test.heavy_add"}, "b": {"type": "test.heavy_add"}, "g": {"type": "test.gate"}})",
                                 {{"n.value", "a.value"}, {"a.value", "b.value"}, {"b.value", "g.value"}});
    RunOptions options;
    options.threads = 2;
    options.in_flight = 5;
    engine::Run run(plan_run(graph, runner.registry, options), runner.registry, options);
    run.start();
    Gate::await_entry();
    std::uint64_t items = 0;
    for (int i = 0; i < 20; ++i) {
        for (const NodeFigures& node : run.figures().nodes) items = std::max(items, node.items);
        std::this_thread::yield();
    }
    EXPECT_LE(items, 5u);
    Gate::let_through();
    EXPECT_EQ(run.wait().status, RunStatus::Succeeded);
}

}  // namespace
}  // namespace millrace::engine::testing
