#include "engine/visual/scene/colors.hpp"

#include <gtest/gtest.h>

#include "tests/engine/visual/scene/support.hpp"

namespace millrace::tests {
namespace {

using visual::ColorBy;
using visual::Coloring;
using visual::LayerColors;
using visual::Map;
using visual::Rgb;
using visual::Rgba;

/// Values 0 to 10 along x as intensity, label and rgb.
visual::CloudLayer eleven() {
    auto cloud = std::make_shared<visual::Cloud>();
    std::vector<float> intensity;
    std::vector<std::int32_t> label;
    std::vector<std::uint8_t> rgb;
    for (int i = 0; i <= 10; ++i) {
        cloud->points.push_back({static_cast<float>(i), 0, static_cast<float>(2 * i)});
        intensity.push_back(static_cast<float>(i));
        label.push_back(i - 1);
        for (int c = 0; c < 3; ++c) rgb.push_back(static_cast<std::uint8_t>(20 * i + c));
    }
    cloud->fields = {{"intensity", 1, intensity}, {"label", 1, label}, {"rgb", 3, rgb}};
    return visual::make_layer("eleven", cloud);
}

/// Of the point with an index in the cloud.
Rgba color_of(const visual::CloudLayer& layer, const LayerColors& colors, std::uint32_t index) {
    for (std::uint32_t place = 0; place < layer.tree->size(); ++place) {
        if (layer.tree->source(place) == index) return colors.color(place);
    }
    return 0;
}

Rgba map_color(Map map, std::size_t at) {
    const Rgb& c = visual::map_table(map)[at];
    return visual::rgba_of({c[0], c[1], c[2], 255});
}

TEST(ColorMaps, AreCloseToThePublishedTables) {
    struct Known {
        Map map;
        std::size_t at;
        Rgb color;
    };
    const Known known[] = {{Map::Turbo, 0, {48, 18, 59}},       {Map::Turbo, 64, {40, 188, 235}},
                           {Map::Turbo, 128, {164, 252, 60}},   {Map::Turbo, 192, {251, 126, 33}},
                           {Map::Turbo, 255, {122, 4, 3}},      {Map::Viridis, 0, {68, 1, 84}},
                           {Map::Viridis, 64, {59, 82, 139}},   {Map::Viridis, 128, {33, 145, 140}},
                           {Map::Viridis, 255, {253, 231, 37}}, {Map::Magma, 64, {81, 18, 124}},
                           {Map::Magma, 128, {183, 55, 121}},   {Map::Magma, 255, {252, 253, 191}},
                           {Map::Jet, 0, {0, 0, 128}},          {Map::Jet, 128, {130, 255, 126}},
                           {Map::Jet, 255, {128, 0, 0}},        {Map::Gray, 77, {77, 77, 77}}};
    for (const Known& one : known) {
        const Rgb& found = visual::map_table(one.map)[one.at];
        for (int c = 0; c < 3; ++c)
            EXPECT_NEAR(found[c], one.color[c], 6) << visual::map_name(one.map) << " " << one.at;
    }
}

TEST(Colors, FollowTheMapBetweenItsEnds) {
    const visual::CloudLayer layer = eleven();
    Coloring coloring{.by = ColorBy::Intensity, .map = Map::Viridis, .low = 2, .high = 8};
    const LayerColors colors(layer, coloring, {});
    EXPECT_EQ(color_of(layer, colors, 0), map_color(Map::Viridis, 0)) << "below the low end";
    EXPECT_EQ(color_of(layer, colors, 5), map_color(Map::Viridis, 128));
    EXPECT_EQ(color_of(layer, colors, 10), map_color(Map::Viridis, 255));
    coloring.reversed = true;
    EXPECT_EQ(color_of(layer, LayerColors(layer, coloring, {}), 10), map_color(Map::Viridis, 0));
}

TEST(Colors, HeightIsOfTheWorldAndRangeOfTheSensor) {
    visual::CloudLayer layer = eleven();
    layer.world_from_layer[11] = 100;
    const Coloring height{.by = ColorBy::Height, .low = 100, .high = 120};
    const LayerColors by_height(layer, height, {});
    EXPECT_DOUBLE_EQ(by_height.value(3), 106);
    EXPECT_EQ(color_of(layer, by_height, 10), map_color(Map::Turbo, 255));
    EXPECT_EQ(color_of(layer, by_height, 5), map_color(Map::Turbo, 128));
    const Coloring range{.by = ColorBy::Range, .low = 0, .high = std::sqrt(500.0)};
    const LayerColors by_range(layer, range, {});
    EXPECT_NEAR(by_range.value(10), std::sqrt(500.0), 1e-6);
    EXPECT_EQ(color_of(layer, by_range, 5), map_color(Map::Turbo, 128));
}

TEST(Colors, LabelsAndRgbAreTakenAsTheyAre) {
    const visual::CloudLayer layer = eleven();
    const LayerColors labels(layer, {.by = ColorBy::Label}, {});
    const Rgb none = visual::palette_color(-1), third = visual::palette_color(2);
    EXPECT_EQ(color_of(layer, labels, 0), visual::rgba_of({none[0], none[1], none[2], 255}));
    EXPECT_EQ(color_of(layer, labels, 3), visual::rgba_of({third[0], third[1], third[2], 255}));
    const LayerColors rgb(layer, {.by = ColorBy::Rgb}, {});
    EXPECT_EQ(color_of(layer, rgb, 4), visual::rgba_of({80, 81, 82, 255}));
}

TEST(Colors, MissingFieldsLeaveTheConstant) {
    const visual::CloudLayer layer = eleven();
    for (const Coloring& coloring :
         {Coloring{.by = ColorBy::Ring}, Coloring{.by = ColorBy::Field, .field = "speed"},
          Coloring{.by = ColorBy::Field, .field = "rgb", .channel = 3},
          Coloring{.by = ColorBy::Field, .field = "rgb", .channel = -1}}) {
        const LayerColors colors(layer, coloring, {});
        EXPECT_FALSE(colors.known());
        EXPECT_EQ(color_of(layer, colors, 4), visual::rgba_of(coloring.constant));
        EXPECT_TRUE(std::isnan(colors.value(4)));
    }
    EXPECT_TRUE(
        LayerColors(layer, {.by = ColorBy::Field, .field = "rgb", .channel = 2}, {}).known());
}

TEST(Colors, NotANumberIsGrey) {
    auto cloud = std::make_shared<visual::Cloud>();
    cloud->points = {{0, 0, 0}, {1, 0, 0}};
    cloud->fields = {{"intensity", 1,
                      std::vector<float>{std::nanf(""), std::numeric_limits<float>::infinity()}}};
    const visual::CloudLayer layer = visual::make_layer("odd", cloud);
    const LayerColors colors(layer, {.by = ColorBy::Intensity, .low = 0, .high = 1}, {});
    EXPECT_EQ(colors.color(0), visual::rgba_of({0x4c, 0x50, 0x50, 255}));
    EXPECT_EQ(colors.color(1), colors.color(0));
}

TEST(Colors, SelectedPointsStandOut) {
    visual::CloudLayer layer = eleven();
    auto selected = std::make_shared<std::vector<std::uint8_t>>(11);
    (*selected)[7] = 1;
    layer.selected = selected;
    const LayerColors colors(layer, {.by = ColorBy::Rgb}, {1, 2, 3, 255});
    EXPECT_EQ(color_of(layer, colors, 7), visual::rgba_of({1, 2, 3, 255}));
    EXPECT_EQ(color_of(layer, colors, 4), visual::rgba_of({80, 81, 82, 255}));
}

TEST(Colors, PaintIsTheLayersOwnAndNeedsAColourAPoint) {
    visual::CloudLayer layer = eleven();
    EXPECT_FALSE(LayerColors(layer, {.by = ColorBy::Painted}, {}).known()) << "nothing is painted";
    auto paint = std::make_shared<std::vector<Rgba>>(11, visual::rgba_of({9, 8, 7, 255}));
    (*paint)[4] = visual::rgba_of({80, 90, 100, 255});
    layer.painted = paint;
    const LayerColors colors(layer, {.by = ColorBy::Painted}, {});
    EXPECT_TRUE(colors.known());
    EXPECT_EQ(color_of(layer, colors, 4), visual::rgba_of({80, 90, 100, 255}));
    EXPECT_EQ(color_of(layer, colors, 5), visual::rgba_of({9, 8, 7, 255}));
    EXPECT_TRUE(std::isnan(colors.value(4)));
    layer.painted = std::make_shared<std::vector<Rgba>>(10);
    const Coloring plain{.by = ColorBy::Painted};
    const LayerColors wrong(layer, plain, {});
    EXPECT_FALSE(wrong.known());
    EXPECT_EQ(color_of(layer, wrong, 4), visual::rgba_of(plain.constant));
}

TEST(Colors, LargeNumbersKeepTheirDigits) {
    auto cloud = std::make_shared<visual::Cloud>();
    std::vector<double> time;
    for (int i = 0; i < 11; ++i) {
        cloud->points.push_back({static_cast<float>(i), 0, 0});
        time.push_back(1.7e9 + 0.01 * i);
    }
    cloud->fields = {{"time", 1, time}};
    const visual::CloudLayer layer = visual::make_layer("times", cloud);
    const Coloring coloring{
        .by = ColorBy::Field, .field = "time", .low = 1.7e9, .high = 1.7e9 + 0.1};
    const LayerColors colors(layer, coloring, {});
    EXPECT_EQ(color_of(layer, colors, 5), map_color(Map::Turbo, 128));
}

TEST(Colors, RangeIsThatOfAllLayersWithTheSameColoring) {
    visual::Scene scene;
    scene.clouds = {eleven(), eleven()};
    scene.clouds[1].world_from_layer[11] = 80;
    visual::Style style;
    EXPECT_EQ(visual::color_range(scene, style, style.coloring), (std::pair{0.0, 100.0}));
    scene.clouds[1].visible = false;
    EXPECT_EQ(visual::color_range(scene, style, style.coloring), (std::pair{0.0, 20.0}));
    const Coloring own{.by = ColorBy::Height, .low = 3, .high = 4};
    EXPECT_EQ(visual::color_range(scene, style, own), (std::pair{3.0, 4.0}));
    const auto [low, high] = visual::color_range({}, style, {});
    EXPECT_LT(low, high);
}

TEST(Colors, CountsFillTheHistogram) {
    const visual::CloudLayer layer = eleven();
    const Coloring coloring{.by = ColorBy::Intensity};
    EXPECT_EQ(visual::value_counts(layer, coloring, 0, 10, 5),
              (std::vector<std::uint64_t>{2, 2, 2, 2, 3}));
    EXPECT_EQ(visual::value_counts(layer, coloring, 3.5, 6.5, 1), (std::vector<std::uint64_t>{3}));
    EXPECT_EQ(visual::value_counts(layer, coloring, 1, 1, 2), (std::vector<std::uint64_t>{0, 0}));
}

}  // namespace
}  // namespace millrace::tests
