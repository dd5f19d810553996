#include <gtest/gtest.h>

#include "nodes/ops/camera/project.hpp"
#include "tests/nodes/image/image.hpp"

namespace millrace::testing {
namespace {

types::Image resized(const types::Image& image, const engine::Object& params) {
    return run_image("image.resize", params, image).at(0).as<types::Image>();
}

std::pair<int, int> size_of(const types::Image& image) { return {image.width, image.height}; }

TEST(Resize, AreaGivesTheMeanOfWhatItCovers) {
    types::Image image = image_with<std::uint8_t>(4, 2, 1, {0, 10, 100, 100, 20, 30, 100, 200});
    image.frame = "front";
    image.unit = "m";
    image.timestamp = 12.5;
    const types::Image out = resized(image, {});
    EXPECT_EQ(size_of(out), std::pair(2, 1));
    EXPECT_EQ(values_of<std::uint8_t>(out), (std::vector<std::uint8_t>{15, 125}));
    EXPECT_EQ(out.frame, "front");
    EXPECT_EQ(out.unit, "m");
    EXPECT_EQ(out.timestamp, 12.5);
}

TEST(Resize, KeepsSixteenBitsAndFloats) {
    const types::Image deep =
        resized(image_with<std::uint16_t>(2, 2, 1, {1000, 2000, 60000, 61000}), {{"scale", 0.5}});
    EXPECT_EQ(deep.depth, types::Depth::U16);
    EXPECT_EQ(values_of<std::uint16_t>(deep), (std::vector<std::uint16_t>{31000}));
    const types::Image real =
        resized(image_with<float>(2, 2, 1, {0.5F, 1, -2, 4.5F}), {{"scale", 0.5}});
    EXPECT_EQ(real.depth, types::Depth::F32);
    EXPECT_NEAR(values_of<float>(real).at(0), 1, 1e-6);
}

TEST(Resize, NearestCopiesPixels) {
    const types::Image out = resized(image_with<std::uint8_t>(2, 1, 3, {1, 2, 3, 7, 8, 9}),
                                     {{"scale", 2}, {"interpolation", "nearest"}});
    EXPECT_EQ(values_of<std::uint8_t>(out),
              (std::vector<std::uint8_t>{1, 2, 3, 1, 2, 3, 7, 8, 9, 7, 8, 9,  //
                                         1, 2, 3, 1, 2, 3, 7, 8, 9, 7, 8, 9}));
    // A third takes the middle of three, not the first.
    const types::Image third =
        resized(image_with<std::uint8_t>(3, 3, 1, {1, 2, 3, 4, 5, 6, 7, 8, 9}),
                {{"width", 1}, {"interpolation", "nearest"}});
    EXPECT_EQ(values_of<std::uint8_t>(third), (std::vector<std::uint8_t>{5}));
}

TEST(Resize, LinearMixesByTheDistanceOfTheCenters) {
    const types::Image out = resized(image_with<float>(2, 1, 1, {0, 8}),
                                     {{"width", 4}, {"height", 1}, {"interpolation", "linear"}});
    const std::vector<float> values = values_of<float>(out), wanted = {0, 2, 6, 8};
    ASSERT_EQ(values.size(), 4U);
    for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(values[i], wanted[i], 1e-5) << i;
    // Keys' cubic kernel with a slope of -3/4 weighs 2, 3, 4, 5 at 3.75 like this.
    const types::Image ramp = resized(image_with<float>(8, 1, 1, {0, 1, 2, 3, 4, 5, 6, 7}),
                                      {{"width", 16}, {"height", 1}, {"interpolation", "cubic"}});
    EXPECT_NEAR(values_of<float>(ramp).at(8),
                -0.03515625 * 2 + 0.26171875 * 3 + 0.87890625 * 4 - 0.10546875 * 5, 1e-5);
}

TEST(Resize, OneSideKeepsTheProportions) {
    const types::Image image(100, 80, 3);
    EXPECT_EQ(size_of(resized(image, {{"width", 50}})), std::pair(50, 40));
    EXPECT_EQ(size_of(resized(image, {{"height", 20}})), std::pair(25, 20));
    EXPECT_EQ(size_of(resized(image, {{"width", 30}, {"height", 90}})), std::pair(30, 90));
    EXPECT_EQ(size_of(resized(image, {{"scale", 0.255}})), std::pair(26, 20));
    // Never less than a pixel.
    EXPECT_EQ(size_of(resized(image, {{"scale", 0.001}})), std::pair(1, 1));
    EXPECT_EQ(size_of(resized(types::Image(1, 1, 1), {})), std::pair(1, 1));
    EXPECT_EQ(size_of(resized(types::Image(1, 1, 1), {{"scale", 64}})), std::pair(64, 64));
    EXPECT_EQ(size_of(resized(types::Image(40000, 2, 1), {})), std::pair(20000, 1));
}

TEST(Resize, TakesAnyNumberOfChannels) {
    for (const char* mode : {"area", "linear", "cubic", "nearest"}) {
        for (int channels : {1, 2, 4, 5, 17}) {
            types::Image image(4, 4, channels, types::Depth::F32);
            float* numbers = image.row<float>(0);
            for (int i = 0; i < 16 * channels; ++i) numbers[i] = static_cast<float>(i % channels);
            for (const double scale : {0.5, 0.75, 2.0}) {
                const types::Image out =
                    resized(image, {{"interpolation", mode}, {"scale", scale}});
                ASSERT_EQ(out.channels, channels) << mode;
                const std::vector<float> values = values_of<float>(out);
                for (std::size_t i = 0; i < values.size(); ++i) {
                    EXPECT_NEAR(values[i], static_cast<float>(i % std::size_t(channels)), 1e-4)
                        << mode << " " << channels << " " << scale;
                }
            }
        }
    }
}

TEST(Resize, ACalibrationIsScaledAlong) {
    types::Camera camera = forward_camera();
    camera.projection[3] = 30;  // a stereo baseline
    camera.distortion = {0.1, 0.2};
    const auto out = run_image("image.resize", {{"width", 50}, {"height", 20}}, image_of(),
                               calibration_of({camera, forward_camera("left")}));
    const auto& calibration = out.at(1).as<types::Calibration>();
    const types::Camera& scaled = *calibration.camera("front");
    EXPECT_EQ(scaled.width, 50);
    EXPECT_EQ(scaled.height, 20);
    EXPECT_EQ(scaled.projection, (std::array<double, 12>{50, 0, 25, 15, 0, 25, 10, 0, 0, 0, 1, 0}));
    EXPECT_EQ(scaled.distortion, camera.distortion);
    // The image names its camera, so that others stay.
    EXPECT_EQ(calibration.camera("left")->width, 100);
    EXPECT_EQ(calibration.camera("left")->projection, forward_camera().projection);

    // A point is seen at the same share of the picture; r^2 is 0.05 here.
    const std::vector<types::Point> point = {{10, 1, 2}};
    const ops::Pixel pixel = ops::project_points(point, scaled).uv.at(0);
    EXPECT_NEAR(pixel.u, (50 - 10 * 1.0055 + 3) * 0.5, 1e-4);
    EXPECT_NEAR(pixel.v, (40 - 20 * 1.0055) * 0.25, 1e-4);
}

TEST(Resize, AnImageOfNoCameraScalesAll) {
    types::Image image = image_of();
    image.frame.clear();
    types::Camera unknown = forward_camera("left");
    unknown.width = unknown.height = 0;
    const auto out =
        run_image("image.resize", {}, image, calibration_of({forward_camera(), unknown}));
    for (const types::Camera& camera : out.at(1).as<types::Calibration>().cameras) {
        EXPECT_EQ(camera.width, 50);
        EXPECT_EQ(camera.height, 40);
        EXPECT_EQ(camera.projection[0], 50);
    }
    EXPECT_TRUE(run_image("image.resize", {}, image, calibration_of({}))
                    .at(1)
                    .as<types::Calibration>()
                    .cameras.empty());
    EXPECT_FALSE(run_image("image.resize", {}, image).at(1));
}

TEST(Resize, WhatDoesNotFitIsRefused) {
    const auto code = [](const types::Image& image, const engine::Object& params) {
        return problem_of([&] { resized(image, params); }).code;
    };
    EXPECT_EQ(code(types::Image(0, 0, 3), {}), "E-IMAGE-005");
    EXPECT_EQ(code(types::Image(4, 4, 0), {}), "E-IMAGE-005");
    EXPECT_EQ(code(types::Image(1000, 1000, 3), {{"scale", 64}}), "E-IMAGE-005");
    EXPECT_EQ(code(types::Image(1, 1000, 1), {{"width", 32768}}), "E-IMAGE-005");
    types::Image cut(4, 4, 3);
    cut.bytes.pop_back();
    EXPECT_EQ(code(cut, {}), "E-IMAGE-002");
    EXPECT_EQ(problem_of([] {
                  run_image("image.resize", {}, image_of(10, 10),
                            calibration_of({forward_camera()}));
              }).code,
              "E-CAMERA-004");
    EXPECT_EQ(check_node(image_registry(), "image.resize", {{"scale", 0}}).size(), 1U);
    EXPECT_EQ(check_node(image_registry(), "image.resize", {{"width", -1}}).size(), 1U);
}

}  // namespace
}  // namespace millrace::testing
