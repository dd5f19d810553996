// Reading: what is not known is kept, what is wrong is said, all of it at once.
#include <gtest/gtest.h>

#include <algorithm>

#include "engine/plan/plan.hpp"
#include "tests/engine/support.hpp"

namespace millrace::engine::testing {
namespace {

std::vector<std::string> codes_of(const std::vector<Problem>& problems) {
    std::vector<std::string> codes;
    for (const Problem& problem : problems) codes.push_back(problem.code);
    std::ranges::sort(codes);
    return codes;
}

/// The only problem of a document; a failed expectation when there are more or none.
Problem only_problem(std::string_view text) {
    const ReadGraph read = read_graph(text, "g.json");
    EXPECT_EQ(read.problems.size(), 1u) << text << "\n" << problems_text(read.problems);
    return read.problems.empty() ? Problem() : read.problems.front();
}

std::string with_node(std::string_view fields) {
    return R"({"schema": "millrace/1", "nodes": {"n": )" + std::string(fields) + "}}";
}

TEST(Read, KeepsWhatItDoesNotKnowAtEveryLevel) {
    const std::string text = R"({
  "schema": "millrace/1",
  "meta": {
    "later": {
      "a": [1, null]
    }
  },
  "parameters": {
    "p": {"hint": {"wide": true}, "of": "n.no_such_parameter"}
  },
  "nodes": {
    "n": {
      "later": null,
      "params": {
        "no_such_parameter": {
          "deep": [[1], {"x": 2.0}]
        }
      },
      "type": "no.such.type",
      "version": 7
    }
  },
  "wires": [
    {"from": "n.no_such_output", "later": {"a": 1}, "to": "n.no_such_input"}
  ],
  "subgraphs": {
    "s": {
      "inputs": {
        "i": ["x.y"]
      },
      "meta": {
        "title": "kept"
      },
      "requires": ["q"],
      "nodes": {
        "x": {
          "later": "z",
          "type": "no.such.type",
          "version": 1
        }
      },
      "later": 5,
      "layout": {
        "gone": [1, 2]
      }
    }
  },
  "backdrops": {
    "b": {"color": "#abc", "later": false, "rect": [0, 0, 1.5, 1], "title": ""}
  },
  "notes": {
    "c": {"later": [], "rect": [0, 0, 0, 0], "text": ""}
  },
  "a section of another version": [
    "later"
  ],
  "layout": {
    "n": [0, 0]
  }
}
)";
    const ReadGraph read = read_graph(text, "test");
    ASSERT_TRUE(read.problems.empty()) << problems_text(read.problems);
    std::string expected = text;
    const std::string broken = "[\n    \"later\"\n  ]";
    expected.replace(expected.find(broken), broken.size(), "[\"later\"]");
    EXPECT_EQ(write_graph(read.graph), expected);
}

TEST(Read, EveryFieldOfTheWrongKindIsNamed) {
    const std::vector<std::pair<std::string, std::string>> wrong = {
        {R"({"type": "t.t", "version": "2"})", "g.json: nodes.n.version"},
        {R"({"type": "t.t", "version": 0})", "g.json: nodes.n.version"},
        {R"({"type": "t.t", "version": 1.5})", "g.json: nodes.n.version"},
        {R"({"type": "t.t", "version": 3000000000})", "g.json: nodes.n.version"},
        {R"({"type": 5})", "g.json: nodes.n.type"},
        {R"({"type": "t.t", "title": []})", "g.json: nodes.n.title"},
        {R"({"type": "t.t", "params": [1]})", "g.json: nodes.n.params"},
        {R"({"type": "t.t", "on_error": "explode"})", "g.json: nodes.n.on_error"},
        {R"({"type": "t.t", "mode": "sleep"})", "g.json: nodes.n.mode"},
        {R"({"type": "t.t", "mode": 1})", "g.json: nodes.n.mode"},
        {R"({"type": "t.t", "retries": -1})", "g.json: nodes.n.retries"},
        {R"("t.t")", "g.json: nodes.n"},
        {"null", "g.json: nodes.n"},
    };
    for (const auto& [node, where] : wrong) {
        const Problem problem = only_problem(with_node(node));
        EXPECT_EQ(problem.code, "E-GRAPH-003") << node;
        EXPECT_EQ(problem.where, where);
        EXPECT_FALSE(problem.expected.empty() || problem.found.empty() || problem.mend.empty())
            << to_text(problem);
    }
}

TEST(Read, AModeThatIsNotKnownIsKept) {
    const std::string text =
        R"({"schema": "millrace/1", "nodes": {"n": {"type": "t.t", "mode": "sleep"}}})";
    const ReadGraph read = read_graph(text, "g.json");
    EXPECT_EQ(read.graph.nodes.at("n").mode, NodeMode::Normal);
    EXPECT_NE(write_graph(read.graph).find("\"mode\": \"sleep\""), std::string::npos);
}

TEST(Read, ModesAreReadAndWritten) {
    const std::string text =
        R"({"schema": "millrace/1", "nodes": {"a": {"type": "t.t", "mode": "bypass"},
            "b": {"type": "t.t", "mode": "mute"}, "c": {"type": "t.t"}}})";
    const ReadGraph read = read_graph(text, "g.json");
    EXPECT_TRUE(read.problems.empty());
    EXPECT_EQ(read.graph.nodes.at("a").mode, NodeMode::Bypass);
    EXPECT_EQ(read.graph.nodes.at("b").mode, NodeMode::Mute);
    EXPECT_EQ(read.graph.nodes.at("c").mode, NodeMode::Normal);
    EXPECT_EQ(read_graph(write_graph(read.graph), "again").graph, read.graph);
}

TEST(Read, EveryFaultOfASectionIsNamed) {
    const std::vector<std::tuple<std::string, std::string, std::string>> wrong = {
        {R"("nodes": [])", "E-GRAPH-003", "nodes"},
        {R"("nodes": {"n": {}})", "E-GRAPH-005", "nodes.n"},
        {R"("nodes": {"n": {"type": ""}})", "E-GRAPH-005", "nodes.n"},
        {R"("nodes": {"a b": {"type": "t.t"}})", "E-GRAPH-004", "nodes.a b"},
        {R"("nodes": {"": {"type": "t.t"}})", "E-GRAPH-004", "nodes."},
        {R"("nodes": {"a.b": {"type": "t.t"}})", "E-GRAPH-004", "nodes.a.b"},
        {R"("nodes": {"/a": {"type": "t.t"}})", "E-GRAPH-004", "nodes./a"},
        {R"("nodes": {"a//b": {"type": "t.t"}})", "E-GRAPH-004", "nodes.a//b"},
        {R"("wires": {})", "E-GRAPH-003", "wires"},
        {R"("wires": [1])", "E-GRAPH-003", "wires[0]"},
        {R"("wires": [{"from": "a.b"}])", "E-GRAPH-008", "wires[0]"},
        {R"("wires": [{"from": "a.b", "to": "c.d"}, {"from": "ab", "to": "c.d"}])", "E-GRAPH-003",
         "wires[1].from"},
        {R"("wires": [{"from": "a.", "to": "c.d"}])", "E-GRAPH-003", "wires[0].from"},
        {R"("wires": [{"from": "a.b", "to": 3}])", "E-GRAPH-003", "wires[0].to"},
        {R"("wires": [{"from": "a.b", "to": "c.d", "capacity": 0}])", "E-GRAPH-003",
         "wires[0].capacity"},
        {R"("wires": [{"from": "a.b", "to": "c.d", "policy": "drop"}])", "E-GRAPH-003",
         "wires[0].policy"},
        {R"("parameters": {"p": {}})", "E-GRAPH-006", "parameters.p"},
        {R"("parameters": {"p": {"of": "n"}})", "E-GRAPH-006", "parameters.p"},
        {R"("parameters": {"p": {"of": 1}})", "E-GRAPH-003", "parameters.p.of"},
        {R"("parameters": {"p": 1})", "E-GRAPH-003", "parameters.p"},
        {R"("subgraphs": {"s": []})", "E-GRAPH-003", "subgraphs.s"},
        {R"("subgraphs": {"s": {"inputs": {"i": 1}}})", "E-GRAPH-003", "subgraphs.s.inputs.i"},
        {R"("subgraphs": {"s": {"outputs": {"o": ["a.b"]}}})", "E-GRAPH-003",
         "subgraphs.s.outputs.o"},
        {R"("subgraphs": {"s": {"nodes": {"n": {}}}})", "E-GRAPH-005", "subgraphs.s.nodes.n"},
        {R"("backdrops": {"b": {"rect": [1, 2, 3]}})", "E-GRAPH-003", "backdrops.b.rect"},
        {R"("backdrops": {"b": {"rect": [1, 2, 3, "4"]}})", "E-GRAPH-003", "backdrops.b.rect"},
        {R"("notes": {"b": {"text": null}})", "E-GRAPH-003", "notes.b.text"},
        {R"("layout": {"b": 1})", "E-GRAPH-003", "layout.b"},
        {R"("layout": [])", "E-GRAPH-003", "layout"},
        {R"("meta": "x")", "E-GRAPH-003", "meta"},
    };
    for (const auto& [section, code, where] : wrong) {
        const Problem problem = only_problem(R"({"schema": "millrace/1", )" + section + "}");
        EXPECT_EQ(problem.code, code) << section;
        EXPECT_EQ(problem.where, "g.json: " + where) << section;
    }
}

TEST(Read, AnotherFileOrVersion) {
    EXPECT_EQ(only_problem(R"({"nodes": {}})").code, "E-GRAPH-001");
    EXPECT_EQ(only_problem(R"({"schema": "http://example.org"})").code, "E-GRAPH-001");
    EXPECT_EQ(only_problem(R"({"schema": 1})").code, "E-GRAPH-001");
    EXPECT_EQ(only_problem(R"({"schema": "millrace/2"})").code, "E-GRAPH-002");
    for (const char* text : {"[]", "null", "7", "\"millrace/1\""})
        EXPECT_EQ(only_problem(text).code, "E-GRAPH-003") << text;
    EXPECT_EQ(load_graph("/nowhere/at/all.json").problems.at(0).code, "E-FILE-001");
    EXPECT_EQ(load_graph("/").problems.at(0).found, "a folder");
}

TEST(Read, NamesTheLineOfANameThatStandsTwice) {
    const ReadGraph read = read_graph(
        "{\"schema\": \"millrace/1\", \"nodes\": {\n  \"n\": {\"type\": \"t.first\"},\n"
        "  \"n\": {\"type\": \"t.second\", \"type\": {\"deep\": [1, {\"deep\": 2, \"deep\": "
        "3}]}}}}",
        "g.json");
    EXPECT_EQ(codes_of(read.problems),
              (std::vector<std::string>{"E-JSON-002", "E-JSON-002", "E-JSON-002"}));
    EXPECT_EQ(read.problems[0].where, "g.json:3:3");
    EXPECT_EQ(read.problems[1].where, "g.json:3:29");
    EXPECT_EQ(read.graph.nodes.at("n").type, "t.first");
}

TEST(Read, NamesTheLineOfAnIntegerBeyond64Bits) {
    const ReadGraph read = read_graph(
        "{\"schema\": \"millrace/1\", \"meta\": {\"a\": 9223372036854775807,\n \"b\": "
        "9223372036854775808,\n"
        " \"c\": [-9223372036854775809], \"d\": 1234567890123456789012345678901234567890}}",
        "g.json");
    EXPECT_EQ(codes_of(read.problems),
              (std::vector<std::string>{"E-JSON-004", "E-JSON-004", "E-JSON-004"}));
    EXPECT_EQ(read.problems[0].where, "g.json:2:7");
    EXPECT_EQ(read.problems[1].where, "g.json:3:8");
    EXPECT_EQ(read.problems[2].where, "g.json:3:36");
    EXPECT_EQ(read.graph.meta.at("a").as_int(), 9223372036854775807);
    EXPECT_EQ(read.graph.meta.at("b").as_double(), 9223372036854775808.0);
}

TEST(Read, NamesTheLineOfASlip) {
    const std::vector<std::tuple<std::string, std::string, std::string>> slips = {
        {"{\"schema\": \"millrace/1\",\n  \"nodes\": {},}", "g.json:2:15", "unexpected '}'"},
        {"{\"schema\": 'millrace/1'}", "g.json:1:12", "invalid literal"},
        {"{\n\"schema\" \"millrace/1\"}", "g.json:2:21", "unexpected string literal"},
        {"// a comment\n{}", "g.json:1:1", "invalid literal"},
        {"{\"a\": 01}", "g.json:1:8", "unexpected number literal"},
        {"{\"a\": 1e999}", "g.json:1:11", "number overflow parsing '1e999'"},
        {"{\"a\": NaN}", "g.json:1:7", "invalid literal"},
        {"", "g.json:1:1", "nothing"},
        {"{", "g.json:1:2", "unexpected end of input"},
        {"{} {}", "g.json:1:4", "unexpected '{'"},
    };
    for (const auto& [text, where, found] : slips) {
        const Problem problem = only_problem(text);
        EXPECT_EQ(problem.code, "E-JSON-001") << text;
        EXPECT_EQ(problem.where, where) << text;
        EXPECT_EQ(problem.found, found) << text;
    }
}

TEST(Read, TenFaultsAreTenProblems) {
    // One fault of each kind: in the text, in the document, in subgraphs, in nodes and in wires.
    const ReadGraph read = read_graph(R"({"schema": "millrace/1",
        "meta": {"large": 99999999999999999999},
        "parameters": {"gain": {"of": "ad.amount"}},
        "nodes": {
            "count": {"type": "control.counter"},
            "count": {"type": "control.counter"},
            "add": {"type": "test.add", "params": {"amont": 1}},
            "far": {"type": "test.add", "params": {"amount": 1000}},
            "bare": {"params": {}},
            "odd id": {"type": "control.counter"},
            "unknown": {"type": "test.ad"},
            "call": {"type": "control.subgraph", "subgraph": "s", "params": {"amout": 2}},
            "lost": {"type": "control.subgraph", "subgraph": "t"}},
        "wires": [
            {"from": "count.value", "to": "add.value", "capacity": 0},
            {"from": "count.value", "to": "call.in"},
            {"from": "count.vlue", "to": "far.value"},
            {"from": "cuont.value", "to": "call.on"}],
        "subgraphs": {"s": {"inputs": {"in": "n.value"}, "parameters": {"amount": {"of": "n.amount"}},
            "nodes": {"n": {"type": "test.add", "params": {"amount": "two"}}}}}})",
                                      "g.json");
    Runner runner;
    std::vector<Problem> problems = read.problems;
    const Plan plan = make_plan(read.graph, runner.registry, {});
    problems.insert(problems.end(), plan.problems.begin(), plan.problems.end());
    EXPECT_EQ(
        codes_of(problems),
        (std::vector<std::string>{
            "E-GRAPH-003",  // the capacity
            "E-GRAPH-004",  // "odd id"
            "E-GRAPH-005",  // "bare" has no type
            "E-GRAPH-006",  // gain promotes nothing
            "E-GRAPH-021",  // no subgraph "t"
            "E-GRAPH-022",  // no port "on"
            "E-GRAPH-023",  // no promoted "amout"
            "E-JSON-002",   // count twice
            "E-JSON-004",   // the large number
            "E-PARAM-001",  // amont
            "E-PARAM-002",  // "two" inside the subgraph
            "E-PARAM-003",  // 1000
            "E-PLAN-001",   // the type test.ad
            "E-PLAN-001",   // of "bare": the command line leaves it out, as the reader has said so
            "E-PLAN-002",   // cuont
            "E-PLAN-003",   // vlue
        }))
        << problems_text(problems);
    for (const char* meant : {"add.amount", "\"s\"", "\"in\"", "\"amount\"", "\"test.add\"",
                              "\"count\"", "\"value\""}) {
        EXPECT_NE(problems_text(problems).find(
                      "Did you mean " +
                      (meant[0] == '"' ? std::string(meant) : "\"" + std::string(meant) + "\"")),
                  std::string::npos)
            << meant << "\n"
            << problems_text(problems);
    }
}

}  // namespace
}  // namespace millrace::engine::testing
