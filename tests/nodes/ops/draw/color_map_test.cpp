#include "nodes/ops/draw/color_map.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

namespace millrace::ops {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::vector<double> values_of(const std::vector<std::pair<double, std::string>>& ticks) {
    std::vector<double> values;
    for (const auto& [value, text] : ticks) values.push_back(value);
    return values;
}

TEST(ColorMaps, HaveTheirKnownEnds) {
    EXPECT_EQ(colors_of(ColorMap::Gray)[0], (Rgb{0, 0, 0}));
    EXPECT_EQ(colors_of(ColorMap::Gray)[77], (Rgb{77, 77, 77}));
    // Published first and last colours: Turbo (48, 18, 59) and (122, 4, 3), Viridis (68, 1, 84) and
    // (253, 231, 37), Magma (0, 0, 4) and (252, 253, 191); Jet from dark blue to dark red.
    EXPECT_EQ(colors_of(ColorMap::Turbo)[0], (Rgb{48, 18, 59}));
    EXPECT_EQ(colors_of(ColorMap::Turbo)[255], (Rgb{122, 4, 3}));
    EXPECT_EQ(colors_of(ColorMap::Viridis)[0], (Rgb{68, 1, 84}));
    EXPECT_EQ(colors_of(ColorMap::Viridis)[255], (Rgb{253, 231, 37}));
    EXPECT_EQ(colors_of(ColorMap::Magma)[0], (Rgb{0, 0, 4}));
    EXPECT_EQ(colors_of(ColorMap::Magma)[255], (Rgb{252, 253, 191}));
    EXPECT_EQ(colors_of(ColorMap::Jet)[0][0], 0);
    EXPECT_GT(colors_of(ColorMap::Jet)[0][2], 120);
    EXPECT_EQ(color_map_names().size(), 5U);
    EXPECT_EQ(color_map_names()[static_cast<std::size_t>(ColorMap::Jet)], "jet");
}

TEST(ColorScale, IsLinearBetweenItsEnds) {
    const ColorScale scale(ColorMap::Gray, -1, 1);
    EXPECT_EQ(scale.place(-1), 0);
    EXPECT_EQ(scale.place(0), 0.5);
    EXPECT_EQ(scale(1), (Rgb{255, 255, 255}));
    EXPECT_EQ(scale(0.5), (Rgb{191, 191, 191}));
    EXPECT_EQ(scale(-kInfinity), (Rgb{0, 0, 0}));
    EXPECT_EQ(scale(kInfinity), (Rgb{255, 255, 255}));
    EXPECT_EQ(ColorScale(ColorMap::Turbo, 0, 1)(kNan), (Rgb{0, 0, 0}));
}

TEST(ColorScale, FallsTheOtherWay) {
    const ColorScale rising(ColorMap::Turbo, 0, 10);
    const ColorScale falling(ColorMap::Turbo, 0, 10, Spacing::Linear, Direction::Falling);
    EXPECT_EQ(rising(0), falling(10));
    EXPECT_EQ(rising(10), falling(0));
    EXPECT_EQ(falling(2), colors_of(ColorMap::Turbo)[255 - 51]);
}

TEST(ColorScale, LogarithmsGiveEachFactorTheSameRoom) {
    const ColorScale scale(ColorMap::Gray, 1, 100, Spacing::Logarithmic);
    EXPECT_NEAR(scale.place(10), 0.5, 1e-12);
    EXPECT_NEAR(scale.place(std::sqrt(10.0)), 0.25, 1e-12);
    EXPECT_EQ(scale.place(0), 0);
    EXPECT_EQ(scale.place(-5), 0);
    EXPECT_DOUBLE_EQ(scale.place(1e9), 1);
    // Zero has no logarithm: the scale begins at a thousandth of its end.
    EXPECT_NEAR(ColorScale(ColorMap::Gray, 0, 100, Spacing::Logarithmic).low(), 0.1, 1e-12);
}

TEST(ColorScale, EndsThatAreNoScaleAreMended) {
    EXPECT_EQ(ColorScale(ColorMap::Gray, 4, 2).low(), 2);
    EXPECT_EQ(ColorScale(ColorMap::Gray, 4, 2).high(), 4);
    for (const double value : {0.0, 7.0, -1e300, 1e300, 1e-300}) {
        for (const Spacing spacing : {Spacing::Linear, Spacing::Logarithmic}) {
            const ColorScale scale(ColorMap::Gray, value, value, spacing);
            EXPECT_LT(scale.low(), scale.high()) << value;
            for (const double asked : {value, 0.0, 1e308, -1e308}) {
                EXPECT_GE(scale.place(asked), 0) << value << " " << asked;
                EXPECT_LE(scale.place(asked), 1) << value << " " << asked;
            }
        }
    }
    EXPECT_EQ(ColorScale(ColorMap::Gray, -5, -1, Spacing::Logarithmic).place(-3), 0.5);
}

TEST(ColorScale, TicksAreRoundNumbersInside) {
    EXPECT_EQ(values_of(ColorScale(ColorMap::Gray, 0, 10).ticks(5)),
              (std::vector<double>{0, 2, 4, 6, 8, 10}));
    const auto depths = ColorScale(ColorMap::Gray, 4, 80, Spacing::Logarithmic).ticks(6);
    EXPECT_EQ(values_of(depths), (std::vector<double>{5, 10, 20, 50}));
    EXPECT_EQ(depths[1].second, "10");
    // Less than a factor of four has too few round logarithms.
    EXPECT_GE(ColorScale(ColorMap::Gray, 11, 19, Spacing::Logarithmic).ticks(5).size(), 3U);
    const auto around_zero = ColorScale(ColorMap::Gray, -0.3, 0.3).ticks(5);
    EXPECT_TRUE(std::ranges::any_of(around_zero, [](auto& tick) { return tick.second == "0"; }));
    for (const auto& [low, high] : std::vector<std::pair<double, double>>{
             {-2.2, 1.5}, {1e17, 1e17 + 64}, {1e-12, 2e-12}, {-1e300, 1e300}}) {
        const auto ticks = ColorScale(ColorMap::Gray, low, high).ticks(6);
        EXPECT_GE(ticks.size(), 2U) << low;
        EXPECT_LE(ticks.size(), 40U) << low;
    }
}

TEST(SpreadOf, LeavesOutTheTails) {
    std::vector<float> values;
    for (int i = 0; i <= 100; ++i) values.push_back(static_cast<float>(i));
    EXPECT_EQ(spread_of(values), (std::pair<double, double>{2, 98}));
    values.insert(values.end(), {std::numeric_limits<float>::infinity(),
                                 -std::numeric_limits<float>::infinity(), std::nanf("")});
    EXPECT_EQ(spread_of(values), (std::pair<double, double>{2, 98}));
    EXPECT_EQ(spread_of({}), (std::pair<double, double>{0, 1}));
    EXPECT_EQ(spread_of({std::nanf("")}), (std::pair<double, double>{0, 1}));
    EXPECT_EQ(spread_of({3}), (std::pair<double, double>{3, 4}));
    const auto huge = spread_of({3e38F, 3e38F});
    EXPECT_LT(huge.first, huge.second);
}

TEST(SpreadOf, SparseValuesAreFound) {
    std::vector<float> values(1'000'000, std::nanf(""));
    values[333'333] = 5;
    values[666'667] = 9;
    const auto [low, high] = spread_of(values);
    EXPECT_GE(low, 5);
    EXPECT_GT(high, low);
}

TEST(Rounded, WidensToRoundNumbers) {
    EXPECT_EQ(rounded({0.13, 9.2}, Spacing::Linear), (std::pair<double, double>{0, 10}));
    EXPECT_EQ(rounded({5.4, 61}, Spacing::Logarithmic), (std::pair<double, double>{5, 75}));
    for (const auto spacing : {Spacing::Linear, Spacing::Logarithmic}) {
        for (const auto& [low, high] : std::vector<std::pair<double, double>>{
                 {0, 1}, {-3.3, -3.2}, {1e-9, 2e-9}, {5e8, 5e8 + 1}, {3e38, 3.1e38}}) {
            const auto wide = rounded({low, high}, spacing);
            EXPECT_LE(wide.first, low + 1e-9 * std::abs(low));
            EXPECT_GE(wide.second, high - 1e-9 * std::abs(high));
            EXPECT_LT(wide.first, wide.second);
        }
    }
}

TEST(Colors, OfClassesStayAndDiffer) {
    EXPECT_EQ(label_color("Car"), label_color("car"));
    EXPECT_EQ(label_color("anything"), label_color("anything"));
    std::set<Rgb> colors;
    for (const char* label : {"Car", "Pedestrian", "Cyclist", "Van", "Truck", "bus"})
        colors.insert(label_color(label));
    EXPECT_EQ(colors.size(), 6U);
    EXPECT_EQ(category_color(-1), category_color(-100));
    EXPECT_NE(category_color(0), category_color(1));
    EXPECT_EQ(category_color(3), category_color(15));
}

}  // namespace
}  // namespace millrace::ops
