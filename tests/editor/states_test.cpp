// Muting, bypassing and freezing in the editor: keys, undo, what is saved, how it looks, and what
// then runs.
#include "editor/document/states.hpp"

#include <gtest/gtest.h>

#include "editor/canvas/canvas_view.hpp"
#include "editor/canvas/items.hpp"
#include "editor/document/edits.hpp"
#include "editor/inspector/problem_fix.hpp"
#include "editor/panels/problems_panel.hpp"
#include "editor/session/run_monitor.hpp"
#include "tests/editor/window_support.hpp"

namespace millrace::editor {
namespace {

using engine::NodeMode;

TEST(States, TogglingTakesAModeOnlyFromThoseThatAllHaveIt) {
    engine::Graph graph;
    graph.nodes["a"] = {.type = "t.a"};
    graph.nodes["b"] = {.type = "t.b", .mode = NodeMode::Mute};
    toggle_mode(graph, {"a", "b", "gone"}, NodeMode::Mute);
    EXPECT_EQ(graph.nodes["a"].mode, NodeMode::Mute);
    EXPECT_EQ(graph.nodes["b"].mode, NodeMode::Mute);
    EXPECT_FALSE(graph.nodes.contains("gone"));
    toggle_mode(graph, {"a"}, NodeMode::Bypass);
    EXPECT_EQ(graph.nodes["a"].mode, NodeMode::Bypass);
    toggle_mode(graph, {"a"}, NodeMode::Bypass);
    EXPECT_EQ(graph.nodes["a"].mode, NodeMode::Normal);
    EXPECT_FALSE(all_have_mode(graph, {}, NodeMode::Normal));
}

TEST(States, AModeThatIsNotKnownIsReplaced) {
    engine::Graph graph;
    graph.nodes["a"] = {.type = "t.a", .extra = {{"mode", "sleep"}}};
    toggle_mode(graph, {"a"}, NodeMode::Mute);
    EXPECT_TRUE(graph.nodes["a"].extra.empty());
}

class StatesInWindow : public EditorTest {
protected:
    StatesInWindow() {
        make();
        wait_for_catalogue();
        engine::Graph graph;
        graph.nodes["counter"] = {.type = "control.counter", .params = {{"items", 3}}};
        for (const char* id : {"first", "second"})
            graph.nodes[id] = {.type = "control.rate_limit", .params = {{"per_second", 1000.0}}};
        graph.layout = {{"counter", {0, 0}}, {"first", {280, 0}}, {"second", {560, 0}}};
        editor::connect(graph, {"counter", "value"}, {"first", "item"});
        editor::connect(graph, {"first", "item"}, {"second", "item"});
        window->document().start(graph, {});
        window->canvas()->show_all();
        window->canvas()->setFocus();
    }
    void press(const char* id, Qt::Key key) {
        window->scene()->select_nodes({id});
        QTest::keyClick(window->canvas(), key, Qt::ControlModifier);
    }
    NodeMode mode(const char* id) { return window->document().graph().nodes.at(id).mode; }
    /// Runs to the end; false when none comes.
    bool ran() {
        bool ended = false;
        const auto listening = QObject::connect(&window->session(), &Session::run_ended,
                                                window.get(), [&] { ended = true; });
        window->action("run")->trigger();
        EXPECT_TRUE(wait([&] { return ended; }));
        QObject::disconnect(listening);
        return ended;
    }
};

TEST_F(StatesInWindow, KeysToggleAndUndoGivesTheBytesBack) {
    const std::string before = engine::write_graph(window->document().graph());
    press("first", Qt::Key_M);
    EXPECT_EQ(mode("first"), NodeMode::Mute);
    EXPECT_TRUE(window->action("mute")->isChecked());
    EXPECT_FALSE(window->action("bypass")->isChecked());
    EXPECT_NE(engine::write_graph(window->document().graph()).find("\"mode\": \"mute\""),
              std::string::npos);
    press("first", Qt::Key_B);
    EXPECT_EQ(mode("first"), NodeMode::Bypass);
    EXPECT_FALSE(window->action("mute")->isChecked());
    press("first", Qt::Key_B);
    EXPECT_EQ(engine::write_graph(window->document().graph()), before);
    EXPECT_EQ(window->document().history().count(), 3);
    while (window->document().history().canUndo()) window->action("undo")->trigger();
    EXPECT_EQ(engine::write_graph(window->document().graph()), before);
}

TEST_F(StatesInWindow, FacesTellTheModeAndTheWayPast) {
    press("first", Qt::Key_B);
    const NodeFace& bypassed = window->scene()->node("first")->face();
    ASSERT_EQ(bypassed.passes.size(), 1U);
    EXPECT_EQ(bypassed.passes[0].first, bypassed.input("item")->at);
    EXPECT_EQ(bypassed.passes[0].second, bypassed.output("item")->at);
    EXPECT_EQ(bypassed.subtitle, QStringLiteral("bypassed · first"));
    const QRect place = window->canvas()
                            ->mapFromScene(window->scene()->node("second")->sceneBoundingRect())
                            .boundingRect();
    window->scene()->select_nodes({});
    const QImage normal = window->canvas()->viewport()->grab(place).toImage();
    press("second", Qt::Key_M);
    EXPECT_TRUE(window->scene()->node("second")->face().passes.empty());
    window->scene()->select_nodes({});
    EXPECT_NE(window->canvas()->viewport()->grab(place).toImage(), normal);
    if (qEnvironmentVariableIsSet("MILLRACE_STATES_PICTURE"))
        window->grab().save(qEnvironmentVariable("MILLRACE_STATES_PICTURE"));
}

TEST_F(StatesInWindow, WhatIsMutedOrBypassedDoesNotRun) {
    press("first", Qt::Key_B);
    ASSERT_TRUE(ran());
    const auto items = [&](const char* id) { return window->scene()->node(id)->status().items; };
    EXPECT_TRUE(QTest::qWaitFor([&] { return items("second") == 3; }, 60'000));
    EXPECT_EQ(items("first"), 0U);
    press("first", Qt::Key_M);
    ASSERT_TRUE(ran());
    EXPECT_TRUE(
        QTest::qWaitFor([&] { return items("counter") == 3 && items("second") == 0; }, 60'000));
}

TEST(States, FreezingGivesEachItsOwnSetAndOtherModesTakeItAway) {
    engine::Graph graph;
    graph.nodes["a"] = {.type = "t.a"};
    graph.nodes["b"] = {.type = "t.b", .mode = NodeMode::Mute};
    int made = 0;
    freeze(graph, {"a", "b", "gone"}, [&] { return "set" + std::to_string(++made); });
    EXPECT_EQ(graph.nodes["a"].frozen, "set1");
    EXPECT_EQ(graph.nodes["b"].frozen, "set2");
    EXPECT_TRUE(all_have_mode(graph, {"a", "b"}, NodeMode::Freeze));
    toggle_mode(graph, {"a"}, NodeMode::Mute);
    EXPECT_EQ(graph.nodes["a"].frozen, "");
    toggle_mode(graph, {"b"}, NodeMode::Freeze);
    EXPECT_EQ(graph.nodes["b"], engine::GraphNode{.type = "t.b"});
}

TEST_F(StatesInWindow, AFrozenNodeKeepsWhatItGave) {
    // For the worker that starts now.
    qputenv("MILLRACE_FROZEN", path("frozen").toLocal8Bit());
    const engine::Graph graph = window->document().graph();
    make();
    wait_for_catalogue();
    window->document().start(graph, {});
    window->canvas()->show_all();
    window->scene()->select_nodes({"first"});
    window->action("freeze")->trigger();
    ASSERT_TRUE(
        QTest::qWaitFor([&] { return window->monitor()->status() == "succeeded"; }, 60'000));
    EXPECT_EQ(mode("first"), NodeMode::Freeze);
    EXPECT_TRUE(window->action("freeze")->isChecked());
    EXPECT_TRUE(window->scene()->node("first")->face().subtitle.contains("frozen"));
    // Three items were frozen; the worker finds them in a run of its own.
    ASSERT_TRUE(ran());
    EXPECT_EQ(window->monitor()->status(), "succeeded");
    ASSERT_NE(window->monitor()->node("first"), nullptr);
    EXPECT_EQ(window->monitor()->node("first")->executed, 0U);
    EXPECT_EQ(window->monitor()->node("first")->cached, 3U);
    picture(window.get(), "frozen");
    // On another machine it is refused, with a way out.
    QDir(path("frozen")).removeRecursively();
    window->run();
    ASSERT_TRUE(QTest::qWaitFor([&] { return window->problems()->error_count() > 0; }, 60'000));
    const auto fix = fix_of({.code = "E-FREEZE-001", .where = "first"}, window->document().graph(),
                            "first", window->scene()->catalogue());
    ASSERT_TRUE(fix);
    window->action("freeze")->trigger();
    EXPECT_EQ(mode("first"), NodeMode::Normal);
    qunsetenv("MILLRACE_FROZEN");
}

}  // namespace
}  // namespace millrace::editor
