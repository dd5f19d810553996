#include "tests/nodes/points/clouds.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace millrace::testing {
namespace {

constexpr const char* kId = "points.normals";

std::vector<float> normals_of(const types::PointCloud& cloud) {
    return std::get<std::vector<float>>(cloud.field("normal")->values);
}

types::PointCloud sheet(float height) {
    std::vector<types::Point> points;
    for (int row = -5; row < 5; ++row) {
        for (int column = -5; column < 5; ++column)
            points.push_back({row * 0.1F, column * 0.1F, height});
    }
    return cloud_of(points);
}

TEST(Normals, FaceTheSensor) {
    for (const float height : {-2.0F, 2.0F}) {
        const types::PointCloud out = run_on(kId, {}, sheet(height));
        ASSERT_EQ(out.field("normal")->channels, 3);
        const std::vector<float> normals = normals_of(out);
        ASSERT_EQ(normals.size(), 300U);
        for (std::size_t at = 0; at < normals.size(); at += 3) {
            EXPECT_NEAR(normals[at], 0, 1e-5);
            EXPECT_NEAR(normals[at + 2], height < 0 ? 1 : -1, 1e-5);
        }
    }
}

TEST(Normals, SensorIsAtTheFramesZero) {
    types::PointCloud cloud = sheet(2);
    cloud.origin = {0, 0, -10};  // the sheet is at z = -8 in the frame
    EXPECT_NEAR(normals_of(run_on(kId, {}, cloud))[2], 1, 1e-5);
}

TEST(Normals, PointAwayFromASphere) {
    engine::Random random(9, "sphere", 0);
    std::vector<types::Point> points;
    for (int index = 0; index < 4000; ++index) {
        const double z = random.uniform(-1, 1), turn = random.uniform(0, 2 * M_PI),
                     r = std::sqrt(1 - z * z);
        points.push_back({static_cast<float>(r * std::cos(turn) + 5),
                          static_cast<float>(r * std::sin(turn)), static_cast<float>(z)});
    }
    const std::vector<float> normals = normals_of(run_on(kId, {}, cloud_of(points)));
    double worst = 1;
    for (std::size_t index = 0; index < points.size(); ++index) {
        const double along = (points[index].x - 5) * normals[3 * index] +
                             points[index].y * normals[3 * index + 1] +
                             points[index].z * normals[3 * index + 2];
        worst = std::min(worst, std::abs(along));
    }
    EXPECT_GT(worst, 0.97);
}

TEST(Normals, ZeroWhereThereIsNone) {
    // A line, a point without position, and a stray with nobody near.
    const types::PointCloud cloud =
        cloud_of({{1, 0, 0}, {1.1F, 0, 0}, {1.2F, 0, 0}, {1.3F, 0, 0}, {kNan, 0, 0}, {50, 50, 50}});
    const types::PointCloud out = run_on(kId, {{"search", "radius"}, {"radius", 1}}, cloud);
    EXPECT_EQ(out.points.size(), 6U);
    EXPECT_EQ(normals_of(out), std::vector<float>(18, 0.0F));
}

TEST(Normals, RadiusLeavesOutTheFar) {
    // A floor patch and, half a metre above it, a slanted one that would tilt the normals of the
    // first.
    types::PointCloud cloud = cloud_of({{0, 0, -2},
                                        {0.1F, 0, -2},
                                        {0, 0.1F, -2},
                                        {0.1F, 0.1F, -2},
                                        {0.3F, 0, -1.5F},
                                        {0.4F, 0, -1.2F},
                                        {0.3F, 0.1F, -1.5F}});
    const std::vector<float> near =
        normals_of(run_on(kId, {{"search", "radius"}, {"radius", 0.2}}, cloud));
    const std::vector<float> all = normals_of(run_on(kId, {}, cloud));
    EXPECT_NEAR(near[2], 1, 1e-5);
    EXPECT_LT(std::abs(all[2]), 0.99);
}

TEST(Normals, ReplacesAnOlderField) {
    types::PointCloud cloud = sheet(-1);
    cloud.fields.push_back({"normal", 3, std::vector<float>(300, 7.0F)});
    const types::PointCloud out = run_on(kId, {}, cloud);
    EXPECT_EQ(out.fields.size(), 2U);
    EXPECT_NEAR(normals_of(out)[2], 1, 1e-5);
    EXPECT_EQ(numbers_of(out), numbers_of(cloud));
}

TEST(Normals, EmptyAndSinglePoint) {
    EXPECT_TRUE(normals_of(run_on(kId, {}, cloud_of({}))).empty());
    EXPECT_EQ(normals_of(run_on(kId, {}, cloud_of({{1, 2, 3}}))), std::vector<float>(3, 0.0F));
    EXPECT_EQ(normals_of(run_on(kId, {}, cloud_of({{kNan, 2, 3}}))), std::vector<float>(3, 0.0F));
}

TEST(Normals, StopsEarlyAndRejectsBadParameters) {
    TestContext context(points_registry());
    context.asks_until_stop = 0;
    run_node(points_registry(), kId, {}, {packet_of(sheet(1))}, context);
    EXPECT_EQ(context.asks, 1);
    EXPECT_EQ(check_node(points_registry(), kId, {{"neighbours", 2}}).at(0).code, "E-PARAM-003");
}

}  // namespace
}  // namespace millrace::testing
