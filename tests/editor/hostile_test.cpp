// Malformed graphs in the window: they open with their problems listed or are refused with a
// reason, the document that was open stays then, and nothing crashes when they are shown, selected,
// laid out and undone.
#include <gtest/gtest.h>

#include "editor/canvas/canvas_view.hpp"
#include "editor/canvas/items.hpp"
#include "editor/panels/problems_panel.hpp"
#include "tests/editor/window_support.hpp"
#include "tests/engine/graph/random_graph.hpp"

namespace millrace::editor {
namespace {

class HostileGraphs : public EditorTest {
protected:
    HostileGraphs() {
        make();
        wait_for_catalogue();
        window->document().start(small(), {});
    }
    /// False when the window refused it.
    bool shown(const QByteArray& text) {
        const QString file = path("g.json");
        write(file, text);
        window->document().history().setClean();
        const engine::Graph before = window->document().graph();
        if (!window->open(file)) {
            EXPECT_GT(window->problems()->error_count(), 0) << text.left(200).toStdString();
            EXPECT_EQ(window->document().graph(), before) << "what was open stays";
            return false;
        }
        window->canvas()->show_all();
        window->canvas()->viewport()->grab();
        for (const auto& [id, node] : window->document().graph().nodes)
            EXPECT_NE(window->scene()->node(id), nullptr) << id;
        window->action("select_all")->trigger();
        const auto selected = window->scene()->selected_nodes();
        if (!selected.empty()) window->scene()->select_nodes({selected.front()});
        window->action("lay_out")->trigger();
        window->canvas()->viewport()->grab();
        if (window->document().history().canUndo()) window->document().history().undo();
        window->document().history().setClean();
        return true;
    }
};

TEST_F(HostileGraphs, TextsThatAreCutAreRefused) {
    const QByteArray text = text_of(engine::testing::random_graph(7));
    ASSERT_GT(text.size(), 400);
    for (int i = 1; i < 40; ++i) EXPECT_FALSE(shown(text.left(text.size() * i / 40 - 1)));
    EXPECT_FALSE(shown({}));
    EXPECT_FALSE(shown(QByteArray("\x89PNG\r\n\x1a\n no picture")));
    EXPECT_FALSE(shown(QByteArray(10'000, '[')));
    EXPECT_TRUE(shown(text));
}

TEST_F(HostileGraphs, ChangedBytesNeverCrash) {
    QByteArray text = text_of(engine::testing::random_graph(11));
    const qsizetype step = std::max<qsizetype>(1, text.size() / 150);
    int opened = 0;
    for (qsizetype at = 0; at < text.size(); at += step) {
        const char before = text[at];
        text[at] = "{}[]\",:0-\\\xff"[at % 11];
        opened += shown(text) ? 1 : 0;
        text[at] = before;
    }
    EXPECT_GT(opened, 0) << "a changed letter in a text is no fault";
}

TEST_F(HostileGraphs, RandomDocumentsAreShown) {
    for (std::uint64_t seed = 1; seed <= 25; ++seed)
        EXPECT_TRUE(shown(text_of(engine::testing::random_graph(seed)))) << seed;
}

TEST_F(HostileGraphs, OddStructuresAreShownWithTheirProblems) {
    const auto graph = [](const char* rest) {
        return QByteArray(R"({"schema": "millrace/1", )") + rest + "}";
    };
    for (
        const char* rest : {
            R"("nodes": {"a": {"type": "control.counter"}}, "wires": [{"from": "a.value", "to": "gone.in"}])",
            R"("nodes": {"a": {"type": "control.rate_limit"}}, "wires": [{"from": "a.item", "to": "a.item"}])",
            R"("nodes": {"a": {"type": "control.counter", "params": {"items": [1, {"x": null}], "nothing": 1e300}}})",
            R"("nodes": {"a": {"type": "control.subgraph", "subgraph": "s"}}, "subgraphs": {"s": {"nodes": {"a": {"type": "control.subgraph", "subgraph": "s"}}}})",
            R"("nodes": {"a": {"type": "control.subgraph", "subgraph": "none"}})",
            R"("nodes": {"a": {"type": "control.for_each", "subgraph": "s"}}, "subgraphs": {"s": {"inputs": {"x": "no.where"}, "outputs": {"y": "no.where"}}})",
            R"("nodes": {"a": {"type": "control.counter"}}, "layout": {"a": [1e300, -1e300]})",
            R"("nodes": {"a": {"type": "control.counter", "mode": "sleep"}}, "backdrops": {"b": {"rect": [0, 0, -5, 1e9]}})",
            R"("nodes": {"a": {"type": "control.counter", "mode": "freeze", "frozen": "../../x"}})",
            R"("nodes": {}, "notes": {"n": {"text": "x", "rect": [0, 0, 0, 0]}}, "layout": {"a.b -> c.d #1": [5, 5]})",
        }) {
        shown(graph(rest));
    }
    // Ten calls of ten calls: too much once it is expanded, not before.
    std::string bomb =
        R"("nodes": {"a": {"type": "control.subgraph", "subgraph": "s0"}}, "subgraphs": {)";
    for (int level = 0; level < 12; ++level) {
        bomb += (level ? ", \"s" : "\"s") + std::to_string(level) + R"(": {"nodes": {)";
        for (int i = 0; i < 10; ++i)
            bomb += (i ? ", \"n" : "\"n") + std::to_string(i) +
                    R"(": {"type": "control.subgraph", "subgraph": "s)" +
                    std::to_string(level + 1) + "\"}";
        bomb += "}}";
    }
    bomb += R"(, "s12": {"nodes": {"x": {"type": "control.counter"}}}})";
    EXPECT_TRUE(shown(graph(bomb.c_str())));
    EXPECT_TRUE(wait([&] { return window->problems()->error_count() > 0; }));
}

}  // namespace
}  // namespace millrace::editor
