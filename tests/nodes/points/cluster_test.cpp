#include "nodes/ops/camera/transform.hpp"
#include "nodes/types/boxes.hpp"
#include "tests/nodes/points/clouds.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <sstream>

namespace millrace::testing {
namespace {

constexpr const char* kId = "points.cluster";

struct Clustered {
    std::vector<std::int32_t> labels;
    types::Boxes3d boxes;
};

Clustered cluster(engine::Object params, types::PointCloud cloud) {
    const auto out = run_node(points_registry(), kId, params, {packet_of(std::move(cloud))});
    return {std::get<std::vector<std::int32_t>>(
                out[0].as<types::PointCloud>().field("cluster")->values),
            out[1].as<types::Boxes3d>()};
}

/// Limits that let every cluster through.
engine::Object open_limits(engine::Object params = {}) {
    params.insert({{"min_points", 1}, {"min_height", 0}});
    return params;
}

enum class Seen { TwoSides, AllSides };

/// The sides of a car 4 m by 2 m, turned by `yaw`, its middle at (x, y).
void add_car(std::vector<types::Point>& points, double x, double y, double yaw,
             Seen seen = Seen::TwoSides) {
    const auto add = [&](double along, double across, double z) {
        points.push_back({static_cast<float>(x + along * std::cos(yaw) - across * std::sin(yaw)),
                          static_cast<float>(y + along * std::sin(yaw) + across * std::cos(yaw)),
                          static_cast<float>(z)});
    };
    for (int row = 0; row < 8; ++row) {
        const double z = -1.5 + row * 0.2;
        for (const double side : {-1.0, 1.0}) {
            if (side > 0 && seen == Seen::TwoSides) continue;
            for (int step = 0; step <= 40; ++step) add(-2 + step * 0.1, side, z);
            for (int step = 0; step <= 20; ++step) add(2 * side, -1 + step * 0.1, z);
        }
    }
}

TEST(Cluster, DistanceDecides) {
    const types::PointCloud cloud =
        cloud_of({{0, 0, 0}, {5, 0, 0}, {0.4F, 0, 0}, {kNan, 0, 0}, {5.5F, 0, 0}, {0, 0.41F, 0}});
    EXPECT_EQ(cluster(open_limits({{"distance", 0.405}}), cloud).labels,
              (std::vector<std::int32_t>{0, 1, 0, -1, 2, 3}));
    EXPECT_EQ(cluster(open_limits({{"distance", 0.5}}), cloud).labels,
              (std::vector<std::int32_t>{0, 1, 0, -1, 1, 0}));
}

TEST(Cluster, CoresSpreadAndBorderPointsFollow) {
    // A dense run of five, one border point beside it, and a far pair that is noise at three
    // neighbours.
    const types::PointCloud cloud = cloud_of({{0, 0, 0},
                                              {0.1F, 0, 0},
                                              {0.2F, 0, 0},
                                              {0.3F, 0, 0},
                                              {0.4F, 0, 0},
                                              {0.9F, 0, 0},
                                              {5, 0, 0},
                                              {5.1F, 0, 0}});
    const Clustered out = cluster(open_limits({{"distance", 0.5}, {"min_neighbours", 3}}), cloud);
    EXPECT_EQ(out.labels, (std::vector<std::int32_t>{0, 0, 0, 0, 0, 0, -1, -1}));
}

TEST(Cluster, BorderPointsDoNotChain) {
    // The middle point reaches both cores' groups but is none itself: it joins the nearer, and the
    // groups stay apart.
    std::vector<types::Point> points;
    for (int index = 0; index < 4; ++index) {
        points.push_back({-1, index * 0.01F, 0});
        points.push_back({1.1F, index * 0.01F, 0});
    }
    points.push_back({0, 0, 0});
    const Clustered out =
        cluster(open_limits({{"distance", 1.1}, {"min_neighbours", 4}}), cloud_of(points));
    EXPECT_EQ(out.boxes.boxes.size(), 2U);
    EXPECT_EQ(out.labels.back(), out.labels.front());
}

TEST(Cluster, BoxesFollowTheVisibleSides) {
    for (const char* fit : {"closeness", "minimum_area"}) {
        // The smallest rectangle round two sides alone would lie along their ends.
        const Seen seen = std::string(fit) == "closeness" ? Seen::TwoSides : Seen::AllSides;
        std::vector<types::Point> points;
        add_car(points, 12, 3, 0.4, seen);
        add_car(points, 20, -6, -1.2, seen);
        types::PointCloud cloud = cloud_of(points);
        cloud.origin = {100, 0, 5};
        const Clustered out = cluster({{"fit", fit}}, cloud);
        ASSERT_EQ(out.boxes.boxes.size(), 2U) << fit;
        const types::Box3d& box = out.boxes.boxes[0];
        EXPECT_EQ(out.boxes.frame, "lidar");
        EXPECT_NEAR(box.center[0], 112, 0.05) << fit;
        EXPECT_NEAR(box.center[1], 3, 0.05) << fit;
        EXPECT_NEAR(box.center[2], 4.2, 1e-4) << fit;
        EXPECT_NEAR(box.size[0], 4, 0.05) << fit;
        EXPECT_NEAR(box.size[1], 2, 0.05) << fit;
        EXPECT_NEAR(box.size[2], 1.4, 1e-4) << fit;
        EXPECT_NEAR(box.yaw, 0.4, 0.02) << fit;
        EXPECT_NEAR(out.boxes.boxes[1].yaw, -1.2, 0.02) << fit;
    }
}

TEST(Cluster, LimitsDropClustersAndRenumber) {
    std::vector<types::Point> points;
    add_car(points, 5, 5, 0);
    const std::size_t car = points.size();
    for (int step = 0; step < 100; ++step)
        points.push_back({-20, step * 0.2F, 0});  // a fence of 20 m, no height
    for (int step = 0; step < 30; ++step) points.push_back({30, 0, step * 0.1F});  // a post of 3 m
    const types::PointCloud cloud = cloud_of(points);
    const auto count = [&cloud](const engine::Object& params) {
        return cluster(params, cloud).boxes.boxes.size();
    };
    EXPECT_EQ(count(open_limits({{"max_length", 100}})), 3U);
    EXPECT_EQ(count(open_limits({{"max_length", 15}})), 2U);
    EXPECT_EQ(count(open_limits({{"min_points", 50}, {"max_length", 100}})), 2U);
    EXPECT_EQ(count(open_limits({{"max_points", 99}, {"max_length", 100}})), 1U);
    EXPECT_EQ(count(open_limits({{"min_height", 0.1}, {"max_length", 100}})), 2U);
    const Clustered out = cluster(open_limits({{"max_points", 99}, {"max_length", 100}}), cloud);
    EXPECT_EQ(out.labels[0], -1);
    EXPECT_EQ(out.labels[car], -1);
    EXPECT_EQ(out.labels.back(), 0);  // cluster 2 became 0, as its box is the first
}

TEST(Cluster, EmptyAndSinglePoint) {
    const Clustered none = cluster({}, cloud_of({}));
    EXPECT_TRUE(none.labels.empty());
    EXPECT_TRUE(none.boxes.boxes.empty());
    const Clustered one = cluster(open_limits(), cloud_of({{1, 2, 3}}));
    ASSERT_EQ(one.boxes.boxes.size(), 1U);
    EXPECT_EQ(one.boxes.boxes[0].center, (std::array<double, 3>{1, 2, 3}));
    EXPECT_EQ(one.boxes.boxes[0].size, (std::array<double, 3>{}));
}

TEST(Cluster, StopsEarlyAndRejectsContradictions) {
    TestContext context(points_registry());
    context.asks_until_stop = 0;
    std::vector<types::Point> points;
    add_car(points, 5, 5, 0);
    run_node(points_registry(), kId, {}, {packet_of(cloud_of(points))}, context);
    EXPECT_LE(context.asks, 4);
    const auto problems =
        check_node(points_registry(), kId,
                   {{"min_points", 100}, {"max_points", 10}, {"min_height", 9}, {"max_height", 2}});
    ASSERT_EQ(problems.size(), 2U);
    EXPECT_EQ(problems[0].where, "node.max_points");
    EXPECT_EQ(problems[1].where, "node.max_height");
}

/// Row-major [3, 4] or [3, 3] of a calibration line.
visual::Matrix4 matrix_of(std::istringstream& line, int columns) {
    visual::Matrix4 matrix = visual::kIdentity;
    for (int row = 0; row < 3; ++row) {
        for (int column = 0; column < columns; ++column) line >> matrix[4 * row + column];
    }
    return matrix;
}

/// Middles of the labelled cars of a KITTI frame, in the lidar's frame.
std::vector<std::array<double, 3>> labelled_cars(const std::string& name) {
    visual::Matrix4 rectified = visual::kIdentity, camera_from_lidar = visual::kIdentity;
    std::ifstream calibration(kitti_folder() / "calib" / (name + ".txt"));
    for (std::string text; std::getline(calibration, text);) {
        std::istringstream line(text);
        std::string key;
        line >> key;
        if (key == "R0_rect:") rectified = matrix_of(line, 3);
        if (key == "Tr_velo_to_cam:") camera_from_lidar = matrix_of(line, 4);
    }
    const visual::Matrix4 lidar = ops::inverse(ops::multiply(rectified, camera_from_lidar));
    std::vector<std::array<double, 3>> cars;
    std::ifstream labels(kitti_folder() / "label_2" / (name + ".txt"));
    for (std::string text; std::getline(labels, text);) {
        std::istringstream line(text);
        std::string kind, skipped;
        line >> kind;
        for (int field = 0; field < 7; ++field) line >> skipped;
        double height = 0, width = 0, length = 0, x = 0, y = 0, z = 0;
        line >> height >> width >> length >> x >> y >> z;
        if (kind == "Car") cars.push_back(ops::transform(lidar, {x, y - height / 2, z}));
    }
    return cars;
}

TEST(Cluster, FindsTheCarsOfARealFrame) {
    MILLRACE_NEED_KITTI();
    const auto parted =
        run_node(points_registry(), "points.remove_ground", {}, {packet_of(kitti_frame("000008"))});
    const Clustered out = cluster({}, parted[0].as<types::PointCloud>());
    const auto car_like = [](const types::Box3d& box) {
        return box.size[0] > 1.2 && box.size[0] < 5.5 && box.size[1] < 2.5 && box.size[2] > 0.7 &&
               box.size[2] < 2.2;
    };
    const auto cars = labelled_cars("000008");
    ASSERT_EQ(cars.size(), 6U);
    int found = 0;
    for (const auto& car : cars) {
        found += std::ranges::any_of(out.boxes.boxes, [&](const types::Box3d& box) {
            return car_like(box) && std::hypot(box.center[0] - car[0], box.center[1] - car[1]) < 1;
        });
    }
    EXPECT_GE(found, 4);  // of six; the others are far or hidden
}

}  // namespace
}  // namespace millrace::testing
