#include "nodes/ops/draw/pen.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include "tests/nodes/ops/draw/pictures.hpp"
#include "tests/nodes/ops/error_code.hpp"

namespace millrace::ops {
namespace {

using testing::changed;
using testing::error_code;
using testing::ink_of;
using testing::pixel_of;
using testing::plain;

constexpr Rgb kWhite = {255, 255, 255};
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

TEST(Pen, FillCoversEachPixelByItsShare) {
    types::Image image = plain(8, 6);
    const std::array<Pixel, 4> corners = {{{1.5F, 2}, {5, 2}, {5, 4.25F}, {1.5F, 4.25F}}};
    Pen(image).fill(corners, kWhite);
    EXPECT_EQ(pixel_of(image, 2, 2)[0], 255);
    EXPECT_EQ(pixel_of(image, 4, 3)[0], 255);
    EXPECT_NEAR(pixel_of(image, 1, 2)[0], 127.5, 1);
    EXPECT_NEAR(pixel_of(image, 2, 4)[0], 63.75, 1);
    EXPECT_NEAR(pixel_of(image, 1, 4)[0], 31.9, 1);
    for (const auto& [x, y] : {std::pair(0, 3), {5, 3}, {2, 1}, {2, 5}})
        EXPECT_EQ(pixel_of(image, x, y)[0], 0) << x << " " << y;
    EXPECT_NEAR(ink_of(image), 3.5 * 2.25, 0.05);
}

TEST(Pen, FillOfSlantedShapesHasTheirArea) {
    types::Image image = plain(40, 40);
    const std::array<Pixel, 3> corners = {{{3.3F, 4.1F}, {31.7F, 12.4F}, {9.2F, 36.6F}}};
    Pen(image).fill(corners, kWhite);
    const double area = std::abs((31.7 - 3.3) * (36.6 - 4.1) - (9.2 - 3.3) * (12.4 - 4.1)) / 2;
    EXPECT_NEAR(ink_of(image), area, 0.01 * area);
}

TEST(Pen, FillStopsAtTheBorder) {
    types::Image image = plain(10, 10);
    const std::array<Pixel, 4> corners = {
        {{-1e30F, -1e30F}, {1e30F, -1e30F}, {1e30F, 5}, {-1e30F, 5}}};
    Pen(image).fill(corners, kWhite);
    EXPECT_NEAR(ink_of(image), 50, 1e-9);
}

TEST(Pen, OpacityMixes) {
    types::Image image = plain(4, 4, {100, 100, 100});
    const std::array<Pixel, 4> corners = {{{0, 0}, {4, 0}, {4, 4}, {0, 4}}};
    Pen(image).fill(corners, {200, 0, 100}, 0.25);
    EXPECT_EQ(pixel_of(image, 2, 2), (Rgb{125, 75, 100}));
}

TEST(Pen, LinesAreCentredAndAsWideAsAsked) {
    types::Image image = plain(20, 12);
    // From the middle of row 5: three rows get all of it.
    Pen(image).line({4.5F, 5.5F}, {14.5F, 5.5F}, kWhite, 3);
    for (int y : {4, 5, 6}) EXPECT_EQ(pixel_of(image, 9, y)[0], 255) << y;
    for (int y : {3, 7}) EXPECT_EQ(pixel_of(image, 9, y)[0], 0) << y;
    // On the border of two rows: half of each side's next row.
    types::Image between = plain(20, 12);
    Pen(between).line({4.5F, 6}, {14.5F, 6}, kWhite, 1);
    EXPECT_NEAR(pixel_of(between, 9, 5)[0], 127.5, 1);
    EXPECT_NEAR(pixel_of(between, 9, 6)[0], 127.5, 1);
    EXPECT_EQ(pixel_of(between, 9, 4)[0], 0);
}

TEST(Pen, LinesLookAlikeInEveryDirection) {
    for (int degrees = 0; degrees < 360; degrees += 15) {
        types::Image image = plain(64, 64);
        const double angle = degrees * std::numbers::pi / 180;
        Pen(image).line({32, 32}, pixel_at(32 + 25 * std::cos(angle), 32 + 25 * std::sin(angle)),
                        kWhite, 2);
        // With its round ends: 25 by 2, and a circle of 2.
        EXPECT_NEAR(ink_of(image), 25 * 2 + std::numbers::pi, 2) << degrees;
    }
}

TEST(Pen, ThinLinesAreFaint) {
    types::Image image = plain(20, 5);
    Pen(image).line({-5, 2.5F}, {30, 2.5F}, kWhite, 0.5);
    EXPECT_NEAR(pixel_of(image, 10, 2)[0], 127.5, 1);
    EXPECT_EQ(pixel_of(image, 10, 1)[0], 0);
}

TEST(Pen, LinesFarBeyondTheImageAreCutRight) {
    types::Image near = plain(30, 30), far = plain(30, 30);
    Pen(near).line({-30, -30}, {60, 60}, kWhite, 2);
    Pen(far).line({-30000, -30000}, {60000, 60000}, kWhite, 2);
    EXPECT_EQ(near.bytes, far.bytes);
    EXPECT_EQ(pixel_of(near, 15, 15)[0], 255);
}

TEST(Pen, CirclesHaveTheirRadius) {
    for (const double radius : {0.7, 3.0, 10.0, 21.5}) {
        types::Image image = plain(64, 64);
        Pen(image).circle({31.2F, 32.9F}, radius, kWhite, 1.5);
        EXPECT_NEAR(ink_of(image), 2 * std::numbers::pi * radius * 1.5, 0.06 * 10 * radius)
            << radius;
        const auto area = changed(image, plain(64, 64));
        EXPECT_NEAR(area.left, 31.2 - radius - 1.25, 1.01);
        EXPECT_NEAR(area.right + 1, 31.2 + radius + 1.25, 1.01);
        EXPECT_NEAR(area.top, 32.9 - radius - 1.25, 1.01);
        EXPECT_NEAR(area.bottom + 1, 32.9 + radius + 1.25, 1.01);
    }
}

TEST(Pen, NoPixelOfACircleIsDrawnTwice) {
    // Twice half of white over black would be more than half.
    types::Image image = plain(80, 80);
    Pen(image).circle({40, 40}, 30, kWhite, 3, 0.5);
    for (const std::uint8_t value : image.bytes) EXPECT_LE(value, 128);
    for (int degrees = 0; degrees < 360; degrees += 5) {
        const double angle = degrees * std::numbers::pi / 180;
        const int x = int(40 + 30 * std::cos(angle)), y = int(40 + 30 * std::sin(angle));
        EXPECT_EQ(pixel_of(image, x, y)[0], 128) << degrees;
    }
}

TEST(Pen, DotsHaveTheirArea) {
    for (const double diameter : {1.0, 1.6, 2.5, 4.0, 9.0}) {
        for (const float shift : {0.0F, 0.25F, 0.5F, 0.8F}) {
            types::Image image = plain(24, 24);
            Pen(image).dot({12 + shift, 11 + shift}, diameter, kWhite);
            const double area = std::numbers::pi * diameter * diameter / 4;
            EXPECT_NEAR(ink_of(image), area, 0.12 * area + 0.4) << diameter << " " << shift;
        }
    }
    types::Image image = plain(5, 5);
    Pen(image).dot({2.5F, 2.5F}, 1, {10, 20, 30});
    EXPECT_EQ(pixel_of(image, 2, 2), (Rgb{10, 20, 30}));
}

TEST(Pen, ShapesWithoutAPlaceAreLeftOut) {
    types::Image image = plain(10, 10);
    Pen pen(image);
    for (const Pixel nowhere :
         {Pixel{kNan, 5}, Pixel{5, kNan}, Pixel{kInfinity, 5}, Pixel{5, -kInfinity}}) {
        pen.line(nowhere, {5, 5}, kWhite, 3);
        pen.line({5, 5}, nowhere, kWhite, 3);
        pen.dot(nowhere, 4, kWhite);
        pen.circle(nowhere, 4, kWhite);
        pen.fill(std::array<Pixel, 3>{{nowhere, {1, 1}, {9, 1}}}, kWhite);
        pen.text("words", nowhere, 8, kWhite);
        pen.tag("words", nowhere, 8, kWhite);
        pen.panel(nowhere, {9, 9}, 2, kWhite);
    }
    pen.dot({1e30F, 1e30F}, 4, kWhite);
    pen.circle({1e30F, 5}, 4, kWhite);
    pen.circle({5, 5}, kNan, kWhite);
    pen.fill(std::vector<Pixel>{}, kWhite);
    pen.fill(std::array<Pixel, 2>{{{1, 1}, {9, 9}}}, kWhite);
    EXPECT_EQ(ink_of(image), 0);
}

TEST(Pen, AnImageWithoutPixelsTakesAnything) {
    types::Image image(0, 0, 3);
    Pen pen(image);
    pen.line({0, 0}, {5, 5}, kWhite);
    pen.dot({0, 0}, 4, kWhite);
    pen.circle({0, 0}, 4, kWhite);
    pen.text("a", {0, 0}, 8, kWhite);
    pen.panel({-1, -1}, {4, 4}, 1, kWhite);
    EXPECT_TRUE(image.bytes.empty());
}

TEST(Pen, WordsStandWhereTheyShould) {
    const double width = Pen::text_width("Mm 12", 12);
    EXPECT_GT(width, 12 * 2.5);
    EXPECT_NEAR(Pen::text_width("Mm 12", 24), 2 * width, 0.06 * width);
    types::Image image = plain(120, 60, {90, 90, 90});
    Pen(image).text("HE", {20, 40}, 12, kWhite);
    int left = 1000, right = 0, top = 1000, bottom = 0;
    for (int y = 0; y < 60; ++y) {
        for (int x = 0; x < 120; ++x) {
            if (pixel_of(image, x, y)[0] < 180) continue;
            left = std::min(left, x), right = std::max(right, x);
            top = std::min(top, y), bottom = std::max(bottom, y);
        }
    }
    EXPECT_NEAR(left, 21, 2);
    EXPECT_NEAR(right, 20 + Pen::text_width("HE", 12),
                3.5);  // the gap after a letter is part of it
    EXPECT_NEAR(bottom, 40, 1.5);
    EXPECT_NEAR(bottom - top + 1, 12, 2);
}

TEST(Pen, WordsOfOtherScriptsAndEndlessOnesAreHarmless) {
    EXPECT_EQ(Pen::text_width("Zürich", 10), Pen::text_width("Z?rich", 10));
    EXPECT_EQ(Pen::text_width("日本", 10), Pen::text_width("??", 10));
    EXPECT_EQ(Pen::text_width("a\nb", 10), Pen::text_width("a?b", 10));
    const std::string endless(100'000, 'x');
    EXPECT_EQ(Pen::text_width(endless, 10), Pen::text_width(std::string(80, 'x'), 10));
    types::Image image = plain(50, 20);
    Pen(image).text(endless, {-100, 15}, 10, kWhite);
    Pen(image).text("huge", {0, 15}, 1e9, kWhite);
    EXPECT_GT(ink_of(image), 0);
}

TEST(Pen, TakesRgbAlone) {
    types::Image gray(4, 4, 1), wide(4, 4, 3, types::Depth::U16);
    EXPECT_EQ(error_code([&] { Pen pen(gray); }), "E-IMAGE-003");
    EXPECT_EQ(error_code([&] { Pen pen(wide); }), "E-IMAGE-003");
}

TEST(ToRgb, TakesEveryUsualImage) {
    types::Image gray(2, 1, 1);
    gray.bytes = {7, 200};
    gray.frame = "front";
    gray.timestamp = 3;
    const types::Image from_gray = to_rgb(gray);
    EXPECT_EQ(from_gray.bytes, (std::vector<std::uint8_t>{7, 7, 7, 200, 200, 200}));
    EXPECT_EQ(from_gray.frame, "front");
    EXPECT_EQ(from_gray.timestamp, 3);
    types::Image alpha(1, 1, 4);
    alpha.bytes = {1, 2, 3, 99};
    EXPECT_EQ(to_rgb(alpha).bytes, (std::vector<std::uint8_t>{1, 2, 3}));
    types::Image wide(1, 1, 3, types::Depth::U16);
    std::ranges::copy(std::array<std::uint16_t, 3>{0, 257 * 100, 65535},
                      wide.row<std::uint16_t>(0));
    EXPECT_EQ(to_rgb(wide).bytes, (std::vector<std::uint8_t>{0, 100, 255}));
    EXPECT_EQ(to_rgb(types::Image(0, 0, 1)).channels, 3);
    EXPECT_EQ(error_code([] { to_rgb(types::Image(2, 2, 2)); }), "E-IMAGE-003");
    EXPECT_EQ(error_code([] { to_rgb(types::Image(2, 2, 1, types::Depth::F32)); }), "E-IMAGE-003");
}

TEST(Dim, GoesFromTheImageToBlack) {
    types::Image image = plain(2, 2, {200, 100, 0});
    const types::Image before = image;
    dim(image, 0);
    EXPECT_EQ(image.bytes, before.bytes);
    dim(image, 0.5);
    // Luminance 118; a quarter of the way to grey, then half as bright.
    EXPECT_NEAR(pixel_of(image, 0, 0)[0], (200 - 82 * 0.25) / 2, 2);
    EXPECT_NEAR(pixel_of(image, 0, 0)[2], 118 * 0.25 / 2, 2);
    dim(image, 1);
    EXPECT_EQ(ink_of(image), 0);
}

}  // namespace
}  // namespace millrace::ops
