// The plot's view: what is drawn, read, hidden, zoomed, exported; several runs in one plot.
#include <QApplication>
#include <QSignalSpy>
#include <QTest>
#include <QWheelEvent>
#include <algorithm>
#include <limits>

#include <gtest/gtest.h>

#include "tests/viewers/plot_support.hpp"
#include "viewers/theme.hpp"

namespace millrace::tests {
namespace {

using viewers::PlotLook;
using viewers::PlotTable;
using viewers::PlotView;
using viewers::Selection;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();

TEST_F(Plot, RefusesWhatContradictsItself) {
    ASSERT_TRUE(view.show_visual(shared(series_of({line_of("a", {0, 1}, {1, 2})}))));
    EXPECT_FALSE(view.show_visual(shared(series_of({line_of("b", {0, 1, 2}, {1, 2})}))));
    EXPECT_TRUE(view.status().contains("3") && view.status().contains("2"))
        << view.status().toStdString();
    EXPECT_FALSE(view.show_visual(shared(visual::Text{})));
    EXPECT_FALSE(view.show_visual(nullptr));
    ASSERT_EQ(view.scene().lines().size(), 1U);
    EXPECT_EQ(view.scene().lines()[0].name, "a") << "the old item stays";
}

TEST_F(Plot, ShowsEmptyLoneAndOddLines) {
    for (const auto& lines : std::vector<std::vector<visual::Series::Line>>{
             {},
             {line_of("a", std::vector<double>{}, {})},
             {line_of("a", {3}, {4})},
             {line_of("a", {0, 1}, {kNan, kNan})},
             {line_of("a", {kNan, kInf}, {0, 1})},
             {line_of("a", {0, 1}, {kInf, -kInf})},
             {line_of("a", {-1.7e308, 1.7e308}, {-1.7e308, 1.7e308})},
             {line_of("a", {0, 5e-324}, {0, 5e-324})},
             {line_of("a", {1, 1, 1}, {1, 2, 3})}}) {
        for (const bool log : {false, true}) {
            view.set_log_x(log);
            view.set_log_y(log);
            ASSERT_TRUE(view.show_visual(shared(series_of(lines))));
            EXPECT_FALSE(view.grab().isNull());
            view.fit();
        }
        view.set_log_x(false);
        view.set_log_y(false);
    }
    ASSERT_TRUE(view.show_visual(shared(series_of({line_of("a", {3}, {4})}))));
    const QImage image = view.canvas()->grab().toImage();
    const QPoint middle = place(3, 4).toPoint();
    EXPECT_GT(pixels_of(image, color(0), QRect(middle - QPoint(2, 2), QSize(5, 5))), 6)
        << "one sample is a dot";
}

TEST_F(Plot, ASpikeOfOneSampleAmongAMillionIsSeen) {
    auto line = line_of("a", 1'000'000, [](double) { return 0; });
    line.y[700'001] = 10;
    ASSERT_TRUE(view.show_visual(shared(series_of({line}))));
    ASSERT_TRUE(settle());
    const QImage image = view.canvas()->grab().toImage();
    const QPoint top = place(700'001, 9).toPoint();
    EXPECT_GT(pixels_of(image, color(0), QRect(top - QPoint(2, 10), QSize(5, 100))), 60);
    const QPoint beside = place(600'000, 9).toPoint();
    EXPECT_EQ(pixels_of(image, color(0), QRect(beside - QPoint(2, 10), QSize(5, 100))), 0);
}

TEST_F(Plot, ALargeSeriesIsPutInOrderBesideTheWindow) {
    auto line = line_of("a", 300'000, [](double x) { return x; });
    std::ranges::reverse(line.x);
    ASSERT_TRUE(view.show_visual(shared(series_of({line}))));
    EXPECT_TRUE(view.scene().lines().empty()) << "not yet";
    ASSERT_TRUE(settle());
    ASSERT_EQ(view.scene().lines().size(), 1U);
    EXPECT_FALSE(view.scene().lines()[0].curve->was_in_order());
    EXPECT_EQ(view.scene().lines()[0].curve->x(0), 0);
    // What was asked for last is what is shown, however long the one before takes.
    ASSERT_TRUE(view.show_visual(shared(series_of({line}))));
    ASSERT_TRUE(view.show_visual(shared(series_of({line_of("b", {0, 1}, {2, 3})}))));
    ASSERT_TRUE(settle());
    ASSERT_EQ(view.scene().lines().size(), 1U);
    EXPECT_EQ(view.scene().lines()[0].name, "b");
}

TEST_F(Plot, APanOfAMillionSamplesLooksAtBlocksAndTheCursorAtNothing) {
    ASSERT_TRUE(view.show_visual(
        shared(series_of({line_of("a", 1'000'000, [](double x) { return std::sin(x); })}))));
    ASSERT_TRUE(settle());
    show();
    const auto& curve = *view.scene().lines()[0].curve;
    view.set_x_range(100'000, 800'000);
    view.grab();
    const auto visits = curve.visits();
    const int drawings = view.canvas()->drawings();
    view.canvas()->pan(0.1, 0);
    view.grab();
    EXPECT_EQ(view.canvas()->drawings(), drawings + 1);
    EXPECT_LT(curve.visits() - visits, 150'000U) << "of 700 000 samples in sight";
    const auto after = curve.visits();
    view.canvas()->set_first(500'000);
    view.grab();
    view.grab();
    EXPECT_EQ(view.canvas()->drawings(), drawings + 1) << "the cursor lies over the same picture";
    EXPECT_EQ(curve.visits(), after);
    view.resize(800, 500);
    view.grab();
    EXPECT_EQ(view.canvas()->drawings(), drawings + 2);
    viewers::apply_theme(*qApp, viewers::Theme::Light);
    QCoreApplication::processEvents();  // widgets get another palette by an event
    view.grab();
    EXPECT_EQ(view.canvas()->drawings(), drawings + 3);
}

TEST_F(Plot, LogarithmicAxesLeaveOutAndCount) {
    ASSERT_TRUE(view.show_visual(
        shared(series_of({line_of("a", {-1, 0, 1, 10, 100}, {1, 1, 0, 10, 1000})}))));
    EXPECT_TRUE(view.scene().notes().isEmpty());
    show();
    press(Qt::Key_Y);
    ASSERT_TRUE(view.scene().y().logarithmic);
    EXPECT_TRUE(view.scene().notes().join("").startsWith("1 ")) << "the 0";
    EXPECT_NEAR(view.scene().y().low, 0, 0.2);
    EXPECT_NEAR(view.scene().y().high, 3, 0.2);
    press(Qt::Key_X);
    ASSERT_TRUE(view.scene().x().logarithmic);
    EXPECT_TRUE(view.scene().notes().join("").startsWith("3 ")) << "-1, 0, and the 0 at x 1";
    EXPECT_NEAR(view.scene().x().low, 0, 0.05);
    const QImage image = view.canvas()->grab().toImage();
    // From (10, 10) to (100, 1000), the middle on both axes is (31.6, 100).
    const QPoint middle = place(std::pow(10, 1.5), 100).toPoint();
    EXPECT_GT(pixels_of(image, color(0), QRect(middle - QPoint(3, 3), QSize(7, 7))), 3);
    ASSERT_TRUE(view.show_visual(shared(series_of({line_of("a", {1, 2}, {-1, 0})}))));
    EXPECT_FALSE(view.grab().isNull()) << "nothing is positive";
}

TEST_F(Plot, GapsStayOpen) {
    ASSERT_TRUE(view.show_visual(shared(
        series_of({line_of("a", 101, [](double x) { return x > 40 && x < 60 ? kNan : 1; })}))));
    const QImage image = view.canvas()->grab().toImage();
    const auto drawn = [&](double x) {
        return pixels_of(image, color(0), QRect(place(x, 1).toPoint() - QPoint(1, 3), QSize(3, 7)),
                         200);
    };
    EXPECT_GT(drawn(20), 0);
    EXPECT_EQ(drawn(50), 0);
    EXPECT_GT(drawn(80), 0);
}

TEST_F(Plot, NamesKeepTheirRoomHoweverOftenTheTableIsResized) {
    PlotTable table;
    table.show();
    for (const int width : {420, 425, 423, 424, 900, 421, 422}) {
        table.resize(width, 150);
        QCoreApplication::processEvents();
        EXPECT_GE(table.columnWidth(PlotTable::Name), table.fontMetrics().averageCharWidth() * 20)
            << width;
    }
    table.resize(1600, 150);
    QCoreApplication::processEvents();
    EXPECT_FALSE(table.isColumnHidden(PlotTable::Count));
}

TEST_F(Plot, SmoothingShowsBothAndIsSetByKeys) {
    ASSERT_TRUE(view.show_visual(shared(series_of({line_of("a", {0, 1, 2}, {2, 4, 6})}))));
    EXPECT_TRUE(view.table()->isColumnHidden(PlotTable::Smoothed));
    view.set_smoothing(0.5);
    EXPECT_FALSE(view.table()->isColumnHidden(PlotTable::Smoothed));
    view.canvas()->set_first(1);
    EXPECT_EQ(told(0, PlotTable::Value), "4");
    EXPECT_EQ(told(0, PlotTable::Smoothed), "3.33333");
    view.set_smoothing(7);
    EXPECT_EQ(view.scene().smoothing(), 0.999);
    view.set_smoothing(kNan);
    EXPECT_EQ(view.scene().smoothing(), 0);
    show();
    press(Qt::Key_S);
    EXPECT_NEAR(view.scene().smoothing(), 0.05, 1e-9);
    press(Qt::Key_S, Qt::ShiftModifier);
    EXPECT_EQ(view.scene().smoothing(), 0);
}

TEST_F(Plot, TheCursorSnapsAndReadsEveryLine) {
    ASSERT_TRUE(view.show_visual(shared(series_of(
        {line_of("a", {0, 10, 20}, {1, 2, 3}), line_of("b", {0, 10, 25}, {5, kNan, 7})}))));
    show();
    QSignalSpy hovered(&view, &viewers::Viewer::hovered),
        selected(&view, &viewers::Viewer::selected);
    QTest::mouseMove(view.canvas(), place(11.8, 4).toPoint());
    ASSERT_TRUE(QTest::qWaitFor([&] { return view.canvas()->pointer() == 10.0; }));
    EXPECT_EQ(told(0, PlotTable::Value), "2");
    EXPECT_EQ(told(1, PlotTable::Value), "NaN");
    EXPECT_TRUE(view.status().contains("10")) << view.status().toStdString();
    ASSERT_FALSE(hovered.isEmpty());
    const auto at = hovered.back()[0].value<std::optional<Selection>>();
    ASSERT_TRUE(at.has_value());
    EXPECT_EQ(at->kind, Selection::Kind::Row);
    EXPECT_EQ(at->index, 1);
    EXPECT_EQ(at->x, 10);
    QTest::mouseClick(view.canvas(), Qt::LeftButton, {}, place(1, 4).toPoint());
    EXPECT_EQ(view.canvas()->first(), std::optional<double>(0));
    ASSERT_EQ(selected.size(), 1);
    EXPECT_EQ(selected[0][0].value<Selection>().index, 0);
    QTest::mouseClick(view.canvas(), Qt::LeftButton, Qt::ShiftModifier, place(24.5, 4).toPoint());
    EXPECT_EQ(view.canvas()->second(), std::optional<double>(25));
    EXPECT_FALSE(view.table()->isColumnHidden(PlotTable::Difference));
    EXPECT_EQ(told(1, PlotTable::Difference), "+2");
    EXPECT_EQ(told(0, PlotTable::Difference), "+2") << "from 1 to its last, 3";
    press(Qt::Key_Right, Qt::ShiftModifier);
    EXPECT_EQ(view.canvas()->first(), std::optional<double>(10));
    press(Qt::Key_Right, Qt::ShiftModifier);
    EXPECT_EQ(view.canvas()->first(), std::optional<double>(20)) << "samples of either line";
    press(Qt::Key_Left, Qt::ShiftModifier);
    press(Qt::Key_Left, Qt::ShiftModifier);
    press(Qt::Key_Left, Qt::ShiftModifier);
    EXPECT_EQ(view.canvas()->first(), std::optional<double>(0)) << "stops at the end";
    press(Qt::Key_Escape);
    EXPECT_FALSE(view.canvas()->first() || view.canvas()->second());
}

TEST_F(Plot, AMarkIsASampleOfTheFirstLine) {
    ASSERT_TRUE(view.show_visual(shared(series_of({line_of("a", {30, 10, 20}, {1, 2, 3})}))));
    view.mark(Selection{.kind = Selection::Kind::Row, .frame = {}, .index = 0});
    EXPECT_EQ(view.canvas()->mark(), std::optional<double>(30)) << "by its place as given";
    view.mark(Selection{.kind = Selection::Kind::Row, .frame = {}, .index = 3});
    EXPECT_FALSE(view.canvas()->mark());
    view.mark(Selection{.kind = Selection::Kind::Point, .frame = {}, .index = 0});
    EXPECT_FALSE(view.canvas()->mark());
    view.set_x_range(10, 15);
    view.reveal(Selection{.kind = Selection::Kind::Row, .frame = {}, .index = 0});
    EXPECT_EQ(view.canvas()->mark(), std::optional<double>(30));
    EXPECT_LT(view.scene().x().low, 30);
    EXPECT_GT(view.scene().x().high, 30);
}

TEST_F(Plot, HidesAndShowsLinesAlone) {
    ASSERT_TRUE(view.show_visual(
        shared(series_of({line_of("a", {0, 1}, {0, 1}), line_of("b", {0, 1}, {0, 100})}))));
    EXPECT_GT(view.scene().y().high, 100);
    view.table()->topLevelItem(1)->setCheckState(0, Qt::Unchecked);
    EXPECT_FALSE(view.scene().lines()[1].visible);
    EXPECT_LT(view.scene().y().high, 2) << "the axis follows what is seen";
    EXPECT_EQ(pixels_of(view.canvas()->grab().toImage(), color(1)), 0);
    ASSERT_TRUE(view.show_visual(
        shared(series_of({line_of("a", {0, 2}, {0, 1}), line_of("b", {0, 2}, {0, 100})}))));
    EXPECT_FALSE(view.scene().lines()[1].visible) << "stays hidden with the next item";
    view.solo(1);
    EXPECT_FALSE(view.scene().lines()[0].visible);
    EXPECT_TRUE(view.scene().lines()[1].visible);
    view.solo(1);
    EXPECT_TRUE(view.scene().lines()[0].visible) << "again: all";
    EXPECT_EQ(view.table()->topLevelItem(0)->checkState(0), Qt::Checked);
}

TEST_F(Plot, ZoomsAndPans) {
    ASSERT_TRUE(
        view.show_visual(shared(series_of({line_of("a", 1001, [](double x) { return x * x; })}))));
    show();
    const auto wheel = [&](QPointF at, Qt::KeyboardModifiers modifiers) {
        QWheelEvent event(at, view.canvas()->mapToGlobal(at), {}, {0, 120}, Qt::NoButton, modifiers,
                          Qt::NoScrollPhase, false);
        QApplication::sendEvent(view.canvas(), &event);
    };
    const QPointF about = place(250, 1e5);
    const auto whole = view.scene().x();
    view.canvas()->set_wheel_needs_focus(true);
    view.canvas()->clearFocus();
    wheel(about, Qt::NoModifier);
    EXPECT_EQ(view.scene().x(), whole) << "the page scrolls";
    view.canvas()->set_wheel_needs_focus(false);
    view.canvas()->setFocus();
    wheel(about, Qt::NoModifier);
    EXPECT_NEAR(view.scene().x().high - view.scene().x().low, 1020 / 1.2, 1);
    EXPECT_NEAR(place(250, 0).x(), about.x(), 1.5) << "about the pointer";
    EXPECT_TRUE(view.scene().follows_y());
    EXPECT_NEAR(view.scene().y().high, 1.05 * std::pow(std::floor(view.scene().x().high), 2), 1e5);
    const auto x = view.scene().x();
    const auto y = view.scene().y();
    wheel(about, Qt::ControlModifier);
    EXPECT_EQ(view.scene().x(), x);
    EXPECT_FALSE(view.scene().follows_y());
    EXPECT_NEAR(view.scene().y().high - view.scene().y().low, (y.high - y.low) / 1.2, 1);
    press(Qt::Key_Home);
    EXPECT_NEAR(view.scene().x().high, 1010, 1);
    EXPECT_TRUE(view.scene().follows_y());
    press(Qt::Key_Right);
    EXPECT_NEAR(view.scene().x().low, -10 + 102, 1);
    press(Qt::Key_Home);
    QTest::mousePress(view.canvas(), Qt::RightButton, {}, place(100, 9e5).toPoint());
    QTest::mouseMove(view.canvas(), place(300, 1e5).toPoint());
    QTest::mouseRelease(view.canvas(), Qt::RightButton, {}, place(300, 1e5).toPoint());
    EXPECT_NEAR(view.scene().x().low, 100, 2);
    EXPECT_NEAR(view.scene().x().high, 300, 2);
    EXPECT_NEAR(view.scene().y().low, 1e5, 4000);
    EXPECT_NEAR(view.scene().y().high, 9e5, 4000);
    press(Qt::Key_A);
    EXPECT_LT(view.scene().y().high, 1e5);
    for (int i = 0; i < 40; ++i) view.canvas()->zoom(10, true, true);
    EXPECT_LT(view.scene().x().low, view.scene().x().high) << "ends where doubles do";
    EXPECT_FALSE(view.grab().isNull());
    for (int i = 0; i < 400; ++i) view.canvas()->zoom(0.1, true, true);
    EXPECT_TRUE(std::isfinite(view.scene().x().high - view.scene().x().low));
    EXPECT_FALSE(view.grab().isNull());
}

TEST_F(Plot, FiguresAreOfWhatIsSeen) {
    ASSERT_TRUE(view.show_visual(shared(series_of({line_of("a", {0, 1, 2, 3}, {8, 2, 4, kNan})}))));
    EXPECT_EQ(told(0, PlotTable::Least), "2");
    EXPECT_EQ(told(0, PlotTable::Most), "8");
    EXPECT_EQ(told(0, PlotTable::Mean), "4.66667");
    EXPECT_EQ(told(0, PlotTable::Last), "4");
    EXPECT_EQ(told(0, PlotTable::Count), "3");
    view.set_x_range(0.5, 2.5);
    EXPECT_EQ(told(0, PlotTable::Most), "4");
    EXPECT_EQ(told(0, PlotTable::Mean), "3");
    view.set_x_range(5, 6);
    EXPECT_EQ(told(0, PlotTable::Mean), "");
    EXPECT_EQ(told(0, PlotTable::Count), "0");
}

}  // namespace
}  // namespace millrace::tests
