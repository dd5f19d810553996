// Finding in graphs: what counts as found, and the bar that goes there.
#include <QLineEdit>

#include "editor/canvas/frame_item.hpp"
#include "editor/comfort/find_bar.hpp"
#include "tests/editor/window_support.hpp"

namespace millrace::editor {
namespace {

/// A counter with a value, a subgraph with a node of a title, a note and a backdrop.
engine::Graph nested() {
    engine::Graph graph;
    add_node(graph, "control.counter", 1, {0, 0});
    graph.nodes["counter"].params["items"] = 4711;
    add_node(graph, "control.rate_limit", 1, {300, 0});
    graph.nodes["call"] = {.type = "control.subgraph", .subgraph = "part"};
    graph.layout["call"] = {600, 0};
    engine::Subgraph part;
    part.graph.nodes["inner"] = {.type = "control.rate_limit", .title = "Slow it down"};
    part.graph.layout["inner"] = {0, 0};
    engine::Subgraph deep;
    deep.graph.nodes["far_down"] = {.type = "control.rate_limit"};
    part.graph.subgraphs["deep"] = deep;
    graph.subgraphs["part"] = part;
    graph.notes["note"] = {.text = "First line\nthe camera is late", .rect = {0, 300, 200, 80}};
    graph.backdrops["box"] = {.title = "Sensors", .rect = {-50, -50, 300, 200}};
    return graph;
}

std::vector<std::string> ids(const QString& words) {
    std::vector<std::string> found;
    for (const GraphHit& hit : search_graph(nested(), Catalogue(), words)) found.push_back(hit.id);
    return found;
}

using Ids = std::vector<std::string>;

TEST(GraphSearch, LooksAtIdsTitlesTypesValuesNotesInNestedGraphsToo) {
    EXPECT_EQ(ids(""), Ids{});
    EXPECT_EQ(ids("   "), Ids{});
    EXPECT_EQ(ids("COUNTER"), Ids{"counter"});
    EXPECT_EQ(ids("control.rate"), (Ids{"rate_limit", "inner", "far_down"}));
    EXPECT_EQ(ids("slow"), Ids{"inner"});
    EXPECT_EQ(ids("4711"), Ids{"counter"});
    EXPECT_EQ(ids("items 4711"), Ids{"counter"});
    EXPECT_EQ(ids("late first"), Ids{"note"});
    EXPECT_EQ(ids("sensors"), Ids{"box"});
    EXPECT_EQ(ids("camera nowhere"), Ids{});
}

TEST(GraphSearch, SaysWhereAndWhatFits) {
    const auto found = search_graph(nested(), Catalogue(), "far_down");
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].path, (GraphPath{"part", "deep"}));
    const auto value = search_graph(nested(), Catalogue(), "4711");
    ASSERT_EQ(value.size(), 1U);
    EXPECT_EQ(value[0].match, "items = 4711");
    const auto note = search_graph(nested(), Catalogue(), "camera");
    ASSERT_EQ(note.size(), 1U);
    EXPECT_EQ(note[0].kind, GraphHit::Kind::Note);
    EXPECT_EQ(note[0].name, "First line");
    EXPECT_EQ(note[0].match, "the camera is late");
}

class FindTest : public EditorTest {
protected:
    FindTest() {
        make();
        window->document().start(nested(), {});
        window->canvas()->setFocus();
        QTest::keyClick(window.get(), Qt::Key_F, Qt::ControlModifier);
        bar = window->comfort().find;
    }
    FindBar* bar = nullptr;
};

TEST_F(FindTest, GoesForthAndBackIntoSubgraphs) {
    ASSERT_TRUE(bar->isVisible());
    ASSERT_TRUE(QTest::qWaitFor([&] { return bar->field()->hasFocus(); }, 10'000));
    QTest::keyClicks(bar->field(), "rate");
    EXPECT_TRUE(bar->told().startsWith("3 found")) << bar->told().toStdString();
    EXPECT_TRUE(window->scene()->selected_nodes().empty());
    QTest::keyClick(bar->field(), Qt::Key_Return);
    EXPECT_EQ(window->scene()->selected_nodes(), Ids{"rate_limit"});
    EXPECT_TRUE(bar->told().startsWith("1 of 3"));
    QTest::keyClick(bar->field(), Qt::Key_F3);
    EXPECT_EQ(window->scene()->path(), GraphPath{"part"});
    EXPECT_EQ(window->scene()->selected_nodes(), Ids{"inner"});
    EXPECT_TRUE(bar->told().contains("part › Slow it down")) << bar->told().toStdString();
    picture(window.get(), "find");
    QTest::keyClick(bar->field(), Qt::Key_F3);
    EXPECT_EQ(window->scene()->path(), (GraphPath{"part", "deep"}));
    // Round to the first, and back again.
    QTest::keyClick(bar->field(), Qt::Key_F3);
    EXPECT_EQ(window->scene()->path(), GraphPath{});
    QTest::keyClick(bar->field(), Qt::Key_F3, Qt::ShiftModifier);
    EXPECT_EQ(window->scene()->selected_nodes(), Ids{"far_down"});
    QTest::keyClick(bar->field(), Qt::Key_Escape);
    EXPECT_FALSE(bar->isVisible());
}

TEST_F(FindTest, FindsNotesAndStaysTrueWhenTheGraphChanges) {
    QTest::keyClicks(bar->field(), "camera");
    QTest::keyClick(bar->field(), Qt::Key_Return);
    const auto frames = window->scene()->selected_frames();
    ASSERT_EQ(frames.size(), 1U);
    EXPECT_EQ(frames[0]->id(), "note");
    window->document().edit("Take the note", [](engine::Graph& graph) { graph.notes.clear(); });
    EXPECT_TRUE(bar->told().startsWith("nothing")) << bar->told().toStdString();
    QTest::keyClick(bar->field(), Qt::Key_Return);  // goes nowhere
    window->document().history().undo();
    EXPECT_TRUE(bar->told().startsWith("1 "));
}

}  // namespace
}  // namespace millrace::editor
