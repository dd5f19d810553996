#include "engine/visual/scene/overlay.hpp"

#include <gtest/gtest.h>

#include "tests/engine/visual/scene/support.hpp"

namespace millrace::tests {
namespace {

using visual::Projector;
using visual::Scene;
using visual::Segment;
using visual::Style;
using visual::Vector3;

constexpr visual::Color kWhite = {255, 255, 255, 255};

Style black_style() {
    Style style = plain_style();
    style.background_top = style.background_bottom = {0, 0, 0, 255};
    return style;
}

visual::Frame frame_of(const Scene& scene, const visual::View& view, int width, int height) {
    visual::SplatRenderer renderer;
    return renderer.draw(scene, view, black_style(), width, height);
}

int red(const visual::Frame& frame, int x, int y) {
    return static_cast<int>(frame.colors[static_cast<std::size_t>(y * frame.width + x)] & 255);
}

TEST(Lines, CoverTheirWidth) {
    visual::Frame frame = frame_of({}, straight_view(), 100, 100);
    const Projector projector(straight_view(), 100, 100, {});
    // Along y at 10 m: the row between lines 49 and 50, half of each.
    const Segment level = {{10, -4, 0}, {10, 4, 0}, kWhite, 1};
    visual::draw_segments(frame, projector, {&level, 1}, 0);
    EXPECT_NEAR(red(frame, 50, 49), 128, 2);
    EXPECT_NEAR(red(frame, 50, 50), 128, 2);
    EXPECT_EQ(red(frame, 50, 48), 0);
    EXPECT_NEAR(red(frame, 31, 49), 128, 2) << "4 m are 20 pixels";
    EXPECT_EQ(red(frame, 28, 49), 0);
    EXPECT_EQ(red(frame, 71, 49), 0);
}

TEST(Lines, OfAnySlopeHaveTheSameWeight) {
    const Projector projector(straight_view(), 200, 200, {});
    for (int degrees = 0; degrees < 180; degrees += 11) {
        visual::Frame frame = frame_of({}, straight_view(), 200, 200);
        const double angle = degrees * 0.0174532925;
        const Vector3 tip = {0, 8 * std::cos(angle), 8 * std::sin(angle)};
        const Vector3 middle = {10, 0, 0};
        const Segment segment = {middle - tip, middle + tip, kWhite, 2};
        visual::draw_segments(frame, projector, {&segment, 1}, 0);
        double sum = 0;
        for (const visual::Rgba color : frame.colors) sum += (color & 255) / 255.0;
        EXPECT_NEAR(sum, 2 * 160, 8) << degrees;
    }
}

TEST(Lines, BehindPointsShineThroughFaintly) {
    std::vector<visual::Point> wall;
    for (int i = -100; i < 100; ++i) {
        for (int j = -100; j < 100; ++j)
            wall.push_back({10, static_cast<float>(i) / 20, static_cast<float>(j) / 20});
    }
    const Scene scene = scene_of(std::move(wall));
    const Projector projector(straight_view(), 100, 100, {});
    const auto weight = [&](double depth, double hidden) {
        visual::Frame frame = frame_of(scene, straight_view(), 100, 100);
        const int before = red(frame, 50, 50);
        const Segment segment = {{depth, -1, 0}, {depth, 1, 0}, kWhite, 4};
        visual::draw_segments(frame, projector, {&segment, 1}, hidden);
        return static_cast<double>(red(frame, 50, 50) - before) / (255 - before);
    };
    EXPECT_NEAR(weight(5, 0.25), 1, 0.02) << "before";
    EXPECT_NEAR(weight(10, 0.25), 1, 0.02) << "on the wall";
    EXPECT_NEAR(weight(20, 0.25), 0.25, 0.02) << "behind";
    EXPECT_NEAR(weight(20, 0), 0, 0.02);
}

TEST(Lines, OnASurfaceStayVisibleWhereverThePlanesAre) {
    std::vector<visual::Point> wall;
    for (int i = -100; i < 100; ++i) {
        for (int j = -100; j < 100; ++j)
            wall.push_back({10, static_cast<float>(i) / 20, static_cast<float>(j) / 20});
    }
    const Scene scene = scene_of(std::move(wall));
    for (const visual::Lens lens : {visual::Lens::Perspective, visual::Lens::Orthographic}) {
        for (const double near_plane : {0.01, 1.0, 8.0}) {
            visual::View view = straight_view();
            view.lens = lens;
            view.near_plane = near_plane;
            const Projector projector(view, 100, 100, {});
            visual::SplatRenderer renderer;
            // A pixel is 0.2 m at the wall; four of them are let through, ten are not.
            for (const double behind : {0.5, 2.0}) {
                visual::Frame frame = renderer.draw(scene, view, black_style(), 100, 100);
                const Segment segment = {{10 + behind, -1, 0}, {10 + behind, 1, 0}, kWhite, 4};
                const int before = red(frame, 50, 50);
                visual::draw_segments(frame, projector, {&segment, 1}, 0);
                EXPECT_EQ(red(frame, 50, 50), behind < 1 ? 255 : before) << near_plane;
            }
        }
    }
}

TEST(Lines, EndAtTheEyeAndPassOverWhatIsNotFinite) {
    const Projector projector(straight_view(), 100, 100, {});
    visual::Frame frame = frame_of({}, straight_view(), 100, 100);
    const double infinite = visual::Bounds::kNone;
    const Segment segments[] = {{{-50, 0, -1}, {50, 0, -1}, kWhite, 2},
                                {{infinite, 0, 0}, {10, 0, 0}, kWhite, 2},
                                {{10, std::nan(""), 0}, {10, 0, 0}, kWhite, 2},
                                {{10, 1e300, 0}, {10, -1e300, 0}, kWhite, 2},
                                {{10, 3, 3}, {10, 3, 3}, kWhite, 2},
                                {{-5, 0, 0}, {-1, 0, 0}, kWhite, 2}};
    visual::draw_segments(frame, projector, segments, 0);
    EXPECT_EQ(red(frame, 50, 90), 255) << "the part before the eye is there";
    EXPECT_EQ(red(frame, 50, 40), 0);
    EXPECT_EQ(red(frame, 35, 35), 0);
}

TEST(Boxes, HaveTwelveEdgesAndAHeading) {
    auto boxes = std::make_shared<visual::Boxes3d>();
    boxes->boxes.push_back({.center = {10, 0, 0}, .size = {4, 2, 1.5}, .yaw = 0, .label = "Car"});
    Scene scene;
    scene.boxes.push_back({});
    scene.boxes[0].boxes = boxes;
    const auto segments = visual::shape_segments(scene, {});
    ASSERT_EQ(segments.size(), 13u);
    double sum = 0;
    for (int i = 0; i < 12; ++i) sum += visual::length(segments[i].b - segments[i].a);
    EXPECT_NEAR(sum, 4 * (4 + 2 + 1.5), 1e-9);
    const Vector3 way = segments[12].b - segments[12].a;
    EXPECT_NEAR(way[0], 2, 1e-9) << "from the middle to the front";
    EXPECT_NEAR(way[1], 0, 1e-9);
    EXPECT_NEAR(segments[12].a[2], -0.75, 1e-9) << "along the floor";
    scene.boxes[0].visible = false;
    EXPECT_TRUE(visual::shape_segments(scene, {}).empty());
}

TEST(Boxes, LabelsStandOverTheirTop) {
    auto boxes = std::make_shared<visual::Boxes3d>();
    boxes->boxes.push_back({.center = {10, 0, 1}, .size = {1, 1, 2}});
    boxes->boxes.push_back({.center = {20, 0, 4}, .size = {1, 1, 8}});
    boxes->boxes.push_back({.center = {-20, 0, 4}, .size = {1, 1, 8}});
    std::vector<visual::Point> wall;
    for (int i = -40; i < 40; ++i) wall.push_back({5, 0, static_cast<float>(i) / 20 + 2});
    Scene scene = scene_of(std::move(wall));
    scene.boxes.push_back({});
    scene.boxes[0].boxes = boxes;
    visual::SplatRenderer renderer;
    renderer.draw(scene, straight_view(), black_style(), 101, 101);
    const auto labels = visual::label_anchors(scene, *renderer.projector(), renderer.frame());
    ASSERT_EQ(labels.size(), 2u);
    EXPECT_EQ(labels[0].box, 1u) << "nearest last";
    EXPECT_EQ(labels[1].box, 0u);
    EXPECT_NEAR(labels[1].pixel.x, 50.5, 1e-9);
    EXPECT_NEAR(labels[1].pixel.y, 50.5 - 50.5 * 2 / 10, 1e-9);
    EXPECT_TRUE(labels[0].hidden);
}

TEST(Cameras, ImageFillsItsFrustum) {
    Scene scene;
    visual::CameraLayer layer;
    // x right, y down, z ahead from a frame with x ahead, y left, z up.
    layer.camera = {.name = "camera",
                    .width = 40,
                    .height = 20,
                    .projection = {20, 0, 20, 0, 0, 20, 10, 0, 0, 0, 1, 0},
                    .camera_from_parent = {0, -1, 0, 0, 0, 0, -1, 0, 1, 0, 0, 0, 0, 0, 0, 1}};
    layer.depth = 10;
    layer.opacity = 1;
    const auto corners = visual::frustum(layer.camera, 10);
    ASSERT_TRUE(corners);
    const Vector3 top_left = {10, 10, 5}, bottom_right = {10, -10, -5};
    for (int i = 0; i < 3; ++i) {
        EXPECT_NEAR((*corners)[0][i], top_left[i], 1e-9);
        EXPECT_NEAR((*corners)[2][i], bottom_right[i], 1e-9);
        EXPECT_NEAR((*corners)[4][i], 0, 1e-9);
    }
    auto image = std::make_shared<visual::Raster>();
    *image = {.width = 2, .height = 1, .channels = 3, .bytes = {200, 0, 0, 0, 100, 0}};
    layer.image = image;
    scene.cameras.push_back(layer);
    Style style = black_style();
    style.line_width = 0.1;
    visual::SplatRenderer renderer;
    // The focal length is 50 pixels: the image covers columns 0 to 100, rows 25 to 75.
    const visual::Frame& frame = renderer.draw(scene, straight_view(), style, 100, 100);
    const auto at = [&](int x, int y) {
        return frame.colors[static_cast<std::size_t>(y * 100 + x)];
    };
    EXPECT_EQ(at(20, 40), visual::rgba_of({200, 0, 0, 255}));
    EXPECT_EQ(at(80, 60), visual::rgba_of({0, 100, 0, 255}));
    EXPECT_EQ(at(80, 15), visual::rgba_of({0, 0, 0, 255}));
    // A point before the image is seen through it, one behind is not seen.
    scene.clouds.push_back(layer_of({{5, 1.5F, 0}, {20, -6, 0}}));
    style.coloring.constant = {0, 0, 255, 255};
    style.hidden_lines = 0;
    const visual::Frame& with_points = renderer.draw(scene, straight_view(), style, 100, 100);
    const auto color_of = [&](std::size_t x) { return with_points.colors[50 * 100 + x]; };
    EXPECT_EQ(color_of(35), visual::rgba_of({0, 0, 255, 255}));
    EXPECT_EQ(color_of(65), visual::rgba_of({0, 100, 0, 255}));
    scene.clouds.clear();
    scene.cameras[0].camera.projection = {};
    EXPECT_FALSE(visual::frustum(scene.cameras[0].camera, 10));
    EXPECT_EQ(renderer.draw(scene, straight_view(), style, 100, 100).colors[2040], 0xff000000U);
}

TEST(Cameras, TurnedImagesEndAtTheirEdges) {
    visual::Frame frame = frame_of({}, straight_view(), 100, 100);
    const visual::Raster image = {.width = 1, .height = 1, .channels = 1, .bytes = {200}};
    // A square on its tip, 20 pixels from the middle to each corner.
    visual::draw_image(frame, Projector(straight_view(), 100, 100, {}),
                       {Vector3{10, 0, 4}, Vector3{10, -4, 0}, Vector3{10, 4, 0}}, image, 1, 0);
    for (const int near : {32, 50, 68}) {
        EXPECT_EQ(red(frame, near, 50), 200);
        EXPECT_EQ(red(frame, 50, near), 200);
    }
    for (const int x : {35, 65}) {
        for (const int y : {35, 65}) EXPECT_EQ(red(frame, x, y), 0) << x << " " << y;
    }
    const auto filled =
        std::ranges::count_if(frame.colors, [](auto color) { return (color & 255) != 0; });
    EXPECT_NEAR(static_cast<double>(filled), 800, 30);
}

TEST(Grid, LiesUnderTheCloudInRoundSteps) {
    visual::View view = straight_view(50);
    view.target = {53.3, 1.7, 4};
    const double step = visual::grid_step(view);
    EXPECT_EQ(step, 10);
    const auto segments = visual::grid_segments({{-30, -30, -2}, {30, 30, 5}}, view, {});
    ASSERT_FALSE(segments.empty());
    for (const Segment& segment : segments) {
        EXPECT_EQ(segment.a[2], -2);
        EXPECT_NEAR(std::remainder(segment.a[0], step), 0, 1e-9);
        EXPECT_NEAR(std::remainder(segment.a[1], step), 0, 1e-9);
        EXPECT_NEAR(visual::length(segment.b - segment.a), step, 1e-9);
    }
    EXPECT_TRUE(visual::grid_segments({}, view, {}).empty());
}

}  // namespace
}  // namespace millrace::tests
