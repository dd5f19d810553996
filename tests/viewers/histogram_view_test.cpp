// The histogram's view: bars, readout, odd ranges.
#include <QApplication>
#include <QSignalSpy>
#include <QTest>
#include <limits>

#include <gtest/gtest.h>

#include "tests/viewers/activate.hpp"
#include "tests/viewers/plot_support.hpp"
#include "viewers/plot/histogram_view.hpp"
#include "viewers/theme.hpp"

namespace millrace::tests {
namespace {

using viewers::HistogramView;
using viewers::PlotLook;
using viewers::Selection;

constexpr double kInf = std::numeric_limits<double>::infinity();

class Histogram : public ::testing::Test {
protected:
    Histogram() {
        viewers::apply_theme(*qApp, viewers::Theme::Light);
        view.resize(700, 400);
    }
    static viewers::Viewer::Shared made(double min, double max, std::vector<std::uint64_t> counts) {
        return shared(visual::Histogram{
            .title = "depth", .unit = "m", .min = min, .max = max, .counts = std::move(counts)});
    }
    /// Height of the bar at `share` of the width, in pixels of the bars' colour.
    int height_at(double share) {
        const QImage image = view.grab().toImage();
        const QRectF area = view.layout_now().area;
        const int x = static_cast<int>(area.left() + share * area.width());
        return pixels_of(
            image, PlotLook::from(view.palette(), view.font()).color(0),
            QRect(x, static_cast<int>(area.top()), 1, static_cast<int>(area.height())));
    }
    HistogramView view;
};

TEST_F(Histogram, BarsAreAsHighAsTheirCounts) {
    ASSERT_TRUE(view.show_visual(made(0, 4, {10, 0, 100, 50})));
    const int full = height_at(0.625);
    EXPECT_GT(full, 200);
    EXPECT_NEAR(height_at(0.875), full / 2.0, 3);
    EXPECT_NEAR(height_at(0.125), full / 10.0, 3);
    EXPECT_EQ(height_at(0.375), 0);
    view.set_log_counts(true);
    EXPECT_GT(height_at(0.125), full / 3) << "a tenth is seen well on a logarithmic axis";
    EXPECT_EQ(height_at(0.375), 0);
    view.set_log_counts(false);
    view.set_cumulative(true);
    EXPECT_NEAR(height_at(0.375) / static_cast<double>(height_at(0.875)), 10.0 / 160, 0.02);
}

TEST_F(Histogram, ReadsTheBinUnderThePointer) {
    ASSERT_TRUE(view.show_visual(made(0, 4, {2, 0, 4, 2})));
    view.show();
    ASSERT_TRUE(millrace::tests::activate(view));
    view.setFocus();
    view.choose(2);
    QTest::keyClick(&view, Qt::Key_Right);
    EXPECT_EQ(view.chosen(), std::optional<std::size_t>(3));
    QTest::keyClick(&view, Qt::Key_Right);
    EXPECT_EQ(view.chosen(), std::optional<std::size_t>(3)) << "the last";
    view.choose({});
    QSignalSpy hovered(&view, &viewers::Viewer::hovered);
    const QRectF area = view.layout_now().area;
    QTest::mouseMove(&view, QPointF(area.left() + area.width() * 0.6, area.center().y()).toPoint());
    ASSERT_TRUE(QTest::qWaitFor([&] { return view.chosen().has_value(); }));
    EXPECT_EQ(view.chosen(), std::optional<std::size_t>(2));
    for (const char* part : {"2 to 3 m", "count 4", "share 50 %", "0.25 to 0.75"})
        EXPECT_TRUE(view.status().contains(part)) << part << ": " << view.status().toStdString();
    ASSERT_EQ(hovered.size(), 1);
    EXPECT_EQ(hovered[0][0].value<std::optional<Selection>>()->index, 2);
    view.mark(Selection{.kind = Selection::Kind::Row, .frame = {}, .index = 1});
    EXPECT_EQ(view.chosen(), std::optional<std::size_t>(1));
    view.mark({});
    EXPECT_EQ(view.chosen(), std::nullopt);
}

TEST_F(Histogram, OddRangesAndCountsAreTold) {
    ASSERT_TRUE(view.show_visual(made(0, 1, {0, 0, 0})));
    EXPECT_TRUE(view.notes().join(" ").contains("0")) << view.notes().join(" ").toStdString();
    EXPECT_EQ(height_at(0.5), 0);
    for (const auto& [min, max] : std::vector<std::pair<double, double>>{
             {-kInf, kInf}, {0, std::nan("")}, {2, 1}, {-1.7e308, 1.7e308}, {3, 3}}) {
        ASSERT_TRUE(view.show_visual(made(min, max, {5, 10})));
        EXPECT_TRUE(view.notes().join(" ").contains("by number")) << min << " " << max;
        EXPECT_GT(height_at(0.75), 100) << min << " " << max;
        view.choose(1);
        EXPECT_FALSE(view.grab().isNull());
        view.choose({});
    }
    ASSERT_TRUE(view.show_visual(made(0, 1, {})));
    EXPECT_FALSE(view.grab().isNull());
    ASSERT_TRUE(view.show_visual(made(0, 1, {~0ULL, ~0ULL})));
    EXPECT_GT(height_at(0.25), 100);
    EXPECT_FALSE(view.show_visual(shared(visual::Series{})));
    EXPECT_EQ(view.bins().size(), 2U) << "the old item stays";
}

TEST_F(Histogram, ManyBinsKeepTheirPeaks) {
    std::vector<std::uint64_t> counts(100'000, 1);
    counts[50'000] = 1000;
    ASSERT_TRUE(view.show_visual(made(0, 1, counts)));
    int most = 0;
    for (int by = -2; by <= 2; ++by) {
        const double share = view.range().share(0.500005);
        most = std::max(most, height_at(share + by / view.layout_now().area.width()));
    }
    EXPECT_GT(most, 200);
}

TEST_F(Histogram, TheChosenBinLiesOverTheSamePicture) {
    ASSERT_TRUE(view.show_visual(made(0, 4, {2, 0, 4, 2})));
    view.grab();
    const int drawings = view.drawings();
    view.choose(1);
    view.grab();
    EXPECT_EQ(view.drawings(), drawings);
    view.set_log_counts(true);
    view.grab();
    EXPECT_EQ(view.drawings(), drawings + 1);
}

TEST_F(Histogram, WritesItsCounts) {
    ASSERT_TRUE(view.show_visual(made(0, 1, {3, 4})));
    EXPECT_EQ(view.csv().toStdString(), "from,to,count\r\n0,0.5,3\r\n0.5,1,4\r\n");
    ASSERT_TRUE(view.show_visual(made(1, 1, {3})));
    EXPECT_EQ(view.csv().toStdString(), "bin,count\r\n0,3\r\n");
}

}  // namespace
}  // namespace millrace::tests
