// Scenes that are empty, infinite, far away or otherwise odd.
#include <gtest/gtest.h>

#include "engine/visual/scene/overlay.hpp"
#include "engine/visual/scene/select.hpp"
#include "tests/engine/visual/scene/support.hpp"

namespace millrace::tests {
namespace {

using visual::Scene;
using visual::SplatRenderer;
using visual::Vector3;
using visual::View;

constexpr double kInfinite = visual::Bounds::kNone;

TEST(Hostile, ScenesWithoutPointsAreBackground) {
    const float nan = std::nanf("");
    Scene without_tree;
    without_tree.clouds = {visual::CloudLayer{}, layer_of({{1, 1, 1}}), layer_of({{1, 1, 1}})};
    without_tree.clouds[1].tree = nullptr;
    without_tree.clouds[2].cloud = nullptr;
    for (const Scene& scene :
         {Scene{}, scene_of({}), scene_of({{nan, nan, nan}, {nan, 0, 0}}), without_tree}) {
        View view;
        const View before = view;
        view.fit(scene.bounds(), 64, 48);
        EXPECT_EQ(view, before);
        SplatRenderer renderer;
        const visual::Frame& frame = renderer.draw(scene, view, plain_style(), 64, 48);
        EXPECT_TRUE(std::ranges::all_of(frame.pixels,
                                        [](visual::Pixel p) { return p == visual::kEmptyPixel; }));
        EXPECT_TRUE(renderer.complete());
        EXPECT_FALSE(renderer.pick(32, 24));
        EXPECT_FALSE(visual::pick(scene, view, {}, 64, 48, 32, 24));
        EXPECT_EQ(visual::render(scene, view, {}, 64, 48).bytes.size(), 64u * 48 * 3);
    }
}

TEST(Hostile, OnePointIsInTheMiddle) {
    const Scene scene = scene_of({{1, 2, 3}});
    View view;
    view.fit(scene.bounds(), 65, 49);
    SplatRenderer renderer;
    renderer.draw(scene, view, {}, 65, 49);
    const auto picked = renderer.pick(32, 24, 1);
    ASSERT_TRUE(picked);
    EXPECT_EQ(picked->world, (Vector3{1, 2, 3}));
}

TEST(Hostile, FarCoordinatesDoNotJitter) {
    // The same room at the origin and ten thousand kilometres off: the same pixels.
    const auto points = random_points(20'000, 41);
    const Vector3 far = {1e7, -1e7, 5e6};
    const Scene here = scene_of(points), there = scene_of(points, far);
    for (std::uint64_t seed = 0; seed < 6; ++seed) {
        View view = random_view(seed);
        SplatRenderer one, other;
        const visual::Frame& first = one.draw(here, view, plain_style(), 200, 150);
        view.target = view.target + far;
        const visual::Frame& second = other.draw(there, view, plain_style(), 200, 150);
        std::size_t differ = 0;
        for (std::size_t i = 0; i < first.pixels.size(); ++i)
            differ += visual::number_of(first.pixels[i]) != visual::number_of(second.pixels[i]);
        // Double precision leaves 2e-9 m there, so that single points may round the other way.
        EXPECT_LE(differ, 20u) << seed;
    }
}

TEST(Hostile, PointsFarFromTheirOriginStaySharp) {
    // Coordinates of a float reach to a centimetre at 1e5 m; a camera close by must not add to
    // that.
    std::vector<visual::Point> points;
    for (int i = 0; i < 64; ++i)
        points.push_back({100'000.0F + static_cast<float>(i) / 64, 50'000, 0});
    const Scene scene = scene_of(points);
    View view;
    view.set(visual::Preset::Top);
    view.target = {100'000.5, 50'000, 0};
    view.distance = 1;
    visual::Style style = plain_style();
    style.point_size.value = 1;
    SplatRenderer renderer;
    renderer.draw(scene, view, style, 101, 400);
    const visual::Projector projector(view, 101, 400, scene.bounds());
    for (std::uint32_t i = 0; i < 64; ++i) {
        const auto pixel = projector.project({points[i].x, 50'000, 0});
        ASSERT_TRUE(pixel);
        if (pixel->y < 1 || pixel->y > 399) continue;
        const auto picked =
            renderer.pick(static_cast<int>(pixel->x), static_cast<int>(pixel->y), 0);
        ASSERT_TRUE(picked) << i;
        EXPECT_EQ(picked->index, i);
    }
}

TEST(Hostile, InfiniteBoxesAndPathsArePassedOver) {
    Scene scene = scene_of(random_points(1000, 42));
    auto boxes = std::make_shared<visual::Boxes3d>();
    boxes->boxes = {{.center = {0, 0, 0}, .size = {kInfinite, kInfinite, kInfinite}},
                    {.center = {std::nan(""), 0, 0}, .size = {1, 1, 1}},
                    {.center = {0, 0, 0}, .size = {1e300, 1e300, 1e300}},
                    {.center = {1, 1, 1}, .size = {1, 1, 1}, .yaw = kInfinite}};
    scene.boxes.emplace_back().boxes = boxes;
    auto path = std::make_shared<visual::Polyline>();
    path->points = {{0, 0, 0}, {kInfinite, 0, 0}, {std::nan(""), 1, 1}, {1, 1, 1}};
    scene.paths.emplace_back().path = path;
    scene.boxes[0].visible = false;
    const visual::Bounds without = scene.bounds();
    EXPECT_LT(visual::length(without.size()), 100);
    scene.boxes[0].visible = true;
    View view;
    view.fit(scene.core_bounds(), 80, 60);
    EXPECT_LT(view.distance, 1000);
    const visual::Raster raster = visual::render(scene, view, {}, 80, 60);
    EXPECT_EQ(raster.bytes.size(), 80u * 60 * 3);
    view.fit({{-kInfinite, 0, 0}, {kInfinite, 1, 1}}, 80, 60);
    EXPECT_LT(view.distance, 1000);
}

TEST(Hostile, LargestFloatsNeitherCrashNorHideTheRest) {
    const float most = std::numeric_limits<float>::max();
    std::vector<visual::Point> points = random_points(1000, 43);
    points.push_back({most, most, most});
    points.push_back({-most, most, -most});
    const Scene scene = scene_of(points);
    View view;
    view.fit(scene.core_bounds(), 120, 90);
    SplatRenderer renderer;
    const visual::Frame& frame = renderer.draw(scene, view, plain_style(), 120, 90);
    EXPECT_GT(std::ranges::count_if(frame.pixels,
                                    [](visual::Pixel p) { return p != visual::kEmptyPixel; }),
              300);
}

TEST(Hostile, OddViewsAndSizesAreBorne) {
    const Scene scene = scene_of(random_points(500, 44));
    for (const double odd : {0.0, -1.0, 1e300, kInfinite, std::nan("")}) {
        View view;
        view.distance = odd;
        visual::render(scene, view, {}, 20, 10);
        view = View{};
        view.target[0] = odd;
        visual::render(scene, view, {}, 20, 10);
        view = View{};
        view.field_of_view = odd;
        visual::render(scene, view, {}, 20, 10);
        view = View{};
        view.near_plane = odd;
        view.far_plane = odd;
        visual::render(scene, view, {}, 20, 10);
        visual::Style style;
        style.point_size.value = style.line_width = style.hidden_lines = style.eye_dome.strength =
            odd;
        style.coloring.low = odd;
        style.crop = visual::CropBox{{odd, 0, 0}, {1, odd, 1}, odd};
        visual::render(scene, {}, style, 20, 10);
        style.point_size.unit = visual::SizeUnit::Metres;
        visual::render(scene, {}, style, 20, 10);
    }
    EXPECT_EQ(visual::render(scene, {}, {}, 0, -5).bytes.size(), 3u);
    EXPECT_EQ(visual::render(scene, {}, {}, 1, 1).bytes.size(), 3u);
}

TEST(Hostile, RastersThatDoNotHoldWhatTheySayAreLeftOut) {
    Scene scene;
    auto image = std::make_shared<visual::Raster>();
    *image = {.width = 30'000, .height = 30'000, .channels = 3, .bytes = {1, 2, 3}};
    visual::CameraLayer& layer = scene.cameras.emplace_back();
    layer.camera = {
        .width = 40, .height = 20, .projection = {20, 0, 20, 0, 0, 20, 10, 0, 0, 0, 1, 0}};
    layer.image = image;
    EXPECT_EQ(visual::render(scene, {}, {}, 40, 30).bytes.size(), 40u * 30 * 3);
}

}  // namespace
}  // namespace millrace::tests
