// A curve as a parameter: what it gives, what is refused.
#include "engine/node/curve.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "engine/node/spec.hpp"
#include "engine/problem.hpp"
#include "engine/random.hpp"
#include "engine/value_parse.hpp"

namespace millrace::tests {
namespace {

using engine::Curve;

TEST(Curve, TwoPointsAreALineThatEndsLevel) {
    const Curve curve{{{0.25, 1}, {0.75, 3}}};
    EXPECT_DOUBLE_EQ(curve.at(0.5), 2);
    EXPECT_DOUBLE_EQ(curve.at(0.375), 1.5);
    EXPECT_DOUBLE_EQ(curve.at(0), 1);
    EXPECT_DOUBLE_EQ(curve.at(7), 3);
    EXPECT_DOUBLE_EQ(curve.at(-std::numeric_limits<double>::infinity()), 1);
    EXPECT_TRUE(std::isnan(curve.at(NAN)));
    EXPECT_DOUBLE_EQ((Curve{{{0.5, 4}}}).at(0.9), 4);
}

TEST(Curve, KeepsAStraightLineStraight) {
    const Curve curve{{{0, 0}, {0.1, 0.2}, {0.5, 1}, {1, 2}}};
    for (double x = 0; x <= 1; x += 0.01) EXPECT_NEAR(curve.at(x), 2 * x, 1e-12);
}

TEST(Curve, PassesItsPointsAndNeverSwingsBeyondThem) {
    engine::Random random(7, "curve", 0);
    for (int turn = 0; turn < 200; ++turn) {
        Curve curve{.points = {}};
        double x = 0;
        const int count = 2 + turn % 9;
        for (int i = 0; i < count; ++i) {
            curve.points.push_back({x, std::round(random.uniform() * 8) / 4 - 1});
            x += 0.01 + random.uniform() * (0.99 - x) / 2;
        }
        for (std::size_t i = 0; i + 1 < curve.points.size(); ++i) {
            const auto &a = curve.points[i], &b = curve.points[i + 1];
            EXPECT_NEAR(curve.at(a[0]), a[1], 1e-12);
            const double low = std::min(a[1], b[1]), high = std::max(a[1], b[1]);
            double before = a[1];
            for (int k = 1; k <= 50; ++k) {
                const double y = curve.at(a[0] + (b[0] - a[0]) * k / 50);
                EXPECT_GE(y, low - 1e-12);
                EXPECT_LE(y, high + 1e-12);
                if (b[1] >= a[1]) {
                    EXPECT_GE(y, before - 1e-12) << "monotone between two points";
                } else {
                    EXPECT_LE(y, before + 1e-12);
                }
                before = y;
            }
        }
    }
}

TEST(Curve, WhatIsNoCurveIsRefused) {
    const engine::FieldType type{engine::ParamKind::Curve};
    const auto accepts = [&](const std::string& json) {
        try {
            (void)type.accept(engine::parse_json(json, "test"));
            return true;
        } catch (const engine::Error& error) {
            EXPECT_EQ(error.problem().code, "E-PARAM-002") << json;
            return false;
        }
    };
    for (const char* good : {"[[0,0]]", "[[0,0],[1,1]]", "[[0.2,-5],[0.3,7],[1,1e9]]"})
        EXPECT_TRUE(accepts(good)) << good;
    for (const char* bad : {"[]", "1", "[0,1]", "[[0,0],[0,1]]", "[[0.5,0],[0.4,1]]", "[[-0.1,0]]",
                            "[[0,0],[1.1,1]]", "[[0]]", "[[0,0,0]]", "[[0,\"a\"]]", "{}"})
        EXPECT_FALSE(accepts(bad)) << bad;
    EXPECT_THROW((void)type.accept(engine::Array{engine::Array{0.0, std::nan("")}}), engine::Error);
    std::string many = "[";
    for (int i = 0; i <= 64; ++i)
        many.append(i ? ",[" : "[").append(std::to_string(i / 100.0)).append(",0]");
    EXPECT_FALSE(accepts(many + "]"));
}

}  // namespace
}  // namespace millrace::tests
