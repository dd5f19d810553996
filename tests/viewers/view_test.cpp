// millrace-view: what it opens, what it refuses, and how its views follow each other.
#include <QApplication>
#include <QImage>
#include <QSignalSpy>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>
#include <QTreeWidget>
#include <cmath>
#include <fstream>

#include <gtest/gtest.h>

#include "engine/problem.hpp"
#include "engine/visual/codec.hpp"
#include "engine/visual/io/cloud_io.hpp"
#include "engine/visual/io/files.hpp"
#include "viewers/cloud/cloud_workspace.hpp"
#include "viewers/image/image_workspace.hpp"
#include "viewers/view/window.hpp"

namespace millrace::tests {
namespace {

using view::Window;

class View : public ::testing::Test {
protected:
    View() { QStandardPaths::setTestModeEnabled(true); }
    std::string path(const std::string& name) const {
        return (folder.path() + "/").toStdString() + name;
    }
    QStringList paths(const std::vector<std::string>& names) const {
        QStringList list;
        for (const std::string& name : names) list << QString::fromStdString(path(name));
        return list;
    }
    void write(const std::string& name, const std::string& bytes) const {
        const std::filesystem::path file = path(name);
        std::filesystem::create_directories(file.parent_path());
        std::ofstream(file, std::ios::binary) << bytes;
    }
    void write_cloud(const std::string& name, const std::vector<visual::Point>& points) const {
        visual::Cloud cloud;
        cloud.points = points;
        cloud.fields = {{"intensity", 1, std::vector<float>(points.size(), 0.5F)}};
        const std::filesystem::path file = path(name);
        write(name, visual::write_cloud(cloud, *visual::format_of(file)));
    }
    void write_image(const std::string& name, int width, int height) const {
        std::filesystem::create_directories(std::filesystem::path(path(name)).parent_path());
        QImage image(width, height, QImage::Format_RGB888);
        image.fill(QColor(10, 20, 30));
        image.save(QString::fromStdString(path(name)));
    }
    /// Two frames: a camera that looks along the LiDAR's x axis, points before it.
    void write_kitti(const std::string& root) const {
        for (const char* name : {"000001", "000002"}) {
            write_cloud(root + "/velodyne/" + name + ".bin", {{10, 0, 0}, {20, 5, 0}, {-5, 0, 0}});
            write_image(root + "/image_2/" + std::string(name) + ".png", 200, 100);
            write(root + "/calib/" + std::string(name) + ".txt",
                  "P2: 100 0 100 0 0 100 50 0 0 0 1 0\nR0_rect: 1 0 0 0 1 0 0 0 1\nTr_velo_to_cam: "
                  "0 -1 0 0 0 0 -1 0 1 0 0 0\n");
            write(root + "/label_2/" + std::string(name) + ".txt",
                  "Car 0 0 0 90 40 110 60 1.5 1.6 4 0 0.75 10 0\n");
        }
    }
    static bool settle(Window& window) {
        return QTest::qWaitFor([&] { return window.settled(); }, 20'000);
    }
    QTemporaryDir folder;
};

TEST_F(View, OpensAKittiFolderInStep) {
    write_kitti("data");
    Window window;
    window.open(paths({"data"}));
    window.show();
    ASSERT_TRUE(settle(window));
    EXPECT_TRUE(window.problems().isEmpty()) << window.problems().join("\n").toStdString();
    ASSERT_EQ(window.items().size(), 2U);
    ASSERT_NE(window.space(), nullptr);
    const visual::Scene& scene = window.space()->view()->scene();
    ASSERT_EQ(scene.clouds.size(), 1U);
    EXPECT_EQ(scene.clouds[0].cloud->points.size(), 3U);
    ASSERT_EQ(scene.cameras.size(), 1U);
    EXPECT_NE(scene.cameras[0].image, nullptr) << "the image stands in the frustum";
    ASSERT_EQ(scene.boxes.size(), 1U);
    const auto& box = scene.boxes[0].boxes->boxes.at(0);
    // Camera x is -y, camera z is x of the LiDAR; the label's place is the bottom's middle, 0.75 m
    // below the camera.
    EXPECT_NEAR(box.center[0], 10, 1e-9);
    EXPECT_NEAR(box.center[1], 0, 1e-9);
    EXPECT_NEAR(box.center[2], 0, 1e-9);
    EXPECT_NEAR(std::cos(box.yaw), 0, 1e-9)
        << "rotation 0 looks along the camera's x, across the road";
    ASSERT_EQ(window.viewers_of("image_2").size(), 1U);
    window.show_item(1);
    ASSERT_TRUE(settle(window));
    EXPECT_EQ(window.item(), 1U);
    EXPECT_TRUE(window.windowTitle().contains("000002")) << window.windowTitle().toStdString();
}

TEST_F(View, APointShowsItsPixelAndAPixelItsPoint) {
    write_kitti("data");
    Window window;
    window.open(paths({"data"}));
    window.show();
    ASSERT_TRUE(settle(window));
    const auto item =
        std::make_shared<const visual::Visual>(*window.space()->view()->scene().clouds[0].cloud);
    visual::Camera camera = window.space()->view()->scene().cameras[0].camera;
    const view::Projection projection(item, camera);
    ASSERT_EQ(projection.pixels().size(), 2U) << "one lies behind the camera";
    const auto middle = projection.of(0);
    ASSERT_TRUE(middle.has_value());
    EXPECT_FLOAT_EQ(middle->x, 100);
    EXPECT_FLOAT_EQ(middle->y, 50);
    EXPECT_FLOAT_EQ(middle->depth, 10);
    const auto left = projection.of(1);
    ASSERT_TRUE(left.has_value());
    EXPECT_FLOAT_EQ(left->x, 75);
    EXPECT_FALSE(projection.of(2).has_value());
    EXPECT_EQ(projection.at(76, 51, 3)->point, 1U);
    EXPECT_FALSE(projection.at(10, 10, 3).has_value());
    EXPECT_FALSE(projection.at(NAN, 10, 3).has_value());
    // The nearer of two on one pixel.
    visual::Cloud two;
    two.frame = "lidar";
    two.points = {{20, 0, 0}, {10, 0, 0}};
    const view::Projection both(std::make_shared<const visual::Visual>(two), camera);
    EXPECT_EQ(both.at(100, 50, 2)->point, 1U);
    // Another frame than the camera's tells nothing.
    two.frame = "world";
    EXPECT_TRUE(
        view::Projection(std::make_shared<const visual::Visual>(two), camera).pixels().empty());
}

TEST_F(View, PointsAndBoxesLieOverTheImage) {
    write_kitti("data");
    Window window;
    window.open(paths({"data"}));
    window.show();
    ASSERT_TRUE(settle(window));
    auto* image = viewers::image_view_of(window.viewers_of("image_2").at(0));
    ASSERT_NE(image, nullptr);
    ASSERT_NE(image->overlay(), nullptr);
    ASSERT_EQ(image->overlay()->dots.size(), 2U);
    EXPECT_FLOAT_EQ(image->overlay()->dots[0].x, 100);
    EXPECT_FLOAT_EQ(image->overlay()->dots[0].y, 50);
    EXPECT_FLOAT_EQ(image->overlay()->dots[0].depth, 10);
    ASSERT_EQ(image->overlay()->outlines.size(), 1U);
    const auto& car = image->overlay()->outlines[0];
    EXPECT_EQ(car.lines.size(), 12U);
    EXPECT_EQ(car.label, "Car");
    // 4 m across the road at 10 m less half its width: nearest corners 2 m aside at 9.2 m.
    double left = 1e9, right = -1e9;
    for (const QLineF& line : car.lines) {
        left = std::min({left, line.x1(), line.x2()});
        right = std::max({right, line.x1(), line.x2()});
    }
    EXPECT_NEAR(left, 100 - 100 * 2 / 9.2, 1e-6);
    EXPECT_NEAR(right, 100 + 100 * 2 / 9.2, 1e-6);
    // What is hidden is not laid over either.
    auto* tree = window.findChild<QTreeWidget*>();
    for (int i = 0; i < tree->topLevelItem(0)->childCount(); ++i) {
        QTreeWidgetItem* row = tree->topLevelItem(0)->child(i);
        if (row->text(0) == "velodyne") row->setCheckState(0, Qt::Unchecked);
    }
    EXPECT_TRUE(image->overlay()->dots.empty());
}

TEST_F(View, ABoxAcrossTheCameraIsCutBeforeIt) {
    visual::Camera camera;
    camera.width = 200;
    camera.height = 100;
    camera.projection = {100, 0, 100, 0, 0, 100, 50, 0, 0, 0, 1, 0};
    const auto outline_at = [&](double z) {
        visual::Boxes3d::Box box;
        box.center = {0, 0, z};
        box.size = {2, 2, 2};
        return view::outline_of(camera, box);
    };
    EXPECT_EQ(outline_at(5).lines.size(), 12U);
    EXPECT_TRUE(outline_at(-5).lines.empty());
    const auto cut = outline_at(0.5);  // from -0.5 to 1.5 m
    EXPECT_EQ(cut.lines.size(), 8U) << "the far face and the four edges towards the camera";
    for (const QLineF& line : cut.lines) {
        EXPECT_LE(std::abs(line.x1() - 100), 1000 + 1e-6) << "1 m aside at 0.1 m";
        EXPECT_LE(std::abs(line.x2() - 100), 1000 + 1e-6);
    }
    EXPECT_TRUE(outline_at(NAN).lines.empty());
    EXPECT_TRUE(outline_at(INFINITY).lines.empty());
}

TEST_F(View, BoxesFoundInAnImageLieOverIt) {
    write("run/run.json", "{}");
    write("run/sketches.ndjson", R"({"outputs": ["a.image", "b.boxes"]})"
                                 "\n");
    visual::Raster raster{.width = 40, .height = 20, .channels = 1};
    raster.bytes.resize(800);
    raster.frame = "front";
    write("run/visuals/a.image/00000000.safetensors", visual::write_visuals({raster}));
    visual::Boxes2d boxes;
    boxes.frame = "front";
    boxes.boxes = {{.xyxy = {5, 6, 15, 16}, .label = "Car", .score = 0.875},
                   {.xyxy = {NAN, 6, 15, 16}, .label = "lost", .score = 1}};
    write("run/visuals/b.boxes/00000000.safetensors", visual::write_visuals({boxes}));
    Window window;
    window.open(paths({"run"}));
    window.show();
    ASSERT_TRUE(settle(window));
    EXPECT_TRUE(window.problems().isEmpty()) << window.problems().join("\n").toStdString();
    auto* image = viewers::image_view_of(window.viewers_of("a.image").at(0));
    ASSERT_NE(image, nullptr);
    ASSERT_NE(image->overlay(), nullptr);
    ASSERT_EQ(image->overlay()->outlines.size(), 1U);
    EXPECT_EQ(image->overlay()->outlines[0].label, "Car 0.88");
}

TEST_F(View, FilesOfAFolderBecomeASequence) {
    for (int i = 0; i < 3; ++i)
        write_cloud("scans/" + std::to_string(i) + ".pcd", {{static_cast<float>(i), 0, 0}});
    write_image("one.png", 8, 8);
    Window window;
    window.open(paths({"scans/0.pcd", "scans/1.pcd", "scans/2.pcd", "one.png"}));
    window.show();
    ASSERT_TRUE(settle(window));
    EXPECT_EQ(window.items().size(), 3U);
    window.show_item(2);
    ASSERT_TRUE(settle(window));
    EXPECT_FLOAT_EQ(window.space()->view()->scene().clouds.at(0).cloud->points.at(0).x, 2);
    EXPECT_EQ(window.viewers_of("one.png").size(), 1U) << "an image of one item stays";
}

TEST_F(View, ImagesKeepTheirDepth) {
    QImage deep(3, 2, QImage::Format_Grayscale16);
    deep.fill(0);
    reinterpret_cast<std::uint16_t*>(deep.scanLine(1))[2] = 40'000;
    deep.save(QString::fromStdString(path("deep.png")));
    const auto loaded = view::load_file(path("deep.png"));
    const auto& raster = std::get<visual::Raster>(*loaded.at(0));
    EXPECT_EQ(raster.depth, visual::Raster::Depth::U16);
    ASSERT_EQ(raster.bytes.size(), 12U);
    std::uint16_t value = 0;
    std::memcpy(&value, raster.bytes.data() + 10, 2);
    EXPECT_EQ(value, 40'000);
    QImage alpha(2, 1, QImage::Format_ARGB32);
    alpha.fill(QColor(1, 2, 3, 128));
    alpha.save(QString::fromStdString(path("alpha.png")));
    EXPECT_EQ(std::get<visual::Raster>(*view::load_file(path("alpha.png")).at(0)).channels, 4);
    write_image("odd.png", 5, 3);  // rows of QImage are filled up
    EXPECT_EQ(std::get<visual::Raster>(*view::load_file(path("odd.png")).at(0)).bytes.size(), 45U);
}

TEST_F(View, RecordedVisualsOfARun) {
    write("run/run.json", "{}");
    write("run/sketches.ndjson", R"({"outputs": ["a.cloud", "a.image"]})"
                                 "\n");
    visual::Cloud cloud;
    for (int item : {0, 3}) {
        cloud.points.assign(static_cast<std::size_t>(item) + 1, {1, 2, 3});
        write("run/visuals/a.cloud/0000000" + std::to_string(item) + ".safetensors",
              visual::write_visuals({cloud}));
    }
    Window window;
    window.open(paths({"run"}));
    window.show();
    ASSERT_TRUE(settle(window));
    EXPECT_EQ(window.items(), (std::vector<quint64>{0, 3}));
    window.show_item(3);
    ASSERT_TRUE(settle(window));
    EXPECT_EQ(window.space()->view()->scene().clouds.at(0).cloud->points.size(), 4U);
}

TEST_F(View, WhatCannotBeOpenedIsToldAndTheRestOpens) {
    write("cut.pcd", "# .PCD v0.7\nVERSION 0.7\nFIELDS x y z\n");
    write("what.xyzzy", "?");
    write("broken.png", "\x89PNG\r\n\x1a\n");
    std::filesystem::create_directories(path("empty"));
    write_cloud("good.ply", {{1, 2, 3}});
    Window window;
    window.open(paths({"nothing.bin", "what.xyzzy", "empty", "cut.pcd", "broken.png", "good.ply"}));
    window.show();
    ASSERT_TRUE(settle(window));
    const QString all = window.problems().join("\n");
    for (const char* code : {"E-FILE-001", "E-VIEW-010", "E-VIEW-011", "E-FILE-03", "E-FILE-004"})
        EXPECT_TRUE(all.contains(code)) << code << all.toStdString();
    ASSERT_NE(window.space(), nullptr);
    EXPECT_EQ(window.space()->view()->scene().clouds.size(), 1U);
}

TEST_F(View, HidingAStreamTakesItOutOfTheScene) {
    write_kitti("data");
    Window window;
    window.open(paths({"data"}));
    window.show();
    ASSERT_TRUE(settle(window));
    auto* tree = window.findChild<QTreeWidget*>();
    ASSERT_NE(tree, nullptr);
    QTreeWidgetItem* velodyne = tree->topLevelItem(0)->child(0);
    ASSERT_EQ(velodyne->text(0), "velodyne");
    velodyne->setCheckState(0, Qt::Unchecked);
    EXPECT_FALSE(window.space()->view()->scene().clouds.at(0).visible);
    velodyne->setCheckState(0, Qt::Checked);
    ASSERT_TRUE(settle(window));
    EXPECT_TRUE(window.space()->view()->scene().clouds.at(0).visible);
}

}  // namespace
}  // namespace millrace::tests
