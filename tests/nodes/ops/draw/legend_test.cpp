#include "nodes/ops/draw/legend.hpp"

#include <cmath>
#include <limits>

#include "tests/nodes/ops/draw/pictures.hpp"

namespace millrace::ops {
namespace {

using testing::changed;
using testing::difference;
using testing::pixel_of;
using testing::plain;

/// The bar's column of colours: a letter and a half from the panel's right side.
int bar_column(const Area& area, const types::Image& image) {
    return static_cast<int>(area.right - 1.5 * letter_height(image.width, image.height));
}

TEST(Legend, ShowsTheScaleFromTheTopDown) {
    types::Image image = plain(640, 480, {128, 128, 128});
    const types::Image before = image;
    Pen pen(image);
    const ColorScale scale(ColorMap::Turbo, 0, 50);
    const auto area = draw_legend(pen, scale, "depth, m");
    ASSERT_TRUE(area);
    const auto drawn = changed(before, image);
    EXPECT_GE(drawn.left + 1, area->left);
    EXPECT_LE(drawn.right, area->right);
    EXPECT_GE(drawn.top + 1, area->top);
    EXPECT_LE(drawn.bottom, area->bottom);
    EXPECT_LT(area->right, 640);
    // Some column of it runs through the whole map, high numbers on top.
    const int x = bar_column(*area, image);
    int high = -1, low = -1;
    for (int y = drawn.top; y <= drawn.bottom; ++y) {
        if (high < 0 && difference(pixel_of(image, x, y), scale(50)) < 12) high = y;
        if (difference(pixel_of(image, x, y), scale(0)) < 12) low = y;
    }
    ASSERT_GE(high, 0);
    ASSERT_GE(low, 0);
    EXPECT_GT(low - high, 150);
}

TEST(Legend, IsLeftOutOfSmallImages) {
    types::Image image = plain(60, 40);
    const types::Image before = image;
    Pen pen(image);
    EXPECT_FALSE(draw_legend(pen, ColorScale(ColorMap::Turbo, 0, 50), "depth, m"));
    EXPECT_EQ(image.bytes, before.bytes);
}

TEST(Legend, TheBarIsEven) {
    types::Image image = plain(640, 480, {128, 128, 128});
    Pen pen(image);
    const ColorScale scale(ColorMap::Gray, 0, 50);
    const auto area = draw_legend(pen, scale, "");
    ASSERT_TRUE(area);
    // From the first white row down to the last black one gray falls by the same share.
    const int x = bar_column(*area, image);
    int top = static_cast<int>(area->top);
    while (pixel_of(image, x, top)[0] < 253) ++top;
    int bottom = static_cast<int>(area->bottom);
    while (pixel_of(image, x, bottom) != pixel_of(image, x, bottom - 1) ||
           pixel_of(image, x, bottom)[0] > 60)
        --bottom;
    int last = 256;
    int rows = 0;
    for (int y = top; pixel_of(image, x, y)[0] < last || rows < 2; ++y, ++rows)
        last = pixel_of(image, x, y)[0];
    // 26 letters of 6.93 (at least 7) pixels.
    EXPECT_NEAR(rows, 182, 3);
    EXPECT_NEAR(pixel_of(image, x, top + 91)[0], 128, 3);
    EXPECT_NEAR(pixel_of(image, x, top + 45)[0], 192, 3);
}

TEST(Legend, ATitleTakesMoreRoom) {
    types::Image image = plain(640, 480);
    Pen pen(image);
    const ColorScale scale(ColorMap::Turbo, 0, 50);
    const auto bare = draw_legend(pen, scale, "");
    const auto titled = draw_legend(pen, scale, "depth, m");
    ASSERT_TRUE(bare);
    ASSERT_TRUE(titled);
    EXPECT_NEAR((titled->bottom - titled->top) - (bare->bottom - bare->top), 14, 1e-9);
    EXPECT_LT(titled->left, bare->left);
    // One that is too wide for a third of the image leaves the legend out.
    const types::Image before = image;
    EXPECT_FALSE(draw_legend(pen, scale, std::string(70, 'm')));
    EXPECT_EQ(image.bytes, before.bytes);
}

TEST(Legend, AnyScaleHasOne) {
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    for (const auto& [low, high] : {std::pair{0.0, 0.0},
                                    {-kInfinity, kInfinity},
                                    {1e-300, 1e300},
                                    {1e17, 1e17 + 1},
                                    {-1e-9, 1e-9},
                                    {0.001, 100000.0}}) {
        for (const Spacing spacing : {Spacing::Linear, Spacing::Logarithmic}) {
            types::Image image = plain(1280, 720);
            Pen pen(image);
            const auto area =
                draw_legend(pen, ColorScale(ColorMap::Turbo, low, high, spacing), "x");
            ASSERT_TRUE(area) << low;
            EXPECT_GE(area->left, 1280 * 2 / 3.0 - 20) << low;
            EXPECT_LE(area->right, 1280) << low;
            EXPECT_GE(area->top, 0) << low;
            EXPECT_LE(area->bottom, 720) << low;
        }
    }
}

TEST(Legend, SizesThatAreNoPictureHaveNone) {
    for (const auto& [width, height] : {std::pair{0, 0}, {1, 1}, {40000, 3}, {3, 40000}}) {
        types::Image image = plain(width, height);
        const types::Image before = image;
        Pen pen(image);
        EXPECT_FALSE(draw_legend(pen, ColorScale(ColorMap::Turbo, 0, 50), "depth, m")) << width;
        EXPECT_EQ(image.bytes, before.bytes);
    }
}

TEST(LetterHeight, GrowsWithThePicture) {
    EXPECT_EQ(letter_height(1, 1), 7);
    EXPECT_EQ(letter_height(1600, 900), 15);
    EXPECT_EQ(letter_height(40000, 40000), 30);
}

}  // namespace
}  // namespace millrace::ops
