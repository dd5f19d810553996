#include "nodes/ops/points/chamfer.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace millrace::ops {
namespace {

using Points = std::vector<types::Point>;
using Indices = std::vector<std::int32_t>;

TEST(Chamfer, ByHand) {
    const Points a = {{0, 0, 0}, {2, 0, 0}}, b = {{0, 1, 0}, {5, 0, 0}, {0, 3, 0}};
    const Chamfer result = chamfer(a, b);
    EXPECT_EQ(result.nearest_in_b, (Indices{0, 0}));
    EXPECT_EQ(result.nearest_in_a, (Indices{0, 1, 0}));
    EXPECT_DOUBLE_EQ(result.a_to_b, (1 + 5) / 2.0);
    EXPECT_DOUBLE_EQ(result.b_to_a, (1 + 9 + 9) / 3.0);
    EXPECT_DOUBLE_EQ(result.distance, result.a_to_b + result.b_to_a);
}

TEST(Chamfer, OfEqualsTheFirst) {
    EXPECT_EQ(chamfer(Points{{0, 0, 0}}, Points{{0, 1, 0}, {1, 0, 0}}).nearest_in_b, (Indices{0}));
}

TEST(Chamfer, EmptySets) {
    const Points one = {{1, 2, 3}};
    EXPECT_EQ(chamfer({}, {}).distance, 0);
    EXPECT_EQ(chamfer(one, {}).distance, INFINITY);
    EXPECT_EQ(chamfer({}, one).distance, INFINITY);
    EXPECT_EQ(chamfer(one, {}).nearest_in_b, (Indices{-1}));
}

TEST(Chamfer, NanPointsAreLeftOut) {
    const Chamfer result = chamfer(Points{{NAN, 0, 0}, {0, 0, 0}}, Points{{0, NAN, 0}, {0, 2, 0}});
    EXPECT_EQ(result.nearest_in_b, (Indices{-1, 1}));
    EXPECT_EQ(result.nearest_in_a, (Indices{-1, 1}));
    EXPECT_EQ(result.distance, 8);
}

TEST(Chamfer, ManyPointsAcrossThreads) {
    Points a, b;
    for (int i = 0; i < 500; ++i) {
        a.push_back({float(i), 0, 0});
        b.push_back({float(499 - i), 2, 0});
    }
    const Chamfer result = chamfer(a, b);
    EXPECT_EQ(result.distance, 8);
    for (int i = 0; i < 500; ++i) ASSERT_EQ(result.nearest_in_b[i], 499 - i);
}

}  // namespace
}  // namespace millrace::ops
