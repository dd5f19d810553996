// Full disks, folders that can't be written to, paths that climb, two sinks on one file: one clear
// error each, and nothing half-written.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>

#include "engine/graph/graph.hpp"
#include "engine/plan/plan.hpp"
#include "engine/run/run.hpp"
#include "tests/nodes/sinks/sinks.hpp"

namespace millrace::testing {
namespace {

namespace fs = std::filesystem;
using engine::Object;
using engine::Packet;
using engine::Problem;
using Names = std::vector<std::string>;

/// As if the disk were full at files of so many bytes, while it lives: writing beyond gives an
/// error.
class SmallDisk {
public:
    explicit SmallDisk(rlim_t bytes) : before_(std::signal(SIGXFSZ, SIG_IGN)) {
        getrlimit(RLIMIT_FSIZE, &limit_);
        rlimit small = limit_;
        small.rlim_cur = bytes;
        setrlimit(RLIMIT_FSIZE, &small);
    }
    SmallDisk(const SmallDisk&) = delete;
    SmallDisk& operator=(const SmallDisk&) = delete;
    ~SmallDisk() {
        setrlimit(RLIMIT_FSIZE, &limit_);
        std::signal(SIGXFSZ, before_);
    }

private:
    void (*before_)(int);
    rlimit limit_{};
};

struct Given {
    std::string type, file;
    Packet packet;
};

/// Each sink with something of more than 10,000 bytes for it, and the file it writes.
std::vector<Given> large_ones() {
    types::Image image(100, 100, 3);
    engine::Random random(1, "image", 0);
    for (std::uint8_t& byte : image.bytes) byte = static_cast<std::uint8_t>(random.uniform() * 256);
    types::PointCloud cloud;
    cloud.points.resize(10000);
    types::Metrics metrics;
    for (int i = 0; i < 2000; ++i) metrics.values["figure " + std::to_string(i)] = i;
    return {{"sinks.image", "images/000000.png", Packet::make(image)},
            {"sinks.cloud", "clouds/000000.ply", Packet::make(cloud)},
            {"sinks.metrics", "metrics.csv", Packet::make(metrics)},
            {"sinks.table", "table.csv",
             Packet::make(types::Table{{{"x", std::vector<double>(10000, 0.5)}}})}};
}

TEST(Faults, AFullDiskIsOneClearError) {
    for (const Given& given : large_ones()) {
        TestContext context;
        TestNode node(sinks_registry(), given.type);
        node.start(context);
        Problem problem;
        {
            const SmallDisk disk(4096);
            problem = problem_of([&] { node.call({given.packet}, context); });
        }
        EXPECT_EQ(problem.code, "E-FILE-003") << given.type;
        EXPECT_EQ(problem.where, (context.artifacts() / given.file).string());
        EXPECT_NE(problem.found.find("MB free"), std::string::npos) << problem.found;
        EXPECT_NE(problem.expected.find("bytes"), std::string::npos) << problem.expected;
        EXPECT_NE(problem.mend.find("space"), std::string::npos) << problem.mend;
        // No half of it, no temporary file either; a table has the rows it had, which are none.
        for (const std::string& name : files_in(context.artifacts()))
            EXPECT_EQ(fs::file_size(context.artifacts() / name), 0u) << name;
        // Room again: it goes on as if nothing had been.
        node.call({given.packet}, context);
        node.finish(context);
        EXPECT_GT(fs::file_size(context.artifacts() / given.file), 10000u) << given.type;
    }
}

TEST(Faults, AFullDiskLeavesWholeRows) {
    TestContext context;
    TestNode node(sinks_registry(), "sinks.table");
    node.start(context);
    const Packet table =
        Packet::make(types::Table{{{"text", std::vector<std::string>(3, std::string(300, 'x'))}}});
    int written = 0;
    {
        const SmallDisk disk(4096);
        const Problem problem = problem_of([&] {
            for (; written < 100; ++written) node.call({table}, context);
        });
        EXPECT_EQ(problem.code, "E-FILE-003");
    }
    const auto rows = records_of(text_of(context.artifacts() / "table.csv"));
    EXPECT_EQ(written, 4);
    EXPECT_EQ(rows.size(), 1u + 3 * 4);
    node.call({table}, context);
    EXPECT_EQ(records_of(text_of(context.artifacts() / "table.csv")).size(), 1u + 3 * 5);
}

TEST(Faults, AFullDiskKeepsTheOldFile) {
    const Given given = large_ones().at(1);
    TestContext context;
    TestNode node(sinks_registry(), given.type);
    node.start(context);
    types::PointCloud small;
    small.points.resize(1);
    node.call({Packet::make(small)}, context);
    const std::string before = text_of(context.artifacts() / given.file);
    {
        const SmallDisk disk(4096);
        EXPECT_EQ(problem_of([&] { node.call({given.packet}, context); }).code, "E-FILE-003");
    }
    EXPECT_EQ(text_of(context.artifacts() / given.file), before);
    EXPECT_EQ(files_in(context.artifacts()), (Names{given.file}));
}

TEST(Faults, AFullDiskAtTheEndOfStatistics) {
    TestContext context;
    TestNode node(sinks_registry(), "sinks.run_statistics");
    node.start(context);
    {
        const SmallDisk disk(10);
        EXPECT_EQ(problem_of([&] { node.finish(context); }).code, "E-FILE-003");
    }
    EXPECT_EQ(files_in(context.artifacts()), Names{});
}

TEST(Faults, SomethingElseInTheWay) {
    for (const Given& given : large_ones()) {
        TestContext context;
        fs::create_directories(context.artifacts() /
                               given.file);  // a folder where the file should be
        const Problem problem = problem_of(
            [&] { run_node(sinks_registry(), given.type, {}, {given.packet}, context); });
        EXPECT_EQ(problem.code, "E-FILE-003") << given.type << to_text(problem);
        EXPECT_EQ(problem.where, (context.artifacts() / given.file).string()) << given.type;
        EXPECT_FALSE(problem.found.empty());
    }
}

// The rest is what the planner and the run's own context do, so it goes through them.

engine::Graph graph_of(const std::string& nodes, const std::string& wires) {
    engine::ReadGraph read = engine::read_graph(
        R"({"schema": "millrace/1", "nodes": {"n": {"type": "control.counter", "params": {"items": 3}}, )" +
            nodes + R"(}, "wires": [)" + wires + "]}",
        "test");
    EXPECT_TRUE(read.problems.empty());
    return read.graph;
}

engine::Registry& all_nodes() {
    static const std::unique_ptr<engine::Registry> registry = [] {
        auto filled = std::make_unique<engine::Registry>();
        register_sinks(*filled);
        return filled;
    }();
    return *registry;
}

std::vector<Problem> planned(const std::string& nodes, const std::string& wires) {
    return engine::make_plan(graph_of(nodes, wires), all_nodes(), {}).problems;
}

std::string statistics(const std::string& id, const std::string& file) {
    return "\"" + id + R"(": {"type": "sinks.run_statistics", "params": {"file": ")" + file +
           "\"}}";
}

TEST(Faults, PathsThatClimbAreRefusedBeforeTheRun) {
    for (const char* name :
         {"../up.json", "a/../../up.json", "/tmp/up.json", "..", ".", "", "folder/", "a/.."}) {
        const auto problems =
            planned(statistics("s", name), R"({"from": "n.value", "to": "s.item"})");
        ASSERT_EQ(problems.size(), 1u) << name;
        EXPECT_EQ(problems[0].code, "E-PATH-002") << name;
        EXPECT_EQ(problems[0].where, "s.file");
        EXPECT_EQ(problems[0].found, name);
        EXPECT_FALSE(problems[0].mend.empty());
    }
    for (const char* name :
         {"s.json", "deep/er/s.json", "a/../s.json", "./s.json", "..s.json", "a b"})
        EXPECT_TRUE(
            planned(statistics("s", name), R"({"from": "n.value", "to": "s.item"})").empty())
            << name;
}

TEST(Faults, TwoSinksOfOneFileAreRefused) {
    const std::string wires =
        R"({"from": "n.value", "to": "a.item"}, {"from": "n.value", "to": "b.item"})";
    const auto problems =
        planned(statistics("a", "x/s.json") + "," + statistics("b", "./x//s.json"), wires);
    ASSERT_EQ(problems.size(), 1u);
    EXPECT_EQ(problems[0].code, "E-PLAN-017");
    EXPECT_EQ(problems[0].where, "b.file");
    EXPECT_NE(problems[0].found.find(" a "), std::string::npos) << problems[0].found;
    EXPECT_TRUE(
        planned(statistics("a", "x.json") + "," + statistics("b", "y.json"), wires).empty());
}

TEST(Faults, TwoSinksOfOneFolderAreTold) {
    const auto sinks = [](const std::string& a, const std::string& b) {
        std::vector<Problem> told;
        for (Problem& problem :
             planned(R"("a": {"type": "sinks.image", "params": {)" + a +
                         R"(}}, "b": {"type": "sinks.image", "params": {)" + b + "}}",
                     "")) {
            if (problem.code != "E-PLAN-005")
                told.push_back(std::move(problem));  // nothing is connected
        }
        return told;
    };
    const auto problems = sinks("", R"("folder": "images/")");
    ASSERT_EQ(problems.size(), 1u);
    EXPECT_EQ(problems[0].code, "W-PLAN-018");
    EXPECT_EQ(problems[0].severity, engine::Severity::Warning);
    EXPECT_EQ(problems[0].where, "b.folder");
    EXPECT_TRUE(sinks("", R"("folder": "others")").empty());
    EXPECT_TRUE(sinks("", R"("format": "jpeg")").empty());  // other endings, other files
    EXPECT_EQ(sinks("", R"("folder": "../images")").at(0).code, "E-PATH-002");
}

TEST(Faults, ASecondSinkOfAFileIsRefusedWhileRunningToo) {
    TestContext context;
    TestNode first(sinks_registry(), "sinks.table");
    TestNode second(sinks_registry(), "sinks.table");
    first.start(context);
    const Packet table = Packet::make(types::Table{{{"x", std::vector<double>{1}}}});
    first.call({table}, context);
    const Problem problem = problem_of([&] { second.start(context); });
    EXPECT_EQ(problem.code, "E-SINK-003");
    EXPECT_EQ(problem.where, (context.artifacts() / "table.csv").string());
    first.finish(context);
    EXPECT_EQ(text_of(context.artifacts() / "table.csv"),
              "x\r\n1\r\n");  // not emptied by the second
    EXPECT_NO_THROW(second.start(context));
}

TEST(Faults, ARunWithoutAFolderSaysSo) {
    const engine::Graph graph =
        graph_of(statistics("s", "s.json"), R"({"from": "n.value", "to": "s.item"})");
    engine::Run run(engine::plan_run(graph, all_nodes(), {}), all_nodes(), {});
    run.start();
    const engine::RunResult result = run.wait();
    EXPECT_EQ(result.status, engine::RunStatus::Failed);
    ASSERT_FALSE(result.problems.empty());
    EXPECT_EQ(result.problems[0].code, "E-PATH-003");
    EXPECT_NE(result.problems[0].mend.find("--out"), std::string::npos);
}

TEST(Faults, AFolderThatCannotBeMadeIsNamed) {
    TestContext folder;
    std::ofstream(folder.artifacts() / "artifacts") << "a file";
    const engine::Graph graph =
        graph_of(statistics("s", "s.json"), R"({"from": "n.value", "to": "s.item"})");
    engine::RunOptions options;
    options.out = folder.artifacts();
    engine::Run run(engine::plan_run(graph, all_nodes(), options), all_nodes(), options);
    run.start();
    const engine::RunResult result = run.wait();
    EXPECT_EQ(result.status, engine::RunStatus::Failed);
    ASSERT_FALSE(result.problems.empty());
    EXPECT_EQ(result.problems[0].code, "E-FILE-003");
    EXPECT_NE(to_text(result.problems[0]).find((folder.artifacts() / "artifacts").string()),
              std::string::npos);
}

}  // namespace
}  // namespace millrace::testing
