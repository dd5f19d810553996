#include <QTemporaryDir>
#include <limits>

#include <gtest/gtest.h>

#include "image_support.hpp"
#include "viewers/image/full_picture.hpp"

namespace millrace::tests {
namespace {

using viewers::ColorMap;
using viewers::ImageView;
using viewers::LayerKind;
using viewers::RasterLayer;

constexpr QRgb kBlack = 0xff000000;

ImageView* black_view(ImageView& view) {
    view.resize(200, 200);
    view.show_visual(shown(plain(10, 10, {0, 0, 0})));
    return &view;
}

TEST(ImageLayers, MasksHaveAColourALabelAndLetZeroThrough) {
    ImageView view;
    black_view(view);
    // 2 × 2 labels over 10 × 10 pixels.
    ASSERT_TRUE(view.set_layer("mask", shared_raster(bytes_raster(2, 2, 1, {0, 1, 2, 255})),
                               LayerKind::Mask));
    RasterLayer layer = view.layers().at(0);
    layer.opacity = 1;
    view.change_layer(layer);
    const QImage seen = view.screenshot();
    EXPECT_EQ(seen.pixel(50, 50), kBlack);
    const auto palette = [](std::int64_t number) {
        const auto [red, green, blue] = visual::palette_color(number);
        return qRgb(red, green, blue);
    };
    EXPECT_EQ(seen.pixel(150, 50), palette(0));
    EXPECT_EQ(seen.pixel(50, 150), palette(1));
    EXPECT_EQ(seen.pixel(150, 150), palette(-1)) << "255 is to be ignored";
    layer.opacity = 0.5;
    view.change_layer(layer);
    EXPECT_NEAR(qRed(view.screenshot().pixel(150, 50)), qRed(palette(0)) / 2, 1);
    layer.visible = false;
    view.change_layer(layer);
    EXPECT_EQ(view.screenshot().pixel(150, 50), kBlack);
}

TEST(ImageLayers, HeatIsBilinearBetweenTheMiddlesOfItsPixels) {
    RasterLayer layer{.name = "heat",
                      .raster = shared_raster(floats_raster(2, 2, 1, {0, 1, 2, 3}))};
    const QSize image(8, 8);
    EXPECT_DOUBLE_EQ(viewers::layer_value(layer, image, 2, 2), 0) << "the first one's middle";
    EXPECT_DOUBLE_EQ(viewers::layer_value(layer, image, 4, 2), 0.5);
    EXPECT_DOUBLE_EQ(viewers::layer_value(layer, image, 4, 4), 1.5);
    EXPECT_DOUBLE_EQ(viewers::layer_value(layer, image, 0, 0), 0) << "held beyond the middles";
    EXPECT_DOUBLE_EQ(viewers::layer_value(layer, image, 8, 8), 3);
    layer.smooth = false;
    EXPECT_DOUBLE_EQ(viewers::layer_value(layer, image, 3.9, 2), 0);
    EXPECT_DOUBLE_EQ(viewers::layer_value(layer, image, 4.1, 2), 1);
    // The picture holds the same values.
    layer.opacity = 1;
    layer.smooth = true;
    layer.map = ColorMap::Gray;
    layer.low = 0;
    layer.high = 3;
    const QImage picture = viewers::layer_picture(layer, image, QRectF(0, 0, 8, 8), QSize(80, 80));
    EXPECT_NEAR(qGray(picture.pixel(40, 40)), 255 * 1.5 / 3, 4);
    EXPECT_EQ(qGray(picture.pixel(5, 5)), 0);
    EXPECT_EQ(qGray(picture.pixel(75, 75)), 255);
}

TEST(ImageLayers, HeatCanFadeWithItsValue) {
    RasterLayer layer{.name = "heat",
                      .raster = shared_raster(floats_raster(3, 1, 1, {0, 1, 2})),
                      .opacity = 0.8,
                      .smooth = false,
                      .fade = true,
                      .high = 2};
    const QImage picture = viewers::layer_picture(layer, {3, 1}, QRectF(0, 0, 3, 1), QSize(3, 1));
    EXPECT_EQ(qAlpha(picture.pixel(0, 0)), 0);
    EXPECT_NEAR(qAlpha(picture.pixel(1, 0)), 102, 1);
    EXPECT_EQ(qAlpha(picture.pixel(2, 0)), 204);
}

TEST(ImageLayers, NanInHeatIsInvisibleAndStaysInItsPixel) {
    const float nan = std::numeric_limits<float>::quiet_NaN();
    RasterLayer layer{.name = "heat", .raster = shared_raster(floats_raster(2, 1, 1, {nan, 1}))};
    layer.opacity = 1;
    const QImage picture = viewers::layer_picture(layer, {8, 8}, QRectF(0, 0, 8, 8), QSize(80, 80));
    EXPECT_EQ(qAlpha(picture.pixel(10, 40)), 0);
    EXPECT_EQ(qAlpha(picture.pixel(38, 40)), 0);
    EXPECT_EQ(qAlpha(picture.pixel(42, 40)), 255);
}

TEST(ImageLayers, OfOneChannelOnly) {
    ImageView view;
    black_view(view);
    EXPECT_FALSE(view.set_layer("rgb", shared_raster(plain(2, 2, {1, 2, 3})), LayerKind::Mask));
    EXPECT_FALSE(view.set_layer("none", nullptr, LayerKind::Mask));
    auto broken = plain(2, 2, {1});
    broken.bytes.pop_back();
    EXPECT_FALSE(view.set_layer("broken", shared_raster(broken), LayerKind::Mask));
    view.offer_layers(
        {{"broken", shared_raster(broken)}, {"rgb", shared_raster(plain(1, 1, {1, 2, 3}))}});
    EXPECT_TRUE(view.offers().empty());
    EXPECT_TRUE(view.layers().empty());
}

TEST(ImageLayers, KindFollowsTheValues) {
    EXPECT_EQ(viewers::kind_of(bytes_raster(2, 1, 1, {0, 3})), LayerKind::Mask);
    EXPECT_EQ(viewers::kind_of(floats_raster(2, 1, 1, {0, 3})), LayerKind::Heat);
    auto depth = words_raster(2, 1, 1, {0, 3});
    depth.unit = "m";
    EXPECT_EQ(viewers::kind_of(depth), LayerKind::Heat);
    std::vector<std::uint8_t> ramp(256);
    for (std::size_t i = 0; i < ramp.size(); ++i) ramp[i] = static_cast<std::uint8_t>(i);
    EXPECT_EQ(viewers::kind_of(bytes_raster(16, 16, 1, ramp)), LayerKind::Heat);
}

TEST(ImageLayers, ANewRasterKeepsTheLook) {
    ImageView view;
    black_view(view);
    view.set_layer("heat", shared_raster(floats_raster(2, 1, 1, {0, 1})), LayerKind::Heat);
    RasterLayer layer = view.layers().at(0);
    layer.opacity = 0.25;
    layer.map = ColorMap::Magma;
    view.change_layer(layer);
    view.offer_layers({{"heat", shared_raster(floats_raster(2, 1, 1, {5, 9}))}});
    EXPECT_EQ(view.layers().at(0).opacity, 0.25);
    EXPECT_EQ(view.layers().at(0).map, ColorMap::Magma);
    EXPECT_EQ(view.layers().at(0).high, 9);
    view.remove_layer("heat");
    EXPECT_TRUE(view.layers().empty());
}

TEST(ImageLayers, TheStatusTellsTheirValues) {
    ImageView view;
    black_view(view);
    view.set_layer("mask", shared_raster(bytes_raster(2, 2, 1, {0, 7, 2, 3})), LayerKind::Mask);
    hover(view, {150, 50});
    EXPECT_TRUE(view.status().contains("mask 7")) << view.status().toStdString();
}

TEST(ImageLayers, TheWholePictureHasToneLayersAndOverlay) {
    viewers::FullPicture wanted{.source = {.image = shared_raster(plain(300, 200, {10, 20, 30}))},
                                .tone = {.exposure = 1}};
    RasterLayer mask{.name = "mask",
                     .raster = shared_raster(bytes_raster(1, 2, 1, {0, 1})),
                     .kind = LayerKind::Mask,
                     .opacity = 1};
    wanted.layers = {mask};
    auto overlay = std::make_shared<viewers::ImageOverlay>();
    overlay->outlines.push_back({.lines = {QLineF(10, 50, 290, 50)}, .color = {0, 255, 0, 255}});
    wanted.overlay = overlay;
    wanted.style.outline_opacity = 1;
    const QImage picture = viewers::full_picture(wanted);
    ASSERT_EQ(picture.size(), QSize(300, 200));
    EXPECT_NEAR(qBlue(picture.pixel(5, 5)), 60, 1);
    EXPECT_GT(qGreen(picture.pixel(150, 50)), 200);
    const auto [red, green, blue] = visual::palette_color(0);
    EXPECT_EQ(picture.pixel(150, 150), qRgb(red, green, blue));
}

TEST(ImageLayers, SavesTheImageInItsOwnSize) {
    QTemporaryDir folder;
    ImageView view;
    view.resize(40, 40);
    view.show_visual(shown(plain(123, 77, {1, 200, 3})));
    const QString file = folder.filePath("whole.png");
    bool told = false, good = false;
    QObject::connect(&view, &ImageView::saved, [&](const QString&, bool how) {
        told = true;
        good = how;
    });
    view.save_image(file);
    ASSERT_TRUE(QTest::qWaitFor([&] { return told; }, 30'000));
    EXPECT_TRUE(good);
    const QImage read(file);
    EXPECT_EQ(read.size(), QSize(123, 77));
    EXPECT_EQ(read.pixel(60, 40), qRgb(1, 200, 3));
    told = false;
    view.save_image(folder.filePath("no/such/folder.png"));
    ASSERT_TRUE(QTest::qWaitFor([&] { return told; }, 30'000));
    EXPECT_FALSE(good);
    EXPECT_TRUE(view.save_view(folder.filePath("view.png")));
    EXPECT_EQ(QImage(folder.filePath("view.png")).size(), QSize(64, 64) * view.devicePixelRatioF())
        << "at least the smallest size of the view";
}

}  // namespace
}  // namespace millrace::tests
