#include <gtest/gtest.h>

#include <algorithm>

#include "tests/nodes/fusion/fusion.hpp"

namespace millrace::testing {
namespace {

using Numbers = std::vector<std::int32_t>;

struct Projection {
    types::PointCloud cloud;
    types::Metrics metrics;
};

template <class Image = std::nullptr_t>
Projection project(types::PointCloud cloud, types::Calibration calibration, Image image = {},
                   const engine::Object& params = {}) {
    const auto out = run("fusion.project_points", params, std::move(cloud), std::move(calibration),
                         std::move(image));
    return {out.at(0).template as<types::PointCloud>(), out.at(1).template as<types::Metrics>()};
}

double at(const types::PointCloud& cloud, const char* field, std::size_t point = 0) {
    return cloud.field(field)->at(point);
}

TEST(ProjectPoints, ByHand) {
    const auto [cloud, metrics] = project(cloud_of({{10, 0, 0},
                                                    {-10, 0, 0},  // behind
                                                    {20, -2, 1},  // u 60, v 35
                                                    {10, 6, 0},   // u -10
                                                    {kNan, 0, 0},
                                                    {0.3F, 0, 0},  // nearer than min_depth
                                                    {8, 2, -1}}),  // u 25, v 52.5
                                          calibration_of({forward_camera()}), image_of());
    EXPECT_EQ(numbers_of(cloud), (Numbers{0, 2, 6}));
    EXPECT_EQ(cloud.points[1], (types::Point{20, -2, 1}));
    EXPECT_FLOAT_EQ(at(cloud, "u", 0), 50);
    EXPECT_FLOAT_EQ(at(cloud, "v", 0), 40);
    EXPECT_FLOAT_EQ(at(cloud, "depth", 0), 10);
    EXPECT_FLOAT_EQ(at(cloud, "u", 1), 60);
    EXPECT_FLOAT_EQ(at(cloud, "v", 1), 35);
    EXPECT_FLOAT_EQ(at(cloud, "depth", 1), 20);
    EXPECT_FLOAT_EQ(at(cloud, "u", 2), 25);
    EXPECT_FLOAT_EQ(at(cloud, "v", 2), 52.5);
    EXPECT_EQ(cloud.frame, "lidar");
    EXPECT_EQ(metrics.values.at("points"), 7);
    EXPECT_EQ(metrics.values.at("points_in_front"), 5);
    EXPECT_EQ(metrics.values.at("points_inside"), 3);
    EXPECT_NEAR(metrics.values.at("mean_depth"), 38.0 / 3, 1e-5);
    EXPECT_EQ(metrics.values.at("max_depth"), 20);
}

TEST(ProjectPoints, TheImageIsHalfOpen) {
    // u 0, u 100, v 0, v 80, and one just inside the last pixel.
    const auto result =
        project(cloud_of({{10, 5, 0}, {10, -5, 0}, {10, 0, 4}, {10, 0, -4}, {10, -4.99F, -3.99F}}),
                calibration_of({forward_camera()}));
    EXPECT_EQ(numbers_of(result.cloud), (Numbers{0, 2, 4}));
}

TEST(ProjectPoints, NearestDepthCounts) {
    const auto result = project(cloud_of({{2, 0, 0}, {1.99F, 0, 0}, {0, 0, 0}}),
                                calibration_of({forward_camera()}), nullptr, {{"min_depth", 2}});
    EXPECT_EQ(numbers_of(result.cloud), (Numbers{0}));
    // With no least depth a point at the camera's place still has no pixel.
    const auto all = project(cloud_of({{0, 0, 0}, {1e-3F, 0, 0}}),
                             calibration_of({forward_camera()}), nullptr, {{"min_depth", 0}});
    EXPECT_EQ(numbers_of(all.cloud), (Numbers{1}));
}

TEST(ProjectPoints, EmptyCloudAndOnePoint) {
    const auto none = project(cloud_of({}), calibration_of({forward_camera()}), image_of());
    EXPECT_TRUE(none.cloud.points.empty());
    ASSERT_TRUE(none.cloud.field("depth"));
    EXPECT_EQ(none.cloud.field("depth")->count(), 0U);
    EXPECT_EQ(none.metrics.values.at("mean_depth"), 0);
    EXPECT_EQ(none.metrics.values.at("max_depth"), 0);
    const auto one = project(cloud_of({{5, 0, 0}}), calibration_of({forward_camera()}), image_of());
    EXPECT_EQ(one.metrics.values.at("mean_depth"), 5);
}

TEST(ProjectPoints, HugeCoordinatesAreHarmless) {
    const auto [cloud, metrics] = project(cloud_of({{3e38F, 0, 0},
                                                    {1, 3e38F, 0},
                                                    {1, 0, -3e38F},
                                                    {kInfinity, 0, 0},
                                                    {1, kInfinity, 0},
                                                    {-kInfinity, 0, 0}}),
                                          calibration_of({forward_camera()}), image_of());
    EXPECT_EQ(numbers_of(cloud), (Numbers{0}));
    EXPECT_FLOAT_EQ(at(cloud, "u"), 50);
    EXPECT_FLOAT_EQ(at(cloud, "depth"), 3e38F);
    EXPECT_TRUE(std::isfinite(metrics.values.at("max_depth")));
}

TEST(ProjectPoints, TheOriginOfACloudCounts) {
    types::PointCloud cloud = cloud_of({{-490, 198, 5}});
    cloud.origin = {500, -200, -4};  // (10, -2, 1)
    const auto result = project(std::move(cloud), calibration_of({forward_camera()}), image_of());
    ASSERT_EQ(result.cloud.points.size(), 1U);
    EXPECT_FLOAT_EQ(at(result.cloud, "u"), 70);
    EXPECT_FLOAT_EQ(at(result.cloud, "v"), 30);
    EXPECT_EQ(result.cloud.origin[0], 500);
}

TEST(ProjectPoints, FieldsOfAnEarlierProjectionAreReplaced) {
    types::PointCloud cloud = projected_of({{1, 2, 10}, {3, 4, -5}});
    const auto result = project(std::move(cloud), calibration_of({forward_camera()}));
    EXPECT_EQ(std::ranges::count(result.cloud.fields, "u", &types::PointField::name), 1);
    EXPECT_EQ(result.cloud.fields.size(), 4U);
    EXPECT_FLOAT_EQ(at(result.cloud, "u"), 50);
}

TEST(ProjectPoints, TheImageTellsItsCamera) {
    types::Camera other = forward_camera("back");
    other.projection[2] = 10;
    const auto calibration = calibration_of({other, forward_camera()});
    const auto u_of = [&](auto image, const engine::Object& params = {}) {
        return at(project(cloud_of({{10, 0, 0}}), calibration, image, params).cloud, "u");
    };
    EXPECT_FLOAT_EQ(u_of(nullptr), 10);
    EXPECT_FLOAT_EQ(u_of(image_of()), 50);
    EXPECT_FLOAT_EQ(u_of(nullptr, {{"camera", "front"}}), 50);
    types::Image unnamed = image_of();
    unnamed.frame = "";
    EXPECT_FLOAT_EQ(u_of(unnamed), 10);
    const engine::Problem problem = problem_of([&] { u_of(image_of(), {{"camera", "back"}}); });
    EXPECT_EQ(problem.code, "E-CAMERA-004");
    EXPECT_NE(problem.found.find("front"), std::string::npos);
}

TEST(ProjectPoints, ImagesThatDoNotFitAreRefused) {
    const engine::Problem problem = problem_of([] {
        project(cloud_of({{10, 0, 0}}), calibration_of({forward_camera()}), image_of(50, 40));
    });
    EXPECT_EQ(problem.code, "E-CAMERA-004");
    EXPECT_EQ(problem.expected, "100 x 80 pixels");
    EXPECT_EQ(problem.found, "50 x 40");
    EXPECT_NE(problem.mend.find("image.resize"), std::string::npos);
}

TEST(ProjectPoints, ASizeMustBeKnown) {
    types::Camera camera = forward_camera();
    camera.width = camera.height = 0;
    EXPECT_EQ(problem_of([&] {
                  project(cloud_of({{10, 0, 0}}), calibration_of({camera}));
              }).code,
              "E-CAMERA-002");
    // The image's own counts then.
    EXPECT_EQ(project(cloud_of({{10, -4, 0}}), calibration_of({camera}), image_of(90, 80))
                  .cloud.points.size(),
              0U);
}

TEST(ProjectPoints, MissingCamerasAreNamed) {
    const engine::Problem unknown = problem_of([] {
        project(cloud_of({}), calibration_of({forward_camera(), forward_camera("back")}), nullptr,
                {{"camera", "left"}});
    });
    EXPECT_EQ(unknown.code, "E-CAMERA-003");
    EXPECT_EQ(unknown.expected, "one of front, back");
    EXPECT_EQ(unknown.found, "left");
    EXPECT_EQ(problem_of([] { project(cloud_of({}), calibration_of({})); }).code, "E-CAMERA-003");
}

TEST(ProjectPoints, GivesTheSameBytesEachTime) {
    std::vector<types::Point> points;
    for (int i = 0; i < 5000; ++i) {
        const auto part = [&](int axis) { return float((i * 37 + axis * 11) % 997) / 10 - 40; };
        points.push_back({part(0), part(1), part(2)});
    }
    const auto hash = [&] {
        return run("fusion.project_points", {}, cloud_of(points),
                   calibration_of({forward_camera()}), image_of())
            .at(0)
            .hash();
    };
    EXPECT_EQ(hash(), hash());
}

}  // namespace
}  // namespace millrace::testing
