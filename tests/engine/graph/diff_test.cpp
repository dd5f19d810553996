// Differences in meaning, and the hash that goes with them.
#include <gtest/gtest.h>

#include "engine/hash.hpp"
#include "tests/engine/graph/random_graph.hpp"
#include "tests/engine/support.hpp"

namespace millrace::engine::testing {
namespace {

Graph sample() {
    ReadGraph read = read_graph(
        R"({"schema": "millrace/1", "meta": {"title": "A"}, "requires": {"plugins": ["p"]},
        "parameters": {"gain": {"of": "b.amount", "label": "Gain"}},
        "nodes": {"a": {"type": "t.source", "title": "Source"}, "b": {"type": "t.add", "params": {"amount": 1, "list": [1, {"x": 2}], "deep": {"k": 1}}},
                  "c": {"type": "control.subgraph", "subgraph": "s"}},
        "wires": [{"from": "a.out", "to": "b.in", "capacity": 4}, {"from": "b.out", "to": "c.in"}],
        "subgraphs": {"s": {"inputs": {"in": ["n.v"]}, "outputs": {"out": "n.v"}, "nodes": {"n": {"type": "t.add"}}}},
        "backdrops": {"d": {"title": "D", "rect": [0, 0, 1, 1]}}, "notes": {"e": {"text": "E", "rect": [0, 0, 1, 1]}},
        "later": {"x": 1}, "layout": {"a": [0, 0]}})",
        "test");
    EXPECT_TRUE(read.problems.empty()) << problems_text(read.problems);
    return std::move(read.graph);
}

std::string line(const Difference& difference) {
    const char* kind = difference.kind == DiffKind::Added     ? "+ "
                       : difference.kind == DiffKind::Removed ? "- "
                                                              : "~ ";
    return kind + difference.where + " " + to_json(difference.before) + " " +
           to_json(difference.after);
}

TEST(Diff, IgnoresWhatHasNoMeaning) {
    const Graph before = sample();
    Graph after = before;
    after.meta["title"] = "B";
    after.layout["a"] = {5, 5};
    after.layout.erase("b");
    after.backdrops.clear();
    after.notes["f"] = {};
    after.nodes["a"].title = "Renamed";
    after.parameters["gain"].label = "Louder";
    after.subgraphs["s"].graph.layout["n"] = {1, 1};
    std::swap(after.wires[0], after.wires[1]);
    EXPECT_FALSE(before == after);
    EXPECT_TRUE(diff(before, after).empty()) << line(diff(before, after).front());
    EXPECT_EQ(meaning_hash(before), meaning_hash(after));
}

TEST(Diff, NamesEachChange) {
    using Change = void (*)(Graph&);
    const std::vector<std::pair<Change, std::string>> changes = {
        {[](Graph& g) { g.nodes["a"].type = "t.other"; }, R"(~ nodes.a.type "t.source" "t.other")"},
        {[](Graph& g) { g.nodes["a"].version = 2; }, "~ nodes.a.version 1 2"},
        {[](Graph& g) { g.nodes["a"].mode = NodeMode::Mute; }, R"(~ nodes.a.mode null "mute")"},
        {[](Graph& g) { g.nodes["a"].on_error = OnError::Skip; },
         R"(~ nodes.a.on_error "stop" "skip")"},
        {[](Graph& g) { g.nodes["a"].retries = 2; }, "~ nodes.a.retries 0 2"},
        {[](Graph& g) { g.nodes["a"].extra["later"] = 1; }, "+ nodes.a.later null 1"},
        {[](Graph& g) { g.nodes["b"].params["amount"] = 2; }, "~ nodes.b.params.amount 1 2"},
        {[](Graph& g) { g.nodes["b"].params["amount"] = 1.0; }, "~ nodes.b.params.amount 1 1.0"},
        {[](Graph& g) { g.nodes["b"].params.erase("amount"); }, "- nodes.b.params.amount 1 null"},
        {[](Graph& g) { g.nodes["b"].params["new"] = "x"; }, R"(+ nodes.b.params.new null "x")"},
        {[](Graph& g) { g.nodes["b"].params["list"].as_array()[1]["x"] = 3; },
         R"(~ nodes.b.params.list [1,{"x":2}] [1,{"x":3}])"},
        {[](Graph& g) { g.nodes["b"].params["deep"]["k"] = 2; }, "~ nodes.b.params.deep.k 1 2"},
        {[](Graph& g) { g.nodes["c"].subgraph = "t"; }, R"(~ nodes.c.subgraph "s" "t")"},
        {[](Graph& g) { g.nodes["z"].type = "t.z"; }, R"(+ nodes.z null "t.z")"},
        {[](Graph& g) { g.nodes.erase("a"); }, R"(- nodes.a "t.source" null)"},
        {[](Graph& g) { g.wires.pop_back(); }, R"(- wires.b.out -> c.in "b.out" null)"},
        {[](Graph& g) {
             g.wires.push_back({{"a", "out"}, {"c", "x"}});
         },
         R"(+ wires.a.out -> c.x null "a.out")"},
        {[](Graph& g) { g.wires.push_back(g.wires[0]); },
         R"(+ wires.a.out -> b.in (2) null "a.out")"},
        {[](Graph& g) { g.wires[0].capacity.reset(); }, "~ wires.a.out -> b.in.capacity 4 null"},
        {[](Graph& g) { g.wires[0].policy = Policy::LatestOnly; },
         R"(~ wires.a.out -> b.in.policy "block" "latest_only")"},
        {[](Graph& g) { g.wires[0].extra["later"] = true; },
         "+ wires.a.out -> b.in.later null true"},
        {[](Graph& g) { g.parameters["gain"].of = "b.other"; },
         R"(~ parameters.gain.of "b.amount" "b.other")"},
        {[](Graph& g) { g.parameters["gain"].extra["hint"] = 1; }, "+ parameters.gain.hint null 1"},
        {[](Graph& g) { g.parameters.clear(); }, R"(- parameters.gain "b.amount" null)"},
        {[](Graph& g) {
             g.subgraphs["s"].inputs["in"].push_back({"n", "w"});
         },
         R"(~ subgraphs.s.inputs.in ["n.v"] ["n.v","n.w"])"},
        {[](Graph& g) {
             g.subgraphs["s"].outputs["more"] = {"n", "w"};
         },
         R"(+ subgraphs.s.outputs.more null "n.w")"},
        {[](Graph& g) { g.subgraphs["s"].graph.nodes["n"].params["p"] = 1; },
         "+ subgraphs.s.nodes.n.params.p null 1"},
        {[](Graph& g) { g.subgraphs["t"] = {}; }, R"(+ subgraphs.t null "subgraph")"},
        {[](Graph& g) { g.required["plugins"].as_array().emplace_back("q"); },
         R"(~ requires.plugins ["p"] ["p","q"])"},
        {[](Graph& g) { g.extra["later"]["x"] = 2; }, "~ later.x 1 2"},
    };
    const Graph before = sample();
    for (const auto& [change, expected] : changes) {
        Graph after = before;
        change(after);
        const std::vector<Difference> found = diff(before, after);
        ASSERT_EQ(found.size(), 1u) << expected;
        EXPECT_EQ(line(found[0]), expected);
        EXPECT_NE(meaning_hash(before), meaning_hash(after)) << expected;
        // The way back is the same difference.
        const Difference back = diff(after, before).at(0);
        EXPECT_EQ(back.where, found[0].where);
        EXPECT_EQ(back.before, found[0].after);
        EXPECT_EQ(back.after, found[0].before);
    }
}

TEST(Diff, AgreesWithTheHashOnRandomDocuments) {
    Graph last;
    for (int seed = 0; seed < 200; ++seed) {
        const Graph graph = random_graph(seed);
        EXPECT_TRUE(diff(graph, read_graph(write_graph(graph), "test").graph).empty())
            << "seed " << seed;
        EXPECT_EQ(diff(last, graph).empty(), meaning_hash(last) == meaning_hash(graph))
            << "seed " << seed;
        last = graph;
    }
}

TEST(Ids, StayWhenTheTitleChangesOrTheGraphIsCopied) {
    Graph graph = sample();
    Graph copy = graph;
    copy.nodes["a"].title = "Something else";
    copy = read_graph(write_graph(copy), "test").graph;
    ASSERT_EQ(copy.nodes.size(), graph.nodes.size());
    for (const auto& [id, node] : graph.nodes) EXPECT_TRUE(copy.nodes.contains(id)) << id;
    EXPECT_EQ(graph.nodes.at("a").title, "Source");  // a copy is a copy
}

}  // namespace
}  // namespace millrace::engine::testing
