// Wires that go round nodes.
#include "engine/graph/way.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "engine/random.hpp"

namespace millrace::engine {
namespace {

bool same(const std::vector<Cubic>& a, const std::vector<Cubic>& b) {
    return std::ranges::equal(a, b, [](const Cubic& x, const Cubic& y) {
        return x.first == y.first && x.second == y.second && x.end == y.end;
    });
}

bool is_plain(const std::vector<Cubic>& way, const Place& from, const Place& to) {
    return same(way, wire_curve(from, to, {}));
}

TEST(Way, IsPlainWhereNothingIsInIt) {
    const Place from{0, 0}, to{300, 80};
    EXPECT_TRUE(is_plain(way_of(from, to, Boxes({}), 0), from, to));
    // The nodes at its ends, and one beside.
    const Boxes boxes({{-150, -40, 0, 60}, {300, 40, 450, 140}, {100, 120, 250, 300}});
    EXPECT_TRUE(is_plain(way_of(from, to, boxes, 0), from, to));
}

TEST(Way, GoesRoundOnTheShorterSide) {
    const Place from{0, 0}, to{600, 0};
    for (const double shift : {-30.0, 30.0}) {
        const Boxes boxes(
            {{-150, -20, 0, 60}, {600, -20, 750, 60}, {200, shift - 60, 400, shift + 60}});
        const std::vector<Cubic> way = way_of(from, to, boxes, 0);
        ASSERT_EQ(way.size(), 3);
        EXPECT_TRUE(is_free(from, way, boxes));
        EXPECT_FALSE(is_free(from, wire_curve(from, to, {}), boxes));
        EXPECT_EQ(way.back().end, to);
        EXPECT_GT(way[0].end[1] * -shift, 0) << "where less of the box is";
        EXPECT_EQ(way[0].end[1], way[1].end[1]) << "level";
        // It leaves and enters level.
        EXPECT_EQ(way[0].first[1], from[1]);
        EXPECT_EQ(way[2].second[1], to[1]);
    }
}

TEST(Way, BackwardsItGoesRoundBothEnds) {
    const Boxes boxes({{0, 0, 200, 150}, {400, 0, 600, 150}});
    const Place from{600, 60}, to{0, 60};
    const std::vector<Cubic> way = way_of(from, to, boxes, 0);
    ASSERT_EQ(way.size(), 3);
    EXPECT_TRUE(is_free(from, way, boxes));
    EXPECT_EQ(way.back().end, to);
}

TEST(Way, LanesLieSideBySide) {
    const Boxes boxes({{200, -60, 400, 60}});
    std::set<double> heights;
    for (int lane = 0; lane < 4; ++lane)
        heights.insert(way_of({0, 0}, {600, 0}, boxes, lane)[0].end[1]);
    EXPECT_EQ(heights.size(), 4);
    EXPECT_GT(*heights.begin(), -100);
    EXPECT_TRUE(same(way_of({0, 0}, {600, 0}, boxes, -3), way_of({0, 0}, {600, 0}, boxes, 0)));
}

TEST(Way, IsPlainWhereThereIsNoOther) {
    const Place from{0, 0}, to{600, 0};
    EXPECT_TRUE(is_plain(way_of(from, to, Boxes({{200, -1e7, 400, 1e7}}), 0), from, to));
    EXPECT_TRUE(is_plain(way_of(from, to, Boxes({{200, -1e300, 400, 1e300}}), 0), from, to));
}

TEST(Way, AmongManyBoxesItIsFreeOrPlain) {
    Random random(3, "boxes", 0);
    int around = 0;
    for (int round = 0; round < 20; ++round) {
        std::vector<Box> all;
        for (int i = 0; i < 60; ++i) {
            const double left = 300.0 * static_cast<double>(random.below(10)),
                         top = 4000 * random.uniform();
            all.push_back({left, top, left + 100 + 100 * random.uniform(), top + 150});
        }
        const Boxes boxes(all);
        for (int i = 0; i < 60; ++i) {
            const Box &a = all[random.below(60)], &b = all[random.below(60)];
            const Place from{a.right, a.top + 40}, to{b.left, b.top + 60};
            const std::vector<Cubic> way = way_of(from, to, boxes, i % 5);
            EXPECT_EQ(way.back().end, to);
            if (is_plain(way, from, to)) continue;
            EXPECT_TRUE(is_free(from, way, boxes));
            EXPECT_FALSE(is_free(from, wire_curve(from, to, {}), boxes));
            ++around;
        }
    }
    EXPECT_GT(around, 200);
}

TEST(Boxes, FindWhatARectangleMeets) {
    Random random(5, "boxes", 0);
    std::vector<Box> all = {{-1e12, 5, 1e12, 6}, {7, 7, 7, 7}};
    for (int i = 0; i < 300; ++i) {
        const double left = 8000 * (random.uniform() - 0.5), top = 8000 * (random.uniform() - 0.5);
        all.push_back({left, top, left + 900 * random.uniform(), top + 900 * random.uniform()});
    }
    const Boxes boxes(all);
    for (int i = 0; i < 300; ++i) {
        const double size = i % 10 == 0 ? 1e6 : 1500 * random.uniform();
        const double left = 8000 * (random.uniform() - 0.5), top = 8000 * (random.uniform() - 0.5);
        const Box area{left, top, left + size, top + size};
        std::vector<Box> wanted, found;
        for (const Box& box : all) {
            if (box.left < area.right && area.left < box.right && box.top < area.bottom &&
                area.top < box.bottom)
                wanted.push_back(box);
        }
        for (const Box* box : boxes.within(area)) found.push_back(*box);
        std::ranges::sort(wanted, {}, [](const Box& box) { return std::pair(box.left, box.top); });
        std::ranges::sort(found, {}, [](const Box& box) { return std::pair(box.left, box.top); });
        EXPECT_EQ(found, wanted);
    }
}

}  // namespace
}  // namespace millrace::engine
