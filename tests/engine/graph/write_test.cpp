// The canonical text: one document, one text; whatever was read is written back.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>

#include "engine/hash.hpp"
#include "tests/engine/graph/random_graph.hpp"
#include "tests/engine/support.hpp"

namespace millrace::engine::testing {
namespace {

constexpr int kRandomDocuments = 500;

Graph read_good(std::string_view text) {
    ReadGraph read = read_graph(text, "test");
    EXPECT_TRUE(read.problems.empty()) << problems_text(read.problems) << text;
    return std::move(read.graph);
}

/// In the order in which they are written, in every subgraph too.
void sort_wires(Graph& graph) {
    std::ranges::stable_sort(graph.wires, {},
                             [](const Wire& wire) { return std::tie(wire.to, wire.from); });
    for (auto& [name, subgraph] : graph.subgraphs) sort_wires(subgraph.graph);
}

TEST(Write, HasOneThingALineInTheOrderOfTheDesign) {
    const Graph graph = read_good(
        R"({"layout":{"b":[260,0.5],"a":[0,0]},"notes":{"n":{"rect":[0,0,10,10],"text":"Look"}},
        "backdrops":{"d":{"rect":[1,2,3,4],"title":"Loading"}},"later":{"z":1,"y":[1,{"k":2}]},
        "wires":[{"to":"b.x","from":"a.y"},{"from":"a.y","policy":"drop_oldest","capacity":4,"to":"a.x"}],
        "subgraphs":{"s":{"nodes":{"n":{"type":"t.t"}},"outputs":{"o":"n.v"},"inputs":{"i":["n.v","n.w"]}},"empty":{}},
        "nodes":{"b":{"params":{"size":0.1},"type":"p.q"},"a":{"type":"p.r","on_error":"retry","retries":2}},
        "parameters":{"root":{"of":"a.root","label":"Data"}},"requires":{"plugins":["p"]},"meta":{"title":"T"},"schema":"millrace/1"})");
    EXPECT_EQ(write_graph(graph), R"({
  "schema": "millrace/1",
  "meta": {
    "title": "T"
  },
  "requires": {
    "plugins": ["p"]
  },
  "parameters": {
    "root": {"label": "Data", "of": "a.root"}
  },
  "nodes": {
    "a": {
      "on_error": "retry",
      "retries": 2,
      "type": "p.r",
      "version": 1
    },
    "b": {
      "params": {
        "size": 0.1
      },
      "type": "p.q",
      "version": 1
    }
  },
  "wires": [
    {"capacity": 4, "from": "a.y", "policy": "drop_oldest", "to": "a.x"},
    {"from": "a.y", "to": "b.x"}
  ],
  "subgraphs": {
    "empty": {},
    "s": {
      "inputs": {
        "i": ["n.v", "n.w"]
      },
      "outputs": {
        "o": "n.v"
      },
      "nodes": {
        "n": {
          "type": "t.t",
          "version": 1
        }
      }
    }
  },
  "backdrops": {
    "d": {"rect": [1, 2, 3, 4], "title": "Loading"}
  },
  "notes": {
    "n": {"rect": [0, 0, 10, 10], "text": "Look"}
  },
  "later": {
    "y": [1, {"k": 2}],
    "z": 1
  },
  "layout": {
    "a": [0, 0],
    "b": [260, 0.5]
  }
}
)");
}

TEST(Write, AnEmptyDocument) {
    EXPECT_EQ(write_graph({}), "{\n  \"schema\": \"millrace/1\"\n}\n");
    EXPECT_EQ(read_good(write_graph({})), Graph());
}

TEST(Write, LeavesDefaultsOut) {
    const Graph graph =
        read_good(R"({"schema": "millrace/1", "meta": {}, "parameters": {}, "backdrops": {},
        "nodes": {"n": {"type": "t.t", "version": 1, "title": "", "params": {}, "on_error": "stop", "retries": 0}},
        "wires": [{"from": "n.a", "to": "n.b", "policy": "block"}], "layout": {}})");
    EXPECT_EQ(write_graph(graph), R"({
  "schema": "millrace/1",
  "nodes": {
    "n": {
      "type": "t.t",
      "version": 1
    }
  },
  "wires": [
    {"from": "n.a", "to": "n.b"}
  ]
}
)");
}

TEST(Write, NumbersAreShortAndExact) {
    const std::vector<std::pair<Value, std::string>> numbers = {
        {0.1, "0.1"},
        {-0.0, "-0.0"},
        {1e-7, "1e-07"},
        {1e22, "1e+22"},
        {1.0, "1.0"},
        {100000.0, "1e+05"},
        {5e-324, "5e-324"},
        {0.1 + 0.2, "0.30000000000000004"},
        {1.7976931348623157e308, "1.7976931348623157e+308"},
        {std::int64_t{9007199254740993}, "9007199254740993"},
        {std::numeric_limits<std::int64_t>::max(), "9223372036854775807"},
        {std::numeric_limits<std::int64_t>::min(), "-9223372036854775808"},
    };
    for (const auto& [value, text] : numbers) {
        EXPECT_EQ(to_json(value), text);
        const Value back = parse_json(text, "test");
        EXPECT_EQ(back, value) << text;
        EXPECT_EQ(back.is_int(), value.is_int()) << text;
        if (!value.is_double()) continue;
        EXPECT_EQ(std::signbit(back.as_double()), std::signbit(value.as_double())) << text;
    }
}

TEST(Write, PlacesThatGotLostStayReadable) {
    Graph graph;
    graph.layout["n"] = {std::numeric_limits<double>::quiet_NaN(),
                         std::numeric_limits<double>::infinity()};
    graph.layout["far"] = {1e300, -1e300};
    const Graph back = read_good(write_graph(graph));
    EXPECT_EQ(back.layout.at("n"), (std::array<double, 2>{0, 0}));
    EXPECT_EQ(back.layout.at("far"), (std::array<double, 2>{1e300, -1e300}));
}

TEST(Write, RandomDocumentsReadBackToTheSameBytes) {
    std::size_t bytes = 0;
    for (int seed = 0; seed < kRandomDocuments; ++seed) {
        Graph graph = random_graph(seed);
        const std::string text = write_graph(graph);
        bytes += text.size();
        const Graph back = read_good(text);
        ASSERT_EQ(write_graph(back), text) << "seed " << seed;
        // Written in another order, it is the same document.
        std::ranges::reverse(graph.wires);
        ASSERT_EQ(meaning_hash(back), meaning_hash(graph)) << "seed " << seed;
        sort_wires(graph);
        ASSERT_TRUE(back == graph) << "seed " << seed << "\n" << text;
    }
    EXPECT_GT(bytes, 500'000u) << "the documents hold next to nothing";
}

TEST(Save, AHandWrittenFileKeepsItsBytesUntilItChanges) {
    const TemporaryFolder folder;
    const auto file = folder.path / "graph.json";
    const std::string text =
        "\xef\xbb\xbf{ \"wires\": [ ],\r\n\t\"nodes\" : {\"b\": {\"type\":\"t.t\", \"params\": "
        "{\"x\": 1E-7, \"y\": -0, "
        "\"z\": 1.50, \"u\": \"\\u00e4\\/\"}}},  \"schema\": \"millrace\\/1\", \"layout\": {\"b\": "
        "[-0.0, 1e2]}}";
    std::ofstream(file, std::ios::binary) << text;
    const auto bytes = [&] {
        std::ifstream stream(file, std::ios::binary);
        return std::string(std::istreambuf_iterator<char>(stream), {});
    };
    ReadGraph read = load_graph(file);
    ASSERT_TRUE(read.problems.empty()) << problems_text(read.problems);
    save_graph(read.graph, file);
    EXPECT_EQ(bytes(), text);
    read.graph.layout["b"] = {20, 0};
    save_graph(read.graph, file);
    EXPECT_EQ(bytes(), write_graph(read.graph));
    EXPECT_EQ(read.graph.nodes.at("b").params.at("u").as_string(), "ä/");
    // A file that is no graph is replaced; nothing is left beside it.
    std::ofstream(file, std::ios::binary) << "{";
    save_graph(read.graph, file);
    EXPECT_EQ(bytes(), write_graph(read.graph));
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path), {}), 1);
}

TEST(Save, SaysWhatIsWrongWithThePlace) {
    const TemporaryFolder folder;
    for (const auto& place : {folder.path, folder.path / "absent" / "g.json"}) {
        try {
            save_graph({}, place);
            ADD_FAILURE() << place;
        } catch (const Error& error) {
            EXPECT_EQ(error.problem().code, "E-FILE-003") << error.what();
            EXPECT_EQ(error.problem().where, place.string());
        }
    }
}

TEST(Save, WritesThroughALink) {
    const TemporaryFolder folder;
    std::ofstream(folder.path / "real.json") << "{}";
    std::filesystem::create_symlink("real.json", folder.path / "link.json");
    save_graph({}, folder.path / "link.json");
    EXPECT_TRUE(std::filesystem::is_symlink(folder.path / "link.json"));
    EXPECT_TRUE(load_graph(folder.path / "real.json").problems.empty());
}

}  // namespace
}  // namespace millrace::engine::testing
