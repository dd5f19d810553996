// What plots compute: ticks, averages, extremes, quantiles. Values worked out by hand.
#include <algorithm>
#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "tests/viewers/plot_support.hpp"
#include "viewers/plot/histogram_bins.hpp"

namespace millrace::tests {
namespace {

using viewers::Curve;
using viewers::HistogramBins;
using viewers::plot_ticks;
using viewers::PlotScale;
using viewers::round_values;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();

std::vector<std::string> texts(const viewers::PlotTicks& ticks) {
    std::vector<std::string> all;
    for (const auto& tick : ticks.ticks) {
        if (!tick.text.isEmpty()) all.push_back(tick.text.toStdString());
    }
    return all;
}

using Texts = std::vector<std::string>;
using Values = std::vector<double>;

TEST(PlotTicks, AreOneTwoFive) {
    EXPECT_EQ(round_values(0, 1, 5), (Values{0, 0.2, 0.4, 0.6, 0.8, 1}));
    EXPECT_EQ(round_values(0, 1, 10), (Values{0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1}));
    EXPECT_EQ(round_values(-3, 12, 4), (Values{0, 5, 10}));
    EXPECT_EQ(round_values(0, 99'999, 5), (Values{0, 20'000, 40'000, 60'000, 80'000}));
    EXPECT_EQ(round_values(12, -3, 4), (Values{10, 5, 0})) << "falling as the range is";
    EXPECT_EQ(round_values(4, 4, 5), (Values{4}));
}

TEST(PlotTicks, TextsAreShortAndTheirDigitsTell) {
    EXPECT_EQ(texts(plot_ticks({0, 1}, 5)), (Texts{"0", "0.2", "0.4", "0.6", "0.8", "1.0"}));
    EXPECT_EQ(texts(plot_ticks({0, 99'999}, 5)), (Texts{"0", "20k", "40k", "60k", "80k"}));
    EXPECT_EQ(texts(plot_ticks({0, 3e6}, 3)), (Texts{"0", "1M", "2M", "3M"}));
    EXPECT_EQ(texts(plot_ticks({-1, 1}, 2)), (Texts{"−1", "0", "1"}));
    EXPECT_EQ(texts(plot_ticks({0, 4e-5}, 4)), (Texts{"0", "1e−5", "2e−5", "3e−5", "4e−5"}));
    EXPECT_EQ(texts(plot_ticks({0, 3e20}, 3)), (Texts{"0", "1e20", "2e20", "3e20"}));
}

TEST(PlotTicks, TinyRangesFarFromZeroHaveAnOffset) {
    const auto ticks = plot_ticks({1e9, 1e9 + 1e-3}, 5);
    ASSERT_GE(ticks.ticks.size(), 5U);
    EXPECT_EQ(ticks.offset.toStdString(), "+ 1000000000");
    EXPECT_EQ(texts(ticks).at(1), "0.0002");
    EXPECT_NEAR(ticks.ticks[1].axis - 1e9, 0.0002, 2e-7) << "doubles there are 1.2e-7 apart";
    auto all = texts(ticks);
    EXPECT_EQ(std::ranges::unique(all).begin(), all.end()) << "no two texts are equal";
    EXPECT_TRUE(plot_ticks({1000, 1010}, 5).offset.isEmpty());
}

TEST(PlotTicks, LimitsOfDoublesNeitherHangNorCrash) {
    EXPECT_EQ(round_values(0, 5e-324, 5), (Values{0, 5e-324}));
    EXPECT_LE(round_values(1e-310, 2e-310, 5).size(), 12U);
    EXPECT_EQ(round_values(1, std::nextafter(1, 2), 5), (Values{1, std::nextafter(1, 2)}));
    EXPECT_TRUE(round_values(0, kInf, 5).empty());
    EXPECT_TRUE(round_values(kNan, 1, 5).empty());
    const Values huge = round_values(-1.7e308, 1.7e308, 4);
    EXPECT_GE(huge.size(), 3U);
    EXPECT_TRUE(std::ranges::all_of(huge, [](double v) { return std::isfinite(v); }));
    EXPECT_TRUE(plot_ticks({-kInf, kInf}, 5).ticks.empty());
    EXPECT_LE(plot_ticks({0, 1}, 0).ticks.size(), 3U);
}

TEST(PlotTicks, LogarithmsHaveDecadesAndSmallTicks) {
    const auto ticks = plot_ticks({-2, 2, true}, 6);
    EXPECT_EQ(texts(ticks), (Texts{"0.01", "0.1", "1", "10", "100"}));
    EXPECT_EQ(std::ranges::count_if(ticks.ticks, [](const auto& t) { return t.text.isEmpty(); }),
              4 * 8);
    EXPECT_EQ(texts(plot_ticks({-7, -5, true}, 4)), (Texts{"10⁻⁷", "10⁻⁶", "10⁻⁵"}));
    const auto many = texts(plot_ticks({-12, 12, true}, 6));
    EXPECT_LE(many.size(), 7U);
    EXPECT_GE(many.size(), 4U);
    // Between two decades, round values.
    const auto inside = plot_ticks({std::log10(20), std::log10(80), true}, 6);
    EXPECT_EQ(texts(inside), (Texts{"20", "30", "40", "50", "60", "70", "80"}));
    EXPECT_NEAR(inside.ticks[1].axis, std::log10(30), 1e-12);
}

TEST(PlotRanges, BecomeUsable) {
    EXPECT_EQ(viewers::usable({3, 1}), (PlotScale{1, 3}));
    EXPECT_EQ(viewers::usable({5, 5}), (PlotScale{4.5, 5.5}));
    EXPECT_EQ(viewers::usable({0, 0}), (PlotScale{-1, 1}));
    EXPECT_EQ(viewers::usable({kNan, 1}), (PlotScale{0, 1}));
    const PlotScale all = viewers::usable({-kInf, kInf});
    EXPECT_TRUE(std::isfinite(all.high - all.low));
    EXPECT_EQ(viewers::usable({2, 2, true}), (PlotScale{1.5, 2.5, true}));
}

TEST(PlotNumbers, AverageIsCorrectedAtItsStart) {
    // w 0.5: s1 = 1, whole 0.5 -> 2; s2 = 0.5 + 2 = 2.5, whole 0.75 -> 10/3; s3 = 1.25 + 3, whole
    // 0.875.
    const Values made = viewers::smoothed(Values{2, 4, 6}, 0.5);
    EXPECT_DOUBLE_EQ(made[0], 2);
    EXPECT_DOUBLE_EQ(made[1], 10.0 / 3);
    EXPECT_DOUBLE_EQ(made[2], 4.25 / 0.875);
    EXPECT_EQ(viewers::smoothed(Values{2, 4, 6}, 0), (Values{2, 4, 6}));
    const Values gap = viewers::smoothed(Values{2, kNan, kInf, 4}, 0.5);
    EXPECT_TRUE(std::isnan(gap[1]));
    EXPECT_EQ(gap[2], kInf);
    EXPECT_DOUBLE_EQ(gap[3], 10.0 / 3) << "what isn't finite counts for nothing";
    for (const double value : viewers::smoothed(Values(1000, 7.0), 0.999))
        EXPECT_NEAR(value, 7, 1e-9);
}

TEST(PlotNumbers, ExtremesOfAnyRangeAreExact) {
    std::vector<double> values;
    for (int i = 0; i < 5000; ++i)
        values.push_back(i % 97 == 3 ? kNan : std::sin(i * 1.7) * (i % 501));
    const viewers::ValuePyramid pyramid(values);
    for (const auto& [first, last] : std::vector<std::pair<std::size_t, std::size_t>>{
             {0, 5000}, {0, 1}, {3, 4}, {15, 17}, {16, 32}, {1, 4999}, {255, 257}, {700, 700}}) {
        double least = kInf, most = -kInf, sum = 0;
        std::uint64_t count = 0;
        for (std::size_t i = first; i < last; ++i) {
            if (std::isnan(values[i])) continue;
            least = std::min(least, values[i]), most = std::max(most, values[i]);
            sum += values[i], ++count;
        }
        const auto found = pyramid.summary(first, last);
        ASSERT_EQ(found.count, count) << first << " " << last;
        if (count == 0) continue;
        EXPECT_EQ(found.min, least);
        EXPECT_EQ(found.max, most);
        EXPECT_NEAR(found.sum, sum, 1e-6);
    }
    const auto before = pyramid.visits();
    pyramid.summary(1, 4999);
    EXPECT_LT(pyramid.visits() - before, 130U) << "blocks, not samples";
}

TEST(PlotNumbers, LinesArePutInOrderAndKeepTheirPlaces) {
    const auto item = shared(series_of({line_of("a", {3, 1, kNan, 2}, {30, 10, 0, 20})}));
    const Curve curve(item, std::get<visual::Series>(*item).lines[0]);
    ASSERT_EQ(curve.size(), 3U);
    EXPECT_FALSE(curve.was_in_order());
    EXPECT_EQ(curve.without_x(), 1U);
    EXPECT_EQ(curve.x(0), 1);
    EXPECT_EQ(curve.y(2), 30);
    EXPECT_EQ(curve.index(2), 0U);
    EXPECT_EQ(curve.place_of(3), std::optional<std::size_t>(1));
    EXPECT_EQ(curve.place_of(2), std::nullopt) << "has no x";
    EXPECT_EQ(curve.place_of(9), std::nullopt);
}

TEST(PlotNumbers, NearestSampleIsNearestOnTheAxis) {
    const auto item = shared(series_of({line_of("a", {1, 10, 100}, {1, 2, 3})}));
    const Curve curve(item, std::get<visual::Series>(*item).lines[0]);
    EXPECT_EQ(curve.nearest({0, 100}, 54), std::optional<std::size_t>(1));
    EXPECT_EQ(curve.nearest({0, 100}, 56), std::optional<std::size_t>(2));
    EXPECT_EQ(curve.nearest({0, 2, true}, std::log10(40)), std::optional<std::size_t>(2))
        << "32 is the middle of a decade";
    EXPECT_EQ(curve.nearest({0, 100}, -1e9), std::optional<std::size_t>(0));
    EXPECT_EQ(curve.nearest({0, 100}, kNan), std::nullopt);
    EXPECT_EQ(curve.next_x(10, 1), std::optional<double>(100));
    EXPECT_EQ(curve.next_x(10, -1), std::optional<double>(1));
    EXPECT_EQ(curve.next_x(100, 1), std::nullopt);
}

TEST(PlotNumbers, NanPartsALineAndALoneSampleIsADot) {
    const auto item =
        shared(series_of({line_of("a", {0, 1, 2, 3, 4, 5, 6}, {1, 1, kNan, 1, kNan, 1, 1})}));
    Curve curve(item, std::get<visual::Series>(*item).lines[0]);
    curve.prepare(0, false);
    const auto path = curve.path({0, 6}, {0, 2}, QRectF(0, 0, 60, 20), 60, false);
    ASSERT_EQ(path.lines.size(), 2U);
    EXPECT_EQ(path.lines[0], QPolygonF({QPointF(0, 10), QPointF(10, 10)}));
    ASSERT_EQ(path.dots.size(), 1U);
    EXPECT_EQ(path.dots[0], QPointF(30, 10));
}

TEST(PlotNumbers, ALongLineKeepsItsSpikesAndGaps) {
    auto line = line_of("a", 1'000'000, [](double) { return 0; });
    line.y[123'456] = 5;
    for (std::size_t i = 500'000; i < 600'000; ++i) line.y[i] = kNan;
    const auto item = shared(series_of({line}));
    Curve curve(item, std::get<visual::Series>(*item).lines[0]);
    curve.prepare(0, false);
    const auto path = curve.path({0, 999'999}, {0, 5}, QRectF(0, 0, 1000, 100), 1000, false);
    ASSERT_EQ(path.lines.size(), 2U) << "parted by the gap";
    const auto top = std::ranges::min_element(path.lines[0], {}, [](QPointF p) { return p.y(); });
    EXPECT_DOUBLE_EQ(top->y(), 0);
    EXPECT_NEAR(top->x(), 123.456, 1);
    EXPECT_LE(path.lines[0].size() + path.lines[1].size(), 4 * 1000);
    EXPECT_NEAR(path.lines[0].back().x(), 500, 1.5);
    EXPECT_NEAR(path.lines[1].front().x(), 600, 1.5);
}

visual::Histogram histogram(double min, double max, std::vector<std::uint64_t> counts) {
    return {.title = "h", .unit = "m", .min = min, .max = max, .counts = std::move(counts)};
}

TEST(PlotNumbers, HistogramQuantiles) {
    const HistogramBins bins(histogram(0, 4, {2, 0, 4, 2}));
    EXPECT_EQ(bins.total(), 8);
    EXPECT_EQ(bins.edge(1), 1);
    EXPECT_EQ(bins.edge(4), 4);
    EXPECT_DOUBLE_EQ(bins.share(2), 0.5);
    EXPECT_DOUBLE_EQ(bins.share_below(3), 0.75);
    EXPECT_DOUBLE_EQ(*bins.quantile(0.5), 2.5) << "2 of the 4 in the bin from 2 to 3";
    EXPECT_DOUBLE_EQ(*bins.quantile(0), 0);
    EXPECT_DOUBLE_EQ(*bins.quantile(1), 4);
    EXPECT_DOUBLE_EQ(*bins.mean(), (2 * 0.5 + 4 * 2.5 + 2 * 3.5) / 8);
    EXPECT_EQ(bins.quantile(kNan), std::nullopt);
    EXPECT_EQ(bins.bin_at(4), std::optional<std::size_t>(3)) << "the last bin has its upper end";
    EXPECT_EQ(bins.bin_at(4.1), std::nullopt);
    EXPECT_DOUBLE_EQ(*HistogramBins(histogram(0, 4, {0, 0, 1, 0})).quantile(0), 2);
}

TEST(PlotNumbers, HistogramsThatContradictThemselves) {
    const HistogramBins zero(histogram(0, 1, {0, 0, 0}));
    EXPECT_EQ(zero.quantile(0.5), std::nullopt);
    EXPECT_EQ(zero.mean(), std::nullopt);
    EXPECT_EQ(zero.share(1), 0);
    EXPECT_FALSE(HistogramBins(histogram(1, 1, {5})).has_edges());
    EXPECT_FALSE(HistogramBins(histogram(2, 1, {5})).has_edges());
    EXPECT_FALSE(HistogramBins(histogram(-kInf, 1, {5})).has_edges());
    EXPECT_FALSE(HistogramBins(histogram(0, kNan, {5})).has_edges());
    EXPECT_FALSE(HistogramBins(histogram(-1.7e308, 1.7e308, {5, 5})).has_edges());
    EXPECT_EQ(HistogramBins(histogram(0, 1, {})).bin_at(0.5), std::nullopt);
    const HistogramBins most(histogram(0, 2, {~0ULL, ~0ULL}));
    EXPECT_DOUBLE_EQ(most.share(0), 0.5) << "counts don't overflow";
}

}  // namespace
}  // namespace millrace::tests
