#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "image_support.hpp"

namespace millrace::tests {
namespace {

using viewers::CompareMode;
using viewers::ImageView;

void show_pair(ImageView& view, visual::Raster image, visual::Raster reference) {
    view.resize(200, 200);
    ASSERT_TRUE(view.show_visual(shown(std::move(image))));
    view.set_reference(shared_raster(std::move(reference)), "before");
}

TEST(ImageCompare, WipeShowsTheImageLeftAndTheReferenceRight) {
    ImageView view;
    show_pair(view, plain(10, 10, {200, 0, 0}), plain(10, 10, {0, 0, 200}));
    view.set_compare_mode(CompareMode::Wipe);
    QImage seen = view.screenshot();
    EXPECT_EQ(seen.pixel(40, 150), qRgb(200, 0, 0));
    EXPECT_EQ(seen.pixel(160, 150), qRgb(0, 0, 200));
    drag(view, {100, 60}, {150, 60});
    EXPECT_NEAR(view.wipe(), 0.75, 1e-9);
    seen = view.screenshot();
    EXPECT_EQ(seen.pixel(130, 150), qRgb(200, 0, 0));
    EXPECT_EQ(seen.pixel(180, 150), qRgb(0, 0, 200));
    trigger(view, QKeySequence(Qt::SHIFT | Qt::Key_Left));
    EXPECT_NEAR(view.wipe(), 0.73, 1e-9);
    trigger(view, Qt::Key_Q);
    EXPECT_EQ(view.screenshot().pixel(40, 150), qRgb(0, 0, 200)) << "A and B have changed sides";
    trigger(view, Qt::Key_W);
    EXPECT_EQ(view.compare_mode(), CompareMode::Off);
    EXPECT_EQ(view.screenshot().pixel(180, 150), qRgb(200, 0, 0));
}

TEST(ImageCompare, TheDividerStaysInTheWidget) {
    ImageView view;
    for (const double share : {-1.0, 7.0, std::numeric_limits<double>::quiet_NaN()}) {
        view.set_wipe(share);
        EXPECT_GE(view.wipe(), 0);
        EXPECT_LE(view.wipe(), 1);
    }
}

TEST(ImageCompare, DifferenceOfColoursByHand) {
    ImageView view;
    show_pair(view, plain(10, 10, {100, 50, 7}), plain(10, 10, {90, 70, 7}));
    view.set_compare_mode(CompareMode::Difference);
    ASSERT_TRUE(settle(view));
    EXPECT_EQ(view.screenshot().pixel(100, 30), qRgb(10, 20, 0));
    ASSERT_TRUE(view.difference());
    const auto& found = *view.difference();
    EXPECT_EQ(found.count, 300U);
    EXPECT_EQ(found.unequal, 200U);
    EXPECT_EQ(found.max, 20);
    EXPECT_DOUBLE_EQ(found.mean, 10);
    EXPECT_DOUBLE_EQ(found.rmse, std::sqrt(500.0 / 3));
    EXPECT_NEAR(found.psnr, 10 * std::log10(255.0 * 255 / (500.0 / 3)), 1e-9);
    // A stop is twice the difference.
    trigger(view, Qt::Key_BracketRight);
    EXPECT_EQ(view.screenshot().pixel(100, 30), qRgb(20, 40, 0));
    EXPECT_EQ(view.tone().exposure, 0) << "the image's own exposure stays";
}

TEST(ImageCompare, DifferenceOfOneChannelIsSigned) {
    ImageView view;
    show_pair(view, bytes_raster(2, 1, 1, {200, 50}), bytes_raster(2, 1, 1, {50, 200}));
    view.set_compare_mode(CompareMode::Difference);
    ASSERT_TRUE(settle(view));
    const QImage seen = view.screenshot();
    const QColor above = seen.pixelColor(10, 70), below = seen.pixelColor(190, 70);
    EXPECT_GT(above.red(), above.blue() + 40);
    EXPECT_GT(below.blue(), below.red() + 40);
}

TEST(ImageCompare, EqualImagesAreSaidToBeEqual) {
    const auto found = viewers::difference_numbers(
        viewers::difference_of(shared_raster(words_raster(2, 1, 1, {7, 40'000})),
                               shared_raster(words_raster(2, 1, 1, {7, 40'000}))));
    EXPECT_TRUE(std::isinf(found.psnr));
    EXPECT_EQ(found.unequal, 0U);
    EXPECT_EQ(found.peak, 65'535);
}

TEST(ImageCompare, FloatsUseTheReferencesRangeAndSkipWhatIsNotFinite) {
    const float nan = std::numeric_limits<float>::quiet_NaN();
    const auto found = viewers::difference_numbers(
        viewers::difference_of(shared_raster(floats_raster(3, 1, 1, {1.5F, nan, 3})),
                               shared_raster(floats_raster(3, 1, 1, {1, 2, 5}))));
    EXPECT_EQ(found.count, 2U);
    EXPECT_EQ(found.skipped, 1U);
    EXPECT_EQ(found.peak, 4);
    EXPECT_DOUBLE_EQ(found.max, 2);
    EXPECT_DOUBLE_EQ(found.mean, 1.25);
    EXPECT_NEAR(found.psnr, 10 * std::log10(16 / ((0.25 + 4) / 2)), 1e-6);
}

TEST(ImageCompare, WhatDoesNotFitIsExplainedAndNotStretched) {
    ImageView view;
    show_pair(view, plain(10, 10, {200, 0, 0}), plain(5, 10, {0, 0, 200}));
    view.set_compare_mode(CompareMode::Difference);
    EXPECT_TRUE(view.fault().contains("10 × 10")) << view.fault().toStdString();
    EXPECT_TRUE(view.fault().contains("5 × 10"));
    EXPECT_FALSE(view.difference());
    EXPECT_EQ(view.screenshot().pixel(150, 30), qRgb(200, 0, 0)) << "the image itself";
    view.set_compare_mode(CompareMode::Blink);
    view.show_reference(true);
    const QImage seen = view.screenshot();
    EXPECT_EQ(seen.pixel(80, 100), qRgb(0, 0, 200));
    EXPECT_EQ(seen.pixel(150, 100), view.palette().base().color().rgb()) << "it ends here";
    view.set_reference(shared_raster(plain(10, 10, {1})), "grey");
    EXPECT_TRUE(view.fault().contains("channels"));
    view.set_reference(shared_raster(words_raster(1, 1, 3, {1, 2, 3})), "deep");
    EXPECT_FALSE(view.fault().isEmpty());
}

TEST(ImageCompare, KeysKeepAReferenceAndBlink) {
    ImageView view;
    view.resize(200, 200);
    trigger(view, Qt::Key_W);
    EXPECT_EQ(view.compare_mode(), CompareMode::Off) << "nothing to compare with";
    EXPECT_TRUE(view.status().contains("reference"));
    view.show_visual(shown(plain(10, 10, {0, 150, 0})));
    view.set_item_name("frame 1");
    trigger(view, Qt::Key_K);
    EXPECT_EQ(view.reference_name(), "frame 1");
    view.show_visual(shown(plain(10, 10, {150, 0, 0})));
    EXPECT_EQ(view.screenshot().pixel(100, 100), qRgb(150, 0, 0));
    trigger(view, Qt::Key_Q);
    EXPECT_EQ(view.screenshot().pixel(100, 100), qRgb(0, 150, 0));
    trigger(view, Qt::Key_Q);
    EXPECT_EQ(view.screenshot().pixel(100, 100), qRgb(150, 0, 0));
    trigger(view, Qt::Key_B);
    EXPECT_TRUE(view.blinking());
    EXPECT_TRUE(QTest::qWaitFor([&] { return view.reference_shown(); }, 20'000));
    trigger(view, Qt::Key_B);
    EXPECT_FALSE(view.blinking());
    view.set_reference(nullptr, {});
    EXPECT_EQ(view.compare_mode(), CompareMode::Off);
    EXPECT_EQ(view.screenshot().pixel(100, 100), qRgb(150, 0, 0));
}

TEST(ImageCompare, ANewItemIsComparedWithTheSameReference) {
    ImageView view;
    show_pair(view, plain(4, 4, {10}), plain(4, 4, {10}));
    view.set_compare_mode(CompareMode::Difference);
    ASSERT_TRUE(settle(view));
    EXPECT_EQ(view.difference()->max, 0);
    view.show_visual(shown(plain(4, 4, {13})));
    ASSERT_TRUE(settle(view));
    ASSERT_TRUE(view.difference());
    EXPECT_EQ(view.difference()->max, 3);
}

TEST(ImageCompare, AReferenceOfAnotherDepthHasItsOwnRange) {
    ImageView view;
    show_pair(view, plain(2, 2, {100}), words_raster(1, 1, 1, {32'768}));
    view.set_compare_mode(CompareMode::Blink);
    view.show_reference(true);
    EXPECT_NEAR(qGray(view.screenshot().pixel(10, 80)), 128, 1);
}

}  // namespace
}  // namespace millrace::tests
