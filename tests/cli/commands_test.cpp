// The commands about graphs and about the program.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/cli/program.hpp"

namespace millrace::tests {
namespace {

std::string graph(const std::string& nodes, const std::string& wires) {
    return R"({"schema": "millrace/1", "nodes": {)" + nodes + R"(}, "wires": [)" + wires + "]}";
}

std::string node(const std::string& id, const std::string& type, const std::string& params = "{}") {
    return "\"" + id + R"(": {"type": ")" + type + R"(", "version": 1, "params": )" + params + "}";
}

std::string wire(const std::string& from, const std::string& to) {
    return R"({"from": ")" + from + R"(", "to": ")" + to + R"("})";
}

struct Broken {
    std::string name, text, code;
    int exit;
};

std::vector<Broken> broken_graphs() {
    const std::string counter = node("n", "control.counter");
    const std::string square = node("s", "clitest.square");
    std::string deep;
    for (int i = 0; i < 10'000; ++i) deep += R"({"a":)";
    return {
        {"not JSON", "{", "E-JSON", 3},
        {"no graph", R"({"some": "thing"})", "E-GRAPH-001", 3},
        {"another version", R"({"schema": "millrace/999"})", "E-GRAPH-002", 3},
        {"nested too deeply", deep, "E-JSON", 3},
        {"an id twice", graph(counter + ", " + counter, ""), "E-JSON", 3},
        {"a cycle",
         graph(square + ", " + node("t", "clitest.square"),
               wire("s.square", "t.value") + ", " + wire("t.square", "s.value")),
         "E-PLAN", 3},
        {"a wrong type",
         graph(node("j", "control.json") + ", " + square, wire("j.value", "s.value")), "E-PLAN", 3},
        {"two producers",
         graph(counter + ", " + node("m", "control.counter") + ", " + square,
               wire("n.value", "s.value") + ", " + wire("m.value", "s.value")),
         "E-PLAN-004", 3},
        {"an unknown node", graph(counter + ", " + square, wire("x.value", "s.value")),
         "E-PLAN-002", 3},
        {"an unknown port", graph(counter + ", " + square, wire("n.valu", "s.value")), "E-PLAN-003",
         3},
        {"an unknown parameter", graph(node("n", "control.counter", R"({"itms": 3})"), ""),
         "E-PARAM-001", 3},
        {"out of range", graph(node("n", "control.counter", R"({"items": -1})"), ""), "E-PARAM-003",
         3},
        {"an unknown type",
         graph(node("n", "control.cuonter") + ", " + square, wire("n.value", "s.value")),
         "E-PLAN-001", 4},
        {"a missing file", graph(node("f", "clitest.from_file", R"({"file": "absent.txt"})"), ""),
         "E-FILE-001", 4},
        {"a path that climbs out",
         graph(node("f", "clitest.from_file", R"({"file": "../../etc/passwd"})"), ""), "E-PATH-002",
         3},
        {"an unknown root",
         graph(node("f", "clitest.from_file", R"({"file": "${nowhere}/a"})"), ""), "E-PATH-001", 3},
        {"no nodes", graph("", ""), "E-PLAN-014", 3},
    };
}

TEST(Validate, EachFaultHasItsCodeAndExitCode) {
    const Program program;
    for (const Broken& broken : broken_graphs()) {
        program.write("broken.json", broken.text);
        const Outcome outcome = program.run({"validate", "broken.json"});
        EXPECT_EQ(outcome.code, broken.exit) << broken.name << "\n" << outcome.err;
        EXPECT_NE(outcome.err.find(broken.code), std::string::npos) << broken.name << "\n"
                                                                    << outcome.err;
        EXPECT_EQ(program.run({"run", "broken.json", "--out", "o"}).code, broken.exit)
            << broken.name;
        EXPECT_FALSE(program.exists("o")) << broken.name;
    }
}

TEST(Validate, ListsEveryProblemOfEveryGraph) {
    const Program program;
    program.write("a.json", graph(node("n", "control.counter", R"({"items": -1, "itms": 3})") +
                                      ", " + node("s", "clitest.square"),
                                  ""));
    program.write("numbers.txt", "1");
    program.write("b.json", kNumbers);
    const Outcome outcome = program.run({"validate", "a.json", "b.json", "--json"});
    EXPECT_EQ(outcome.code, 3);
    const engine::Value object = outcome.json();
    const engine::Array& graphs = object.find("graphs")->as_array();
    ASSERT_EQ(graphs.size(), 2u);
    EXPECT_EQ(graphs[0].find("problems")->as_array().size(), 3u) << outcome.out;
    EXPECT_TRUE(graphs[1].find("valid")->as_bool());
}

TEST(Plan, ShowsStagesWiresAndRates) {
    const Program program;
    program.write("numbers.txt", "1");
    program.write("g.json", kNumbers);
    const Outcome text = program.run({"plan", "g.json"});
    EXPECT_EQ(text.code, 0) << text.err;
    EXPECT_NE(text.out.find("source.value -> square.value"), std::string::npos) << text.out;
    const engine::Value object =
        program.run({"plan", "g.json", "--until", "square", "--json"}).json();
    EXPECT_EQ(object.find("nodes")->as_object().size(), 2u);
    EXPECT_EQ(object.find("stages")->as_array().size(), 2u);
    EXPECT_EQ(object.find("rates")->as_array().size(), 1u);
    // run -n plans just the same, and runs nothing.
    EXPECT_EQ(program.run({"run", "g.json", "-n"}).out, text.out);
    EXPECT_FALSE(program.exists("runs"));
}

TEST(Diff, SeesMeaningAlone) {
    const Program program;
    const std::string nodes = node("n", "control.counter", R"({"items": 5})");
    program.write("a.json", graph(nodes, ""));
    program.write("b.json", R"({"layout": {"n": [7, 7]}, "wires": [], "nodes": {)" + nodes +
                                R"(}, "schema": "millrace/1"})");
    program.write("c.json", graph(node("n", "control.counter", R"({"items": 6})"), ""));
    EXPECT_EQ(program.run({"diff", "a.json", "b.json"}).code, 0);
    const Outcome changed = program.run({"diff", "a.json", "c.json"});
    EXPECT_EQ(changed.code, 5);
    EXPECT_EQ(changed.out, "~ nodes.n.params.items  5 -> 6\n");
    const engine::Value object = program.run({"diff", "a.json", "c.json", "--json"}).json();
    EXPECT_EQ(object.find("differences")->as_array().front().find("after")->as_int(), 6);
    EXPECT_EQ(program.run({"diff", "a.json", "absent.json"}).code, 4);
}

TEST(Migrate, AppliesAliases) {
    const Program program;
    program.write("old.json", graph(node("s", "clitest.power"), ""));
    const std::string before = program.read("old.json");
    EXPECT_EQ(program.run({"migrate", "old.json"}).out,
              "old.json: s: clitest.power -> clitest.square\n");
    EXPECT_EQ(program.read("old.json"), before);
    EXPECT_EQ(program.run({"migrate", "old.json", "--write"}).code, 0);
    EXPECT_NE(program.read("old.json").find("clitest.square"), std::string::npos);
    EXPECT_EQ(program.run({"migrate", "old.json"}).out, "old.json: up to date\n");
}

TEST(Nodes, ListsTypesAndShowsPages) {
    const Program program;
    const Outcome list = program.run({"nodes"});
    EXPECT_NE(list.out.find("clitest.square"), std::string::npos);
    EXPECT_NE(list.out.find("control.counter"), std::string::npos);
    const Outcome page = program.run({"nodes", "clitest.square"});
    EXPECT_EQ(page.code, 0);
    for (const char* part : {"offset", "-1000 to 1000", "clitest.power", "square", "pure"}) {
        EXPECT_NE(page.out.find(part), std::string::npos) << part << "\n" << page.out;
    }
    EXPECT_EQ(program.run({"nodes", "clitest.power"}).out, page.out);  // by its alias
    const Outcome unknown = program.run({"nodes", "clitest.sqaure"});
    EXPECT_EQ(unknown.code, 2);
    EXPECT_NE(unknown.err.find("clitest.square"), std::string::npos);
    const engine::Value object = program.run({"nodes", "clitest.square", "--json"}).json();
    EXPECT_EQ(object.find("params")->as_array().front().find("high")->as_double(), 1000);
    EXPECT_EQ(program.run({"nodes", "--markdown", "pages"}).code, 0);
    EXPECT_NE(program.read("pages/clitest.square.md").find("| `offset` |"), std::string::npos);
    EXPECT_NE(program.read("pages/README.md").find("control.counter.md"), std::string::npos);
}

TEST(New, CopiesATemplate) {
    const Program program;
    EXPECT_NE(program.run({"new"}).out.find("fusion/lidar-camera-overlay"), std::string::npos);
    EXPECT_EQ(program.run({"new", "lidar-camera-overlay", "mine.json", "--title", "Mine"}).code, 0);
    EXPECT_EQ(program.read_json("mine.json").find("meta")->find("title")->as_string(), "Mine");
    EXPECT_EQ(program.run({"new", "empty", "mine.json"}).code, 2);
    EXPECT_EQ(program.run({"new", "empty", "mine.json", "--overwrite"}).code, 0);
    EXPECT_EQ(program.read_json("mine.json").find("schema")->as_string(), "millrace/1");
    const Outcome unknown = program.run({"new", "lidar-camera-overlya"});
    EXPECT_EQ(unknown.code, 2);
    EXPECT_NE(unknown.err.find("E-CLI-008"), std::string::npos);
}

TEST(Cache, CountsAndClears) {
    const Program program;
    program.write("numbers.txt", "1 2 3");
    program.write("g.json", kNumbers);
    ASSERT_EQ(program.run({"run", "g.json", "--out", "o"}).code, 0);
    EXPECT_GT(program.run({"cache", "--json"}).json().find("files")->as_int(), 0);
    EXPECT_EQ(program.run({"cache", "--clear", "--json"}).json().find("files")->as_int(), 0);
    EXPECT_EQ(program.run({"cache", "--shrink", "-1"}).code, 2);
    program.write("file", "");
    EXPECT_EQ(program.run({"cache", "--cache", "file/inside"}).code, 2);
}

TEST(Doctor, FindsPluginsAndBrokenOnes) {
    const Program program;
    const engine::Value object = program.run({"doctor", "--json"}).json();
    const auto has = [&](const std::string& name) {
        return std::ranges::any_of(object.find("findings")->as_array(),
                                   [&](const engine::Value& finding) {
                                       return finding.find("name")->as_string() == name;
                                   });
    };
    for (const char* name :
         {"cores", "memory", "BLAS", "OpenMP", "content store", "disk here", "display", "plug-in"})
        EXPECT_TRUE(has(name)) << name;
    EXPECT_TRUE(
        std::ranges::any_of(object.find("plugins")->as_array(), [](const engine::Value& plugin) {
            return plugin.find("name")->as_string() == "libmillrace-clitest" &&
                   plugin.find("types")->as_int() == 7;
        }));
}

TEST(Bench, UnknownSuiteIsMissing) {
    const Program program;
    EXPECT_EQ(program.run({"bench", "no-such-suite"}).code, 4);
    EXPECT_EQ(program.run({"bench", "../evil"}).code, 4);
}

}  // namespace
}  // namespace millrace::tests
