// millrace-view: cameras corrected by hand, cameras' colours on points, and boxes that are picked
// in one view and marked in the other.
#include <QApplication>
#include <QCheckBox>
#include <QImage>
#include <QSettings>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <fstream>
#include <numbers>

#include "engine/value.hpp"
#include "engine/visual/calibrate/correction.hpp"
#include "engine/visual/codec.hpp"
#include "engine/visual/io/cloud_io.hpp"
#include "engine/visual/scene/colors.hpp"
#include "tests/viewers/activate.hpp"
#include "tests/viewers/cloud_support.hpp"
#include "viewers/cloud/cloud_workspace.hpp"
#include "viewers/image/image_workspace.hpp"
#include "viewers/view/calibration_panel.hpp"
#include "viewers/view/calibration_widgets.hpp"
#include "viewers/view/window.hpp"

namespace millrace::tests {
namespace {

using view::Window;
using visual::CorrectionAxis;

constexpr double kDegree = std::numbers::pi / 180;

class Links : public ::testing::Test {
protected:
    Links() {
        QStandardPaths::setTestModeEnabled(true);
        QSettings().clear();  // the window remembers its layout
    }

    std::filesystem::path path(const std::string& name) const {
        return std::filesystem::path(folder.path().toStdString()) / name;
    }
    void write(const std::filesystem::path& file, const std::string& bytes) const {
        std::filesystem::create_directories(file.parent_path());
        std::ofstream(file, std::ios::binary) << bytes;
    }
    /// Two frames of 200 x 100 pixels, red on the left and blue on the right, by a camera with 100
    /// pixels of focal length that looks along the LiDAR's x axis from its origin.
    void write_kitti(const std::vector<visual::Point>& points = {{10, 1, 0},
                                                                 {20, -5, 0},
                                                                 {-5, 0, 0}},
                     const std::string& pose = "0 -1 0 0 0 0 -1 0 1 0 0 0") const {
        QImage image(200, 100, QImage::Format_RGB888);
        image.fill(QColor(200, 0, 0));
        for (int y = 0; y < 100; ++y) {
            for (int x = 100; x < 200; ++x) image.setPixelColor(x, y, QColor(0, 0, 200));
        }
        visual::Cloud cloud;
        cloud.points = points;
        cloud.fields = {{"intensity", 1, std::vector<float>(points.size(), 0.5F)}};
        for (const std::string name : {"000001", "000002"}) {
            const auto bin = path("data/velodyne/" + name + ".bin");
            write(bin, visual::write_cloud(cloud, *visual::format_of(bin)));
            write(path("data/calib/" + name + ".txt"), kHead + pose + "\nTr_imu_to_velo: 1 2 3\n");
            write(path("data/label_2/" + name + ".txt"),
                  "Car 0 0 0 90 40 110 60 1.5 1.6 4 0 0.75 10 0\n");
            std::filesystem::create_directories(path("data/image_2"));
            image.save(QString::fromStdString(path("data/image_2/" + name + ".png").string()));
        }
    }
    std::unique_ptr<Window> open() const {
        auto window = std::make_unique<Window>();
        window->open({QString::fromStdString(path("data").string())});
        window->show();
        EXPECT_TRUE(millrace::tests::activate(*window));
        EXPECT_TRUE(settle(*window));
        EXPECT_TRUE(window->problems().isEmpty()) << window->problems().join("\n").toStdString();
        return window;
    }
    static bool settle(Window& window) {
        return QTest::qWaitFor([&] { return window.settled(); }, 20'000);
    }
    static viewers::ImageView* image_of(const Window& window) {
        return viewers::image_view_of(window.viewers_of("image_2").at(0));
    }
    static QPointF dot(const Window& window, std::size_t index = 0) {
        const auto& at = image_of(window)->overlay()->dots.at(index);
        return {static_cast<double>(at.x), static_cast<double>(at.y)};
    }
    static std::string text_of(const std::filesystem::path& file) {
        std::ifstream in(file, std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }

    const std::string kHead =
        "P2: 100 0 100 0 0 100 50 0 0 0 1 0\r\nR0_rect: 1 0 0 0 1 0 0 0 1\nTr_velo_to_cam: ";
    QTemporaryDir folder;
};

// First, while the display has seen no pointer: one that rests elsewhere takes the hovering away.
TEST_F(Links, ABoxPickedIn3DIsMarkedInTheImage) {
    write_kitti();
    const auto window = open();
    viewers::ImageView* image = image_of(*window);
    viewers::CloudView* space = window->space()->view();
    const QImage plain = image->grab().toImage();
    const auto& box = space->scene().boxes.at(0).boxes->boxes.at(0);
    space->reveal({.kind = viewers::Selection::Kind::Box, .frame = "lidar", .index = 0});
    ASSERT_TRUE(settle(*window));
    space->select({.kind = viewers::Selection::Kind::Point, .frame = "lidar", .index = -1});
    ASSERT_FALSE(space->picked_box().has_value());
    using visual::operator+;
    using visual::operator*;
    const QPoint edge = place_of(*space, (visual::corner(box, 4) + visual::corner(box, 5)) * 0.5);
    // The display's own pointer may come between, so what was hovered is kept.
    bool hovered = false;
    QObject::connect(space, &viewers::Viewer::hovered, space, [&](const auto& selection) {
        hovered = hovered || (selection && selection->kind == viewers::Selection::Kind::Box &&
                              image->grab().toImage() != plain);
    });
    ASSERT_TRUE(QTest::qWaitFor(
        [&] {
            QTest::mouseMove(space, edge + QPoint(0, 40));
            QTest::mouseMove(space, edge);
            return hovered;
        },
        5000))
        << "hovering marks it";
    QTest::mouseClick(space, Qt::LeftButton, {}, edge);
    EXPECT_EQ(space->picked_box(), 0U);
    ASSERT_TRUE(window->selected().has_value());
    EXPECT_EQ(window->selected()->kind, viewers::Selection::Kind::Box);
    EXPECT_EQ(window->selected()->layer, "label_2");
    EXPECT_NE(image->grab().toImage(), plain);
    // Escape: nothing is picked, nothing is marked.
    QTest::keyClick(space, Qt::Key_Escape);
    EXPECT_FALSE(window->selected().has_value());
}

TEST_F(Links, SlidersMoveTheDotsOverTheImage) {
    write_kitti();
    const auto window = open();
    window->show_calibration(true);
    ASSERT_TRUE(settle(*window));
    view::CalibrationPanel* panel = window->calibration();
    EXPECT_EQ(panel->camera(), "camera");
    EXPECT_EQ(dot(*window), QPointF(90, 50));
    // 0.1 m to the right at 10 m is a pixel.
    panel->slider(CorrectionAxis::X)->setValue(view::FineSlider::kSteps / 5);
    EXPECT_NEAR(dot(*window).x(), 91, 1e-4);
    EXPECT_NEAR(dot(*window, 1).x(), 125.5, 1e-4) << "half of it at 20 m";
    EXPECT_NEAR(panel->box(CorrectionAxis::X)->value(), 0.1, 1e-9) << "box and slider agree";
    panel->slider(CorrectionAxis::X)->setValue(0);
    panel->box(CorrectionAxis::Yaw)->setValue(1);
    const double turned = 100 * std::tan(kDegree - std::atan(0.1));
    EXPECT_NEAR(dot(*window).x(), 100 + turned, 1e-3);
    EXPECT_NEAR(panel->slider(CorrectionAxis::Yaw)->value(), view::FineSlider::kSteps / 5, 0.6);
    // The frustum stands where the camera now is, and so it does in the next item.
    const auto pose = [&] {
        return window->space()->view()->scene().cameras.at(0).camera.camera_from_parent;
    };
    const visual::Matrix4 before = {0, -1, 0, 0, 0, 0, -1, 0, 1, 0, 0, 0, 0, 0, 0, 1};
    const visual::Matrix4 after = visual::product(visual::delta_of(panel->correction()), before);
    EXPECT_EQ(pose(), after);
    window->show_item(1);
    ASSERT_TRUE(settle(*window));
    EXPECT_EQ(pose(), after);
    EXPECT_NEAR(dot(*window).x(), 100 + turned, 1e-3);
    panel->reset();
    EXPECT_EQ(pose(), before);
    EXPECT_EQ(dot(*window), QPointF(90, 50));
}

TEST_F(Links, StepsAreTakenBackAndAgain) {
    write_kitti();
    const auto window = open();
    window->show_calibration(true);
    ASSERT_TRUE(settle(*window));
    view::CalibrationPanel* panel = window->calibration();
    auto* x = panel->slider(CorrectionAxis::X);
    auto* y = panel->slider(CorrectionAxis::Y);
    x->setFocus();
    QTest::keyClick(x, Qt::Key_Right);
    QTest::keyClick(x, Qt::Key_Right);
    EXPECT_NEAR(panel->correction()[CorrectionAxis::X], 0.01, 1e-12) << "5 mm a step";
    QTest::keyClick(x, Qt::Key_Left, Qt::ControlModifier);
    EXPECT_NEAR(panel->correction()[CorrectionAxis::X], 0.0095, 1e-12) << "Ctrl: 0.5 mm";
    y->setValue(100);
    panel->undo();
    EXPECT_EQ(panel->correction()[CorrectionAxis::Y], 0);
    EXPECT_NEAR(panel->correction()[CorrectionAxis::X], 0.0095, 1e-12);
    panel->undo();
    EXPECT_TRUE(panel->correction().none()) << "steps along one axis are taken back together";
    EXPECT_EQ(dot(*window), QPointF(90, 50));
    panel->undo();
    EXPECT_TRUE(panel->correction().none());
    // The keys of the panel, also where a box with text has the keyboard.
    panel->box(CorrectionAxis::X)->setFocus();
    QTest::keyClick(panel->box(CorrectionAxis::X), Qt::Key_Z,
                    Qt::ControlModifier | Qt::ShiftModifier);
    EXPECT_NEAR(panel->correction()[CorrectionAxis::X], 0.0095, 1e-12);
    QTest::keyClick(panel->box(CorrectionAxis::X), Qt::Key_Z, Qt::ControlModifier);
    EXPECT_TRUE(panel->correction().none());
    panel->redo();
    panel->redo();
    panel->redo();
    EXPECT_NEAR(panel->correction()[CorrectionAxis::Y], 0.05, 1e-12);
    panel->reset();
    EXPECT_TRUE(panel->correction().none());
    panel->undo();
    EXPECT_NEAR(panel->correction()[CorrectionAxis::Y], 0.05, 1e-12) << "a reset is a step, too";
}

TEST_F(Links, WithTooFewEdgesThePanelSaysSo) {
    write_kitti();
    const auto window = open();
    window->show_calibration(true);
    ASSERT_TRUE(settle(*window));
    EXPECT_EQ(window->calibration()->score_text(), "–");
    EXPECT_TRUE(window->calibration()->verdict().isEmpty());
    window->calibration()->improve();
    EXPECT_FALSE(window->calibration()->scorer()->searching());
}

TEST_F(Links, ASavedCalibrationGivesTheMovedPose) {
    write_kitti();
    const QString out = QString::fromStdString(path("out.txt").string());
    QPointF moved;
    {
        const auto window = open();
        window->calibration()->box(CorrectionAxis::X)->setValue(0.1);
        window->calibration()->box(CorrectionAxis::Pitch)->setValue(-2);
        moved = dot(*window);
        EXPECT_NEAR(moved.y(), 50 + 100 * std::tan(2 * kDegree), 1e-3);
        ASSERT_TRUE(window->save_calibration(out));
        // What can't be written is told, and nothing is lost.
        EXPECT_FALSE(window->save_calibration(
            QString::fromStdString(path("no/such/folder/a.txt").string())));
        EXPECT_FALSE(window->problems().isEmpty());
        ASSERT_TRUE(window->save_calibration(QString::fromStdString(path("out.json").string())));
    }
    const std::string text = text_of(path("out.txt"));
    EXPECT_TRUE(text.starts_with(kHead)) << "every other byte stays";
    EXPECT_TRUE(text.ends_with("\nTr_imu_to_velo: 1 2 3\n"));
    const auto json = engine::parse_json(text_of(path("out.json")), "out.json");
    EXPECT_DOUBLE_EQ(json.find("delta")->find("x_m")->as_double(), 0.1);
    for (const char* name : {"data/calib/000001.txt", "data/calib/000002.txt"})
        write(path(name), text);
    const auto window = open();
    EXPECT_NEAR(dot(*window).x(), moved.x(), 1e-3);
    EXPECT_NEAR(dot(*window).y(), moved.y(), 1e-3);
}

TEST_F(Links, PointsTakeTheCamerasColours) {
    // A wall, a point behind its middle, and one behind the camera.
    std::vector<visual::Point> points;
    for (int y = -5; y <= 5; ++y) {
        for (int z = -5; z <= 5; ++z)
            points.push_back(
                {10, 0.31F * static_cast<float>(y) + 0.1F, 0.3F * static_cast<float>(z)});
    }
    points.push_back({20, 0.8F, 0.3F});
    points.push_back({-5, 0, 0});
    write_kitti(points);
    const auto window = open();
    const auto before = window->space()->view()->style().coloring;
    window->calibration()->colors()->setChecked(true);
    ASSERT_TRUE(window->painting());
    ASSERT_TRUE(settle(*window));
    const auto* layer = window->space()->view()->layers().find("velodyne");
    ASSERT_NE(layer, nullptr);
    ASSERT_NE(layer->painted, nullptr);
    const auto& colors = *layer->painted;
    ASSERT_EQ(colors.size(), points.size());
    EXPECT_EQ(colors[0], visual::rgba_of({0, 0, 200, 255})) << "to the right";
    EXPECT_EQ(colors[120], visual::rgba_of({200, 0, 0, 255})) << "to the left";
    const auto neutral = colors[122];
    EXPECT_NE(neutral, colors[0]);
    EXPECT_EQ(colors[121], neutral) << "hidden by the wall";
    EXPECT_EQ(layer->cloud()->fields.size(), 1U) << "the points' own fields stay";
    // The colours follow the camera: half a metre to the right, and the middle column is blue.
    const std::size_t middle = 5 * 11;
    EXPECT_EQ(colors[middle], visual::rgba_of({200, 0, 0, 255}));
    window->calibration()->box(CorrectionAxis::X)->setValue(0.5);
    ASSERT_TRUE(settle(*window));
    EXPECT_EQ((*window->space()->view()->layers().find("velodyne")->painted)[middle],
              visual::rgba_of({0, 0, 200, 255}));
    // The next item is painted, too.
    window->show_item(1);
    ASSERT_TRUE(settle(*window));
    EXPECT_NE(window->space()->view()->layers().find("velodyne")->painted, nullptr);
    window->set_painting(false);
    EXPECT_EQ(window->space()->view()->style().coloring, before);
    EXPECT_FALSE(window->calibration()->colors()->isChecked());
}

TEST_F(Links, ABoxPickedInTheImageIsPickedIn3D) {
    write_kitti();
    const auto window = open();
    viewers::ImageView* image = image_of(*window);
    const auto& outline = image->overlay()->outlines.at(0);
    ASSERT_EQ(outline.index, 0);
    const QImage plain = image->grab().toImage();
    const QPoint place = image->widget_from_image(outline.lines.at(0).center()).toPoint();
    QTest::mouseClick(image, Qt::LeftButton, {}, place);
    ASSERT_TRUE(window->selected().has_value());
    EXPECT_EQ(window->selected()->kind, viewers::Selection::Kind::Box);
    EXPECT_EQ(window->space()->view()->picked_box(), 0U);
    EXPECT_FALSE(window->space()->view()->card().empty());
    EXPECT_NE(image->grab().toImage(), plain) << "thicker in the image, too";
    // A double click brings it near.
    const double far = window->space()->view()->view().distance;
    QTest::mouseDClick(image, Qt::LeftButton, {}, place);
    EXPECT_LT(window->space()->view()->view().distance, far + 1e-9);
    EXPECT_NEAR(window->space()->view()->view().target[0], 10, 1e-9);
}

TEST_F(Links, APixelWithoutAPointShowsItsRay) {
    write_kitti();
    const auto window = open();
    viewers::ImageView* image = image_of(*window);
    viewers::CloudView* space = window->space()->view();
    const auto over = [&](QPointF pixel) {
        QMouseEvent event(QEvent::MouseMove, image->widget_from_image(pixel),
                          image->mapToGlobal(image->widget_from_image(pixel)), Qt::NoButton,
                          Qt::NoButton, Qt::NoModifier);
        QApplication::sendEvent(image, &event);
        return space->grab().toImage();
    };
    QEvent leave(QEvent::Leave);
    QApplication::sendEvent(image, &leave);
    const QImage plain = space->grab().toImage();
    const QImage ray = over({30, 20}), point = over({90, 50});
    EXPECT_NE(ray, plain);
    EXPECT_NE(point, plain);
    EXPECT_NE(point, ray) << "a ring round the point instead";
    QApplication::sendEvent(image, &leave);
    EXPECT_EQ(space->grab().toImage(), plain);
}

/// Recorded images are reduced to a budget; what lies over them, is pointed at and marked must be,
/// too.
TEST_F(Links, AReducedImageIsOverlaidInItsOwnPixels) {
    visual::Cloud cloud;
    cloud.frame = "lidar";
    cloud.points = {{10, 0, 0}, {10, 2, 1}};
    visual::Camera camera{.name = "cam",
                          .width = 200,
                          .height = 100,
                          .projection = {100, 0, 100, 0, 0, 100, 50, 0, 0, 0, 1, 0},
                          .parent_frame = "lidar",
                          .camera_from_parent = {0, -1, 0, 0, 0, 0, -1, 0, 1, 0, 0, 0, 0, 0, 0, 1}};
    visual::Raster image{.width = 100,
                         .height = 50,
                         .channels = 3,
                         .bytes = std::vector<std::uint8_t>(100 * 50 * 3, 90),
                         .full_width = 200,
                         .full_height = 100,
                         .frame = "cam"};
    write(path("item.safetensors"), visual::write_visuals({cloud, camera, image}));
    Window window;
    window.open({QString::fromStdString(path("item.safetensors").string())});
    window.show();
    ASSERT_TRUE(settle(window));
    const viewers::ImageView* view = nullptr;
    for (viewers::Viewer* viewer : window.viewers_of("item.safetensors"))
        if (const auto* found = viewers::image_view_of(viewer)) view = found;
    ASSERT_NE(view, nullptr);
    const auto& dots = view->overlay()->dots;
    ASSERT_EQ(dots.size(), 2U);
    EXPECT_FLOAT_EQ(dots[0].x, 50);
    EXPECT_FLOAT_EQ(dots[0].y, 25);
    EXPECT_FLOAT_EQ(dots[1].x, 40);
    EXPECT_FLOAT_EQ(dots[1].y, 20);
    // Far from the first point's pixel of the camera, on that of the image.
    Q_EMIT const_cast<viewers::ImageView*>(view)->selected(
        {.kind = viewers::Selection::Kind::Pixel, .frame = "cam", .index = -1, .x = 50, .y = 25});
    ASSERT_TRUE(window.selected().has_value());
    EXPECT_EQ(window.selected()->kind, viewers::Selection::Kind::Point);
    EXPECT_EQ(window.selected()->index, 0);
}

}  // namespace
}  // namespace millrace::tests
