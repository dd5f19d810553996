#include <algorithm>
#include <chrono>
#include <thread>

#include "engine/node.hpp"
#include "engine/node/control/control.hpp"

namespace millrace::engine::control {
namespace {

struct Constant {
    double value = 0;

    static NodeSpec spec() {
        return {.id = "control.constant",
                .title = "Constant",
                .group = "Control",
                .doc = "Gives one number, once. Connected to a latch input it holds for the whole run; connected to a stream "
                       "input it is a stream of one item.",
                .outputs = {{"value", "the number"}},
                .params = {{.name = "value", .field = &Constant::value, .doc = "The number"}},
                .pure = true,
                .light = true};
    }

    std::optional<std::uint64_t> count() const { return 1; }
    std::optional<double> operator()(Item item) const {
        if (item.number > 0) return {};
        return value;
    }
};

struct Json {
    std::string text = "null";

    static NodeSpec spec() {
        return {.id = "control.json",
                .title = "JSON value",
                .group = "Control",
                .doc = "Gives one JSON value, once. Connected to a latch input it holds for the whole run: a transform for "
                       "points.register_icp, say.",
                .outputs = {{"value", "the value"}},
                .params = {{.name = "text", .field = &Json::text, .doc = "The value, written as JSON: an object, a list, a number …"}},
                .pure = true,
                .light = true};
    }

    std::vector<Problem> check() const {
        try {
            parse_json(text, "text");
            return {};
        } catch (const Error& error) {
            Problem problem = error.problem();
            problem.where = "text";
            return {problem};
        }
    }
    std::optional<std::uint64_t> count() const { return 1; }
    std::optional<Value> operator()(Item item) const {
        if (item.number > 0) return {};
        return parse_json(text, "text");
    }
};

struct Counter {
    int items = 10;
    double start = 0;
    double step = 1;

    static NodeSpec spec() {
        return {.id = "control.counter",
                .title = "Counter",
                .group = "Control",
                .doc = "Gives the numbers start, start + step, … one per item. The simplest source: for trying a graph out.",
                .outputs = {{"value", "start + step * item"}},
                .params = {{.name = "items", .field = &Counter::items, .range = {0, 2e9}, .doc = "How many numbers; 0 for none"},
                           {.name = "start", .field = &Counter::start, .doc = "The number of item 0"},
                           {.name = "step", .field = &Counter::step, .doc = "From each number to the next; may be negative"}},
                .pure = true,
                .light = true};
    }

    std::optional<std::uint64_t> count() const { return static_cast<std::uint64_t>(items); }
    std::optional<double> operator()(Item item) const {
        if (item.number >= static_cast<std::uint64_t>(items)) return {};
        return start + step * static_cast<double>(item.number);
    }
};

struct RateLimit {
    double per_second = 10;

    static NodeSpec spec() {
        return {.id = "control.rate_limit",
                .title = "Rate limit",
                .group = "Control",
                .doc = "Lets at most so many items through per second, unchanged. For replaying a recording at the sensor's "
                       "pace; nothing is dropped, the source waits.",
                .inputs = {{.name = "item", .doc = "any payload", .type = "T"}},
                .outputs = {{"item", "the same", "T"}},
                .params = {{.name = "per_second",
                            .field = &RateLimit::per_second,
                            .unit = "1/s",
                            .range = {0.001, 1e6},
                            .doc = "Items per second",
                            .change = Change::Hot}},
                .resource = Resource::Wait};
    }

    Packet operator()(const Packet& item, RunContext& context) {
        using Clock = std::chrono::steady_clock;
        const auto period = std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(1 / per_second));
        const Clock::time_point due = std::max(next_, Clock::now());
        while (Clock::now() < due && !context.stop_requested()) {
            std::this_thread::sleep_for(std::min<Clock::duration>(std::chrono::milliseconds(20), due - Clock::now()));
        }
        next_ = due + period;
        return item;
    }

    State save() const { return {}; }
    void load(const State&) {}

    std::chrono::steady_clock::time_point next_{};
};

struct Feedback {
    std::string first;

    static NodeSpec spec() {
        return {.id = "control.feedback",
                .title = "Feedback",
                .group = "Control",
                .doc = "Opens a loop: gives each item together with what the loop answered to the item before. An item "
                       "that is skipped inside the loop leaves the answer as it was.",
                .inputs = {{.name = "item", .doc = "any payload", .type = "T"},
                           {.name = "back",
                            .doc = "the loop's answer, one for each item",
                            .sync = Sync::Feedback,
                            .type = "U"}},
                .outputs = {{"item", "the same item", "T"}, {"previous", "the answer to the item before", "U"}},
                .params = {{.name = "first",
                            .field = &Feedback::first,
                            .doc = "What the first item sees, as JSON: a number, or any value; empty for none"}},
                .light = true,
                .example = R"("nodes": {
    "numbers": {"type": "control.counter", "version": 1},
    "loop": {"type": "control.feedback", "version": 1, "params": {"first": "-1"}},
    "answer": {"type": "control.select", "version": 1}},
"wires": [
    {"from": "numbers.value", "to": "loop.item"},
    {"from": "loop.item", "to": "answer.a"},
    {"from": "answer.item", "to": "loop.back"}])"};
    }

    std::vector<Problem> check() const {
        if (first.empty()) return {};
        try {
            parse_json(first, "first");
            return {};
        } catch (const Error& error) {
            Problem problem = error.problem();
            problem.where = "first";
            return {problem};
        }
    }
    std::tuple<Packet, Packet> operator()(const Packet& item, const Packet& back) const {
        if (back || first.empty()) return {item, back};
        const Value value = parse_json(first, "first");
        return {item, value.is_number() ? Packet::make<double>(value.as_double()) : Packet::make<Value>(value)};
    }
};

/// The two below stand in the registry for their documentation: a graph that uses them is expanded before it is planned.
struct SubgraphCall {
    static NodeSpec spec() {
        return {.id = "control.subgraph",
                .title = "Subgraph",
                .group = "Control",
                .doc = "Stands for a subgraph of the document, named in the node's field \"subgraph\". Its ports are the "
                       "subgraph's inputs and outputs, its parameters those the subgraph promotes. Runs exactly as if the "
                       "nodes stood in its place.",
                .example = R"("nodes": {
    "numbers": {"type": "control.counter", "version": 1},
    "slowly": {"type": "control.subgraph", "version": 1, "subgraph": "slow", "params": {"pace": 5}}},
"wires": [{"from": "numbers.value", "to": "slowly.in"}],
"subgraphs": {"slow": {
    "inputs": {"in": ["limit.item"]}, "outputs": {"out": "limit.item"},
    "parameters": {"pace": {"of": "limit.per_second", "label": "Items per second"}},
    "nodes": {"limit": {"type": "control.rate_limit", "version": 1}}}})"};
    }
    void operator()() const {}
};

struct ForEach {
    static NodeSpec spec() {
        return {.id = "control.for_each",
                .title = "For each",
                .group = "Control",
                .doc = "Runs a subgraph for each element of a list. The list goes into \"items\", the subgraph's input "
                       "\"item\" gets the elements, and each output of the subgraph comes back as a list of the same order. "
                       "Elements that gave none are left out of it.",
                .example = R"("nodes": {
    "numbers": {"type": "control.counter", "version": 1},
    "batch": {"type": "control.batch", "version": 1, "params": {"size": 4}},
    "each": {"type": "control.for_each", "version": 1, "subgraph": "slow"}},
"wires": [
    {"from": "numbers.value", "to": "batch.item"},
    {"from": "batch.items", "to": "each.items"}],
"subgraphs": {"slow": {
    "inputs": {"item": ["limit.item"]}, "outputs": {"out": "limit.item"},
    "nodes": {"limit": {"type": "control.rate_limit", "version": 1}}}})"};
    }
    void operator()() const {}
};

}  // namespace

void register_flow(Registry& registry) {
    registry.add<Constant>();
    registry.add<Json>();
    registry.add<Counter>();
    registry.add<RateLimit>();
    registry.add<Feedback>();
    registry.add<SubgraphCall>();
    registry.add<ForEach>();
}

}  // namespace millrace::engine::control
