#include "engine/visual/scene/select.hpp"

#include <gtest/gtest.h>

#include "engine/visual/scene/measure.hpp"
#include "tests/engine/visual/scene/support.hpp"

namespace millrace::tests {
namespace {

using visual::CropBox;
using visual::PixelMask;
using visual::Projector;
using visual::Vector2;
using visual::Vector3;

TEST(PixelMask, RectangleHoldsThePixelsWhoseMiddleIsInside) {
    const PixelMask mask = PixelMask::rectangle({2.4, 1}, {5.6, 3.2}, 10, 10);
    EXPECT_EQ(mask.box(), (std::array{2, 1, 6, 3}));
    EXPECT_TRUE(mask.at(2.1, 1.9));
    EXPECT_FALSE(mask.at(1.9, 1.9));
    EXPECT_FALSE(mask.at(3, 3.1));
    EXPECT_FALSE(mask.at(-1, 2));
    EXPECT_FALSE(mask.at(3, 1e9));
    EXPECT_EQ(PixelMask::rectangle({8, 8}, {-3, -3}, 10, 10).box(), (std::array{0, 0, 8, 8}));
}

TEST(PixelMask, LassoMayBeHollow) {
    const std::vector<Vector2> horseshoe = {{1, 1}, {9, 1}, {9, 9}, {6, 9},
                                            {6, 4}, {4, 4}, {4, 9}, {1, 9}};
    const PixelMask mask(horseshoe, 10, 10);
    EXPECT_TRUE(mask.at(2.5, 7.5));
    EXPECT_TRUE(mask.at(7.5, 7.5));
    EXPECT_TRUE(mask.at(5, 2));
    EXPECT_FALSE(mask.at(5, 7));
    const std::vector<Vector2> line = {{1, 1}, {9, 9}};
    EXPECT_LE(PixelMask(line, 10, 10).box()[2], PixelMask(line, 10, 10).box()[0]);
    EXPECT_LE(PixelMask({}, 0, 0).box()[2], 0);
}

TEST(Selection, OnAMaskAgreesWithTryingEachPoint) {
    visual::CloudLayer layer = layer_of(random_points(30'000, 31));
    layer.world_from_layer[3] = 2;
    const std::vector<Vector2> lasso = {{20, 10}, {150, 40}, {90, 110}, {70, 60}};
    for (std::uint64_t seed = 0; seed < 8; ++seed) {
        const Projector projector(random_view(seed), 160, 120, {{-30, -30, -30}, {30, 30, 30}});
        const PixelMask mask(lasso, 160, 120);
        const CropBox crop{{0, 0, 0}, {20, 20, visual::Bounds::kNone}, 0.2};
        std::vector<std::uint32_t> all, cropped;
        for (std::uint32_t i = 0; i < layer.cloud->points.size(); ++i) {
            const visual::Point& p = layer.cloud->points[i];
            const Vector3 world = {p.x + 2.0, p.y, p.z};
            const auto pixel = projector.project(world);
            if (!pixel || !mask.at(pixel->x, pixel->y)) continue;
            all.push_back(i);
            if (visual::contains(crop, world)) cropped.push_back(i);
        }
        EXPECT_EQ(visual::points_on(layer, projector, mask), all) << seed;
        EXPECT_EQ(visual::points_on(layer, projector, mask, &crop), cropped) << seed;
    }
}

TEST(Selection, InABoxAgreesWithTryingEachPoint) {
    const visual::CloudLayer layer = layer_of(random_points(30'000, 32), {5e5, 0, 0});
    for (const CropBox& box :
         {CropBox{{5e5 + 3, 2, 0}, {10, 4, 3}, 0.8}, CropBox{{5e5, 0, 0}, {0, 0, 0}, 0},
          CropBox{{5e5, 0, 0}, {visual::Bounds::kNone, 3, 3}, 0.3}}) {
        std::vector<std::uint32_t> expected;
        for (std::uint32_t i = 0; i < layer.cloud->points.size(); ++i) {
            const visual::Point& p = layer.cloud->points[i];
            if (visual::contains(box, {p.x + 5e5, p.y, p.z})) expected.push_back(i);
        }
        EXPECT_EQ(visual::points_in(layer, box), expected);
    }
}

TEST(Selection, FacesBelongToTheBox) {
    const CropBox box{{1, 0, 0}, {2, 2, 2}, 0};
    EXPECT_TRUE(visual::contains(box, {2, 1, -1}));
    EXPECT_FALSE(visual::contains(box, {2.001, 1, -1}));
}

TEST(Measure, Distances) {
    const visual::Distance found = visual::distance({1, 2, 3}, {4, 6, -9});
    EXPECT_DOUBLE_EQ(found.straight, 13);
    EXPECT_DOUBLE_EQ(found.level, 5);
    EXPECT_DOUBLE_EQ(found.height, -12);
}

TEST(Measure, Angles) {
    EXPECT_NEAR(visual::angle({1, 0, 0}, {0, 0, 0}, {0, 2, 0}), 1.5707963267948966, 1e-12);
    EXPECT_NEAR(visual::angle({3, 0, 0}, {1, 0, 0}, {0, 0, 0}), 3.14159265358979, 1e-12);
    EXPECT_EQ(visual::angle({1, 1, 1}, {1, 1, 1}, {2, 0, 0}), 0);
}

TEST(Measure, AreasFarFromTheOrigin) {
    // A roof of 4 by 5 m: rises 3 m over a level breadth of 4.
    const Vector3 far = {1e7, -1e7, 50};
    std::vector<Vector3> roof = {{0, 0, 0}, {4, 0, 3}, {4, 4, 3}, {0, 4, 0}};
    for (Vector3& corner : roof) corner = corner + far;
    const visual::Area found = visual::area(roof);
    EXPECT_NEAR(found.area, 20, 1e-6);
    EXPECT_NEAR(found.level_area, 16, 1e-6);
    EXPECT_NEAR(found.perimeter, 18, 1e-6);
    EXPECT_NEAR(found.normal[0], -0.6, 1e-9);
    EXPECT_NEAR(found.normal[2], 0.8, 1e-9);
    const std::vector<Vector3> reversed(roof.rbegin(), roof.rend());
    EXPECT_NEAR(visual::area(reversed).normal[2], 0.8, 1e-9) << "upwards either way round";
    EXPECT_EQ(visual::area(std::span(roof).first(2)).area, 0);
    EXPECT_EQ(visual::area({}).perimeter, 0);
    EXPECT_NEAR(visual::path_length(roof), 5 + 4 + 5, 1e-6);
}

}  // namespace
}  // namespace millrace::tests
