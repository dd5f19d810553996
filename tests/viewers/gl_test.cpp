// The OpenGL renderer against the software one, in a real QOpenGLWidget drawn by Mesa's llvmpipe.
#include <QApplication>
#include <QDir>
#include <QHBoxLayout>
#include <QOpenGLWidget>
#include <QProcess>
#include <QSettings>
#include <QTemporaryDir>
#include <QWindow>
#include <limits>
#include <numbers>

#include "tests/viewers/cloud_support.hpp"
#include "viewers/cloud/gl/driver.hpp"

namespace millrace::tests {
namespace {

using viewers::CloudView;
using viewers::RendererChoice;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
/// Two pictures are the same when at most this share of the pixels differs by more than 3 of 255.
constexpr double kShare = 0.002;

double share_of_difference(const QImage& a, const QImage& b) {
    constexpr int kStep = 3;
    if (a.size() != b.size()) return 1;
    int count = 0;
    for (int y = 0; y < a.height(); ++y) {
        for (int x = 0; x < a.width(); ++x) {
            const QRgb p = a.pixel(x, y), q = b.pixel(x, y);
            count += std::abs(qRed(p) - qRed(q)) > kStep ||
                     std::abs(qGreen(p) - qGreen(q)) > kStep ||
                     std::abs(qBlue(p) - qBlue(q)) > kStep;
        }
    }
    return static_cast<double>(count) / (a.width() * a.height());
}

/// So many different colours that it can't be an empty picture.
int colors_of(const QImage& image) {
    QSet<QRgb> seen;
    for (int y = 0; y < image.height(); y += 3) {
        for (int x = 0; x < image.width(); x += 3) seen.insert(image.pixel(x, y));
    }
    return static_cast<int>(seen.size());
}

class GlCloud : public testing::Test {
protected:
    static void SetUpTestSuite() {
        // The user's own settings stay as they are.
        static QTemporaryDir folder;
        QCoreApplication::setOrganizationName("Millrace tests");
        QCoreApplication::setApplicationName("gl");
        QSettings::setDefaultFormat(QSettings::IniFormat);
        QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, folder.path());
        qunsetenv("MILLRACE_RENDERER");
    }
    void SetUp() override { QSettings().clear(); }

    static std::unique_ptr<CloudView> view_with(visual::Cloud cloud, QSize size = {480, 360}) {
        auto view = view_of(std::move(cloud), size);
        view->set_overlays({.boxes = true, .labels = false, .legend = false});
        return view;
    }

    static QImage picture(CloudView& view, RendererChoice choice) {
        view.chooser().choose(choice);
        EXPECT_EQ(view.chooser().opengl(), choice == RendererChoice::OpenGl)
            << qPrintable(view.chooser().reason());
        EXPECT_TRUE(settle(view));
        return view.screenshot().convertToFormat(QImage::Format_RGB32);
    }

    /// Share of pixels by which both renderers differ; pictures that do are kept where
    /// MILLRACE_PICTURES says.
    static double difference(CloudView& view, int least_colors = 50) {
        const QImage software = picture(view, RendererChoice::Software);
        const QImage opengl = picture(view, RendererChoice::OpenGl);
        EXPECT_GE(colors_of(software), least_colors);
        if (const QString folder = qEnvironmentVariable("MILLRACE_PICTURES"); !folder.isEmpty()) {
            const QString name =
                QString::fromUtf8(testing::UnitTest::GetInstance()->current_test_info()->name());
            software.save(QDir(folder).filePath(name + "-software.png"));
            opengl.save(QDir(folder).filePath(name + "-opengl.png"));
        }
        return share_of_difference(software, opengl);
    }

    static void change(CloudView& view, const std::function<void(visual::Style&)>& what) {
        visual::Style style = view.style();
        what(style);
        view.set_style(style);
    }
};

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

TEST_F(GlCloud, APictureComesBackAfterTheContextIsLost) {
    const auto view = view_with(random_cloud(20'000, 14));
    const QImage before = picture(*view, RendererChoice::OpenGl);
    // A widget that moves into another window gets another context.
    QWidget window;
    auto* row = new QHBoxLayout(&window);
    row->setContentsMargins(0, 0, 0, 0);
    row->addWidget(view.get());
    window.resize(before.size());
    window.show();
    ASSERT_TRUE(QTest::qWaitForWindowExposed(&window));
    ASSERT_TRUE(settle(*view));
    EXPECT_TRUE(view->chooser().opengl()) << qPrintable(view->chooser().reason());
    EXPECT_LE(share_of_difference(before, view->screenshot()), kShare);
    view->setParent(nullptr);
}

TEST_F(GlCloud, SwitchingForthAndBackKeepsThePicture) {
    const auto view = view_with(random_cloud(20'000, 15));
    const QImage software = picture(*view, RendererChoice::Software);
    for (int i = 0; i < 3; ++i) {
        EXPECT_LE(share_of_difference(software, picture(*view, RendererChoice::OpenGl)), kShare);
        EXPECT_EQ(share_of_difference(software, picture(*view, RendererChoice::Software)), 0);
        ASSERT_TRUE(QTest::qWaitFor([&] { return !view->findChild<QOpenGLWidget*>(); }));
    }
    EXPECT_TRUE(view->isVisible());
}

TEST_F(GlCloud, TheWindowShowsWhatTheScreenshotShows) {
    const auto view = view_with(random_cloud(20'000, 16));
    const QImage drawn = picture(*view, RendererChoice::OpenGl);
    ASSERT_TRUE(QTest::qWaitFor([&] {
        const QImage seen = view->screen()->grabWindow(view->winId()).toImage();
        return share_of_difference(drawn, seen) <= kShare;
    }));
}

TEST_F(GlCloud, ItRestsWhenAllIsDrawn) {
    const auto view = view_with(random_cloud(20'000, 17));
    picture(*view, RendererChoice::OpenGl);
    struct Counter : QObject {
        int paints = 0;
        bool eventFilter(QObject*, QEvent* event) override {
            paints += event->type() == QEvent::Paint;
            return false;
        }
    } counter;
    QTest::qWait(50);
    for (QWidget* widget : view->findChildren<QWidget*>()) widget->installEventFilter(&counter);
    view->installEventFilter(&counter);
    QTest::qWait(100);
    EXPECT_EQ(counter.paints, 0);
    view->update();
    EXPECT_TRUE(QTest::qWaitFor([&] { return counter.paints >= 2; }));
    const int paints = counter.paints;
    QTest::qWait(100);
    EXPECT_EQ(counter.paints, paints);
}

TEST_F(GlCloud, ThePointerReachesTheView) {
    const auto view = view_with(room_cloud(20));
    picture(*view, RendererChoice::OpenGl);
    const QPoint place = place_of(*view, {10, 10, 0});
    QTest::mouseClick(view->windowHandle(), Qt::LeftButton, {}, place);
    ASSERT_TRUE(QTest::qWaitFor([&] { return !view->card().empty(); }));
    const auto picked = view->pick_at(place);
    ASSERT_TRUE(picked);
    view->chooser().choose(RendererChoice::Software);
    ASSERT_TRUE(settle(*view));
    const auto same = view->pick_at(place);
    ASSERT_TRUE(same);
    EXPECT_EQ(picked->index, same->index);
}

TEST_F(GlCloud, TooManyPointsForTheCardAreDrawnBySoftware) {
    const auto view = view_with(random_cloud(20'000, 18));
    const QImage drawn = picture(*view, RendererChoice::OpenGl);
    view->chooser().set_most_bytes(16 * 19'999);
    EXPECT_FALSE(view->chooser().opengl());
    EXPECT_TRUE(view->chooser().reason().contains("memory"));
    ASSERT_TRUE(settle(*view));
    EXPECT_LE(share_of_difference(drawn, view->screenshot()), kShare);
    // A smaller cloud is the card's again.
    view->show_visual(shared(random_cloud(10'000, 19)));
    ASSERT_TRUE(settle(*view));
    EXPECT_TRUE(view->chooser().opengl());
}

TEST_F(GlCloud, AutomaticKeepsSoftwareWhereOpenGlIsSoftware) {
    const auto view = view_with(random_cloud(1'000, 20));
    EXPECT_EQ(view->chooser().choice(), RendererChoice::Automatic);
    ASSERT_TRUE(
        QTest::qWaitFor([&] { return view->chooser().reason().contains("no graphics card"); }))
        << qPrintable(view->chooser().reason());
    EXPECT_FALSE(view->chooser().opengl());
    for (QAction* action : view->renderer_actions())
        EXPECT_TRUE(action->toolTip().contains(view->chooser().reason()));
    EXPECT_TRUE(viewers::gl::is_software("llvmpipe (LLVM 15.0.6, 256 bits)"));
    EXPECT_FALSE(viewers::gl::is_software("NVIDIA GeForce RTX 3060/PCIe/SSE2"));
    EXPECT_FALSE(viewers::gl::is_software("Mesa Intel(R) UHD Graphics 620 (KBL GT2)"));
}

TEST_F(GlCloud, TheChoiceIsRememberedAndTheEnvironmentComesFirst) {
    {
        const auto view = view_with(random_cloud(1'000, 21));
        view->renderer_actions().at(1)->trigger();
        EXPECT_TRUE(view->chooser().opengl());
        EXPECT_TRUE(view->renderer_actions().at(1)->isChecked());
    }
    const auto again = view_with(random_cloud(1'000, 21));
    EXPECT_TRUE(again->chooser().opengl());
    qputenv("MILLRACE_RENDERER", "software");
    const auto other = view_with(random_cloud(1'000, 21));
    qunsetenv("MILLRACE_RENDERER");
    EXPECT_FALSE(other->chooser().opengl());
    EXPECT_EQ(other->chooser().choice(), RendererChoice::Software);
    QSettings().setValue("viewers/renderer", "software");
    qputenv("MILLRACE_RENDERER", "gl");
    const auto third = view_with(random_cloud(1'000, 21));
    qunsetenv("MILLRACE_RENDERER");
    EXPECT_TRUE(third->chooser().opengl());
}

TEST_F(GlCloud, WithoutOpenGl33SoftwareDrawsAndSaysSo) {
    if (!qEnvironmentVariableIsSet("MILLRACE_OLD_OPENGL")) {
        QProcess child;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert("MILLRACE_OLD_OPENGL", "1");
        environment.insert("MESA_GL_VERSION_OVERRIDE", "2.1");
        child.setProcessEnvironment(environment);
        child.setProcessChannelMode(QProcess::ForwardedChannels);
        child.start(QCoreApplication::applicationFilePath(),
                    {QStringLiteral("--gtest_filter=GlCloud.WithoutOpenGl33*")});
        ASSERT_TRUE(child.waitForFinished(60'000));
        EXPECT_EQ(child.exitStatus(), QProcess::NormalExit);
        EXPECT_EQ(child.exitCode(), 0);
        return;
    }
    const auto view = view_with(random_cloud(20'000, 22));
    const QImage before = picture(*view, RendererChoice::Software);
    view->renderer_actions().at(1)->trigger();
    EXPECT_FALSE(view->chooser().opengl());
    EXPECT_TRUE(view->status().contains("OpenGL")) << qPrintable(view->status());
    EXPECT_TRUE(view->renderer_actions().at(1)->toolTip().contains(view->status()));
    ASSERT_TRUE(settle(*view));
    EXPECT_EQ(share_of_difference(before, view->screenshot()), 0);
}

}  // namespace
}  // namespace millrace::tests
