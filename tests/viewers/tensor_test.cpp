// The tensor viewer: what is told, which pixels have which colour, where NaN are found, and how
// keys and pickers move through the slices.
#include <QComboBox>
#include <QLineEdit>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTest>
// The parts of Qt Test for widgets come only with these, whatever the order of other headers.
#include <QtTest/qtest_widgets.h>
#include <QtTest/qtestkeyboard.h>
#include <QtTest/qtestmouse.h>

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "tests/viewers/activate.hpp"
#include "tests/viewers/tensor_support.hpp"
#include "viewers/registry.hpp"
#include "viewers/tensor/axis_picker.hpp"
#include "viewers/tensor/heat_map.hpp"
#include "viewers/tensor/tensor_panel.hpp"
#include "viewers/tensor/tensor_view.hpp"

namespace millrace::tests {
namespace {

using viewers::Cell;
using viewers::Index;
using viewers::Selection;
using viewers::TensorRange;
using viewers::TensorView;
using Role = viewers::TensorLayout::Role;

constexpr float kInfinity = std::numeric_limits<float>::infinity();

bool settle(TensorView& view) {
    return QTest::qWaitFor([&view] { return view.settled(); }, 20'000);
}

/// A shown view with the tensor, all counted.
std::unique_ptr<TensorView> view_of(visual::TensorBlock block, QSize size = {900, 600}) {
    auto view = std::make_unique<TensorView>();
    view->resize(size);
    view->show();
    view->setFocus();
    EXPECT_TRUE(millrace::tests::activate(*view));
    EXPECT_TRUE(view->show_visual(shared(std::move(block))));
    QCoreApplication::processEvents();
    EXPECT_TRUE(settle(*view));
    return view;
}

Selection element(qint64 index) {
    return {.kind = Selection::Kind::Element, .frame = {}, .index = index};
}

Index marked(const TensorView& view) {
    const auto& cell = view.map()->marked();
    return cell ? view.map()->planes().index(*cell) : Index{-1};
}

QRgb pixel(viewers::HeatMap& map, const Cell& cell, QPointF inside = {0.5, 0.5}) {
    const QRectF area = map.area_of(cell);
    return map.grab().toImage().pixel(
        (area.topLeft() + QPointF(area.width() * inside.x(), area.height() * inside.y()))
            .toPoint());
}

TEST(TensorView, TellsWhatItShows) {
    visual::TensorBlock block =
        tensor({2, 2, 3}, std::vector<float>{1, 2, NAN, 4, kInfinity, 6, 0, 0, 0, 0, 0, -1});
    block.name = "layer.weight";
    const auto view = view_of(std::move(block));
    for (const char* part :
         {"layer.weight", "F32", "2 × 2 × 3", "[:, :, :]", "2 tiles of 2 × 3", "2 NaN or infinite"})
        EXPECT_TRUE(view->facts().contains(part)) << part << ": " << view->facts().toStdString();
    EXPECT_EQ(view->panel()->statistic("count", 0), "12");
    EXPECT_EQ(view->panel()->statistic("min", 0), "-1");
    EXPECT_EQ(view->panel()->statistic("max", 1), "6");
    EXPECT_EQ(view->panel()->statistic("mean", 0), "1.2");
    EXPECT_EQ(view->panel()->statistic("zeros", 0), "5 (41.7 %)");
    EXPECT_EQ(view->panel()->statistic("+∞", 1), "1 (8.33 %)");
}

TEST(TensorView, LargeIntegersAreExact) {
    const auto view = view_of(
        tensor({1, 2}, std::vector<std::int64_t>{9007199254740993, -9007199254740993}, "I64"));
    EXPECT_EQ(view->panel()->statistic("max", 0), "9007199254740993");
    view->reveal(element(1));
    EXPECT_EQ(view->status(), "[0, 1] = -9007199254740993");
}

TEST(TensorView, EveryRankAndEmptyOnesAreShown) {
    for (const Index& shape : std::vector<Index>{{},
                                                 {1},
                                                 {5},
                                                 {2, 3},
                                                 {4, 2, 3},
                                                 {3, 4, 2, 3},
                                                 {2, 3, 4, 2, 3},
                                                 {2, 1, 3, 4, 2, 3},
                                                 {0},
                                                 {0, 3},
                                                 {3, 0, 2},
                                                 {1, 1, 1}}) {
        const auto view = view_of(counting(shape));
        EXPECT_EQ(view->map()->planes().cells() == 0, *visual::count_of(shape) == 0);
        EXPECT_EQ(view->map()->isVisible(), *visual::count_of(shape) > 0);
        EXPECT_FALSE(view->next_bad());
        for (const char* keys : {"n", "t", "x", "y", "m", "r", "l", "f", "]", "["})
            QTest::keyClicks(view.get(), keys);
        view->go_to_extreme(true);
        ASSERT_TRUE(settle(*view));
        view->grab();
    }
}

TEST(TensorView, ContradictingTensorsAreRefused) {
    TensorView view;
    EXPECT_FALSE(view.next_bad());
    EXPECT_FALSE(view.jump("0"));
    visual::TensorBlock wrong = counting({2, 3});
    wrong.shape = {2, 1000};
    EXPECT_FALSE(view.show_visual(shared(wrong)));
    EXPECT_FALSE(view.status().isEmpty());
    wrong.shape = {2, -3};
    EXPECT_FALSE(view.show_visual(shared(wrong)));
    EXPECT_FALSE(view.show_visual(nullptr));
    viewers::Registry registry;
    viewers::add_viewers(registry);
    EXPECT_FALSE(registry.viewers_of(counting({1})).empty());
}

TEST(TensorView, CellsHaveTheColoursOfTheirNumbers) {
    const auto view =
        view_of(tensor({2, 2, 2}, std::vector<float>{-2, 2, 1, 0, NAN, kInfinity, -kInfinity, -1}));
    viewers::HeatMap& map = *view->map();
    const auto& colors = viewers::tensor_map(viewers::TensorMap::BlueRed);
    EXPECT_EQ(map.tone().range, std::pair(-2.0, 2.0));
    const QPointF corner(0.9, 0.1);  // beside the number in the cell
    EXPECT_EQ(pixel(map, {0, 0, 0}, corner), colors[0]);
    EXPECT_EQ(pixel(map, {0, 0, 1}, corner), colors[255]);
    EXPECT_EQ(pixel(map, {0, 1, 0}, corner), colors[191]);
    EXPECT_EQ(pixel(map, {0, 1, 1}, corner), colors[128]);
    EXPECT_EQ(pixel(map, {1, 0, 0}, corner), viewers::kNanColor);
    EXPECT_EQ(pixel(map, {1, 0, 1}, corner), viewers::kPositiveColor);
    EXPECT_EQ(pixel(map, {1, 1, 0}, corner), viewers::kNegativeColor);
    view->set_range(TensorRange::Tile);
    ASSERT_TRUE(settle(*view));
    EXPECT_EQ(pixel(map, {1, 1, 1}, corner), colors[0]);  // the only number of its tile
    view->set_ends(-1, 0);
    EXPECT_EQ(pixel(map, {0, 1, 1}, corner), colors[255]);
}

TEST(TensorView, OneNanInALargeMatrixIsSeenFromAfar) {
    std::vector<float> values(2048 * 2048, 1.0F);
    values[1033 * 2048 + 517] = NAN;
    const auto view = view_of(tensor({2048, 2048}, std::move(values)));
    ASSERT_LT(view->map()->zoom(), 0.5);
    view->map()->grab();  // asks for the reduced picture
    ASSERT_TRUE(settle(*view));
    const QImage picture = view->map()->grab().toImage();
    bool found = false;
    for (int y = 0; y < picture.height(); ++y)
        for (int x = 0; x < picture.width(); ++x)
            found = found || picture.pixel(x, y) == viewers::kNanColor;
    EXPECT_TRUE(found);
}

TEST(NanFinder, GoesThroughTheSlicesInOrder) {
    visual::TensorBlock block = counting({3, 2, 2, 2});
    auto& values = std::get<std::vector<float>>(block.values);
    values[1] = values[14] = NAN;
    values[22] = kInfinity;
    const auto view = view_of(std::move(block));
    QSignalSpy spy(view.get(), &viewers::Viewer::selected);
    for (const qint64 index : {1, 14, 22, 1}) {
        QTest::keyClick(view->map(), Qt::Key_N);
        ASSERT_FALSE(spy.empty());
        const auto selection = spy.back().at(0).value<Selection>();
        EXPECT_EQ(selection.kind, Selection::Kind::Element);
        EXPECT_EQ(selection.index, index);
        EXPECT_EQ(visual::place_of(marked(*view), {3, 2, 2, 2}), index);
        EXPECT_EQ(view->layout_of_axes().fixed[0], index / 8);
    }
    QTest::keyClick(view->map(), Qt::Key_N, Qt::ShiftModifier);
    EXPECT_EQ(spy.back().at(0).value<Selection>().index, 22);
    EXPECT_EQ(view->status(), "[2, 1, 1, 0] = +∞");
}

TEST(TensorView, PickersAndKeysMoveThroughTheSlices) {
    const auto view = view_of(counting({3, 4, 2, 5}));
    auto* axes = view->panel()->axes();
    EXPECT_EQ(view->map()->planes().tiles(), 4);
    axes->role(1)->setCurrentIndex(axes->role(1)->findData(static_cast<int>(Role::Fixed)));
    Q_EMIT axes->role(1)->activated(axes->role(1)->currentIndex());
    EXPECT_EQ(view->map()->planes().tiles(), 1);
    axes->index(1)->setValue(2);
    EXPECT_EQ(view->map()->planes().value({0, 1, 1}), 2 * 10 + 5 + 1);
    EXPECT_EQ(view->chosen_axis(), 1);
    QTest::keyClick(view->map(), Qt::Key_BracketRight);
    QTest::keyClick(view->map(), Qt::Key_BracketRight);  // stays at the end
    EXPECT_EQ(view->layout_of_axes().fixed, (Index{0, 3, 0, 0}));
    view->choose_axis(1);
    EXPECT_EQ(view->chosen_axis(), 0);
    QTest::keyClick(view->map(), Qt::Key_BracketRight);
    QTest::keyClick(view->map(), Qt::Key_BracketRight);
    QTest::keyClick(view->map(), Qt::Key_BracketLeft);
    EXPECT_EQ(view->layout_of_axes().fixed, (Index{1, 3, 0, 0}));
    EXPECT_EQ(axes->index(0)->value(), 1);
    QTest::keyClick(view->map(), Qt::Key_T);
    EXPECT_EQ(view->map()->planes().rows(), 5);
    // Another tensor of as many axes keeps the layout, as far as its indices go.
    ASSERT_TRUE(view->show_visual(shared(counting({2, 2, 2, 5}))));
    EXPECT_EQ(view->map()->planes().rows(), 5);
    EXPECT_EQ(view->layout_of_axes().fixed[0], 1);
    EXPECT_EQ(view->layout_of_axes().fixed[1], 0);
}

TEST(TensorView, RevealsAndMarksElements) {
    const auto view = view_of(counting({3, 2, 2, 5}));
    view->reveal(element(2 * 20 + 13));
    EXPECT_EQ(marked(*view), (Index{2, 1, 0, 3}));
    EXPECT_EQ(view->status(), "[2, 1, 0, 3] = 53");
    view->mark(element(0));  // of another slice
    EXPECT_EQ(marked(*view), Index{-1});
    view->mark(element(41));
    EXPECT_EQ(marked(*view), (Index{2, 0, 0, 1}));
    for (const qint64 index : {-1, 60, 1 << 30}) {
        view->mark(element(index));
        EXPECT_EQ(marked(*view), Index{-1});
        view->reveal(element(index));
        EXPECT_EQ(view->layout_of_axes().fixed[0], 2);
    }
    view->mark(std::nullopt);
    QTest::keyClick(view->map(), Qt::Key_Up, Qt::ControlModifier);
    EXPECT_EQ(marked(*view), (Index{2, 1, 1, 4}));
    QTest::keyClick(view->map(), Qt::Key_Down, Qt::ControlModifier);
    EXPECT_EQ(marked(*view), (Index{0, 0, 0, 0}));
    QTest::keyClick(view->map(), Qt::Key_Right);
    EXPECT_EQ(marked(*view), (Index{0, 0, 0, 1}));
}

TEST(TensorView, ThePointerTellsElements) {
    const auto view = view_of(counting({2, 3}));
    QSignalSpy picked(view.get(), &viewers::Viewer::selected);
    QTest::mouseClick(view->map(), Qt::LeftButton, {},
                      view->map()->area_of({0, 1, 1}).center().toPoint());
    ASSERT_EQ(picked.size(), 1);
    EXPECT_EQ(picked.back().at(0).value<Selection>().index, 4);
    EXPECT_EQ(view->status(), "[1, 1] = 4");
    view->map()->zoom_to(view->map()->zoom() * 1.7, QPointF(50, 60));
    const auto cell = view->map()->cell_at(view->map()->area_of({0, 1, 2}).center());
    EXPECT_EQ(cell, (Cell{0, 1, 2}));
}

TEST(TensorView, ATypedPlaceIsGoneTo) {
    const auto view = view_of(counting({3, 4, 2, 5}));
    QTest::keyClick(view->map(), Qt::Key_G, Qt::ControlModifier);
    ASSERT_TRUE(view->jump_line()->isVisible());
    view->jump_line()->setText("1,9,0,0");
    QTest::keyClick(view->jump_line(), Qt::Key_Return);
    EXPECT_TRUE(view->jump_line()->isVisible());
    EXPECT_TRUE(view->status().contains("Axis 1 has the indices 0 to 3"));
    view->jump_line()->setText("1,3,0,4");
    QTest::keyClick(view->jump_line(), Qt::Key_Return);
    EXPECT_FALSE(view->jump_line()->isVisible());
    EXPECT_EQ(marked(*view), (Index{1, 3, 0, 4}));
    EXPECT_TRUE(view->jump("2,3,:,:"));
    EXPECT_EQ(view->map()->planes().tiles(), 1);
    EXPECT_EQ(view->map()->planes().value({0, 0, 0}), 2 * 40 + 30);
}

TEST(TensorView, ABlockSaysWhatItDoesNotHold) {
    visual::TensorBlock block = counting({2, 2, 3});
    block.full_shape = {100, 2, 3};
    block.start = {10, 0, 0};
    block.whole = visual::TensorStatistics{.count = 600, .max_at = 599, .max = 7};
    TensorView view;
    view.resize(900, 600);
    view.show();
    ASSERT_TRUE(view.show_visual(shared(block)));
    QSignalSpy wanted(&view, &TensorView::slice_wanted);
    EXPECT_TRUE(view.facts().contains("loaded: [2 × 2 × 3] from [10, 0, 0]"));
    EXPECT_EQ(view.panel()->statistic("count", 1), "600");
    ASSERT_TRUE(view.jump("50,:,:"));
    EXPECT_FALSE(view.map()->isVisible());
    ASSERT_EQ(wanted.size(), 1);
    EXPECT_EQ(wanted[0][0].value<Index>(), (Index{50, 0, 0}));
    block.start = {50, 0, 0};
    ASSERT_TRUE(view.show_visual(shared(block)));  // what was asked for arrives
    EXPECT_TRUE(view.map()->isVisible());
    EXPECT_EQ(view.layout_of_axes().fixed[0], 50);
    view.go_to_extreme(true);
    EXPECT_EQ(wanted.back()[0].value<Index>(), (Index{99, 1, 2}));
}

}  // namespace
}  // namespace millrace::tests
