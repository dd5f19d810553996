// Files of older versions: kept in old/ as they were written, brought up to date through every
// version since.
#include "engine/graph/migrate.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

#include "tests/engine/support.hpp"

namespace millrace::engine::testing {
namespace {

/// Version 1 had "cell_cm" in centimetres and the kind as a number; version 2 "cell" in metres;
/// version 3 the kind by its name; then "cell" was renamed to "size", and the type had been
/// "oldtest.voxels" at first.
struct Thin {
    enum class Kind { First, Mean, Random };
    double size = 0.1;
    Kind kind = Kind::First;

    static void metres(Object& params) {
        const auto old = params.find("cell_cm");
        if (old == params.end()) return;
        params["cell"] = old->second.as_double() / 100;
        params.erase(old);
    }
    static void named_kind(Object& params) {
        const auto old = params.find("kind");
        if (old == params.end()) return;
        constexpr const char* names[] = {"first", "mean", "random"};
        const auto index = old->second.as_int();
        if (index < 0 || index > 2)
            throw std::out_of_range("kind " + std::to_string(index) + " never existed");
        params["kind"] = names[index];
    }
    static NodeSpec spec() {
        return {.id = "oldtest.thin",
                .title = "Thin",
                .group = "Test",
                .doc = "Thins.",
                .inputs = {{"value", "a number"}},
                .outputs = {{"value", "the same"}},
                .params = {{.name = "size",
                            .field = &Thin::size,
                            .unit = "m",
                            .range = {0, 10},
                            .doc = "Edge of a cell",
                            .aliases = {"cell"}},
                           {.name = "kind",
                            .field = &Thin::kind,
                            .choices = {"first", "mean", "random"},
                            .doc = "Which is kept"}},
                .version = 3,
                .aliases = {"oldtest.voxels"},
                .migrations = {{1, metres}, {2, named_kind}}};
    }
    double operator()(const double& value) const { return value; }
};

class Migrating : public ::testing::Test {
protected:
    Migrating() { registry.add<Thin>(); }

    Graph old(const std::string& name) {
        ReadGraph read =
            load_graph(std::filesystem::path(MILLRACE_SOURCE_DIR "/tests/engine/graph/old") /
                       (name + ".json"));
        EXPECT_TRUE(read.problems.empty()) << problems_text(read.problems);
        return std::move(read.graph);
    }
    /// Migrated without problems, and a second time without anything to do.
    Graph migrated(const std::string& name) {
        Graph graph = old(name);
        std::vector<Problem> problems;
        EXPECT_FALSE(migrate(graph, registry, problems).empty()) << name;
        EXPECT_TRUE(problems.empty()) << problems_text(problems);
        Graph again = graph;
        EXPECT_TRUE(migrate(again, registry, problems).empty()) << name;
        EXPECT_TRUE(again == graph) << name;
        return graph;
    }
    Registry registry;
};

TEST_F(Migrating, EveryOldVersionBecomesTheSameNode) {
    for (const char* name : {"thin-v1", "thin-v2", "thin-v3"}) {
        const Graph graph = migrated(name);
        const GraphNode& node = graph.nodes.at("thin");
        EXPECT_EQ(node.version, 3) << name;
        EXPECT_EQ(node.params.at("size"), Value(0.25)) << name;
        EXPECT_EQ(node.params.at("kind"), Value(name == std::string("thin-v1") ? "random" : "mean"))
            << name;
        EXPECT_FALSE(node.params.contains("cell")) << name;
        EXPECT_FALSE(node.params.contains("cell_cm")) << name;
    }
}

TEST_F(Migrating, KeepsWhatItDoesNotKnow) {
    const Graph before = old("thin-v1");
    const Graph graph = migrated("thin-v1");
    EXPECT_EQ(graph.nodes.at("thin").params.at("future"), Value("kept"));
    EXPECT_EQ(graph.nodes.at("thin").title, "By its old name too");
    EXPECT_EQ(graph.nodes.at("bare").version, 3);
    EXPECT_TRUE(graph.nodes.at("bare").params.empty());
    EXPECT_TRUE(graph.nodes.at("unknown") == before.nodes.at("unknown"));
    EXPECT_EQ(graph.nodes.size(), before.nodes.size());
}

TEST_F(Migrating, ReachesIntoSubgraphsAndOldNames) {
    const Graph graph = migrated("thin-v1");
    const GraphNode& deep = graph.subgraphs.at("inner").graph.nodes.at("deep");
    EXPECT_EQ(deep.type, "oldtest.thin");
    EXPECT_EQ(deep.params.at("size"), Value(0.5));
    EXPECT_EQ(deep.params.at("kind"), Value("first"));
}

TEST_F(Migrating, SaysWhatWasDone) {
    Graph graph = old("thin-v1");
    std::vector<Problem> problems;
    std::vector<std::string> done;
    for (const Migrated& step : migrate(graph, registry, problems))
        done.push_back(step.node + ": " + step.what);
    EXPECT_EQ(done,
              (std::vector<std::string>{
                  "bare: oldtest.thin version 1 -> 3", "thin: renamed parameters",
                  "thin: oldtest.thin version 1 -> 3", "inner:deep: oldtest.voxels -> oldtest.thin",
                  "inner:deep: renamed parameters", "inner:deep: oldtest.thin version 1 -> 3"}));
}

TEST_F(Migrating, AFailedMigrationIsAnErrorAndLeavesTheNodeAlone) {
    const Graph before = old("thin-v1-broken");
    Graph graph = before;
    std::vector<Problem> problems;
    migrate(graph, registry, problems);
    ASSERT_EQ(problems.size(), 2u) << problems_text(problems);
    EXPECT_EQ(problems[0].code, "E-GRAPH-031");
    EXPECT_EQ(problems[0].where, "kind_out_of_range");
    EXPECT_EQ(problems[0].what, "The node could not be brought from version 2 to 3");
    EXPECT_EQ(problems[0].found, "kind 17 never existed");
    EXPECT_EQ(problems[1].code, "E-GRAPH-031");
    EXPECT_EQ(problems[1].where, "size_is_a_text");
    EXPECT_EQ(problems[1].what, "The node could not be brought from version 1 to 2");
    EXPECT_EQ(problems[1].found, "The value is of another kind, expected number, found text");
    EXPECT_TRUE(any_errors(problems));
    for (const char* id : {"kind_out_of_range", "size_is_a_text"})
        EXPECT_TRUE(graph.nodes.at(id) == before.nodes.at(id)) << id;
    EXPECT_EQ(graph.nodes.at("good").version, 3);
}

TEST_F(Migrating, ANewerNodeIsAWarning) {
    Graph graph = old("thin-v3");
    graph.nodes["thin"].version = 4;
    const Graph before = graph;
    std::vector<Problem> problems;
    EXPECT_TRUE(migrate(graph, registry, problems).empty());
    ASSERT_EQ(problems.size(), 1u);
    EXPECT_EQ(problems[0].code, "W-GRAPH-030");
    EXPECT_FALSE(any_errors(problems));
    EXPECT_TRUE(graph == before);
}

TEST_F(Migrating, AParameterUnderBothItsNamesIsReported) {
    Graph graph = old("thin-v3");
    graph.nodes["thin"].params["size"] = 1.0;
    const Graph before = graph;
    std::vector<Problem> problems;
    migrate(graph, registry, problems);
    EXPECT_TRUE(graph == before);
    const Plan plan = make_plan(graph, registry, {});
    ASSERT_FALSE(plan.problems.empty());
    EXPECT_EQ(plan.problems[0].code, "E-PARAM-007") << problems_text(plan.problems);
}

}  // namespace
}  // namespace millrace::engine::testing
