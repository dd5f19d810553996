// Boxes and metrics as cards and lists, and the choice between viewers of one item.
#include <QAction>
#include <QApplication>
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
#include <numbers>

#include <gtest/gtest.h>

#include "tests/viewers/activate.hpp"
#include "viewers/cards/boxes_table.hpp"
#include "viewers/cards/boxes_view.hpp"
#include "viewers/cards/label_chips.hpp"
#include "viewers/cards/metric_grid.hpp"
#include "viewers/cards/metrics_view.hpp"
#include "viewers/cards/score_histogram.hpp"
#include "viewers/common/numbers.hpp"
#include "viewers/common/viewer_stack.hpp"
#include "viewers/registry.hpp"

namespace millrace::tests {
namespace {

using viewers::BoxesTable;
using viewers::BoxesView;
using viewers::MetricGrid;
using viewers::MetricsView;
using viewers::Selection;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

viewers::Viewer::Shared shared(visual::Visual value) {
    return std::make_shared<const visual::Visual>(std::move(value));
}

visual::Boxes3d street() {
    visual::Boxes3d boxes{.frame = "lidar", .boxes = {}, .full_count = 4};
    boxes.boxes = {{.center = {3, 4, 0},
                    .size = {4, 2, 1.5},
                    .yaw = std::numbers::pi,
                    .label = "Car",
                    .score = 0.9},
                   {.center = {30, 0, 0},
                    .size = {4, 2, 1.5},
                    .yaw = 7 * std::numbers::pi / 2,
                    .label = "Car",
                    .score = 0.3,
                    .track = 12},
                   {.center = {6, 8, 0}, .size = {1, 1, 2}, .label = "Pedestrian", .score = 0.6},
                   {.center = {1, 0, 0}, .size = {1, 1, 2}, .label = "Cyclist", .score = kNan}};
    return boxes;
}

visual::Boxes2d picture() {
    return {.frame = "image_2",
            .boxes = {{.xyxy = {10, 20, 30, 60}, .label = "Car", .score = 0.5},
                      {.xyxy = {0, 0, 4, 2}, .label = "Van", .score = 0.25}},
            .full_count = 10};
}

TEST(BoxesTable, ShowsWhatBoxesAreAndSortsByNumbers) {
    BoxesTable table;
    ASSERT_TRUE(table.set(street()));
    const auto text = [&](int row, BoxesTable::Column column) {
        return table.index(row, table.section_of(column)).data().toString();
    };
    EXPECT_EQ(text(0, BoxesTable::Range), "5.00");
    EXPECT_EQ(text(0, BoxesTable::Yaw), "180.0°");
    EXPECT_EQ(text(1, BoxesTable::Yaw), "-90.0°") << "within half a turn";
    EXPECT_EQ(text(1, BoxesTable::Track), "12");
    EXPECT_EQ(text(0, BoxesTable::Track), "");
    table.sort(table.section_of(BoxesTable::Range), Qt::DescendingOrder);
    EXPECT_EQ(table.box_of(0), 1u);
    EXPECT_EQ(table.box_of(3), 3u);
    table.sort(table.section_of(BoxesTable::Score), Qt::AscendingOrder);
    EXPECT_EQ(table.box_of(0), 1u);
    EXPECT_EQ(table.box_of(3), 3u) << "no number stands last";
    table.sort(table.section_of(BoxesTable::Score), Qt::DescendingOrder);
    EXPECT_EQ(table.box_of(3), 3u);
    ASSERT_TRUE(table.set(picture()));
    EXPECT_EQ(table.section_of(BoxesTable::Yaw), -1);
    EXPECT_EQ(text(0, BoxesTable::X), "20.0");
    EXPECT_FALSE(table.set(visual::Text{}));
}

TEST(BoxesTable, FiltersAndCounts) {
    BoxesTable table;
    ASSERT_TRUE(table.set(street()));
    EXPECT_EQ(table.counts().front(), std::pair(std::string("Car"), std::size_t{2}));
    table.set_least_score(0.5);
    EXPECT_EQ(table.rowCount(), 2) << "neither the low score nor the one that is none";
    EXPECT_EQ(table.row_of(1), -1);
    EXPECT_EQ(table.counts().size(), 3u);
    table.set_least_score({});
    table.set_hidden({"Car"});
    EXPECT_EQ(table.rowCount(), 2);
    table.set_hidden({});
    table.set_text("cyc");
    EXPECT_EQ(table.rowCount(), 1);
    table.set_text("12");
    EXPECT_EQ(table.rowCount(), 1) << "a track is found";
    EXPECT_EQ(table.box_of(0), 1u);
    EXPECT_EQ(table.row_of(-1), -1);
    EXPECT_EQ(table.row_of(99), -1);
}

class Boxes : public ::testing::Test {
protected:
    Boxes() {
        view.resize(560, 420);
        view.show();
        EXPECT_TRUE(millrace::tests::activate(view));
    }
    BoxesView view;
};

TEST_F(Boxes, WhatIsPointedAtAndChosenIsToldAndMarked) {
    ASSERT_TRUE(view.show_visual(shared(picture())));
    EXPECT_TRUE(view.note().contains("2 boxes") && view.note().contains("10"));
    QSignalSpy chosen(&view, &viewers::Viewer::selected), hovered(&view, &viewers::Viewer::hovered);
    view.table_view()->setFocus();
    view.table_view()->setCurrentIndex(view.table().index(0, 0));
    QTest::keyClick(view.table_view(), Qt::Key_Down);
    ASSERT_EQ(chosen.count(), 2);
    const auto box = chosen.back().front().value<Selection>();
    EXPECT_EQ(box.kind, Selection::Kind::Box);
    EXPECT_EQ(box.frame, "image_2");
    EXPECT_EQ(box.index, 1);
    EXPECT_EQ(box.x, 2);
    EXPECT_EQ(box.y, 1);
    ASSERT_TRUE(QTest::qWaitFor([&] { return view.chips()->height() > 0; })) << "laid out";
    const QRect row = view.table_view()->visualRect(view.table().index(0, 1));
    QTest::mouseMove(view.table_view()->viewport(), row.center());
    ASSERT_TRUE(QTest::qWaitFor([&] { return !hovered.isEmpty(); }));
    EXPECT_EQ(hovered.back().front().value<std::optional<Selection>>()->index, 0);
    EXPECT_TRUE(view.status().contains("Car"));
    view.reveal(box);
    EXPECT_EQ(chosen.count(), 2) << "what is marked from elsewhere isn't told again";
    EXPECT_TRUE(view.table_view()->selectionModel()->isRowSelected(1));
    view.mark({});
    EXPECT_FALSE(view.table_view()->selectionModel()->hasSelection());
}

TEST_F(Boxes, ScoresAndLabelsAreChosenWithKeys) {
    ASSERT_TRUE(view.show_visual(shared(street())));
    EXPECT_EQ(view.table().rowCount(), 4);
    view.histogram()->setFocus();
    for (int i = 0; i < 4; ++i) QTest::keyClick(view.histogram(), Qt::Key_PageUp);
    EXPECT_NEAR(view.histogram()->threshold(), 0.4, 1e-9);
    EXPECT_EQ(view.table().rowCount(), 2);
    EXPECT_TRUE(view.note().contains("2 of 4"));
    ASSERT_TRUE(view.show_visual(shared(street())));
    EXPECT_EQ(view.table().rowCount(), 2) << "the threshold stays with the next item";
    QTest::keyClick(view.histogram(), Qt::Key_Home);
    EXPECT_EQ(view.table().rowCount(), 4) << "also the box whose score is none";
    view.chips()->setFocus();
    QTest::keyClick(view.chips(), Qt::Key_Space);
    EXPECT_EQ(view.table().rowCount(), 2);
    QTest::mouseClick(view.chips(), Qt::LeftButton, {}, view.chips()->place_of("Car").center());
    EXPECT_EQ(view.table().rowCount(), 4);
    view.chips()->show_only("Cyclist");
    EXPECT_EQ(view.table().rowCount(), 1);
    QTest::keyClick(&view, Qt::Key_A, Qt::AltModifier);
    EXPECT_EQ(view.table().rowCount(), 4);
}

TEST_F(Boxes, HostileBoxes) {
    const double inf = std::numeric_limits<double>::infinity();
    visual::Boxes3d bad;
    bad.boxes = {{.center = {inf, kNan, 1e308},
                  .size = {-1, 0, inf},
                  .yaw = inf,
                  .label = std::string(100'000, 'x'),
                  .score = inf},
                 {.center = {}, .size = {}, .yaw = kNan, .label = "", .score = -5}};
    for (int i = 0; i < 500; ++i) bad.boxes.push_back({.label = "label " + std::to_string(i)});
    ASSERT_TRUE(view.show_visual(shared(bad)));
    EXPECT_EQ(view.histogram()->ends().first, -5);
    for (int column = 0; column < view.table().columnCount(); ++column)
        view.sort(column, Qt::AscendingOrder);
    EXPECT_FALSE(view.grab().isNull());
    ASSERT_TRUE(view.show_visual(shared(visual::Boxes2d{})));
    EXPECT_TRUE(view.note().contains("0 boxes"));
    EXPECT_FALSE(view.grab().isNull());
    EXPECT_FALSE(view.show_visual(shared(visual::Text{})));
    EXPECT_FALSE(view.show_visual(nullptr));
}

visual::Table metrics(const std::string& loss, const std::string& rate) {
    return {.columns = {"name", "value"}, .rows = {{"loss", loss}, {"rate", rate}}, .full_rows = 2};
}

TEST(Numbers, AreTextsThatHoldNothingElse) {
    EXPECT_EQ(viewers::number_of(" +1.5e3 "), 1500);
    EXPECT_EQ(viewers::number_of("-0"), 0);
    EXPECT_FALSE(viewers::number_of(""));
    EXPECT_FALSE(viewers::number_of("12 m"));
    EXPECT_FALSE(viewers::number_of("+"));
    EXPECT_TRUE(std::isinf(*viewers::number_of("-1e999")));
    EXPECT_EQ(viewers::number_of("1e-999"), 0);
    EXPECT_TRUE(std::isnan(*viewers::number_of("nan")));
}

TEST(Metrics, AreReadFromPairsAndFromOneRow) {
    const auto pairs = viewers::metrics_of(metrics("0.5", "nan"));
    ASSERT_TRUE(pairs);
    EXPECT_EQ((*pairs)[0].name, "loss");
    EXPECT_TRUE(std::isnan((*pairs)[1].value));
    const auto units = viewers::metrics_of(
        {.columns = {"Metric", "Value", "Unit"}, .rows = {{"time", "3", "ms"}}, .full_rows = 1});
    ASSERT_TRUE(units);
    EXPECT_EQ((*units)[0].unit, "ms");
    const auto row = viewers::metrics_of(
        {.columns = {"epoch", "loss", "note"}, .rows = {{"3", "0.25", "best"}}, .full_rows = 1});
    ASSERT_TRUE(row);
    EXPECT_EQ(row->size(), 2u) << "texts are no metrics";
    EXPECT_FALSE(viewers::metrics_of(
        {.columns = {"a", "b"}, .rows = {{"1", "2"}, {"3", "4"}}, .full_rows = 2}));
    EXPECT_FALSE(viewers::metrics_of(metrics("0.5", "fast")));
    EXPECT_FALSE(viewers::metrics_of({}));
    EXPECT_FALSE(viewers::metrics_of({.columns = {"a"}, .rows = {{}}, .full_rows = 1}));
}

TEST(Metrics, HistoryIsBoundedAndHasGaps) {
    viewers::MetricHistory history;
    for (int i = 0; i < 1000; ++i) history.add({{"a", "", "", static_cast<double>(i)}});
    EXPECT_EQ(history.values("a").size(), viewers::MetricHistory::kMostItems);
    EXPECT_EQ(history.change("a"), 1);
    history.add({{"b", "", "", 2}, {"b", "", "", 3}});
    EXPECT_FALSE(history.change("a")) << "the item lacks it";
    EXPECT_EQ(history.values("b").size(), 1u) << "a name counts once an item";
    EXPECT_FALSE(history.change("b"));
    EXPECT_FALSE(history.change("none"));
    std::vector<viewers::Metric> many;
    for (int i = 0; i < 5000; ++i) many.push_back({"m" + std::to_string(i), "", "", 0});
    history.add(many);
    EXPECT_TRUE(history.values("m4999").empty()) << "so many names are bounded, too";
}

TEST(MetricsView, TellsTheChangeAgainstTheItemBefore) {
    MetricsView view;
    view.resize(500, 300);
    const auto first = shared(metrics("0.5", "100"));
    ASSERT_TRUE(view.show_visual(first));
    ASSERT_TRUE(view.show_visual(first));
    EXPECT_EQ(view.history().values("loss").size(), 1u) << "shown twice, counted once";
    EXPECT_EQ(view.grid()->shown_change(view.grid()->metrics()[0]), "");
    ASSERT_TRUE(view.show_visual(shared(metrics("0.25", "100"))));
    EXPECT_EQ(view.grid()->shown_change(view.grid()->metrics()[0]), "▼ 0.25  (−50.0 %)");
    EXPECT_EQ(view.grid()->shown_change(view.grid()->metrics()[1]), "unchanged");
    EXPECT_EQ(view.copied(true), "loss\t0.25\nrate\t100\n");
    view.grid()->go_to(1);
    EXPECT_EQ(view.copied(false), "rate\t100\n");
    EXPECT_TRUE(view.status().contains("0.25") == false && view.status().contains("rate"));
    EXPECT_FALSE(
        view.show_visual(shared(visual::Table{.columns = {"x"}, .rows = {}, .full_rows = 0})));
    EXPECT_FALSE(view.status().isEmpty());
    EXPECT_EQ(view.grid()->metrics().size(), 2u) << "the old item stays";
    view.forget();
    EXPECT_EQ(view.history().values("loss").size(), 1u);
}

TEST(MetricsView, WritesNumbersShortAndBadOnesHonestly) {
    EXPECT_EQ(MetricGrid::shown_value({"", "", "", 1234567}), QLocale().toString(1234567));
    EXPECT_EQ(MetricGrid::shown_value({"", "", "", 0.123456789}), "0.12346");
    EXPECT_EQ(MetricGrid::shown_value({"", "", "", kNan}), "NaN");
    EXPECT_EQ(MetricGrid::shown_value({"", "", "", -std::numeric_limits<double>::infinity()}),
              "-∞");
    MetricsView view;
    ASSERT_TRUE(view.show_visual(shared(metrics("inf", "1e308"))));
    ASSERT_TRUE(view.show_visual(shared(metrics("nan", "-1e308"))));
    EXPECT_FALSE(view.grab().isNull());
    EXPECT_EQ(view.grid()->shown_change(view.grid()->metrics()[0]), "");
}

class Choice : public ::testing::Test {
protected:
    Choice() : stack((viewers::add_viewers(registry), registry)) {
        stack.resize(500, 300);
        stack.show();
        EXPECT_TRUE(millrace::tests::activate(stack));
    }
    viewers::Registry registry;
    viewers::ViewerStack stack;
};

TEST_F(Choice, IsOfferedKeptAndReachedWithKeys) {
    ASSERT_TRUE(stack.show_visual(shared(metrics("0.5", "1"))));
    EXPECT_EQ(stack.choices(), (QStringList{"Table", "Cards"}));
    EXPECT_FALSE(qobject_cast<MetricsView*>(stack.viewer()));
    stack.viewer()->setFocus();
    QTest::keyClick(QApplication::focusWidget(), Qt::Key_V,
                    Qt::ControlModifier | Qt::ShiftModifier);
    auto* cards = qobject_cast<MetricsView*>(stack.viewer());
    ASSERT_TRUE(cards);
    ASSERT_TRUE(stack.show_visual(shared(metrics("0.4", "1"))));
    EXPECT_EQ(stack.viewer(), cards) << "the choice stays";
    EXPECT_EQ(cards->history().values("loss").size(), 2u);
    ASSERT_TRUE(stack.show_visual(
        shared(visual::Table{.columns = {"a"}, .rows = {{"x"}, {"y"}}, .full_rows = 2})));
    EXPECT_NE(stack.viewer(), cards) << "no cards of such a table";
    EXPECT_TRUE(stack.viewer()->isVisible());
    EXPECT_FALSE(cards->isVisible());
    ASSERT_TRUE(stack.show_visual(shared(metrics("0.3", "1"))));
    EXPECT_EQ(stack.viewer(), cards) << "what was chosen is back with the first item that fits";
    EXPECT_EQ(cards->history().values("loss").size(), 3u);
}

TEST_F(Choice, IsNotOfferedWhereThereIsNone) {
    ASSERT_TRUE(stack.show_visual(shared(visual::Text{.text = "x"})));
    EXPECT_EQ(stack.choices().size(), 1);
    QTest::keyClick(QApplication::focusWidget() ? QApplication::focusWidget() : &stack, Qt::Key_V,
                    Qt::ControlModifier | Qt::ShiftModifier);
    EXPECT_TRUE(stack.viewer()->isVisible());
}

TEST(CardsViewers, AreRegisteredAndEveryActionHasAKey) {
    viewers::Registry registry;
    viewers::add_viewers(registry);
    QWidget window;
    for (const auto& item : {shared(street()), shared(picture()), shared(metrics("1", "2"))}) {
        ASSERT_FALSE(registry.viewers_of(*item).empty());
        auto* viewer = registry.viewers_of(*item).back().make(&window);
        EXPECT_TRUE(viewer->show_visual(item));
        for (const QAction* action : viewer->actions())
            EXPECT_FALSE(action->shortcut().isEmpty()) << action->text().toStdString();
    }
}

}  // namespace
}  // namespace millrace::tests
