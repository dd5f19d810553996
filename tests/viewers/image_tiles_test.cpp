#include <time.h>
#include <cstdio>
#include <limits>

#include <gtest/gtest.h>

#include "image_support.hpp"

namespace millrace::tests {
namespace {

using viewers::ImageTiles;
using viewers::ImageView;

double thread_milliseconds() {
    timespec now = {};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

TEST(ImageTiles, LevelsFollowTheScale) {
    const QRect some(0, 0, 1000, 1000);
    EXPECT_EQ(ImageTiles::level_of(4, some), 0);
    EXPECT_EQ(ImageTiles::level_of(1, some), 0);
    EXPECT_EQ(ImageTiles::level_of(0.5, some), 1);
    EXPECT_EQ(ImageTiles::level_of(0.25, some), 2);
    const QRect much(0, 0, 30'000, 30'000);
    const int level = ImageTiles::level_of(1, much);
    EXPECT_LE((std::int64_t{30'000} * 30'000) >> (2 * level), ImageTiles::kMostPixels);
}

TEST(ImageTiles, ZoomedOutPixelsAreMeansAndNotSamples) {
    // Columns of 0 and 200: every second pixel would be all black or all bright.
    visual::Raster stripes{.width = 512, .height = 512, .channels = 1};
    stripes.bytes.resize(512 * 512);
    for (std::size_t i = 1; i < stripes.bytes.size(); i += 2) stripes.bytes[i] = 200;
    ImageView view;
    view.resize(256, 256);
    ASSERT_TRUE(view.show_visual(shown(stripes)));
    const QImage seen = view.screenshot();
    EXPECT_TRUE(view.settled()) << "a small image needs no background";
    for (const QPoint place : {QPoint(3, 3), QPoint(100, 77), QPoint(250, 128)})
        EXPECT_NEAR(qGray(seen.pixel(place)), 100, 1);
}

TEST(ImageTiles, MeansComeInForALargeImage) {
    constexpr int kSize = 6000;
    visual::Raster stripes{.width = kSize, .height = kSize, .channels = 3};
    stripes.bytes.resize(std::size_t{kSize} * kSize * 3);
    for (std::size_t y = 0; y < kSize; y += 2)
        std::memset(stripes.bytes.data() + y * kSize * 3, 240, std::size_t{kSize} * 3);
    ImageView view;
    view.resize(400, 400);
    ASSERT_TRUE(view.show_visual(shown(std::move(stripes))));
    const int first = qGray(view.screenshot().pixel(350, 350));
    EXPECT_TRUE(first == 240 || first == 0) << "samples stand in";
    EXPECT_FALSE(view.settled());
    ASSERT_TRUE(settle(view));
    const QImage seen = view.screenshot();
    for (const QPoint place : {QPoint(30, 30), QPoint(350, 350), QPoint(399, 0)})
        EXPECT_NEAR(qGray(seen.pixel(place)), 120, 1);
}

TEST(ImageTiles, ToneAppliesToMeansThatAreKept) {
    ImageView view;
    view.resize(50, 50);
    ASSERT_TRUE(view.show_visual(shown(plain(200, 200, {60, 60, 60}))));
    EXPECT_NEAR(qGray(view.screenshot().pixel(20, 20)), 60, 1);
    auto tone = view.tone();
    tone.exposure = 1;
    view.set_tone(tone);
    EXPECT_NEAR(qGray(view.screenshot().pixel(20, 20)), 120, 1);
}

TEST(ImageTiles, PaintingReadsLittleOfAHugeImageOnTheWindowThread) {
    constexpr int kSize = 30'000;
    visual::Raster large{.width = kSize, .height = kSize, .channels = 1};
    large.bytes.resize(std::size_t{kSize} * kSize, 90);
    ImageView view;
    view.resize(1000, 800);
    double before = thread_milliseconds();
    ASSERT_TRUE(view.show_visual(shown(std::move(large))));
    std::printf("show_visual of 30000 x 30000: %.1f ms of the window thread\n",
                thread_milliseconds() - before);
    before = thread_milliseconds();
    view.screenshot();
    std::printf("first painting: %.1f ms of the window thread, %llu pixels read\n",
                thread_milliseconds() - before,
                static_cast<unsigned long long>(view.pixels_read_here()));
    EXPECT_LT(view.pixels_read_here(), 8'000'000U) << "of 900 million";
    ASSERT_TRUE(settle(view));
    const auto read = view.pixels_read_here();
    before = thread_milliseconds();
    view.screenshot();
    std::printf("painting it again: %.1f ms, %llu pixels read\n", thread_milliseconds() - before,
                static_cast<unsigned long long>(view.pixels_read_here() - read));
    EXPECT_EQ(view.pixels_read_here(), read) << "what is there is kept";
    double worst = 0;
    for (int i = 0; i < 40; ++i) {
        view.zoom_to(view.zoom() * 1.2, {300, 300});
        before = thread_milliseconds();
        view.screenshot();
        worst = std::max(worst, thread_milliseconds() - before);
        QApplication::processEvents();
    }
    std::printf("zooming in by 40 steps: at worst %.1f ms a picture\n", worst);
    EXPECT_NEAR(qGray(view.screenshot().pixel(500, 400)), 90, 1);
}

TEST(ImageTiles, KeepsWithinItsBound) {
    ImageTiles tiles;
    visual::Raster large{.width = 8'000, .height = 6'000, .channels = 3};
    large.bytes.resize(std::size_t{8'000} * 6'000 * 3, 10);
    tiles.set_source({.image = shared_raster(std::move(large))});
    const viewers::Tone tone;
    for (int x = 0; x + 2000 <= 8'000; x += 1000) {
        for (int y = 0; y + 2000 <= 6'000; y += 1000) tiles.picture({x, y, 2000, 2000}, 1, tone);
    }
    EXPECT_GT(tiles.bytes_kept(), 0U);
    EXPECT_LE(tiles.bytes_kept(), ImageTiles::kMostValueBytes + ImageTiles::kMostColorBytes);
    tiles.set_source({});
    EXPECT_EQ(tiles.bytes_kept(), 0U);
}

TEST(ImageView, OddImagesAreShownOrRefusedWithAReason) {
    ImageView view;
    view.resize(120, 120);
    EXPECT_TRUE(view.show_visual(shown(plain(1, 1, {40}))));
    view.screenshot();
    EXPECT_FALSE(view.show_visual(shown(visual::Raster{.width = 4, .height = 4, .channels = 0})));
    EXPECT_TRUE(view.status().contains("0 channels")) << view.status().toStdString();
    const float nan = std::numeric_limits<float>::quiet_NaN(),
                inf = std::numeric_limits<float>::infinity();
    EXPECT_TRUE(view.show_visual(shown(floats_raster(2, 2, 1, {nan, inf, -inf, nan}))));
    EXPECT_EQ(view.screenshot().pixel(10, 10), qRgb(255, 0, 255));
    visual::Raster many{.width = 3, .height = 3, .channels = 64};
    many.bytes.assign(9 * 64, 0);
    many.bytes[63] = 250;
    EXPECT_TRUE(view.show_visual(shown(many)));
    view.choose_channel(63);
    EXPECT_EQ(view.tone().channel, 63);
    EXPECT_NEAR(qGray(view.screenshot().pixel(5, 5)), 250, 1);
    view.choose_channel(64);
    EXPECT_EQ(view.tone().channel, -1) << "round again";
    EXPECT_TRUE(view.show_visual(shown(plain(1, 20'000, {9, 9, 9}))));
    view.screenshot();
}

TEST(ImageView, ACheckerboardShowsWhereItIsTransparent) {
    ImageView view;
    view.resize(64, 64);
    ASSERT_TRUE(view.show_visual(shown(plain(2, 2, {255, 0, 0, 0}))));
    const QImage clear = view.screenshot();
    EXPECT_NE(clear.pixel(4, 4), clear.pixel(12, 4));
    EXPECT_EQ(clear.pixel(4, 4), clear.pixel(12, 12));
    ASSERT_TRUE(view.show_visual(shown(plain(2, 2, {255, 0, 0, 255}))));
    EXPECT_EQ(view.screenshot().pixelColor(4, 4), QColor(255, 0, 0));
    ASSERT_TRUE(view.show_visual(shown(plain(2, 2, {255, 0, 0, 128}))));
    const QColor half = view.screenshot().pixelColor(4, 4);
    EXPECT_NEAR(half.red(), (255 + qRed(clear.pixel(4, 4))) / 2, 2);
    EXPECT_NEAR(half.green(), qGreen(clear.pixel(4, 4)) / 2, 2);
}

}  // namespace
}  // namespace millrace::tests
