#include "nodes/ops/street/bvh.hpp"

#include <gtest/gtest.h>

#include "engine/random.hpp"

namespace millrace::ops::street {
namespace {

std::vector<Primitive> many_solids(engine::Random& random, int count) {
    const auto place = [&] { return static_cast<float>(random.uniform(-20, 20)); };
    const auto size = [&] { return static_cast<float>(random.uniform(0.1, 3)); };
    std::vector<Primitive> solids;
    for (int index = 0; index < count; ++index) {
        const Vector at = {place(), place(), place()};
        const float yaw = place();
        switch (index % 4) {
            case 0:
                solids.push_back(box(at, yaw, {size(), size(), size()}, Material::Plain, {}));
                break;
            case 1:
                solids.push_back(upright(at, size() / 2, size(), Material::Plain, {}));
                break;
            case 2:
                solids.push_back(axle(at, yaw, size() / 2, size(), Material::Plain, {}));
                break;
            default:
                solids.push_back(ellipsoid(at, yaw, {size(), size(), size()}, Material::Plain, {}));
        }
    }
    return solids;
}

TEST(StreetBvh, FindsWhatAskingEverySolidFinds) {
    engine::Random random(5, "bvh_test", 0);
    std::vector<Primitive> solids = many_solids(random, 500);
    const Bvh bvh(solids);
    int hits = 0;
    for (int count = 0; count < 3000; ++count) {
        const Vector origin = {static_cast<float>(random.uniform(-25, 25)),
                               static_cast<float>(random.uniform(-25, 25)),
                               static_cast<float>(random.uniform(-25, 25))};
        const Ray ray = {origin, normalized({static_cast<float>(random.normal()),
                                             static_cast<float>(random.normal()),
                                             static_cast<float>(random.normal())})};
        constexpr float kLimit = 30;
        Hit expected, each;
        expected.distance = kLimit;
        for (std::size_t index = 0; index < solids.size(); ++index) {
            if (!intersect(solids[index], ray, expected.distance, each)) continue;
            expected = each;
            expected.primitive = static_cast<int>(index);
        }
        Hit found;
        ASSERT_EQ(bvh.nearest(ray, kLimit, found), expected.primitive >= 0);
        ASSERT_EQ(bvh.blocked(ray, kLimit), expected.primitive >= 0);
        if (expected.primitive < 0) continue;
        ++hits;
        ASSERT_EQ(found.primitive, expected.primitive);
        ASSERT_EQ(found.distance, expected.distance);
    }
    EXPECT_GT(hits, 500) << "the scene is too empty to prove anything";
}

TEST(StreetBvh, RaysAlongTheAxesHitToo) {
    std::vector<Primitive> solids = {box({5, 0, -1}, 0, {1, 1, 2}, Material::Plain, {})};
    const Bvh bvh(solids);
    Hit hit;
    ASSERT_TRUE(bvh.nearest({{0, 0, 0}, {1, 0, 0}}, 100, hit));
    EXPECT_FLOAT_EQ(hit.distance, 4.5F);
    EXPECT_FALSE(bvh.nearest({{0, 0, 0}, {-1, 0, 0}}, 100, hit));
    EXPECT_FALSE(bvh.blocked({{0, 0, 0}, {1, 0, 0}}, 4.4F));
}

TEST(StreetBvh, EmptyAndAllInOneSpot) {
    std::vector<Primitive> none;
    Hit hit;
    EXPECT_FALSE(Bvh(none).nearest({{0, 0, 0}, {1, 0, 0}}, 100, hit));
    std::vector<Primitive> same(50, box({5, 0, -1}, 0, {1, 1, 2}, Material::Plain, {}));
    const Bvh bvh(same);
    EXPECT_TRUE(bvh.nearest({{0, 0, 0}, {1, 0, 0}}, 100, hit));
}

}  // namespace
}  // namespace millrace::ops::street
