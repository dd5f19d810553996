// Events of a run and their record as newline JSON; figures as JSON values.
#include <gtest/gtest.h>

#include <sstream>
#include <thread>

#include "engine/observe/report.hpp"
#include "engine/observe/run_folder.hpp"
#include "tests/engine/support.hpp"

namespace millrace::engine::testing {
namespace {

std::vector<Value> lines_of(const std::filesystem::path& file) {
    std::ifstream stream(file);
    std::vector<Value> lines;
    for (std::string line; std::getline(stream, line);)
        lines.push_back(parse_json(line, file.string()));
    return lines;
}

Graph failing_graph() {
    return graph_of(
        R"({"n": {"type": "control.counter", "params": {"items": 6}},
            "f": {"type": "test.fail_at", "params": {"at": 2}, "on_error": "skip"},
            "last": {"type": "test.heavy_add"}})",
        {{"n.value", "f.value"}, {"f.value", "last.value"}});
}

TEST(Events, TellTheRunFromItsStartToItsEnd) {
    FailAt::failed() = 0;
    TemporaryFolder folder;
    Runner runner;
    RunOptions options;
    options.threads = 2;
    options.keep_going = true;
    std::vector<std::string> texts;
    {
        RunFolder out(folder.path / "o", FolderUse::New);
        engine::Run run(plan_run(failing_graph(), runner.registry, options), runner.registry,
                        options);
        run.on_event([&](const Object& event) {
            texts.push_back(to_json(event));
            out.append_event(texts.back());
        });
        run.start();
        EXPECT_EQ(run.wait().status, RunStatus::Succeeded);
    }
    const std::vector<Value> events = lines_of(folder.path / "o" / "events.ndjson");
    ASSERT_EQ(events.size(), texts.size());
    EXPECT_EQ(events.front().find("event")->as_string(), "started");
    EXPECT_EQ(events.front().find("nodes")->as_int(), 3);
    EXPECT_EQ(events.back().find("event")->as_string(), "finished");
    EXPECT_EQ(events.back().find("status")->as_string(), "succeeded");
    int errors = 0;
    for (const Value& event : events) {
        ASSERT_TRUE(event.find("seconds")->is_number());
        if (event.find("event")->as_string() != "node_error") continue;
        ++errors;
        EXPECT_EQ(event.find("node")->as_string(), "f");
        EXPECT_EQ(event.find("item")->as_int(), 2);
        EXPECT_TRUE(event.find("skipped")->as_bool());
        EXPECT_EQ(event.find("code")->as_string().substr(0, 7), "E-NODE-");
    }
    EXPECT_EQ(errors, 1);
}

TEST(Events, LinesOfManyThreadsStayWhole) {
    TemporaryFolder folder;
    constexpr int kThreads = 4, kLines = 500;
    {
        RunFolder out(folder.path / "o", FolderUse::New);
        std::vector<std::thread> threads;
        for (int number = 0; number < kThreads; ++number) {
            threads.emplace_back([&out, number] {
                const std::string filler(static_cast<std::size_t>(50 * (number + 1)), 'x');
                for (int line = 0; line < kLines; ++line)
                    out.append_event(
                        to_json(Object{{"thread", number}, {"line", line}, {"filler", filler}}));
            });
        }
        for (std::thread& thread : threads) thread.join();
    }
    std::map<std::int64_t, std::int64_t> next;
    for (const Value& line : lines_of(folder.path / "o" / "events.ndjson"))
        EXPECT_EQ(line.find("line")->as_int(), next[line.find("thread")->as_int()]++);
    EXPECT_EQ(next.size(), static_cast<std::size_t>(kThreads));
    for (const auto& [thread, count] : next) EXPECT_EQ(count, kLines);
}

TEST(Report, FiguresCountWhatBecameOfEachItem) {
    FailAt::failed() = 0;
    Runner runner;
    RunOptions options;
    options.keep_going = true;
    const RunResult result = runner.run(failing_graph(), {}, options);
    const Value failing = to_value(figures_of(result, "f"));
    EXPECT_EQ(failing.find("items")->as_int(), 6);
    EXPECT_EQ(failing.find("errors")->as_int(), 1);
    const Value last = to_value(figures_of(result, "last"));
    EXPECT_EQ(last.find("items")->as_int(), 6);
    EXPECT_EQ(last.find("skipped")->as_int(), 1);
    EXPECT_EQ(last.find("executed")->as_int(), 5);
    for (const char* name : {"cached", "deferred", "repeated", "none", "retries"})
        EXPECT_EQ(last.find(name)->as_int(), 0) << name;
    EXPECT_GE(last.find("busy_seconds")->as_double(), 0);
    EXPECT_GE(last.find("blocked_seconds")->as_double(), 0);
}

TEST(Report, WiresTellWhatTheyDropped) {
    const Value wire = to_value(WireFigures{"a.out -> b.in", 3, 8, 5});
    EXPECT_EQ(wire.find("wire")->as_string(), "a.out -> b.in");
    EXPECT_EQ(wire.find("capacity")->as_int(), 8);
    EXPECT_EQ(wire.find("dropped")->as_int(), 5);
}

}  // namespace
}  // namespace millrace::engine::testing
