// Small node types and helpers for the engine's own tests.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "engine/graph/graph.hpp"
#include "engine/node.hpp"
#include "engine/run/run.hpp"

namespace millrace::engine::testing {

struct Add {
    double amount = 1;
    static NodeSpec spec() {
        return {.id = "test.add",
                .title = "Add",
                .group = "Test",
                .doc = "Adds a number.",
                .inputs = {{"value", "a number"}},
                .outputs = {{"value", "its sum with amount"}},
                .params = {{.name = "amount", .field = &Add::amount, .range = {-100, 100}, .doc = "What to add", .change = Change::Hot}},
                .light = true};
    }
    double operator()(const double& value) const { return value + amount; }
};

/// The same, but not light: may run for several items at once.
struct HeavyAdd {
    double amount = 1;
    static NodeSpec spec() {
        return {.id = "test.heavy_add",
                .title = "Add",
                .group = "Test",
                .doc = "Adds a number.",
                .inputs = {{"value", "a number"}},
                .outputs = {{"value", "its sum with amount"}},
                .params = {{.name = "amount", .field = &HeavyAdd::amount, .doc = "What to add", .change = Change::Hot}}};
    }
    double operator()(const double& value) const { return value + amount; }
};

struct Sum {
    static NodeSpec spec() {
        return {.id = "test.sum",
                .title = "Sum",
                .group = "Test",
                .doc = "Adds up its inputs.",
                .inputs = {{"a", "a number"}, {"b", "a number"}, {.name = "c", .doc = "a number", .optional = true}},
                .outputs = {{"value", "the sum"}}};
    }
    double operator()(const double& a, const double& b, const double* c) const { return a + b + (c ? *c : 0); }
};

/// None for odd numbers.
struct EvenOnly {
    static NodeSpec spec() {
        return {.id = "test.even_only",
                .title = "Even only",
                .group = "Test",
                .doc = "Passes even numbers.",
                .inputs = {{"value", "a number"}},
                .outputs = {{"value", "the same, if even"}}};
    }
    std::optional<double> operator()(const double& value) const {
        if (static_cast<long>(value) % 2 != 0) return {};
        return value;
    }
};

struct FailAt {
    double at = 3;
    int times = 1000000;
    static NodeSpec spec() {
        return {.id = "test.fail_at",
                .title = "Fail",
                .group = "Test",
                .doc = "Throws at one number.",
                .inputs = {{"value", "a number"}},
                .outputs = {{"value", "the same"}},
                .params = {{.name = "at", .field = &FailAt::at, .doc = "Number"}, {.name = "times", .field = &FailAt::times, .doc = "Failures"}}};
    }
    double operator()(const double& value) {
        if (value == at && failed()++ < times) throw std::runtime_error("asked to fail");
        return value;
    }
    static std::atomic<int>& failed() {
        static std::atomic<int> count = 0;
        return count;
    }
    State save() const { return {}; }
    void load(const State&) {}
};

/// value + held, with a latch.
struct WithLatch {
    static NodeSpec spec() {
        return {.id = "test.with_latch",
                .title = "With latch",
                .group = "Test",
                .doc = "1000 * held + value.",
                .inputs = {{"value", "a number"}, {.name = "held", .doc = "a number", .sync = Sync::Latch}},
                .outputs = {{"value", "1000 * held + value"}}};
    }
    double operator()(const double& value, const double& held) const { return 1000 * held + value; }
};

struct ListSum {
    static NodeSpec spec() {
        return {.id = "test.list_sum",
                .title = "List sum",
                .group = "Test",
                .doc = "Adds up a list.",
                .inputs = {{.name = "items", .doc = "numbers", .type = "list<number/1>"}},
                .outputs = {{"value", "their sum"}}};
    }
    double operator()(const Packet& items) const {
        double sum = 0;
        for (const Packet& item : items.as<List>().items) sum += item.as<double>();
        return sum;
    }
};

struct Total {
    static NodeSpec spec() {
        return {.id = "test.total",
                .title = "Total",
                .group = "Test",
                .doc = "Gives the sum of the whole stream at its end.",
                .inputs = {{"value", "a number"}},
                .outputs = {{"value", "the sum"}},
                .rate = Rate::New,
                .gathers = "*"};
    }
    std::optional<double> operator()(const double& value) {
        sum_ += value;
        return {};
    }
    std::optional<double> finish() { return sum_; }
    State save() const {
        State state;
        state.values["sum"] = sum_;
        return state;
    }
    void load(const State& state) { sum_ = state.values.at("sum").as_double(); }
    double sum_ = 0;
};

struct RandomValue {
    static NodeSpec spec() {
        return {.id = "test.random",
                .title = "Random",
                .group = "Test",
                .doc = "value + uniform.",
                .inputs = {{"value", "a number"}},
                .outputs = {{"value", "value + [0, 1)"}},
                .random = true};
    }
    double operator()(const double& value, RunContext& context) const { return value + context.random().uniform(); }
};

/// Writes a line a value; resumable.
struct Lines {
    static NodeSpec spec() {
        return {.id = "test.lines",
                .title = "Lines",
                .group = "Test",
                .doc = "Appends numbers to lines.txt.",
                .inputs = {{"value", "a number"}},
                .resource = Resource::Disk};
    }
    void start(RunContext& context) {
        file_ = context.artifact(std::string(context.node_id()) + ".txt");
        if (!context.resuming()) std::ofstream(file_, std::ios::trunc);
    }
    void operator()(const double& value, RunContext& context) {
        std::ofstream(file_, std::ios::app) << value << "\n";
        context.metric("value", value);
    }
    State save() const {
        State state;
        state.values["bytes"] = static_cast<long>(std::filesystem::file_size(file_));
        return state;
    }
    void load(const State& state) {
        std::filesystem::resize_file(file_, static_cast<std::uintmax_t>(state.values.at("bytes").as_int()));
    }
    std::filesystem::path file_;
};

inline void register_test_nodes(Registry& registry) {
    registry.add<Add>();
    registry.add<HeavyAdd>();
    registry.add<Sum>();
    registry.add<EvenOnly>();
    registry.add<FailAt>();
    registry.add<WithLatch>();
    registry.add<ListSum>();
    registry.add<Total>();
    registry.add<RandomValue>();
    registry.add<Lines>();
}

/// A graph from {"nodes": …, "wires": [["a.x", "b.y"], …]} shorthand.
inline Graph graph_of(std::string_view nodes, std::vector<std::pair<std::string, std::string>> wires,
                      std::string_view subgraphs = "{}") {
    std::string text = R"({"schema": "millrace/1", "nodes": )" + std::string(nodes) + R"(, "wires": [)";
    for (std::size_t i = 0; i < wires.size(); ++i) {
        text += (i ? ", " : "") + std::string(R"({"from": ")") + wires[i].first + R"(", "to": ")" + wires[i].second + R"("})";
    }
    text += R"(], "subgraphs": )" + std::string(subgraphs) + "}";
    ReadGraph read = read_graph(text, "test");
    for (const Problem& problem : read.problems) ADD_FAILURE() << to_text(problem);
    return read.graph;
}

inline std::string problems_text(const std::vector<Problem>& problems) {
    std::string text;
    for (const Problem& problem : problems) text += to_text(problem) + "\n";
    return text;
}

/// Runs a graph to its end and keeps what outputs gave.
class Runner {
public:
    Runner() { register_test_nodes(registry); }

    /// Values of number outputs in the order they were given, by "node.port".
    RunResult run(const Graph& graph, const std::vector<std::string>& outputs, RunOptions options = {}) {
        if (options.threads == 0) options.threads = 2;
        Plan plan = plan_run(graph, registry, options);
        EXPECT_TRUE(plan.ok()) << problems_text(plan.problems);
        values.clear();
        if (!plan.ok()) return {};
        Run run(std::move(plan), registry, options);
        for (const std::string& output : outputs) {
            run.tap(*endpoint_from(output), {}, [this, output](std::uint64_t item, const Packet& packet) {
                const std::scoped_lock lock(mutex_);
                if (packet.is<double>()) values[output].push_back({item, packet.as<double>()});
                if (packet.is<List>()) {
                    std::vector<double> list;
                    for (const Packet& element : packet.as<List>().items) {
                        if (element.is<double>()) list.push_back(element.as<double>());
                    }
                    lists[output].push_back(list);
                }
            });
        }
        run.start();
        RunResult result = run.wait();
        // Calls of a parallel node are tapped as they end; items put them in order.
        for (auto& [name, list] : values) std::ranges::sort(list);
        return result;
    }

    std::vector<double> numbers(const std::string& output) const {
        std::vector<double> list;
        if (const auto found = values.find(output); found != values.end()) {
            for (const auto& [item, value] : found->second) list.push_back(value);
        }
        return list;
    }

    Registry registry;
    std::map<std::string, std::vector<std::pair<std::uint64_t, double>>> values;
    std::map<std::string, std::vector<std::vector<double>>> lists;

private:
    std::mutex mutex_;
};

inline const NodeFigures& figures_of(const RunResult& result, std::string_view id) {
    for (const NodeFigures& node : result.figures.nodes) {
        if (node.id == id) return node;
    }
    static const NodeFigures none;
    ADD_FAILURE() << "no node " << id;
    return none;
}

/// A folder of its own for one test, removed at the end.
class TemporaryFolder {
public:
    TemporaryFolder() {
        std::string name = (std::filesystem::temp_directory_path() / "millrace-test-XXXXXX").string();
        path = mkdtemp(name.data());
    }
    ~TemporaryFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path, ignored);
    }
    std::filesystem::path path;
};

}  // namespace millrace::engine::testing
