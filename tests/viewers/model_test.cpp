// Models: layout, folding, and the view of both.
#include <QAction>
#include <QSignalSpy>
#include <QTableView>
#include <QTest>

// The parts of Qt Test for widgets come only with these, whatever the order of other headers.
#include <QtTest/qtest_widgets.h>
#include <QtTest/qtestkeyboard.h>
#include <QtTest/qtestmouse.h>

#include <cmath>
#include <limits>
#include <memory>

#include <gtest/gtest.h>

#include "tests/viewers/activate.hpp"
#include "viewers/model/graph_canvas.hpp"
#include "viewers/model/layer_table.hpp"
#include "viewers/model/model_view.hpp"
#include "viewers/registry.hpp"

namespace millrace::tests {
namespace {

using viewers::Folding;
using viewers::ModelView;
using visual::GraphLayout;
using visual::GraphSize;
using visual::lay_out;

using Edges = std::vector<std::pair<int, int>>;

viewers::Viewer::Shared shared(visual::Visual value) {
    return std::make_shared<const visual::Visual>(std::move(value));
}

std::vector<GraphSize> boxes(std::size_t count) {
    return std::vector<GraphSize>(count, GraphSize{100, 40});
}

/// No two boxes overlap, all lie within the size, and all numbers are finite.
void expect_sound(const GraphLayout& layout, std::size_t nodes) {
    ASSERT_EQ(layout.centers.size(), nodes);
    for (std::size_t i = 0; i < nodes; ++i) {
        const auto& a = layout.centers[i];
        ASSERT_TRUE(std::isfinite(a.x) && std::isfinite(a.y));
        EXPECT_GE(a.x, 49.9);
        EXPECT_LE(a.x, layout.size.width - 49.9);
        EXPECT_LE(a.y, layout.size.height - 19.9);
        for (std::size_t k = 0; nodes < 300 && k < i; ++k) {
            const auto& b = layout.centers[k];
            EXPECT_TRUE(std::abs(a.x - b.x) > 99.9 || std::abs(a.y - b.y) > 39.9)
                << i << " lies on " << k;
        }
    }
}

visual::ModelGraph encoder() {
    visual::ModelGraph graph;
    const auto add = [&](const std::string& name, const std::string& type, std::uint64_t count) {
        graph.layers.push_back(
            {.name = name, .type = type, .parameters = count, .output_shape = {1, -1, 64}});
    };
    add("embed", "Embedding", 1000);
    for (const std::string layer : {"encoder.0.", "encoder.1."}) {
        add(layer + "attn", "Attention", 400);
        add(layer + "add", "Add", 0);
        add(layer + "mlp", "Linear", 600);
    }
    add("head", "Linear", 2000);
    for (int i = 0; i + 1 < static_cast<int>(graph.layers.size()); ++i)
        graph.edges.emplace_back(i, i + 1);
    graph.edges.emplace_back(0, 2);
    graph.edges.emplace_back(3, 5);
    return graph;
}

TEST(Layout, EdgesLeadDownInRowsByLongestPath) {
    const auto layout = lay_out(boxes(4), {{0, 1}, {1, 2}, {0, 2}, {2, 3}});
    expect_sound(layout, 4);
    EXPECT_EQ(layout.rows, (std::vector<int>{0, 1, 2, 3}));
    EXPECT_EQ(layout.crossings, 0u);
    ASSERT_EQ(layout.routes.size(), 4u);
    for (const auto& route : layout.routes) {
        EXPECT_LT(route.through.front().y, route.through.back().y);
        EXPECT_NEAR(route.through.front().y,
                    layout.centers[static_cast<std::size_t>(route.from)].y + 20, 1e-9);
        EXPECT_NEAR(route.through.back().y,
                    layout.centers[static_cast<std::size_t>(route.to)].y - 20, 1e-9);
    }
}

TEST(Layout, LongEdgesPassBesideTheBoxes) {
    const auto layout = lay_out(boxes(5), {{0, 1}, {1, 2}, {2, 3}, {3, 4}, {0, 4}});
    for (const auto& route : layout.routes) {
        for (std::size_t i = 1; i + 1 < route.through.size(); ++i) {
            for (const auto& center : layout.centers) {
                const bool within = std::abs(route.through[i].x - center.x) < 50 &&
                                    std::abs(route.through[i].y - center.y) < 19;
                EXPECT_FALSE(within);
            }
        }
    }
}

TEST(Layout, OrdersRowsWithoutCrossings) {
    // Two chains whose heads are given the wrong way round, and a source that belongs far below.
    const auto layout = lay_out(boxes(7), {{0, 3}, {1, 2}, {2, 4}, {3, 5}, {6, 5}});
    EXPECT_EQ(layout.crossings, 0u);
    EXPECT_EQ(layout.rows[6], layout.rows[5] - 1) << "a source stands by its reader";
    const auto straight = lay_out(boxes(3), {{0, 1}, {1, 2}});
    EXPECT_NEAR(straight.centers[0].x, straight.centers[2].x, 1e-6);
}

TEST(Layout, EdgesThatCantBeDrawnAreCounted) {
    const auto layout =
        lay_out(boxes(3), {{0, 1}, {0, 1}, {1, 1}, {1, 2}, {2, 0}, {-1, 2}, {0, 99}});
    expect_sound(layout, 3);
    EXPECT_EQ(layout.duplicates, 1u);
    EXPECT_EQ(layout.self_loops, 1u);
    EXPECT_EQ(layout.out_of_range, 2u);
    EXPECT_EQ(layout.closing_cycles, 1u);
    ASSERT_EQ(layout.routes.size(), 3u);
    const auto back = std::ranges::find_if(layout.routes, &visual::GraphRoute::back);
    ASSERT_NE(back, layout.routes.end());
    EXPECT_EQ(back->from, 2);
    EXPECT_EQ(back->to, 0);
    EXPECT_GT(back->through.front().y, back->through.back().y);
}

TEST(Layout, EmptyAndUnconnected) {
    EXPECT_TRUE(lay_out({}, {{0, 1}}).centers.empty());
    expect_sound(lay_out(boxes(1), {}), 1);
    const auto block = lay_out(boxes(200), {});
    expect_sound(block, 200);
    EXPECT_LT(block.size.width, 4 * block.size.height) << "a block, not one endless row";
    expect_sound(lay_out(boxes(6), {{0, 1}, {3, 4}}), 6);
}

TEST(Layout, HugeAndHostileGraphs) {
    Edges chain;
    for (int i = 0; i + 1 < 5000; ++i) chain.emplace_back(i, i + 1);
    expect_sound(lay_out(boxes(5000), chain), 5000);
    // Each of a thousand early layers feeds the last: their lanes would be millions of dummies.
    for (int i = 0; i < 1000; ++i) chain.emplace_back(i, 4999);
    expect_sound(lay_out(boxes(5000), chain), 5000);
    Edges all;
    for (int i = 0; i < 120; ++i) {
        for (int k = 0; k < 120; ++k) all.emplace_back(i, k);
    }
    const auto knot = lay_out(boxes(120), all);
    expect_sound(knot, 120);
    EXPECT_EQ(knot.routes.size(), 120u * 119u);
    int asked = 0;
    expect_sound(lay_out(boxes(120), all, {}, [&] { return ++asked > 1; }), 120);
    EXPECT_GE(asked, 1);
}

TEST(Fold, ByNamesAndWithSums) {
    const visual::ModelGraph graph = encoder();
    Folding folding(graph);
    EXPECT_EQ(folding.groups(), (std::set<std::string>{"encoder", "encoder.0", "encoder.1"}));
    EXPECT_EQ(folding.apply(graph).nodes.size(), 8u);
    folding.fold("encoder.0");
    folding.fold("no such group");
    auto folded = folding.apply(graph);
    ASSERT_EQ(folded.nodes.size(), 6u);
    EXPECT_EQ(folded.nodes[1].name, "encoder.0");
    EXPECT_TRUE(folded.nodes[1].group);
    EXPECT_EQ(folded.nodes[1].parameters, 1000u);
    EXPECT_EQ(folded.nodes[1].layers, (std::vector<int>{1, 2, 3}));
    EXPECT_EQ(folded.node_of[3], 1);
    EXPECT_EQ(folded.edges.size(), 6u) << "two edges into the group are one";
    folding.fold_all();
    EXPECT_EQ(folding.apply(graph).nodes.size(), 3u);
    folding.unfold("encoder");
    EXPECT_EQ(folding.apply(graph).nodes.size(), 4u) << "the groups within stay folded";
    EXPECT_EQ(folding.open_group_of("encoder.0"), "encoder");
    EXPECT_EQ(folding.open_group_of("head"), "");
    folding.unfold_all();
    EXPECT_EQ(folding.apply(graph).nodes.size(), 8u);
}

TEST(Fold, ItHoldsWithHostileNames) {
    visual::ModelGraph graph;
    graph.layers = {
        {.name = std::string(100'000, '.'), .type = {}, .parameters = ~0ULL, .output_shape = {}},
        {.name = std::string(100'000, '.'), .type = {}, .parameters = 5, .output_shape = {}},
        {.name = "", .type = {}, .parameters = 0, .output_shape = {}},
        {.name = "/a/b", .type = {}, .parameters = 0, .output_shape = {}},
        {.name = "/a/c", .type = {}, .parameters = 0, .output_shape = {}}};
    graph.edges = {{0, 0}, {7, 1}, {3, 4}, {3, 4}};
    Folding folding(graph);
    EXPECT_TRUE(folding.groups().contains("/a"));
    folding.fold_all();
    EXPECT_EQ(folding.apply(graph).nodes.size(), 3u);
    EXPECT_EQ(viewers::total_parameters(graph), ~0ULL) << "the sum doesn't wrap";
    const auto faults = viewers::faults_of(graph);
    EXPECT_EQ(faults.self_loops, 1u);
    EXPECT_EQ(faults.out_of_range, 1u);
    EXPECT_EQ(faults.duplicates, 1u);
}

TEST(Fold, AModelOfOneGroupDoesNotVanishInIt) {
    visual::ModelGraph graph;
    for (const char* name : {"model.a.x", "model.a.y", "model.b.x", "model.b.y"})
        graph.layers.push_back({.name = name, .type = {}, .parameters = 1, .output_shape = {}});
    Folding folding(graph);
    folding.fold_all();
    EXPECT_EQ(folding.apply(graph).nodes.size(), 2u);
}

class Model : public ::testing::Test {
protected:
    void open(visual::ModelGraph graph) {
        view.resize(900, 600);
        view.show();
        ASSERT_TRUE(millrace::tests::activate(view));
        view.canvas()->setFocus();
        ASSERT_TRUE(view.show_visual(shared(std::move(graph))));
        settle();
    }
    void settle() {
        ASSERT_TRUE(QTest::qWaitFor([&] { return view.settled(); }, 30'000));
    }
    std::size_t nodes() const { return view.canvas()->drawing()->graph.nodes.size(); }
    ModelView view;
};

TEST_F(Model, TotalsAreArithmetic) {
    open(encoder());
    EXPECT_TRUE(view.totals().contains("8 layers"));
    EXPECT_TRUE(view.totals().contains(viewers::count_text(5000) + " parameters"))
        << view.totals().toStdString();
    EXPECT_TRUE(view.totals().contains("20.0 kB at 32 bit")) << view.totals().toStdString();
    EXPECT_TRUE(view.totals().contains("2.5 kB at 4"));
    EXPECT_TRUE(view.note().isEmpty());
    EXPECT_TRUE(view.described(7).contains("40.00 % of all")) << view.described(7).toStdString();
    EXPECT_TRUE(view.described(7).contains("1 × ? × 64"));
    EXPECT_EQ(viewers::short_count_text(11'689'512), "11.7 M");
    EXPECT_EQ(viewers::short_count_text(999'999), "1.00 M");
}

TEST_F(Model, KeysFollowEdgesAndTheTableFollows) {
    open(encoder());
    QSignalSpy selected(&view, &viewers::Viewer::selected);
    QTest::keyClick(view.canvas(), Qt::Key_Down);
    EXPECT_EQ(view.chosen_layer(), 0);
    QTest::keyClick(view.canvas(), Qt::Key_Down);
    EXPECT_GT(view.chosen_layer(), 0);
    QTest::keyClick(view.canvas(), Qt::Key_Up);
    EXPECT_EQ(view.chosen_layer(), 0);
    QTest::keyClick(view.canvas(), Qt::Key_End);
    EXPECT_EQ(view.chosen_layer(), 7);
    EXPECT_EQ(selected.count(), 4);
    EXPECT_EQ(view.table_view()->currentIndex().row(), 7);
    view.table_view()->setCurrentIndex(view.table().index(3, 0));
    EXPECT_EQ(view.canvas()->chosen_node(), 3);
    view.table_view()->sortByColumn(viewers::LayerTable::Parameters, Qt::DescendingOrder);
    EXPECT_EQ(view.table().layer_of(0), 7);
    EXPECT_EQ(view.table().layer_of(1), 0);
    EXPECT_EQ(view.table().row_of(7), 0);
}

TEST_F(Model, FoldsAndUnfoldsWithKeys) {
    open(encoder());
    view.choose_layer(2);
    QTest::keyClick(view.canvas(), Qt::Key_Backspace);
    settle();
    EXPECT_EQ(nodes(), 6u);
    EXPECT_EQ(view.canvas()->chosen_node(), 1) << "the group of the chosen layer is chosen";
    QTest::keyClick(view.canvas(), Qt::Key_Backspace);
    settle();
    EXPECT_EQ(nodes(), 3u);
    QTest::keyClick(view.canvas(), Qt::Key_Space);
    settle();
    EXPECT_EQ(nodes(), 6u);
    QTest::keyClick(view.canvas(), Qt::Key_F, Qt::ControlModifier | Qt::ShiftModifier);
    settle();
    EXPECT_EQ(nodes(), 3u);
    EXPECT_TRUE(view.described(1).contains("6 layers")) << view.described(1).toStdString();
    ASSERT_TRUE(view.show_visual(shared(encoder())));
    settle();
    EXPECT_EQ(nodes(), 3u) << "folding stays with the next item";
    QTest::keyClick(view.canvas(), Qt::Key_U, Qt::ControlModifier | Qt::ShiftModifier);
    settle();
    EXPECT_EQ(nodes(), 8u);
}

TEST_F(Model, SearchesNamesAndTypes) {
    open(encoder());
    EXPECT_EQ(view.search("LINEAR"), 3);
    view.step_found(1);
    EXPECT_EQ(view.chosen_layer(), 3);
    view.step_found(1);
    EXPECT_EQ(view.chosen_layer(), 6);
    view.step_found(-1);
    EXPECT_EQ(view.chosen_layer(), 3);
    EXPECT_EQ(view.search("nothing like this"), 0);
    view.step_found(1);
    EXPECT_EQ(view.chosen_layer(), 3);
}

TEST_F(Model, ThePointerMovesZoomsAndChooses) {
    open(encoder());
    QTest::mouseClick(view.canvas(), Qt::LeftButton, {},
                      view.canvas()->place_of(4).center().toPoint());
    EXPECT_EQ(view.chosen_layer(), 4);
    const QPointF fixed(100, 100);
    const double before = view.canvas()->zoom();
    view.canvas()->zoom_by(2, fixed);
    EXPECT_NEAR(view.canvas()->zoom(), 2 * before, 1e-9);
    view.canvas()->fit();
    EXPECT_NEAR(view.canvas()->zoom(), before, 1e-9);
    for (int node = 0; node < 8; ++node)
        EXPECT_TRUE(QRectF(view.canvas()->rect()).contains(view.canvas()->place_of(node)));
}

TEST_F(Model, FaultsAreToldAndEmptyModelsShown) {
    visual::ModelGraph bad = encoder();
    bad.edges.insert(bad.edges.end(), {{5, 5}, {3, 800}, {0, 1}, {7, 0}});
    open(bad);
    EXPECT_TRUE(view.note().contains("1 of layers that don't exist"));
    EXPECT_TRUE(view.note().contains("1 from a layer to itself"));
    EXPECT_TRUE(view.note().contains("1 repeated"));
    ASSERT_TRUE(view.show_visual(shared(visual::ModelGraph{})));
    settle();
    EXPECT_EQ(nodes(), 0u);
    QTest::keyClick(view.canvas(), Qt::Key_Down);
    QTest::keyClick(view.canvas(), Qt::Key_Backspace);
    view.choose_layer(0);
    EXPECT_FALSE(view.grab().isNull());
    EXPECT_FALSE(view.show_visual(shared(visual::Text{})));
    EXPECT_FALSE(view.show_visual(nullptr));
}

TEST_F(Model, AChainOfThousandsIsFoldedOrReadFromItsUpperEnd) {
    visual::ModelGraph chain;
    for (int i = 0; i < 5000; ++i) {
        chain.layers.push_back({.name = "layer" + std::to_string(i),
                                .type = "Linear",
                                .parameters = 10,
                                .output_shape = {64}});
        if (i > 0) chain.edges.emplace_back(i - 1, i);
    }
    open(chain);
    EXPECT_EQ(nodes(), 5000u) << "there is nothing to fold";
    EXPECT_GT(view.canvas()->zoom(), 0.5) << "readable at once";
    EXPECT_TRUE(view.canvas()->rect().contains(view.canvas()->place_of(0).center().toPoint()));
    view.canvas()->fit();
    EXPECT_FALSE(view.grab().isNull());
    view.reveal({.kind = viewers::Selection::Kind::Row, .frame = {}, .index = 4321});
    EXPECT_TRUE(view.canvas()->rect().contains(view.canvas()->place_of(4321).center().toPoint()));
}

TEST(ModelViewer, IsRegisteredAndEveryActionHasAKey) {
    viewers::Registry registry;
    viewers::add_viewers(registry);
    const auto item = shared(encoder());
    ASSERT_FALSE(registry.viewers_of(*item).empty());
    QWidget window;
    auto* viewer = registry.viewers_of(*item).front().make(&window);
    EXPECT_TRUE(viewer->show_visual(item));
    for (const QAction* action : viewer->actions())
        EXPECT_FALSE(action->shortcut().isEmpty()) << action->text().toStdString();
}

}  // namespace
}  // namespace millrace::tests
