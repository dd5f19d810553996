#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "image_support.hpp"
#include "viewers/image/statistics.hpp"

namespace millrace::tests {
namespace {

using viewers::ChannelStatistics;
using viewers::PixelSource;
using viewers::Statistics;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinite = std::numeric_limits<float>::infinity();

Statistics whole(const visual::Raster& raster, int step = 1) {
    return viewers::statistics_of({.image = shared_raster(raster)},
                                  {0, 0, raster.width, raster.height}, step);
}

TEST(ImageStatistics, OfBytesByHand) {
    // 1 2 3 4 and 10 10 30 50.
    const auto found = whole(bytes_raster(2, 2, 2, {1, 10, 2, 10, 3, 30, 4, 50}));
    ASSERT_EQ(found.channels.size(), 2U);
    const ChannelStatistics& first = found.channels[0];
    EXPECT_EQ(first.count, 4U);
    EXPECT_EQ(first.min, 1);
    EXPECT_EQ(first.max, 4);
    EXPECT_DOUBLE_EQ(first.mean, 2.5);
    EXPECT_DOUBLE_EQ(first.median, 2.5);
    EXPECT_DOUBLE_EQ(first.deviation, std::sqrt(1.25));
    const ChannelStatistics& second = found.channels[1];
    EXPECT_DOUBLE_EQ(second.mean, 25);
    EXPECT_DOUBLE_EQ(second.median, 20);
    EXPECT_DOUBLE_EQ(second.deviation, std::sqrt((225.0 + 225 + 25 + 625) / 4));
    ASSERT_EQ(second.counts.size(), 256U);
    EXPECT_EQ(second.counts[10], 2U);
    EXPECT_EQ(second.counts[30], 1U);
    EXPECT_EQ(second.counts[31], 0U);
}

TEST(ImageStatistics, OfWordsAreExact) {
    const auto found = whole(words_raster(3, 1, 1, {0, 54'321, 65'535})).channels[0];
    EXPECT_EQ(found.max, 65'535);
    EXPECT_EQ(found.median, 54'321);
    EXPECT_DOUBLE_EQ(found.mean, (54'321 + 65'535) / 3.0);
}

TEST(ImageStatistics, OfFloatsLeaveOutWhatIsNotFinite) {
    const auto found =
        whole(floats_raster(7, 1, 1, {-1.5F, kNan, 2.5F, kInfinite, -kInfinite, 0.0F, -8.0F}))
            .channels[0];
    EXPECT_EQ(found.count, 4U);
    EXPECT_EQ(found.nan, 1U);
    EXPECT_EQ(found.infinite, 2U);
    EXPECT_EQ(found.min, -8);
    EXPECT_EQ(found.max, 2.5);
    EXPECT_DOUBLE_EQ(found.mean, -1.75);
    EXPECT_DOUBLE_EQ(found.median, -0.75);
    std::uint64_t counted = 0;
    for (const auto count : found.counts) counted += count;
    EXPECT_EQ(counted, 4U);
    const auto nothing = whole(floats_raster(2, 1, 1, {kNan, kInfinite})).channels[0];
    EXPECT_EQ(nothing.count, 0U);
    EXPECT_TRUE(nothing.counts.empty());
}

TEST(ImageStatistics, MedianOfMany) {
    std::vector<float> values;
    for (int i = 0; i < 1001; ++i) values.push_back(static_cast<float>((i * 37) % 1001) / 7);
    EXPECT_FLOAT_EQ(static_cast<float>(whole(floats_raster(1001, 1, 1, values)).channels[0].median),
                    500.0F / 7);
}

TEST(ImageStatistics, LooksAtTheRegionAlone) {
    std::vector<std::uint8_t> values(100, 7);
    for (int y = 2; y < 4; ++y)
        for (int x = 5; x < 8; ++x) values[static_cast<std::size_t>(y * 10 + x)] = 200;
    const auto found = viewers::statistics_of(
        {.image = shared_raster(bytes_raster(10, 10, 1, values))}, {5, 2, 3, 2}, 1);
    EXPECT_EQ(found.channels[0].count, 6U);
    EXPECT_EQ(found.channels[0].min, 200);
}

TEST(ImageStatistics, StepSkipsPixelsAndBoundsTheWork) {
    EXPECT_EQ(whole(plain(9, 9, {5}), 4).channels[0].count, 9U);
    EXPECT_EQ(viewers::quick_step({1920, 1080}, 3), 1);
    const int step = viewers::quick_step({30'000, 30'000}, 3);
    EXPECT_LE(30'000.0 / step * 30'000 / step * 3, 24e6);
}

TEST(ImageStatistics, StopsWhenItIsAsked) {
    std::stop_source stop;
    stop.request_stop();
    EXPECT_TRUE(viewers::statistics_of({.image = shared_raster(plain(4, 4, {1}))}, {0, 0, 4, 4}, 1,
                                       stop.get_token())
                    .channels.empty());
}

TEST(ImageStatistics, TextForSpreadsheets) {
    const auto text = viewers::table_text(whole(bytes_raster(2, 1, 3, {1, 2, 3, 3, 2, 1})),
                                          visual::Raster::Depth::U8);
    const QStringList lines = text.split('\n');
    ASSERT_EQ(lines.size(), 4);
    EXPECT_EQ(lines[1], "R\t2\t1\t3\t2\t1\t2\t0\t0");
}

TEST(ImageAverage, BlocksByHand) {
    // 5 × 3: a whole block, one cut at the right, two cut below.
    const auto source = PixelSource{.image = shared_raster(bytes_raster(5, 3, 1,
                                                                        {0, 2, 4, 6, 100,  //
                                                                         4, 6, 8, 10, 50,  //
                                                                         1, 3, 5, 7, 9}))};
    const auto block = viewers::averaged(source, {0, 0, 5, 3}, 2, {});
    EXPECT_EQ(block.width, 3);
    EXPECT_EQ(block.height, 2);
    EXPECT_EQ(block.values, (std::vector<float>{3, 7, 75, 2, 6, 9}));
}

TEST(ImageAverage, LeavesOutWhatIsNotFiniteUnlessThereIsNothingElse) {
    const auto source =
        PixelSource{.image = shared_raster(floats_raster(4, 2, 1,
                                                         {1, kNan, kNan, kNan,  //
                                                          kInfinite, 3, kNan, kNan}))};
    const auto block = viewers::averaged(source, {0, 0, 4, 2}, 2, {});
    ASSERT_EQ(block.values.size(), 2U);
    EXPECT_EQ(block.values[0], 2);
    EXPECT_TRUE(std::isnan(block.values[1]));
}

TEST(ImageAverage, TransparentColoursDontBleed) {
    const auto source =
        PixelSource{.image = shared_raster(bytes_raster(2, 1, 4, {200, 0, 0, 255, 0, 200, 0, 0}))};
    const auto block = viewers::averaged(source, {0, 0, 2, 1}, 2, {0, 4});
    EXPECT_NEAR(block.values[0], 200, 0.01);
    EXPECT_NEAR(block.values[1], 0, 0.01);
    EXPECT_NEAR(block.values[3], 127.5, 0.01);
}

}  // namespace
}  // namespace millrace::tests
