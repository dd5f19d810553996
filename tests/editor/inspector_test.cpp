// The inspector: mechanical fixes of problems on values, and the sections of a node in a real
// window with a real worker.
#include "editor/inspector/inspector.hpp"

#include <QDropEvent>
#include <QLabel>
#include <QMimeData>
#include <QPushButton>
#include <QToolBar>

#include <gtest/gtest.h>

#include "editor/document/subgraphs.hpp"
#include "editor/inspector/node_detail.hpp"
#include "editor/inspector/param_row.hpp"
#include "editor/inspector/problem_fix.hpp"
#include "editor/panels/search_palette.hpp"
#include "tests/editor/window_support.hpp"

namespace millrace::editor {
namespace {

engine::Graph one_node(engine::Object params) {
    engine::Graph graph;
    graph.nodes["n"] = {.type = "some.type", .params = std::move(params)};
    return graph;
}

TEST(ProblemFix, RenamesOrRemovesAnUnknownParameter) {
    engine::Graph graph = one_node({{"itmes", 3}});
    const auto rename = fix_of(
        {.code = "E-PARAM-001", .found = "itmes", .where = "n", .mend = "Did you mean \"items\"?"},
        graph, "n", Catalogue());
    ASSERT_TRUE(rename.has_value());
    engine::Graph renamed = graph;
    rename->change(renamed);
    EXPECT_EQ(renamed.nodes.at("n").params, (engine::Object{{"items", 3}}));
    const auto remove =
        fix_of({.code = "E-PARAM-001", .found = "itmes", .where = "n", .mend = "Remove it."}, graph,
               "n", Catalogue());
    ASSERT_TRUE(remove.has_value());
    remove->change(graph);
    EXPECT_TRUE(graph.nodes.at("n").params.empty());
    // It is gone: nothing to fix any more.
    EXPECT_FALSE(
        fix_of({.code = "E-PARAM-001", .found = "itmes", .where = "n", .mend = "Remove it."}, graph,
               "n", Catalogue())
            .has_value());
}

TEST(ProblemFix, RenamesTypesAndPorts) {
    engine::Graph graph = one_node({});
    graph.nodes["m"] = {.type = "some.type"};
    graph.wires = {{.from = {"n", "valeu"}, .to = {"m", "in"}}};
    const auto type =
        fix_of({.code = "E-PLAN-001", .where = "n", .mend = "Did you mean \"some.other\"?"}, graph,
               "n", Catalogue());
    ASSERT_TRUE(type.has_value());
    type->change(graph);
    EXPECT_EQ(graph.nodes.at("n").type, "some.other");
    const auto port = fix_of({.code = "E-PLAN-003",
                              .what = "The node has no output \"valeu\"",
                              .found = "valeu",
                              .where = "n",
                              .mend = "Did you mean \"value\"?"},
                             graph, "n", Catalogue());
    ASSERT_TRUE(port.has_value());
    port->change(graph);
    EXPECT_EQ(graph.wires.front().from, (engine::Endpoint{"n", "value"}));
    EXPECT_EQ(graph.wires.front().to, (engine::Endpoint{"m", "in"}));
}

TEST(ProblemFix, LeavesAloneWhatTakesThought) {
    const engine::Graph graph = one_node({{"a", 1}});
    for (const char* code : {"E-PLAN-006", "E-PLAN-007", "E-PARAM-005", "E-NODE-020"})
        EXPECT_FALSE(fix_of({.code = code, .where = "n.a"}, graph, "n", Catalogue()).has_value())
            << code;
}

TEST(ProblemFix, ProblemsAreFoundByTheirPlace) {
    EXPECT_TRUE(concerns({.where = "n"}, "", "n"));
    EXPECT_TRUE(concerns({.where = "n.a"}, "", "n"));
    EXPECT_TRUE(concerns({.where = "n, item 3"}, "", "n"));
    EXPECT_TRUE(concerns({.where = "call/n.a"}, "call/", "n"));
    EXPECT_TRUE(concerns({.where = "x.y -> n.a"}, "", "n"));
    EXPECT_FALSE(concerns({.where = "nn.a"}, "", "n"));
    EXPECT_FALSE(concerns({.where = "x.y -> nn.a"}, "", "n"));
}

class InspectorWindow : public EditorTest {
protected:
    InspectorWindow() {
        make();
        wait_for_catalogue();
    }
    void show(engine::Graph graph, const char* node) {
        window->document().start(std::move(graph), {});
        window->scene()->select_nodes({node});
    }
    /// The button beside a problem, when the worker has told of it.
    QPushButton* fix() {
        QPushButton* button = nullptr;
        EXPECT_TRUE(wait([&] {
            button = window->inspector()->findChild<QPushButton*>("fix");
            return button != nullptr;
        }));
        return button;
    }
    const engine::Graph& graph() const { return window->document().graph(); }
};

TEST_F(InspectorWindow, AButtonPutsAValueWithinItsRange) {
    engine::Graph graph;
    graph.nodes["count"] = {.type = "control.counter", .params = {{"items", -5}}};
    show(graph, "count");
    QPushButton* button = fix();
    ASSERT_NE(button, nullptr);
    button->click();
    EXPECT_FALSE(this->graph().nodes.at("count").params.contains("items") &&
                 this->graph().nodes.at("count").params.at("items") == engine::Value(-5));
    EXPECT_TRUE(wait([&] { return !window->inspector()->findChild<QPushButton*>("fix"); }));
    window->action("undo")->trigger();
    EXPECT_EQ(this->graph().nodes.at("count").params.at("items"), engine::Value(-5));
}

TEST_F(InspectorWindow, AMissingInputOpensThePalette) {
    engine::Graph graph;
    graph.nodes["rate"] = {.type = "control.rate_limit"};
    show(graph, "rate");
    QPushButton* button = fix();
    ASSERT_NE(button, nullptr);
    button->click();
    EXPECT_TRUE(window->palette_popup()->isVisible());
}

TEST_F(InspectorWindow, FiguresAndSketchesOfTheSelectedNode) {
    engine::Graph graph;
    graph.nodes["count"] = {.type = "control.counter", .params = {{"items", 100'000}}};
    graph.nodes["rate"] = {.type = "control.rate_limit", .params = {{"per_second", 50.0}}};
    graph.wires = {{.from = {"count", "value"}, .to = {"rate", "item"}}};
    show(graph, "rate");
    NodeDetail* detail = window->inspector()->detail();
    EXPECT_FALSE(detail->figures().isEmpty());
    window->action("run")->trigger();
    EXPECT_TRUE(wait([&] { return detail->figures().contains("of 100"); }))
        << detail->figures().toStdString();
    const auto says = [&](const char* words) {
        for (const QLabel* label : detail->findChildren<QLabel*>())
            if (label->text().contains(words)) return true;
        return false;
    };
    EXPECT_TRUE(wait([&] { return says("mean"); })) << "of the sketch of a port";
    window->action("stop")->trigger();
    EXPECT_TRUE(wait([&] { return !window->session().is_running(); }));
}

TEST_F(InspectorWindow, PromotedParametersSayWhereTheyComeFrom) {
    engine::Graph graph;
    graph.nodes["call"] = {.type = "control.subgraph", .subgraph = "part"};
    engine::Subgraph& part = graph.subgraphs["part"];
    part.graph.nodes["limit"] = {.type = "control.rate_limit", .params = {{"per_second", 20.0}}};
    part.graph.parameters["pace"] = {.of = "limit.per_second"};
    part.inputs["in"] = {{"limit", "item"}};
    part.outputs["out"] = {"limit", "item"};
    show(graph, "call");
    ParamRow* row = window->inspector()->row("pace");
    ASSERT_NE(row, nullptr);
    EXPECT_TRUE(row->toolTip().contains("limit.per_second"));
    EXPECT_TRUE(row->is_default()) << "what the subgraph says";
    EXPECT_EQ(row->value(), engine::Value(20.0));
}

/// "limit" within "inner", which is called within "outer", which the document calls.
engine::Graph nested() {
    engine::Graph inner;
    inner.nodes["limit"] = {.type = "control.rate_limit", .params = {{"per_second", 20.0}}};
    engine::Graph outer;
    outer.nodes["one"] = {.type = "control.subgraph", .subgraph = "inner"};
    outer.nodes["two"] = {.type = "control.subgraph", .subgraph = "inner"};
    outer.subgraphs["inner"].graph = std::move(inner);
    engine::Graph graph;
    graph.nodes["call"] = {.type = "control.subgraph", .subgraph = "outer"};
    graph.subgraphs["outer"].graph = std::move(outer);
    return graph;
}

TEST(Promotion, ReachesAnyDepthThroughAllBetween) {
    engine::Graph graph = nested();
    promote_to(graph, {"outer", "inner"}, "limit", "per_second", 1);
    const engine::Graph& outer = graph.subgraphs["outer"].graph;
    EXPECT_EQ(outer.subgraphs.at("inner").graph.parameters.at("per_second").of, "limit.per_second");
    EXPECT_TRUE(outer.parameters.empty()) << "no deeper than wanted";
    promote_to(graph, {"outer", "inner"}, "limit", "per_second", 0);
    ASSERT_EQ(outer.parameters.size(), 2U) << "inner is called twice";
    EXPECT_EQ(outer.parameters.at("per_second").of, "one.per_second");
    EXPECT_EQ(outer.parameters.at("per_second_2").of, "two.per_second");
    EXPECT_TRUE(graph.parameters.empty());
    const engine::Graph before = graph;
    promote_to(graph, {"outer", "inner"}, "limit", "per_second", 0);
    EXPECT_EQ(graph, before) << "once is enough";
    promote_to(graph, {"nowhere"}, "limit", "per_second", 0);
    EXPECT_EQ(graph, before);
}

TEST_F(InspectorWindow, ParametersAreShownOutsideByKeyAndByDrop) {
    window->document().start(nested(), {});
    window->scene()->set_path({"outer", "inner"});
    window->scene()->select_nodes({"limit"});
    ParamRow* row = window->inspector()->row("per_second");
    ASSERT_NE(row, nullptr);
    row->field()->setFocus();
    window->action("promote")->trigger();
    EXPECT_EQ(row->outside(), "per_second");
    window->action("promote")->trigger();
    EXPECT_EQ(row->outside(), "");
    EXPECT_EQ(window->document().graph(), nested());
    // On the document's own place in the bar above the canvas.
    auto* bar = window->findChild<QToolBar*>("breadcrumbs");
    ASSERT_EQ(bar->actions().size(), 3);
    QWidget* place = bar->widgetForAction(bar->actions().front());
    QMimeData data;
    data.setData(ParamRow::kMime, "limit.per_second");
    QDragEnterEvent enter(QPoint(4, 4), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(place, &enter);
    EXPECT_TRUE(enter.isAccepted());
    QDropEvent drop(QPointF(4, 4), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(place, &drop);
    EXPECT_TRUE(drop.isAccepted());
    EXPECT_EQ(window->document().graph().subgraphs.at("outer").graph.parameters.size(), 2U);
    window->action("undo")->trigger();
    EXPECT_EQ(window->document().graph(), nested()) << "one step";
}

}  // namespace
}  // namespace millrace::editor
