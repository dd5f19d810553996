// millrace export.
#include <cstdio>

#include <gtest/gtest.h>

#include "engine/graph/graph.hpp"
#include "tests/cli/program.hpp"

namespace millrace::tests {
namespace {

std::string unescaped(std::string text) {
    for (const auto& [entity, letter] : {std::pair<std::string, std::string>{"&lt;", "<"},
                                         {"&gt;", ">"},
                                         {"&quot;", "\""},
                                         {"&amp;", "&"}}) {
        for (std::size_t at = 0; (at = text.find(entity, at)) != std::string::npos;
             at += letter.size())
            text.replace(at, entity.size(), letter);
    }
    return text;
}

TEST(Export, SvgCarriesTheGraph) {
    const Program program;
    program.write("g.json", kNumbers);
    const Outcome outcome = program.run({"export", "g.json"});
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_EQ(outcome.out.rfind("<svg ", 0), 0u);
    for (const char* part : {">Square</text>", ">Numbers</text>", "offset = 2", "<path"}) {
        EXPECT_NE(outcome.out.find(part), std::string::npos) << part;
    }
    const auto begin = outcome.out.find("<metadata>");
    const auto open = outcome.out.find('>', begin + 10) + 1;
    const auto close = outcome.out.find("</graph>", open);
    ASSERT_NE(close, std::string::npos);
    const engine::ReadGraph read =
        engine::read_graph(unescaped(outcome.out.substr(open, close - open)), "metadata");
    EXPECT_TRUE(read.problems.empty());
    EXPECT_EQ(engine::write_graph(read.graph),
              engine::write_graph(engine::load_graph(program.folder / "g.json").graph));
}

TEST(Export, NothingOfADocumentIsMarkup) {
    const Program program;
    program.write("g.json",
                  R"({"schema": "millrace/1", "meta": {"title": "<script>alert(1)</script>"},
        "nodes": {"n": {"type": "no.such<b>", "version": 1, "title": "\"><image/>"}},
        "backdrops": {"b": {"title": "&", "color": "red\" onload=\"x", "rect": [0, 0, 400, 300]}}, "layout": {"n": [0, 0]}})");
    const Outcome svg = program.run({"export", "g.json"});
    EXPECT_EQ(svg.code, 0) << svg.err;
    for (const char* part : {"<script", "<image", "onload=\"", "no.such<b>"})
        EXPECT_EQ(svg.out.find(part), std::string::npos) << part;
    const Outcome dot = program.run({"export", "g.json", "--to", "dot"});
    EXPECT_EQ(dot.code, 0);
    EXPECT_EQ(dot.out.find("<image"), std::string::npos);
}

TEST(Export, WiresGoThroughTheirDotsWithinThePicture) {
    const Program program;
    program.write("g.json", R"({"schema": "millrace/1",
        "nodes": {"a": {"type": "control.counter", "version": 1},
                  "b": {"type": "control.rate_limit", "version": 1}},
        "wires": [{"from": "a.value", "to": "b.item"}],
        "layout": {"a": [0, 0], "b": [600, 0], "a.value -> b.item #1": [300, 900]}})");
    const Outcome svg = program.run({"export", "g.json"});
    ASSERT_EQ(svg.code, 0) << svg.err;
    EXPECT_NE(svg.out.find(" 300.0 900.0 C"), std::string::npos) << "passes the dot, then goes on";
    double left = 0, top = 0, width = 0, height = 0;
    const auto box = svg.out.find("viewBox=\"");
    ASSERT_NE(box, std::string::npos);
    ASSERT_EQ(std::sscanf(svg.out.c_str() + box, "viewBox=\"%lf %lf %lf %lf", &left, &top, &width,
                          &height),
              4);
    EXPECT_GT(top + height, 920);
}

TEST(Export, SeveralKindsGetAFileEach) {
    const Program program;
    program.write("g.json", kNumbers);
    EXPECT_EQ(program.run({"export", "g.json", "--to", "dot,svg"}).code, 2);
    EXPECT_EQ(program.run({"export", "g.json", "--to", "dot,svg", "--out", "drawn"}).code, 0);
    EXPECT_EQ(program.read("drawn.dot").rfind("digraph", 0), 0u);
    EXPECT_EQ(program.read("drawn.svg").rfind("<svg", 0), 0u);
    const Outcome png = program.run({"export", "g.json", "--out", "g.png"});
    EXPECT_EQ(png.code, 2);
    EXPECT_NE(png.err.find("E-CLI-007"), std::string::npos);
    EXPECT_EQ(program.run({"export", "g.json", "--to", "gif"}).code, 2);
}

}  // namespace
}  // namespace millrace::tests
