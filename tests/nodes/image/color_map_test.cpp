#include <gtest/gtest.h>

#include "tests/nodes/image/image.hpp"

namespace millrace::testing {
namespace {

constexpr Rgb kBlack = {0, 0, 0};
constexpr Rgb kTurboLow = {48, 18, 59}, kTurboHigh = {122, 4, 3};

types::Image colored(const types::Image& image, const engine::Object& params) {
    return run_image("image.color_map", params, image).at(0).as<types::Image>();
}

engine::Object gray(double low, double high) {
    return {{"map", "gray"}, {"scale", engine::Array{low, high}}};
}

Rgb same(int value) {
    const auto byte = static_cast<std::uint8_t>(value);
    return {byte, byte, byte};
}

TEST(ImageColorMap, GivesEachNumberItsColor) {
    types::Image image = image_with<float>(3, 2, 1, {1, 2, 3, 4, 5, 6});
    image.frame = "front";
    image.timestamp = 12.5;
    const types::Image out = colored(image, gray(1, 6));
    EXPECT_EQ(out.width, 3);
    EXPECT_EQ(out.height, 2);
    EXPECT_EQ(out.channels, 3);
    EXPECT_EQ(out.depth, types::Depth::U8);
    EXPECT_EQ(out.frame, "front");
    EXPECT_EQ(out.timestamp, 12.5);
    // Fifths of 255.
    for (int i = 0; i < 6; ++i) EXPECT_EQ(pixel_of(out, i % 3, i / 3), same(51 * i)) << i;
}

TEST(ImageColorMap, TakesEightAndSixteenBits) {
    const types::Image eight =
        colored(image_with<std::uint8_t>(3, 1, 1, {1, 128, 255}), gray(0, 255));
    EXPECT_EQ(pixel_of(eight, 0, 0), same(1));
    EXPECT_EQ(pixel_of(eight, 1, 0), same(128));
    EXPECT_EQ(pixel_of(eight, 2, 0), same(255));
    const types::Image sixteen =
        colored(image_with<std::uint16_t>(3, 1, 1, {257, 100 * 257, 65535}), gray(0, 65535));
    EXPECT_EQ(pixel_of(sixteen, 0, 0), same(1));
    EXPECT_EQ(pixel_of(sixteen, 1, 0), same(100));
    EXPECT_EQ(pixel_of(sixteen, 2, 0), same(255));
}

TEST(ImageColorMap, NumbersBeyondTheScaleTakeItsEnds) {
    const types::Image out =
        colored(image_with<float>(5, 1, 1, {-1e30F, 1e30F, -kInfinity, kInfinity, kNan}),
                {{"scale", engine::Array{0, 1}}});
    EXPECT_EQ(pixel_of(out, 0, 0), kTurboLow);
    EXPECT_EQ(pixel_of(out, 1, 0), kTurboHigh);
    EXPECT_EQ(pixel_of(out, 2, 0), kTurboLow);
    EXPECT_EQ(pixel_of(out, 3, 0), kTurboHigh);
    EXPECT_EQ(pixel_of(out, 4, 0), kBlack);
}

TEST(ImageColorMap, ZeroIsNoData) {
    const types::Image image = image_with<float>(2, 1, 1, {0, 1});
    engine::Object params = {{"scale", engine::Array{0, 1}}};
    EXPECT_EQ(pixel_of(colored(image, params), 0, 0), kBlack);
    params["zero_is_empty"] = false;
    EXPECT_EQ(pixel_of(colored(image, params), 0, 0), kTurboLow);
    EXPECT_EQ(pixel_of(colored(image, params), 1, 0), kTurboHigh);
}

TEST(ImageColorMap, LogarithmsAndTheOtherWayRound) {
    const types::Image image = image_with<float>(3, 1, 1, {1, 10, 100});
    engine::Object params = gray(1, 100);
    params["spacing"] = "logarithmic";
    EXPECT_EQ(pixel_of(colored(image, params), 0, 0), same(0));
    EXPECT_LE(difference(pixel_of(colored(image, params), 1, 0), same(128)), 1);
    params["reversed"] = true;
    EXPECT_EQ(pixel_of(colored(image, params), 0, 0), same(255));
    EXPECT_LE(difference(pixel_of(colored(image, params), 1, 0), same(127)), 1);
    EXPECT_EQ(pixel_of(colored(image, params), 2, 0), same(0));
}

TEST(ImageColorMap, FindsAScaleOfRoundNumbers) {
    // 0 to 100 by ones: the 2nd and 98th percentile, widened, are 0 and 100;
    // zeros left out change the former to 3 or so.
    std::vector<float> numbers(101);
    for (int i = 0; i <= 100; ++i) numbers[static_cast<std::size_t>(i)] = static_cast<float>(i);
    const types::Image out =
        colored(image_with<float>(101, 1, 1, numbers), {{"map", "gray"}, {"zero_is_empty", false}});
    EXPECT_EQ(pixel_of(out, 0, 0), same(0));
    EXPECT_EQ(pixel_of(out, 20, 0), same(51));
    EXPECT_EQ(pixel_of(out, 80, 0), same(204));
    EXPECT_EQ(pixel_of(out, 100, 0), same(255));
}

TEST(ImageColorMap, DegenerateImagesHaveColorsToo) {
    for (const float value : {0.F, 7.F, kNan, kInfinity, -3e38F, 1e-40F}) {
        for (const char* spacing : {"linear", "logarithmic"}) {
            const types::Image out =
                colored(image_with<float>(1, 1, 1, {value}), {{"spacing", spacing}});
            EXPECT_EQ(out.bytes.size(), 3U) << value << spacing;
            if (value != value || value == 0) {
                EXPECT_EQ(pixel_of(out, 0, 0), kBlack);
            }
        }
    }
    EXPECT_TRUE(colored(types::Image(0, 0, 1), {{"legend", true}}).bytes.empty());
    EXPECT_EQ(colored(types::Image(40000, 3, 1), {{"legend", true}}).width, 40000);
}

TEST(ImageColorMap, DrawsALegend) {
    types::Image image(640, 480, 1, types::Depth::F32);
    image.unit = "m";
    engine::Object params = gray(1, 6);
    const types::Image bare = colored(image, params);
    params["legend"] = true;
    const auto area = changed(bare, colored(image, params));
    EXPECT_GT(area.left, 640 * 2 / 3);
    EXPECT_LT(area.right, 640);
    EXPECT_GT(area.bottom - area.top, 150);
}

TEST(ImageColorMap, WhatDoesNotFitIsRefused) {
    for (int channels : {0, 2, 3, 4}) {
        EXPECT_EQ(problem_of([&] { colored(types::Image(4, 4, channels), {}); }).code,
                  "E-IMAGE-004");
    }
    const auto problems = [](const engine::Object& params) {
        return check_node(image_registry(), "image.color_map", params).size();
    };
    EXPECT_EQ(problems({}), 0U);
    EXPECT_EQ(problems({{"scale", engine::Array{1, 1}}}), 1U);
    EXPECT_EQ(problems({{"scale", engine::Array{1, 2, 3}}}), 1U);
    EXPECT_EQ(problems({{"map", "rainbow"}}), 1U);
}

}  // namespace
}  // namespace millrace::testing
