#include "nodes/ops/street/primitive.hpp"

#include <gtest/gtest.h>

#include <numbers>

namespace millrace::ops::street {
namespace {

constexpr float kFar = 1000;
constexpr float kQuarter = std::numbers::pi_v<float> / 2;

Ray along_x(float y, float z) { return {{-10, y, z}, {1, 0, 0}}; }

TEST(StreetBox, IsHitOnTheFaceTowardsTheRay) {
    const Primitive solid = box({0, 0, 0}, 0, {4, 2, 3}, Material::Plain, {});
    Hit hit;
    ASSERT_TRUE(intersect(solid, along_x(0, 1), kFar, hit));
    EXPECT_FLOAT_EQ(hit.distance, 8);
    EXPECT_EQ(hit.face, Face::Back);
    EXPECT_FLOAT_EQ(hit.normal.x, -1);
    EXPECT_FLOAT_EQ(hit.local.z, -0.5F);
    EXPECT_FALSE(intersect(solid, along_x(1.01F, 1), kFar, hit));
    EXPECT_FALSE(intersect(solid, along_x(0, 3.01F), kFar, hit));
    EXPECT_FALSE(intersect(solid, along_x(0, 1), 7.9F, hit)) << "beyond the limit";
    ASSERT_TRUE(intersect(solid, {{0, 0, 9}, {0, 0, -1}}, kFar, hit));
    EXPECT_FLOAT_EQ(hit.distance, 6);
    EXPECT_EQ(hit.face, Face::Top);
}

TEST(StreetBox, TurnsWithItsYaw) {
    const Primitive solid = box({0, 0, 0}, kQuarter, {4, 2, 3}, Material::Plain, {});
    Hit hit;
    ASSERT_TRUE(intersect(solid, along_x(0, 1), kFar, hit));
    EXPECT_NEAR(hit.distance, 9, 1e-5);
    EXPECT_NEAR(hit.normal.x, -1, 1e-6);
    EXPECT_EQ(hit.face, Face::Left);
}

TEST(StreetBox, IsNotSeenFromInsideNorBehind) {
    const Primitive solid = box({0, 0, 0}, 0.3F, {4, 2, 3}, Material::Plain, {});
    Hit hit;
    EXPECT_FALSE(intersect(solid, {{0, 0, 1}, {1, 0, 0}}, kFar, hit));
    EXPECT_FALSE(intersect(solid, {{10, 0, 1}, {1, 0, 0}}, kFar, hit));
}

TEST(StreetFrustum, SlantsAsItsRectanglesSay) {
    // A wedge whose back leans forward by 45 degrees.
    const Primitive solid =
        frustum({0, 0, 0}, 0, {-2, 2, -1, 1, 0}, {0, 2, -1, 1, 2}, Material::Plain, {});
    Hit hit;
    ASSERT_TRUE(intersect(solid, along_x(0, 0.5F), kFar, hit));
    EXPECT_NEAR(hit.distance, 8.5, 1e-5);
    EXPECT_NEAR(hit.normal.x, -std::sqrt(0.5F), 1e-6);
    EXPECT_NEAR(hit.normal.z, std::sqrt(0.5F), 1e-6);
}

TEST(StreetCylinder, IsRoundAndCapped) {
    const Primitive solid = upright({0, 0, 0}, 0.5F, 2, Material::Metal, {});
    Hit hit;
    ASSERT_TRUE(intersect(solid, along_x(0.3F, 1), kFar, hit));
    EXPECT_NEAR(hit.distance, 9.6, 1e-5);
    EXPECT_NEAR(hit.normal.y, 0.6, 1e-5);
    EXPECT_FALSE(intersect(solid, along_x(0, 2.1F), kFar, hit));
    ASSERT_TRUE(intersect(solid, {{0.2F, 0, 5}, {0, 0, -1}}, kFar, hit));
    EXPECT_FLOAT_EQ(hit.distance, 3);
    EXPECT_EQ(hit.face, Face::Top);
}

TEST(StreetCylinder, StaysExactFarAway) {
    const Primitive solid = upright({300, 0, 0}, 0.03F, 2, Material::Metal, {});
    Hit hit;
    ASSERT_TRUE(intersect(solid, {{0, 0, 1}, {1, 0, 0}}, kFar, hit));
    EXPECT_NEAR(hit.distance, 299.97, 1e-3);
    EXPECT_NEAR(dot(hit.normal, hit.normal), 1, 1e-4);
}

TEST(StreetAxle, LiesOnItsSide) {
    const Primitive solid = axle({0, 0, 1}, 0, 0.5F, 0.2F, Material::Tyre, {});
    Hit hit;
    ASSERT_TRUE(intersect(solid, along_x(0, 1), kFar, hit));
    EXPECT_NEAR(hit.distance, 9.5, 1e-5);
    EXPECT_FALSE(intersect(solid, along_x(0.11F, 1), kFar, hit));
    ASSERT_TRUE(intersect(solid, {{0.2F, 5, 1}, {0, -1, 0}}, kFar, hit));
    EXPECT_NEAR(hit.distance, 4.9, 1e-5);
    EXPECT_EQ(hit.face, Face::Top);
    EXPECT_NEAR(hit.normal.y, 1, 1e-6);
}

TEST(StreetEllipsoid, HasItsRadii) {
    const Primitive solid = ellipsoid({0, 0, 0}, 0, {1, 2, 3}, Material::Skin, {});
    Hit hit;
    ASSERT_TRUE(intersect(solid, along_x(0, 0), kFar, hit));
    EXPECT_NEAR(hit.distance, 9, 1e-5);
    ASSERT_TRUE(intersect(solid, {{0, 9, 0}, {0, -1, 0}}, kFar, hit));
    EXPECT_NEAR(hit.distance, 7, 1e-5);
    EXPECT_NEAR(hit.normal.y, 1, 1e-6);
}

}  // namespace
}  // namespace millrace::ops::street
