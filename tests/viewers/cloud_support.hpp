// Made clouds and input for the tests of the cloud viewer.
#pragma once

#include <QTest>
// The parts of Qt Test for widgets come only with these, whatever the order of other headers.
#include <QtTest/qtest_widgets.h>
#include <QtTest/qtestkeyboard.h>
#include <QtTest/qtestmouse.h>

#include <cmath>
#include <memory>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "engine/random.hpp"
#include "tests/viewers/activate.hpp"
#include "viewers/cloud/cloud_view.hpp"

namespace millrace::tests {

inline viewers::Viewer::Shared shared(visual::Visual item) {
    return std::make_shared<const visual::Visual>(std::move(item));
}

inline visual::Cloud cloud_of(std::vector<visual::Point> points) {
    visual::Cloud cloud;
    cloud.frame = "lidar";
    cloud.points = std::move(points);
    return cloud;
}

/// A floor of `side` x `side` points with a wall on its far edge and an intensity that rises along
/// x; a metre between points.
inline visual::Cloud room_cloud(int side) {
    visual::Cloud cloud;
    cloud.frame = "lidar";
    std::vector<float> intensity;
    for (int x = 0; x < side; ++x) {
        for (int y = 0; y < side; ++y) {
            cloud.points.push_back({static_cast<float>(x), static_cast<float>(y), 0});
            intensity.push_back(static_cast<float>(x) / static_cast<float>(side));
        }
    }
    for (int z = 1; z < side / 4; ++z) {
        for (int y = 0; y < side; ++y) {
            cloud.points.push_back(
                {static_cast<float>(side - 1), static_cast<float>(y), static_cast<float>(z)});
            intensity.push_back(1);
        }
    }
    cloud.fields.push_back({.name = "intensity", .values = std::move(intensity)});
    return cloud;
}

inline visual::Cloud random_cloud(std::size_t count, std::uint64_t seed) {
    engine::Random random(seed, "cloud view", 0);
    visual::Cloud cloud;
    cloud.points.resize(count);
    for (visual::Point& point : cloud.points) {
        point = {static_cast<float>(random.uniform(-40, 40)),
                 static_cast<float>(random.uniform(-40, 40)),
                 static_cast<float>(random.uniform(-2, 6))};
    }
    return cloud;
}

inline bool settle(viewers::CloudView& view) {
    return QTest::qWaitFor([&view] { return view.settled(); }, 20'000);
}

/// A shown view of this size with one cloud in it, complete.
inline std::unique_ptr<viewers::CloudView> view_of(visual::Cloud cloud, QSize size = {320, 240}) {
    auto view = std::make_unique<viewers::CloudView>();
    view->resize(size);
    view->show();
    // Keys go to the active window alone.
    view->setFocus();
    EXPECT_TRUE(millrace::tests::activate(*view));
    EXPECT_TRUE(view->show_visual(shared(std::move(cloud))));
    EXPECT_TRUE(settle(*view));
    return view;
}

/// Where a world point is seen, logical pixels.
inline QPoint place_of(const viewers::CloudView& view, const visual::Vector3& world) {
    const visual::Projector projector(view.view(), view.width(), view.height(),
                                      view.scene().bounds());
    const auto pixel = projector.project(world);
    return pixel ? QPoint(static_cast<int>(pixel->x), static_cast<int>(pixel->y)) : QPoint(-1, -1);
}

}  // namespace millrace::tests
