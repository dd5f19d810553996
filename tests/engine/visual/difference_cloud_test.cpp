// Clouds and boxes against each other: point by point, matched by place, what one side lacks.
#include <algorithm>

#include "tests/engine/visual/difference_support.hpp"

namespace millrace::tests {
namespace {

visual::Cloud cloud_of(std::vector<visual::Point> points) {
    visual::Cloud cloud;
    cloud.frame = "lidar";
    std::vector<float> intensity(points.size(), 0.5F);
    cloud.points = std::move(points);
    cloud.fields = {{"intensity", 1, std::move(intensity)}};
    return cloud;
}

visual::Cloud random_cloud(std::size_t count) {
    engine::Random random(11, "difference cloud", 0);
    std::vector<visual::Point> points(count);
    for (visual::Point& point : points)
        point = {static_cast<float>(random.uniform(-40, 40)),
                 static_cast<float>(random.uniform(-40, 40)),
                 static_cast<float>(random.uniform(-2, 6))};
    return cloud_of(std::move(points));
}

const visual::ErrorFigures& part(const Difference& difference, const std::string& name) {
    for (const auto& [part, figures] : difference.parts)
        if (part == name) return figures;
    ADD_FAILURE() << "no part " << name;
    return difference.all;
}

TEST(CloudDifference, PointByPoint) {
    auto a = cloud_of({{3, 4, 0}, {10, 0, 0}, {0, 0, 0}}), b = a;
    b.points[1] = {10, 0.3F, 0.4F};
    std::get<std::vector<float>>(b.fields[0].values)[2] = 0.75F;
    const Difference found = differ(a, b);
    EXPECT_EQ(found.verdict, Verdict::Beyond);
    EXPECT_EQ(found.matched, 3U);
    EXPECT_NEAR(part(found, "position").max_abs, 0.5, 1e-7);
    EXPECT_NEAR(part(found, "position").sqnr_db, 10 * std::log10(125 / 0.25), 1e-5);
    EXPECT_DOUBLE_EQ(part(found, "intensity").max_abs, 0.25);
    EXPECT_EQ(part(found, "intensity").beyond, 1U);
    ASSERT_EQ(found.worst.size(), 2U);
    EXPECT_EQ(found.worst[0].place.a, 1);
    EXPECT_EQ(found.worst[0].place.part, "position");
    EXPECT_EQ(found.worst[0].text_b, "10.000, 0.300, 0.400");
    EXPECT_EQ(found.worst[1].place.a, 2);
    EXPECT_EQ(found.worst[1].place.part, "intensity");
    const auto& picture = std::get<visual::Cloud>(*found.picture);
    EXPECT_NEAR(picture.field("difference")->at(1), 0.5, 1e-6);
    EXPECT_EQ(differ(a, b, {.absolute = 0.51}).verdict, Verdict::Within);
    EXPECT_EQ(differ(a, a).verdict, Verdict::Equal);
}

TEST(CloudDifference, OriginsCount) {
    auto a = cloud_of({{1, 2, 3}, {4, 5, 6}}), b = a;
    a.origin = {5e6, 0, 0};
    b.origin = {5e6 - 1, 0, 0};
    for (visual::Point& point : b.points) point.x += 1;
    EXPECT_EQ(differ(a, b).all.max_abs, 0);
    EXPECT_EQ(differ(a, b).verdict, Verdict::Within);
}

TEST(CloudDifference, DifferentCountsAreMatchedByPlace) {
    auto a = random_cloud(2000);
    auto b = a;
    b.points[10].x += 0.05F;  // within the radius
    b.points[20].x += 500;    // beyond it
    std::vector<std::uint32_t> kept;
    for (std::uint32_t i = 0; i < 2000; ++i)
        if (i < 500 || i >= 550) kept.push_back(i);
    visual::keep_points(b, kept);
    const Difference found = differ(a, b);
    EXPECT_EQ(found.verdict, Verdict::Beyond);
    EXPECT_EQ(found.missing, 51U);
    EXPECT_EQ(found.extra, 1U);
    EXPECT_EQ(found.matched, 1949U);
    EXPECT_FALSE(found.remarks.empty());
    EXPECT_NEAR(part(found, "position").max_abs, 0.05, 1e-4);
    EXPECT_EQ(found.worst.at(0).place.a, -1) << "500 m from the nearest is the worst";
    EXPECT_EQ(found.worst.at(0).place.b, 20);
    EXPECT_GT(found.worst.at(0).apart, 400);
    const auto& picture = std::get<visual::Cloud>(*found.picture);
    EXPECT_EQ(picture.points.size(), 2001U);
    EXPECT_TRUE(std::isnan(picture.field("difference")->at(500)));
    EXPECT_DOUBLE_EQ(picture.field("only in")->at(500), 1);
    EXPECT_DOUBLE_EQ(picture.field("only in")->at(2000), 2);
}

TEST(CloudDifference, AnotherOrderIsFound) {
    auto a = random_cloud(500);
    auto b = a;
    std::ranges::reverse(b.points);
    const Difference found = differ(a, b);
    EXPECT_EQ(found.missing + found.extra, 0U);
    EXPECT_EQ(found.all.max_abs, 0);
    EXPECT_EQ(found.verdict, Verdict::Within) << "equal points, not equal bits";
    EXPECT_FALSE(found.remarks.empty());
}

TEST(CloudDifference, ManyPointsOnOnePlace) {
    auto a = cloud_of(std::vector<visual::Point>(20'000, {0, 0, 0}));
    auto b = cloud_of(std::vector<visual::Point>(20'003, {0, 0, 0}));
    const Difference found = differ(a, b);
    EXPECT_EQ(found.matched, 20'000U);
    EXPECT_EQ(found.extra, 3U);
    b = cloud_of(std::vector<visual::Point>(20'003, {0.01F, 0, 0}));
    EXPECT_EQ(differ(a, b).missing + differ(a, b).matched, 20'000U);
}

TEST(CloudDifference, EmptyLostAndContradictory) {
    const visual::Cloud empty = cloud_of({});
    EXPECT_EQ(differ(empty, empty).verdict, Verdict::Equal);
    const auto one = cloud_of({{1, 2, 3}});
    EXPECT_EQ(differ(one, empty).missing, 1U);
    EXPECT_EQ(differ(empty, one).extra, 1U);
    EXPECT_EQ(differ(one, empty).worst.at(0).apart, kInfinity);
    const float nan = std::numeric_limits<float>::quiet_NaN();
    const auto lost = cloud_of({{nan, nan, nan}});
    EXPECT_EQ(differ(lost, lost).verdict, Verdict::Equal);
    EXPECT_EQ(differ(lost, lost, {.equal_nan = false}).verdict, Verdict::Beyond);
    EXPECT_EQ(differ(lost, one).verdict, Verdict::Beyond);
    EXPECT_EQ(differ(one, lost).verdict, Verdict::Beyond);
    const auto more = cloud_of({{nan, nan, nan}, {1, 2, 3}});
    EXPECT_EQ(differ(more, lost).missing, 1U);
    auto broken = one;
    broken.fields[0].channels = 3;
    EXPECT_EQ(differ(one, broken).verdict, Verdict::Incomparable);
    broken.fields[0].channels = 0;
    EXPECT_EQ(differ(broken, one).verdict, Verdict::Incomparable);
    auto bare = one;
    bare.fields.clear();
    EXPECT_EQ(differ(one, bare).verdict, Verdict::Beyond);
    EXPECT_EQ(differ(one, bare).unlike.size(), 1U);
    auto world = one;
    world.frame = "world";
    EXPECT_EQ(differ(one, world).verdict, Verdict::Beyond);
    visual::CompareOptions none{.radius = 0};
    EXPECT_EQ(differ(cloud_of({{0, 0, 0}, {1, 0, 0}}), cloud_of({{1, 0, 0}}), {}, none).matched,
              1U);
    none.radius = kNaN;
    EXPECT_EQ(differ(one, cloud_of({{1, 2, 3}, {5, 6, 7}}), {}, none).extra, 1U);
}

visual::Boxes3d::Box car(double x, double y, double yaw = 0) {
    return {.center = {x, y, 0}, .size = {4, 2, 1.5}, .yaw = yaw, .label = "Car", .score = 0.9};
}

TEST(BoxDifference, MatchedMissingAndExtra) {
    visual::Boxes3d a{.frame = "lidar", .boxes = {car(10, 0), car(30, 5), car(60, 0)}};
    visual::Boxes3d b{.frame = "lidar", .boxes = {car(30.5, 5), car(10, 0), car(90, 0)}};
    const Difference found = differ(a, b);
    EXPECT_EQ(found.matched, 2U);
    EXPECT_EQ(found.missing, 1U);
    EXPECT_EQ(found.extra, 1U);
    EXPECT_DOUBLE_EQ(part(found, "center").max_abs, 0.5);
    EXPECT_EQ(part(found, "size").beyond, 0U);
    const auto& table = std::get<visual::Table>(*found.picture);
    ASSERT_EQ(table.rows.size(), 4U);
    EXPECT_EQ(table.rows[1][1], "1");
    EXPECT_EQ(table.rows[1][2], "0");
    EXPECT_EQ(table.rows[1][5], "0.7778") << "3.5 of 4.5 metres";
    EXPECT_EQ(differ(a, a).verdict, Verdict::Equal);
}

TEST(BoxDifference, TurnsLabelsAndLostNumbers) {
    visual::Boxes3d a{.frame = "lidar", .boxes = {car(10, 0, 3.1)}};
    visual::Boxes3d b{.frame = "lidar", .boxes = {car(10, 0, 3.1 - 2 * 3.14159265358979323846)}};
    EXPECT_NEAR(part(differ(a, b), "yaw").max_abs, 0, 1e-12) << "a whole turn is none";
    EXPECT_EQ(differ(a, b, {.absolute = 1e-9}).verdict, Verdict::Within);
    b = a;
    b.boxes[0].label = "Van";
    const Difference renamed = differ(a, b);
    EXPECT_EQ(renamed.matched, 1U);
    EXPECT_EQ(renamed.worst.at(0).text_b, "Van");
    b = a;
    b.boxes[0].center[0] = kNaN;
    EXPECT_EQ(differ(a, b).verdict, Verdict::Beyond);
    EXPECT_EQ(differ(b, b).verdict, Verdict::Equal);
    b = a;
    b.boxes[0].yaw = 3.1 + 1.5707963267948966;
    EXPECT_EQ(differ(a, b).matched, 1U) << "a square of 2 m of two areas of 8";
    EXPECT_EQ(std::get<visual::Table>(*differ(a, b).picture).rows[0][5], "0.3333");
}

TEST(BoxDifference, InPixels) {
    visual::Boxes2d a{.frame = "cam", .boxes = {{.xyxy = {0, 0, 10, 10}, .label = "Car"}}};
    visual::Boxes2d b{.frame = "cam", .boxes = {{.xyxy = {0, 0, 10, 5}, .label = "Car"}}};
    const Difference found = differ(a, b);
    EXPECT_EQ(found.matched, 1U);
    EXPECT_DOUBLE_EQ(found.all.max_abs, 5);
    EXPECT_EQ(std::get<visual::Table>(*found.picture).rows[0][5], "0.5000");
    b.boxes.clear();
    EXPECT_EQ(differ(a, b).missing, 1U);
    EXPECT_EQ(differ(b, b).verdict, Verdict::Equal);
}

}  // namespace
}  // namespace millrace::tests
