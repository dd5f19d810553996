#include <gtest/gtest.h>

#include <algorithm>

#include "tests/nodes/fusion/fusion.hpp"

namespace millrace::testing {
namespace {

using Numbers = std::vector<std::int32_t>;

/// Red tells the column, green the row.
types::Image numbered_image() {
    types::Image image = image_of();
    for (int y = 0; y < image.height; ++y) {
        for (int x = 0; x < image.width; ++x) {
            std::uint8_t* pixel = image.row<std::uint8_t>(y) + x * 3;
            pixel[0] = static_cast<std::uint8_t>(x);
            pixel[1] = static_cast<std::uint8_t>(y);
            pixel[2] = 7;
        }
    }
    return image;
}

types::PointCloud paint(types::PointCloud cloud, const engine::Object& params = {},
                        types::Image image = numbered_image()) {
    return run("fusion.paint_points", params, std::move(cloud), std::move(image),
               calibration_of({forward_camera()}))
        .at(0)
        .as<types::PointCloud>();
}

Rgb color_of(const types::PointCloud& cloud, std::size_t point) {
    const types::PointField& field = *cloud.field("rgb");
    return {static_cast<std::uint8_t>(field.at(point, 0)),
            static_cast<std::uint8_t>(field.at(point, 1)),
            static_cast<std::uint8_t>(field.at(point, 2))};
}

TEST(PaintPoints, TakesThePixelAPointFallsOn) {
    const types::PointCloud out = paint(cloud_of({{10, -1.05F, 0.95F},  // u 60.5, v 30.5
                                                  {-5, 0, 0},
                                                  {10, 4.95F, 0},  // u 0.5
                                                  {kNan, 1, 1},
                                                  {10, -4.99F, -3.99F}}));  // the last pixel
    EXPECT_EQ(numbers_of(out), (Numbers{0, 2, 4}));
    EXPECT_EQ(out.field("rgb")->channels, 3);
    EXPECT_EQ(color_of(out, 0), (Rgb{60, 30, 7}));
    EXPECT_EQ(color_of(out, 1), (Rgb{0, 40, 7}));
    EXPECT_EQ(color_of(out, 2), (Rgb{99, 79, 7}));
}

TEST(PaintPoints, UnseenOnesMayStay) {
    const types::PointCloud out =
        paint(cloud_of({{-5, 0, 0}, {10, -1.05F, 0.95F}, {kNan, 0, 0}}), {{"unseen", "keep"}});
    EXPECT_EQ(numbers_of(out), (Numbers{0, 1, 2}));
    EXPECT_EQ(color_of(out, 0), (Rgb{128, 128, 128}));
    EXPECT_EQ(color_of(out, 1), (Rgb{60, 30, 7}));
    EXPECT_EQ(color_of(out, 2), (Rgb{128, 128, 128}));
}

TEST(PaintPoints, WhatStandsBehindIsNotPainted) {
    const auto cloud = cloud_of({{20, -2, 0}, {10, -1, 0}, {10.4F, -1.04F, 0}, {20, 2, 0}});
    EXPECT_EQ(numbers_of(paint(cloud)), (Numbers{1, 2, 3}));
    EXPECT_EQ(numbers_of(paint(cloud, {{"occlusion", false}})), (Numbers{0, 1, 2, 3}));
    EXPECT_EQ(numbers_of(paint(cloud, {{"tolerance", 10}})), (Numbers{0, 1, 2, 3}));
}

TEST(PaintPoints, SlantedGroundIsNoObstacleToItself) {
    // A road 1.7 m below the camera, a ring every 0.4 degrees: far rings come to lie a few pixels
    // apart and metres behind each other.
    types::Camera camera = forward_camera();
    camera.width = 1200;
    camera.height = 400;
    camera.projection = {700, 0, 600, 0, 0, 700, 200, 0, 0, 0, 1, 0};
    std::vector<types::Point> points;
    for (double below = 2; below < 20; below += 0.4) {
        const double distance = 1.7 / std::tan(below * std::acos(-1.0) / 180);
        for (int side = -20; side <= 20; ++side)
            points.push_back({float(distance), float(side) * 0.1F, -1.7F});
    }
    const std::size_t all = points.size();
    const auto out = run("fusion.paint_points", {}, cloud_of(points), image_of(1200, 400),
                         calibration_of({camera}));
    std::size_t inside = 0;
    for (const types::Point& point : points) inside += 200 + 700 * 1.7 / point.x < 400;
    EXPECT_GT(inside, all / 2);
    EXPECT_EQ(out.at(0).as<types::PointCloud>().points.size(), inside);
}

TEST(PaintPoints, SixteenBitAndGreyImages) {
    types::Image wide(100, 80, 1, types::Depth::U16);
    std::fill_n(wide.row<std::uint16_t>(0), 8000, std::uint16_t{257 * 90});
    EXPECT_EQ(color_of(paint(cloud_of({{10, 0, 0}}), {}, wide), 0), (Rgb{90, 90, 90}));
    EXPECT_EQ(problem_of([] {
                  paint(cloud_of({}), {}, types::Image(100, 80, 1, types::Depth::F32));
              }).code,
              "E-IMAGE-003");
}

TEST(PaintPoints, EmptyCloudOriginAndEarlierColours) {
    const types::PointCloud none = paint(cloud_of({}));
    EXPECT_TRUE(none.points.empty());
    ASSERT_TRUE(none.field("rgb"));
    types::PointCloud cloud = cloud_of({{-90, -1.05F, 0.95F}});
    cloud.origin = {100, 0, 0};
    cloud.fields.push_back({"rgb", 3, std::vector<std::uint8_t>{1, 2, 3}});
    const types::PointCloud out = paint(std::move(cloud));
    EXPECT_EQ(std::ranges::count(out.fields, "rgb", &types::PointField::name), 1);
    EXPECT_EQ(color_of(out, 0), (Rgb{60, 30, 7}));
}

TEST(PaintPoints, HugeCoordinatesAreHarmless) {
    const types::PointCloud out =
        paint(cloud_of({{3e38F, 0, 0}, {1, 3e38F, 0}, {kInfinity, kInfinity, 0}, {0, 0, 0}}));
    EXPECT_EQ(numbers_of(out), (Numbers{0}));
}

TEST(PaintPoints, ImagesThatDoNotFitAreRefused) {
    EXPECT_EQ(problem_of([] { paint(cloud_of({}), {}, image_of(99, 80)); }).code, "E-CAMERA-004");
    EXPECT_EQ(problem_of([] { paint(cloud_of({}), {{"camera", "left"}}); }).code, "E-CAMERA-003");
}

}  // namespace
}  // namespace millrace::testing
