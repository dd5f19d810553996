// Setting parameters by path, through promoted names and calls; paths that lead nowhere.
#include <gtest/gtest.h>

#include "engine/node/params.hpp"
#include "tests/engine/support.hpp"

namespace millrace::engine::testing {
namespace {

/// Two calls of "outer", which calls "inner" twice, once through a promoted parameter.
Graph layered() {
    return graph_of(
        R"({"n": {"type": "control.counter", "params": {"items": 1}}, "add": {"type": "test.add"},
        "a": {"type": "control.subgraph", "subgraph": "outer"}, "b": {"type": "control.subgraph", "subgraph": "outer"}})",
        {{"n.value", "add.value"}, {"add.value", "a.in"}, {"a.out", "b.in"}},
        R"({"outer": {"inputs": {"in": ["x.in"]}, "outputs": {"out": "y.out"}, "parameters": {"gain": {"of": "x.amount"}},
            "nodes": {"x": {"type": "control.subgraph", "subgraph": "inner"}, "y": {"type": "control.subgraph", "subgraph": "inner"}},
            "wires": [{"from": "x.out", "to": "y.in"}]},
        "inner": {"inputs": {"in": ["p.value"]}, "outputs": {"out": "q.value"}, "parameters": {"amount": {"of": "p.amount"}},
            "nodes": {"p": {"type": "test.heavy_add"}, "q": {"type": "test.heavy_add"}}, "wires": [{"from": "p.value", "to": "q.value"}]}})");
}

/// What every parameter is once the graph is expanded, where it is not the default.
std::map<std::string, double> amounts(const Graph& graph) {
    const Expanded expanded = expand(graph);
    EXPECT_TRUE(expanded.problems.empty()) << problems_text(expanded.problems);
    std::map<std::string, double> amounts;
    for (const auto& [id, node] : expanded.graph.nodes) {
        if (const auto found = node.params.find("amount"); found != node.params.end())
            amounts[id] = found->second.as_double();
    }
    return amounts;
}
using Amounts = std::map<std::string, double>;

TEST(SetParameter, OfANode) {
    Graph graph = layered();
    EXPECT_FALSE(set_parameter(graph, "add.amount", 4));
    EXPECT_EQ(graph.nodes.at("add").params.at("amount"), Value(4));
    EXPECT_EQ(amounts(graph), (Amounts{{"add", 4}}));
}

TEST(SetParameter, ThroughPromotedNames) {
    Graph graph = layered();
    graph.parameters["first"] = {.of = "a.gain"};
    graph.parameters["own"] = {.of = "add.amount"};
    EXPECT_FALSE(set_parameter(graph, "first", 7));
    EXPECT_FALSE(set_parameter(graph, "own", 8));
    EXPECT_EQ(amounts(graph), (Amounts{{"a/x/p", 7}, {"add", 8}}));
    EXPECT_FALSE(set_parameter(graph, "b.gain", 9));
    EXPECT_EQ(amounts(graph), (Amounts{{"a/x/p", 7}, {"add", 8}, {"b/x/p", 9}}));
}

TEST(SetParameter, InsideACallChangesThatCallAlone) {
    Graph graph = layered();
    EXPECT_FALSE(set_parameter(graph, "a/y/q.amount", 3));
    EXPECT_EQ(amounts(graph), (Amounts{{"a/y/q", 3}}));
    EXPECT_FALSE(set_parameter(graph, "b/y/q.amount", 5));
    EXPECT_FALSE(set_parameter(graph, "a/y/q.amount", 6));
    EXPECT_EQ(amounts(graph), (Amounts{{"a/y/q", 6}, {"b/y/q", 5}}));
    // The same by the file that is written.
    const ReadGraph read = read_graph(write_graph(graph), "test");
    EXPECT_TRUE(read.problems.empty()) << problems_text(read.problems);
    EXPECT_EQ(amounts(read.graph), (Amounts{{"a/y/q", 6}, {"b/y/q", 5}}));
    Runner runner;
    runner.run(read.graph, {"b/y/q.value"});
    EXPECT_EQ(runner.numbers("b/y/q.value"),
              (std::vector<double>{0 + 1 + 1 + 1 + 1 + 6 + 1 + 1 + 1 + 5}));
}

TEST(SetParameter, EveryWayToAParameterIsTheSameParameter) {
    // a.gain, a/x.amount and a/x/p.amount are one: the last one set holds, whatever it was called.
    const std::vector<std::string> ways = {"a.gain", "a/x.amount", "a/x/p.amount"};
    for (const std::string& first : ways) {
        for (const std::string& second : ways) {
            Graph graph = layered();
            EXPECT_FALSE(set_parameter(graph, first, 1.5)) << first;
            EXPECT_FALSE(set_parameter(graph, second, 2.5)) << second;
            EXPECT_EQ(amounts(graph), (Amounts{{"a/x/p", 2.5}})) << first << ", then " << second;
        }
    }
}

TEST(SetParameter, APromotedNameWithADotIsNoRiddle) {
    Graph graph = layered();
    graph.parameters["add.amount"] = {.of = "add.amount"};
    EXPECT_FALSE(set_parameter(graph, "add.amount", 2));
    EXPECT_EQ(amounts(graph), (Amounts{{"add", 2}}));
    // Two that name one another are found to name nothing.
    graph.parameters["one.two"] = {.of = "two.one"};
    graph.parameters["two.one"] = {.of = "one.two"};
    EXPECT_EQ(set_parameter(graph, "one.two", 2)->code, "E-PARAM-010");
    EXPECT_EQ(expand(graph).problems.size(), 2u);
}

TEST(SetParameter, PathsThatLeadNowhereNameTheNearest) {
    const std::vector<std::pair<std::string, std::string>> wrong = {
        {"ad.amount", "add.amount"},   // the node
        {"a.gian", "a.gain"},          // what a call promotes
        {"frist", "first"},            // a promoted parameter
        {"a/z.amount", "a/x.amount"},  // a node inside a call
        {"c/x.amount", "a/x.amount"},  // the call
        {"add", ""},                   // no parameter
        {"", ""},
        {".", ""},
        {"add.", ""},
        {".amount", "n.amount"},
        {"a/x/p/amount", ""},
        {"a//x.amount", "a/x.amount"},
        {"nothing_like_it.at_all", ""},
    };
    for (const auto& [path, near] : wrong) {
        Graph graph = layered();
        graph.parameters["first"] = {.of = "a.gain"};
        const Graph before = graph;
        const auto problem = set_parameter(graph, path, 1);
        ASSERT_TRUE(problem) << path;
        EXPECT_EQ(problem->code, "E-PARAM-010") << path;
        EXPECT_EQ(problem->where, path);
        EXPECT_TRUE(graph == before) << path;
        if (!near.empty())
            EXPECT_EQ(problem->mend, "Did you mean \"" + near + "\"?") << path;
        else
            EXPECT_EQ(problem->mend.find("Did you mean"), std::string::npos)
                << path << ": " << problem->mend;
    }
}

TEST(SetParameter, PromotedNamesOfNothingAreReported) {
    Graph graph = layered();
    graph.parameters["node"] = {.of = "ad.amount"};
    graph.parameters["param"] = {.of = "add.amuont"};
    graph.parameters["call"] = {.of = "a.gian"};
    graph.parameters["inside"] = {.of = "a/y/q.amoun"};
    graph.subgraphs["inner"].graph.parameters["lost"] = {.of = "r.amount"};
    Runner runner;
    std::map<std::string, std::string> found;
    for (const Problem& problem : make_plan(graph, runner.registry, {}).problems) {
        EXPECT_EQ(problem.code, "E-GRAPH-006") << to_text(problem);
        found[problem.where] = problem.mend;
    }
    EXPECT_EQ(found, (std::map<std::string, std::string>{{"parameters.node", "Did you mean \"add.amount\"?"},
                                                         {"parameters.param", "Did you mean \"add.amount\"?"},
                                                         {"parameters.call", "Did you mean \"a.gain\"?"},
                                                         {"parameters.inside", "Did you mean \"a/y/q.amount\"?"},
                                                         {"subgraphs.inner.parameters.lost", "Did you mean \"p.amount\"?"}}));
}

TEST(SetParameter, HostilePathsEndSoon) {
    Graph graph;
    graph.nodes["a"].type = "control.subgraph";
    graph.nodes["a"].subgraph = "s";
    graph.subgraphs["s"].graph.nodes["a"] = graph.nodes["a"];
    graph.subgraphs["s"].graph.parameters["p"].of = "a.p";
    std::string path = "a";
    for (int i = 0; i < 100'000; ++i) path += "/a";
    EXPECT_TRUE(set_parameter(graph, path + ".q", 1));
    EXPECT_TRUE(set_parameter(graph, "a/a/a/a.q", 1));
    graph.parameters["top"].of = path + ".p";
    graph.parameters["self"].of = "a.p";
    EXPECT_FALSE(expand(graph).problems.empty());
}

TEST(SetParameter, KindsAndRangesAreThePlannersBusiness) {
    const std::vector<std::tuple<std::string, Value, std::string>> wrong = {
        {"add.amount", "4", "E-PARAM-002"},       {"add.amount", true, "E-PARAM-002"},
        {"add.amount", Value(), "E-PARAM-002"},   {"add.amount", 100.5, "E-PARAM-003"},
        {"add.amount", -101, "E-PARAM-003"},      {"add.amout", 1, "E-PARAM-001"},
        {"a.gain", "x", "E-PARAM-002"},           {"a/y/q.amount", Array{1}, "E-PARAM-002"},
        {"n.items", 1.5, "E-PARAM-002"},          {"n.items", -1, "E-PARAM-003"},
        {"n.items", Value(1e300), "E-PARAM-002"},
    };
    Runner runner;
    for (const auto& [path, value, code] : wrong) {
        Graph graph = layered();
        ASSERT_FALSE(set_parameter(graph, path, value)) << path;
        const Plan plan = make_plan(graph, runner.registry, {});
        ASSERT_EQ(plan.problems.size(), 1u) << path << "\n" << problems_text(plan.problems);
        EXPECT_EQ(plan.problems[0].code, code) << path << " = " << to_json(value);
    }
}

TEST(NearestOf, CountsSwapsAsOneSlip) {
    const std::vector<std::string> words = {"source", "project", "overlay", "s"};
    EXPECT_EQ(nearest_of("suorce", words), "source");
    EXPECT_EQ(nearest_of("proj", words), "");
    EXPECT_EQ(nearest_of("overlays", words), "overlay");
    EXPECT_EQ(nearest_of("x", words), "s");
    EXPECT_EQ(nearest_of("", words), "");
    EXPECT_EQ(nearest_of(std::string(100'000, 'x'), words), "");
    EXPECT_EQ(nearest_of("x", {}), "");
}

class Paths : public ::testing::Test {
protected:
    TemporaryFolder folder;
    PathRoots roots{.document = folder.path / "doc", .named = {{"data", folder.path / "data"}}};
};

TEST_F(Paths, StayInsideTheirRoot) {
    const std::vector<std::pair<std::string, std::string>> good = {
        {"a.bin", "doc/a.bin"},
        {"./b/../a.bin", "doc/a.bin"},
        {"${data}/x/y", "data/x/y"},
        {"${data}", "data/"},
        {"${data}//x", "data/x"},
        {"b/..", "doc/"},
        {"${data}/x/../../data2", ""},
        {"..", ""},
        {"../../etc/passwd", ""},
        {"b/../../a", ""},
        {"${data}/..", ""},
        {"${data}/../data/x", ""},
        {"${data}/./../../etc", ""},
    };
    for (const auto& [text, expected] : good) {
        const ResolvedPath resolved = resolve({text}, roots);
        if (expected.empty()) {
            ASSERT_TRUE(resolved.problem) << text << " -> " << resolved.path;
            EXPECT_EQ(resolved.problem->code, "E-PATH-002") << text;
        } else {
            EXPECT_FALSE(resolved.problem) << text;
            EXPECT_EQ(resolved.path, folder.path / expected) << text;
        }
    }
    for (const char* text : {"${date}/x", "${data", "${}", "${"})
        EXPECT_EQ(resolve({text}, roots).problem->code, "E-PATH-001") << text;
    EXPECT_EQ(resolve({std::string("..\0", 3)}, roots).problem->code, "E-PATH-004");
    EXPECT_EQ(resolve({std::string("/etc/passwd\0.png", 16)}, roots).problem->code, "E-PATH-004");
}

TEST_F(Paths, AbsoluteOnesAndLinksMeanWhatTheySay) {
    // The command line writes absolute paths into the document that a run keeps; a link was made by
    // the data's owner.
    EXPECT_EQ(resolve({"/data/../data/x"}, roots).path, "/data/x");
    std::filesystem::create_directories(folder.path / "doc");
    std::filesystem::create_directory_symlink("/", folder.path / "doc" / "link");
    EXPECT_EQ(resolve({"link/etc"}, roots).path, folder.path / "doc" / "link" / "etc");
}

}  // namespace
}  // namespace millrace::engine::testing
