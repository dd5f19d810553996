#include <gtest/gtest.h>

#include <algorithm>
#include <optional>

#include "nodes/types/boxes.hpp"
#include "nodes/types/image.hpp"
#include "tests/nodes/points/clouds.hpp"

namespace millrace::testing {
namespace {

const engine::Object kPlain = {{"view", "top"},     {"width", 201},       {"height", 101},
                               {"grid", false},     {"shading", false},   {"reach", 20},
                               {"point_size", 3.0}, {"color", "constant"}};

engine::Object with(engine::Object params, const char* name, engine::Value value) {
    params[name] = std::move(value);
    return params;
}

types::Image drawn(const engine::Object& params, const types::PointCloud& cloud,
                   engine::Packet boxes = {}) {
    const auto out = run_node(points_registry(), "points.picture", params,
                              {engine::Packet::make(cloud), std::move(boxes)});
    return out.at(0).as<types::Image>();
}

/// Mean place of the pixels that differ from the picture of nothing.
std::optional<std::pair<double, double>> place(const types::Image& image,
                                               const types::Image& empty) {
    double x = 0, y = 0;
    int count = 0;
    for (int row = 0; row < image.height; ++row) {
        for (int column = 0; column < image.width; ++column) {
            const auto at = (static_cast<std::size_t>(row) * image.width + column) * 3;
            if (std::equal(image.bytes.begin() + at, image.bytes.begin() + at + 3,
                           empty.bytes.begin() + at))
                continue;
            x += column, y += row, ++count;
        }
    }
    if (count == 0) return std::nullopt;
    return std::pair(x / count, y / count);
}

TEST(Picture, FromTheTopForwardIsUpAndLeftIsLeft) {
    const types::Image empty = drawn(kPlain, cloud_of({}));
    ASSERT_EQ(empty.width, 201);
    ASSERT_EQ(empty.height, 101);
    ASSERT_EQ(empty.channels, 3);
    const auto at = [&](types::Point point) {
        const auto found = place(drawn(kPlain, cloud_of({point})), empty);
        EXPECT_TRUE(found.has_value());
        return found.value_or(std::pair(-1.0, -1.0));
    };
    const auto middle = at({0, 0, 0});
    EXPECT_NEAR(middle.first, 100, 1);
    EXPECT_NEAR(middle.second, 50, 1);
    const auto ahead = at({10, 0, 0}), left = at({0, 10, 0});
    EXPECT_NEAR(ahead.first, middle.first, 1);
    EXPECT_LT(ahead.second, middle.second - 5);
    EXPECT_NEAR(left.second, middle.second, 1);
    // As far to the left as ahead: a pixel is square.
    EXPECT_NEAR(middle.first - left.first, middle.second - ahead.second, 1);
}

TEST(Picture, TheNearestPointShows) {
    const engine::Object params = with(with(with(kPlain, "color", "height"), "low", 0), "high", 1);
    const types::Image high = drawn(params, cloud_of({{0, 0, 1}}));
    EXPECT_EQ(drawn(params, cloud_of({{0, 0, 0}, {0, 0, 1}})).bytes, high.bytes);
    EXPECT_EQ(drawn(params, cloud_of({{0, 0, 1}, {0, 0, 0}})).bytes, high.bytes);
    EXPECT_NE(drawn(params, cloud_of({{0, 0, 0}})).bytes, high.bytes);
}

TEST(Picture, NothingToShow) {
    const types::Image empty = drawn(kPlain, cloud_of({}));
    EXPECT_EQ(drawn(kPlain, cloud_of({{kNan, 0, 0}, {0, kNan, kNan}})).bytes, empty.bytes);
    EXPECT_EQ(drawn(with(kPlain, "reach", 0), cloud_of({{kNan, 0, 0}})).bytes, empty.bytes);
}

TEST(Picture, BoxesAreDrawnOverIt) {
    const types::PointCloud cloud = cloud_of({{0, 0, 0}});
    types::Boxes3d boxes;
    boxes.boxes.push_back({.center = {8, 0, 0}, .size = {4, 2, 2}, .label = "Car"});
    const auto shift =
        place(drawn(kPlain, cloud, engine::Packet::make(boxes)), drawn(kPlain, cloud));
    ASSERT_TRUE(shift.has_value());
    EXPECT_NEAR(shift->first, 100, 1.5);
    EXPECT_LT(shift->second, 45);
}

TEST(Picture, TurningGoesRoundTheScene) {
    const types::PointCloud cloud = cloud_of({{10, 0, 0}});
    const types::Image empty = drawn(kPlain, cloud_of({}));
    const auto before = place(drawn(kPlain, cloud), empty);
    const auto after = place(drawn(with(kPlain, "turn", 180), cloud), empty);
    ASSERT_TRUE(before && after);
    EXPECT_NEAR(before->second - 50, 50 - after->second, 1.5);
}

TEST(Picture, LacksOfTheCloudAreNoFailure) {
    // No intensity: grey, not an error, so that mixed folders can be looked through.
    EXPECT_NO_THROW(drawn(with(kPlain, "color", "intensity"), cloud_of({{1, 2, 3}})));
    EXPECT_NO_THROW(
        drawn(with(with(kPlain, "color", "field"), "field", "absent"), cloud_of({{1, 2, 3}})));
    types::PointCloud far = cloud_of({{0.25F, 0, 0}, {0.5F, 1, 0}});
    far.origin = {4e6, 5e6, 100};
    EXPECT_NE(drawn(with(kPlain, "reach", 0), far).bytes, drawn(kPlain, cloud_of({})).bytes);
}

TEST(Picture, ChecksItsParameters) {
    EXPECT_EQ(check_node(points_registry(), "points.picture", {{"color", "field"}}).at(0).where,
              "node.field");
    EXPECT_EQ(check_node(points_registry(), "points.picture", {{"width", 8}}).at(0).code,
              "E-PARAM-003");
    EXPECT_TRUE(check_node(points_registry(), "points.picture", {}).empty());
}

}  // namespace
}  // namespace millrace::testing
