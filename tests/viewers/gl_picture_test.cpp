// The OpenGL renderer's pictures are the software renderer's.
#include <cmath>
#include <limits>

#include "tests/viewers/gl_support.hpp"

namespace millrace::tests {
namespace {

using viewers::CloudView;
using viewers::RendererChoice;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

TEST_F(GlCloud, APlainCloudLooksTheSame) {
    const auto view = view_with(random_cloud(30'000, 1));
    EXPECT_LE(difference(*view), kShare);
}

TEST_F(GlCloud, TheComparisonNoticesOtherPictures) {
    const auto view = view_with(random_cloud(30'000, 1));
    const QImage software = picture(*view, RendererChoice::Software);
    change(*view, [](visual::Style& style) { style.point_size.value = 3; });
    EXPECT_GT(share_of_difference(software, picture(*view, RendererChoice::OpenGl)), 0.05);
}

TEST_F(GlCloud, ParallelSightLooksTheSame) {
    const auto view = view_with(random_cloud(30'000, 2));
    visual::View sight = view->view();
    sight.lens = visual::Lens::Orthographic;
    view->set_view(sight);
    EXPECT_LE(difference(*view), kShare);
    // From above many points lie at one depth.
    view->show_visual(shared(room_cloud(60)));
    ASSERT_TRUE(settle(*view));
    sight.set(visual::Preset::Top);
    view->set_view(sight);
    view->fit();
    EXPECT_LE(difference(*view), kShare);
}

TEST_F(GlCloud, PointsOfAllSizesAndShapesLookTheSame) {
    const auto view = view_with(random_cloud(4'000, 3));
    for (const double size : {1.0, 2.0, 3.0, 4.0, 5.0, 12.0, 48.0}) {
        for (const auto shape : {visual::PointShape::Square, visual::PointShape::Disc}) {
            change(*view, [&](visual::Style& style) {
                style.point_size = {size, visual::SizeUnit::Pixels, shape};
            });
            EXPECT_LE(difference(*view, 10), kShare) << size;
        }
    }
}

TEST_F(GlCloud, DiscsInMetresLookTheSame) {
    const auto view = view_with(random_cloud(4'000, 4));
    for (const double size : {0.02, 0.3, 1.0, 40.0}) {
        change(*view, [&](visual::Style& style) {
            style.point_size = {size, visual::SizeUnit::Metres, visual::PointShape::Disc};
        });
        EXPECT_LE(difference(*view, 10), kShare) << size;
    }
}

TEST_F(GlCloud, EyeDomeLightingLooksTheSame) {
    const auto view = view_with(random_cloud(30'000, 5));
    change(*view, [](visual::Style& style) { style.eye_dome.on = false; });
    EXPECT_LE(difference(*view), kShare);
    change(*view, [](visual::Style& style) { style.eye_dome = {true, 3, 4}; });
    EXPECT_LE(difference(*view), kShare);
    visual::View sight = view->view();
    sight.lens = visual::Lens::Orthographic;
    view->set_view(sight);
    EXPECT_LE(difference(*view), kShare);
}

TEST_F(GlCloud, CropBoxAndPlanesCutTheSame) {
    const auto view = view_with(random_cloud(30'000, 6));
    change(*view, [](visual::Style& style) {
        style.crop = visual::CropBox{{2, 1, 0}, {30, 20, visual::Bounds::kNone}, 0.4};
    });
    EXPECT_LE(difference(*view), kShare);
    change(*view, [](visual::Style& style) { style.crop.reset(); });
    visual::View sight = view->view();
    sight.near_plane = sight.distance * 0.8;
    sight.far_plane = sight.distance * 1.1;
    view->set_view(sight);
    EXPECT_LE(difference(*view), kShare);
}

TEST_F(GlCloud, BoxesPathsAndImagesLookTheSame) {
    const auto view = view_with(room_cloud(40));
    visual::Boxes3d boxes{.frame = "lidar", .full_count = 40};
    for (int i = 0; i < 40; ++i) {
        const double x = i;
        boxes.boxes.push_back({.center = {x, 20 + 8 * std::sin(x), 1},
                               .size = {4, 2, 1.6},
                               .yaw = 0.3 * x,
                               .label = std::to_string(i % 3)});
    }
    visual::Polyline path{.frame = "lidar", .name = "way"};
    for (int i = 0; i < 200; ++i)
        path.points.push_back({i * 0.2, 20 + 10 * std::sin(i * 0.05), std::sin(i * 0.3)});
    visual::Camera camera{.name = "cam", .width = 64, .height = 48, .parent_frame = "lidar"};
    camera.projection = {50, 0, 32, 0, 0, 50, 24, 0, 0, 0, 1, 0};
    camera.camera_from_parent = {0, -1, 0, 12, 0, 0, -1, 3, 1, 0, 0, 2, 0, 0, 0, 1};
    auto image = std::make_shared<visual::Raster>(visual::Raster{
        .width = 64, .height = 48, .channels = 3, .full_width = 64, .full_height = 48});
    for (int i = 0; i < 64 * 48 * 3; ++i)
        image->bytes.push_back(static_cast<std::uint8_t>(i * 7 / 3));
    ASSERT_TRUE(view->set_layer("boxes", shared(boxes)));
    ASSERT_TRUE(view->set_layer("path", shared(path)));
    ASSERT_TRUE(view->set_layer("camera", shared(camera)));
    view->set_camera_image("camera", image);
    visual::View sight = view->view();
    sight.orbit(0.6, 0.2);
    sight.distance *= 0.6;
    view->set_view(sight);
    EXPECT_LE(difference(*view), 2 * kShare);
    sight.lens = visual::Lens::Orthographic;
    view->set_view(sight);
    EXPECT_LE(difference(*view), 2 * kShare);
    // Labels, legend and marks lie over both alike.
    view->set_overlays({});
    view->mark(
        viewers::Selection{.kind = viewers::Selection::Kind::Box, .frame = "lidar", .index = 4});
    EXPECT_LE(difference(*view), 2 * kShare);
}

TEST_F(GlCloud, SelectedPointsLookTheSame) {
    const auto view = view_with(random_cloud(30'000, 7));
    view->chooser().choose(RendererChoice::OpenGl);
    ASSERT_TRUE(settle(*view));
    const QImage before = view->screenshot();
    view->select_region(QPolygonF(QRectF(100, 80, 200, 160)), CloudView::Join::Replace);
    ASSERT_GT(view->selected_count(), 1000U);
    EXPECT_LE(difference(*view), kShare);
    EXPECT_GT(share_of_difference(before, view->screenshot()), 0.02);
}

TEST_F(GlCloud, OnlyWhatIsSeenIsSelectedAlike) {
    const auto view = view_with(random_cloud(60'000, 8));
    view->set_selects_visible(true);
    std::uint64_t counts[2] = {};
    for (const int i : {0, 1}) {
        picture(*view, i == 0 ? RendererChoice::Software : RendererChoice::OpenGl);
        view->select_region(QPolygonF(QRectF(100, 80, 200, 160)), CloudView::Join::Replace);
        counts[i] = view->selected_count();
        view->select_none();
    }
    EXPECT_GT(counts[0], 1000U);
    EXPECT_NEAR(static_cast<double>(counts[1]), static_cast<double>(counts[0]), 5);
}

TEST_F(GlCloud, SurveyCoordinatesLookTheSame) {
    visual::Cloud cloud = random_cloud(30'000, 9);
    cloud.origin = {1e7, -3e7, 5e3};
    const auto view = view_with(std::move(cloud));
    visual::View sight = view->view();
    sight.distance *= 0.05;  // so near that single precision would show
    view->set_view(sight);
    EXPECT_LE(difference(*view, 20), kShare);
}

TEST_F(GlCloud, NothingOnePointAndWhatIsNotANumber) {
    const auto view = view_with({});
    EXPECT_LE(difference(*view, 2), kShare);
    view->show_visual(shared(cloud_of({{1, 2, 3}})));
    ASSERT_TRUE(settle(*view));
    view->fit();
    EXPECT_LE(difference(*view, 2), kShare);
    const auto nan = static_cast<float>(kNan);
    const float infinite = std::numeric_limits<float>::infinity();
    view->show_visual(shared(cloud_of(
        {{0, 0, 0}, {nan, 1, 1}, {1, infinite, 0}, {1, 1, 1}, {3e38F, 0, 0}, {-3e38F, 1e20F, 1}})));
    ASSERT_TRUE(settle(*view));
    EXPECT_LE(difference(*view, 2), kShare);
    view->show_visual(shared(cloud_of({{nan, nan, nan}})));
    ASSERT_TRUE(settle(*view));
    EXPECT_LE(difference(*view, 2), kShare);
}

TEST_F(GlCloud, ALargeCloudIsFilledInUntilItIsTheSame) {
    const auto view = view_with(random_cloud(3'500'000, 10), {320, 240});
    change(*view, [](visual::Style& style) { style.point_size.value = 1; });
    EXPECT_LE(difference(*view), kShare);
    // Other colours, and another sight, with what is on the card already.
    view->next_coloring();
    EXPECT_LE(difference(*view), kShare);
}

TEST_F(GlCloud, SeveralLayersWithColorsAndPlacesOfTheirOwn) {
    const auto view = view_with(random_cloud(20'000, 11));
    const auto second = shared(random_cloud(20'000, 12));
    ASSERT_TRUE(view->set_layer("second", second));
    ASSERT_TRUE(settle(*view));
    view->set_layer_coloring(
        "second", visual::Coloring{.by = visual::ColorBy::Range, .map = visual::Map::Viridis});
    EXPECT_LE(difference(*view), kShare);
    view->set_layer_visible("second", false);
    EXPECT_LE(difference(*view), kShare);
    view->remove_layer("second");
    EXPECT_LE(difference(*view), kShare);
}

TEST_F(GlCloud, AThemeAndANewSizeAreFollowed) {
    const auto view = view_with(random_cloud(20'000, 13));
    picture(*view, RendererChoice::OpenGl);
    view->set_background({250, 240, 230, 255});
    view->resize(611, 337);
    ASSERT_TRUE(QTest::qWaitFor([&] { return view->width() == 611; }));
    EXPECT_LE(difference(*view), kShare);
}

}  // namespace
}  // namespace millrace::tests
