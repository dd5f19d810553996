// The editor's window under a virtual display, worked with mouse and keys, with a real worker.
#include "editor/window/window.hpp"

#include <QLineEdit>

#include <gtest/gtest.h>

#include "editor/canvas/canvas_view.hpp"
#include "editor/canvas/items.hpp"
#include "editor/inspector/inspector.hpp"
#include "editor/inspector/param_row.hpp"
#include "editor/panels/problems_panel.hpp"
#include "editor/panels/search_palette.hpp"
#include "editor/panels/wire_panel.hpp"
#include "tests/editor/window_support.hpp"

namespace millrace::editor {
namespace {

class Editor : public EditorTest {
protected:
    Editor() {
        make();
        window->canvas()->setFocus();
        wait_for_catalogue();
    }
    /// Types a node type's name into the palette, as it opens with Tab.
    void add(const QString& words, QPointF place) {
        window->canvas()->setFocus();
        QTest::keyClick(window->canvas(), Qt::Key_Tab);
        ASSERT_TRUE(window->palette_popup()->isVisible());
        auto* field = window->palette_popup()->findChild<QLineEdit*>();
        QTest::keyClicks(field, words);
        QTest::keyClick(field, Qt::Key_Return);
        const auto selected = window->scene()->selected_nodes();
        ASSERT_EQ(selected.size(), 1U);
        window->scene()->edit("Move", [&](engine::Graph& graph) {
            graph.layout[selected.front()] = {place.x(), place.y()};
        });
    }
    QPoint on_view(QPointF scene) const { return window->canvas()->mapFromScene(scene); }
    void drag(QPointF from, QPointF to) {
        QWidget* port = window->canvas()->viewport();
        QTest::mousePress(port, Qt::LeftButton, {}, on_view(from));
        QTest::mouseMove(port, on_view((from + to) / 2));
        QTest::mouseMove(port, on_view(to));
        QTest::mouseRelease(port, Qt::LeftButton, {}, on_view(to));
    }
    void connect(const char* from, const char* output, const char* to, const char* input) {
        drag(window->scene()->node(from)->end_of(output, true),
             window->scene()->node(to)->end_of(input, false));
    }
    void trigger(const char* action) { window->action(action)->trigger(); }
    const engine::Graph& graph() const { return window->document().graph(); }
    void build_counter() {
        add("counter", {0, 0});
        add("rate limit", {320, 0});
        trigger("show_all");
        connect("counter", "value", "rate_limit", "item");
        ASSERT_EQ(graph().wires.size(), 1U);
    }
};

TEST_F(Editor, BuildsRunsLooksChangesStopsAndUndoes) {
    build_counter();
    const QPointF middle = (window->scene()->node("counter")->end_of("value", true) +
                            window->scene()->node("rate_limit")->end_of("item", false)) /
                           2;
    // A form's change is in the document.
    window->scene()->select_nodes({"counter"});
    ParamRow* items = window->inspector()->row("items");
    ASSERT_NE(items, nullptr);
    items->field()->setFocus();
    QTest::keyClick(items->field(), Qt::Key_A, Qt::ControlModifier);
    QTest::keyClicks(items->field(), "100000");
    QTest::keyClick(items->field(), Qt::Key_Return);
    EXPECT_EQ(graph().nodes.at("counter").params.at("items"), engine::Value(100000));

    QTest::mouseClick(window->canvas()->viewport(), Qt::LeftButton, {}, on_view(middle));
    const engine::Endpoint output{"counter", "value"};
    ASSERT_EQ(window->wires()->outputs(), std::vector{output});
    trigger("run");
    ASSERT_TRUE(reaches(Session::State::Running));
    EXPECT_TRUE(
        QTest::qWaitFor([&] { return window->wires()->viewer_of(output) != nullptr; }, 20'000));
    EXPECT_TRUE(QTest::qWaitFor(
        [&] { return window->scene()->node("counter")->status().items > 2; }, 20'000));
    // Hot: takes effect without a new run.
    window->scene()->select_nodes({"rate_limit"});
    ParamRow* rate = window->inspector()->row("per_second");
    ASSERT_NE(rate, nullptr);
    rate->field()->setFocus();
    const auto before = window->scene()->node("counter")->status().items;
    QTest::keyClick(rate->field()->focusProxy(), Qt::Key_A, Qt::ControlModifier);
    QTest::keyClicks(rate->field()->focusProxy(), "5000");
    QTest::keyClick(rate->field()->focusProxy(), Qt::Key_Return);
    EXPECT_EQ(graph().nodes.at("rate_limit").params.at("per_second"), engine::Value(5000.0));
    EXPECT_TRUE(QTest::qWaitFor(
        [&] { return window->scene()->node("counter")->status().items > before + 1000; }, 20'000));
    EXPECT_TRUE(window->session().is_running());
    trigger("stop");
    ASSERT_TRUE(reaches(Session::State::Ready));
    while (window->document().history().canUndo()) trigger("undo");
    EXPECT_EQ(graph(), engine::Graph());
}

TEST_F(Editor, AKilledWorkerLeavesTheDocument) {
    build_counter();
    const engine::Graph before = graph();
    trigger("run");
    ASSERT_TRUE(reaches(Session::State::Running));
    window->session().kill();
    ASSERT_TRUE(reaches(Session::State::Off));
    EXPECT_EQ(graph(), before);
    EXPECT_GT(window->problems()->topLevelItemCount(), 0);
    trigger("run");
    EXPECT_TRUE(reaches(Session::State::Running));
    trigger("stop");
    EXPECT_TRUE(reaches(Session::State::Ready));
}

TEST_F(Editor, TypesThatDoNotFitAreRefusedWithTheReason) {
    build_counter();
    const PortRef from{"counter", "value", true};
    EXPECT_TRUE(window->scene()->refusal(from, {"rate_limit", "item", false}).isEmpty());
    EXPECT_FALSE(window->scene()->refusal(from, {"rate_limit", "item", true}).isEmpty());
    EXPECT_FALSE(window->scene()
                     ->refusal({"rate_limit", "item", true}, {"rate_limit", "item", false})
                     .isEmpty())
        << "a loop without feedback";
}

TEST_F(Editor, CopiesAreMadeAndRemoved) {
    build_counter();
    window->scene()->select_nodes({"counter", "rate_limit"});
    trigger("copy");
    trigger("paste");
    EXPECT_EQ(graph().nodes.size(), 4U);
    EXPECT_EQ(graph().wires.size(), 2U);
    EXPECT_EQ(window->scene()->selected_nodes().size(), 2U);
    trigger("delete");
    EXPECT_EQ(graph().nodes.size(), 2U);
    trigger("undo");
    EXPECT_EQ(graph().nodes.size(), 4U);
}

TEST_F(Editor, ADraggedNodeSnapsAndTheMoveIsOneStep) {
    build_counter();
    const int steps = window->document().history().count();
    NodeItem* item = window->scene()->node("counter");
    const QPointF grip = item->mapToScene(QPointF(60, 14));
    drag(grip, grip + QPointF(37, 53));
    EXPECT_EQ(window->document().history().count(), steps + 1);
    EXPECT_EQ(std::fmod(graph().layout.at("counter")[0], 20), 0);
    EXPECT_EQ(std::fmod(graph().layout.at("counter")[1], 20), 0);
    EXPECT_NE(graph().layout.at("counter")[1], 0);
}

TEST_F(Editor, AGraphWithAnUnknownTypeKeepsIt) {
    QTemporaryDir folder;
    engine::Graph graph;
    graph.nodes["odd"] = {.type = "elsewhere.node", .params = {{"k", 3}}};
    graph.nodes["end"] = {.type = "elsewhere.end"};
    graph.wires = {{.from = {"odd", "out"}, .to = {"end", "in"}}};
    const QString file = folder.filePath("odd.json");
    engine::save_graph(graph, file.toStdString());
    ASSERT_TRUE(window->open(file));
    ASSERT_NE(window->scene()->node("odd"), nullptr);
    EXPECT_FALSE(window->scene()->node("odd")->face().known);
    EXPECT_EQ(window->scene()->node("odd")->face().outputs.size(), 1U);
    window->scene()->edit("Move", [](engine::Graph& g) { g.layout["odd"] = {20, 20}; });
    ASSERT_TRUE(window->save());
    EXPECT_EQ(engine::load_graph(file.toStdString()).graph.nodes, graph.nodes);
    EXPECT_TRUE(QTest::qWaitFor([&] { return window->problems()->error_count() > 0; }, 20'000));
}

}  // namespace
}  // namespace millrace::editor
