// The timeline: valid JSON with the fields Perfetto asks for, and bars that nest.
#include "engine/observe/trace.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "tests/engine/support.hpp"

namespace millrace::engine::testing {
namespace {

struct Span {
    double start, end;
    std::string name;
};

class Trace : public ::testing::Test {
protected:
    Value trace_of(const Graph& graph, std::string_view title = "graph.json") {
        RunOptions options;
        options.trace = true;
        result = runner.run(graph, {}, options);
        const Plan plan = plan_run(graph, runner.registry, options);
        text = chrome_trace(result, plan, title);
        return parse_json(text, "trace");
    }
    Runner runner;
    RunResult result;
    std::string text;
};

Graph chain(int items) {
    return graph_of(
        R"({"n": {"type": "control.counter", "params": {"items": )" + std::to_string(items) + R"(}},
                        "heavy": {"type": "test.heavy_add"}, "light": {"type": "test.add"},
                        "lighter": {"type": "test.add"}, "last": {"type": "test.heavy_add"}})",
        {{"n.value", "heavy.value"},
         {"heavy.value", "light.value"},
         {"light.value", "lighter.value"},
         {"lighter.value", "last.value"}});
}

TEST_F(Trace, HasTheFieldsThatPerfettoReads) {
    const Value trace = trace_of(chain(20));
    ASSERT_TRUE(trace.find("traceEvents")->is_array());
    EXPECT_EQ(trace.find("displayTimeUnit")->as_string(), "ms");
    std::set<std::int64_t> tracks, named;
    std::map<std::string, std::set<std::int64_t>> items;
    for (const Value& event : trace.find("traceEvents")->as_array()) {
        const std::string& phase = event.find("ph")->as_string();
        EXPECT_EQ(event.find("pid")->as_int(), 1);
        ASSERT_TRUE(event.find("tid")->is_int());
        ASSERT_TRUE(event.find("name")->is_string());
        if (phase == "M") {
            ASSERT_TRUE(event.find("args")->is_object());
            if (event.find("name")->as_string() == "thread_name")
                named.insert(event.find("tid")->as_int());
            continue;
        }
        ASSERT_EQ(phase, "X");
        tracks.insert(event.find("tid")->as_int());
        EXPECT_TRUE(event.find("cat")->is_string());
        EXPECT_GE(event.find("ts")->as_double(), 0);
        EXPECT_GE(event.find("dur")->as_double(), 0);
        items[event.find("name")->as_string()].insert(event.find("args")->find("item")->as_int());
    }
    EXPECT_EQ(tracks, named);
    EXPECT_LE(tracks.size(), 3u);
    // A bar for every call of a node that is not inlined.
    EXPECT_EQ(items.at("heavy").size(), 20u);
    EXPECT_EQ(items.at("last").size(), 20u);
}

TEST_F(Trace, BarsOfOneThreadNestOrFollowOneAnother) {
    const Value trace = trace_of(chain(200));
    std::map<std::int64_t, std::vector<Span>> threads;
    for (const Value& event : trace.find("traceEvents")->as_array()) {
        if (event.find("ph")->as_string() != "X") continue;
        const double start = event.find("ts")->as_double();
        threads[event.find("tid")->as_int()].push_back(
            {start, start + event.find("dur")->as_double(), event.find("name")->as_string()});
    }
    ASSERT_FALSE(threads.empty());
    constexpr double rounding = 0.0015;  // times are written to the nanosecond
    for (auto& [thread, spans] : threads) {
        std::ranges::sort(spans, [](const Span& a, const Span& b) {
            return a.start != b.start ? a.start < b.start : a.end > b.end;
        });
        std::vector<Span> open;
        for (const Span& span : spans) {
            while (!open.empty() && open.back().end <= span.start + rounding) open.pop_back();
            if (!open.empty()) {
                EXPECT_LE(span.end, open.back().end + rounding)
                    << span.name << " reaches out of " << open.back().name;
            }
            open.push_back(span);
        }
    }
}

TEST_F(Trace, NamesAreEscaped) {
    const Value trace = trace_of(chain(1), "a \"quoted\"\n<title>\\");
    const Value& process = trace.find("traceEvents")->as_array().front();
    EXPECT_EQ(process.find("args")->find("name")->as_string(), "a \"quoted\"\n<title>\\");
}

TEST_F(Trace, OfARunWithoutCallsIsStillATrace) {
    const Value trace = trace_of(chain(0));
    EXPECT_GE(trace.find("traceEvents")->as_array().size(), 1u);
}

}  // namespace
}  // namespace millrace::engine::testing
