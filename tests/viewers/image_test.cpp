#include <QApplication>
#include <QMouseEvent>
#include <QWheelEvent>
#include <cmath>
#include <cstring>
#include <limits>

#include <gtest/gtest.h>

#include "viewers/image/image_view.hpp"
#include "viewers/registry.hpp"
#include "viewers/theme.hpp"

namespace millrace::tests {
namespace {

using viewers::ImageView;
using viewers::Viewer;
using visual::Raster;

Viewer::Shared shared(Raster raster) {
    return std::make_shared<const visual::Visual>(std::move(raster));
}

Raster colors_2x2() {
    return {.width = 2,
            .height = 2,
            .channels = 3,
            .bytes = {255, 0, 0, 0, 255, 0, 0, 0, 255, 10, 20, 30}};
}

Raster floats(int width, int height, const std::vector<float>& values) {
    Raster raster{.width = width, .height = height, .channels = 1, .depth = Raster::Depth::F32};
    raster.bytes.resize(values.size() * sizeof(float));
    std::memcpy(raster.bytes.data(), values.data(), raster.bytes.size());
    return raster;
}

void move_to(QWidget& widget, QPointF place, Qt::MouseButtons buttons = Qt::NoButton) {
    QMouseEvent event(QEvent::MouseMove, place, place, Qt::NoButton, buttons, Qt::NoModifier);
    QApplication::sendEvent(&widget, &event);
}

void press_at(QWidget& widget, QPointF place) {
    QMouseEvent event(QEvent::MouseButtonPress, place, place, Qt::LeftButton, Qt::LeftButton,
                      Qt::NoModifier);
    QApplication::sendEvent(&widget, &event);
}

TEST(ImageView, ShowsEachPixelWhereItLies) {
    ImageView view;
    view.resize(80, 80);  // 40 a pixel: no numbers written over them yet
    ASSERT_TRUE(view.show_visual(shared(colors_2x2())));
    const QImage seen = view.screenshot();
    EXPECT_EQ(seen.pixelColor(20, 20), QColor(255, 0, 0));
    EXPECT_EQ(seen.pixelColor(60, 20), QColor(0, 255, 0));
    EXPECT_EQ(seen.pixelColor(20, 60), QColor(0, 0, 255));
    EXPECT_EQ(seen.pixelColor(60, 60), QColor(10, 20, 30));
}

TEST(ImageView, TellsTheValuesUnderThePointer) {
    ImageView view;
    view.resize(80, 80);
    view.show_visual(shared(colors_2x2()));
    move_to(view, {60, 60});
    EXPECT_EQ(view.status(), "x 1, y 1: 10  20  30");
}

TEST(ImageView, PointsAtThePixelThatWasPressed) {
    ImageView view;
    view.resize(80, 80);
    view.show_visual(shared(colors_2x2()));
    std::optional<viewers::Selection> picked;
    QObject::connect(&view, &Viewer::selected,
                     [&](const viewers::Selection& selection) { picked = selection; });
    press_at(view, {60, 20});
    ASSERT_TRUE(picked);
    EXPECT_DOUBLE_EQ(picked->x, 1.5);
    EXPECT_DOUBLE_EQ(picked->y, 0.5);
}

TEST(ImageView, WheelKeepsThePixelUnderThePointer) {
    ImageView view;
    view.resize(100, 100);
    view.show_visual(shared(floats(100, 100, std::vector<float>(10000, 1))));
    const QPointF place(70, 30);
    const QPointF before = view.image_from_widget(place);
    QWheelEvent event(place, place, {}, {0, 360}, Qt::NoButton, Qt::NoModifier, Qt::NoScrollPhase,
                      false);
    QApplication::sendEvent(&view, &event);
    EXPECT_NEAR(view.zoom(), 1.728, 1e-9);
    EXPECT_NEAR(view.image_from_widget(place).x(), before.x(), 1e-9);
    EXPECT_NEAR(view.image_from_widget(place).y(), before.y(), 1e-9);
}

TEST(ImageView, DraggingMovesTheImageWithThePointer) {
    ImageView view;
    view.resize(100, 100);
    view.show_visual(shared(floats(100, 100, std::vector<float>(10000, 1))));
    press_at(view, {50, 50});
    move_to(view, {60, 45}, Qt::LeftButton);
    EXPECT_EQ(view.widget_from_image({50, 50}), QPointF(60, 45));
}

TEST(ImageView, ANewItemOfTheSameSizeKeepsTheView) {
    ImageView view;
    view.resize(80, 80);
    view.show_visual(shared(colors_2x2()));
    view.zoom_to(10, {0, 0});
    auto tone = view.tone();
    tone.exposure = 1;
    view.set_tone(tone);
    view.show_visual(shared(colors_2x2()));
    EXPECT_EQ(view.zoom(), 10);
    EXPECT_EQ(view.tone(), tone);
}

TEST(ImageView, RefusesARasterThatContradictsItself) {
    ImageView view;
    auto raster = colors_2x2();
    raster.bytes.pop_back();
    EXPECT_FALSE(view.show_visual(shared(raster)));
    EXPECT_FALSE(view.status().isEmpty());
    EXPECT_FALSE(view.show_visual(std::make_shared<const visual::Visual>(visual::Text{})));
}

TEST(ImageView, WritesValuesIntoLargePixels) {
    ImageView view;
    view.resize(200, 200);
    Raster one{.width = 1, .height = 1, .channels = 1, .bytes = {0}};
    view.show_visual(shared(one));
    const QImage seen = view.screenshot();
    int bright = 0;
    for (int y = 0; y < 200; ++y)
        for (int x = 0; x < 200; ++x) bright += qGray(seen.pixel(x, y)) > 128;
    EXPECT_GT(bright, 10);
    EXPECT_LT(bright, 2000);
}

TEST(ImageView, ShowsThirtyThousandPixelsSquareWhole) {
    constexpr int kSize = 30000;
    Raster large{.width = kSize, .height = kSize, .channels = 1};
    large.bytes.resize(std::size_t{kSize} * kSize);  // left half black, right half white
    for (std::size_t y = 0; y < kSize; ++y)
        std::memset(large.bytes.data() + y * kSize + kSize / 2, 255, kSize / 2);
    ImageView view;
    view.resize(300, 300);
    ASSERT_TRUE(view.show_visual(shared(std::move(large))));
    const QImage seen = view.screenshot();
    EXPECT_EQ(qGray(seen.pixel(75, 150)), 0);
    EXPECT_EQ(qGray(seen.pixel(225, 150)), 255);
}

TEST(Tone, SixteenBitsAreExact) {
    Raster raster{.width = 1, .height = 1, .channels = 1, .depth = Raster::Depth::U16};
    const std::uint16_t value = 54321;
    raster.bytes.resize(2);
    std::memcpy(raster.bytes.data(), &value, 2);
    EXPECT_EQ(viewers::value_at(raster, 0, 0, 0), 54321);
}

TEST(Tone, RangePassesOverWhatIsNotFinite) {
    const float nan = std::numeric_limits<float>::quiet_NaN(),
                inf = std::numeric_limits<float>::infinity();
    EXPECT_EQ(viewers::range_of(floats(4, 1, {nan, -2, inf, 5}), 0), (std::pair{-2.0, 5.0}));
    EXPECT_EQ(viewers::range_of(floats(1, 1, {nan}), 0), (std::pair{0.0, 1.0}));
}

TEST(Tone, NanIsMagentaAndTheEndsAreBlackAndWhite) {
    const float nan = std::numeric_limits<float>::quiet_NaN();
    const auto image = viewers::rendered(floats(3, 1, {nan, 2, 4}), {0, 0, 3, 1}, 1,
                                         {.channel = 0, .low = 2, .high = 4});
    EXPECT_EQ(image.pixel(0, 0), qRgb(255, 0, 255));
    EXPECT_EQ(image.pixel(1, 0), qRgb(0, 0, 0));
    EXPECT_EQ(image.pixel(2, 0), qRgb(255, 255, 255));
}

TEST(Tone, NanCanLetTheGroundThrough) {
    const float nan = std::numeric_limits<float>::quiet_NaN();
    const auto image = viewers::rendered(floats(2, 1, {nan, 4}), {0, 0, 2, 1}, 1,
                                         {.channel = 0, .low = 2, .high = 4, .clear_nan = true});
    EXPECT_EQ(qAlpha(image.pixel(0, 0)), 0);
    EXPECT_EQ(image.pixel(1, 0), qRgb(255, 255, 255));
}

TEST(Tone, ExposureDoublesAndGammaBrightens) {
    const auto raster = floats(1, 1, {0.25F});
    const QRect all(0, 0, 1, 1);
    const auto gray = [&](const viewers::Tone& tone) {
        return qGray(viewers::rendered(raster, all, 1, tone).pixel(0, 0));
    };
    EXPECT_NEAR(gray({.channel = 0, .low = 0, .high = 1}), 64, 1);
    EXPECT_NEAR(gray({.channel = 0, .low = 0, .high = 1, .exposure = 1}), 128, 1);
    EXPECT_NEAR(gray({.channel = 0, .low = 0, .high = 1, .gamma = 2}), 128, 1);
}

TEST(Tone, ColourMapsEndInTheirKnownColours) {
    EXPECT_EQ(viewers::color_of(viewers::ColorMap::Viridis, 0), qRgb(68, 1, 84));
    EXPECT_EQ(viewers::color_of(viewers::ColorMap::Viridis, 1), qRgb(253, 231, 37));
    const QRgb low = viewers::color_of(viewers::ColorMap::Turbo, 0.1),
               middle = viewers::color_of(viewers::ColorMap::Turbo, 0.5),
               high = viewers::color_of(viewers::ColorMap::Turbo, 0.95);
    EXPECT_GT(qBlue(low), qRed(low));
    EXPECT_GT(qGreen(middle), 200);
    EXPECT_GT(qRed(high), qBlue(high) + 100);
}

TEST(Registry, GivesTheViewerOfAVisual) {
    viewers::Registry registry;
    viewers::add_viewers(registry);
    ASSERT_EQ(registry.viewers_of(colors_2x2()).size(), 1U);
    QWidget window;
    EXPECT_TRUE(
        registry.viewers_of(colors_2x2())[0].make(&window)->show_visual(shared(colors_2x2())));
    EXPECT_TRUE(viewers::Registry().viewers_of(visual::Polyline{}).empty());
}

TEST(Theme, DarkIsDarkAndLightIsLight) {
    viewers::apply_theme(*qApp, viewers::Theme::Dark);
    EXPECT_LT(qGray(qApp->palette().color(QPalette::Window).rgb()), 80);
    viewers::apply_theme(*qApp, viewers::Theme::Light);
    EXPECT_GT(qGray(qApp->palette().color(QPalette::Window).rgb()), 200);
}

TEST(Viewer, EveryActionHasAShortcutThatItsTooltipNames) {
    ImageView view;
    ASSERT_FALSE(view.actions().isEmpty());
    for (const auto* action : view.actions()) {
        ASSERT_FALSE(action->shortcut().isEmpty()) << action->text().toStdString();
        EXPECT_TRUE(
            action->toolTip().contains(action->shortcut().toString(QKeySequence::NativeText)));
    }
}

std::shared_ptr<viewers::ImageOverlay> overlay_with_a_dot() {
    auto overlay = std::make_shared<viewers::ImageOverlay>();
    overlay->dots = {{.x = 5.5F, .y = 5.5F, .depth = 12.5F, .index = 7}};
    overlay->outlines.push_back({.lines = {QLineF(1, 1, 9, 1)}, .color = {0, 255, 0, 255}});
    return overlay;
}

Raster black_10x10() {
    return {.width = 10, .height = 10, .channels = 3, .bytes = std::vector<std::uint8_t>(300)};
}

TEST(ImageOverlay, LiesWhereItsPixelsLieAtAnyZoom) {
    ImageView view;
    view.resize(200, 200);
    view.show_visual(shared(black_10x10()));
    EXPECT_EQ(view.screenshot().pixelColor(110, 110), QColor(0, 0, 0));
    view.set_overlay(overlay_with_a_dot());
    EXPECT_NE(view.screenshot().pixelColor(110, 110), QColor(0, 0, 0));
    EXPECT_GT(view.screenshot().pixelColor(100, 20).green(), 200) << "the outline";
    view.zoom_to(30, {110, 110});  // the dot's pixel stays in its place
    EXPECT_NE(view.screenshot().pixelColor(110, 110), QColor(0, 0, 0));
    EXPECT_EQ(view.screenshot().pixelColor(150, 150), QColor(0, 0, 0));
}

TEST(ImageOverlay, TellsThePointUnderThePointer) {
    ImageView view;
    view.resize(200, 200);
    view.show_visual(shared(black_10x10()));
    view.set_overlay(overlay_with_a_dot());
    move_to(view, {110, 110});
    EXPECT_TRUE(view.status().contains("point 7 at 12.50 m")) << view.status().toStdString();
    move_to(view, {20, 180});
    EXPECT_FALSE(view.status().contains("point")) << view.status().toStdString();
}

TEST(ImageOverlay, KeysHideItAndChangeItsOpacity) {
    ImageView view;
    view.resize(200, 200);
    view.show_visual(shared(black_10x10()));
    view.set_overlay(overlay_with_a_dot());
    const auto press = [&](const QKeySequence& keys) {
        for (QAction* action : view.actions())
            if (action->shortcut() == keys) return action->trigger();
        FAIL() << keys.toString().toStdString();
    };
    press(Qt::Key_P);
    EXPECT_EQ(view.screenshot().pixelColor(110, 110), QColor(0, 0, 0));
    EXPECT_GT(view.screenshot().pixelColor(100, 20).green(), 200);
    press(QKeySequence(Qt::SHIFT | Qt::Key_O));
    EXPECT_NEAR(view.overlay_style().opacity, 0.8, 1e-9);
    press(QKeySequence(Qt::SHIFT | Qt::Key_P));
    EXPECT_EQ(view.screenshot().pixelColor(100, 20), QColor(0, 0, 0));
}

TEST(ImageOverlay, BadPlacesAreHarmless) {
    viewers::ImageOverlay overlay;
    EXPECT_EQ(viewers::depth_range(overlay), (std::pair<float, float>(0, 1)));
    const float nan = std::numeric_limits<float>::quiet_NaN();
    const float infinite = std::numeric_limits<float>::infinity();
    overlay.dots = {{nan, nan, nan, 0}, {infinite, 1, infinite, 1}, {1, 1, 5, 2}};
    overlay.outlines.push_back({.lines = {QLineF(-1e12, 0, 1e12, 5)}});
    EXPECT_EQ(viewers::depth_range(overlay), (std::pair<float, float>(5, 5)));
    EXPECT_EQ(viewers::dot_at(overlay, 1, 1, 2)->index, 2);
    ImageView view;
    view.resize(100, 100);
    view.show_visual(shared(black_10x10()));
    view.set_overlay(std::make_shared<const viewers::ImageOverlay>(overlay));
    EXPECT_NE(view.screenshot().pixelColor(10, 10), QColor(0, 0, 0)) << "the finite one is drawn";
}

}  // namespace
}  // namespace millrace::tests
