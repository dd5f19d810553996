#include "engine/visual/scene/renderer.hpp"

#include <gtest/gtest.h>

#include "tests/engine/visual/scene/support.hpp"

namespace millrace::tests {
namespace {

using visual::Picked;
using visual::Rgba;
using visual::Scene;
using visual::SplatRenderer;
using visual::Style;
using visual::Vector3;
using visual::View;

Rgba color_at(const visual::Frame& frame, int x, int y) {
    return frame.colors[static_cast<std::size_t>(y * frame.width + x)];
}

TEST(Renderer, PaintsEachPointItsColor) {
    auto cloud = std::make_shared<visual::Cloud>();
    cloud->points = {{10, 2, 0}, {10, -2, 0}, {10, 0, 2}};
    cloud->fields = {{"rgb", 3, std::vector<std::uint8_t>{250, 10, 20, 30, 240, 40, 50, 60, 230}}};
    Scene scene;
    scene.clouds.push_back(visual::make_layer("three", cloud));
    Style style = plain_style();
    style.coloring.by = visual::ColorBy::Rgb;
    style.background_top = style.background_bottom = {7, 8, 9, 255};
    SplatRenderer renderer;
    const visual::Frame& frame = renderer.draw(scene, straight_view(), style, 101, 101);
    EXPECT_EQ(color_at(frame, 40, 50), visual::rgba_of({250, 10, 20, 255}));
    EXPECT_EQ(color_at(frame, 60, 50), visual::rgba_of({30, 240, 40, 255}));
    EXPECT_EQ(color_at(frame, 50, 40), visual::rgba_of({50, 60, 230, 255}));
    EXPECT_EQ(color_at(frame, 50, 60), visual::rgba_of({7, 8, 9, 255}));
    const visual::Raster raster = visual::to_raster(frame);
    ASSERT_EQ(raster.bytes.size(), 101u * 101u * 3u);
    EXPECT_EQ(raster.bytes[(50 * 101 + 40) * 3], 250);
}

TEST(Renderer, LayersHideEachOtherByDepthAlone) {
    Scene scene;
    scene.clouds = {layer_of({{20, 0, 0}}), layer_of({{10, 0, 0}}), layer_of({{15, 0, 0}})};
    for (int i = 0; i < 3; ++i) {
        scene.clouds[static_cast<std::size_t>(i)].coloring = visual::Coloring{
            .by = visual::ColorBy::Constant, .constant = {static_cast<std::uint8_t>(i), 0, 0, 255}};
    }
    SplatRenderer renderer;
    EXPECT_EQ(color_at(renderer.draw(scene, straight_view(), plain_style(), 21, 21), 10, 10),
              visual::rgba_of({1, 0, 0, 255}));
    EXPECT_EQ(renderer.pick(10, 10)->layer, 1u);
    scene.clouds[1].visible = false;
    EXPECT_EQ(color_at(renderer.draw(scene, straight_view(), plain_style(), 21, 21), 10, 10),
              visual::rgba_of({2, 0, 0, 255}));
}

TEST(Renderer, LayersSideBySideKeepTheirColors) {
    Scene scene;
    for (int i = 0; i < 6; ++i) {
        scene.clouds.push_back(layer_of({{10, static_cast<float>(i) - 3, 0}}));
        scene.clouds.back().coloring =
            visual::Coloring{.by = visual::ColorBy::Constant,
                             .constant = {static_cast<std::uint8_t>(i * 40), 1, 2, 255}};
    }
    scene.clouds[2].visible = false;
    Style style = plain_style();
    style.background_top = style.background_bottom = {9, 9, 9, 255};
    SplatRenderer renderer;
    const visual::Frame& frame = renderer.draw(scene, straight_view(), style, 101, 101);
    for (int i = 0; i < 6; ++i) {
        // Focal length 50.5: a metre is five pixels, to the right as y falls.
        const Rgba expected = i == 2
                                  ? visual::rgba_of({9, 9, 9, 255})
                                  : visual::rgba_of({static_cast<std::uint8_t>(i * 40), 1, 2, 255});
        EXPECT_EQ(color_at(frame, 65 - 5 * i, 50), expected) << i;
    }
}

/// The point that covers a pixel, by trying each.
std::optional<std::uint32_t> brute_force(const Scene& scene, const View& view, int width,
                                         int height, int x, int y, bool& unsure) {
    const visual::Projector projector(view, width, height, scene.bounds());
    std::optional<std::uint32_t> best;
    double nearest = 1e300;
    const auto& points = scene.clouds[0].cloud->points;
    for (std::uint32_t i = 0; i < points.size(); ++i) {
        const auto pixel = projector.project({points[i].x, points[i].y, points[i].z});
        if (!pixel) continue;
        // A square of two by two pixels covers (x, y) when its middle is within a pixel of the
        // pixel's.
        const double dx = std::abs(pixel->x - x - 0.5), dy = std::abs(pixel->y - y - 0.5);
        if (dx > 1.01 || dy > 1.01) continue;
        unsure = unsure || std::abs(dx - 1) < 0.01 || std::abs(dy - 1) < 0.01 ||
                 std::abs(pixel->depth - nearest) < 1e-4;
        if (dx < 1 && dy < 1 && pixel->depth < nearest) nearest = pixel->depth, best = i;
    }
    return best;
}

TEST(Picking, FindsTheVisiblePoint) {
    const Scene scene = scene_of(random_points(20'000, 21));
    int hits = 0, misses = 0;
    for (std::uint64_t seed = 0; seed < 12; ++seed) {
        const View view = random_view(seed);
        SplatRenderer renderer;
        renderer.draw(scene, view, plain_style(), 120, 90);
        engine::Random random(seed, "pointer", 0);
        for (int i = 0; i < 40; ++i) {
            const int x = static_cast<int>(random.below(120)),
                      y = static_cast<int>(random.below(90));
            bool unsure = false;
            const auto expected = brute_force(scene, view, 120, 90, x, y, unsure);
            if (unsure) continue;
            const auto found = renderer.pick(x, y, 0);
            ASSERT_EQ(found.has_value(), expected.has_value()) << seed << " " << x << " " << y;
            ++(found ? hits : misses);
            if (!found) continue;
            EXPECT_EQ(found->index, *expected);
            const visual::Point& p = scene.clouds[0].cloud->points[*expected];
            EXPECT_EQ(found->world, (Vector3{p.x, p.y, p.z}));
            EXPECT_NEAR(found->pixel.x, x + 0.5, 1.0);
        }
    }
    EXPECT_GT(hits, 50);
    EXPECT_GT(misses, 50);
}

TEST(Picking, WithoutAPictureGivesTheSame) {
    const Scene scene = scene_of(random_points(20'000, 22));
    int hits = 0;
    for (std::uint64_t seed = 0; seed < 10; ++seed) {
        const View view = random_view(seed);
        Style style = plain_style();
        style.point_size.value = 1 + static_cast<double>(seed % 5);
        if (seed % 4 == 3)
            style.point_size = {0.3, visual::SizeUnit::Metres, visual::PointShape::Disc};
        SplatRenderer renderer;
        renderer.draw(scene, view, style, 160, 120);
        engine::Random random(seed, "pointer", 1);
        for (int i = 0; i < 60; ++i) {
            const int x = static_cast<int>(random.below(170)) - 5,
                      y = static_cast<int>(random.below(130)) - 5;
            const int radius = static_cast<int>(random.below(6));
            const auto one = renderer.pick(x, y, radius);
            const auto other = visual::pick(scene, view, style, 160, 120, x, y, radius);
            ASSERT_EQ(one.has_value(), other.has_value()) << seed << " " << x << " " << y;
            if (one) {
                EXPECT_EQ(one->index, other->index);
            }
            hits += one.has_value();
        }
    }
    EXPECT_GT(hits, 100);
}

TEST(Picking, ReachesToTheRadiusAndPrefersTheNearestPixel) {
    const Scene scene = scene_of({{10, 1, 0}, {5, -1, 0}});
    Style style = plain_style();
    style.point_size.value = 1;
    SplatRenderer renderer;
    // Focal length 50.5: pixels (45, 50) and (60, 50) of 101 by 101.
    renderer.draw(scene, straight_view(), style, 101, 101);
    EXPECT_EQ(renderer.pick(48, 50, 3)->index, 0u);
    EXPECT_FALSE(renderer.pick(48, 50, 2));
    EXPECT_EQ(renderer.pick(51, 50, 20)->index, 0u) << "six pixels away, the nearer point nine";
    EXPECT_FALSE(renderer.pick(-5, -5, 3));
    const Scene pair = scene_of({{10, 1, 0}, {9, -0.9F, 0}, {10, -1, 0}, {9, 0.9F, 0}});
    renderer.draw(pair, straight_view(), style, 101, 101);
    EXPECT_FLOAT_EQ(static_cast<float>(renderer.pick(50, 50, 9)->pixel.depth), 9)
        << "as near, but before";
    const Scene other = scene_of({{9, 1.8F, 0}, {10, -2, 0}});
    renderer.draw(other, straight_view(), style, 101, 101);
    EXPECT_EQ(renderer.pick(50, 50, 20)->index, 0u);
    const Scene swapped = scene_of({{10, 2, 0}, {9, -1.8F, 0}});
    renderer.draw(swapped, straight_view(), style, 101, 101);
    EXPECT_EQ(renderer.pick(50, 50, 20)->index, 1u);
    EXPECT_FALSE(SplatRenderer().pick(1, 1));
}

TEST(Renderer, VisibleSelectionLeavesOutWhatIsHidden) {
    Scene scene;
    scene.clouds = {layer_of({{20, 0, 0}, {10, 3, 0}, {10, -3, 0}}), layer_of({{5, 0, 0}})};
    SplatRenderer renderer;
    renderer.draw(scene, straight_view(), plain_style(), 101, 101);
    const auto mask = visual::PixelMask::rectangle({20, 40}, {60, 60}, 101, 101);
    const auto lists = renderer.visible_on(mask);
    ASSERT_EQ(lists.size(), 2u);
    EXPECT_EQ(lists[0], (std::vector<std::uint32_t>{1})) << "point 0 is hidden, 2 is to the right";
    EXPECT_EQ(lists[1], (std::vector<std::uint32_t>{0}));
    EXPECT_TRUE(SplatRenderer().visible_on(mask).empty());
}

TEST(Renderer, ColorsChangeWithoutDrawingAnew) {
    const Scene scene = scene_of(random_points(30'000, 23));
    const View view = random_view(2);
    Style style = plain_style();
    SplatRenderer renderer;
    renderer.draw(scene, view, style, 200, 150, 4000);
    const std::size_t first = renderer.drawn();
    ASSERT_FALSE(renderer.complete());
    style.coloring.by = visual::ColorBy::Height;
    style.eye_dome.on = true;
    renderer.draw(scene, view, style, 200, 150, 4000);
    EXPECT_GT(renderer.drawn(), first) << "went on";
    while (!renderer.complete()) renderer.draw(scene, view, style, 200, 150, 4000);
    EXPECT_EQ(visual::to_raster(renderer.draw(scene, view, style, 200, 150)).bytes,
              visual::render(scene, view, style, 200, 150).bytes);
    style.point_size.value = 3;
    renderer.draw(scene, view, style, 200, 150, 4000);
    EXPECT_FALSE(renderer.complete()) << "began anew";
}

TEST(Renderer, NewPaintIsSeenAtOnce) {
    Scene scene = scene_of({{10, 0, 0}});
    Style style = plain_style();
    style.coloring.by = visual::ColorBy::Painted;
    style.point_size.value = 8;
    SplatRenderer renderer;
    for (const std::uint8_t red : {std::uint8_t{200}, std::uint8_t{100}}) {
        scene.clouds[0].painted =
            std::make_shared<std::vector<Rgba>>(1, visual::rgba_of({red, 0, 0, 255}));
        renderer.draw(scene, straight_view(), style, 100, 100);
        EXPECT_EQ(color_at(renderer.frame(), 50, 50), visual::rgba_of({red, 0, 0, 255}));
    }
}

TEST(Renderer, EyeDomeDarkensWhatLiesBehindAnEdge) {
    // Two walls; the nearer hides the left half.
    std::vector<visual::Point> points;
    for (int i = -60; i < 60; ++i) {
        for (int j = -60; j < 60; ++j) {
            const auto y = static_cast<float>(i) / 10, z = static_cast<float>(j) / 10;
            points.push_back({10, y, z});
            if (y > 0 && z > -4) points.push_back({5, y / 2, z / 2});
        }
    }
    const Scene scene = scene_of(std::move(points));
    Style style = plain_style();
    SplatRenderer renderer;
    const visual::Frame flat = renderer.draw(scene, straight_view(), style, 100, 100);
    style.eye_dome.on = true;
    const visual::Frame lit = renderer.draw(scene, straight_view(), style, 100, 100);
    int edge = 25;  // on the nearer wall
    ASSERT_LT(lit.depth(edge, 50), 6);
    while (lit.depth(edge, 50) < 6) ++edge;
    EXPECT_LT(color_at(lit, edge, 50) & 255, color_at(flat, edge, 50) & 255) << "behind the edge";
    EXPECT_EQ(color_at(lit, edge - 1, 50), color_at(flat, edge - 1, 50)) << "on the edge";
    EXPECT_EQ(color_at(lit, edge + 15, 50), color_at(flat, edge + 15, 50)) << "on the flat wall";
    // Below, the nearer wall ends sooner than the farther one.
    const int column = 40;
    int under = 60;
    while (lit.depth(column, under) < 6) ++under;
    EXPECT_LT(color_at(lit, column, under) & 255, color_at(flat, column, under) & 255)
        << "under the edge";
}

}  // namespace
}  // namespace millrace::tests
