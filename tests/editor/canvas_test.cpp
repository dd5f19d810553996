// The canvas under mouse and keys: moving with lines to keep to, wires that are cut, led through
// dots and joined, nodes put into them and taken off. Node types come from a table; no worker runs.
#include <QLineEdit>
#include <QMouseEvent>
#include <algorithm>

#include <gtest/gtest.h>

#include "editor/canvas/canvas_view.hpp"
#include "editor/canvas/items.hpp"
#include "editor/canvas/minimap.hpp"
#include "editor/document/edits.hpp"
#include "editor/panels/search_palette.hpp"
#include "editor/panels/wire_panel.hpp"
#include "engine/graph/bends.hpp"
#include "tests/editor/window_support.hpp"

namespace millrace::editor {
namespace {

class Canvas : public EditorTest {
protected:
    Canvas() {
        make();
        wait_for_catalogue();
        engine::Graph graph;
        add_node(graph, "control.counter", 1, {0, 0});
        add_node(graph, "control.rate_limit", 1, {320, 0});
        add_node(graph, "control.rate_limit", 1, {640, 0});
        editor::connect(graph, {"counter", "value"}, {"rate_limit", "item"});
        editor::connect(graph, {"rate_limit", "item"}, {"rate_limit_2", "item"});
        start = graph;
        window->document().start(graph, {});
        window->canvas()->setFocus();
        window->canvas()->set_zoom(1);
        window->canvas()->centerOn(400, 100);
    }
    QWidget* port() const { return window->canvas()->viewport(); }
    QPoint on_view(QPointF scene) const { return window->canvas()->mapFromScene(scene); }
    void drag(QPointF from, QPointF to, Qt::MouseButton button = Qt::LeftButton,
              Qt::KeyboardModifiers keys = {}, bool let_go = true) {
        const auto move = [&](QPointF place) {
            QMouseEvent event(QEvent::MouseMove, on_view(place),
                              port()->mapToGlobal(on_view(place)), Qt::NoButton, button, keys);
            QApplication::sendEvent(port(), &event);
        };
        QTest::mousePress(port(), button, keys, on_view(from));
        for (const double part : {0.2, 0.5, 0.8, 1.0}) move(from + (to - from) * part);
        if (let_go) QTest::mouseRelease(port(), button, keys, on_view(to));
    }
    NodeItem* node(const char* id) const { return window->scene()->node(id); }
    QPointF title(const char* id) const { return node(id)->pos() + QPointF(60, 14); }
    QPointF middle(const char* from, const char* output, const char* to, const char* input) const {
        return (node(from)->end_of(output, true) + node(to)->end_of(input, false)) / 2;
    }
    const engine::Graph& graph() const { return window->document().graph(); }
    bool wired(const engine::Endpoint& from, const engine::Endpoint& to) const {
        return std::ranges::any_of(graph().wires, [&](const engine::Wire& wire) {
            return wire.from == from && wire.to == to;
        });
    }
    int steps() const { return window->document().history().count(); }
    void look(const char* name) const { picture(window.get(), QStringLiteral("canvas_") + name); }
    void key(Qt::Key key, Qt::KeyboardModifiers keys = {}) {
        window->canvas()->setFocus();
        QTest::keyClick(window->canvas(), key, keys);
    }

    engine::Graph start;
};

TEST_F(Canvas, AClickOnAnOutputLooksAtItThoughItHasNoWire) {
    const QPoint place = on_view(node("rate_limit_2")->end_of("item", true));
    QTest::mouseClick(port(), Qt::LeftButton, {}, place);
    ASSERT_EQ(window->wires()->outputs().size(), 1U);
    EXPECT_EQ(window->wires()->outputs().front(), (engine::Endpoint{"rate_limit_2", "item"}));
    EXPECT_EQ(graph().wires, start.wires);
}

TEST_F(Canvas, ADraggedNodeKeepsToOthersEdges) {
    // Down, and 5 units off the left edge of the counter.
    drag(title("rate_limit_2"), title("rate_limit_2") + QPointF(-635, 203));
    EXPECT_EQ(graph().layout.at("rate_limit_2")[0], 0);
    EXPECT_EQ(graph().layout.at("rate_limit_2")[1], 200);
    EXPECT_EQ(steps(), 1);
}

TEST_F(Canvas, AltLeavesThePlaceToThePointer) {
    const QPointF from = title("rate_limit_2"), to = from + QPointF(-33, 217);
    QTest::mousePress(port(), Qt::LeftButton, {}, on_view(from));
    for (const double part : {0.5, 1.0}) {
        const QPointF place = from + (to - from) * part;
        QMouseEvent event(QEvent::MouseMove, on_view(place), port()->mapToGlobal(on_view(place)),
                          Qt::NoButton, Qt::LeftButton, Qt::AltModifier);
        QApplication::sendEvent(port(), &event);
    }
    QTest::mouseRelease(port(), Qt::LeftButton, Qt::AltModifier, on_view(to));
    EXPECT_NEAR(graph().layout.at("rate_limit_2")[0], 607, 1);
    EXPECT_NEAR(graph().layout.at("rate_limit_2")[1], 217, 1);
    EXPECT_EQ(graph().wires.size(), 2U);
}

TEST_F(Canvas, AClickThatTremblesMovesNothing) {
    drag(title("rate_limit"), title("rate_limit") + QPointF(2, 1));
    EXPECT_EQ(graph(), start);
}

TEST_F(Canvas, ANodeDroppedOnAWireGoesIntoIt) {
    window->scene()->edit("Add", [](engine::Graph& graph) {
        editor::add_node(graph, "control.rate_limit", 1, {320, 180});
    });
    const QPointF half = middle("counter", "value", "rate_limit", "item");
    const QSizeF size = node("rate_limit_3")->face().size;
    const QPointF corner = half - QPointF(size.width(), size.height()) / 2;
    drag(title("rate_limit_3"), title("rate_limit_3") + corner - QPointF(320, 180));
    EXPECT_TRUE(wired({"counter", "value"}, {"rate_limit_3", "item"}))
        << node("rate_limit_3")->pos().x() << ", " << node("rate_limit_3")->pos().y() << ", size "
        << size.width() << " x " << size.height() << ", wire at " << half.x() << ", " << half.y();
    EXPECT_TRUE(wired({"rate_limit_3", "item"}, {"rate_limit", "item"}));
    EXPECT_EQ(graph().wires.size(), 3U);
    EXPECT_EQ(steps(), 2);
    window->document().history().undo();
    EXPECT_EQ(graph().wires, start.wires);
}

TEST_F(Canvas, AWireGoesRoundTheNodeInItsWayOnceThatRests) {
    window->scene()->edit("Wire", [](engine::Graph& graph) {
        graph.wires = {{.from = {"counter", "value"}, .to = {"rate_limit_2", "item"}}};
    });
    const auto path = [&] {
        for (QGraphicsItem* item : window->scene()->items())
            if (const auto* wire = qgraphicsitem_cast<WireItem*>(item)) return wire->path();
        return QPainterPath();
    };
    const auto is_behind = [&] {
        const QRectF box(node("rate_limit")->pos(), node("rate_limit")->face().size);
        for (int i = 0; i <= 200; ++i)
            if (box.adjusted(1, 1, -1, -1).contains(path().pointAtPercent(i / 200.0))) return true;
        return false;
    };
    EXPECT_TRUE(QTest::qWaitFor([&] { return !is_behind(); }));
    EXPECT_EQ(path().currentPosition(), node("rate_limit_2")->end_of("item", false));
    look("round");
    // Away, the wire is straight again; and on its way back it stays, to be dropped on.
    drag(title("rate_limit"), title("rate_limit") + QPointF(0, 300));
    EXPECT_TRUE(QTest::qWaitFor([&] { return path().elementCount() == 4; }));
    drag(title("rate_limit"), title("rate_limit") - QPointF(0, 300), Qt::LeftButton, {}, false);
    QTest::qWait(200);
    EXPECT_TRUE(is_behind());
    QTest::mouseRelease(port(), Qt::LeftButton, {}, on_view(title("rate_limit")));
    EXPECT_TRUE(wired({"counter", "value"}, {"rate_limit", "item"})) << "dropped on the wire";
}

TEST_F(Canvas, AltDragTakesANodeOffItsWiresInOneStep) {
    drag(title("rate_limit"), title("rate_limit") + QPointF(0, 240), Qt::LeftButton,
         Qt::AltModifier);
    EXPECT_TRUE(wired({"counter", "value"}, {"rate_limit_2", "item"}));
    EXPECT_EQ(graph().wires.size(), 1U);
    EXPECT_GT(graph().layout.at("rate_limit")[1], 200);
    EXPECT_EQ(steps(), 1);
    window->document().history().undo();
    EXPECT_EQ(graph(), start);
}

TEST_F(Canvas, RemoveAndHealByKey) {
    window->scene()->select_nodes({"rate_limit"});
    key(Qt::Key_Delete, Qt::ControlModifier);
    EXPECT_TRUE(wired({"counter", "value"}, {"rate_limit_2", "item"}));
    EXPECT_FALSE(graph().nodes.contains("rate_limit"));
    window->document().history().undo();
    EXPECT_EQ(graph(), start);
}

TEST_F(Canvas, AStrokeCutsTheWiresItCrosses) {
    const QPointF half = middle("counter", "value", "rate_limit", "item");
    drag(half - QPointF(4, 60), half + QPointF(4, 60), Qt::RightButton, Qt::ControlModifier);
    EXPECT_EQ(graph().wires.size(), 1U);
    EXPECT_TRUE(wired({"rate_limit", "item"}, {"rate_limit_2", "item"}));
    window->document().history().undo();
    EXPECT_EQ(graph(), start);
    // One that crosses none is no step.
    drag({0, 300}, {500, 300}, Qt::RightButton, Qt::ControlModifier);
    EXPECT_EQ(graph(), start);
}

TEST_F(Canvas, ADotIsMadeDraggedAndRemoved) {
    const QPointF half = middle("counter", "value", "rate_limit", "item");
    QTest::mouseDClick(port(), Qt::LeftButton, Qt::AltModifier, on_view(half));
    const engine::Wire wire = start.wires[0];
    ASSERT_EQ(bends_of(graph(), wire).size(), 1U);
    EXPECT_EQ(engine::diff(start, graph()).size(), 0U);
    const auto [x, y] = bends_of(graph(), wire).front();
    drag({x, y}, QPointF(x, y + 120));
    ASSERT_EQ(bends_of(graph(), wire).size(), 1U);
    EXPECT_NEAR(bends_of(graph(), wire).front()[1], y + 120, 1.5);
    look("bend");
    QTest::mouseDClick(port(), Qt::LeftButton, Qt::AltModifier, on_view(QPointF(x, y + 120)));
    EXPECT_EQ(graph(), start);
}

TEST_F(Canvas, ThePaletteOpensOnAWireAndPutsTheChoiceIntoIt) {
    const QPointF half = middle("counter", "value", "rate_limit", "item");
    QTest::mouseDClick(port(), Qt::LeftButton, {}, on_view(half));
    ASSERT_TRUE(window->palette_popup()->isVisible());
    auto* field = window->palette_popup()->findChild<QLineEdit*>();
    QTest::keyClicks(field, "rate limit");
    QTest::keyClick(field, Qt::Key_Return);
    EXPECT_TRUE(wired({"counter", "value"}, {"rate_limit_3", "item"}));
    EXPECT_TRUE(wired({"rate_limit_3", "item"}, {"rate_limit", "item"}));
    EXPECT_EQ(steps(), 1);
}

TEST_F(Canvas, KeysMoveConnectAndGo) {
    window->scene()->select_nodes({"rate_limit"});
    key(Qt::Key_Down);
    key(Qt::Key_Right, Qt::ShiftModifier);
    EXPECT_EQ(graph().layout.at("rate_limit"), (std::array<double, 2>{420, 20}));
    EXPECT_EQ(steps(), 1);
    key(Qt::Key_Right, Qt::AltModifier);
    EXPECT_EQ(window->scene()->selected_nodes(), std::vector<std::string>{"rate_limit_2"});
    key(Qt::Key_Left, Qt::AltModifier);
    key(Qt::Key_Left, Qt::AltModifier);
    EXPECT_EQ(window->scene()->selected_nodes(), std::vector<std::string>{"counter"});
    key(Qt::Key_BracketRight, Qt::ControlModifier);
    EXPECT_EQ(window->scene()->selected_nodes().size(), 3U);
    window->scene()->edit("Cut", [](engine::Graph& graph) { graph.wires.clear(); });
    window->scene()->select_nodes({"counter", "rate_limit_2"});
    key(Qt::Key_C);
    EXPECT_TRUE(wired({"counter", "value"}, {"rate_limit_2", "item"}));
}

TEST_F(Canvas, LayoutAndAlignmentAreOneStepEach) {
    window->scene()->edit("Heap", [](engine::Graph& graph) {
        for (auto& [id, place] : graph.layout) place = {50, 60};
    });
    const engine::Graph heap = graph();
    key(Qt::Key_L, Qt::ControlModifier);
    EXPECT_LT(graph().layout.at("counter")[0], graph().layout.at("rate_limit")[0]);
    EXPECT_LT(graph().layout.at("rate_limit")[0], graph().layout.at("rate_limit_2")[0]);
    EXPECT_EQ(steps(), 2);
    look("layout");
    window->document().history().undo();
    EXPECT_EQ(graph(), heap);
    window->document().history().undo();
    window->scene()->select_nodes({"counter", "rate_limit", "rate_limit_2"});
    key(Qt::Key_Left, Qt::ControlModifier | Qt::ShiftModifier);
    EXPECT_EQ(graph().layout.at("rate_limit_2")[0], 0);
}

TEST_F(Canvas, WhatIsShownWholeIsNotBeneathTheMap) {
    const auto* map = window->findChild<Minimap*>();
    ASSERT_TRUE(map && map->isVisible());
    window->scene()->edit("Corners", [](engine::Graph& graph) {
        graph.layout["counter"] = {0, 0};
        graph.layout["rate_limit"] = {700, 0};
        graph.layout["rate_limit_2"] = {1400, 900};
    });
    window->canvas()->show_all();
    const QRect all = port()->rect();
    for (const char* id : {"counter", "rate_limit", "rate_limit_2"}) {
        const QRect seen = window->canvas()
                               ->mapFromScene(QRectF(node(id)->pos(), node(id)->face().size))
                               .boundingRect();
        EXPECT_TRUE(all.contains(seen)) << id;
        EXPECT_FALSE(map->geometry().intersects(seen)) << id;
    }
    look("beside_the_map");
}

TEST_F(Canvas, TheMapMovesTheViewAndIsRemembered) {
    auto* map = window->findChild<Minimap*>();
    ASSERT_NE(map, nullptr);
    EXPECT_TRUE(map->isVisible());
    window->scene()->edit("Far", [](engine::Graph& graph) {
        graph.layout["rate_limit_2"] = {9000, 5000};
    });
    const auto seen = [&] {
        return window->canvas()->mapToScene(port()->rect()).boundingRect().center();
    };
    const QPointF before = seen();
    QTest::mouseClick(map, Qt::LeftButton, {}, QPoint(map->width() - 12, map->height() / 2));
    EXPECT_GT(seen().x(), before.x() + 3000);
    look("map");
    window->action("minimap")->trigger();
    EXPECT_FALSE(map->isVisible());
    EXPECT_FALSE(QSettings().value("editor/minimap", true).toBool());
}

}  // namespace
}  // namespace millrace::editor
