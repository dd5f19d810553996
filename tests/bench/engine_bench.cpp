// What the engine adds to raw oneTBB, measured side by side in one process. `millrace bench engine` runs this program.
#include <benchmark/benchmark.h>

#include <memory>
#include <tuple>
#include <vector>

#include <oneapi/tbb/flow_graph.h>
#include <oneapi/tbb/global_control.h>

#include "engine/graph/graph.hpp"
#include "engine/node.hpp"
#include "engine/run/run.hpp"
#include "tests/bench/figures.hpp"

namespace millrace::engine {
namespace {

constexpr int kItems = 100'000;
constexpr int kInFlight = 1'000;
constexpr int kNodes = 10;

using Number = std::shared_ptr<const double>;

struct Source {
    static NodeSpec spec() {
        return {.id = "bench.source", .title = "", .group = "", .doc = "", .outputs = {{"value", ""}}, .light = true};
    }
    std::optional<Number> operator()() {
        if (next_ == kItems) return {};
        ++next_;
        return payload_;
    }
    int next_ = 0;
    Number payload_ = std::make_shared<const double>(1.0);
};

struct Pass {
    static NodeSpec spec() {
        return {.id = "bench.pass", .title = "", .group = "", .doc = "", .inputs = {{"value", ""}}, .outputs = {{"value", ""}}, .light = true};
    }
    Number operator()(Number value) const { return value; }
};

struct Join8 {
    static NodeSpec spec() {
        return {.id = "bench.join",
                .title = "",
                .group = "",
                .doc = "",
                .inputs = {{"a", ""}, {"b", ""}, {"c", ""}, {"d", ""}, {"e", ""}, {"f", ""}, {"g", ""}, {"h", ""}},
                .outputs = {{"value", ""}},
                .light = true};
    }
    Number operator()(Number a, const double&, const double&, const double&, const double&, const double&, const double&,
                      const double&) const {
        return a;
    }
};

GraphNode node(std::string type) {
    GraphNode made;
    made.type = std::move(type);
    return made;
}

Graph chain() {
    Graph graph;
    graph.nodes["source"] = node("bench.source");
    std::string before = "source";
    for (int i = 0; i < kNodes; ++i) {
        const std::string id = "pass" + std::to_string(i);
        graph.nodes[id] = node("bench.pass");
        graph.wires.push_back({{before, "value"}, {id, "value"}});
        before = id;
    }
    return graph;
}

Graph fan() {
    Graph graph;
    graph.nodes["source"] = node("bench.source");
    graph.nodes["join"] = node("bench.join");
    for (char port = 'a'; port <= 'h'; ++port) {
        const std::string id(1, port);
        graph.nodes[id] = node("bench.pass");
        graph.wires.push_back({{"source", "value"}, {id, "value"}});
        graph.wires.push_back({{id, "value"}, {"join", id}});
    }
    return graph;
}

void run_graph(benchmark::State& state, const Graph& graph, bool inline_chains, int nodes) {
    Registry registry;
    registry.add<Source>();
    registry.add<Pass>();
    registry.add<Join8>();
    RunOptions options;
    options.threads = 2;
    options.in_flight = kInFlight;
    options.inline_chains = inline_chains;
    for (auto _ : state) {
        Run run(plan_run(graph, registry, options), registry, options);
        run.start();
        if (run.wait().status != RunStatus::Succeeded) state.SkipWithError("the run failed");
    }
    state.SetItemsProcessed(state.iterations() * kItems * nodes);
}

void engine_chain_inline(benchmark::State& state) { run_graph(state, chain(), true, kNodes); }
void engine_chain_queued(benchmark::State& state) { run_graph(state, chain(), false, kNodes); }
void engine_fan(benchmark::State& state) { run_graph(state, fan(), true, 9); }

/// Feeds `put` with all items, at most kInFlight on their way, as the engine bounds its own.
template <class Put>
void feed(std::atomic<int>& done, const Put& put) {
    const Number payload = std::make_shared<const double>(1.0);
    for (int i = 0; i < kItems; ++i) {
        while (i - done.load(std::memory_order_acquire) >= kInFlight) std::this_thread::yield();
        put(i, payload);
    }
}

void tbb_chain(benchmark::State& state) {
    using namespace tbb::flow;
    const tbb::global_control control(tbb::global_control::max_allowed_parallelism, 2);
    for (auto _ : state) {
        tbb::flow::graph flow;
        std::atomic<int> done = 0;
        using Step = function_node<Number, Number, queueing>;
        std::vector<std::unique_ptr<Step>> steps;
        for (int i = 0; i < kNodes; ++i) {
            const bool last = i + 1 == kNodes;
            steps.push_back(std::make_unique<Step>(flow, serial, [last, &done](Number value) {
                if (last) done.fetch_add(1, std::memory_order_release);
                return value;
            }));
            if (i > 0) make_edge(*steps[i - 1], *steps[i]);
        }
        feed(done, [&](int, const Number& value) { steps[0]->try_put(value); });
        flow.wait_for_all();
    }
    state.SetItemsProcessed(state.iterations() * kItems * kNodes);
}

void tbb_fan(benchmark::State& state) {
    using namespace tbb::flow;
    const tbb::global_control control(tbb::global_control::max_allowed_parallelism, 2);
    using Tagged = std::pair<int, Number>;
    for (auto _ : state) {
        tbb::flow::graph flow;
        std::atomic<int> done = 0;
        const auto tag = [](const Tagged& value) { return static_cast<std::size_t>(value.first); };
        broadcast_node<Tagged> spread(flow);
        using Join = join_node<std::tuple<Tagged, Tagged, Tagged, Tagged, Tagged, Tagged, Tagged, Tagged>, key_matching<std::size_t>>;
        Join join(flow, tag, tag, tag, tag, tag, tag, tag, tag);
        using Step = function_node<Tagged, Tagged, queueing>;
        std::vector<std::unique_ptr<Step>> steps;
        for (int i = 0; i < 8; ++i) {
            steps.push_back(std::make_unique<Step>(flow, serial, [](Tagged value) { return value; }));
            make_edge(spread, *steps.back());
        }
        make_edge(*steps[0], input_port<0>(join));
        make_edge(*steps[1], input_port<1>(join));
        make_edge(*steps[2], input_port<2>(join));
        make_edge(*steps[3], input_port<3>(join));
        make_edge(*steps[4], input_port<4>(join));
        make_edge(*steps[5], input_port<5>(join));
        make_edge(*steps[6], input_port<6>(join));
        make_edge(*steps[7], input_port<7>(join));
        function_node<typename Join::output_type, continue_msg, queueing> end(flow, serial, [&](const auto&) {
            done.fetch_add(1, std::memory_order_release);
            return continue_msg();
        });
        make_edge(join, end);
        feed(done, [&](int i, const Number& value) { spread.try_put({i, value}); });
        flow.wait_for_all();
    }
    state.SetItemsProcessed(state.iterations() * kItems * 9);
}

Graph large_graph() {
    Graph graph;
    for (int i = 0; i < 2000; ++i) graph.nodes["n" + std::to_string(i)] = node(i == 0 ? "control.counter" : "control.select");
    for (int i = 1; i < 2000; ++i) {
        const std::string id = "n" + std::to_string(i);
        const auto out = [](int from) { return Endpoint{"n" + std::to_string(from), from == 0 ? "value" : "item"}; };
        graph.wires.push_back({out(i - 1), {id, "a"}});
        graph.wires.push_back({out(i / 2), {id, "b"}});
    }
    return graph;
}

void load_2000(benchmark::State& state) {
    const std::string text = write_graph(large_graph());
    for (auto _ : state) benchmark::DoNotOptimize(read_graph(text, "bench"));
}

void plan_2000(benchmark::State& state) {
    const Graph graph = large_graph();
    const Registry registry;
    for (auto _ : state) {
        const Plan plan = make_plan(graph, registry, {});
        if (!plan.ok()) state.SkipWithError(to_text(plan.problems.front()).c_str());
    }
}

BENCHMARK(tbb_chain)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(engine_chain_inline)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(engine_chain_queued)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(tbb_fan)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(engine_fan)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(load_2000)->Unit(benchmark::kMillisecond);
BENCHMARK(plan_2000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace millrace::engine

int main(int argc, char** argv) {
    return millrace::bench::run_benchmarks(
        argc, argv,
        {{"inline chain", "ten light nodes in a chain, one shared payload, over ten raw function nodes", "engine_chain_inline", "tbb_chain", 0.5},
         {"queued chain", "the same chain with inlining off", "engine_chain_queued", "tbb_chain", 2},
         {"fan-out and join", "to 8 branches and back, over broadcast_node and join_node by key", "engine_fan", "tbb_fan", 1.5},
         {"load", "read a graph of 2,000 nodes and 4,000 wires", "load_2000", "", 100},
         {"plan", "validate and plan the same graph", "plan_2000", "", 100}});
}
