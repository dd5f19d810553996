// Clouds, boxes and files that are empty, far away, contradictory or damaged, in the whole window.
#include <atomic>
#include <cmath>
#include <limits>
#include <stop_token>
#include <thread>

#include "engine/random.hpp"
#include "tests/viewers/cloud_support.hpp"
#include "tests/viewers/window_support.hpp"

namespace millrace::tests {
namespace {

using view::Window;
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr double kInfinite = std::numeric_limits<double>::infinity();

bool is_finite(const visual::View& view) {
    return visual::finite(view.target) && std::isfinite(view.distance) && std::isfinite(view.yaw) &&
           std::isfinite(view.pitch);
}

class Input : public WindowTest {};

TEST_F(Input, CloudsOfNothingOnePointAndNoNumbers) {
    write_cloud("none.ply", {});
    write_cloud("one.pcd", {{1, 2, 3}});
    write_cloud("lost.xyz", {{kNan, kNan, kNan}, {kNan, 0, 0}});
    write("zero.bin", "");
    const auto window = window_of({"none.ply", "one.pcd", "lost.xyz", "zero.bin"});
    ASSERT_NE(window->space(), nullptr) << window->problems().join("\n").toStdString();
    auto* view = window->space()->view();
    EXPECT_TRUE(is_finite(view->view()));
    view->fit();
    EXPECT_TRUE(is_finite(view->view()));
    EXPECT_FALSE(window->grab().isNull());
    view->select_region(QRectF(0, 0, view->width(), view->height()), viewers::CloudView::Join::Add);
    EXPECT_EQ(view->selected_count(), 1U);
    view->next_coloring();
    ASSERT_TRUE(settle(*window));
}

/// Far from the origin floats hold metres at best: what is drawn must not depend on it.
TEST_F(Input, TenThousandKilometresAwayNothingTrembles) {
    const visual::Vector3 far = {1e7, -1e7, 1e7};
    visual::Cloud cloud = room_cloud(30);
    const auto picture = [&](const visual::Vector3& origin) {
        cloud.origin = origin;
        viewers::CloudView view;
        view.resize(400, 300);
        view.set_overlays({.boxes = false, .labels = false, .legend = false});
        visual::Style style = view.style();
        style.grid = style.axes = false;
        style.coloring.by = visual::ColorBy::Intensity;
        view.set_style(style);
        view.show();
        EXPECT_TRUE(view.show_visual(shared(cloud)));
        EXPECT_TRUE(tests::settle(view));
        view.fit();
        EXPECT_TRUE(tests::settle(view));
        // Near, where a metre is many pixels.
        visual::View close = view.view();
        close.distance /= 3;
        view.set_view(close);
        EXPECT_TRUE(tests::settle(view));
        return view.screenshot();
    };
    const QImage near = picture({}), away = picture(far);
    ASSERT_EQ(near.size(), away.size());
    int other = 0, drawn = 0;
    for (int y = 0; y < near.height(); ++y) {
        for (int x = 0; x < near.width(); ++x) {
            other += near.pixel(x, y) != away.pixel(x, y);
            drawn += near.pixelColor(x, y).saturation() > 100;
        }
    }
    EXPECT_GT(drawn, 500);
    // The last bit of a double of 1e7 m is 2 nm: single pixels on an edge may fall otherwise.
    EXPECT_LT(other, near.width() * near.height() / 200);
}

TEST_F(Input, EndlessBoxesHideNothing) {
    visual::Boxes3d boxes;
    for (const double size : {kInfinite, -kInfinite, std::nan(""), 1e300, 2.0}) {
        boxes.boxes.push_back({.center = {0, 0, 0}, .size = {size, 1, 1}, .label = "box"});
        boxes.boxes.push_back({.center = {size, 0, 0}, .size = {1, 1, 1}, .yaw = size});
    }
    write("run/run.json", "{}");
    visual::Cloud cloud = cloud_of({{0, 0, 0}, {3, 0, 0}, {0, 3, 0}});
    write("run/visuals/a.out/00000000.safetensors", visual::write_visuals({cloud, boxes}));
    const auto window = window_of({"run"});
    ASSERT_NE(window->space(), nullptr) << window->problems().join("\n").toStdString();
    auto* view = window->space()->view();
    EXPECT_TRUE(is_finite(view->view()));
    EXPECT_LT(view->view().distance, 1e4) << "the cloud fills the picture";
    EXPECT_FALSE(window->grab().isNull());
}

TEST_F(Input, EachDamagedFileIsToldOnceAndTheRestOpens) {
    engine::Random random(7, "damage", 0);
    visual::Cloud cloud = random_cloud(200, 3);
    const auto bytes = [&](const char* name) {
        return visual::write_cloud(cloud, *visual::format_of(name));
    };
    std::vector<std::string> names;
    for (const std::string ending : {"ply", "pcd", "las"}) {
        // Half of it, and a header that promises 4 billion points.
        std::string whole = ending == "las" ? std::string("LASF") : bytes(("x." + ending).c_str());
        write("cut." + ending, whole.substr(0, whole.size() / 2));
        names.push_back("cut." + ending);
    }
    write("other/huge.pcd",
          "VERSION .7\nFIELDS x y z\nSIZE 4 4 4\nTYPE F F F\nCOUNT 1 1 1\nWIDTH 4294967295\n"
          "HEIGHT 1\nPOINTS 4294967295\nDATA binary\nabc");
    write("noise.png", "\x89PNG\r\n\x1a\n and nothing");
    write("noise.safetensors", std::string("\xff\xff\xff\xff\xff\xff\xff\x7f{}", 10));
    write("run/run.json", std::string(100'000, '['));
    for (const char* name : {"other/huge.pcd", "noise.png", "noise.safetensors"})
        names.push_back(name);
    const std::size_t damaged = names.size();
    write_cloud("good.xyz", {{1, 2, 3}});
    names.push_back("good.xyz");
    const auto window = window_of(names);
    EXPECT_EQ(window->problems().size(), static_cast<qsizetype>(damaged))
        << window->problems().join("\n---\n").toStdString();
    for (const QString& problem : window->problems()) {
        EXPECT_TRUE(problem.contains(folder.path())) << problem.toStdString();
        EXPECT_TRUE(problem.contains("E-")) << problem.toStdString();
    }
    ASSERT_NE(window->space(), nullptr);
    EXPECT_EQ(window->space()->view()->scene().clouds.size(), 1U);
}

TEST_F(Input, ClosingDoesNotWaitForALargeTree) {
    // Seconds of work for one thread.
    auto large = std::make_shared<const visual::Visual>(random_cloud(4'000'000, 5));
    std::stop_source stop;
    QElapsedTimer clock;
    clock.start();
    const visual::PointTree whole(std::get<visual::Cloud>(*large));
    const qint64 alone = clock.elapsed();
    EXPECT_EQ(whole.size(), 4'000'000U);
    stop.request_stop();
    EXPECT_EQ(visual::PointTree(std::get<visual::Cloud>(*large), stop.get_token()).size(), 0U);
    auto view = std::make_unique<viewers::CloudView>();
    view->show();
    ASSERT_TRUE(view->show_visual(large));
    EXPECT_FALSE(view->settled());
    clock.restart();
    view.reset();
    // Timing is told, not judged, but for what waiting for the whole would take.
    RecordProperty("close_ms", static_cast<int>(clock.elapsed()));
    RecordProperty("tree_ms", static_cast<int>(alone));
    std::printf("closed after %lld ms; the whole tree takes %lld ms\n",
                static_cast<long long>(clock.elapsed()), static_cast<long long>(alone));
}

TEST_F(Input, AStoppedTreeIsEmptyWhereverItWasStopped) {
    const visual::Cloud cloud = random_cloud(1'000'000, 11);
    for (const int rounds : {0, 1'000, 20'000, 100'000, 400'000}) {
        std::stop_source stop;
        std::atomic<bool> done = false;
        const std::jthread after([&] {
            // Where others have the processor, each round may take long.
            for (int i = 0; i < rounds && !done; ++i) std::this_thread::yield();
            stop.request_stop();
        });
        const visual::PointTree tree(cloud, stop.get_token());
        done = true;
        EXPECT_TRUE(tree.size() == 0 || tree.size() == cloud.points.size());
        EXPECT_EQ(tree.bounds().empty(), tree.size() == 0);
    }
}

TEST_F(Input, TheCardIsAboutTheSelectionOnceThereIsOne) {
    const auto view = view_of(cloud_of({{0, 0, 0}, {4, 0, 0}, {0, 4, 0}}));
    const QPoint at = place_of(*view, {0, 0, 0});
    QTest::mouseClick(view.get(), Qt::LeftButton, {}, at);
    ASSERT_TRUE(view->card().title.startsWith("Point 0"));
    view->select_region(QRectF(0, 0, view->width(), view->height()),
                        viewers::CloudView::Join::Replace);
    EXPECT_TRUE(view->card().empty());
    EXPECT_EQ(view->selection_card().title, "3 points selected");
}

TEST_F(Input, WhatIsPickedStaysWhileOtherLayersCome) {
    const auto view = view_of(cloud_of({{0, 0, 0}, {4, 0, 0}, {0, 4, 0}}));
    QTest::mouseClick(view.get(), Qt::LeftButton, {}, place_of(*view, {4, 0, 0}));
    ASSERT_TRUE(view->card().title.startsWith("Point 1"));
    ASSERT_TRUE(view->set_layer("other", shared(cloud_of({{9, 9, 9}}))));
    ASSERT_TRUE(tests::settle(*view));
    EXPECT_TRUE(view->card().title.startsWith("Point 1"));
    // Its own layer anew, the point where it was: a reload.
    ASSERT_TRUE(view->show_visual(shared(cloud_of({{0, 0, 0}, {4, 0, 0}, {7, 7, 0}}))));
    ASSERT_TRUE(tests::settle(*view));
    EXPECT_TRUE(view->card().title.startsWith("Point 1"));
    view->remove_layer("other");
    EXPECT_TRUE(view->card().title.startsWith("Point 1"));
    // Somewhere else it is another point.
    ASSERT_TRUE(view->show_visual(shared(cloud_of({{0, 0, 0}, {5, 0, 0}}))));
    ASSERT_TRUE(tests::settle(*view));
    EXPECT_TRUE(view->card().empty());
}

TEST_F(Input, SelectedPointsStandOutOnEveryMap) {
    const auto distance = [](const visual::Color& a, const visual::Rgb& b) {
        double sum = 0;
        for (std::size_t c = 0; c < 3; ++c) sum += (a[c] - b[c]) * (a[c] - b[c]);
        return std::sqrt(sum);
    };
    visual::Style dark;
    for (const visual::Map map : {visual::Map::Turbo, visual::Map::Viridis, visual::Map::Magma,
                                  visual::Map::Gray, visual::Map::Jet}) {
        visual::Coloring coloring;
        coloring.map = map;
        const visual::Color color = visual::selection_color(dark, coloring);
        for (const visual::Rgb& each : visual::map_table(map))
            EXPECT_GT(distance(color, each), 90) << visual::map_name(map);
        EXPECT_GT(distance(color, {dark.background_top[0], dark.background_top[1],
                                   dark.background_top[2]}),
                  90);
    }
    visual::Coloring plain{.by = visual::ColorBy::Constant, .constant = {0, 0, 255, 255}};
    EXPECT_EQ(visual::selection_color(dark, plain), dark.selection)
        << "the style's where it can be";
    // In the picture: turbo's yellow, selected.
    visual::Cloud cloud = room_cloud(20);
    const auto view = view_of(cloud);
    visual::Style style = view->style();
    style.coloring.by = visual::ColorBy::Intensity;
    view->set_style(style);
    view->select_region(QRectF(0, 0, view->width(), view->height()),
                        viewers::CloudView::Join::Replace);
    ASSERT_TRUE(tests::settle(*view));
    const visual::Color wanted = visual::selection_color(view->style(), view->style().coloring);
    const QImage image = view->screenshot();
    int found = 0;
    for (int y = 0; y < image.height(); ++y) {
        for (int x = 0; x < image.width(); ++x) {
            const QColor color = image.pixelColor(x, y);
            // Eye-dome lighting darkens, the hue stays.
            found +=
                std::abs(color.hsvHue() - QColor(wanted[0], wanted[1], wanted[2]).hsvHue()) < 8 &&
                color.saturation() > 120;
        }
    }
    EXPECT_GT(found, 200);
}

}  // namespace
}  // namespace millrace::tests
