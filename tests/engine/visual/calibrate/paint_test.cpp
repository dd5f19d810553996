// Cameras' colours on points: known pixels, hidden points, several cameras.
#include "engine/visual/calibrate/paint.hpp"

#include <gtest/gtest.h>

#include "engine/visual/scene/colors.hpp"
#include "tests/engine/visual/calibrate/support.hpp"

namespace millrace::tests {
namespace {

constexpr visual::Color kUnseen = {1, 2, 3, 255};

/// Left half red, right half blue, as `straight_camera(200, 100)` sees it.
visual::CameraImage halves(visual::Color left = {200, 0, 0, 255},
                           visual::Color right = {0, 0, 200, 255}) {
    auto image = std::make_shared<visual::Raster>(
        visual::Raster{.width = 200, .height = 100, .channels = 3});
    for (int y = 0; y < 100; ++y) {
        for (int x = 0; x < 200; ++x) {
            const visual::Color& color = x < 100 ? left : right;
            image->bytes.insert(image->bytes.end(), color.begin(), color.begin() + 3);
        }
    }
    return {straight_camera(200, 100), image};
}

visual::Cloud cloud_of(std::vector<visual::Point> points) {
    visual::Cloud cloud;
    cloud.frame = "lidar";
    cloud.points = std::move(points);
    return cloud;
}

TEST(Paint, PointsGetTheirPixelsColour) {
    const visual::CameraImage camera = halves();
    const auto cloud =
        cloud_of({{10.2F, 3, 0}, {10.2F, -3, 0}, {-5, 0, 0}, {10, 300, 0}, {NAN, 0, 0}});
    const auto painted = visual::paint_by_cameras(cloud, {&camera, 1}, kUnseen);
    ASSERT_EQ(painted.colors.size(), 5U);
    EXPECT_EQ(painted.colors[0], visual::rgba_of({200, 0, 0, 255})) << "left";
    EXPECT_EQ(painted.colors[1], visual::rgba_of({0, 0, 200, 255})) << "right";
    for (std::size_t i = 2; i < 5; ++i) EXPECT_EQ(painted.colors[i], visual::rgba_of(kUnseen)) << i;
    EXPECT_EQ(painted.seen, 2U);
    EXPECT_EQ(painted.hidden, 0U);
}

TEST(Paint, ColoursBetweenPixelsAreLinear) {
    visual::Raster image{.width = 2, .height = 1, .channels = 1, .bytes = {0, 200}};
    EXPECT_EQ(visual::color_at(image, 0.5, 0.5)[0], 0);
    EXPECT_EQ(visual::color_at(image, 1.0, 0.5)[1], 100);
    EXPECT_EQ(visual::color_at(image, 1.25, 0.5)[2], 150);
    EXPECT_EQ(visual::color_at(image, 99, -7)[0], 200) << "the border goes on";
    EXPECT_EQ(visual::color_at(image, NAN, NAN), visual::color_at(image, 0.5, 0.5));
    image.bytes.pop_back();
    EXPECT_EQ(visual::color_at(image, 0.5, 0.5), (visual::Color{0, 0, 0, 255}));
}

TEST(Paint, APointBehindASurfaceGetsNoColour) {
    const visual::CameraImage camera = halves();
    std::vector<visual::Point> points;
    for (int y = -5; y <= 5; ++y) {
        for (int z = -5; z <= 5; ++z)
            points.push_back({10.2F, 0.3F * static_cast<float>(y), 0.3F * static_cast<float>(z)});
    }
    points.push_back({20.2F, 0.3F, 0.3F});    // behind the middle of the wall
    points.push_back({20.2F, 9, 0.3F});       // beside it
    points.push_back({10.25F, 0.05F, 0.1F});  // on it, but for the noise
    const auto painted = visual::paint_by_cameras(cloud_of(points), {&camera, 1}, kUnseen);
    EXPECT_EQ(painted.colors[121], visual::rgba_of(kUnseen));
    EXPECT_NE(painted.colors[122], visual::rgba_of(kUnseen));
    EXPECT_NE(painted.colors[123], visual::rgba_of(kUnseen));
    EXPECT_EQ(painted.hidden, 1U);
    EXPECT_EQ(painted.seen, 123U);
}

TEST(Paint, GroundBeforeAPointDoesNotHideIt) {
    const visual::CameraImage camera = halves();
    std::vector<visual::Point> points;
    for (int x = 4; x < 60; ++x) {
        for (int y = -20; y <= 20; ++y)
            points.push_back({static_cast<float>(x), 0.25F * static_cast<float>(y), -1.6F});
    }
    const auto painted = visual::paint_by_cameras(cloud_of(points), {&camera, 1}, kUnseen);
    EXPECT_EQ(painted.hidden, 0U);
}

TEST(Paint, OfTwoCamerasTheOneThatLooksStraightAtItWins) {
    visual::CameraImage ahead = halves({9, 9, 9, 255}, {9, 9, 9, 255}), aside = ahead;
    auto other = std::make_shared<visual::Raster>(*aside.image);
    std::ranges::fill(other->bytes, std::uint8_t{70});
    aside.image = other;
    // Turned to the left by 30 degrees: the point 30 degrees to the left lies in its middle.
    const double c = std::cos(std::numbers::pi / 6), s = std::sin(std::numbers::pi / 6);
    aside.camera.camera_from_parent = {s, -c, 0, 0, 0, 0, -1, 0, c, s, 0, 0, 0, 0, 0, 1};
    const auto cloud =
        cloud_of({{10, 0, 0}, {static_cast<float>(10 * c), static_cast<float>(10 * s), 0}});
    for (const auto& cameras : {std::vector{ahead, aside}, std::vector{aside, ahead}}) {
        const auto painted = visual::paint_by_cameras(cloud, cameras, kUnseen);
        EXPECT_EQ(painted.colors[0], visual::rgba_of({9, 9, 9, 255}));
        EXPECT_EQ(painted.colors[1], visual::rgba_of({70, 70, 70, 255}));
    }
}

TEST(Paint, CamerasThatDoNotFitArePassedOver) {
    const auto cloud = cloud_of({{10, 0, 0}});
    std::vector<visual::CameraImage> wrong(4, halves());
    wrong[0].camera.parent_frame = "world";
    wrong[1].camera.width = 300;
    wrong[2].image = nullptr;
    auto depth = std::make_shared<visual::Raster>(*halves().image);
    depth->unit = "m";
    wrong[3].image = depth;
    EXPECT_EQ(visual::paint_by_cameras(cloud, wrong, kUnseen).seen, 0U);
    EXPECT_TRUE(visual::paint_by_cameras({}, wrong, kUnseen).colors.empty());
}

}  // namespace
}  // namespace millrace::tests
