// What the editor shows of a run, with a real worker: states, queues, drops, skipped items,
// progress, the card of a wire, previews, overlays and the viewer's slots.
#include <QImage>

#include <gtest/gtest.h>

#include "editor/canvas/canvas_view.hpp"
#include "editor/canvas/items.hpp"
#include "editor/canvas/status_preview.hpp"
#include "editor/panels/ab_view.hpp"
#include "editor/panels/canvas_legend.hpp"
#include "editor/panels/problems_panel.hpp"
#include "editor/panels/wire_card.hpp"
#include "editor/panels/wire_panel.hpp"
#include "editor/session/thumbnail.hpp"
#include "editor/window/run_hover.hpp"
#include "editor/window/run_overlay.hpp"
#include "tests/editor/window_support.hpp"

namespace millrace::editor {
namespace {

/// Counts slowly enough to be looked at on the way.
engine::Graph counting(int items, double per_second) {
    engine::Graph graph;
    graph.nodes["count"] = {.type = "control.counter", .params = {{"items", items}}};
    graph.nodes["rate"] = {.type = "control.rate_limit", .params = {{"per_second", per_second}}};
    graph.wires = {{.from = {"count", "value"}, .to = {"rate", "item"}}};
    graph.layout = {{"count", {0, 0}}, {"rate", {420, 0}}};
    return graph;
}

class Running : public EditorTest {
protected:
    Running() {
        make();
        wait_for_catalogue();
    }
    void start(engine::Graph graph) {
        window->document().start(std::move(graph), {});
        window->canvas()->show_all();
        trigger("run");
    }
    void trigger(const char* action) { window->action(action)->trigger(); }
    bool ends() {
        return wait([&] {
            return !window->session().is_running() && !window->monitor()->status().isEmpty() &&
                   !window->monitor()->is_live();
        });
    }
    NodeState state(const char* node) const {
        window->overlay()->refresh();
        return window->scene()->node(node)->status().state;
    }
    const WireItem* wire() const {
        for (QGraphicsItem* item : window->scene()->items())
            if (const auto* wire = qgraphicsitem_cast<WireItem*>(item)) return wire;
        return nullptr;
    }
    QPoint on_view(QPointF scene) const { return window->canvas()->mapFromScene(scene); }
    QPointF middle(const char* from, const char* output, const char* to, const char* input) const {
        return (window->scene()->node(from)->end_of(output, true) +
                window->scene()->node(to)->end_of(input, false)) /
               2;
    }
    /// Two good pictures with a broken one between them, and what reads them, passing over it.
    engine::Graph pictures() {
        QImage picture(64, 48, QImage::Format_RGB32);
        picture.fill(Qt::red);
        EXPECT_TRUE(picture.save(folder.filePath("a.png")));
        picture.fill(Qt::blue);
        EXPECT_TRUE(picture.save(folder.filePath("c.png")));
        QFile broken(folder.filePath("b.png"));
        EXPECT_TRUE(broken.open(QIODevice::WriteOnly));
        broken.write("no picture");
        broken.close();
        engine::Graph graph;
        graph.nodes["read"] = {.type = "loaders.image_folder",
                               .params = {{"path", folder.path().toStdString()}},
                               .on_error = engine::OnError::Skip};
        graph.nodes["small"] = {.type = "image.resize", .params = {{"width", 32}}};
        graph.wires = {{.from = {"read", "image"}, .to = {"small", "image"}}};
        graph.layout = {{"read", {0, 0}}, {"small", {420, 0}}};
        return graph;
    }
};

TEST_F(Running, StatesFollowTheRunWithProgressAndTimeLeft) {
    start(counting(400, 100));
    ASSERT_TRUE(wait([&] { return state("rate") == NodeState::Running; }));
    const NodeItem* rate = window->scene()->node("rate");
    ASSERT_TRUE(wait([&] {
        state("rate");
        return rate->status().progress > 0 && rate->status().seconds_left > 0;
    }));
    EXPECT_LT(rate->status().progress, 1);
    EXPECT_GT(window->monitor()->progress(), 0);
    EXPECT_GT(window->monitor()->seconds_left(), 0);
    // The wire's queue is known while the run goes on.
    ASSERT_TRUE(wait([&] { return wire()->status().capacity > 0; }));
    EXPECT_TRUE(wire()->status().live);
    trigger("pause");
    ASSERT_TRUE(wait([&] { return state("rate") == NodeState::Paused; }));
    const QImage paused = window->grab().toImage();
    EXPECT_FALSE(paused.isNull());
    trigger("pause");
    ASSERT_TRUE(ends());
    EXPECT_EQ(state("rate"), NodeState::Done);
    EXPECT_EQ(state("count"), NodeState::Done);
    EXPECT_EQ(rate->status().items, 400u);
    EXPECT_DOUBLE_EQ(window->monitor()->progress(), 1);
}

TEST_F(Running, AStoppedRunIsNotShownAsDone) {
    start(counting(100'000, 50));
    ASSERT_TRUE(wait([&] { return state("rate") == NodeState::Running; }));
    trigger("stop");
    ASSERT_TRUE(ends());
    EXPECT_EQ(state("rate"), NodeState::Stopped);
}

TEST_F(Running, DroppedPacketsAreCounted) {
    engine::Graph graph = counting(20'000, 20);
    graph.wires.front().policy = engine::Policy::DropOldest;
    graph.wires.front().capacity = 1;
    start(graph);
    EXPECT_TRUE(wait([&] { return wire()->status().dropped > 0; }));
    trigger("stop");
    ASSERT_TRUE(ends());
}

TEST_F(Running, SkippedItemsSayWhy) {
    start(pictures());
    ASSERT_TRUE(ends());
    EXPECT_EQ(window->monitor()->status(), "succeeded");
    EXPECT_EQ(state("read"), NodeState::Skipped);
    EXPECT_EQ(state("small"), NodeState::Skipped);
    EXPECT_EQ(window->scene()->node("read")->status().errors, 1u);
    const auto faults = window->monitor()->faults("read");
    ASSERT_EQ(faults.size(), 1u);
    EXPECT_EQ(faults.front().first_item, 1u);
    // Of the node itself, and of the one that got nothing because of it.
    EXPECT_TRUE(window->scene()->node("read")->toolTip().contains(faults.front().reason));
    EXPECT_TRUE(window->scene()->node("small")->toolTip().contains(faults.front().reason));
}

TEST_F(Running, ACardTellsOfAWireBeforeAndWhileItRuns) {
    window->document().start(counting(100'000, 50), {});
    window->canvas()->show_all();
    const QPointF place = middle("count", "value", "rate", "item");
    QTest::mouseMove(window->canvas()->viewport(), on_view(place) + QPoint(0, 60));
    QTest::mouseMove(window->canvas()->viewport(), on_view(place));
    ASSERT_TRUE(wait([&] { return window->hover()->is_shown(); }));
    EXPECT_TRUE(window->hover()->card()->text().contains("count.value"));
    EXPECT_TRUE(window->hover()->card()->text().contains("start + step * item"));
    trigger("run");
    EXPECT_TRUE(wait([&] { return window->hover()->card()->text().contains("NaN"); }))
        << window->hover()->card()->text().toStdString();
    EXPECT_TRUE(wait([&] { return window->hover()->card()->text().contains("queue"); }))
        << window->hover()->card()->text().toStdString();
    QTest::mouseMove(window->canvas()->viewport(), on_view(place) + QPoint(0, 60));
    EXPECT_TRUE(wait([&] { return !window->hover()->is_shown(); }));
    // The same by key for what is selected.
    window->scene()->select_nodes({"count"});
    trigger("wire_card");
    EXPECT_TRUE(window->hover()->is_shown());
    EXPECT_TRUE(wait([&] { return window->hover()->card()->text().contains("NaN"); }));
    trigger("wire_card");
    EXPECT_FALSE(window->hover()->is_shown());
    trigger("stop");
    ASSERT_TRUE(ends());
}

TEST_F(Running, APreviewShowsThePictureAndSurvivesUndo) {
    window->document().start(pictures(), {});
    window->scene()->select_nodes({"small"});
    trigger("preview");
    ASSERT_NE(window->previews()->item("small"), nullptr);
    trigger("run");
    ASSERT_TRUE(wait([&] { return !window->previews()->item("small")->image().isNull(); }));
    ASSERT_TRUE(ends());
    EXPECT_TRUE(wait([&] {
        return window->previews()->item("small")->image().pixelColor(8, 8) == QColor(Qt::blue);
    })) << "the newest item is what stays";
    EXPECT_FALSE(window->document().is_modified()) << "a preview is no change of the document";
    window->scene()->edit("Move", [](engine::Graph& graph) { graph.layout["small"] = {460, 40}; });
    trigger("undo");
    EXPECT_NE(window->previews()->item("small"), nullptr);
    window->scene()->select_nodes({"small"});
    trigger("preview");
    EXPECT_EQ(window->previews()->item("small"), nullptr);
}

TEST_F(Running, NodesAreColouredByCostAndMemory) {
    start(counting(100'000, 100));
    trigger("color_by_cost");
    EXPECT_TRUE(wait([&] { return window->overlay()->legend()->high() == "100 %"; }))
        << window->overlay()->legend()->high().toStdString();
    EXPECT_TRUE(window->overlay()->legend()->isVisible());
    trigger("color_by_memory");
    EXPECT_TRUE(wait([&] { return window->overlay()->legend()->high().contains("byte"); }))
        << window->overlay()->legend()->high().toStdString();
    trigger("color_by_off");
    EXPECT_FALSE(window->overlay()->legend()->isVisible());
    trigger("stop");
    ASSERT_TRUE(ends());
}

TEST_F(Running, SlotsTakeOutputsAndTwoImagesAreWiped) {
    window->document().start(pictures(), {});
    window->canvas()->show_all();
    const engine::Endpoint whole{"read", "image"}, small{"small", "image"};
    QWidget* port = window->canvas()->viewport();
    QTest::mouseClick(port, Qt::LeftButton, Qt::ControlModifier | Qt::ShiftModifier,
                      on_view(middle("read", "image", "small", "image")));
    EXPECT_EQ(window->wires()->in_slot(1), whole);
    // A key chooses the slot that the next output goes to.
    window->canvas()->setFocus();
    QTest::keyClick(window->canvas(), Qt::Key_4);
    QTest::mouseClick(port, Qt::LeftButton, Qt::ControlModifier | Qt::ShiftModifier,
                      on_view(window->scene()->node("small")->mapToScene(QPointF(60, 20))));
    EXPECT_EQ(window->wires()->in_slot(4), small);
    EXPECT_FALSE(window->wires()->compare(true)) << "nothing has passed yet";
    trigger("run");
    ASSERT_TRUE(ends());
    ASSERT_TRUE(wait(
        [&] { return window->wires()->viewer_of(small) && window->wires()->viewer_of(whole); }));
    window->canvas()->setFocus();
    QTest::keyClick(window->canvas(), Qt::Key_1);
    QTest::keyClick(window->canvas(), Qt::Key_W);
    ASSERT_NE(window->wires()->comparison(), nullptr);
    EXPECT_EQ(window->wires()->comparison()->mode(), AbView::Mode::Wipe);
    window->canvas()->setFocus();
    QTest::keyClick(window->canvas(), Qt::Key_Q);
    EXPECT_NE(window->wires()->comparison()->mode(), AbView::Mode::Wipe);
}

TEST_F(Running, AWireThatIsLookedAtTooLateSaysSo) {
    window->document().start(pictures(), {});
    const auto says = [&](const char* words) {
        for (const QLabel* label : window->wires()->findChildren<QLabel*>())
            if (label->text().contains(words)) return true;
        return false;
    };
    window->wires()->look_at({"read", "image"});
    EXPECT_TRUE(says("Nothing has passed yet"));
    window->wires()->leave({"read", "image"});
    trigger("run");
    ASSERT_TRUE(ends());
    window->wires()->look_at({"small", "image"});
    EXPECT_TRUE(says("was not looked at"));
    EXPECT_FALSE(says("Nothing has passed yet"));
    trigger("run");
    ASSERT_TRUE(ends());
    EXPECT_TRUE(wait([&] { return window->wires()->viewer_of({"small", "image"}) != nullptr; }));
}

TEST_F(Running, RunFromRunsWhatFollowsAlone) {
    engine::Graph graph = counting(5, 1000);
    graph.nodes["other"] = {.type = "control.counter"};
    graph.nodes["end"] = {.type = "control.rate_limit", .params = {{"per_second", 1000.0}}};
    graph.wires.push_back({.from = {"other", "value"}, .to = {"end", "item"}});
    window->document().start(graph, {});
    window->scene()->select_nodes({"rate"});
    trigger("run_from");
    ASSERT_TRUE(wait([&] { return window->monitor()->status() == "succeeded"; }));
    EXPECT_EQ(state("rate"), NodeState::Done);
    EXPECT_EQ(window->monitor()->node("end"), nullptr);
}

TEST(RunNames, InsideACallAreThoseOfTheRun) {
    engine::Graph graph;
    graph.nodes["source"] = {.type = "control.counter"};
    graph.nodes["call"] = {.type = "control.subgraph", .subgraph = "part"};
    engine::Subgraph& part = graph.subgraphs["part"];
    part.inputs["in"] = {{"limit", "item"}};
    part.outputs["out"] = {"limit", "item"};
    part.graph.nodes["limit"] = {.type = "control.rate_limit"};
    graph.wires = {{.from = {"source", "value"}, .to = {"call", "in"}}};
    EXPECT_EQ(run_prefixes(graph, {}), std::vector<std::string>{""});
    EXPECT_EQ(run_prefixes(graph, {"part"}), std::vector<std::string>{"call/"});
    EXPECT_EQ(run_output(graph, {}, {"call", "out"}), (engine::Endpoint{"call/limit", "item"}));
    EXPECT_EQ(run_output(graph, {"part"}, {"limit", "item"}),
              (engine::Endpoint{"call/limit", "item"}));
    EXPECT_FALSE(run_output(graph, {}, {"call", "none"}).has_value());
    EXPECT_EQ(run_wires(graph, {}, graph.wires.front()),
              std::vector<std::string>{"source.value -> call/limit.item"});
}

TEST(Thumbnail, ScalesStretchesAndRefusesWhatContradictsItself) {
    visual::Raster raster{
        .width = 4, .height = 2, .channels = 1, .bytes = {0, 0, 255, 255, 0, 0, 255, 255}};
    const QImage half = raster_image(raster, {2, 1});
    ASSERT_EQ(half.size(), QSize(2, 1));
    EXPECT_EQ(half.pixelColor(0, 0), QColor(Qt::black));
    EXPECT_EQ(half.pixelColor(1, 0), QColor(Qt::white));
    raster.bytes.pop_back();
    EXPECT_TRUE(raster_image(raster, {2, 1}).isNull());
    visual::Series series;
    EXPECT_TRUE(thumbnail(series, {40, 30}, Qt::white, Qt::black).isNull());
    series.lines.push_back({.name = "a", .x = {0, 1}, .y = {0, 1}});
    EXPECT_EQ(thumbnail(series, {40, 30}, Qt::white, Qt::black).size(), QSize(40, 30));
}

}  // namespace
}  // namespace millrace::editor
