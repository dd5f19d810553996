// A run killed between a checkpoint and its end leaves, once it has gone on, the bytes of one never
// killed.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>

#include "engine/graph/graph.hpp"
#include "engine/run/run.hpp"
#include "engine/visual/io/files.hpp"
#include "tests/nodes/sinks/sinks.hpp"

namespace millrace::testing {
namespace {

namespace fs = std::filesystem;
using engine::Packet;

constexpr int kItems = 60;

types::Table table_of(double value) {
    const auto number = static_cast<std::int64_t>(value);
    return {{{"item", std::vector<std::int64_t>(static_cast<std::size_t>(number % 4), number)},
             {"text", std::vector<std::string>(static_cast<std::size_t>(number % 4), "a, \"b\"")}}};
}

/// A number as everything a sink takes. Kills the process, as kill -9 would, when it meets the
/// number that MILLRACE_TEST_KILL names.
struct Make {
    static engine::NodeSpec spec() {
        return {.id = "test.make",
                .title = "Make",
                .group = "Test",
                .doc = "Payloads of a number.",
                .inputs = {{"value", "a number"}},
                .outputs = {{"table", "rows"},
                            {"metrics", "figures"},
                            {"image", "a picture"},
                            {"cloud", "points"}}};
    }
    std::tuple<types::Table, types::Metrics, types::Image, types::PointCloud> operator()(
        const double& value) {
        if (const char* at = std::getenv("MILLRACE_TEST_KILL"); at && std::atof(at) == value)
            std::raise(SIGKILL);
        types::Image image(4, 4, 3);
        image.bytes.assign(48, static_cast<std::uint8_t>(value));
        types::PointCloud cloud;
        cloud.points = {{static_cast<float>(value), 0, 0}};
        return {table_of(value),
                {.step = 0, .values = {{"value", value}, {"third", value / 3}}},
                image,
                cloud};
    }
    engine::State save() const { return {}; }
    void load(const engine::State&) {}
};

const engine::Registry& all_nodes() {
    static const std::unique_ptr<engine::Registry> registry = [] {
        auto filled = std::make_unique<engine::Registry>();
        register_sinks(*filled);
        filled->add<Make>();
        return filled;
    }();
    return *registry;
}

engine::RunResult run_into(const fs::path& out, bool resume) {
    engine::ReadGraph read = engine::read_graph(
        R"({"schema": "millrace/1", "nodes": {
            "n": {"type": "control.counter", "params": {"items": )" +
            std::to_string(kItems) + R"(}},
            "make": {"type": "test.make"},
            "tables": {"type": "sinks.table"}, "figures": {"type": "sinks.metrics"},
            "images": {"type": "sinks.image"}, "clouds": {"type": "sinks.cloud"},
            "all": {"type": "sinks.run_statistics"}},
        "wires": [{"from": "n.value", "to": "make.value"}, {"from": "make.table", "to": "tables.table"},
            {"from": "make.metrics", "to": "figures.metrics"}, {"from": "make.image", "to": "images.image"},
            {"from": "make.cloud", "to": "clouds.cloud"}, {"from": "make.cloud", "to": "all.item"}]})",
        "test");
    EXPECT_TRUE(read.problems.empty());
    engine::RunOptions options;
    options.threads = 2;
    options.out = out;
    options.resume = resume;
    options.checkpoint_items = 10;
    // As RunFolder does before a run goes on.
    if (resume) visual::remove_temporaries(out);
    engine::Run run(engine::plan_run(read.graph, all_nodes(), options), all_nodes(), options);
    run.start();
    return run.wait();
}

/// The program again, as a process of its own: threads do not survive a fork.
void run_until_killed(const fs::path& out, int at, bool resume) {
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        setenv("MILLRACE_TEST_OUT", out.c_str(), 1);
        setenv("MILLRACE_TEST_RESUME", resume ? "1" : "0", 1);
        setenv("MILLRACE_TEST_KILL", std::to_string(at).c_str(), 1);
        execl("/proc/self/exe", "child", "--gtest_filter=SinkResume.DISABLED_Child",
              "--gtest_also_run_disabled_tests", "--gtest_brief=1", nullptr);
        _exit(127);
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << status;
}

/// What the children of the next test run.
TEST(SinkResume, DISABLED_Child) {
    const char* out = std::getenv("MILLRACE_TEST_OUT");
    ASSERT_NE(out, nullptr);
    run_into(out, std::string(std::getenv("MILLRACE_TEST_RESUME")) == "1");
}

TEST(SinkResume, AKilledRunLeavesTheSameBytes) {
    const TestContext folder;
    const fs::path whole = folder.artifacts() / "whole";
    ASSERT_EQ(run_into(whole, false).status, engine::RunStatus::Succeeded);
    const auto files = files_in(whole / "artifacts");
    EXPECT_EQ(files.size(), 2u * kItems + 3);
    // Killed before the first checkpoint, between two, just at one, twice in a row, at the last
    // item.
    const std::vector<std::vector<int>> deaths = {{3}, {17}, {20}, {25, 41, 43}, {kItems - 1}};
    for (const std::vector<int>& moments : deaths) {
        const fs::path out = folder.artifacts() / ("killed" + std::to_string(moments.front()));
        for (std::size_t i = 0; i < moments.size(); ++i) run_until_killed(out, moments[i], i > 0);
        const engine::RunResult result = run_into(out, true);
        ASSERT_EQ(result.status, engine::RunStatus::Succeeded);
        EXPECT_EQ(result.resumed, moments.front() > 10) << result.resume_note;
        EXPECT_EQ(files_in(out / "artifacts"), files);
        for (const std::string& file : files) {
            EXPECT_TRUE(text_of(out / "artifacts" / file) == text_of(whole / "artifacts" / file))
                << file << " killed at " << moments.front();
        }
    }
}

/// One sink killed after `until` items, of which `saved` are in its state; then on to the end.
std::string killed_and_resumed(const std::string& type, const std::string& file,
                               const std::vector<Packet>& packets, std::size_t saved,
                               std::size_t until) {
    SinkContext context;
    engine::State state;
    {
        TestNode node(all_nodes(), type);
        node.start(context);
        for (std::size_t i = 0; i < until; ++i) {
            if (i == saved) state = node.instance().save();
            context.item_number = i;
            node.call({packets[i]}, context);
        }
        if (saved == until) state = node.instance().save();
    }
    std::ofstream(context.artifacts() / file, std::ios::app | std::ios::binary) << "half a r";
    context.goes_on = true;
    TestNode node(all_nodes(), type);
    node.start(context);
    node.instance().load(state, context);
    for (std::size_t i = saved; i < packets.size(); ++i) {
        context.item_number = i;
        node.call({packets[i]}, context);
    }
    node.finish(context);
    return text_of(context.artifacts() / file);
}

TEST(SinkResume, FilesAreCutToTheCheckpoint) {
    std::vector<Packet> tables, figures;
    for (int i = 0; i < 8; ++i) {
        tables.push_back(Packet::make(table_of(i)));
        figures.push_back(Packet::make(types::Metrics{.values = {{"a", i}, {"b, c", 0.1 * i}}}));
    }
    for (const auto& [type, file, packets] :
         {std::tuple("sinks.table", "table.csv", tables),
          std::tuple("sinks.metrics", "metrics.csv", figures)}) {
        const std::string whole = killed_and_resumed(type, file, packets, 0, 0);
        EXPECT_GT(records_of(whole).size(), 8u);
        for (std::size_t saved = 0; saved <= packets.size(); ++saved) {
            for (std::size_t until = saved; until <= packets.size(); ++until)
                EXPECT_EQ(killed_and_resumed(type, file, packets, saved, until), whole)
                    << type << saved << until;
        }
    }
}

TEST(SinkResume, AFileThatHasBecomeShorterIsToldNotFilled) {
    SinkContext context;
    engine::State state;
    {
        TestNode node(all_nodes(), "sinks.table");
        node.start(context);
        node.call({Packet::make(table_of(3))}, context);
        state = node.instance().save();
    }
    context.goes_on = true;
    for (const bool gone : {false, true}) {
        if (gone)
            fs::remove(context.artifacts() / "table.csv");
        else
            fs::resize_file(context.artifacts() / "table.csv", 5);
        TestNode node(all_nodes(), "sinks.table");
        node.start(context);
        const engine::Problem problem = problem_of([&] { node.instance().load(state, context); });
        EXPECT_EQ(problem.code, "E-SINK-004");
        EXPECT_NE(problem.mend.find("--resume"), std::string::npos);
        EXPECT_EQ(text_of(context.artifacts() / "table.csv").find('\0'), std::string::npos);
    }
}

}  // namespace
}  // namespace millrace::testing
